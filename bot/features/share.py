"""The button Share on private answers: posts the answer to the channel, once, in the member's name."""

from __future__ import annotations

from collections import deque
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import discord

from bot.discord_io.origin import before_all
from bot.discord_io.views import Remade, buttons, view
from bot.interactions import answers
from bot.messages.answers import SIGNATURE
from bot.messages.escape import one_line, units
from bot.messages.language import gettext, gettext_noop
from bot.messages.reply import Reply

if TYPE_CHECKING:
    from bot.client import FootnoteBot

SHARED: Final = gettext_noop("This answer has been shared already.")
SIGNED: Final = gettext_noop("shared by {name}")
NOT_POSTED: Final = gettext_noop(
    "I could not post the answer here. You can ask again without `private`, or in another channel."
)
_ACTION: Final = "share"
_SHARED = deque[int](maxlen=1000)
"""Messages shared of late, for presses so quick that Discord does not show the disabled button yet."""


class Share(Remade, template=_ACTION):
    """Posts the private answer that it stands on."""

    @answers
    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Disable the button, then post: so the answer is never posted twice, whatever fails in between."""
        message = interaction.message
        if message is None:
            return
        there = buttons(message)
        if message.id in _SHARED or not any(each.action == _ACTION and not each.disabled for each in there):
            await interaction.response.send_message(gettext(SHARED), ephemeral=True)
            return
        disabled = tuple(replace(each, disabled=each.action == _ACTION) for each in there)
        _SHARED.append(message.id)
        try:
            await interaction.response.edit_message(view=view(Reply("", disabled)))
        except Exception:
            _SHARED.remove(message.id)
            raise
        with before_all(interaction):
            reply = shared(message, interaction.user.display_name)
        try:
            await interaction.followup.send(
                reply.content, view=view(reply) or discord.utils.MISSING, suppress_embeds=True
            )
        except discord.HTTPException:
            await interaction.followup.send(gettext(NOT_POSTED), ephemeral=True)


def shared(message: discord.Message, name: str) -> Reply:
    """An answer as it is posted in somebody's name."""
    others = tuple(
        replace(each, action=f"human:{message.id}") if each.action == "human" else each  # once a question
        for each in buttons(message)
        if each.action != _ACTION
    )
    template = gettext(SIGNED)
    room = SIGNATURE - units(template.format(name="")) - len("-# __\n")
    signature = f"-# _{template.format(name=one_line(f'@{name}', room))}_"
    return Reply(f"{signature}\n{message.content}", others)


async def setup(bot: FootnoteBot) -> None:
    """Add the button."""
    bot.add_dynamic_items(Share)
