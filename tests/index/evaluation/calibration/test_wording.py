import pytest

from index.evaluation.calibration._wording import distinctness, of_heading, of_sentence


@pytest.mark.parametrize(
    ("heading", "question"),
    [
        ("## Why the hours change", "Why the hours change?"),
        ("## Returning books and fines", "How is returning books and fines done?"),
        ("### The reading group", "What about the reading group?"),
        ("## Overview", None),
        ("## What about it?", None),
        ("---", None),
    ],
)
def test_a_heading_is_asked_for_if_it_says_enough(heading: str, question: str | None) -> None:
    assert of_heading(heading) == question


@pytest.mark.parametrize(
    ("sentence", "question"),
    [
        (
            "A reader of the library can borrow up to 15 heavy books at a time.",
            "how many reader library borrow?",
        ),
        (
            "Saltmere Library will open its doors to readers on Sundays from 4 October 2026.",
            "when saltmere library open?",
        ),
        (
            "The novel for the meeting was chosen by its founder, Theo Brandt.",
            "what novel meeting chosen?",
        ),
    ],
)
def test_a_question_holds_half_of_a_sentence_and_not_its_answer(sentence: str, question: str) -> None:
    rarities = {"brandt": 5.0, "theo": 1.0}
    assert of_sentence(sentence, lambda term: rarities.get(term, 1.0)) == question


@pytest.mark.parametrize(
    "sentence",
    [
        "Dogs travel free.",
        "She said that the library keeps its early winter timetable until the end of March.",
        "Does the library keep its early winter timetable until the end of March?",
        "In 2019, 2020, 2021, 2022 and 2023 nothing changed.",
        " ".join(f"word{number}" for number in range(60)),
    ],
)
def test_no_question_is_made_of_what_cannot_stand_alone(sentence: str) -> None:
    assert of_sentence(sentence, lambda _: 1.0) is None


def test_a_sentence_is_distinct_by_its_rare_words() -> None:
    assert distinctness("The ferry sails.", {"ferri": 4.0, "sail": 2.0}.__getitem__) == 3.0
    assert distinctness("---", lambda _: 1.0) == 0.0
