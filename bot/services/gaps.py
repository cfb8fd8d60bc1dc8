"""What is asked and not found: grouped, and shown to editors once enough people have asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from bot.messages.escape import one_line
from bot.messages.language import gettext, gettext_noop, ngettext
from bot.messages.reply import Button, Reply
from bot.state import Missed
from index.types import Citation

START: Final = gettext_noop("Start an article")
SHOWN: Final = 5
NO_GAPS: Final = gettext_noop("Nothing: no question without an answer was asked by {people} or more people.")
SWITCHED_OFF: Final = gettext_noop(
    "I do not keep questions that I find no answer to, so I cannot say what is missing. My "
    "operators can turn that on with `BOT_KEEP_UNANSWERED=true`; `/privacy` then tells members."
)
_WORDINGS: Final = 3


@dataclass(frozen=True, slots=True)
class Gap:
    """Questions that ask for the same thing, which was not found.

    Attributes:
        questions: The most typical first.
        people: How many different people asked them.
    """

    questions: tuple[Missed, ...]
    people: int

    @property
    def wordings(self) -> list[str]:
        """The questions, each wording once."""
        return list(dict.fromkeys(each.question for each in self.questions))


def gaps(missed: Sequence[Missed], groups: Sequence[Sequence[int]], people: int) -> list[Gap]:
    """The groups of questions that enough different people have asked, most people first."""
    found = []
    for group in groups:
        questions = tuple(missed[position] for position in group)
        count = len({each.member for each in questions})
        if count >= people:
            found.append(Gap(questions, count))
    return sorted(found, key=lambda gap: -gap.people)


def render_gaps(found: Sequence[Gap], people: int) -> Reply:
    """The first gaps, each with a button that starts an article."""
    if not found:
        return Reply(gettext(NO_GAPS, people=people))
    lines = [gettext("**Asked and not found**")]
    buttons = []
    for number, gap in enumerate(found[:SHOWN], 1):
        last = max(each.asked for each in gap.questions)
        quoted = " · ".join(f"“{one_line(each, 100)}”" for each in gap.wordings[:_WORDINGS])
        people_asked = ngettext(
            "{count} person, last {when}:", "{count} people, last {when}:", gap.people, when=f"<t:{last}:R>"
        )
        lines.append(f"{number}. {people_asked} {quoted}")
        buttons.append(Button(f"{gettext(START)} ({number})", action=f"corpus-gap:{gap.questions[0].id}"))
    return Reply("\n".join(lines), tuple(buttons))


def brief(gap: Gap, nearest: Sequence[Citation]) -> str:
    """What the form for a new article shows: the questions, and the nearest sentences."""
    lines = [gettext("**Asked**"), *(f"- {one_line(each, 200)}" for each in gap.wordings[:SHOWN])]
    if nearest:
        lines.append(gettext("**Nearest sentences**"))
        lines += [f"- “{one_line(each.text, 200)}” ({one_line(each.title, 80)})" for each in nearest[:3]]
    return "\n".join(lines)
