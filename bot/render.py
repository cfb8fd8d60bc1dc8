"""From an answer to a message. Pure, total, and never over a limit, whatever articles and questions hold."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from bot.escape import cut, one_line, pieces, units, unwrap
from bot.links import button_address
from bot.reply import CONTENT, Button, Reply
from bot.sources import Detail, Footnote, numbered, source_lines
from index.types import Answer, Status

FOUND_NOTHING: Final = "I found no answer to this in the articles."
DECLINED: Final = f"**{FOUND_NOTHING}**"
NEAREST: Final = "Nearest sentence, not an answer:"
IN_CONTEXT: Final = "In context"

_SHOWN: Final = 5  # sentences; as many as a row has buttons
_ENOUGH: Final = 250  # UTF-16 units of a sentence that are worth more than a longer line about its source
_QUESTION, _REASON, _NOTE, _LEAD = 200, 300, 150, 160
_NOTES: Final = 3
_DETAILS: Final = (Detail(160, 80, True), Detail(160, 80, False), Detail(80, 40, False), Detail(60, 0, False))
_LAYOUTS: Final = (*((detail, True) for detail in _DETAILS), (_DETAILS[-1], False))
_LAST_BREAKS: Final = re.compile(r"(?:\n>\s*)+\Z")


def render(answer: Answer, *, asked: bool = False, about: str | None = None) -> Reply:
    """Put an answer into words.

    Args:
        answer: From the engine.
        asked: Whether to repeat the question, for readers who do not see it.
        about: Address of the message that was asked about.
    """
    answered = answer.status is Status.ANSWERED and bool(answer.citations)
    head = []
    if about is not None:
        head.append(f"-# about [this message](<{about}>)")
    if asked:
        head.append(f"-# {one_line(answer.question, _QUESTION)}")
    notes = [f"-# {one_line(note, _NOTE)}" for note in answer.notes[:_NOTES]]
    if answered:
        return _message(head, numbered(answer.citations[:_SHOWN]), notes)
    reason = one_line(answer.reason or "", _REASON)
    if answer.chat:
        return Reply("\n".join([*head, reason]))
    head.append(f"{DECLINED} {reason}".rstrip())
    nearest = numbered(answer.candidates[:1])
    if nearest:
        head.append(NEAREST)
    return _message(head, nearest, notes)


def quote(parts: Sequence[str], mark: str, limit: int) -> str:
    """A sentence as a block quote with its footnote, shortened to `limit` UTF-16 units of text.

    The mark of omission stands outside of the quotation marks: it is not in the article.
    """
    text, shortened = cut(parts, limit)
    return f"> “{_LAST_BREAKS.sub('', text)}”{' …' if shortened else ''} {mark}"


def share(costs: Sequence[int], budget: int) -> int:
    """The largest limit with which texts of these lengths, each cut to it, stay within the budget."""
    left, limit = budget, 0
    for count, cost in zip(range(len(costs), 0, -1), sorted(costs), strict=True):
        limit = left // count
        if cost > limit:
            return limit
        left -= cost
    return max([limit, *costs])


def _message(head: Sequence[str], footnotes: Sequence[Footnote], notes: Sequence[str] = ()) -> Reply:
    texts = [_parts(each.citation.text) for each in footnotes]
    costs = [sum(map(units, parts)) for parts in texts]
    marks = sum(units(quote([], each.mark, 0)) + 3 for each in footnotes)  # with line break and omission
    for detail, besides in _LAYOUTS:  # what is not evidence goes last, but before a sentence is mutilated
        leads = [_lead(each) if besides else [] for each in footnotes]
        lines = [*(notes if besides else ()), *source_lines(footnotes, detail)]
        fixed = [*head, *lines, *(line for lead in leads for line in lead)]
        room = CONTENT - marks - sum(units(line) + 1 for line in fixed)
        limit = share(costs, room)
        if limit >= min(_ENOUGH, max(costs, default=0)):
            break
    quotes = [
        line
        for lead, parts, each in zip(leads, texts, footnotes, strict=True)
        for line in (*lead, quote(parts, each.mark, limit))
    ]
    return Reply("\n".join([*head, *quotes, *lines]), _buttons(footnotes, links=not detail.links))


def _lead(footnote: Footnote) -> list[str]:
    """The sentence that a cited one leans on, small and above it, for it is no evidence itself."""
    lead = footnote.citation.lead
    return [f"> -# Context: “{one_line(lead.text, _LEAD)}”"] if lead is not None else []


def _parts(sentence: str) -> list[str]:
    """A sentence's pieces, as many as a message could hold and one more, with the marks of a block quote."""
    parts: list[str] = []
    total = 0
    for part in pieces(unwrap(sentence)):
        parts.append(part.replace("\n", "\n> "))
        total += units(parts[-1])
        if total > CONTENT:
            break
    return parts


def _buttons(footnotes: Sequence[Footnote], *, links: bool) -> tuple[Button, ...]:
    one = len(footnotes) == 1
    contexts = [
        Button(IN_CONTEXT if one else f"{IN_CONTEXT} {each.mark}", receipt=each.citation.receipt)
        for each in footnotes
        if each.citation.receipt
    ]
    opens = [
        Button("Open" if one else f"Open {each.mark}", url=address)
        for each in footnotes
        if links and (address := button_address(each.citation.link) or button_address(each.citation.url))
    ]
    return (*contexts, *opens)
