"""The nouns of Footnote, as plain immutable values. Every other module speaks in these."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

Vectors = npt.NDArray[np.float32]
"""Unit vectors, shape (n, dimension), float32."""


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


@dataclass(frozen=True, slots=True)
class Passage:
    """A retrieved chunk with its scores.

    Attributes:
        article_id: The article it is a span of.
        title: The article's title.
        start: First character.
        end: One past the last character.
        text: The span itself.
        score: Fused score, higher is better.
        heading: Headings above it.
        key: The chunk's key in the store.
        meaning: Cosine of question and chunk, or None if it was not among the nearest.
        words: BM25 of question and chunk (higher is better), or None if no word matched.
    """

    article_id: str
    title: str
    start: int
    end: int
    text: str
    score: float
    heading: str = ""
    key: int = 0
    meaning: float | None = None
    words: float | None = None


@dataclass(frozen=True, slots=True)
class Citation:
    """An evidence sentence with its article and link.

    Attributes:
        text: The sentence, word for word.
        article_id: The article it was copied from.
        title: The article's title.
        url: The article's address.
        published: The article's date.
        start: First character in the article's text.
        end: One past the last character.
        score: Probability that this sentence answers the question.
        link: `url` with a text fragment that opens at the sentence.
        source: Who published the article.
        receipt: Short proof of the quotation, see `index.receipt`.
    """

    text: str
    article_id: str
    title: str
    url: str | None
    published: str | None
    start: int
    end: int
    score: float
    link: str | None
    source: str | None = None
    receipt: str = ""


class Status(StrEnum):
    """Whether the articles answer the question."""

    ANSWERED = "answered"
    DECLINED = "declined"


@dataclass(frozen=True, slots=True)
class IndexInfo:
    """What an answer was found in.

    Attributes:
        fingerprint: Changes whenever anything that can change an answer does.
        articles: How many articles.
        chunks: How many chunks.
    """

    fingerprint: str
    articles: int
    chunks: int


@dataclass(frozen=True, slots=True)
class Answer:
    """Answered with citations, or declined with the nearest evidence and a reason.

    Attributes:
        question: As asked.
        status: Answered or declined.
        confidence: Calibrated probability that the first citation answers the question.
        reason: Why it was declined, for the member's eyes; None when answered.
        citations: Best first; empty when declined.
        candidates: The best 10 sentences, whether or not it answered.
        passages: The best 10 passages.
        index: What it was found in.
        seconds: How long it took.
    """

    question: str
    status: Status
    confidence: float
    reason: str | None
    citations: tuple[Citation, ...]
    candidates: tuple[Citation, ...]
    passages: tuple[Passage, ...]
    index: IndexInfo
    seconds: float = 0.0

    def as_dict(self) -> dict[str, Any]:
        """The answer in the shape of the machine interface (see `DESIGN.md`, `ask --json`)."""
        data = asdict(self)
        data["status"] = self.status.value
        keep = ("article_id", "title", "start", "end", "text", "score")
        data["passages"] = [{name: row[name] for name in keep} for row in data["passages"]]
        return data


@dataclass(frozen=True, slots=True)
class Skipped:
    """A corpus file (or row) that was not indexed, and why, in one sentence."""

    path: str
    reason: str


@dataclass(frozen=True, slots=True)
class BuildReport:
    """What a rebuild, add or remove did: article ids, sorted.

    Attributes:
        added: New articles.
        changed: Articles whose text or metadata differ from before.
        removed: Articles no longer in the corpus.
        unchanged: How many articles were left alone.
        skipped: Files or rows not indexed.
        sentences: How many sentences were read (of added and changed articles).
        encoded: How many texts the encoder had to encode (not found in the cache).
        split: Ids of articles in which a single sentence was too long for the encoder and was split.
    """

    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    unchanged: int = 0
    skipped: tuple[Skipped, ...] = ()
    sentences: int = 0
    encoded: int = 0
    split: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Progress:
    """How far long work has come.

    Attributes:
        stage: What is being done, e.g. `"reading"`, `"encoding"`, `"writing"`.
        done: Units finished.
        total: Units in all.
        unit: What is counted, e.g. `"articles"`, `"sentences"`.
    """

    stage: str
    done: int
    total: int
    unit: str


OnProgress = Callable[[Progress], None]
"""Called often by long work; the callee decides whether and how to show it."""


@dataclass(frozen=True, slots=True)
class Tokens:
    """The encoded tokens of a text.

    Attributes:
        vectors: Unit vectors, shape (tokens, dimension), float32.
        spans: First character of each token and one past its last, shape (tokens, 2), int64.
    """

    vectors: Vectors
    spans: npt.NDArray[np.int64]


class Encoder(Protocol):
    """Turns text into unit vectors: `index.embed` has the real one; in tests, any function of the text."""

    @property
    def fingerprint(self) -> str:
        """Identifies weights, pooling, prompts and precision class; cheap: loads no weights."""
        ...

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        ...

    @property
    def max_tokens(self) -> int:
        """How many tokens of a text the model reads, its special tokens included."""
        ...

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Tokens of each text, special tokens included, without truncation."""
        ...

    def encode_documents(
        self, texts: Sequence[str], on_batch: Callable[[int], None] | None = None
    ) -> Vectors:
        """Encode texts to be found, shape (len(texts), dimension); `on_batch(n)` after each n texts."""
        ...

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """Encode questions, shape (len(texts), dimension)."""
        ...

    def encode_tokens(self, texts: Sequence[str], *, query: bool = False) -> list[Tokens]:
        """Every token of each text, special tokens left out, for late interaction."""
        ...


@dataclass(frozen=True, slots=True)
class Turn:
    """An earlier turn of a conversation."""

    question: str
    answer: str = ""


@dataclass(frozen=True, slots=True)
class Context:
    """A cited sentence in its surroundings, or what became of it.

    Attributes:
        status: `intact` (word for word where it was), `moved` (word for word elsewhere in the article),
            `changed` (the article no longer holds it) or `removed` (the article is gone).
        article: The article as it is now; None when removed.
        start: Where the sentence (or, when changed, the one most like it) is now.
        end: One past its last character.
        before: Text of its paragraph in front of it.
        after: Text of its paragraph behind it.
    """

    status: str
    article: Article | None = None
    start: int = 0
    end: int = 0
    before: str = ""
    after: str = ""
