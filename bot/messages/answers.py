"""Renders answers as messages that are never over a limit, whatever articles and questions contain."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from bot.messages import custom_ids
from bot.messages.article_list import list_lines
from bot.messages.escape import cut, one_line, pieces, units, unwrap, without_last_breaks
from bot.messages.localization import gettext, gettext_noop
from bot.messages.question_header import head as turns_head
from bot.messages.reasons import describe_note, describe_reason
from bot.messages.reply import CONTENT, Button, Reply
from bot.messages.safe_urls import button_address
from bot.messages.small_talk import SmallTalk
from bot.messages.sources import Detail, Footnote, numbered, source_lines
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
_DETAILS: Final = (  # how much the sources say, and whether there are notes and lead-ins; most first
    (Detail(160, 80, True), True),
    (Detail(160, 80, False), True),
    (Detail(80, 40, False), True),
    (Detail(60, 0, False), True),
    (Detail(60, 0, False), False),
)


@dataclass(frozen=True, slots=True)
class AnswerView:
    """How an answer is shown.

    Attributes:
        asked: Whether to repeat the question, for readers who do not see it.
        about: Address of the message that was asked about.
        earlier: Questions before it, oldest first, if it was asked as a follow-up.
        collection: The only one that was searched.
        private: Whether only one member sees it, who may share it.
        human: Whether there is somebody to notify if nothing is found.
    """

    asked: bool = False
    about: str | None = None
    earlier: Sequence[str] = ()
    collection: str | None = None
    private: bool = False
    human: bool = False


def render(answer: Answer | SmallTalk, view: AnswerView = AnswerView()) -> Reply:
    """Render an answer.

    Args:
        answer: From the engine, or a reply to small talk.
        view: How it is shown.
    """
    follows = not isinstance(answer, SmallTalk) and answer.follows
    head = []
    if view.about is not None:
        head.append(about_line(view.about))
    if view.asked or follows:
        head += turns_head(answer.question, view.earlier if follows else (), view.collection)
    if isinstance(answer, SmallTalk):
        return Reply("\n".join([*head, gettext(answer.reply)]))
    footnotes = numbered(shown(answer))
    if not isinstance(answer, Answered):
        reason = one_line(describe_reason(answer.reason), _REASON)
        if answer.articles is not None and answer.articles.cards:
            return _listing(head, reason, answer.articles)
        head.append(f"**{gettext(FOUND_NOTHING)}** {reason}")
        if footnotes:
            head.append(gettext(NEAREST))
    return Layout(
        head,
        footnotes,
        notes=[f"-# {one_line(describe_note(note), _NOTE)}" for note in answer.notes[:_NOTES]],
        actions=_actions(answer, view),
        spare=SIGNATURE if view.private else 0,
    ).render()


def about_line(address: str) -> str:
    """The line that says which message was asked about."""
    about, message = gettext("about"), gettext("this message")
    return f"-# {about} [{message}](<{address}>)"


def _actions(answer: Answer, view: AnswerView) -> list[Button]:
    """The buttons below an answer that do something with it."""
    declined = None if isinstance(answer, Answered) else answer
    offered = {
        Button(gettext(FOLLOW_UP), action=custom_ids.FOLLOW_UP.encode()): True,
        Button(gettext(WHY), action=custom_ids.WHY.encode()): True,
        Button(gettext(MORE), action=custom_ids.MORE.encode()): bool(further(answer)),
        Button(gettext(SHARE), action=custom_ids.SHARE.encode()): view.private,
        Button(gettext(HUMAN), action=custom_ids.HUMAN.encode()): view.human and declined is not None,
        Button(GOOD, action=custom_ids.VERDICT.encode("good")): True,
        Button(BAD, action=custom_ids.VERDICT.encode("bad")): True,
        Button(gettext(ARTICLES), action=custom_ids.ARTICLES.encode()): declined is not None
        and declined.articles is not None,
    }
    return [button for button, fitting in offered.items() if fitting]


def _listing(head: Sequence[str], reason: str, found: ArticleList) -> Reply:
    """Render the first of the articles that a question asks for."""
    top = [*head, f"**{reason}**"]
    more = gettext("-# These are the first ones.")
    room = CONTENT - SIGNATURE - sum(units(line) + 1 for line in (*top, more))
    lines = list_lines(found.cards[:_LISTED], room)
    foot = [more] if len(lines) < found.total else []
    return Reply(
        "\n".join([*top, *lines, *foot]), (Button(gettext(ARTICLES), action=custom_ids.ARTICLES.encode()),)
    )


def shown(answer: Answer) -> tuple[Citation, ...]:
    """The sentences that a message shows of an answer: those that answer it, or else the nearest one."""
    return answer.citations[:_SHOWN] if isinstance(answer, Answered) else answer.candidates[:1]


def further(answer: Answer) -> list[Citation]:
    """The other sentences that were found, best first."""
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


@dataclass(frozen=True, slots=True)
class Layout:
    """A message of quoted sentences with their sources, which share the room that there is.

    Attributes:
        head: Lines above them.
        footnotes: The sentences.
        above: For each footnote, lines above its sentence.
        below: Lines below all sentences.
        notes: Lines below those, left out if the sentences need their room.
        actions: Buttons besides those of the sentences.
        spare: UTF-16 units to leave free.
    """

    head: Sequence[str]
    footnotes: Sequence[Footnote]
    above: Sequence[Sequence[str]] = ()
    below: Sequence[str] = ()
    notes: Sequence[str] = ()
    actions: Sequence[Button] = ()
    spare: int = 0

    def render(self) -> Reply:
        """Render the message."""
        texts = [_parts(each.citation.text) for each in self.footnotes]
        costs = [sum(map(units, parts)) for parts in texts]
        marks = sum(units(quote([], each.mark, 0, is_part=True)) + 1 for each in self.footnotes)  # line break
        for detail, besides in _DETAILS:  # drop what is no evidence, but only before shortening a sentence
            tops, lines = self._besides(detail, besides)
            fixed = [*self.head, *lines, *(line for top in tops for line in top)]
            room = CONTENT - self.spare - marks - sum(units(line) + 1 for line in fixed)
            limit = share(costs, room)
            if limit >= min(_ENOUGH, max(costs, default=0)):
                break
        quotes = [
            line
            for top, parts, each in zip(tops, texts, self.footnotes, strict=True)
            for line in (*top, quote(parts, each.mark, limit, is_part=each.citation.is_part))
        ]
        buttons = (*_buttons(self.footnotes, links=not detail.links), *self.actions)
        return Reply("\n".join([*self.head, *quotes, *lines]), buttons)

    def _besides(self, detail: Detail, besides: bool) -> tuple[list[list[str]], list[str]]:
        """The lines above each sentence, and those below all of them."""
        above = self.above or [()] * len(self.footnotes)
        tops = [
            [*top, *(_lead(each) if besides else ())] for top, each in zip(above, self.footnotes, strict=True)
        ]
        return tops, [
            *self.below,
            *(self.notes if besides else ()),
            *source_lines(self.footnotes, detail),
        ]


def _lead(footnote: Footnote) -> list[str]:
    """The lead-in of a sentence, in small print above it: it is no evidence itself."""
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
        Button(
            _of(gettext(IN_CONTEXT), one, each),
            action=custom_ids.IN_CONTEXT.encode(each.citation.citation_id),
        )
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
    """The label of a button that belongs to a footnote, with the mark at its end in every language."""
    return label if alone else f"{label} {footnote.mark}"
