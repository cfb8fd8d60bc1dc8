"""Questions that no quoted sentence can answer: for articles themselves, a summary, an opinion or a task."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Final

from index.store import Snapshot
from index.text.words import content_terms, terms, written
from index.types import ArticleList, ArticlesFound, Declined, IndexInfo, PlainReason

LISTED: Final = 25
"""Articles that an answer lists."""

_POLITE: Final = r"(?:please |(?:can|could|would|will) you (?:please )?|i (?:want|need) you to )?"
_ARTICLES: Final = r"(?:articles|documents|docs)"
_THERE: Final = (
    r"(?:are there|there are|exist|(?:do|can) you (?:have|know|answer from|search|see)|have you(?: got)?"
    r"|are (?:available|indexed))(?: (?:in total|altogether|here|now|available|indexed))*"
)
_ABOUT: Final = (
    r"(?:(?:that|which) )?(?:are )?(?:about|on|regarding|concerning|mention(?:ing|s)?|talk(?:ing)? about"
    r"|deal(?:ing)? with)"
)
_LISTINGS: Final = tuple(
    re.compile(pattern)
    for pattern in (
        rf"(?:how many|which|what) {_ARTICLES} {_THERE}(?: {_ABOUT} (?P<topic>.+))?",
        rf"(?:how many|which|what) {_ARTICLES} {_ABOUT} (?P<topic>.+?) {_THERE}",
        rf"(?:how many|which|what) {_ARTICLES} (?:mention|are about|talk about|deal with) (?P<topic>.+)",
        rf"{_POLITE}(?:list|show|name|find|give)(?: (?:me|us))?(?: (?:all|every|your|the|of|available))*"
        rf" {_ARTICLES}(?: you have)?(?: {_ABOUT} (?P<topic>.+))?",
        rf"(?:is there|are there|do you have|have you got) (?:an?|any|some) (?:article|{_ARTICLES})"
        rf" {_ABOUT} (?P<topic>.+)",
        r"what (?:can i|can we|could i|may i) ask(?: you)?(?: about)?(?: here)?",
        r"(?:what|which) (?:topics|subjects|things) (?:do|can) you (?:know|cover|answer)(?: about)?",
        r"what do you know(?: about)?(?: here)?",
    )
)
_BEYOND: Final = (
    (
        PlainReason.ASKS_FOR_LIST,
        rf"^{_POLITE}(?:list|show|name|give|find)(?: (?:me|us))? (?:all|every|each)\b"
        rf"|^how many (?:\w+ )?(?:{_ARTICLES}|pages|files|sentences|words)\b"
        rf"|^(?:what|which) {_ARTICLES} (?:are|do)\b",
    ),
    (
        PlainReason.ASKS_FOR_SUMMARY,
        rf"^{_POLITE}(?:summari[sz]e|sum (?:it |this |that |them )?up|outline|recap)\b"
        r"|^tl ?dr\b|\btl ?dr$|\bsummary$"
        r"|\b(?:a|an|the) (?:\w+ )?(?:summary|overview|outline|gist) of\b|\bin a nutshell\b",
    ),
    (
        PlainReason.ASKS_FOR_OPINION,
        r"\b(?:what|how) (?:do|would) you (?:think|recommend|suggest|advise|prefer)\b"
        r"|^do you (?:\w+ )?(?:think|believe|agree|like|prefer|recommend)\b"
        r"|\bwould you (?:recommend|advise)\b"
        r"|\byour (?:\w+ )?(?:opinion|view|advice|favou?rite)\b|^is it (?:worth|wise|better|a good idea)\b"
        r"|\bwhat should (?:i|we) (?:do|choose|pick|buy|read|play)$"
        r"|^(?:which|what) (?:\w+ ){0,3}should (?:i|we) (?:choose|pick|buy|read|play|take)$",
    ),
    (
        PlainReason.ASKS_FOR_TASK,
        rf"^{_POLITE}(?:compare|calculate|compute|convert|translate|rewrite|rephrase|paraphrase|write|draft"
        r"|proofread|correct)\b",
    ),
)
_PATTERNS: Final = tuple((kind, re.compile(pattern)) for kind, pattern in _BEYOND)
_THANKS: Final = (" please", " thanks", " thank you")
_LEFT_OVER: Final = re.compile(r"^(?:the|a|an|any|our|your) | (?:then|at all|in total|here|now)$")


def answer_with_list(
    snapshot: Snapshot,
    question: str,
    collections: Sequence[str] | None,
    describe: Callable[[Snapshot], IndexInfo],
) -> Declined | None:
    """Answer a question that asks which articles there are, or which contain some words.

    Args:
        snapshot: The state of the index.
        question: In the asker's words.
        collections: Where to look; None for everywhere.
        describe: Describes the index.

    Returns:
        A list of articles, those with the words in their titles first; None where the question asks for
        something else, or there are no such articles.
    """
    topic = topic_of(question)
    if topic is None:
        return None
    if wanted := content_terms(topic):
        cards = snapshot.cards_holding(wanted, collections)
        cards.sort(key=lambda card: not set(wanted) <= set(terms(card.title)))
    else:
        cards = snapshot.cards(limit=None, collections=collections)
    if not cards:
        return None
    return Declined(
        question=question,
        confidence=0.0,
        candidates=(),
        passages=(),
        index=describe(snapshot),
        reason=ArticlesFound(topic, len(cards)),
        articles=ArticleList(topic, len(cards), tuple(cards[:LISTED])),
    )


def topic_of(question: str) -> str | None:
    """Return what the articles that a question asks for are about; `""` if it asks for all of them.

    Returns:
        None where the question asks for something else, as almost all do.
    """
    words = _without_thanks(question)
    for pattern in _LISTINGS:
        if found := pattern.fullmatch(words):
            topic = found.groupdict().get("topic") or ""
            return _LEFT_OVER.sub("", _LEFT_OVER.sub("", topic))
    return None


def unsupported(question: str) -> PlainReason | None:
    """Return what a question asks for that no quoted sentence can give.

    Only for questions without an answer: a sentence answers many that look like this.
    """
    words = _without_thanks(question)
    return next((kind for kind, pattern in _PATTERNS if pattern.search(words)), None)


def _without_thanks(question: str) -> str:
    """Return the words of a question without a "please" at the end."""
    words = " ".join(written(question))
    end = len(words)
    while thanks := next((each for each in _THANKS if words.endswith(each, 0, end)), ""):
        end -= len(thanks)
    return words[:end]
