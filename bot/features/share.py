"""The button Share on private answers: posts the answer to the channel, once, in the member's name."""

from __future__ import annotations

from collections import deque
from dataclasses import replace
from typing import Final

import discord

from bot.context import BotContext, Interaction
from bot.discord_io.origin import before_all
from bot.discord_io.sending import buttons, respond, update
from bot.errors import Undelivered
from bot.messages import custom_ids
from bot.messages.answers import SIGNATURE
from bot.messages.escape import one_line, units
from bot.messages.localization import gettext, gettext_noop
from bot.messages.reply import Reply

SHARED: Final = gettext_noop("This answer has been shared already.")
SIGNED: Final = gettext_noop("shared by {name}")
NOT_POSTED: Final = gettext_noop(
    "I could not post the answer here. You can ask again without `private`, or in another channel."
)
_ACTION: Final = custom_ids.SHARE.encode()
_SHARED = deque[int](maxlen=1000)
"""Messages shared recently, for presses so quick that Discord does not show the disabled button yet."""


async def share(interaction: Interaction) -> None:
    """Disable the button, then post: so a second press never posts the answer again, whatever fails."""
    message = interaction.message
    if message is None:
        return
    there = buttons(message)
    if message.id in _SHARED or not any(each.action == _ACTION and not each.disabled for each in there):
        await respond(interaction, Reply(gettext(SHARED)))
        return
    disabled = tuple(replace(each, disabled=each.action == _ACTION) for each in there)
    _SHARED.append(message.id)
    try:
        await update(interaction, Reply("", disabled))
    except Exception:
        _SHARED.remove(message.id)
        raise
    with before_all(interaction):
        reply = shared(message, interaction.user.display_name)
    try:
        await respond(interaction, reply, private=False)
    except Undelivered:
        await respond(interaction, Reply(gettext(NOT_POSTED)))


def shared(message: discord.Message, name: str) -> Reply:
    """An answer as it is posted in somebody's name."""
    human = custom_ids.HUMAN
    others = tuple(
        replace(each, action=human.encode(message.id)) if each.action == human.encode() else each
        for each in buttons(message)
        if each.action != _ACTION
    )
    template = gettext(SIGNED)
    room = SIGNATURE - units(template.format(name="")) - len("-# __\n")
    signature = f"-# _{template.format(name=one_line(f'@{name}', room))}_"
    return Reply(f"{signature}\n{message.content}", others)


async def setup(bot: BotContext) -> None:
    """Add the button."""
    bot.on_press(custom_ids.SHARE, share)
