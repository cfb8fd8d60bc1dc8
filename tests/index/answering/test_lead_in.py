from __future__ import annotations

import pytest

from index.answering.context import lead_of, needs_lead
from index.ranking.features import gather
from tests.index.conftest import Town


@pytest.mark.parametrize(
    ("sentence", "before"),
    [
        ("He thanked Russia.", "Goita met Putin on Sunday."),
        ("But this was not enough.", "The council paid £1 million."),
        ("“They are strong beans.”", "Volunteers meet on Saturday."),
        ("The latter is closed.", "There are a bridge and a ford."),
        ("The resolution failed.", "Mali opposed a draft resolution."),
        ("However, the repair was dear.", "The council ordered a quick repair."),
        ("“We stand by Mali.”", "Lavrov told reporters so."),
    ],
)
def test_a_sentence_may_lean_on_the_one_before(sentence: str, before: str) -> None:
    assert needs_lead(sentence, before)


@pytest.mark.parametrize(
    ("sentence", "before"),
    [
        ("The last ferry leaves Saltmere at 6.40 pm.", "The ferry changes to its winter timetable."),
        ("It is said that the well is old.", "Water comes from the brewery."),
        ("The council of Saltmere pays.", "Saltmere has a council."),
        ("“We stand by Mali.”", "Bread is baked daily."),
        ("Tickets cost £4.50.", "He left."),
        ("Thistles grow there.", "Volunteers meet."),
        ("", ""),
        ("The ß.", "A ."),
    ],
)
def test_others_stand_alone(sentence: str, before: str) -> None:
    assert not needs_lead(sentence, before)


def leads(town: Town, question: str) -> dict[str, str | None]:
    with town.look(question) as (snapshot, retrieval):
        found = gather(snapshot, town.encoder, retrieval)
        texts = {one.sentence.text: lead_of(snapshot, one) for one in found}
        return {text: lead.text if lead else None for text, lead in texts.items()}


def test_the_sentence_before_comes_with_it(town: Town) -> None:
    found = leads(town, "Who grows beans in the garden?")
    assert (
        found["They grow beans, squash and dahlias."]
        == "Volunteers meet in the community garden every Saturday at 10 am."
    )
    assert found["Volunteers meet in the community garden every Saturday at 10 am."] is None


def test_headings_and_essays_are_no_context(town: Town) -> None:
    town.write(
        "news/well",
        "# The well\n\nIt was dug in 1840.\n\n" + "Undergroundwaters " * 30 + "deep.\n\nIt is dry now.",
    )
    town.builder.rebuild()
    found = leads(town, "Was it dug, is it dry now?")
    assert found["It was dug in 1840."] is None
    assert found["It is dry now."] is None


def test_part_of_a_sentence_is_no_context(town: Town) -> None:
    town.write("news/well", "The well, " + "which is deep, " * 200 + "is old.\n\nIt is dry now.")
    town.builder.rebuild()
    assert leads(town, "Is it dry now?")["It is dry now."] is None
