"""A small engine for tests of the bot: a function of the question and of a handful of articles."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence

from index import citation_ids
from index.errors import ArticleNotFound
from index.types import (
    Answer,
    Answered,
    Article,
    ArticleCard,
    Citation,
    Claim,
    Comparison,
    Context,
    Declined,
    IndexInfo,
    IndexStatus,
    Likeness,
    Match,
    MissingWords,
    Turn,
)
from tests.bot.written import citation
from tests.index.hashed import HashedEncoder

FERRY = Article(
    "news/ferry",
    "Winter timetable for the Gull Island ferry",
    "The winter timetable applies from 2 November 2026. The last ferry leaves Gull Island at 6.40 pm. "
    "Dogs travel free.\n\nTickets are sold on board.",
    "https://saltmere.example/ferry",
    "Saltmere Ferries",
    "2026-10-01",
)
RULES = Article("handbook/mentions", "Mentions", "Write *@everyone* only in an emergency.\n\nBe kind.")


class StandIn:
    """Cites every sentence that shares a word of at least four letters with the question.

    A question with the word "wait" is held until `gate` is set; one with the word "trouble" meets a failure.
    """

    def __init__(self, *articles: Article) -> None:
        self.texts = {article.id: article for article in articles or (FERRY, RULES)}
        self.encoder = HashedEncoder()
        self.gate = threading.Event()
        self.asked: list[tuple[str, tuple[str, ...] | None]] = []
        self.looked: list[str] = []
        self.turns: list[list[Turn]] = []
        self.nearest = 1  # sentences that come with a no
        self.warmed = threading.Event()
        self.trouble: Exception | None = None
        self.failure: Exception = ZeroDivisionError("the sentence 'why trouble' is too much")

    def ask(
        self,
        question: str,
        *,
        k: int = 3,
        collections: Sequence[str] | None = None,
        turns: Sequence[Turn] = (),
    ) -> Answer:
        self.asked.append((question, None if collections is None else tuple(collections)))
        self.turns.append(list(turns))
        follows = bool(turns) and question.startswith("And ")
        words = {word.strip("?.,!*").lower() for word in question.split()}
        if follows:
            words |= {word.strip("?.,!*").lower() for word in turns[-1].question.split()}
        if "wait" in words:
            assert self.gate.wait(20)
        if "trouble" in words:
            raise self.failure
        found = tuple(
            each
            for article in self.texts.values()
            for each in sentences(article)
            if (collections is None or article.collection in collections)
            and {word for word in words if len(word) > 3}
            & {word.strip(".*@").lower() for word in each.text.split()}
        )
        nearest = tuple(
            each
            for article in self.texts.values()
            for each in sentences(article)
            if collections is None or article.collection in collections
        )[: self.nearest]
        if not found:
            return Declined(
                question=question,
                confidence=0.0,
                candidates=nearest,
                passages=(),
                index=self.info(),
                follows=follows,
                reason=MissingWords((question.split()[-1],), len(self.texts)),
            )
        return Answered(
            question=question,
            confidence=0.9,
            candidates=found[:10],
            passages=(),
            index=self.info(),
            follows=follows,
            citations=found[:k],
        )

    def compare(self, text: str, *, collections: Sequence[str] | None = None) -> Comparison:
        """Finds the sentence itself, or nothing."""
        found = [
            Match(Likeness.VERBATIM, each)
            for article in self.texts.values()
            for each in sentences(article)
            if each.text == text and (collections is None or article.collection in collections)
        ]
        return Comparison((Claim(text, tuple(found[:1])),))

    def article(self, article_id: str) -> Article:
        if article_id not in self.texts:
            raise ArticleNotFound(f'No article has the id "{article_id}".')
        return self.texts[article_id]

    def articles(
        self, prefix: str = "", limit: int | None = 25, collections: Sequence[str] | None = None
    ) -> list[ArticleCard]:
        self.looked.append(prefix)
        found = [
            ArticleCard(
                each.id, each.title, each.url, each.source, each.published, None, each.tags, each.collection
            )
            for each in self.texts.values()
            if prefix.lower() in f"{each.id} {each.title}".lower()
            and (collections is None or each.collection in collections)
        ]
        return found[:limit]

    def sentence_count(self, article_id: str) -> int:
        return len(sentences(self.texts[article_id]))

    def collections(self) -> list[str]:
        return sorted({article.collection for article in self.texts.values()})

    def context(self, proof: str, words: str = "") -> Context:
        parsed = citation_ids.parse(proof)
        for article in self.texts.values():
            if citation_ids.matches(parsed, article.id):
                text, start, end = article.text, parsed.start, parsed.end
                status = "intact" if parsed.proves(text[start:end]) else "changed"
                head, tail = text[:start], text[end:]
                return Context(
                    status,
                    article,
                    start,
                    end,
                    head[head.rfind("\n\n") + 2 :] if "\n\n" in head else head,
                    tail.partition("\n\n")[0],
                )
        return Context("removed")

    def info(self) -> IndexInfo:
        return IndexInfo("5f3a", len(self.texts), len(self.texts))

    def status(self) -> IndexStatus:
        if self.trouble is not None:
            raise self.trouble
        return IndexStatus(self.info(), 1_790_000_000.0, 4096)

    def warm(self) -> None:
        self.warmed.set()

    def close(self) -> None:
        pass


class Slow(StandIn):
    """Takes its time, without letting go of the interpreter for long."""

    def ask(
        self,
        question: str,
        *,
        k: int = 3,
        collections: Sequence[str] | None = None,
        turns: Sequence[Turn] = (),
    ) -> Answer:
        end = time.monotonic() + 1.0
        while time.monotonic() < end:
            sum(range(10_000))
        return super().ask(question, k=k, collections=collections, turns=turns)


class Broken(StandIn):
    """Has an index that cannot be used."""

    def __init__(self, failure: Exception) -> None:
        super().__init__()
        self.failure = failure

    def articles(
        self, prefix: str = "", limit: int | None = 25, collections: Sequence[str] | None = None
    ) -> list[ArticleCard]:
        raise self.failure

    def collections(self) -> list[str]:
        raise self.failure

    def context(self, proof: str, words: str = "") -> Context:
        raise self.failure

    def warm(self) -> None:
        raise self.failure


def sentences(article: Article) -> list[Citation]:
    """Returns an article's sentences, as citations."""
    found, at = [], 0
    for text in article.text.replace("\n\n", " ").replace(". ", ".|").split("|"):
        start = article.text.index(text, at)
        at = start + len(text)
        link = f"{article.url}#:~:text={start}" if article.url else None
        found.append(
            citation(
                text,
                article_id=article.id,
                title=article.title,
                url=article.url,
                link=link,
                published=article.published,
                source=article.source,
                start=start,
            )
        )
    return found
