from __future__ import annotations

import pytest

from bot.messages.localization import catalogues, use_language
from bot.messages.reasons import describe_note, describe_reason
from index.cli import answers as command_line
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

REASONS: list[Reason] = [
    *PlainReason,
    *(MissingWords(tuple(words), count) for words in ("a", "ab", "abc") for count in (1, 1200)),
    *(kind(count) for kind in (NoQuotableSentence, NotCertain) for count in (1, 1200)),
    BelowThreshold(0.9, 0.95),
    *(ArticlesFound(topic, count) for topic in ("", "ferry") for count in (1, 1200)),
]
NOTES: list[Note] = [
    *REASONS,
    SpellingCorrected("fery", "ferry"),
    *(ArticlesDiffer(tuple(Difference)[:count], dated=dated) for count in (1, 3) for dated in (True, False)),
    RelativeDate("yesterday", "2026-11-02"),
    NothingFound("Who pays?"),
]


@pytest.mark.parametrize("note", NOTES)
def test_discord_and_the_command_line_say_the_same_in_english(note: Note) -> None:
    assert describe_note(note) == command_line.describe_note(note)


def test_every_reason_has_a_sentence_of_its_own_in_every_language() -> None:
    for language in catalogues():
        with use_language(language):
            assert len({describe_reason(reason) for reason in REASONS}) == len(REASONS)
    assert not {describe_reason(reason) for reason in REASONS} & german()


def german() -> set[str]:
    with use_language("de"):
        return {describe_reason(reason) for reason in REASONS}


def test_words_and_numbers_are_written_as_the_language_writes_them() -> None:
    with use_language("de"):
        assert describe_reason(MissingWords(("x", "y", "z"), 1200)) == (
            "'x', 'y' und 'z' kommen in keinem von 1.200 Artikeln vor."
        )
        assert describe_note(ArticlesDiffer(tuple(Difference), dated=False)) == (
            "Die Artikel weichen voneinander ab: Zahlen, Datumsangaben und Verneinung."
        )
