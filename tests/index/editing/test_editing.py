from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from index.corpus import Kept, put_back
from index.editing import Editing
from index.editing._editing import group
from index.embedding import SentenceEncoder
from index.errors import ArticleExists, ArticleNotFound, CorpusError, IndexBusy, UnsupportedFormat, UsageError
from index.settings import DEFAULT_MODEL, IndexSettings, load
from index.store import locked
from index.types import Article, Vectors
from tests.index.hashed import HashedEncoder
from tests.index.library import ARTICLES, WordEncoder

DUMP = [
    {"id": 1, "title": "Regatta", "text": "The regatta starts at noon."},
    {"id": 2, "title": "Market", "text": "The fish market opens at six."},
]
LINES = "".join(json.dumps(row) + "\n" for row in DUMP)
FAIR = Article("news/fair", "Summer fair", "The fair opens on 4 July 2026. Children pay nothing.")


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    """The town library's articles, and a dump."""
    for name, text in {**ARTICLES, "news/town.jsonl": LINES}.items():
        path = tmp_path / "corpus" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return tmp_path / "corpus"


@pytest.fixture
def editing(corpus: Path) -> Editing:
    """What changes them."""
    return Editing(corpus, corpus.parent / "index", WordEncoder(), patience=0)


def ids(editing: Editing) -> set[str]:
    """The articles in the index."""
    return {card.id for card in editing.overview().cards}


def everything(corpus: Path) -> dict[str, bytes]:
    """Every file of the corpus."""
    return {str(path.relative_to(corpus)): path.read_bytes() for path in corpus.rglob("*") if path.is_file()}


def test_files_are_read_without_writing_or_fetching(editing: Editing, corpus: Path) -> None:
    before = everything(corpus)
    found = editing.read(
        "../../etc/Town fair.txt", b"Summer fair\n\nThe fair opens at noon.\n", collection="news"
    )
    assert (found.id, found.title, found.text) == (
        "news/summer-fair",
        "Summer fair",
        "The fair opens at noon.",
    )
    pasted = editing.read(
        "", b"It opens at noon.", title="Fair", url="https://a.example/", published="2026-07-04"
    )
    assert (pasted.title, pasted.url, pasted.published) == ("Fair", "https://a.example/", "2026-07-04")
    named = editing.read("https://evil.example/page.md", b"It opens at noon.")
    assert (named.title, named.url) == ("Page", None)
    with pytest.raises(UnsupportedFormat):
        editing.read("town.jsonl", LINES.encode())
    with pytest.raises(UsageError):
        editing.read("", b"It opens at noon.", title="Fair", published="next week")
    assert everything(corpus) == before


def test_published_and_taken_back(editing: Editing, corpus: Path) -> None:
    before = everything(corpus)
    change = editing.change(FAIR.id, FAIR)
    for _ in range(2):  # to do so again does no harm
        assert editing.publish(FAIR) == corpus / "news" / "fair.md"
    assert FAIR.id in ids(editing)
    assert not editing.taken(FAIR)
    assert editing.taken(Article(FAIR.id, "Winter fair", "It is cold."))
    for _ in range(2):
        editing.undo(change)
        assert FAIR.id not in ids(editing)
        assert everything(corpus) == before


@pytest.mark.parametrize("article_id", ["news/ferry", "rules/borrowing", "news/town/1", "news/town/2"])
def test_removed_and_put_back_byte_for_byte(editing: Editing, corpus: Path, article_id: str) -> None:
    editing.publish(FAIR)
    before = everything(corpus)
    change = editing.change(article_id)
    editing.remove(article_id)
    assert article_id not in ids(editing)
    for _ in range(2):
        editing.undo(change)
        assert article_id in ids(editing)
        after = everything(corpus)
        assert sorted(after.pop("news/town.jsonl").splitlines()) == sorted(LINES.encode().splitlines())
        assert after == {name: data for name, data in before.items() if name != "news/town.jsonl"}
    with pytest.raises(ArticleNotFound):
        editing.remove("news/nothing")


@pytest.mark.parametrize("article_id", ["news/ferry", "rules/borrowing", "news/town/2"])
def test_replaced_and_put_back(editing: Editing, corpus: Path, article_id: str) -> None:
    editing.publish(FAIR)
    before = everything(corpus)
    new = Article(article_id, "New", "Everything is different now.")
    change = editing.change(article_id, new)
    with pytest.raises(ArticleExists):
        editing.publish(new)
    editing.publish(new, replace=True)
    assert {card.title for card in editing.overview().cards if card.id == article_id} == {"New"}
    editing.undo(change)
    assert everything(corpus) == before
    assert "New" not in {card.title for card in editing.overview().cards}


def test_what_was_changed_since_is_left_as_it_is(editing: Editing, corpus: Path) -> None:
    editing.publish(FAIR)
    change = editing.change("news/ferry")
    editing.remove("news/ferry")
    (corpus / "news/ferry.md").write_text("# Ferry\n\nIt sails no more.\n")
    with pytest.raises(ArticleExists):
        editing.undo(change)
    (corpus / "news/ferry.md").write_bytes(b"\xff\xfe")
    with pytest.raises(ArticleExists):
        editing.undo(change)
    assert (corpus / "news/ferry.md").read_bytes() == b"\xff\xfe"


def test_while_another_process_changes_the_index_nothing_is_lost(editing: Editing, corpus: Path) -> None:
    editing.publish(FAIR)
    fete = Article("news/fete", "Fête", "The fête is in August.")
    with locked(corpus.parent / "index", 1):
        with pytest.raises(IndexBusy):
            editing.publish(fete)
        with pytest.raises(IndexBusy):
            editing.remove("news/ferry")
    assert (corpus / "news/ferry.md").exists()
    editing.publish(fete)
    assert fete.id in ids(editing)


def test_the_overview_tells_what_there_is(editing: Editing, corpus: Path) -> None:
    assert len(editing.preview(FAIR).sentences) == 2  # before there is an index
    (corpus / "news/broken.md").write_bytes(b"\xff")
    editing.publish(FAIR)
    assert len(editing.preview(FAIR).sentences) == 2
    overview = editing.overview()
    assert len(overview.cards) == len(ARTICLES) + len(DUMP) + 1
    assert overview.changed is not None
    assert [one.path for one in overview.skipped] == ["news/broken.md"]
    editing.close()


def test_nothing_is_put_back_outside_the_corpus(editing: Editing, corpus: Path) -> None:
    change = editing.change("news/out", Article("news/out", "Out", "It is out."))
    change = replace(change, before=(Kept("../out.md", b"x"),))
    with pytest.raises(UsageError):
        editing.undo(change)
    assert not (corpus.parent / "out.md").exists()


def test_nothing_is_written_over_a_file_that_is_there(corpus: Path) -> None:
    with pytest.raises(ArticleExists):
        put_back(corpus, [Kept("news/fair.md", b"# Fair\n"), Kept("news/ferry.md", b"# Ferry\n")])
    assert not (corpus / "news/fair.md").exists()


def test_a_file_that_cannot_be_read_is_told(editing: Editing, monkeypatch: pytest.MonkeyPatch) -> None:
    def denied(path: Path) -> bytes:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_bytes", denied)
    with pytest.raises(CorpusError, match=r"news/ferry\.md cannot be read: Permission denied"):
        editing.change("news/ferry")


def test_opened_with_the_settings(tmp_path: Path) -> None:
    settings = load(IndexSettings, corpus=tmp_path / "corpus", dir=tmp_path / "index", lock_timeout=600)
    editing = Editing.open(settings, SentenceEncoder(settings.model))
    assert not editing.taken(FAIR)


def test_the_largest_group_and_the_most_typical_question_come_first() -> None:
    angles = np.deg2rad([0, 90, 80, 100, 40, 3, 200])
    vectors = np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)
    assert group(vectors) == [[5, 0, 4], [1, 2, 3], [6]]
    assert group(vectors[:1]) == [[0]]


def test_wordings_of_a_question_are_grouped_by_meaning() -> None:
    encoder = SentenceEncoder(DEFAULT_MODEL)
    questions = [
        "When does the pool open?",
        "Can I bring my dog on the bus?",
        "pool opening times",
        "Who won the chess cup?",
        "What are the opening hours of the swimming pool?",
        "When does the library open?",
        "are dogs allowed on buses",
    ]
    found = group(encoder.encode_queries(questions))
    assert [sorted(group) for group in found] == [[0, 2, 4], [1, 6], [3], [5]]


def test_what_was_encoded_before_is_not_encoded_again() -> None:
    counted: list[int] = []

    class Counting(HashedEncoder):
        def encode_queries(self, texts: Sequence[str]) -> Vectors:
            counted.append(len(texts))
            return super().encode_queries(texts)

    editing = Editing(Path("corpus"), Path("index"), Counting())
    assert editing.alike([]) == []
    assert editing.alike(["the pool", "the pool", "a bus"]) == [[0, 1], [2]]
    assert editing.alike(["the pool", "a cup"]) == [[0], [1]]
    assert editing.alike(["a bus"]) == [[0]]
    assert counted == [2, 1, 1]
