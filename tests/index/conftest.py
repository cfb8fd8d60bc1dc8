"""A small index of real-sounding articles, made as it is made for users, with an encoder without a model."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from index.cli.answers import as_dict
from index.engine import Engine
from index.indexing.builder import Builder
from index.ranking.features import Feature
from index.ranking.ranker import Ranker
from index.retrieval.question import understand
from index.retrieval.search import Retrieval, retrieve
from index.retrieval.vectors import VectorIndex
from index.store import Reader, Snapshot
from index.types import Answer, Citation, Passage
from tests.index.hashed import HashedEncoder

settings.register_profile("footnote", deadline=None)  # a busy machine is no failure
settings.load_profile("footnote")

ARTICLES = {
    "news/ferry": (
        "title: Winter timetable for the Gull Island ferry\n"
        "url: https://saltmere.example/ferry\nsource: Saltmere Herald\npublished: 2026-11-02\n",
        "The Gull Island ferry changes to its winter timetable on Monday.\n"
        "The last ferry leaves Saltmere at 6.40 pm, two hours earlier than in summer. "
        "Tickets cost £4.50 for adults and £2 for children under twelve.\n\n"
        "## Why there are fewer crossings\n\n"
        "Captain Ruth Adeyemi said the company cut the late crossing because storms closed the harbour "
        "on 11 evenings last winter.\n",
    ),
    "news/bridge": (
        "title: Old Bridge stays closed until spring\n"
        "url: https://saltmere.example/bridge\npublished: 2026-10-19\n",
        "The Old Bridge over the Wend will stay closed until April.\n\n"
        "Engineers found cracks in two of its five arches in August. "
        "The county council will pay £1.3 million for the repair.\n\n"
        "| Route | Detour |\n|---|---|\n| Bus 7 | Mill Lane |\n| Bus 12 | Station Road |\n",
    ),
    "library/hours": (
        "title: Opening hours of the library\n",
        "# Opening hours\n\n"
        "- The library opens at 9 am from Tuesday to Saturday.\n"
        "- It is closed on Sundays and Mondays.\n\n"
        "Librarian Tomás Ferreira founded the reading circle in 2019.\n\n"
        "```\nopen --door main\n```\n",
    ),
    "garden": (
        "title: The community garden\n",
        "Volunteers meet in the community garden every Saturday at 10 am. "
        "They grow beans, squash and dahlias. The water comes from the brewery's old well.\n",
    ),
}
"""Front matter and text of each article."""

RANKER = Ranker(
    ranking={
        Feature.COVERAGE: 6.0,
        Feature.LATE_BY_RARITY_WITHOUT_TITLE: 3.0,
        Feature.HAS_WANTED: 0.5,
    },
    confidence={"best_coverage": 8.0, "known_words": 4.0},
    intercept=-8.5,
    threshold=0.5,
)
"""Looks at the shared words alone, as the encoder does; nothing that was learned."""


@dataclass(frozen=True)
class Town:
    """A corpus with its index, and how to change it and ask it."""

    corpus: Path
    folder: Path
    encoder: HashedEncoder

    @property
    def builder(self) -> Builder:
        return Builder(self.corpus, self.folder, self.encoder)

    def write(self, article_id: str, text: str, front: str = "") -> Path:
        path = self.corpus / f"{article_id}.md"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"---\n{front or 'title: News'}\n---\n{text}", encoding="utf-8")
        return path

    def engine(self, ranker: Ranker = RANKER) -> Engine:
        reader = Reader.open(self.folder, model=self.encoder.fingerprint)
        return Engine(reader, self.encoder, ranker=ranker)

    @contextmanager
    def look(self, question: str, **how: Any) -> Iterator[tuple[Snapshot, Retrieval]]:
        """What is found for a question, with the state of the index that it is found in."""
        reader = Reader.open(self.folder, model=self.encoder.fingerprint)
        with reader.snapshot() as snapshot:
            vectors = VectorIndex.follow(None, snapshot)
            yield snapshot, retrieve(snapshot, vectors, self.encoder, understand(question), **how)
        reader.close()


@pytest.fixture
def empty_town(tmp_path: Path) -> Town:
    """A corpus without articles, indexed."""
    town = Town(tmp_path / "corpus", tmp_path / "index", HashedEncoder())
    town.corpus.mkdir()
    town.builder.rebuild()
    return town


@pytest.fixture
def town(tmp_path: Path) -> Town:
    """The articles above, indexed."""
    town = Town(tmp_path / "corpus", tmp_path / "index", HashedEncoder())
    for article_id, (front, text) in ARTICLES.items():
        town.write(article_id, text, front)
    town.builder.rebuild()
    return town


@pytest.fixture
def engine(town: Town) -> Iterator[Engine]:
    """An engine over the articles above."""
    engine = town.engine()
    yield engine
    engine.close()


def reason_of(answer: Answer) -> str | None:
    """Returns why a question was declined, as the command line says it."""
    reason: str | None = as_dict(answer)["reason"]
    return reason


def notes_of(answer: Answer) -> list[str]:
    """Returns the notes on an answer, as the command line says them."""
    notes: list[str] = as_dict(answer, explained=True)["notes"]
    return notes


def assert_verbatim(engine: Engine, answer: Answer) -> None:
    """Every citation and passage stands in its article, word for word, at its place."""
    quotations: list[Citation | Passage] = [*answer.citations, *answer.candidates, *answer.passages]
    for quoted in quotations:
        text = engine.article(quoted.article_id).text
        assert text[quoted.start : quoted.end] == quoted.text
        lead = getattr(quoted, "lead", None)
        assert lead is None or text[lead.start : lead.end] == lead.text
