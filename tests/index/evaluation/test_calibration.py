from pathlib import Path

import pytest

from index.engine import Engine
from index.errors import CalibrationFailed
from index.evaluation import Evidence, Question, Row
from index.evaluation.calibration import (
    FEWEST,
    QuestionSource,
    ask,
    ask_labelled,
    choose,
    distinctness,
    make,
    of_heading,
    of_sentence,
)
from index.store import Reader, Snapshot, Without
from index.types import Progress, Turn
from tests.index.conftest import Town
from tests.index.evaluation.made import row

FERRY, BRIDGE = "news/ferry", "news/bridge"


def made_of(town: Town, limit: int = 50):
    reader = Reader.open(town.folder)
    with reader.snapshot() as snapshot:
        made = make(snapshot, limit)
    reader.close()
    return made


def test_questions_know_where_their_answers_stand(town: Town, engine: Engine) -> None:
    made = made_of(town)
    assert {one.source for one in made} == {QuestionSource.HEADING, QuestionSource.SENTENCE}
    for one in made:
        text = engine.article(one.article_id).text
        assert all(sentence in text and one.question not in text for sentence in one.sentences)
    assert "Why there are fewer crossings?" in {one.question for one in made}
    assert "What about opening hours?" not in {one.question for one in made}  # it is over the whole article


def test_questions_are_always_the_same_and_spread_over_articles(town: Town) -> None:
    assert made_of(town) == made_of(town)
    assert len({one.article_id for one in made_of(town, 2)}) == 2
    assert [len(made_of(town, n)) for n in (1, 3)] == [1, 3]


def test_a_section_holds_its_smaller_headings(town: Town) -> None:
    town.write(
        "rules/tools",
        "Read this first.\n\n## Borrowing garden tools\n\nAsk Ada.\n\n### Spades\n\nTake one.\n\n"
        "## Lost tools cupboard\n\nTell Ada.\n",
    )
    town.builder.rebuild()
    found = {one.question: one.sentences for one in made_of(town)}
    assert found["How is borrowing garden tools done?"] == ("Ask Ada.", "Take one.")
    assert found["What about lost tools cupboard?"] == ("Tell Ada.",)


def test_no_articles_no_questions(empty_town: Town) -> None:
    with pytest.raises(CalibrationFailed, match="no articles"):
        made_of(empty_town)


def test_each_question_is_asked_with_its_article_and_without(town: Town, engine: Engine) -> None:
    told: list[Progress] = []
    made = made_of(town)
    asked = ask(engine, made, told.append)
    assert len(asked.rows) == 2 * (len(made) - len(asked.elsewhere))
    for known, unknown in zip(asked.rows[::2], asked.rows[1::2], strict=True):
        assert (known.answerable, unknown.answerable) == (True, False)
        article_id = known.evidence[0].article_id
        assert article_id not in {quoted.article_id for quoted in unknown.quoted}
    assert any(row.hit(1) for row in asked.rows)
    assert (told[0].done, told[-1].done) == (0, told[-1].total)


def test_labelled_questions_are_asked_once_and_those_not_judged_are_not(engine: Engine) -> None:
    told: list[Progress] = []
    last = Evidence(FERRY, "The last ferry leaves Saltmere at 6.40 pm.")
    labelled = [
        Question("known", "When does the last ferry leave Saltmere?", True, evidence=(last,)),
        Question(
            "follows", "And when does it leave?", True, (), (last,), (Turn("Which ferry is last?", ""),)
        ),
        Question("unknown", "Who won the election in Saltmere?", False),
        Question("not judged", "Is it far?"),
    ]
    asked = ask_labelled(engine, labelled, told.append)
    assert [(row.id, row.answerable) for row in asked.rows] == [
        ("known", True),
        ("follows", True),
        ("unknown", False),
    ]
    assert asked.rows[0].hit(1)
    assert asked.rows[2].quoted  # the nearest is judged, too, for it may come to be cited
    assert asked.elsewhere == ()
    assert (told[0].done, told[-1].done, told[-1].total) == (0, 3, 3)


def test_what_another_article_says_too_does_not_count(town: Town) -> None:
    text = "The council will pay £1.3 million for the repair of the bridge, the county says."
    town.write("news/council", f"{text}\n")
    town.builder.rebuild()
    engine = town.engine()
    asked = ask(engine, made_of(town), lambda _: None)
    assert text in {sentence for one in asked.elsewhere for sentence in one.sentences}
    engine.close()


def facts(snapshot: Snapshot, terms: list[str]) -> object:
    found = [chunk.article_id for chunk in snapshot.chunks([key for key, _ in snapshot.match(terms, 10)])]
    there = {chunk.article_id for chunk in snapshot.chunks(snapshot.chunk_keys().tolist())}
    counts = snapshot.counts()
    return (
        sorted(found),
        there,
        snapshot.document_frequency(terms),
        snapshot.vocabulary(),
        (counts.articles, counts.chunks),
    )


def test_without_an_article_is_as_if_it_were_removed(town: Town, tmp_path: Path) -> None:
    terms = ["ferri", "close", "bridg", "nowher"]
    reader = Reader.open(town.folder)
    with reader.snapshot() as snapshot:
        view = Without(snapshot, [FERRY, "no/such"])
        left = facts(view, terms)
        assert view.state() != snapshot.state()
    town.builder.remove([FERRY])
    with reader.snapshot() as snapshot:
        assert facts(snapshot, terms) == left
    reader.close()


def test_an_answer_without_an_article_leaves_the_next_one_alone(town: Town, engine: Engine) -> None:
    question = "When does the last ferry leave Saltmere?"
    before = engine.ask(question)
    without = engine.ask(question, without=[FERRY])
    assert FERRY not in {one.article_id for one in without.candidates} | {
        one.article_id for one in without.passages
    }
    assert without.index.articles == before.index.articles - 1
    inside = engine.ask(question, without=[FERRY], collections=["news"])
    assert {one.article_id for one in inside.candidates} == {BRIDGE}
    after = engine.ask(question)
    assert (after.candidates, after.index) == (before.candidates, before.index)


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


def asked(*, right: int, wrong: int, found: float = 0.8, missed: float = 0.3) -> list[Row]:
    """Questions with their article, found or not with a confidence; each also without it, mixed below."""
    rows = [row(f"right {n}", confidence=found) for n in range(right)]
    rows += [row(f"wrong {n}", confidence=missed, gold=[False]) for n in range(wrong)]
    return rows + [
        row(f"without {n}", answerable=False, confidence=0.3, gold=[False]) for n in range(right + wrong)
    ]


def test_takes_the_lowest_threshold_that_keeps_the_risk() -> None:
    rows = [
        *asked(right=18, wrong=12),
        row("late", confidence=0.50009),
        row("tempting", confidence=0.9, gold=[False]),
    ]
    choice = choose(rows, 0.1)
    assert choice.reached
    assert (choice.point.threshold, choice.point.answered) == (0.5, 20)  # four decimals, rounded down
    assert choice.point.risk == pytest.approx(0.05)
    assert choice.interval[0] < 0.05 < choice.interval[1]
    assert choice.at(0.01) is None
    assert choice.at(0.99) == choice.curve[-1]
    decided = choice.metrics
    assert (decided.answered_right, decided.answered_wrong) == (19, 1)


def test_says_when_no_threshold_keeps_the_risk_and_takes_the_strictest() -> None:
    rows = [*asked(right=10, wrong=20), *(row(f"sure {n}", confidence=0.95, gold=[False]) for n in range(10))]
    choice = choose(rows, 0.1)
    assert not choice.reached
    assert choice.point == choice.curve[0]
    assert choice.point.threshold == 0.95


def test_a_few_answers_say_nothing_of_the_risk() -> None:
    rows = [
        *asked(right=5, wrong=20, found=0.9),
        *(row(f"sure {n}", confidence=0.7, gold=[False]) for n in range(9)),
    ]
    assert min(point.answered for point in choose(rows, 0.1).curve) >= 10


def test_too_few_questions_are_refused() -> None:
    with pytest.raises(CalibrationFailed, match=f"Only {FEWEST - 1} questions"):
        choose(asked(right=10, wrong=FEWEST - 11), 0.1)


def test_too_few_labelled_questions_are_refused() -> None:
    rows = [*asked(right=10, wrong=FEWEST - 11), row("not judged", answerable=None)]
    with pytest.raises(CalibrationFailed, match=f"Only {FEWEST - 1} questions are known"):
        choose(rows, 0.1, labelled=True)


def test_labelled_questions_may_all_be_told_apart_and_all_have_answers() -> None:
    easy = asked(right=30, wrong=0)
    assert choose(easy, 0.1, labelled=True).point.threshold == 0.8
    assert choose(easy[:30], 0.1, labelled=True).metrics.unanswerable == 0


def test_questions_that_find_nothing_do_not_open_the_gates() -> None:
    lost = [row(f"lost {n}", confidence=0.0, gold=[]) for n in range(FEWEST)]
    with pytest.raises(CalibrationFailed, match="For hardly any of the questions a sentence was found"):
        choose(lost, 0.1, labelled=True)


def test_questions_that_are_all_told_apart_are_refused() -> None:
    with pytest.raises(CalibrationFailed, match="too easy"):
        choose(asked(right=30, wrong=0), 0.1)
