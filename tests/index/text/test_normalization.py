from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.text.normalization import Form, normalize

FORMS: tuple[Form, ...] = ("NFC", "NFD", "NFKC", "NFKD")
LETTERS = st.sampled_from([*"aé각ᄀ中ấ", "\u1161", "\u11a8", "\ufdfa"])
MARKS = st.sampled_from([*map(chr, range(0x300, 0x370)), "\u05b0", "\u3099", "ﾞ"])


@pytest.mark.parametrize("form", FORMS)
@given(pieces=st.lists(st.tuples(LETTERS, st.lists(MARKS, max_size=25))))
def test_text_as_people_write_it_is_normalized_as_unicode_says(
    form: Form, pieces: list[tuple[str, list[str]]]
) -> None:
    text = "".join(letter + "".join(marks) for letter, marks in pieces)
    assert normalize(form, text) == unicodedata.normalize(form, text)


@pytest.mark.parametrize("form", FORMS)
def test_any_single_character_in_a_long_row_keeps_all_that_it_means(form: Form) -> None:
    for point in (0x301, 0x327, 0xFF9E, 0x3099, 0x2026):
        text = f"a{chr(point) * 100}b"
        assert normalize(form, text) == unicodedata.normalize(form, text)


def test_marks_of_a_long_run_are_all_kept() -> None:
    text = "a" + "\u0301\u0327" * 1000
    assert sorted(normalize("NFD", text)) == sorted(text)
