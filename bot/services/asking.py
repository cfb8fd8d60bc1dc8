"""Where questions are handed in: the engine behind its worker, as the features use it."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

from bot.errors import AskError, NotHere, NothingAsked, NotShown, UnknownArticle, UnknownCollection
from bot.messages.small_talk import SmallTalk, reply_or_ask
from bot.monitoring.metrics import Metrics
from bot.state import UNRESTRICTED, GuildSettings
from bot.worker import Worker
from index.errors import ArticleNotFound
from index.types import (
    Answer,
    Article,
    ArticleCard,
    BelowThreshold,
    Comparison,
    Context,
    Declined,
    Encoder,
    IndexStatus,
    Turn,
)

_log = logging.getLogger(__name__)

_TYPING_LIMIT = 1.5  # seconds; Discord gives up on suggestions after 3


class EngineProtocol(Protocol):
    """What the bot needs of `index.engine.Engine`."""

    @property
    def encoder(self) -> Encoder:
        """What it encodes with."""
        ...

    def ask(
        self,
        question: str,
        *,
        k: int = 3,
        collections: Sequence[str] | None = None,
        turns: Sequence[Turn] = (),
    ) -> Answer:
        """Answer a question, or decline."""
        ...

    def compare(self, text: str, *, collections: Sequence[str] | None = None) -> Comparison:
        """Put what somebody says beside the articles."""
        ...

    def article(self, article_id: str) -> Article:
        """The article of that id."""
        ...

    def articles(
        self, prefix: str = "", limit: int | None = 25, collections: Sequence[str] | None = None
    ) -> list[ArticleCard]:
        """Articles whose id or title has words beginning with those of `prefix`."""
        ...

    def sentence_count(self, article_id: str) -> int:
        """How many sentences an article has."""
        ...

    def collections(self) -> list[str]:
        """The names of all collections."""
        ...

    def context(self, proof: str, words: str = "") -> Context:
        """What a citation was quoted from, as it is now."""
        ...

    def status(self) -> IndexStatus:
        """How the index is, for operators."""
        ...

    def warm(self) -> None:
        """Load what the first question would wait for."""
        ...

    def close(self) -> None:
        """Close the index."""
        ...


class EngineService:
    """Takes questions and hands them to the engine, one at a time.

    Args:
        engine: Answers; called in the worker's thread only.
        worker: Whose thread it is.

    Attributes:
        metrics: Counts what became of the questions.
    """

    def __init__(self, engine: EngineProtocol, worker: Worker) -> None:
        self._engine = engine
        self.worker = worker
        self.metrics = Metrics()
        self._known: list[str] = []

    async def ask(
        self,
        question: str,
        collection: str | None = None,
        turns: Sequence[Turn] = (),
        rules: GuildSettings = UNRESTRICTED,
    ) -> Answer | SmallTalk:
        """Answer a question, or reply to small talk.

        Args:
            question: In the member's words.
            collection: The only one to look in; None for all.
            turns: Earlier turns of the conversation, oldest first.
            rules: What holds where it is asked.

        Raises:
            AskError: There is no answer now; the text is for the member.
            FootnoteError: The index or the model cannot be used.
        """
        if not any(char.isalnum() for char in question):
            raise NothingAsked

        def work() -> Answer | SmallTalk:
            where = self._where(collection, rules)
            return reply_or_ask(
                question,
                lambda: sure(self._engine.ask(question, collections=where, turns=turns), rules.confidence),
            )

        return await self.metrics.follow(question, self.worker.do(work))

    async def compare(
        self, text: str, collection: str | None = None, rules: GuildSettings = UNRESTRICTED
    ) -> Comparison:
        """Put what somebody says beside the articles.

        Args:
            text: In their words.
            collection: The only one to look in; None for all.
            rules: What holds where it is asked.

        Raises:
            AskError: It cannot be looked for now.
            FootnoteError: The index or the model cannot be used.
        """

        def work() -> Comparison:
            return self._engine.compare(text, collections=self._where(collection, rules))

        return await self.worker.do(work)

    async def now(self, question: str, rules: GuildSettings, time_limit: float | None = None) -> Answer:
        """What would be answered now; nobody asks, so it is not counted.

        Raises:
            AskError: There is no answer now.
            FootnoteError: The index or the model cannot be used.
        """

        def work() -> Answer:
            return sure(self._engine.ask(question, collections=rules.collections), rules.confidence)

        return await self.worker.do(work, time_limit=time_limit)

    async def context(
        self, citation_id: str, words: str = "", rules: GuildSettings = UNRESTRICTED
    ) -> Context:
        """A cited sentence in its surroundings, or what became of it.

        Args:
            citation_id: Of the citation.
            words: The quoted sentence, where that is known.
            rules: What holds where it is looked up.

        Raises:
            NotShown: The article is not for this place.
            AskError: It cannot be looked up now.
            FootnoteError: It is no citation id, or the index cannot be used.
        """
        context = await self.worker.do(lambda: self._engine.context(citation_id, words))
        if context.article is not None and not rules.allows(context.article.collection):
            raise NotShown
        return context

    async def articles(
        self, typed: str, collection: str | None = None, limit: int = 25, rules: GuildSettings = UNRESTRICTED
    ) -> list[ArticleCard]:
        """Articles whose id or title has words that begin so.

        Raises:
            AskError: They cannot be looked up now, or there is no such collection here.
            FootnoteError: The index cannot be used.
        """

        def work() -> list[ArticleCard]:
            return self._engine.articles(typed, limit, self._where(collection, rules))

        return await self.worker.do(work)

    async def titles(self, typed: str, rules: GuildSettings = UNRESTRICTED) -> list[ArticleCard]:
        """Articles to suggest while a title is being typed; none where the worker has no time."""

        def work() -> list[ArticleCard]:
            return self._engine.articles(typed, 25, self._where(None, rules))

        try:
            return await self.worker.do(work, time_limit=_TYPING_LIMIT)
        except AskError:
            return []

    async def article(self, name: str, rules: GuildSettings = UNRESTRICTED) -> tuple[Article, int]:
        """An article by its id or the beginning of its title, and how many sentences it has.

        Raises:
            UnknownArticle: There is none that may be shown.
            AskError: It cannot be looked up now.
            FootnoteError: The index cannot be used.
        """

        def work() -> tuple[Article, int]:
            where = self._where(None, rules)
            try:
                article = self._engine.article(name)
            except ArticleNotFound:
                found = self._engine.articles(name, 1, where) if name.strip() else []
                if not found:
                    raise UnknownArticle from None
                article = self._engine.article(found[0].id)
            if not rules.allows(article.collection):
                raise UnknownArticle
            return article, self._engine.sentence_count(article.id)

        return await self.worker.do(work)

    async def collections(self, rules: GuildSettings = UNRESTRICTED, *, patient: bool = False) -> list[str]:
        """The names of the collections; those known from before where the worker has no time.

        Args:
            rules: What holds where they are asked for.
            patient: Whether to wait as long as for an answer, and to fail where there is no time.

        Raises:
            AskError: They were to be waited for, and there was no time.
        """
        try:
            self._known = await self.worker.do(self._named, time_limit=None if patient else _TYPING_LIMIT)
        except AskError:
            if patient:
                raise
            _log.info("No time to look for collections; offering those known from before")
        return [name for name in self._known if rules.allows(name)]

    def status(self) -> IndexStatus:
        """How the index is; waits for the engine, so only for threads that may wait.

        Raises:
            FootnoteError: The index cannot be used.
        """
        return self._engine.status()

    async def warm(self) -> None:
        """Load the model, so that the first question does not wait.

        Raises:
            FootnoteError: The model or the index cannot be used.
        """
        await self.worker.do(self._engine.warm, time_limit=600)

    def _named(self) -> list[str]:
        return [name for name in self._engine.collections() if name]

    def _where(self, collection: str | None, rules: GuildSettings) -> Sequence[str] | None:
        """The collections to look in; None for all."""
        if rules.collections == ():
            raise NotHere
        if collection is None:
            return rules.collections
        names = [name for name in self._named() if rules.allows(name)]
        if collection not in names:
            raise UnknownCollection(names[:25])
        return [collection]


def sure(answer: Answer, least: float | None) -> Answer:
    """Decline where an answer is less certain than the place asks for."""
    if least is None:
        return answer
    if answer.why is not None and answer.why.threshold < least:
        answer = replace(answer, why=replace(answer.why, threshold=least))
    if isinstance(answer, Declined) or answer.confidence >= least:
        return answer
    return Declined(
        question=answer.question,
        confidence=answer.confidence,
        candidates=answer.candidates,
        passages=answer.passages,
        index=answer.index,
        notes=answer.notes,
        why=answer.why,
        follows=answer.follows,
        seconds=answer.seconds,
        parts=answer.parts,
        reason=BelowThreshold(answer.confidence, least),
    )
