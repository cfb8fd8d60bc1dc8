"""From an answer to a message. Pure, total, and never over a limit, whatever articles and questions hold."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from bot.messages.article_list import list_lines
from bot.messages.escape import cut, one_line, pieces, units, unwrap, without_last_breaks
from bot.messages.language import gettext, gettext_noop
from bot.messages.links import button_address
from bot.messages.reasons import describe_note, describe_reason
from bot.messages.reply import CONTENT, Button, Reply
from bot.messages.small_talk import SmallTalk
from bot.messages.sources import Detail, Footnote, numbered, source_lines
from bot.messages.turns import head as turns_head
from index.types import Answer, Answered, ArticleList, Citation

FOUND_NOTHING: Final = gettext_noop("I found no answer to this in the articles.")
DECLINED: Final = f"**{FOUND_NOTHING}**"
NEAREST: Final = gettext_noop("Nearest sentence, not an answer:")
IN_CONTEXT: Final = gettext_noop("In context")
FOLLOW_UP, WHY, MORE, SHARE = (
    gettext_noop("Follow up"),
    gettext_noop("Why this?"),
    gettext_noop("More"),
    gettext_noop("Share"),
)
GOOD, BAD, HUMAN = "👍", "👎", gettext_noop("Ask a human")
ARTICLES: Final = gettext_noop("See the articles")
SIGNATURE: Final = 100
"""UTF-16 units that a private answer leaves free, for the name of the one who shares it."""

_SHOWN: Final = 5  # sentences; as many as a row has buttons
_ENOUGH: Final = 250  # UTF-16 units of a sentence that are worth more than a longer line about its source
_REASON, _NOTE, _LEAD = 300, 150, 160
_NOTES: Final = 3
_LISTED: Final = 10  # articles
_DETAILS: Final = (Detail(160, 80, True), Detail(160, 80, False), Detail(80, 40, False), Detail(60, 0, False))
_LAYOUTS: Final = (*((detail, True) for detail in _DETAILS), (_DETAILS[-1], False))


def render(
    answer: Answer | SmallTalk,
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
        answer: From the engine, or a reply to small talk.
        asked: Whether to repeat the question, for readers who do not see it.
        about: Address of the message that was asked about.
        earlier: Questions before it, oldest first, where it was asked as a follow-up.
        collection: The only one that was looked in.
        private: Whether only one member sees it, who may share it.
        human: Whether there is somebody to call where nothing is found.
    """
    follows = not isinstance(answer, SmallTalk) and answer.follows
    head = []
    if about is not None:
        head.append(about_line(about))
    if asked or follows:
        head += turns_head(answer.question, earlier if follows else (), collection)
    if isinstance(answer, SmallTalk):
        return Reply("\n".join([*head, one_line(gettext(answer.reply), _REASON)]))
    notes = [f"-# {one_line(describe_note(note), _NOTE)}" for note in answer.notes[:_NOTES]]
    actions = _actions(answer, private=private, human=human)
    spare = SIGNATURE if private else 0
    if isinstance(answer, Answered):
        return lay_out(head, numbered(shown(answer)), notes, actions, spare)
    reason = one_line(describe_reason(answer.reason), _REASON)
    if answer.articles is not None and answer.articles.cards:
        return _listing(head, reason, answer.articles)
    head.append(f"**{gettext(FOUND_NOTHING)}** {reason}")
    nearest = numbered(shown(answer))
    if nearest:
        head.append(gettext(NEAREST))
    return lay_out(head, nearest, notes, actions, spare)


def about_line(address: str) -> str:
    """The line that says which message was asked about."""
    about, message = gettext("about"), gettext("this message")
    return f"-# {about} [{message}](<{address}>)"


def _actions(answer: Answer, *, private: bool, human: bool) -> list[Button]:
    """The buttons below an answer that do something with it."""
    declined = None if isinstance(answer, Answered) else answer
    offered = {
        Button(gettext(FOLLOW_UP), action="follow"): True,
        Button(gettext(WHY), action="why"): True,
        Button(gettext(MORE), action="more"): bool(further(answer)),
        Button(gettext(SHARE), action="share"): private,
        Button(gettext(HUMAN), action="human"): human and declined is not None,
        Button(GOOD, action="verdict:good"): True,
        Button(BAD, action="verdict:bad"): True,
        Button(gettext(ARTICLES), action="articles"): declined is not None and declined.articles is not None,
    }
    return [button for button, fitting in offered.items() if fitting]


def _listing(head: Sequence[str], reason: str, found: ArticleList) -> Reply:
    """The articles that a question asks for; the first of them, for others read the channel, too."""
    top = [*head, f"**{reason}**"]
    more = gettext("-# These are the first ones.")
    room = CONTENT - SIGNATURE - sum(units(line) + 1 for line in (*top, more))
    lines = list_lines(found.cards[:_LISTED], room)
    foot = [more] if len(lines) < found.total else []
    return Reply("\n".join([*top, *lines, *foot]), (Button(gettext(ARTICLES), action="articles"),))


def shown(answer: Answer) -> tuple[Citation, ...]:
    """The sentences that a message shows of an answer: those that answer it, or else the nearest one."""
    return answer.citations[:_SHOWN] if isinstance(answer, Answered) else answer.candidates[:1]


def further(answer: Answer) -> list[Citation]:
    """The sentences that were found besides, best first."""
    there = {(each.article_id, each.start) for each in shown(answer)}
    return [each for each in answer.candidates if (each.article_id, each.start) not in there]


def quote(parts: Sequence[str], mark: str, limit: int, *, is_part: bool = False) -> str:
    """A sentence as a block quote with its footnote, shortened to `limit` UTF-16 units of text.

    The marks of omission stand outside of the quotation marks, for they are not in the article. Part of a
    sentence has one on each side.
    """
    text, shortened = cut(parts, limit)
    before, after = "… " if is_part else "", " …" if shortened or is_part else ""
    return f"> {before}“{without_last_breaks(text)}”{after} {mark}"


def share(costs: Sequence[int], budget: int) -> int:
    """The largest limit with which texts of these lengths, each cut to it, stay within the budget."""
    left, limit = budget, 0
    for count, cost in zip(range(len(costs), 0, -1), sorted(costs), strict=True):
        limit = left // count
        if cost > limit:
            return limit
        left -= cost
    return max([limit, *costs])


def lay_out(
    head: Sequence[str],
    footnotes: Sequence[Footnote],
    notes: Sequence[str],
    actions: Sequence[Button],
    spare: int = 0,
    *,
    above: Sequence[Sequence[str]] = (),
    below: Sequence[str] = (),
) -> Reply:
    """A message of quoted sentences with their sources, which share the room that there is.

    Args:
        head: Lines above them.
        footnotes: The sentences.
        notes: Lines below them, left out where the sentences need their room.
        actions: Buttons besides those of the sentences.
        spare: UTF-16 units to leave free.
        above: For each footnote, lines above its sentence.
        below: Lines below all sentences.
    """
    tops: Sequence[Sequence[str]] = above or [()] * len(footnotes)
    texts = [_parts(each.citation.text) for each in footnotes]
    costs = [sum(map(units, parts)) for parts in texts]
    marks = sum(units(quote([], each.mark, 0, is_part=True)) + 1 for each in footnotes)  # with line break
    for detail, besides in _LAYOUTS:  # what is not evidence goes last, but before a sentence is mutilated
        leads = [[*top, *(_lead(each) if besides else ())] for top, each in zip(tops, footnotes, strict=True)]
        lines = [*below, *(notes if besides else ()), *source_lines(footnotes, detail)]
        fixed = [*head, *lines, *(line for lead in leads for line in lead)]
        room = CONTENT - spare - marks - sum(units(line) + 1 for line in fixed)
        limit = share(costs, room)
        if limit >= min(_ENOUGH, max(costs, default=0)):
            break
    quotes = [
        line
        for lead, parts, each in zip(leads, texts, footnotes, strict=True)
        for line in (*lead, quote(parts, each.mark, limit, is_part=each.citation.is_part))
    ]
    buttons = (*_buttons(footnotes, links=not detail.links), *actions)
    return Reply("\n".join([*head, *quotes, *lines]), buttons)


def _lead(footnote: Footnote) -> list[str]:
    """The sentence that a cited one leans on, small and above it, for it is no evidence itself."""
    lead = footnote.citation.lead
    if lead is None:
        return []
    label = gettext("Context:")
    return [f"> -# {label} “{one_line(lead.text, _LEAD)}”"]


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
        Button(_of(gettext(IN_CONTEXT), one, each), citation_id=each.citation.citation_id)
        for each in footnotes
        if each.citation.citation_id
    ]
    opens = [
        Button(_of(gettext("Open"), one, each), url=address)
        for each in footnotes
        if links and (address := button_address(each.citation.link) or button_address(each.citation.url))
    ]
    return (*contexts, *opens)


def _of(label: str, alone: bool, footnote: Footnote) -> str:
    """The label of a button that belongs to a footnote; its mark stands last in every language."""
    return label if alone else f"{label} {footnote.mark}"
