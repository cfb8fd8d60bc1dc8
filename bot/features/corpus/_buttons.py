"""The buttons on drafts and on changes. What they are about is in a file, so they work after a restart."""

from __future__ import annotations

import logging
import re
from typing import TYPE_CHECKING, Any, Final, Self

import discord

from bot.access import require_editor
from bot.discord_io.origin import before_all
from bot.discord_io.views import Remade, view
from bot.errors import UnknownDraft
from bot.features.corpus._forms import form
from bot.features.corpus._rights import article_service, chosen
from bot.features.corpus.rendering import DISCARDED, audit, audit_undone, render_done, render_undone
from bot.interactions import answers
from bot.messages.language import gettext
from bot.messages.reply import Reply
from bot.monitoring.logs import describe_error
from bot.services.drafts import Draft
from bot.services.editing import collection_of
from bot.services.gaps import brief
from bot.state import GuildSettings
from index.types import Article

if TYPE_CHECKING:
    from bot.client import FootnoteBot

_log = logging.getLogger(__name__)

_SOON: Final = 1.2  # seconds that each of two steps may take before a form


class _OfDraft(Remade, template=r"(?!)"):
    """A button that carries the name of a draft."""

    draft: str

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """Make the button again that was pressed."""
        made = await super().from_custom_id(interaction, item, match)
        made.draft = match["draft"]
        return made


class Do(_OfDraft, template=r"corpus-do:(?P<draft>[\w-]{16})"):
    """Makes the change that was proposed."""

    @answers
    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Make the change, and tell the log channel."""
        held = require_editor(interaction)
        await interaction.response.defer()
        done = await article_service(interaction).carry_out(self.draft, interaction.guild_id or 0, held)
        await _show(interaction, render_done(done))
        with before_all(interaction):
            line = audit(done, interaction.user.display_name)
        await _log_in_channel(interaction, held, line, done)


class Discard(_OfDraft, template=r"corpus-discard:(?P<draft>[\w-]{16})"):
    """Forgets the change that was proposed."""

    @answers
    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Delete the draft."""
        held = require_editor(interaction)
        await interaction.response.defer()
        await article_service(interaction).discard(self.draft, interaction.guild_id or 0, held)
        await _show(interaction, Reply(gettext(DISCARDED)))


class Undo(_OfDraft, template=r"corpus-undo:(?P<draft>[\w-]{16})"):
    """Takes back a change that was made."""

    @answers
    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Take it back, and tell the log channel."""
        held = require_editor(interaction)
        await interaction.response.defer()
        undone = await article_service(interaction).undo(self.draft, interaction.guild_id or 0, held)
        with before_all(interaction):
            reply = audit_undone(undone, interaction.user.display_name)
        message = interaction.message
        is_line = message is not None and not message.flags.ephemeral  # that told of the change
        await _show(interaction, reply if is_line else render_undone(undone))
        if not is_line:
            await _log_in_channel(interaction, held, reply, undone)


class Start(Remade, template=r"corpus-gap:(?P<question>\d{1,18})"):
    """Starts an article about what was not found."""

    @answers
    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Open a form that shows the questions and the nearest sentences; it must open within 3 seconds."""
        bot: FootnoteBot = interaction.client
        held = require_editor(interaction)
        number = int((self.item.custom_id or "").partition(":")[2])
        missed = await bot.state.unanswered.of(interaction.guild_id or 0)
        found = await bot.article_service.gaps(missed, bot.gap_people, time_limit=_SOON)
        gap = next((each for each in found if number in {one.id for one in each.questions}), None)
        if gap is None:
            raise UnknownDraft
        title = gap.questions[0].question
        nearest = (await bot.engine_service.now(title, held, _SOON)).candidates
        near = collection_of(nearest[0].article_id) if nearest else ""
        where = chosen(held, near if held.allows(near) else "")
        article = Article("", title, "")
        await interaction.response.send_modal(form("add", where, article, brief(gap, nearest)))


async def _show(interaction: discord.Interaction[Any], reply: Reply) -> None:
    await interaction.edit_original_response(content=reply.content, view=view(reply))


async def _log_in_channel(
    interaction: discord.Interaction[Any], held: GuildSettings, line: Reply, draft: Draft
) -> None:
    """Tell the log channel, where there is one. The change stands even where it cannot be told."""
    if held.log is None:
        return
    channel = interaction.client.get_partial_messageable(held.log, guild_id=interaction.guild_id)
    try:
        await channel.send(line.content, view=view(line) or discord.utils.MISSING, suppress_embeds=True)
    except discord.HTTPException as error:
        _log.warning(
            "The log channel could not be told of a change of %s: %s", draft.article_id, describe_error(error)
        )
        await interaction.followup.send(
            gettext(
                "I could not write to the log channel {channel}. Please look at my permissions there.",
                channel=f"<#{held.log}>",
            ),
            ephemeral=True,
        )
