"""The nouns of Footnote, as plain immutable values. Every other module speaks in these."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any, Protocol, Self

import numpy as np
import numpy.typing as npt

# --- Articles, and what they are cut into ---


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


# --- Sentences of our own that can be said in other languages, too ---


class Phrase(str):
    """A finished English sentence that also knows what it was made of, for those who translate it.

    Attributes:
        template: The sentence with names in braces in place of what was put in.
        plural: The same for counts other than one; None where nothing is counted.
        number: How many things the sentence is about.
        values: What was put in, by name. A phrase among them is translated, too.
    """

    template: str
    plural: str | None
    number: int
    values: Mapping[str, object]

    __slots__ = ("template", "plural", "number", "values")

    def __new__(cls, template: str, plural: str | None, number: int, values: Mapping[str, object]) -> Self:
        """Make the English sentence."""
        chosen = template if plural is None or number == 1 else plural
        made = super().__new__(cls, _filled(chosen, values) if values else chosen)
        made.template, made.plural, made.number, made.values = template, plural, number, values
        return made

    def __reduce__(self) -> tuple[type[Self], tuple[object, ...]]:
        return type(self), (self.template, self.plural, self.number, self.values)


def _filled(template: str, values: Mapping[str, object]) -> str:
    """The template with its values in it, numbers with commas."""
    written = {name: f"{value:,}" if isinstance(value, int) else value for name, value in values.items()}
    return template.format(**written)


def phrase(template: str, /, **values: object) -> Phrase:
    """A sentence, in which names in braces stand for values."""
    return Phrase(template, None, 0, values)


def phrase_counted(one: str, many: str, count: int, /, **values: object) -> Phrase:
    """A sentence about a number of things, which is the value `{count}` in it."""
    return Phrase(one, many, count, {**values, "count": count})


def phrase_series(texts: Sequence[str]) -> str:
    """Texts with commas and, before the last, "and" between."""
    if len(texts) < 2:
        return texts[0] if texts else ""
    first = texts[0]
    for text in texts[1:-1]:
        first = phrase("{texts}, {text}", texts=first, text=text)
    return phrase("{texts} and {text}", texts=first, text=texts[-1])


# --- What builds an index: the encoder, the progress and the report ---

Vectors = npt.NDArray[np.float32]
"""Unit vectors, shape (n, dimension), float32."""


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
    """Turns text into unit vectors: `index.embedding` has the real one; tests use functions of the text."""

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


class CrossEncoder(Protocol):
    """Reads a question together with a sentence: `index.embedding` has the real one, `Reranker`."""

    @property
    def fingerprint(self) -> str:
        """Identifies the model."""
        ...

    def score(self, question: str, texts: Sequence[str]) -> npt.NDArray[np.float64]:
        """Probability that each text answers, shape (len(texts),), float64, between 0 and 1."""
        ...


# --- What is found for a question ---


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
class Lead:
    """The sentence before a cited one, shown as context where the cited one leans on it ("He …").

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
        citation_id: Short proof of the quotation, see `index.citation_ids`.
        lead: What it leans on; None where it stands alone.
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
class IndexStatus:
    """How an index is, for operators.

    Attributes:
        info: What it holds.
        changed: When its articles last changed, in seconds since 1970; None where that was not written down.
        size: Bytes of its database.
        failure: Why the last rebuild failed, so that the index is as it was before; None if it succeeded.
    """

    info: IndexInfo
    changed: float | None
    size: int
    failure: str | None = None


@dataclass(frozen=True, slots=True)
class Word:
    """A word of the question, and where it was found.

    Attributes:
        text: As written.
        passages: In how many chunks of the index it occurs.
        matched: Whether the best sentence has it.
    """

    text: str
    passages: int
    matched: bool


@dataclass(frozen=True, slots=True)
class Explanation:
    """What an answer, or a no, rests on.

    Attributes:
        read_as: What was searched for: the question, with the turn it leans on and typing errors corrected.
        threshold: Confidence from which an answer is given.
        words: The question's content words.
        meaning: Cosine of the question and the best sentence.
        interaction: Mean cosine of the question's tokens and their nearest in the best sentence.
        reranker: Probability by the reranker (`INDEX_RERANKER`) that the best sentence answers; None without.
        signals: What set the best sentence apart from the other candidates, strongest first: name, and
            points of score above (or below) their average.
        probabilities: Of the best candidate and the runner-up to be the right one, given that one of them is.
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
class Listing:
    """Articles, where a list of them answers a question, or helps on.

    Attributes:
        topic: Words that each of them holds; `""` for all articles.
        total: How many there are.
        cards: The first of them; empty where the list only helps on.
    """

    topic: str
    total: int
    cards: tuple[ArticleCard, ...] = ()


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
        notes: What the member should know besides: words read otherwise, articles that disagree, parts of
            the question that were not found.
        why: What it rests on.
        chat: Whether nothing was asked (a greeting, thanks, an instruction): `reason` is what to say to it.
        follows: Whether the question was read together with the one before it.
        parts: Seconds spent on finding (`find`), reading (`read`) and judging (`judge`).
        listing: Where the question asks for the articles themselves, the list that answers it; where it
            asks for what no sentence can give, an empty list of all. Then `status` is declined.
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
    notes: tuple[str, ...] = ()
    why: Explanation | None = None
    chat: bool = False
    follows: bool = False
    listing: Listing | None = None
    parts: Mapping[str, float] = field(default_factory=dict, compare=False)

    def as_dict(self, *, explained: bool = False) -> dict[str, Any]:
        """The answer in the shape of the machine interface (see `DESIGN.md`, `ask --json`).

        Args:
            explained: Whether to add `notes`, `chat`, `listing` and `why`.
        """
        data = asdict(self)
        if not explained:
            for name in ("notes", "chat", "listing", "why"):
                del data[name]
        data["status"] = self.status.value
        del data["follows"], data["parts"]
        for row in (*data["citations"], *data["candidates"]):
            row["receipt"] = row.pop("citation_id")  # as other programs know it
        keep = ("article_id", "title", "start", "end", "text", "score")
        data["passages"] = [{name: row[name] for name in keep} for row in data["passages"]]
        return data


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


# --- What the articles have on what somebody says ---


class Likeness(StrEnum):
    """How a sentence of an article relates to what somebody says."""

    VERBATIM = "word for word"
    SAME = "the same words"
    PART = "in a longer sentence"
    DIFFERS = "differs"
    NEAR = "near"


@dataclass(frozen=True, slots=True)
class Match:
    """A sentence of an article beside what somebody says.

    Attributes:
        likeness: How it relates to that.
        citation: The sentence.
        differ: What they differ in, as in "numbers and dates"; `""` unless they differ.
    """

    likeness: Likeness
    citation: Citation
    differ: str = ""


@dataclass(frozen=True, slots=True)
class Claim:
    """One thing that somebody says.

    Attributes:
        text: In their words.
        matches: What articles have on it, nearest first; empty where nothing comes near.
    """

    text: str
    matches: tuple[Match, ...] = ()


@dataclass(frozen=True, slots=True)
class Comparison:
    """What somebody says, beside the articles.

    Attributes:
        claims: In the order in which they are said.
        left_out: How many more were said and not looked for.
    """

    claims: tuple[Claim, ...]
    left_out: int = 0
