"""Who may change articles, and which."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import discord

from bot.errors import EditRefused, NotAnEditor
from bot.language import mark
from bot.places import rules
from bot.state import Rules
from bot.workshop import NOT_YOURS, Workshop

if TYPE_CHECKING:
    from bot.app import Footnote


def admit_editor(interaction: discord.Interaction[Any]) -> Rules:
    """Let an editor in, and return the rules of the place.

    Raises:
        NotAnEditor: The member may not manage the server, and has not the role of its editors.
    """
    held, member = rules(interaction), interaction.user
    has_role = isinstance(member, discord.Member) and any(role.id == held.editors for role in member.roles)
    if interaction.guild_id is None or not (interaction.permissions.manage_guild or has_role):
        raise NotAnEditor
    return held


def workshop(interaction: discord.Interaction[Any]) -> Workshop:
    """The workshop of the bot that was spoken to."""
    bot: Footnote = interaction.client
    return bot.workshop


def chosen(held: Rules, collection: str) -> str:
    """The collection for a new article: the one that was named, or the one that goes without saying.

    Raises:
        EditRefused: It may not be changed from here, or there is more than one to choose from.
    """
    name = collection.strip()
    if "/" in name:
        raise EditRefused(mark("A collection is one name, without a slash."))
    if not name and held.collections and "" not in held.collections:
        if len(held.collections) > 1:
            raise EditRefused(mark("Please say in which `collection:` the article belongs."))
        return held.collections[0]
    if not held.allows(name):
        raise EditRefused(NOT_YOURS)
    return name
