from __future__ import annotations

from pathlib import Path

import pytest

from index.editing._preview import Preview, preview
from index.indexing.builder import Builder
from index.store import Reader
from index.types import Article, Difference
from tests.index.library import ARTICLES, WordEncoder

FERRY = (
    "The ferry to Gull Island leaves at nine. It returns at {} in the evening. Dogs travel free of charge."
)


@pytest.fixture
def reader(tmp_path: Path) -> Reader:
    """The town library's articles, indexed."""
    for name, text in ARTICLES.items():
        path = tmp_path / "corpus" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    Builder(tmp_path / "corpus", tmp_path / "index", WordEncoder()).rebuild()
    return Reader.open(tmp_path / "index")


def look(reader: Reader, text: str, *, name: str = "news/new", besides: str = "") -> Preview:
    """Looks at a new article."""
    with reader.snapshot() as snapshot:
        return preview(Article(name, "New", text), snapshot, besides=besides)


def test_what_can_be_quoted_is_shown_word_for_word(reader: Reader) -> None:
    seen = look(
        reader, "# Chess\n\nThe club meets on Thursdays.\n\n```\ncode\n```\n\n- Beginners are *welcome*.\n"
    )
    assert seen == Preview(("The club meets on Thursdays.", "- Beginners are *welcome*."))
    assert look(reader, "# Nothing but a heading\n") == Preview(())


def test_nearly_the_same_article_is_found(reader: Reader) -> None:
    (twin,) = look(reader, FERRY.format("five")).twins
    assert (twin.article_id, twin.title, twin.share) == ("news/ferry", "Ferry timetable", 1.0)
    assert (
        look(reader, "Dogs travel free of charge. Tickets are sold on board. The boat is blue.").twins == ()
    )


def test_sentences_that_contradict_an_article_are_found(reader: Reader) -> None:
    (conflict,) = look(reader, "A member may borrow 6 books for three weeks, but not 7 books.").conflicts
    assert (conflict.article_id, conflict.found) == ("rules/borrowing", (Difference.NEGATION,))
    (conflict,) = look(reader, "Who returns a book late pays 20 pence a day.").conflicts
    assert conflict.other == "Who returns a book late pays ten pence a day."
    assert conflict.found == (Difference.NUMBERS,)


def test_what_an_article_says_elsewhere_is_no_conflict(reader: Reader) -> None:
    seen = look(reader, "The ferry to Gull Island leaves at nine. The ferry to Gull Island leaves at 10.")
    (conflict,) = seen.conflicts
    assert (conflict.text, conflict.found) == (
        "The ferry to Gull Island leaves at 10.",
        (Difference.NUMBERS,),
    )
    assert look(reader, "The ferry to Gull Island leaves at nine!").conflicts == ()


def test_the_article_that_is_replaced_is_left_out(reader: Reader) -> None:
    text = "Who returns a book late pays 20 pence a day. A member may borrow six books for three weeks."
    assert look(reader, text, name="rules/borrowing").twins
    assert look(reader, text, name="rules/borrowing", besides="rules/borrowing").twins == ()
    assert look(reader, text, besides="rules/borrowing").conflicts == ()


def test_without_an_index_nothing_is_compared() -> None:
    assert preview(Article("a", "A", "The ferry leaves at nine."), None) == Preview(
        ("The ferry leaves at nine.",)
    )


def test_only_what_the_editor_may_see_is_compared(reader: Reader) -> None:
    article = Article("news/fines", "Fines", "Who returns a book late pays 20 pence a day.")
    with reader.snapshot() as snapshot:
        assert preview(article, snapshot, collections=["rules"]).conflicts
        assert preview(article, snapshot, collections=["news"]).conflicts == ()
