"""A byte of the database changes by itself: no text that differs from the original is ever shown."""

from __future__ import annotations

import random
import shutil
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pytest

from index.errors import FootnoteError
from index.store import Generations
from index.types import Answer, Article, Citation, Context, Passage
from tests.index.conftest import ARTICLES, Town
from tests.index.hashed import HashedEncoder
from tests.integration.killing import in_memory

QUESTIONS = (
    "When does the last ferry leave Saltmere?",
    "How much do ferry tickets cost for adults?",
    "When does the library open?",
    "Who will pay for the repair of the Old Bridge?",
    "Which articles do you have about the ferry?",
)
PAGE = 4096
FLIPS_PER_PAGE = 12


@dataclass(frozen=True)
class Sound:
    """An index in order, and what it says."""

    town: Town
    said: Mapping[str, Any]
    articles: Mapping[str, Article]
    citation_ids: tuple[str, ...]


def ask_everything(town: Town, citation_ids: tuple[str, ...]) -> Iterator[tuple[str, Any]]:
    """Everything that members and operators can read of an index, each with a name; errors are raised."""
    with closing(town.engine()) as engine:
        for question in QUESTIONS:
            yield question, engine.ask(question)
        for citation_id in citation_ids:
            yield citation_id, engine.context(citation_id)
        for article_id in ARTICLES:
            yield article_id, engine.article(article_id)
        yield "articles", engine.articles(limit=None)
        yield "facts", engine.facts()


def comparable(value: Any) -> Any:
    return {**asdict(value), "seconds": 0, "parts": {}} if isinstance(value, Answer) else value


@pytest.fixture(scope="module")
def sound() -> Iterator[Sound]:
    with in_memory() as folder:
        town = Town(folder / "corpus", folder / "index", HashedEncoder())
        for article_id, (front, text) in ARTICLES.items():
            town.write(article_id, text, front)
        town.builder.rebuild()
        town.builder.keep("note", "kept")
        with closing(town.engine()) as engine:
            asked = [engine.ask(question) for question in QUESTIONS]
            ids = [citation.citation_id for answer in asked for citation in answer.candidates]
            articles = {article_id: engine.article(article_id) for article_id in ARTICLES}
        citation_ids = tuple(dict.fromkeys(ids))
        assert len(citation_ids) >= 4
        said = {name: comparable(value) for name, value in ask_everything(town, citation_ids)}
        yield Sound(town, said, articles, citation_ids)


def assert_original(value: Any, sound: Sound) -> None:
    """Whatever of an answer or context is shown is, character for character, what was indexed."""
    if isinstance(value, Answer):
        shown: tuple[Citation | Passage, ...] = (*value.citations, *value.candidates, *value.passages)
        for one in shown:
            article = sound.articles[one.article_id]
            assert one.text == article.text[one.start : one.end]
            assert one.title == article.title
            lead = getattr(one, "lead", None)
            assert lead is None or lead.text in article.text
            for name in ("url", "published", "source"):
                assert getattr(one, name, getattr(article, name)) == getattr(article, name)
            assert all(f"# {heading}\n" in article.text for heading in headings(one))
    elif isinstance(value, Context) and value.article is not None:
        assert value.article == sound.articles[value.article.id]
        assert (
            f"{value.before}{value.article.text[value.start : value.end]}{value.after}" in value.article.text
        )
    elif isinstance(value, Article):
        assert value == sound.articles[value.id]


def headings(one: Any) -> list[str]:
    return [heading for heading in getattr(one, "heading", "").split(" > ") if heading]


def pages(path: Path) -> int:
    return path.stat().st_size // PAGE


def flip(path: Path, page: int, chance: random.Random) -> None:
    """Change a bit or a byte of a page, mostly where it holds something."""
    data = bytearray(path.read_bytes())
    full = [at for at in range(page * PAGE, (page + 1) * PAGE) if data[at]]
    at = chance.choice(full) if full and chance.random() < 0.9 else page * PAGE + chance.randrange(PAGE)
    data[at] ^= chance.choice([1 << chance.randrange(8), chance.randrange(1, 256)])
    path.write_bytes(bytes(data))


def hurt_copy(sound: Sound, folder: Path, page: int, seed: str) -> Town:
    """A copy of the index with a flipped byte."""
    shutil.copytree(sound.town.corpus, folder / "corpus")
    shutil.copytree(sound.town.folder, folder / "index")
    town = Town(folder / "corpus", folder / "index", sound.town.encoder)
    flip(Generations(town.folder).current(), page, random.Random(seed))
    return town


def outcome(town: Town, sound: Sound) -> str:
    """What a damaged index does: `same`, `error` or, where it answers otherwise, `differs`."""
    differs = False
    try:
        for name, value in ask_everything(town, sound.citation_ids):
            assert_original(value, sound)
            differs = differs or comparable(value) != sound.said[name]
    except FootnoteError as error:
        assert "footnote rebuild" in str(error) or "another version" in str(error), error
        return "error"
    return "differs" if differs else "same"


@pytest.mark.parametrize("part", range(4))
def test_a_flipped_byte_is_reported_or_changes_nothing(sound: Sound, part: int) -> None:
    """Every page of the database, and so every table, is hit several times."""
    seen: dict[str, int] = {}
    total = pages(Generations(sound.town.folder).current())
    assert total > 25
    for page in range(part, total, 4):
        for number in range(FLIPS_PER_PAGE):
            with in_memory() as folder:
                town = hurt_copy(sound, folder, page, f"{page} {number}")
                found = outcome(town, sound)
                seen[found] = seen.get(found, 0) + 1
                try:
                    problems = town.builder.verify()
                except FootnoteError as error:
                    problems = [str(error)]
                assert found == "same" or problems, f"page {page}, flip {number}: {found}"
                if problems:
                    town.builder.rebuild()
                    assert town.builder.verify() == []
                    assert outcome(town, sound) == "same"
    assert seen["error"] > 20
