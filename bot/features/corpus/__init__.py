"""`/corpus`, for editors: add, replace and remove articles, undo that, and see what there is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.features.corpus._buttons import Discard, Do, Start, Undo
from bot.features.corpus._commands import Corpus
from bot.features.corpus._forms import ArticleForms

if TYPE_CHECKING:
    from bot.client import FootnoteBot


async def setup(bot: FootnoteBot) -> None:
    """Add the commands, the form and the buttons."""
    bot.add_dynamic_items(Do, Discard, Undo, Start)
    await bot.add_cog(ArticleForms())
    await bot.add_cog(Corpus(bot.engine_service, bot.article_service))
