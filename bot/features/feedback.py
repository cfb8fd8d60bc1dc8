"""The buttons 👍 and 👎 on answers: one verdict of each member on each answer, which can be changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

import discord
from discord.ext import commands

from bot.access import take_look
from bot.discord_io.views import Remade, buttons
from bot.errors import AskError
from bot.features.follow_up import answered
from bot.interactions import answers
from bot.messages.escape import one_line
from bot.messages.language import gettext, gettext_noop
from bot.messages.turns import quotation
from bot.state import Verdict
from index.types import ArticleCard

if TYPE_CHECKING:
    from bot.client import FootnoteBot

UNKNOWN: Final = gettext_noop("I can no longer read what was asked here, so I saved nothing.")
THANKS: Final = gettext_noop("Thank you, I have saved your verdict.")
CHANGED: Final = gettext_noop("I have replaced your earlier verdict with this one.")
NO_SUCH: Final = gettext_noop(
    "I don't know exactly one article with that name, so I saved the name as you wrote it."
)
_FORM: Final = "verdict:form"
_REASONS: Final = {
    "wrong": gettext_noop("The sentence does not answer the question"),
    "outdated": gettext_noop("It is out of date"),
    "missing": gettext_noop("The articles have the answer, but I did not find it"),
    "other": gettext_noop("Something else"),
}


class Thumb(Remade, template="verdict:(?:good|bad)"):
    """Takes a verdict on the answer that it stands on."""

    @answers
    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Keep the praise, or ask in a form what is wrong."""
        if self.item.custom_id == "verdict:bad":
            await interaction.response.send_modal(form())
            return
        await interaction.response.defer(ephemeral=True, thinking=True)
        await _keep(interaction, good=True)


def form() -> discord.ui.Modal:
    """The form that asks what is wrong; Discord sends it back with the message that it was opened from."""
    made = discord.ui.Modal(title=gettext("What is wrong?"), custom_id=_FORM)
    options = [discord.SelectOption(label=gettext(label), value=value) for value, label in _REASONS.items()]
    made.add_item(
        discord.ui.Label(
            text=gettext("Reason"), component=discord.ui.Select[Any](custom_id="reason", options=options)
        )
    )
    made.add_item(
        discord.ui.Label(
            text=gettext("The right article, if you know it"),
            description=gettext("Its title, or its id."),
            component=discord.ui.TextInput(custom_id="article", required=False, max_length=200),
        )
    )
    made.stop()  # for the library need not remember it: `Verdicts` reads what is sent
    return made


class Verdicts(commands.Cog):
    """Keeps what is sent in forms, also in those that were opened before a restart."""

    @commands.Cog.listener()
    async def on_interaction(self, interaction: discord.Interaction[Any]) -> None:
        """Keep a verdict."""
        data: Any = interaction.data
        if interaction.type is discord.InteractionType.modal_submit and data["custom_id"] == _FORM:
            await self._take(interaction)

    @answers
    async def _take(self, interaction: discord.Interaction[Any]) -> None:
        await interaction.response.defer(ephemeral=True, thinking=True)
        data: Any = interaction.data
        parts = {each["component"]["custom_id"]: each["component"] for each in data["components"]}
        await _keep(
            interaction,
            good=False,
            reason=parts["reason"]["values"][0],
            named=(parts["article"]["value"] or "").strip(),
        )


async def _keep(
    interaction: discord.Interaction[Any], *, good: bool, reason: str = "", named: str = ""
) -> None:
    """Keep a verdict, with what is known of where the answer stands, and thank for it."""
    bot: FootnoteBot = interaction.client
    message = interaction.message
    asked = await answered(message, bot) if message is not None else None
    if message is None or asked is None or not asked.questions:
        await interaction.edit_original_response(content=gettext(UNKNOWN))
        return
    evidence: Sequence[Mapping[str, str]] = ()
    known = None
    if good and asked.answer:
        evidence = await _cited(interaction, message)
    elif named:
        known = await _article(interaction, named)
        evidence = [{"article_id": known.id}] if known is not None else ()
    *earlier, question = asked.questions
    verdict = Verdict(
        message.id, good, bool(asked.answer), question, reason, evidence, named, turns=tuple(earlier)
    )
    changed = await bot.state.feedback.give(interaction.user.id, verdict)
    lines = [gettext(CHANGED if changed else THANKS)]
    if known is not None:
        title = one_line(known.title.strip() or known.id, 200)
        lines.append(gettext("It names the article {title}.", title=title))
    elif named:
        lines.append(gettext(NO_SUCH))
    await interaction.edit_original_response(content=" ".join(lines))


async def _cited(interaction: discord.Interaction[Any], message: discord.Message) -> list[dict[str, str]]:
    """The quoted sentences of a message that still stand, with their articles, from its citation ids."""
    bot: FootnoteBot = interaction.client
    found = []
    for button in buttons(message):
        kind, _, citation_id = (button.action or "").partition(":")
        if kind != "context":
            continue
        words = quotation(message.content, button.label)
        try:
            context = await bot.engine_service.context(citation_id, words, take_look(interaction))
        except AskError:  # it may not be shown here any more, or there is no time
            continue
        if context.article is not None and context.status in ("intact", "moved"):
            text = context.article.text[context.start : context.end]
            found.append({"article_id": context.article.id, "text": text})
    return found


async def _article(interaction: discord.Interaction[Any], named: str) -> ArticleCard | None:
    """The article that a member means; None where it is none, or one of several."""
    bot: FootnoteBot = interaction.client
    try:
        found = await bot.engine_service.articles(named, rules=take_look(interaction))
    except AskError:  # a verdict is kept even where nothing can be looked up
        return None
    name = named.casefold()
    exact = [each for each in found if name in (each.id.casefold(), each.title.strip().casefold())]
    fitting = exact or found
    return fitting[0] if len(fitting) == 1 else None


async def setup(bot: FootnoteBot) -> None:
    """Add the buttons."""
    bot.add_dynamic_items(Thumb)
    await bot.add_cog(Verdicts())
