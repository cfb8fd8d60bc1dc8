"""Words for the engine's codes: why a question was declined, notes on an answer, what sentences differ in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from bot.messages.localization import gettext, gettext_noop, ngettext
from index.types import (
    ArticlesDiffer,
    ArticlesFound,
    BelowThreshold,
    Difference,
    MissingWords,
    NoQuotableSentence,
    NotCertain,
    Note,
    NothingFound,
    PlainReason,
    Reason,
    RelativeDate,
    SpellingCorrected,
)

_REASONS: Final = {
    PlainReason.NO_ARTICLES: gettext_noop("There are no articles yet."),
    PlainReason.NO_WORDS: gettext_noop("The question has no words."),
    PlainReason.EMPTY_COLLECTION: gettext_noop("There are no articles in that collection."),
    PlainReason.ASKS_FOR_LIST: gettext_noop(
        "I cannot count or list what is in the articles: I quote single sentences. "
        "The list of articles may help."
    ),
    PlainReason.ASKS_FOR_SUMMARY: gettext_noop(
        "I cannot summarize: I quote single sentences. The list of articles may help."
    ),
    PlainReason.ASKS_FOR_OPINION: gettext_noop(
        "I have no opinion and give no advice: I quote what the articles say. The list of articles may help."
    ),
    PlainReason.ASKS_FOR_TASK: gettext_noop(
        "I cannot compare, calculate, translate or write: I quote single sentences. "
        "The list of articles may help."
    ),
}
_DIFFERENCES: Final = {
    Difference.NUMBERS: gettext_noop("numbers"),
    Difference.DATES: gettext_noop("dates"),
    Difference.NEGATION: gettext_noop("negation"),
}


def describe_reason(reason: Reason) -> str:
    """Put a reason for declining into a sentence."""
    match reason:
        case PlainReason():
            return gettext(_REASONS[reason])
        case MissingWords((word,), articles):
            return ngettext(
                "{word} occurs in none of {count} article.",
                "{word} occurs in none of {count} articles.",
                articles,
                word=f"'{word}'",
            )
        case MissingWords(words, articles):
            return ngettext(
                "{words} occur in none of {count} article.",
                "{words} occur in none of {count} articles.",
                articles,
                words=_series([f"'{word}'" for word in words]),
            )
        case NoQuotableSentence(articles):
            return ngettext(
                "None of {count} article has a sentence that could be quoted.",
                "None of {count} articles has a sentence that could be quoted.",
                articles,
            )
        case NotCertain(articles):
            return ngettext(
                "No sentence in {count} article answers it with enough certainty.",
                "No sentence in {count} articles answers it with enough certainty.",
                articles,
            )
        case BelowThreshold(own, least):
            return gettext(
                "The best sentence fits with {own:.0%}; here it has to be {least:.0%}.", own=own, least=least
            )
        case ArticlesFound("", total):
            return ngettext("There is {count} article.", "There are {count} articles.", total)
        case ArticlesFound(topic, total):
            return ngettext(
                "{count} article has “{topic}” in the text or title.",
                "{count} articles have “{topic}” in the text or title.",
                total,
                topic=topic,
            )


def describe_note(note: Note) -> str:
    """Put a note on an answer into a sentence."""
    match note:
        case SpellingCorrected(typed, read):
            return gettext("I read “{typed}” as “{read}”.", typed=typed, read=read)
        case ArticlesDiffer(differences, True):
            differ = describe_differences(differences)
            return gettext("The articles differ in {differ}. The newer one comes first.", differ=differ)
        case ArticlesDiffer(differences):
            return gettext("The articles differ in {differ}.", differ=describe_differences(differences))
        case RelativeDate(words, date):
            return gettext("“{words}” is said as of {date}.", words=words, date=date)
        case NothingFound(question):
            return gettext("On “{part}” I found nothing.", part=question)
        case _:
            return describe_reason(note)


def describe_differences(found: Sequence[Difference]) -> str:
    """Name what two sentences differ in: `numbers and dates`."""
    return _series([gettext(_DIFFERENCES[each]) for each in found])


def _series(texts: Sequence[str]) -> str:
    """Join texts with commas and, before the last, "and"."""
    *rest, last = texts
    if not rest:
        return last
    joined = rest[0]
    for text in rest[1:]:
        joined = gettext("{texts}, {text}", texts=joined, text=text)
    return gettext("{texts} and {text}", texts=joined, text=last)
