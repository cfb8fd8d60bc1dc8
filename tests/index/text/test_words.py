from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.text.words import (
    LONGEST,
    STOPWORDS,
    Place,
    content_terms,
    fold,
    places,
    terms,
    terms_of_passage,
    written,
)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("The ferries", "the ferry"),
        ("U.S. troops", "US troops"),
        ("1,000 tonnes", "1000 tonne"),
        ("Goïta's junta", "goita junta"),
        ("the council’s plan", "the council's plans"),
        ("twelve boats", "12 boats"),
        ("the third crossing", "the 3rd crossing"),
        ("11 Sept", "11 September"),
        ("the harbour's colours", "the harbors' color"),
        ("organised", "organized"),
        ("analysed the data", "analyzed the data"),
        ("the theatre", "the theater"),
        ("a catalogue", "a catalog"),
        ("travelled", "traveled"),
        ("an encyclopaedia", "an encyclopedia"),
        ("the defence licence", "the defense license"),
        ("STRASSE", "Straße"),
        ("ﬁnal", "final"),
        ("Footnote™", "footnotetm"),
        ("№ 7", "no 7"),
        ("3M's 5G's 4chan’s 2D'ish", "3m 5g 4chan 2dish"),
        ("rock ’n’ roll, rock ‘n’ roll", "rock 'n' roll, rock 'n' roll"),
        ("don´t don‘t donʼt don′t don＇t", "don't don't don't don't don't"),
        ("Hawaiʻi", "Hawai'i"),
        ("co\xadoperation", "cooperation"),
        ("zero\u200dwidth\u2060join\ufe0fer\ufeff", "zerowidthjoiner"),
        ("1\ufe0f\u20e3", "1"),
        ("ʜᴇʟʟᴏ", "hello"),
        ("cafe\u0301", "café"),
        ("שָׁלוֹם", "שלום"),
        ("كِتَابٌ", "كتاب"),
        ("Ёлка", "елка"),
        ("ΆΘΗΝΑΣ", "αθηνας"),
        ("ｶﾞｷﾞ", "ガギ"),
        ("\u1112\u1161\u11ab국", "한국"),
    ],
)
def test_writes_what_means_the_same_one_way(one: str, other: str) -> None:
    assert terms(one) == terms(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("क्रम", "कर्म"),
        ("पल", "फल"),
        ("की", "के"),
        ("か", "が"),
        ("は", "ぱ"),
        ("ไม้", "ไม่"),
        ("zero\u200bwidth", "zerowidth"),
        ("Москва", "Mockba"),
        ("hour", "hor"),
        ("wise", "wize"),
        ("your four tours", "yor for tors"),
        ("may", "might"),
        ("1.5", "15"),
    ],
)
def test_keeps_apart_what_differs(one: str, other: str) -> None:
    assert terms(one) != terms(other)


def test_takes_each_character_of_chinese_japanese_and_korean_as_a_word() -> None:
    assert terms("渡し船は6時に") == ["渡", "し", "船", "は", "6", "時", "に"]
    assert terms("한국 nodes") == ["한", "국", "node"]


@pytest.mark.parametrize(
    ("letters", "searched"),
    [
        ("øØ łŁ đĐ ðÐ ħĦ ŧŦ ŋŊ ıİ ȷ ĸ ƒ ɓɗɠ ƙ ɨ ʉ", "oo ll dd dd hh tt nn ii j q f bdg k i u"),
        ("æÆ œŒ þÞ ßẞ ǽ", "aeae oeoe thth ssss ae"),
        (
            "Łódź Ørsted Đorđe Æsir Straße Þingvellir Kırıkkale",
            "lodz orsted dorde aesir strasse thingvellir kirikkale",
        ),
    ],
)
def test_finds_letters_that_do_not_decompose_by_those_of_the_alphabet(letters: str, searched: str) -> None:
    """As Lucene's ASCIIFoldingFilter and CLDR's transform Latin-ASCII have them."""
    assert fold(letters) == searched


def test_keeps_the_letters_of_other_scripts() -> None:
    for text in (
        "москва ґ ї".replace("ї", "і"),
        "αθηνα",
        "שלום",
        "كتاب",
        "हिन्दी में",
        "தமிழ்",
        "한국",
        "がぎぐ",
        "ខ្មែរ",
        "漢字",
    ):
        assert fold(text) == text
    assert written("हिन्दी में தமிழ் ދިވެހި") == ["हिन्दी", "में", "தமிழ்", "ދިވެހި"]


def test_takes_each_letter_as_a_word_where_words_have_no_spaces() -> None:
    assert terms("ที่พัก 24 ชม. កម្ម 𠀀𠀁") == ["ที่", "พั", "ก", "24", "ช", "ม", "ក", "ម្", "ម", "𠀀", "𠀁"]
    assert terms("コーヒー・紅茶 ฿5") == ["コ", "ー", "ヒ", "ー", "紅", "茶", "5"]


def test_places_are_where_terms_stand() -> None:
    text = "The Wi-Fi (5G's) of Zürich™ costs 2,500."
    assert [(text[start:end], own) for start, end, own in places(text)] == [
        ("The", ("the",)),
        ("Wi", ("wi",)),
        ("Fi", ("fi",)),
        ("5G's", ("5g",)),
        ("of", ("of",)),
        ("Zürich™", ("zurichtm",)),
        ("costs", ("cost",)),
        ("2,500", ("2500",)),
    ]
    assert list(places(" … ")) == []
    assert list(places("a.b")) == [Place(0, 3, ("a", "b"))]


def test_reads_a_word_up_to_a_limit() -> None:
    assert written("a" * 32_000 + " b") == ["a" * LONGEST, "b"]
    assert written("a." * 32_000) == [("a." * LONGEST)[:LONGEST]]
    assert terms("a" * 32_000) == terms("a" * LONGEST + "b")
    assert len(fold("\u0915" + "\u094d\u093c" * 32_000)) < 40


HOSTILE = {
    "accents in two orders": "\u0301\u0323",
    "accents below the letter": "\u0345\u0301\u0316",
    "viramas and nuktas": "\u094d\u093c",
    "Thai marks": "\u0e38\u0e48",
    "letters": "a",
    "letters with accents": "é",
    "letters that do not decompose": "ł",
    "digits": "7",
    "numbers": "1.",
    "thousands": "1,000",
    "initials": "a.",
    "apostrophes": "a'",
    "digits with apostrophes": "3a's",
    "British spelling": "our",
    "endings": "isation",
    "Chinese": "漢",
    "jamo": "\u1100\u1161\u11a8",
    "joiners": "a\u200d",
    "signs": "™",
}


@pytest.mark.parametrize("function", [fold, terms, content_terms, lambda text: list(places(text))])
@pytest.mark.parametrize("piece", HOSTILE.values(), ids=HOSTILE.keys())
@pytest.mark.parametrize("end", ["", "!", "x's"])
def test_time_grows_with_the_length_of_a_text(
    function: Callable[[str], object], piece: str, end: str
) -> None:
    def seconds(count: int) -> float:
        text = "a" + piece * count + end
        best = float("inf")
        for _ in range(3):
            begin = time.process_time()
            function(text)
            best = min(best, time.process_time() - begin)
        return best

    few, many = seconds(2_000), seconds(16_000)
    assert many < 24 * few + 0.002  # eight times the length; quadratic time would be 64 times


def test_reads_numbers_as_they_are_written() -> None:
    assert terms("£1.3 million, 2,500 people, on the 21st, in 2019.") == [
        *("1.3", "million", "2500", "peopl", "on", "the", "21st", "in", "2019")
    ]


def test_splits_at_underscores_and_hyphens() -> None:
    assert written("INDEX_DIR well-known don't") == ["index", "dir", "well", "known", "don't"]


def test_content_terms_leave_out_common_words_and_repetitions() -> None:
    assert content_terms("When does the last ferry leave, and which ferry?") == ["last", "ferri", "leav"]


def test_content_terms_keep_common_words_where_there_are_no_others() -> None:
    assert content_terms("Who are you?") == ["who", "are", "you"]
    assert content_terms("🙂 …") == []


def test_a_passage_is_read_with_its_headings_and_without_markdown() -> None:
    assert terms_of_passage("Ferry > Prices", "**Tickets** cost [£2](https://a.example/b)") == [
        *("ferri", "price", "ticket", "cost", "2")
    ]
    assert terms_of_passage("", "*Tickets*") == ["ticket"]


def test_stopwords_are_folded_words() -> None:
    assert all(written(word) == [word] for word in STOPWORDS)


@given(st.text())
def test_any_text_has_terms_that_sql_takes_for_one_word_each(text: str) -> None:
    for term in terms(text):
        assert term
        assert not any(char.isspace() or char in "\"'_\0" for char in term)
        assert not any("A" <= char <= "Z" for char in term)
        assert all(char.isalnum() or char in ".," or ord(char) > 127 for char in term)


@given(st.text())
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.text(), st.text())
def test_terms_of_lines_are_the_terms_of_each(one: str, other: str) -> None:
    assert terms(f"{one}\n{other}") == terms(one) + terms(other)


@given(st.text())
def test_content_terms_are_distinct_terms_in_order(text: str) -> None:
    found = content_terms(text)
    assert len(set(found)) == len(found)
    everything = terms(text)
    assert [term for term in dict.fromkeys(everything) if term in set(found)] == found or set(found) < set(
        everything
    )
