"""Sentences of twelve languages, cut as their readers would: tests/data/sentence_boundaries.jsonl.

The thresholds are just below what was measured: `python -m benchmarks.segmenters` shows the figures.
"""

from __future__ import annotations

import pytest

from benchmarks.segmenters import Line, Score, load_lines, score, segmenters

LINES = load_lines()
LEAST = {
    "cs": (0.96, 0.94),
    "de": (0.97, 0.97),
    "en": (1.0, 1.0),
    "es": (0.94, 0.93),
    "fr": (0.93, 0.92),
    "it": (0.94, 0.93),
    "nl": (0.97, 0.96),
    "pl": (0.92, 0.92),
    "pt": (0.96, 0.93),
    "ru": (0.94, 0.94),
    "sv": (0.93, 0.93),
    "uk": (0.9, 0.91),
}
"""For each language, the least F1 with the language given, and with the language detected from the line."""


def total(lines: list[Line], name: str) -> Score:
    return sum((score(segmenters(line.language)[name], line) for line in lines), Score())


def test_every_language_has_lines_of_all_kinds() -> None:
    for language in LEAST:
        own = [line for line in LINES if line.language == language]
        assert len(own) >= 35
        assert {"hours", "address", "rules", "people", "quotes", "notes", "emoji", "list", "plain"} <= {
            line.topic for line in own
        }
    assert {line.language for line in LINES} == set(LEAST)


@pytest.mark.parametrize("language", LEAST)
def test_boundaries_of_a_language(language: str) -> None:
    own = [line for line in LINES if line.language == language]
    given, detected = LEAST[language]
    assert total(own, "Footnote, language given").f1 >= given
    assert total(own, "Footnote").f1 >= detected


NAMED: dict[str, str] = {
    "en weekdays": "Open Mon. 9–5, Sat. 10–1.|Closed on Sundays.",
    "en rooms": "The desk is in Rm. 12 on the left.|Ring twice.",
    "de ordinals": "Die Bibliothek ist im 2. Stock.|Der Aufzug ist links.",
    "de prices": "Der Preis ist inkl. Getränke.|Nach Abs. 1 zahlen alle.",
    "es titles": "La Sra. López está aquí.|Ella decide.",
    "nl titles": "Dhr. Jansen en mevr. De Vries zijn er.|Bel hen.",
    "pl addresses": "Spotkanie jest przy ul. Kwiatowej.|Proszę dzwonić.",
    "ru addresses": "Встреча на ул. Ленина, д. 5, кв. 12.|Звоните дважды.",
    "en note marks": "Meetings are held each week.¹|Bring a chair.² †|Coffee is free.",
    "en weekdays of no language": "Mon. 9–5, Sat. 10–1",
}


@pytest.mark.parametrize(("name", "marked"), NAMED.items(), ids=NAMED.keys())
def test_lines_that_were_cut_wrongly(name: str, marked: str) -> None:
    language, sentences = name[:2], tuple(marked.split("|"))
    found = score(segmenters(language)["Footnote, language given"], Line(language, "", sentences))
    assert found == Score(right=len(sentences) - 1)
