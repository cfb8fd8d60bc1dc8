from __future__ import annotations

import json
from importlib.resources import files

import pytest

from index.text.abbreviations import abbreviations


def test_the_language_is_given_or_detected() -> None:
    german = abbreviations("de", "")
    assert "zzgl" in german.words
    assert abbreviations("de-AT", "The text is English, and so are the words in it.") is german
    assert abbreviations(None, "Das ist ein Text mit den Wörtern der deutschen Sprache.") is german
    assert abbreviations(None, "The text is English, and so are the words in it.") is abbreviations("en", "")


@pytest.mark.parametrize(
    ("language", "text"), [("fi", "The words are known."), (None, ""), (None, "12 – 14")]
)
def test_an_unknown_language_has_english_abbreviations_and_those_of_all_before_numbers(
    language: str | None, text: str
) -> None:
    unknown = abbreviations(language, text)
    assert unknown.words > abbreviations("en", "").words
    assert "ул" in unknown.words and "zzgl" not in unknown.words
    assert {"abs", "blz", "ул", "apr"} <= unknown.before_numbers
    assert not unknown.ordinals


def test_no_language_is_detected_from_few_words_or_where_two_have_as_many() -> None:
    assert abbreviations(None, "das der die that this there") is abbreviations("fi", "")
    assert abbreviations(None, "das der die that this") is abbreviations("de", "")
    assert abbreviations(None, "das der") is abbreviations("fi", ""), "too few words to tell"


def test_words_are_in_the_form_in_which_they_are_looked_up() -> None:
    data = json.loads(files("index.text").joinpath("abbreviations.json").read_text(encoding="utf-8"))
    assert len(data["sources"]) == 6
    for lists in data["languages"].values():
        assert set(lists) == {"abbreviations", "before_numbers", "starters"}
        for words in lists.values():
            assert all(word == word.lower().strip(". ") for word in words.split())
            assert sorted(set(words.split())) == words.split()
        assert not set(lists["starters"].split()) & set(lists["abbreviations"].split())
