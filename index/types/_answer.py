"""What is found for a question."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

from index.types._article import Article, ArticleCard


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
        receipt: Short proof of the quotation, see `index.citation_ids`.
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
    receipt: str = ""
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
    """

    info: IndexInfo
    changed: float | None
    size: int


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
class Why:
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
        shares: How the probability that one of the candidates is right falls on the best and the runner-up.
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
    why: Why | None = None
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
