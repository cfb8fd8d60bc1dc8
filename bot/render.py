"""From an answer to a message. Pure, total, and never over a limit, whatever articles and questions hold."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from bot.escape import cut, one_line, pieces, units, unwrap
from bot.links import button_address
from bot.reply import CONTENT, Button, Reply
from bot.sources import Detail, Footnote, numbered, source_lines
from bot.turns import head as turns_head
from index.types import Answer, Status

FOUND_NOTHING: Final = "I found no answer to this in the articles."
DECLINED: Final = f"**{FOUND_NOTHING}**"
NEAREST: Final = "Nearest sentence, not an answer:"
IN_CONTEXT: Final = "In context"
FOLLOW_UP, WHY, SHARE = "Follow up", "Why this?", "Share"
GOOD, BAD, HUMAN = "👍", "👎", "Ask a human"
SIGNATURE: Final = 100
"""UTF-16 units that a private answer leaves free, for the name of the one who shares it."""

_SHOWN: Final = 5  # sentences; as many as a row has buttons
_ENOUGH: Final = 250  # UTF-16 units of a sentence that are worth more than a longer line about its source
_REASON, _NOTE, _LEAD = 300, 150, 160
_NOTES: Final = 3
_DETAILS: Final = (Detail(160, 80, True), Detail(160, 80, False), Detail(80, 40, False), Detail(60, 0, False))
_LAYOUTS: Final = (*((detail, True) for detail in _DETAILS), (_DETAILS[-1], False))
_LAST_BREAKS: Final = re.compile(r"(?:\n>\s*)+\Z")


def render(
    answer: Answer,
    *,
    asked: bool = False,
    about: str | None = None,
    earlier: Sequence[str] = (),
    collection: str | None = None,
    private: bool = False,
    human: bool = False,
) -> Reply:
    """Put an answer into words.

    Args:
        answer: From the engine.
        asked: Whether to repeat the question, for readers who do not see it.
        about: Address of the message that was asked about.
        earlier: Questions before it, oldest first, where it was asked as a follow-up.
        collection: The only one that was looked in.
        private: Whether only one member sees it, who may share it.
        human: Whether there is somebody to call where nothing is found.
    """
    answered = answer.status is Status.ANSWERED and bool(answer.citations)
    head = []
    if about is not None:
        head.append(f"-# about [this message](<{about}>)")
    if asked or answer.follows:
        head += turns_head(answer.question, earlier if answer.follows else (), collection)
    notes = [f"-# {one_line(note, _NOTE)}" for note in answer.notes[:_NOTES]]
    actions = [Button(FOLLOW_UP, action="follow"), Button(WHY, action="why")]
    if private:
        actions.append(Button(SHARE, action="share"))
    if human and not answered:
        actions.append(Button(HUMAN, action="human"))
    actions += [Button(GOOD, action="verdict:good"), Button(BAD, action="verdict:bad")]
    spare = SIGNATURE if private else 0
    if answered:
        return _message(head, numbered(answer.citations[:_SHOWN]), notes, actions, spare)
    reason = one_line(answer.reason or "", _REASON)
    if answer.chat:
        return Reply("\n".join([*head, reason]))
    head.append(f"{DECLINED} {reason}".rstrip())
    nearest = numbered(answer.candidates[:1])
    if nearest:
        head.append(NEAREST)
    return _message(head, nearest, notes, actions, spare)


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


def _message(
    head: Sequence[str],
    footnotes: Sequence[Footnote],
    notes: Sequence[str],
    actions: Sequence[Button],
    spare: int,
) -> Reply:
    texts = [_parts(each.citation.text) for each in footnotes]
    costs = [sum(map(units, parts)) for parts in texts]
    marks = sum(units(quote([], each.mark, 0)) + 3 for each in footnotes)  # with line break and omission
    for detail, besides in _LAYOUTS:  # what is not evidence goes last, but before a sentence is mutilated
        leads = [_lead(each) if besides else [] for each in footnotes]
        lines = [*(notes if besides else ()), *source_lines(footnotes, detail)]
        fixed = [*head, *lines, *(line for lead in leads for line in lead)]
        room = CONTENT - spare - marks - sum(units(line) + 1 for line in fixed)
        limit = share(costs, room)
        if limit >= min(_ENOUGH, max(costs, default=0)):
            break
    quotes = [
        line
        for lead, parts, each in zip(leads, texts, footnotes, strict=True)
        for line in (*lead, quote(parts, each.mark, limit))
    ]
    buttons = (*_buttons(footnotes, links=not detail.links), *actions)
    return Reply("\n".join([*head, *quotes, *lines]), buttons)


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
