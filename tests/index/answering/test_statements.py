from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.answering.claim_matching import liken
from index.types import Difference, Likeness

LONG = "The last ferry back to Saltmere leaves Gull Island at 6.40 pm, two hours earlier than in summer."


@pytest.mark.parametrize(
    ("said", "sentence", "likeness", "differ"),
    [
        ("dogs travel FREE", "Dogs travel *free*.", Likeness.VERBATIM, []),
        ("The dogs are travelling free!", "Dogs travel free.", Likeness.SAME, []),
        ("The ferry leaves at 18:40.", "The ferry leaves at 6.40 pm.", Likeness.SAME, []),
        ("The ferry leaves at 6:40pm", "The ferry leaves at 6.40 p.m.", Likeness.SAME, []),
        ("The ferry leaves at noon, 12 am.", "The ferry leaves at noon, 0:00.", Likeness.SAME, []),
        ("The last ferry leaves at 18:40", LONG, Likeness.PART, []),
        ("The ferry leaves at 7.40 pm", LONG, Likeness.DIFFERS, [Difference.NUMBERS]),
        (
            "The ferry leaves Gull Island in May 2026.",
            "The ferry leaves Gull Island in June 2026.",
            None,
            None,
        ),
        (
            "The bridge was closed in 2019.",
            "The bridge will be closed to cars from 2026 to 2027.",
            Likeness.DIFFERS,
            [Difference.DATES],
        ),
        ("Dogs do not travel free.", "Dogs travel free.", Likeness.DIFFERS, [Difference.NEGATION]),
        # Not the same, although the words are alike: order, small words that matter, a "not" elsewhere.
        ("Dogs bite men.", "Men bite dogs.", None, []),
        ("It opens after noon.", "It opens before noon.", None, []),
        ("Dogs travel free.", "The dogs travel free in spring, but cats that are ill never do.", None, []),
        ("The ferry carries 5 bikes and 40 cars.", "The ferry carries 5 bikes.", None, []),
        ("Bananas are rich in potassium.", "Dogs travel free.", None, []),
        ("Free", "Dogs travel free.", None, []),
        ("", "Dogs travel free.", None, []),
    ],
)
def test_tells_how_a_sentence_relates_to_what_is_said(
    said: str, sentence: str, likeness: Likeness | None, differ: list[Difference] | None
) -> None:
    found = liken(said, sentence)
    if differ is None:  # "may" is a word of its own, so it is no date: whatever is told, it is not "the same"
        assert found[0] not in (Likeness.VERBATIM, Likeness.SAME)
    else:
        assert (found[0], list(found[1])) == (likeness, differ)


@given(st.text(max_size=60))
def test_everything_is_like_itself(text: str) -> None:
    assert liken(text, text) == (Likeness.VERBATIM, ())


@given(st.text(max_size=60), st.text(max_size=60))
def test_is_total_and_differs_only_where_it_says_so(one: str, other: str) -> None:
    likeness, differ = liken(one, other)
    assert (likeness is Likeness.DIFFERS) == bool(differ)
