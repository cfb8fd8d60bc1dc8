"""The button More: the sentences after those of an answer, for the one who pressed, page by page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from bot.context import BotContext, Interaction
from bot.discord_io.sending import defer, respond, update
from bot.features.history import UNKNOWN, again
from bot.interactions import take_turn
from bot.messages import custom_ids
from bot.messages.answers import Layout, further
from bot.messages.localization import gettext, gettext_noop
from bot.messages.question_header import head
from bot.messages.reply import Button, Reply
from bot.messages.sources import numbered
from index.types import Answer

TITLE: Final = gettext_noop("**More sentences, nearest first.** They need not answer the question.")
NOTHING_MORE: Final = gettext_noop("**There is nothing else** close to the question.")
THE_END: Final = gettext_noop(
    "-# That is all I found. Other words may find more, and `/articles` lists the articles."
)
NEXT, BACK = gettext_noop("More ▶"), gettext_noop("◀ Back")

_PAGE: Final = 3  # sentences


async def more(interaction: Interaction, first: int | None) -> None:
    """Ask the question of the message again, and show what comes next; nothing is remembered.

    Args:
        interaction: The press: on an answer it opens a message of its own; there it turns the page.
        first: How many sentences stand on the pages before; None on an answer.
    """
    rules = take_turn(interaction)  # also to turn a page: it asks again
    await defer(interaction, update=first is not None)
    send = respond if first is None else update
    found = await again(interaction, rules)
    if found is None:
        await send(interaction, Reply(gettext(UNKNOWN)))
        return
    asked, answer = found
    await send(
        interaction,
        render_more(answer, first or 0, earlier=asked.questions[:-1], collection=asked.collection),
    )


def render_more(
    answer: Answer, first: int = 0, *, earlier: Sequence[str] = (), collection: str | None = None
) -> Reply:
    """Render the sentences after those of an answer, a page at a time.

    The question stands on top, as on an answer, so that the buttons can ask it again.

    Args:
        answer: From the engine.
        first: How many of them stand on the pages before.
        earlier: Questions before it, oldest first, if it was asked as a follow-up.
        collection: The only one that was searched.
    """
    found = further(answer)
    first = min(max(first, 0), max(len(found) - 1, 0)) // _PAGE * _PAGE
    after = first + _PAGE
    top = [*head(answer.question, earlier if answer.follows else (), collection)]
    if not found:
        return Reply("\n".join([*top, gettext(NOTHING_MORE), gettext(THE_END)]))
    actions = []
    if first:
        actions.append(Button(gettext(BACK), action=custom_ids.MORE.encode(first - _PAGE)))
    if after < len(found):
        actions.append(Button(gettext(NEXT), action=custom_ids.MORE.encode(after)))
    notes = [gettext(THE_END)] if after >= len(found) else []
    return Layout([*top, gettext(TITLE)], numbered(found[first:after]), notes=notes, actions=actions).render()


async def setup(bot: BotContext) -> None:
    """Add the button."""
    bot.on_press(custom_ids.MORE, more)
