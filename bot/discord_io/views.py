"""From a message in words to what Discord's library sends, and back."""

from __future__ import annotations

import re
from typing import Any, Self

import discord

from bot.messages.reply import Button, Reply


class Remade(discord.ui.DynamicItem[discord.ui.Button[Any]], template=r"(?!)"):
    """A button that knows nothing but its custom id, from which it is made again when it is pressed.

    The template here matches nothing; each feature gives its own.
    """

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """Make the button again that was pressed."""
        return cls(discord.ui.Button(custom_id=match[0]))


def view(reply: Reply) -> discord.ui.View | None:
    """The buttons of a message. None of them lives in memory: they work as long as the message exists."""
    if not reply.buttons:
        return None
    made = discord.ui.View(timeout=None)
    for button in reply.buttons:
        action = button.action or (f"context:{button.citation_id}" if button.citation_id else None)
        made.add_item(
            discord.ui.Button(label=button.label, custom_id=action, url=button.url, disabled=button.disabled)
        )
    made.stop()  # for the library need not remember it: each feature knows its buttons by their custom ids
    return made


def buttons(message: discord.Message) -> tuple[Button, ...]:
    """The buttons of a message that the bot has sent, to send them again."""
    rows = [row.children for row in message.components if isinstance(row, discord.ActionRow)]
    return tuple(
        Button(each.label or "", url=each.url, action=each.custom_id, disabled=each.disabled)
        for row in rows
        for each in row
        if isinstance(each, discord.Button)
    )
