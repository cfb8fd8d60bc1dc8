"""What is kept of an answer: how often its articles are cited and, if it found nothing, the question."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from bot.errors import StateError
from bot.messages.small_talk import SmallTalk
from bot.monitoring.logs import refer
from index.types import Answer, Answered

if TYPE_CHECKING:
    from bot.client import FootnoteBot

_LONGEST: Final = 300  # characters of a question


async def note(bot: FootnoteBot, member: int, guild: int | None, answer: Answer | SmallTalk) -> None:
    """Count the articles that an answer cites; keep a question without one, where that is switched on."""
    try:
        if isinstance(answer, Answered):
            await bot.state.cited.note(each.article_id for each in answer.citations)
        elif isinstance(answer, SmallTalk):
            return
        elif bot.keep_unanswered and guild is not None and not answer.follows:
            await bot.state.unanswered.note(member, guild, " ".join(answer.question.split())[:_LONGEST])
    except StateError as error:  # the member has an answer, which is what matters
        refer(error)
