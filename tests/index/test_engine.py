from __future__ import annotations

import dataclasses
import json
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from index.cli.answers import as_dict
from index.embedding import SentenceEncoder
from index.engine import Engine
from index.errors import ArticleNotFound, IndexMissing, IndexModel, UsageError
from index.ranking.features import Feature
from index.ranking.ranker import Ranker
from index.settings import IndexSettings, load
from index.store import Reader
from index.text.sentences import segment
from index.types import Answered, Declined, Turn, Vectors
from tests.index.conftest import ARTICLES, RANKER, Town, assert_verbatim, notes_of, reason_of
from tests.index.hashed import HashedEncoder

LAST_FERRY = "When does the last ferry leave Saltmere?"
QUESTIONS = [
    LAST_FERRY,
    "Who founded the reading circle?",
    "Why was the late crossing cut?",
    "Which detour does Bus 7 take?",
    "Who is the president of France?",
    "Is the library open on Sundays?",
]


def ids(quoted: object) -> set[str]:
    assert isinstance(quoted, tuple)
    return {one.article_id for one in quoted}


@pytest.mark.parametrize("question", QUESTIONS)
def test_every_quotation_is_verbatim(engine: Engine, question: str) -> None:
    answer = engine.ask(question)
    assert_verbatim(engine, answer)
    assert bool(answer.citations) == isinstance(answer, Answered)


def test_answers_with_the_sentence(engine: Engine) -> None:
    answer = engine.ask(LAST_FERRY)
    assert answer.citations[0].text.startswith("The last ferry leaves Saltmere at 6.40 pm")
    assert answer.seconds > 0
    assert set(answer.parts) == {"find", "read", "rank"}
    assert 0 < sum(answer.parts.values()) <= answer.seconds


@pytest.mark.parametrize("question", QUESTIONS)
def test_the_same_question_has_the_same_answer(town: Town, engine: Engine, question: str) -> None:
    answers = [engine.ask(question), engine.ask(question)]
    other = town.engine()
    answers.append(other.ask(question))
    other.close()
    assert len({json.dumps(as_dict(dataclasses.replace(one, seconds=0))) for one in answers}) == 1


def test_answers_are_the_same_however_the_index_came_to_be(town: Town, engine: Engine) -> None:
    before = {question: engine.ask(question) for question in QUESTIONS}
    town.write("news/flood", "The last ferry of all was flooded.\n")
    town.builder.rebuild()
    assert engine.ask(LAST_FERRY) != before[LAST_FERRY]
    town.builder.remove(["news/flood"])
    town.builder.rebuild(full=True)
    for question in QUESTIONS:
        now = engine.ask(question)
        assert now.index == before[question].index
        assert now.citations == before[question].citations
        assert now.confidence == pytest.approx(before[question].confidence)


def test_an_answer_has_the_shape_of_the_machine_interface(engine: Engine) -> None:
    answer = json.loads(json.dumps(as_dict(engine.ask(LAST_FERRY))))
    assert list(answer) == [
        *("question", "status", "confidence", "reason", "citations", "candidates"),
        *("passages", "index", "seconds"),
    ]
    assert answer["status"] == "answered"
    assert 0 <= answer["confidence"] <= 1
    needed = {"text", "article_id", "title", "url", "published", "start", "end", "score", "link"}
    for quoted in [*answer["citations"], *answer["candidates"]]:
        assert needed <= set(quoted)
    for passage in answer["passages"]:
        assert set(passage) == {"article_id", "title", "start", "end", "text", "score"}
    assert set(answer["index"]) == {"fingerprint", "articles", "chunks"}
    assert answer["index"]["articles"] == len(ARTICLES)
    declined = as_dict(engine.ask("Who is the president of France?"))
    assert (declined["status"], declined["citations"]) == ("declined", [])
    assert "'France'" in declined["reason"]


def test_gone_is_gone(town: Town, engine: Engine) -> None:
    assert "news/ferry" in ids(engine.ask(LAST_FERRY).citations)
    town.builder.remove(["news/ferry"])
    answer = engine.ask(LAST_FERRY)
    assert "news/ferry" not in ids(answer.citations) | ids(answer.candidates) | ids(answer.passages)
    assert "news/ferry" not in {passage.article_id for passage in engine.search("last ferry")}
    assert answer.index.articles == len(ARTICLES) - 1
    with pytest.raises(ArticleNotFound):
        engine.article("news/ferry")


def test_a_deleted_file_is_gone_after_the_rebuild(town: Town, engine: Engine) -> None:
    engine.ask(LAST_FERRY)
    (town.corpus / "news/ferry.md").unlink()
    town.builder.rebuild()
    answer = engine.ask(LAST_FERRY)
    assert "news/ferry" not in ids(answer.candidates) | ids(answer.passages)


def test_a_changed_article_is_quoted_as_it_is_now(town: Town, engine: Engine) -> None:
    before = engine.ask(LAST_FERRY)
    front, text = ARTICLES["news/ferry"]
    town.write("news/ferry", text.replace("6.40", "7.15"), front)
    town.builder.rebuild()
    after = engine.ask(LAST_FERRY)
    assert "7.15 pm" in after.citations[0].text
    assert "6.40" not in repr(after)
    assert after.index.fingerprint != before.index.fingerprint
    assert_verbatim(engine, after)


def test_a_new_article_is_seen_at_the_next_question(town: Town, engine: Engine) -> None:
    question = "Who won the regatta in Oxwich?"
    assert isinstance(engine.ask(question), Declined)
    path = town.write("sport/regatta", "Nerys Howell won the regatta in Oxwich.\n")
    town.builder.add([path])
    assert engine.ask(question).citations[0].text == "Nerys Howell won the regatta in Oxwich."
    assert "sport" in engine.collections()


def test_a_new_generation_is_seen_at_the_next_question(town: Town, engine: Engine) -> None:
    first = engine.ask(LAST_FERRY)
    town.builder.rebuild(full=True)
    again = engine.ask(LAST_FERRY)
    assert again.citations == first.citations
    assert again.index == first.index


def test_looks_only_in_the_named_collections(engine: Engine) -> None:
    assert ids(engine.ask(LAST_FERRY, collections=["news"]).passages) == {"news/ferry", "news/bridge"}
    answer = engine.ask(LAST_FERRY, collections=["library", ""])
    assert isinstance(answer, Declined)
    assert ids(answer.candidates) | ids(answer.passages) == {"library/hours", "garden"}
    assert engine.ask(LAST_FERRY, collections=["poems"]).candidates == ()
    found = engine.search("ferry", collections=["garden", "library"])
    assert {passage.article_id for passage in found} == {"library/hours"}


def test_a_follow_up_leans_on_the_question_before(engine: Engine) -> None:
    question = "And what do they cost for adults?"
    alone = engine.ask(question)
    turns = [Turn("Where can I buy tickets for the ferry?", "At the quay.")]
    followed = engine.ask(question, turns=turns)
    assert followed.follows
    assert followed.question == question
    assert "£4.50" in followed.candidates[0].text
    assert followed.confidence != alone.confidence


@pytest.mark.parametrize(
    "question",
    ["", "   \n", "🙂", "?!…", "\ud83d", "why " * 1500, "Fähre" * 1200, "\x00", "%' OR 1=1 --", '"'],
)
def test_any_question_is_answered_or_declined(engine: Engine, question: str) -> None:
    answer = engine.ask(question)
    assert answer.question == question
    assert isinstance(answer, Declined)
    assert_verbatim(engine, answer)


def test_a_long_question_is_answered_by_its_beginning(engine: Engine) -> None:
    answer = engine.ask(f"{LAST_FERRY}{' ' * 6000}?")
    assert isinstance(answer, Answered)


def test_an_empty_index_declines(empty_town: Town) -> None:
    engine = empty_town.engine()
    answer = engine.ask(LAST_FERRY)
    assert reason_of(answer) == "There are no articles yet."
    assert engine.search("ferry") == []
    assert (engine.articles(), engine.collections()) == ([], [])
    empty_town.write("news/ferry", ARTICLES["news/ferry"][1])
    empty_town.builder.rebuild()
    assert isinstance(engine.ask(LAST_FERRY), Answered)
    engine.close()


@pytest.mark.parametrize("k", [-2, 0, 1])
def test_an_answer_cites_at_least_one(engine: Engine, k: int) -> None:
    assert len(engine.ask(LAST_FERRY, k=k).citations) == 1


def test_search_finds_passages_best_first(engine: Engine) -> None:
    found = engine.search("reading circle")
    assert "reading circle" in found[0].text
    scores = [passage.score for passage in found]
    assert scores == sorted(scores, reverse=True)
    assert engine.search("reading circle", k=2) == found[:2]
    assert engine.search("reading circle", k=0) == engine.search("reading circle", k=-1) == []


def test_counts_the_sentences_of_an_article(engine: Engine) -> None:
    text = engine.article("news/ferry").text
    assert engine.sentence_count("news/ferry") == len(segment(text))
    assert engine.sentence_count("news/none") == 0


def test_lists_articles_and_collections(engine: Engine) -> None:
    assert {card.id for card in engine.articles()} == set(ARTICLES)
    assert [card.id for card in engine.articles("ferr")] == ["news/ferry"]
    assert len(engine.articles(limit=1)) == 1
    assert [card.id for card in engine.articles(collections=["library"])] == ["library/hours"]
    assert engine.collections() == ["", "library", "news"]


def test_shows_what_a_citation_was_quoted_from(town: Town, engine: Engine) -> None:
    cited = engine.ask(LAST_FERRY).citations[0]
    seen = engine.context(cited.citation_id)
    assert seen.status == "intact"
    assert seen.article == engine.article("news/ferry")
    assert seen.before.endswith("on Monday.\n")
    town.builder.remove(["news/ferry"])
    assert engine.context(cited.citation_id).status == "removed"
    with pytest.raises(UsageError):
        engine.context("no receipt")


def test_tells_an_operator_what_it_holds(town: Town, engine: Engine) -> None:
    (town.corpus / "broken.md").write_bytes(b"\xff\xfe\xff")
    town.builder.rebuild()
    facts = engine.facts()
    assert facts["articles"] == len(ARTICLES)
    assert facts["skipped"] == 1
    assert facts["model"] == "hashed@1"
    assert facts["fingerprint"] == engine.status().info.fingerprint
    status = engine.status()
    assert status.info == engine.status().info
    assert status.size > 4096
    assert status.changed is not None


def test_the_fingerprint_follows_articles_and_ranker(town: Town, engine: Engine) -> None:
    info = engine.status().info
    assert engine.status().info is info
    for ranker in (
        dataclasses.replace(RANKER, threshold=0.9),
        dataclasses.replace(RANKER, ranking={}),
    ):
        other = town.engine(ranker)
        assert other.status().info.fingerprint != info.fingerprint
        other.close()


def test_uses_the_shipped_ranker_by_default(town: Town, engine: Engine) -> None:
    other = town.engine(Ranker.shipped())
    shipped = Engine(engine._reader, town.encoder)
    assert shipped.status().info == other.status().info
    other.close()


def test_opens_again_after_it_was_closed(town: Town) -> None:
    engine = town.engine()
    engine.warm()
    engine.close()
    assert isinstance(engine.ask(LAST_FERRY), Answered)
    engine.close()


def test_many_threads_may_ask_while_articles_change(town: Town, engine: Engine) -> None:
    expected = engine.ask(LAST_FERRY).citations[0].text
    wrong: list[object] = []

    def ask() -> None:
        for _ in range(5):
            try:
                answer = engine.ask(LAST_FERRY)
                if answer.citations[0].text != expected:
                    wrong.append(answer)
            except Exception as error:
                wrong.append(error)

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for number in range(3):
        town.builder.add([town.write(f"sport/match-{number}", f"Saltmere won match {number}.\n")])
    for thread in threads:
        thread.join(60)
    assert wrong == []
    assert engine.status().info.articles == len(ARTICLES) + 3


def test_opening_needs_an_index_of_the_same_model(town: Town, tmp_path: Path) -> None:
    with pytest.raises(IndexMissing):
        Engine.open(load(IndexSettings, dir=tmp_path / "nowhere"))
    with pytest.raises(IndexModel, match="INDEX_MODEL"):
        Engine.open(load(IndexSettings, dir=town.folder))


def test_a_rebuild_with_another_model_is_noticed(town: Town, engine: Engine) -> None:
    other = dataclasses.replace(town, encoder=HashedEncoder("hashed@2"))
    other.builder.rebuild()
    with pytest.raises(IndexModel):
        engine.ask(LAST_FERRY)


def test_opening_loads_no_model(town: Town) -> None:
    same = dataclasses.replace(town, encoder=HashedEncoder(SentenceEncoder().fingerprint))
    same.builder.rebuild()
    engine = Engine.open(load(IndexSettings, dir=town.folder))
    assert engine.status().info.articles == len(ARTICLES)
    assert engine.article("garden").title == "The community garden"
    engine.close()


def test_reads_typing_errors_as_the_words_that_were_meant(engine: Engine) -> None:
    answer = engine.ask("When does the last ferry leave Saltmrre?")
    assert isinstance(answer, Answered)
    assert "6.40 pm" in answer.citations[0].text


def test_corrects_no_part_of_a_word(engine: Engine) -> None:
    answer = engine.ask("When does the last ferry leave Saltmrre for Saltmrre's 4Saltmrre?")
    assert answer.why is not None
    assert answer.why.read_as == "When does the last ferry leave Saltmere for Saltmrre's 4Saltmrre?"


class Keen:
    """Is sure of the sentences that hold a word."""

    fingerprint = "keen@1"

    def __init__(self, word: str) -> None:
        self.word = word

    def score(self, question: str, texts: Sequence[str]) -> npt.NDArray[np.float64]:
        return np.array([float(self.word in text) for text in texts])


def test_a_reranker_is_heard_as_much_as_the_ranker(town: Town) -> None:
    alone = town.engine()
    reader = Reader.open(town.folder, model=town.encoder.fingerprint)
    second = Engine(reader, town.encoder, ranker=RANKER, cross_encoder=Keen("Adeyemi"))
    plain, read = alone.ask(LAST_FERRY), second.ask(LAST_FERRY)
    assert "6.40" in plain.citations[0].text
    assert "Adeyemi" in read.candidates[0].text
    assert plain.why is not None
    assert read.why is not None
    assert (plain.why.reranker, read.why.reranker) == (None, 1.0)
    assert plain.index.fingerprint != read.index.fingerprint
    doubtful = Engine(reader, town.encoder, ranker=RANKER, cross_encoder=Keen("nowhere"))
    assert doubtful.ask(LAST_FERRY).confidence < plain.confidence
    for engine in (alone, second):
        engine.close()


def test_says_what_an_answer_rests_on(engine: Engine) -> None:
    why = engine.ask("When does the last fery leave Saltmere?").why
    assert why is not None
    assert why.read_as == "When does the last ferry leave Saltmere?"
    assert why.threshold == RANKER.threshold
    words = {word.text: word for word in why.words}
    assert set(words) == {"last", "ferry", "leave", "Saltmere"}
    assert all(word.matched and word.passages for word in words.values())
    assert dict(why.signals).keys() <= {"shared words", "word by word", "has what is asked for"}
    assert len(why.probabilities) == 2
    assert why.probabilities[0] > why.probabilities[1]
    data = json.loads(json.dumps(as_dict(engine.ask(LAST_FERRY), explained=True)))
    assert {"notes", "chat", "why"} <= set(data)
    assert data["why"]["words"][0].keys() == {"text", "passages", "matched"}


def test_a_no_is_explained_too(engine: Engine) -> None:
    why = engine.ask("Who is the president of France?").why
    assert why is not None
    assert {word.text: word.passages for word in why.words}["France"] == 0


def test_where_there_is_nothing_there_is_little_to_explain(empty_town: Town) -> None:
    why = empty_town.engine().ask("Who is the president of France?").why
    assert why is not None
    assert (why.signals, why.probabilities, why.meaning) == ((), (), 0.0)


def test_several_questions_are_answered_one_by_one(engine: Engine) -> None:
    question = "When does the last ferry leave Saltmere? How many arches have cracks?"
    answer = engine.ask(question)
    assert answer.question == question
    assert {cited.article_id for cited in answer.citations} == {"news/ferry", "news/bridge"}
    half = engine.ask("When does the last ferry leave Saltmere? Who is the president of France?")
    assert isinstance(half, Answered)
    assert "On “Who is the president of France?” I found nothing." in notes_of(half)


def test_a_later_question_may_lean_on_the_one_before(engine: Engine) -> None:
    answer = engine.ask("Who founded the reading circle? And when did he do that?")
    assert {cited.article_id for cited in answer.citations} == {"library/hours"}


def test_a_greeting_is_a_question_like_any_other(engine: Engine) -> None:
    answer = engine.ask("Hello!")
    assert reason_of(answer) == "'Hello' occurs in none of 4 articles."
    assert answer.candidates


def test_articles_that_disagree_are_cited_both_with_a_note(town: Town) -> None:
    town.write(
        "news/bridge-later",
        "Engineers found cracks in three of its five arches in August.\n",
        "title: Old Bridge again\npublished: 2026-11-20\n",
    )
    town.builder.rebuild()
    answer = town.engine().ask("Engineers found cracks in how many of its five arches in August?")
    assert [cited.article_id for cited in answer.citations] == ["news/bridge-later", "news/bridge"]
    assert "The articles differ in numbers. The newer one comes first." in notes_of(answer)


def test_a_relative_date_is_told_from_when_it_counts(engine: Engine) -> None:
    answer = engine.ask("On how many evenings did storms close the harbour last winter?")
    assert "“last winter” is said as of 2026-11-02." in notes_of(answer)


def test_what_a_sentence_leans_on_comes_with_it_unless_it_is_cited_too(town: Town) -> None:
    engine = town.engine()
    sure = Engine(
        Reader.open(town.folder, model=town.encoder.fingerprint),
        town.encoder,
        ranker=replace(RANKER, ranking={Feature.COVERAGE: 60.0}),
    )
    cited = sure.ask("They grow which squash and dahlias?", k=1).citations[0]
    assert cited.lead is not None
    text = engine.article("garden").text
    assert text[cited.lead.start : cited.lead.end] == cited.lead.text
    assert cited.lead.text.startswith("Volunteers meet")
    both = engine.ask("Volunteers grow beans, squash and dahlias in the community garden?", k=3).citations
    assert {one.text[:10] for one in both} >= {"They grow ", "Volunteers"}
    assert all(one.lead is None for one in both if one.article_id == "garden" and one.text.startswith("They"))


def test_look_ups_wait_for_no_answer(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = town.engine()
    cited = engine.ask("When does the last ferry leave Saltmere?").citations[0]
    encoding, go_on = threading.Event(), threading.Event()
    encode = type(town.encoder).encode_queries

    def wait(self: HashedEncoder, texts: Sequence[str]) -> Vectors:
        encoding.set()
        assert go_on.wait(20)
        return encode(self, texts)

    monkeypatch.setattr(type(town.encoder), "encode_queries", wait)
    with ThreadPoolExecutor() as pool:
        answer = pool.submit(engine.ask, "When does the last ferry leave Saltmere?")
        try:
            assert encoding.wait(20)
            look_ups: dict[Callable[[], object], object] = {
                lambda: engine.article("news/ferry").id: "news/ferry",
                lambda: engine.sentence_count("news/ferry") > 0: True,
                lambda: [each.id for each in engine.articles("ferry")]: ["news/ferry"],
                lambda: "news" in engine.collections(): True,
                lambda: engine.context(cited.citation_id).status: "intact",
                lambda: engine.status().info.articles: 4,
                lambda: engine.facts()["articles"]: 4,
            }
            for look_up, expected in look_ups.items():
                assert pool.submit(look_up).result(5) == expected
            assert not answer.done()
        finally:
            go_on.set()
        assert answer.result(20).citations[0] == cited
    engine.close()


def test_look_ups_see_a_new_generation_and_open_again_after_closing(town: Town, engine: Engine) -> None:
    before = engine.status().info
    town.write("news/new", "A tram runs from today.\n", "title: Tram\n")
    town.builder.rebuild(full=True)
    assert [each.id for each in engine.articles("tram")] == ["news/new"]
    assert engine.status().info != before
    engine.close()
    assert engine.article("news/new").title == "Tram"
    engine.close()
