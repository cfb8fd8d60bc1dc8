from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.text.contradictions import differences
from index.types import Difference


@pytest.mark.parametrize(
    ("one", "other", "found"),
    [
        ("The bridge has five arches.", "The bridge has 6 arches.", [Difference.NUMBERS]),
        ("The ferry sinks 1,000 crates.", "The ferry sinks 1000 crates.", []),
        ("The bridge opened in 1893.", "The bridge opened in 1895.", [Difference.DATES]),
        ("The library is closed on Monday.", "The library is closed on Tuesday.", [Difference.DATES]),
        ("The library is open on Sundays.", "The library isn’t open on Sundays.", [Difference.NEGATION]),
        ("The council will pay.", "The council will not pay.", [Difference.NEGATION]),
        ("The council pays nothing.", "The council never pays nothing.", [Difference.NEGATION]),
        (
            "Tickets cost £4 since March 2025.",
            "Tickets cost £5 since April 2026.",
            [Difference.NUMBERS, Difference.DATES],
        ),
        ("The bridge opened in 1893.", "The bridge opened in 1893 with five arches.", []),
        ("The bridge has five arches.", "Tickets cost 6 pounds for adults.", []),
        ("", "", []),
        ("5", "6", []),
    ],
)
def test_tells_what_two_sentences_differ_in(one: str, other: str, found: list[Difference]) -> None:
    assert list(differences(one, other)) == found
    assert list(differences(other, one)) == found


@given(st.text(max_size=60))
def test_nothing_contradicts_itself(text: str) -> None:
    assert not differences(text, text)
