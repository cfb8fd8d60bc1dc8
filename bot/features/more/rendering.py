"""What was found besides the sentences of an answer, page by page. Pure, and never over a limit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from bot.messages.answers import further, lay_out
from bot.messages.language import gettext, gettext_noop
from bot.messages.reply import Button, Reply
from bot.messages.sources import numbered
from bot.messages.turns import head
from index.types import Answer

TITLE: Final = gettext_noop("**More sentences, nearest first.** They need not answer the question.")
NOTHING_MORE: Final = gettext_noop("**There is nothing else** close to the question.")
THE_END: Final = gettext_noop(
    "-# That is all I found. Other words may find more, and `/articles` lists the articles."
)
NEXT, BACK = gettext_noop("More ▶"), gettext_noop("◀ Back")

_PAGE: Final = 3  # sentences


def render_more(
    answer: Answer, first: int = 0, *, earlier: Sequence[str] = (), collection: str | None = None
) -> Reply:
    """Put the sentences after those of an answer into words, some at a time.

    The question stands on top, as on an answer, so that the buttons can ask it again.

    Args:
        answer: From the engine.
        first: How many of them stand on the pages before.
        earlier: Questions before it, oldest first, where it was asked as a follow-up.
        collection: The only one that was looked in.
    """
    found = further(answer)
    first = min(max(first, 0), max(len(found) - 1, 0)) // _PAGE * _PAGE
    after = first + _PAGE
    top = [*head(answer.question, earlier if answer.follows else (), collection)]
    if not found:
        return Reply("\n".join([*top, gettext(NOTHING_MORE), gettext(THE_END)]))
    actions = [Button(gettext(BACK), action=f"more:{first - _PAGE}")] if first else []
    if after < len(found):
        actions.append(Button(gettext(NEXT), action=f"more:{after}"))
    notes = [gettext(THE_END)] if after >= len(found) else []
    return lay_out([*top, gettext(TITLE)], numbered(found[first:after]), notes, actions)
