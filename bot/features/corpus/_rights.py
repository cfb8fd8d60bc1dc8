"""Which articles an editor may change."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import discord

from bot.errors import EditRefused
from bot.messages.language import gettext_noop
from bot.services.editing import NOT_YOURS, ArticleService
from bot.state import GuildSettings

if TYPE_CHECKING:
    from bot.client import FootnoteBot


def article_service(interaction: discord.Interaction[Any]) -> ArticleService:
    """The article service of the bot that was spoken to."""
    bot: FootnoteBot = interaction.client
    return bot.article_service


def chosen(held: GuildSettings, collection: str) -> str:
    """The collection for a new article: the one that was named, or the one that goes without saying.

    Raises:
        EditRefused: It may not be changed from here, or there is more than one to choose from.
    """
    name = collection.strip()
    if "/" in name:
        raise EditRefused(gettext_noop("A collection is one name, without a slash."))
    if not name and held.collections and "" not in held.collections:
        if len(held.collections) > 1:
            raise EditRefused(gettext_noop("Please name the article's collection with `collection:`."))
        return held.collections[0]
    if not held.allows(name):
        raise EditRefused(NOT_YOURS)
    return name
