"""Full text and scores see the same words: what SQL lists is what Python made, for every character."""

from __future__ import annotations

import sqlite3
import string
import sys
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.retrieval.question import understand
from index.store import FileRow, Writer
from index.store._rows import ArticleRow, ChunkRow, article_digest, embedding_key
from index.store._schema import SCHEMA
from index.text.words import LONGEST, VERSION, content_terms, fold, places, terms
from index.types import Article

APOSTROPHES = "'’‘‛ʼʻ´`′＇ʹꞌ՚׳"
STOPS = ".,·․．，٫٬"
HYPHENS = "-\u2010\u2011–—\xad_＿"
JOINERS = "\u200b\u200c\u200d\u2060\ufeff\u034f\ufe0e\ufe0f\U000e0100\u20e3"
EXAMPLES = [
    *(
        "3M's",
        "5G's",
        "4chan's",
        "2mThat's",
        "2D'ish",
        "3m’s",
        "1,000's",
        "1'000",
        "a'3",
        "3'a",
        "3'5",
        "'s",
        "3's",
    ),
    *(
        "½'s",
        "①'s",
        "２Ｄ＇ｓ",
        "३'s",
        "O'Neill's",
        "'tis",
        "a.b.'s",
        "U.S.'s",
        "3.M.'s",
        "１．５",
        "3e\u0301's",
        "٣٫٥",
    ),
    *(
        "x\u0300" * 40,
        "क\u094d\u093c" * 40,
        "한글",
        "ㅎㅏㄴ",
        "ｶﾞ",
        "İ'S",
        "ŉ",
        "ﬃ's",
        "ß",
        "ẞ'S",
        "SS",
        "Y",
        "yY",
    ),
    *(
        "a" * 40_000,
        "é" * 40_000,
        "9" * 40_000,
        "a'" * 20_000,
        "a." * 20_000,
        "1," * 20_000,
        "๓" * 300,
        "ก\u0e38" * 300,
    ),
    *('"', "a\"b's", "NEAR(a b)", "a AND b", "a*", "^a", "terms:a", "a\0b", "a\ud800b"),
]

letters = st.characters(categories=("L", "N", "M"))
signs = st.sampled_from(APOSTROPHES + STOPS + HYPHENS + JOINERS + " ")
plain = st.sampled_from("aAbmMsStThH035" + "'.,- ")
texts = st.text(st.one_of(letters, signs, plain), max_size=60)


class CorpusOverview:
    """A database of the store that holds texts, one article and chunk each."""

    def __init__(self, folder: Path) -> None:
        self.writer = Writer.create(folder / "index.db", {"words": VERSION})
        self.writer.add_vectors([embedding_key("")], np.eye(1, 4, dtype=np.float32))
        with self.writer.change():
            self.writer.put_file(FileRow("shelf", None))
            self._put("vector", [])  # refers to the vector, so that it stays

    @contextmanager
    def holding(self, texts: Sequence[Sequence[str]]) -> Iterator[None]:
        """Keep texts, given as their terms, in full text for as long as the block lasts."""
        with self.writer.change():
            for at, made in enumerate(texts):
                self._put(f"shelf/{at}", made)
        try:
            yield
        finally:
            with self.writer.change():
                for at in range(len(texts)):
                    self.writer.drop(f"shelf/{at}")

    def _put(self, article_id: str, made: Sequence[str]) -> None:
        chunk = ChunkRow(0, 1, 0, 0, "", "", embedding_key(""), " ".join(made))
        article = Article(article_id, "Title", "-")
        self.writer.put(ArticleRow(article, "shelf", article_digest(article, "shelf"), (), (chunk,)))

    def listed(self) -> dict[str, tuple[int, int]]:
        """Every term that SQL sees, with the number of texts that it is in and of its occurrences."""
        rows = self.writer._rows("SELECT term, doc, cnt FROM vocabulary")
        return {term: (texts, occurrences) for term, texts, occurrences in rows}


@pytest.fixture(scope="module")
def overview() -> Iterator[CorpusOverview]:
    with TemporaryDirectory() as folder:
        overview = CorpusOverview(Path(folder))
        yield overview
        overview.writer.close()


def counted(texts: Sequence[Sequence[str]]) -> dict[str, tuple[int, int]]:
    """What SQL should list: each term with the number of texts that it is in and of its occurrences."""
    within = Counter(term for own in texts for term in set(own))
    occurrences = Counter(term for own in texts for term in own)
    return {term: (within[term], occurrences[term]) for term in within}


def assert_well_formed(made: Sequence[str]) -> None:
    for term in made:
        assert term
        assert len(term) <= LONGEST
        assert not set(term) & (set(string.punctuation) - {".", ","}), term
        assert not any(char.isspace() or char.isupper() and char.isascii() or char == "\0" for char in term)
        assert unicodedata.category(term[0])[0] in "LN"


@pytest.mark.parametrize("text", EXAMPLES)
def test_sql_lists_the_terms_of_an_example(overview: CorpusOverview, text: str) -> None:
    made = [terms(text), terms(f"{text} and {text}"), terms(f"a{text}b")]
    with overview.holding(made):
        assert overview.listed() == counted(made)
    assert_well_formed([term for own in made for term in own])


@given(st.lists(texts, min_size=1, max_size=3))
def test_sql_lists_the_terms_of_any_text(overview: CorpusOverview, texts: list[str]) -> None:
    made = [terms(text) for text in texts]
    with overview.holding(made):
        assert overview.listed() == counted(made)
    assert_well_formed([term for own in made for term in own])


@given(texts)
def test_a_text_is_found_by_its_own_words(overview: CorpusOverview, text: str) -> None:
    own = content_terms(text)
    with overview.holding([terms("The harbour."), terms(text)]), overview.writer.snapshot() as snapshot:
        asked = understand(text)
        assert set(asked.terms) == set(own)
        assert set(own) <= set(asked.shown)
        everywhere = snapshot.document_frequency(own)
        assert everywhere == snapshot.document_frequency(own, ["shelf"])  # by the vocabulary and by MATCH
        assert all(everywhere.values())
        if own:
            assert "shelf/1" in [
                chunk.article_id for chunk in snapshot.chunks(k for k, _ in snapshot.match(own, 9))
            ]
            assert "shelf/1" in [card.id for card in snapshot.cards_holding(own)]


@given(texts)
def test_terms_are_those_of_the_folded_text_and_of_its_places(text: str) -> None:
    made = terms(text)
    assert terms(fold(text)) == made
    assert [term for place in places(text) for term in place.terms] == made
    at = 0
    for start, end, own in places(text):
        assert at <= start < end <= len(text)
        assert terms(text[start:end]) == list(own)
        at = end


PATTERNS = [
    "{}",
    "3{}'s",
    "{}'s",
    "a{}b",
    "3{}",
    "{}.",
    "{}.{}.",
    "{}'{}",
    "1,{}",
    "A{}’S",
    "{}\u0301\u094d",
    "{}\u200d{}",
]


@pytest.mark.parametrize("pattern", PATTERNS)
def test_sql_lists_the_terms_of_every_letter_digit_and_mark(overview: CorpusOverview, pattern: str) -> None:
    chars = [char for char in map(chr, range(sys.maxunicode + 1)) if unicodedata.category(char)[0] in "LNM"]
    assert len(chars) > 130_000
    texts = [" ".join(pattern.format(char, char) for char in chars[at::8]) for at in range(8)]
    made = [terms(text) for text in texts]
    with overview.holding(made):
        listed = overview.listed()
    assert listed == counted(made)
    assert_well_formed(list(listed))
    for text in texts:
        folded = fold(text)
        assert fold(folded) == folded


def test_the_full_text_cuts_at_spaces_alone() -> None:
    """So even a term that should not be could not be cut in two."""
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.executescript(SCHEMA)
        for row, char in enumerate(map(chr, range(33, 127)), start=1):
            connection.execute("INSERT INTO words (rowid, terms) VALUES (?, ?)", (row, f"x{char.lower()}y z"))
        found = {term for (term,) in connection.execute("SELECT term FROM vocabulary")}
    assert found == {f"x{chr(code).lower()}y" for code in range(33, 127)} | {"z"}


def test_articles_are_found_by_the_folded_words_of_their_titles(overview: CorpusOverview) -> None:
    with overview.writer.change():
        overview.writer.put(ArticleRow(Article("shelf/0", "3M’s Łódź", "-"), "shelf", bytes(16), (), ()))
    with overview.writer.snapshot() as snapshot:
        for typed in ("3M's", "3m", "lodz", "Łó", "3M’s L"):
            assert [card.id for card in snapshot.cards(typed)] == ["shelf/0"], typed
    with overview.writer.change():
        overview.writer.drop("shelf/0")
