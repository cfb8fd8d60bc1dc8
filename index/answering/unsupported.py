"""Questions that no sentence of an article can answer: for the list of articles, a summary, an opinion."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Final

from index.text.words import written
from index.types import phrase


class Unsupported(StrEnum):
    """What a question asks for that single sentences cannot give, and what to say to that."""

    LIST = phrase("I cannot count or list what is in the articles: I quote single sentences.")
    SUMMARY = phrase("I cannot summarize: I quote single sentences.")
    OPINION = phrase("I have no opinion and give no advice: I quote what the articles say.")
    TASK = phrase("I cannot compare, calculate, translate or write: I quote single sentences.")


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
        Unsupported.LIST,
        rf"^{_POLITE}(?:list|show|name|give|find)(?: (?:me|us))? (?:all|every|each)\b"
        rf"|^how many (?:\w+ )?(?:{_ARTICLES}|pages|files|sentences|words)\b"
        rf"|^(?:what|which) {_ARTICLES} (?:are|do)\b",
    ),
    (
        Unsupported.SUMMARY,
        rf"^{_POLITE}(?:summari[sz]e|sum (?:it |this |that |them )?up|outline|recap)\b"
        r"|^tl ?dr\b|\btl ?dr$|\bsummary$"
        r"|\b(?:a|an|the) (?:\w+ )?(?:summary|overview|outline|gist) of\b|\bin a nutshell\b",
    ),
    (
        Unsupported.OPINION,
        r"\b(?:what|how) (?:do|would) you (?:think|recommend|suggest|advise|prefer)\b"
        r"|^do you (?:\w+ )?(?:think|believe|agree|like|prefer|recommend)\b"
        r"|\bwould you (?:recommend|advise)\b"
        r"|\byour (?:\w+ )?(?:opinion|view|advice|favou?rite)\b|^is it (?:worth|wise|better|a good idea)\b"
        r"|\bwhat should (?:i|we) (?:do|choose|pick|buy|read|play)$"
        r"|^(?:which|what) (?:\w+ ){0,3}should (?:i|we) (?:choose|pick|buy|read|play|take)$",
    ),
    (
        Unsupported.TASK,
        rf"^{_POLITE}(?:compare|calculate|compute|convert|translate|rewrite|rephrase|paraphrase|write|draft"
        r"|proofread|correct)\b",
    ),
)
_PATTERNS: Final = tuple((kind, re.compile(pattern)) for kind, pattern in _BEYOND)
_THANKS: Final = (" please", " thanks", " thank you")
_LEFT_OVER: Final = re.compile(r"^(?:the|a|an|any|our|your) | (?:then|at all|in total|here|now)$")


def listing(question: str) -> str | None:
    """What the list of articles should be searched for to answer a question: `""` for all of them.

    Returns:
        None where the question asks for something else, as almost all do.
    """
    words = _said(question)
    for pattern in _LISTINGS:
        found = pattern.fullmatch(words)
        if found:
            topic = found.groupdict().get("topic") or ""
            return _LEFT_OVER.sub("", _LEFT_OVER.sub("", topic))
    return None


def unsupported(question: str) -> Unsupported | None:
    """What a question that found no answer asks for besides; None where a sentence could have answered it.

    Only for refusals: many questions that look like it are answered by a sentence all the same.
    """
    words = _said(question)
    return next((kind for kind, pattern in _PATTERNS if pattern.search(words)), None)


def _said(question: str) -> str:
    """The words of a question, without a "please" behind them."""
    words = " ".join(written(question))
    end = len(words)
    while thanks := next((each for each in _THANKS if words.endswith(each, 0, end)), ""):
        end -= len(thanks)
    return words[:end]
