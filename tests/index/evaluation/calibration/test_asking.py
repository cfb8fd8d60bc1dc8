from pathlib import Path

import pytest

from index.engine import Engine
from index.errors import CalibrationFailed
from index.evaluation import Evidence, Question
from index.evaluation.calibration import QuestionSource, ask, ask_labelled, make
from index.store import Reader, Snapshot, Without
from index.types import Progress, Turn
from tests.index.conftest import Town

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
