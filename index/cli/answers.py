"""Answers as plain text and as JSON, for the command line and for the chat in a terminal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any, Final

from index.types import (
    Answer,
    Answered,
    ArticlesDiffer,
    ArticlesFound,
    BelowThreshold,
    Citation,
    MissingWords,
    NoQuotableSentence,
    NotCertain,
    Note,
    NothingFound,
    PlainReason,
    Reason,
    RelativeDate,
    SpellingCorrected,
    Word,
)

_REASONS: Final = {
    PlainReason.NO_ARTICLES: "There are no articles yet.",
    PlainReason.NO_WORDS: "The question has no words.",
    PlainReason.EMPTY_COLLECTION: "There are no articles in that collection.",
    PlainReason.ASKS_FOR_LIST: "I cannot count or list what is in the articles: I quote single sentences. "
    "The list of articles may help.",
    PlainReason.ASKS_FOR_SUMMARY: "I cannot summarize: I quote single sentences. "
    "The list of articles may help.",
    PlainReason.ASKS_FOR_OPINION: "I have no opinion and give no advice: I quote what the articles say. "
    "The list of articles may help.",
    PlainReason.ASKS_FOR_TASK: "I cannot compare, calculate, translate or write: I quote single sentences. "
    "The list of articles may help.",
}


def describe_reason(reason: Reason) -> str:
    """Put a reason for declining into an English sentence."""
    match reason:
        case PlainReason():
            return _REASONS[reason]
        case MissingWords(words, articles):
            occur = "occurs" if len(words) == 1 else "occur"
            listed = _series([f"'{word}'" for word in words])
            return f"{listed} {occur} in none of {_articles(articles)}."
        case NoQuotableSentence(articles):
            return f"None of {_articles(articles)} has a sentence that could be quoted."
        case NotCertain(articles):
            return f"No sentence in {_articles(articles)} answers it with enough certainty."
        case BelowThreshold(own, least):
            return f"The best sentence fits with {own:.0%}; here it has to be {least:.0%}."
        case ArticlesFound("", total):
            return f"There {'is' if total == 1 else 'are'} {_articles(total)}."
        case ArticlesFound(topic, total):
            has = "has" if total == 1 else "have"
            return f"{_articles(total)} {has} “{topic}” in the text or title."


def describe_note(note: Note) -> str:
    """Put a note on an answer into an English sentence."""
    match note:
        case SpellingCorrected(typed, read):
            return f"I read “{typed}” as “{read}”."
        case ArticlesDiffer(differences, dated):
            order = " The newer one comes first." if dated else ""
            return f"The articles differ in {_series(differences)}.{order}"
        case RelativeDate(words, date):
            return f"“{words}” is said as of {date}."
        case NothingFound(question):
            return f"On “{question}” I found nothing."
        case _:
            return describe_reason(note)


def _articles(number: int) -> str:
    return f"{number:,} article{'' if number == 1 else 's'}"


def _series(texts: Sequence[str]) -> str:
    """Join texts with commas and, before the last, "and"."""
    return " and ".join(filter(None, (", ".join(texts[:-1]), *texts[-1:])))


def as_dict(answer: Answer, *, explained: bool = False) -> dict[str, Any]:
    """Return an answer in the shape of the machine interface, `ask --json`.

    Args:
        answer: From the engine.
        explained: Whether to add `notes`, `why`, `chat` and `listing`.
    """
    declined = None if isinstance(answer, Answered) else answer
    data: dict[str, Any] = {
        "question": answer.question,
        "status": "answered" if declined is None else "declined",
        "confidence": answer.confidence,
        "reason": declined and describe_reason(declined.reason),
        "citations": [_citation(each) for each in answer.citations],
        "candidates": [_citation(each) for each in answer.candidates],
        "passages": [asdict(each) for each in answer.passages],
        "index": asdict(answer.index),
        "seconds": answer.seconds,
    }
    if explained:
        data |= {
            "notes": [describe_note(note) for note in answer.notes],
            "why": answer.why and asdict(answer.why),
            "chat": False,  # true for small talk, until the bot took that over
            "listing": declined and declined.articles and asdict(declined.articles),
        }
    return data


def _citation(citation: Citation) -> dict[str, Any]:
    data = asdict(citation)
    data["receipt"] = data.pop("citation_id")  # the name that other programs use
    return data


def render(answer: Answer) -> str:
    """Return an answer as plain text: the quoted sentences, then their sources."""
    notes = [describe_note(note) for note in answer.notes]
    if notes:
        notes.insert(0, "")
    if isinstance(answer, Answered):
        return "\n".join([*_quotes(answer.citations), *notes, "", *_sources(answer.citations)])
    reason = describe_reason(answer.reason)
    if answer.articles is not None and answer.articles.cards:
        return "\n".join([reason, "", *(_line(card.title) for card in answer.articles.cards)])
    lines = [f"Not found. {reason}", *notes]
    if nearest := answer.candidates[:1]:
        lines += ["", "The nearest sentence:", *_quotes(nearest), "", *_sources(nearest)]
    return "\n".join(lines)


def _quotes(citations: Sequence[Citation]) -> list[str]:
    lines = []
    for number, cited in enumerate(citations, 1):
        if cited.lead:
            lines.append(f"(context: “{_line(cited.lead.text)}”)")
        quotation = f"“{_line(cited.text)}”"
        lines.append(f"{f'… {quotation} …' if cited.is_part else quotation} [{number}]")
    return lines


def _sources(citations: Sequence[Citation]) -> list[str]:
    lines = []
    for number, cited in enumerate(citations, 1):
        place = f"{cited.article_id}:{cited.start}-{cited.end}"
        parts = [cited.title, cited.source, cited.published, place]
        lines.append(f"[{number}] {' · '.join(part for part in parts if part)}")
        if cited.link:
            lines.append(f"    {cited.link}")
    return lines


def _line(text: str) -> str:
    return " ".join(text.split())


def explain(answer: Answer) -> str:
    """Return what an answer is based on, as plain text."""
    why = answer.why
    if why is None:
        return "Nothing was searched for."
    compared = "at or above" if answer.confidence >= why.threshold else "below"
    rows = [
        ("Searched for:", why.read_as),
        ("Confidence:", f"{answer.confidence:.2f}, {compared} the threshold of {why.threshold:.2f}"),
    ]
    if answer.candidates:
        rows += [
            ("Meaning:", f"{why.meaning:.2f} (cosine with the best sentence)"),
            ("Word by word:", f"{why.interaction:.2f} (mean cosine of each word's nearest)"),
        ]
    if why.reranker is not None:
        rows.append(("Reranker:", f"{why.reranker:.2f}"))
    rows += [("Word:", _word(word)) for word in why.words]
    rows += [
        ("Speaks for it:" if points > 0 else "Speaks against:", f"{points:+.2f} {name}")
        for name, points in why.signals
    ]
    if len(why.probabilities) > 1:
        best, second = why.probabilities
        rows.append(("Runner-up:", f"“{_line(answer.candidates[1].text)}” ({second:.2f} against {best:.2f})"))
    return "\n".join(f"{name:<16} {value}" for name, value in rows)


def _word(word: Word) -> str:
    if not word.passages:
        return f"{word.text}: in no article"
    where = "in the best sentence" if word.matched else "not in the best sentence"
    return f"{word.text}: in {word.passages:,} passage{'' if word.passages == 1 else 's'}, {where}"
