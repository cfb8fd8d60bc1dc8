"""Articles, and what they are cut into."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Article:
    """A text that may be quoted.

    Attributes:
        id: Path under `corpus/` without suffix, `/`-separated (`.jsonl` row: the file's id, `/`, its own).
        title: One line.
        text: What sentences are copied from; all offsets count its characters.
        url: Where a reader can open it.
        source: Who published it.
        published: ISO 8601 date, or date and time with offset.
        language: BCP 47 code.
        tags: Free words.
    """

    id: str
    title: str
    text: str
    url: str | None = None
    source: str | None = None
    published: str | None = None
    language: str | None = None
    tags: tuple[str, ...] = ()

    @property
    def collection(self) -> str:
        """The first folder under `corpus/`, or `""` for an article at its top."""
        first, slash, _ = self.id.partition("/")
        return first if slash else ""


@dataclass(frozen=True, slots=True)
class ArticleCard:
    """An article without its text, for lists. Attributes as in `Article`."""

    id: str
    title: str
    url: str | None = None
    source: str | None = None
    published: str | None = None
    language: str | None = None
    tags: tuple[str, ...] = ()
    collection: str = ""


class SentenceKind(StrEnum):
    """What a sentence is, which decides whether it can be cited."""

    PROSE = "prose"
    HEADING = "heading"
    ITEM = "item"
    TABLE = "table"
    CODE = "code"


CITABLE = frozenset({SentenceKind.PROSE, SentenceKind.ITEM, SentenceKind.TABLE})
"""The kinds that can be evidence, and so are encoded."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """A span of an article: `article.text[start:end] == text`, never blank, no white space at either end."""

    start: int
    end: int
    text: str
    kind: SentenceKind = SentenceKind.PROSE


@dataclass(frozen=True, slots=True)
class Chunk:
    """A run of consecutive sentences that fits the encoder.

    Attributes:
        start: First character in the article's text.
        end: One past the last character.
        text: `article.text[start:end]`.
        first: Position of the first sentence in the article's list of sentences.
        last: Position of the last sentence, inclusive.
        heading: The headings above it, joined with ` > `, or `""`.
        context: What is embedded in front of `text`: title and heading.
    """

    start: int
    end: int
    text: str
    first: int
    last: int
    heading: str = ""
    context: str = ""

    @property
    def embedded(self) -> str:
        """What the encoder reads: the context, then the text."""
        return f"{self.context}\n{self.text}" if self.context else self.text
