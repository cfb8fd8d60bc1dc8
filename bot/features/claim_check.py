"""Is this in our articles?, in the menu of a message: compares what it says with the articles."""

from __future__ import annotations

from typing import Final

import discord
from discord import app_commands

from bot.context import BotContext, Interaction, bot_of
from bot.discord_io.sending import defer, respond
from bot.features.history import text_of
from bot.interactions import command, take_turn
from bot.messages import match_results
from bot.messages.answers import Layout, about_line
from bot.messages.escape import one_line
from bot.messages.localization import gettext, gettext_noop
from bot.messages.reply import Reply
from bot.messages.sources import Footnote
from index.types import Citation, Comparison

NAME: Final = gettext_noop("Is this in our articles?")
NOTHING: Final = gettext_noop("**– I found nothing like this in the articles.**")
NO_CLAIM: Final = gettext_noop("That message has no words that I could look for in the articles.")
CAUTION: Final = gettext_noop(
    "-# I compare words, numbers and dates. I cannot tell what is true, and articles may be wrong."
)

_SHOWN: Final = 4  # claims; once there are so many sentences, a claim gets one at most
_CLAIM: Final = 120  # UTF-16 units


@command
async def compare(interaction: Interaction, message: discord.Message) -> None:
    """Compare a message with the articles, for the one who asked."""
    rules = take_turn(interaction)
    await defer(interaction)
    text = text_of(message, interaction.application_id, interaction.user)
    reply = Reply(gettext(NO_CLAIM))
    if any(char.isalnum() for char in text):
        comparison = await bot_of(interaction).engine_service.compare(text, rules=rules)
        reply = render_comparison(comparison, message.jump_url)
    await respond(interaction, reply)


def render_comparison(comparison: Comparison, about: str) -> Reply:
    """Render a message together with what the articles say about it.

    Args:
        comparison: From the engine.
        about: Address of the message.
    """
    if not comparison.claims:
        return Reply(gettext(NO_CLAIM))
    footnotes: list[Footnote] = []
    above: list[list[str]] = []
    lines: list[str] = []  # above the next sentence
    for claim in comparison.claims[:_SHOWN]:
        lines.append(f"-# “{one_line(claim.text, _CLAIM)}”")
        if not claim.matches:
            lines.append(gettext(NOTHING))
        for match in claim.matches[: 1 + (len(footnotes) < _SHOWN)]:
            verdict = match_results.of_match(match)
            place = _place(match.citation)
            known = next((each for each in footnotes if _place(each.citation) == place), None)
            if known is not None:  # a sentence is quoted once
                above_it = gettext("sentence {mark}, above.", mark=known.mark)
                lines.append(f"**{verdict}: {above_it}**")
                continue
            footnotes.append(Footnote(len(footnotes) + 1, match.citation))
            above.append([*lines, f"**{verdict}:**"])
            lines = []
    if comparison.left_out:
        count = len(comparison.claims)
        told = gettext(
            "I looked for the first {count} of {all} statements.",
            count=count,
            all=count + comparison.left_out,
        )
        lines.append(f"-# {told}")
    return Layout([about_line(about)], footnotes, above, below=[*lines, gettext(CAUTION)]).render()


def _place(citation: Citation) -> tuple[str, int]:
    return citation.article_id, citation.start


async def setup(bot: BotContext) -> None:
    """Add the menu."""
    bot.tree.add_command(app_commands.ContextMenu(name=NAME, callback=compare))
