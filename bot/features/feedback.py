"""The buttons 👍 and 👎 on answers: one verdict of each member on each answer, which can be changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import discord

from bot.context import BotContext, Interaction, bot_of
from bot.discord_io.sending import buttons, defer, open_form, respond
from bot.errors import AskError
from bot.features.history import answered, fields
from bot.interactions import take_look
from bot.messages import custom_ids
from bot.messages.escape import one_line
from bot.messages.localization import gettext, gettext_noop
from bot.messages.question_header import quotation
from bot.messages.reply import Reply
from bot.state import Verdict
from index.types import ArticleCard

UNKNOWN: Final = gettext_noop("I can no longer read what was asked here, so I saved nothing.")
THANKS: Final = gettext_noop("Thank you! I have saved your feedback.")
CHANGED: Final = gettext_noop("I have replaced your earlier feedback with this.")
NO_SUCH: Final = gettext_noop(
    "I don't know exactly one article with that name, so I saved the name as you wrote it."
)
_REASONS: Final = {
    "wrong": gettext_noop("The sentence does not answer the question"),
    "outdated": gettext_noop("It is out of date"),
    "missing": gettext_noop("The articles have the answer, but I did not find it"),
    "other": gettext_noop("Something else"),
}


async def give_verdict(interaction: Interaction, verdict: str) -> None:
    """Keep praise, or ask in a form what is wrong."""
    if verdict == "good":
        await defer(interaction)
        await _keep(interaction, good=True)
        return
    options = [discord.SelectOption(label=gettext(label), value=value) for value, label in _REASONS.items()]
    reason = discord.ui.Label(
        text=gettext("Reason"), component=discord.ui.Select[Any](custom_id="reason", options=options)
    )
    article = discord.ui.Label[Any](
        text=gettext("The right article, if you know it"),
        description=gettext("Its title, or its id."),
        component=discord.ui.TextInput(custom_id="article", required=False, max_length=200),
    )
    form = custom_ids.VERDICT_FORM.encode()
    await open_form(interaction, gettext("What is wrong?"), form, reason, article)


async def take_form(interaction: Interaction) -> None:
    """Keep what was filled into the form."""
    await defer(interaction)
    filled = fields(interaction)
    await _keep(interaction, good=False, reason=filled["reason"][0], named=(filled["article"] or "").strip())


async def _keep(interaction: Interaction, *, good: bool, reason: str = "", named: str = "") -> None:
    """Keep a verdict, with what is known of the evidence, and thank for it."""
    bot, message = bot_of(interaction), interaction.message
    asked = await answered(message, bot)
    if message is None or not asked.questions:
        await respond(interaction, Reply(gettext(UNKNOWN)))
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
    await respond(interaction, Reply(" ".join(lines)))


async def _cited(interaction: Interaction, message: discord.Message) -> list[dict[str, str]]:
    """The quoted sentences of a message that are still there, with their articles, by its citation ids."""
    service = bot_of(interaction).engine_service
    found = []
    for button in buttons(message):
        fields = custom_ids.IN_CONTEXT.parse(button.action or "")
        if fields is None:
            continue
        words = quotation(message.content, button.label)
        try:
            context = await service.context(fields["citation_id"], words, take_look(interaction))
        except AskError:  # it may not be shown here any more, or there is no time
            continue
        if context.article is not None and context.status in ("intact", "moved"):
            text = context.article.text[context.start : context.end]
            found.append({"article_id": context.article.id, "text": text})
    return found


async def _article(interaction: Interaction, named: str) -> ArticleCard | None:
    """The article that a member means; None if there is none, or several."""
    try:
        found = await bot_of(interaction).engine_service.articles(named, rules=take_look(interaction))
    except AskError:  # a verdict is kept even if nothing can be looked up
        return None
    name = named.casefold()
    exact = [each for each in found if name in (each.id.casefold(), each.title.strip().casefold())]
    fitting = exact or found
    return fitting[0] if len(fitting) == 1 else None


async def setup(bot: BotContext) -> None:
    """Add the buttons and the form."""
    bot.on_press(custom_ids.VERDICT, give_verdict)
    bot.on_press(custom_ids.VERDICT_FORM, take_form)
