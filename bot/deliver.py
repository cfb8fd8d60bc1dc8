"""From a message in words to what Discord's library sends."""

from __future__ import annotations

import discord

from bot.features.context import InContext
from bot.reply import Reply


def view(reply: Reply) -> discord.ui.View | None:
    """The buttons of a message. None of them lives in memory: they work as long as the message exists."""
    if not reply.buttons:
        return None
    made = discord.ui.View(timeout=None)
    for button in reply.buttons:
        if button.receipt is not None:
            made.add_item(InContext(button.receipt, button.label))
        else:
            made.add_item(discord.ui.Button(label=button.label, url=button.url))
    return made
