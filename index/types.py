"""The types that the packages share: immutable values, and the protocols of the models."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

import numpy as np
import numpy.typing as npt

# --- Articles and their parts ---


@dataclass(frozen=True, slots=True)
class Article:
    """A text that may be quoted.

    Attributes:
        id: Path under `corpus/` without suffix, `/`-separated (`.jsonl` row: the file's id, `/`, its own).
        title: One line.
        text: Its text; all offsets count these characters.
        url: Its address.
        source: Its publisher.
        published: ISO 8601 date, or date and time with offset.
        language: BCP 47 code.
        tags: Keywords.
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
    """An article without its text, for lists; the attributes are those of `Article`."""

    id: str
    title: str
    url: str | None = None
    source: str | None = None
    published: str | None = None
    language: str | None = None
    tags: tuple[str, ...] = ()
    collection: str = ""


class SentenceKind(StrEnum):
    """The kind of a sentence; it decides whether the sentence can be cited."""

    PROSE = "prose"
    HEADING = "heading"
    ITEM = "item"
    TABLE = "table"
    CODE = "code"
    PART = "part"
    """Part of a sentence, list item or table row that is too long for the encoder."""


CITABLE = frozenset({SentenceKind.PROSE, SentenceKind.ITEM, SentenceKind.TABLE, SentenceKind.PART})
"""The kinds that can be cited, and are therefore encoded."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """A span of an article, `article.text[start:end] == text`; not blank, and stripped of white space."""

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
        context: Title and heading, which are encoded in front of `text`.
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
        """The text that is encoded: the context, then the text."""
        return f"{self.context}\n{self.text}" if self.context else self.text


# --- Building an index ---

Vectors = npt.NDArray[np.float32]
"""Unit vectors, shape (n, dimension), float32."""


@dataclass(frozen=True, slots=True)
class Skipped:
    """A corpus file, or row of one, that was not indexed, and the reason in one sentence."""

    path: str
    reason: str


@dataclass(frozen=True, slots=True)
class BuildReport:
    """The changes of a rebuild, add or remove.

    Attributes:
        added: Sorted ids of new articles.
        changed: Sorted ids of articles whose text or metadata has changed.
        removed: Sorted ids of articles that are no longer in the corpus.
        unchanged: Number of other articles.
        skipped: Files or rows that were not indexed.
        sentences: Number of sentences in added and changed articles.
        encoded: Number of texts that were encoded, because the embedding cache did not have them.
        split: Ids of articles with a sentence that was too long for the encoder and was split.
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
    """Progress of a long operation.

    Attributes:
        stage: Name of the stage, such as `"reading"`, `"encoding"` or `"writing"`.
        done: Number of finished units.
        total: Number of all units.
        unit: What is counted, such as `"articles"` or `"sentences"`.
    """

    stage: str
    done: int
    total: int
    unit: str


OnProgress = Callable[[Progress], None]
"""Called often by long operations; the callee decides how to show the progress."""


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
    """Encodes text as unit vectors; `index.embedding` has the implementation."""

    @property
    def fingerprint(self) -> str:
        """Identifies weights, pooling, prompts and precision class, without loading weights."""

    @property
    def dimension(self) -> int:
        """Length of a vector."""

    @property
    def max_tokens(self) -> int:
        """Maximum number of tokens in a text, including special tokens."""

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Count the tokens of each text, including special tokens, without truncation."""

    def encode_documents(
        self, texts: Sequence[str], on_batch: Callable[[int], None] | None = None
    ) -> Vectors:
        """Encode passages, shape (len(texts), dimension); calls `on_batch(n)` after each n texts."""

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """Encode questions, shape (len(texts), dimension)."""

    def encode_tokens(self, texts: Sequence[str], *, query: bool = False) -> list[Tokens]:
        """Encode every token of each text, except special tokens, for late interaction."""


class CrossEncoder(Protocol):
    """Scores sentences for a question; `index.embedding.Reranker` is the implementation."""

    @property
    def fingerprint(self) -> str:
        """Identifies the model."""

    def score(self, question: str, texts: Sequence[str]) -> npt.NDArray[np.float64]:
        """Return the probability that each text answers, shape (len(texts),), float64."""


# --- Answers ---


@dataclass(frozen=True, slots=True)
class Passage:
    """A retrieved chunk with its scores.

    Attributes:
        article_id: Id of its article.
        title: The article's title.
        start: First character in the article's text.
        end: One past the last character.
        text: Word for word.
        score: Higher is better.
    """

    article_id: str
    title: str
    start: int
    end: int
    text: str
    score: float


@dataclass(frozen=True, slots=True)
class Lead:
    """The sentence before a citation, shown with it if it cannot be understood alone ("He …").

    Attributes:
        text: Word for word.
        start: First character in the article's text.
        end: One past the last character.
    """

    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Citation:
    """A quoted sentence with its article and link.

    Attributes:
        text: The sentence, word for word.
        article_id: Id of its article.
        title: The article's title.
        url: The article's address.
        published: The article's date.
        start: First character in the article's text.
        end: One past the last character.
        score: Probability that this sentence answers the question.
        link: `url` with a text fragment that opens at the sentence.
        source: The article's publisher.
        citation_id: Short id that proves the quotation, see `index.citation_ids`.
        lead: The sentence before it, if that is needed to understand it.
        is_part: Whether it is only part of a sentence, which is too long for the encoder.
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
    citation_id: str = ""
    lead: Lead | None = None
    is_part: bool = False


@dataclass(frozen=True, slots=True)
class IndexInfo:
    """The index that an answer comes from.

    Attributes:
        fingerprint: Hash of everything that answers depend on.
        articles: Number of articles.
        chunks: Number of chunks.
    """

    fingerprint: str
    articles: int
    chunks: int


@dataclass(frozen=True, slots=True)
class IndexStatus:
    """The state of an index, for operators.

    Attributes:
        info: Describes the index.
        changed: Time of the last change in seconds since 1970; None if it was not recorded.
        size: Size of its database in bytes.
        failure: Why the last rebuild failed, so that the index is as it was before; None if it succeeded.
    """

    info: IndexInfo
    changed: float | None
    size: int
    failure: str | None = None


@dataclass(frozen=True, slots=True)
class Word:
    """A word of the question, and where it occurs.

    Attributes:
        text: As written.
        passages: Number of chunks of the index in which it occurs.
        matched: Whether it occurs in the best sentence.
    """

    text: str
    passages: int
    matched: bool


@dataclass(frozen=True, slots=True)
class Explanation:
    """What an answer is based on.

    Attributes:
        read_as: What was searched for: the question after the turn that it refers to, spelling corrected.
        threshold: Confidence from which an answer is given.
        words: The question's content words.
        meaning: Cosine of the question and the best sentence.
        interaction: Mean cosine of the question's tokens and their nearest in the best sentence.
        reranker: The reranker's probability that the best sentence answers; None without a reranker.
        signals: Features that set the best sentence apart, strongest first: name, and points above or below
            the average candidate.
        probabilities: That the best candidate, and the runner-up, is the right one, given that one is.
    """

    read_as: str
    threshold: float
    words: tuple[Word, ...] = ()
    meaning: float = 0.0
    interaction: float = 0.0
    reranker: float | None = None
    signals: tuple[tuple[str, float], ...] = ()
    probabilities: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class ArticleList:
    """Articles, where a question asks for the articles themselves.

    Attributes:
        topic: Words that each of them contains; `""` for all articles.
        total: How many there are.
        cards: The first of them; empty where the list does not answer the question, but may help.
    """

    topic: str
    total: int
    cards: tuple[ArticleCard, ...] = ()


class Difference(StrEnum):
    """What two sentences about the same thing differ in."""

    NUMBERS = "numbers"
    DATES = "dates"
    NEGATION = "negation"


# --- Reasons for declining, and notes: codes that the command line and the bot put into words ---


class PlainReason(StrEnum):
    """A reason for declining that has no fields."""

    NO_ARTICLES = "no articles"
    """The index is empty."""
    NO_WORDS = "no words"
    """The question has no words."""
    EMPTY_COLLECTION = "empty collection"
    """The collections that were searched have no articles."""
    ASKS_FOR_LIST = "asks for a list"
    """No quoted sentence can give what the question asks for; likewise the next three."""
    ASKS_FOR_SUMMARY = "asks for a summary"
    ASKS_FOR_OPINION = "asks for an opinion"
    ASKS_FOR_TASK = "asks for a task"


@dataclass(frozen=True, slots=True)
class MissingWords:
    """Words of the question, as written, occur in none of so many articles."""

    words: tuple[str, ...]
    articles: int


@dataclass(frozen=True, slots=True)
class NoQuotableSentence:
    """None of so many articles has a sentence that can be quoted."""

    articles: int


@dataclass(frozen=True, slots=True)
class NotCertain:
    """No sentence of so many articles reaches the threshold."""

    articles: int


@dataclass(frozen=True, slots=True)
class BelowThreshold:
    """The best sentence reaches the index's threshold, but not the higher one that was asked for."""

    confidence: float
    threshold: float


@dataclass(frozen=True, slots=True)
class ArticlesFound:
    """The question asks for articles; so many contain the topic (`""`: so many there are)."""

    topic: str
    total: int


Reason = PlainReason | MissingWords | NoQuotableSentence | NotCertain | BelowThreshold | ArticlesFound
"""Why a question was declined."""


@dataclass(frozen=True, slots=True)
class SpellingCorrected:
    """A word of the question that occurs in no article was read as one that does."""

    typed: str
    read: str


@dataclass(frozen=True, slots=True)
class ArticlesDiffer:
    """The first two citations contradict each other; where both are dated, the newer comes first."""

    differences: tuple[Difference, ...]
    dated: bool


@dataclass(frozen=True, slots=True)
class RelativeDate:
    """A cited sentence has words such as "yesterday"; `date` is the day its article was published."""

    words: str
    date: str


@dataclass(frozen=True, slots=True)
class NothingFound:
    """One of several questions in a message has no answer."""

    question: str


Note = SpellingCorrected | ArticlesDiffer | RelativeDate | NothingFound | Reason
"""What a reader should know besides the citations."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Outcome:
    """What both outcomes of a question have.

    Attributes:
        question: As asked.
        confidence: Calibrated probability that the best candidate answers the question.
        candidates: The best 10 sentences.
        passages: The best 10 passages.
        index: The index that was searched.
        citations: The sentences that answer the question, best first; empty if it was declined.
        notes: What a reader should know besides.
        why: What the outcome is based on; None where nothing was searched for.
        follows: Whether the question was read together with the one before it.
        seconds: How long it took.
        parts: Seconds spent on retrieval (`find`), candidates (`read`) and ranking (`rank`).
    """

    question: str
    confidence: float
    candidates: tuple[Citation, ...]
    passages: tuple[Passage, ...]
    index: IndexInfo
    citations: tuple[Citation, ...] = ()
    notes: tuple[Note, ...] = ()
    why: Explanation | None = None
    follows: bool = False
    seconds: float = 0.0
    parts: Mapping[str, float] = field(default_factory=dict, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered(_Outcome):
    """The articles answer the question; `citations` has at least one sentence."""

    citations: tuple[Citation, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Declined(_Outcome):
    """No sentence answers the question.

    Attributes:
        reason: Why.
        articles: The list of articles that the question asks for; one without cards where a list may help.
    """

    reason: Reason
    articles: ArticleList | None = None


Answer = Answered | Declined
"""The outcome of a question."""


@dataclass(frozen=True, slots=True)
class Turn:
    """An earlier turn of a conversation."""

    question: str
    answer: str = ""


@dataclass(frozen=True, slots=True)
class Context:
    """A cited sentence in its paragraph, or what became of it.

    Attributes:
        status: `intact` (word for word where it was), `moved` (word for word elsewhere in the article),
            `changed` (the article no longer holds it) or `removed` (the article is gone).
        article: The article as it is now; None when removed.
        start: Where the sentence (or, when changed, the one most like it) is now.
        end: One past its last character.
        before: Text of its paragraph before it.
        after: Text of its paragraph after it.
    """

    status: str
    article: Article | None = None
    start: int = 0
    end: int = 0
    before: str = ""
    after: str = ""


# --- Comparisons of a message with the articles ---


class Likeness(StrEnum):
    """How a sentence of an article relates to a claim."""

    VERBATIM = "word for word"
    SAME = "the same words"
    PART = "in a longer sentence"
    DIFFERS = "differs"
    NEAR = "near"


@dataclass(frozen=True, slots=True)
class Match:
    """A sentence of an article that relates to a claim.

    Attributes:
        likeness: How it relates to the claim.
        citation: The sentence.
        differences: What they differ in; empty unless they differ.
    """

    likeness: Likeness
    citation: Citation
    differences: tuple[Difference, ...] = ()


@dataclass(frozen=True, slots=True)
class Claim:
    """A claim in a message.

    Attributes:
        text: As written.
        matches: Sentences that relate to it, nearest first.
    """

    text: str
    matches: tuple[Match, ...] = ()


@dataclass(frozen=True, slots=True)
class Comparison:
    """The claims in a message, compared with the articles.

    Attributes:
        claims: In the order of the message.
        left_out: Number of further claims, which were not compared.
    """

    claims: tuple[Claim, ...]
    left_out: int = 0
