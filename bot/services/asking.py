"""Where questions are handed in: the engine behind its worker, as the features use it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Final, Protocol

from bot.errors import (
    AmbiguousArticle,
    AskError,
    NotHere,
    NothingAsked,
    NotShown,
    UnknownArticle,
    UnknownCollection,
)
from bot.messages.escape import one_line
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

_LOOKUPS: Final = 50  # look-ups that may wait
_NAMED: Final = 8  # articles of one name that are listed
_TYPING_LIMIT: Final = 1.5  # seconds; Discord gives up on suggestions after 3


class Answering:
    """Counts the answers in progress, so that the bot can finish them before it leaves."""

    def __init__(self) -> None:
        self._count = 0
        self._idle = asyncio.Event()
        self._idle.set()

    def __enter__(self) -> None:
        self._count += 1
        self._idle.clear()

    def __exit__(self, *_: object) -> None:
        self._count -= 1
        if not self._count:
            self._idle.set()

    async def finished(self, within: float) -> bool:
        """Wait until no answer is in progress, at most so many seconds; returns whether none was."""
        try:
            async with asyncio.timeout(within):
                await self._idle.wait()
        except TimeoutError:
            return False
        return True


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
        """Compare what somebody says with the articles."""
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
        """Return the state of the index, for operators."""
        ...

    def warm(self) -> None:
        """Load what the first question would wait for."""
        ...

    def close(self) -> None:
        """Release the index."""
        ...


class EngineService:
    """Takes questions and hands them to the engine, one at a time.

    Look-ups, which need no model, have a thread of their own: they do not wait for answers.

    Args:
        engine: Answers, in the worker's thread.
        worker: Whose thread it is.

    Raises:
        AskError: By each method: there is no answer now; the text is for the member.
        FootnoteError: By each method: the index or the model cannot be used.

    Attributes:
        metrics: Counts the questions by their outcome.
    """

    def __init__(self, engine: EngineProtocol, worker: Worker) -> None:
        self._engine = engine
        self.worker = worker
        self._lookups = Worker(queue=_LOOKUPS, time_limit=worker.time_limit)
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
            rules: The settings of the place.
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

    async def compare(self, text: str, rules: GuildSettings) -> Comparison:
        """Compare what somebody says with the articles of a place."""
        return await self.worker.do(lambda: self._engine.compare(text, collections=self._where(None, rules)))

    async def now(self, question: str, rules: GuildSettings, time_limit: float | None = None) -> Answer:
        """Answer a question of an editor's work before those that wait; it is not counted."""
        return await self.worker.do(
            lambda: sure(self._engine.ask(question, collections=rules.collections), rules.confidence),
            time_limit=time_limit,
            soon=True,
        )

    async def context(
        self, citation_id: str, words: str = "", rules: GuildSettings = UNRESTRICTED
    ) -> Context:
        """A cited sentence in its surroundings, or what became of it.

        Args:
            citation_id: Of the citation.
            words: The quoted sentence, if it is known.
            rules: The settings of the place.

        Raises:
            NotShown: The article is not for this place.
        """
        context = await self._lookups.do(lambda: self._engine.context(citation_id, words))
        if context.article is not None and not rules.allows(context.article.collection):
            raise NotShown
        return context

    async def articles(
        self, typed: str, collection: str | None = None, limit: int = 25, rules: GuildSettings = UNRESTRICTED
    ) -> list[ArticleCard]:
        """Articles whose id or title has words that begin so."""
        return await self._lookups.do(
            lambda: self._engine.articles(typed, limit, self._where(collection, rules))
        )

    async def titles(self, typed: str, rules: GuildSettings = UNRESTRICTED) -> list[ArticleCard]:
        """Articles to suggest while a title is being typed; none if the worker has no time."""
        with suppress(AskError):
            return await self._lookups.do(
                lambda: self._engine.articles(typed, 25, self._where(None, rules)), time_limit=_TYPING_LIMIT
            )
        return []

    async def article(
        self, name: str, rules: GuildSettings = UNRESTRICTED, time_limit: float | None = None
    ) -> tuple[Article, int]:
        """An article by its id, its title or words that begin so, and how many sentences it has.

        Raises:
            UnknownArticle: There is none that may be shown.
            AmbiguousArticle: There are several.
        """

        def work() -> tuple[Article, int]:
            where = self._where(None, rules)
            try:
                article = self._engine.article(name)
            except ArticleNotFound:
                found = self._engine.articles(name, _NAMED + 1, where) if name.strip() else []
                article = self._engine.article(_only(name, found))
            if not rules.allows(article.collection):
                raise UnknownArticle
            return article, self._engine.sentence_count(article.id)

        return await self._lookups.do(work, time_limit=time_limit)

    async def collections(self, rules: GuildSettings = UNRESTRICTED, *, patient: bool = False) -> list[str]:
        """The names of the collections; those known from before if the worker has no time.

        Args:
            rules: The settings of the place.
            patient: Whether to wait as long as for an answer, and to fail if there is no time.
        """
        try:
            self._known = await self._lookups.do(self._named, time_limit=None if patient else _TYPING_LIMIT)
        except AskError:
            if patient:
                raise
            _log.info("No time to look for collections; offering those known from before")
        return [name for name in self._known if rules.allows(name)]

    def status(self) -> IndexStatus:
        """Return the state of the index; reads it, so only for threads that may wait."""
        return self._engine.status()

    async def warm(self) -> None:
        """Load the model, so that the first question does not wait."""
        await self.worker.do(self._engine.warm, time_limit=600)

    def close(self) -> None:
        """Take no more questions and look-ups; both threads end when all that is waiting is done."""
        self.worker.close()
        self._lookups.close()

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


def _only(name: str, found: Sequence[ArticleCard]) -> str:
    """The id of the one article that was found, or of the one with exactly that title."""
    titled = [card for card in found if card.title.casefold() == name.strip().casefold()]
    chosen = titled if len(titled) == 1 else found
    if not chosen:
        raise UnknownArticle
    if len(chosen) > 1:
        lines = [f"- {one_line(card.title, 80)} ({one_line(card.id, 100)})" for card in chosen[:_NAMED]]
        raise AmbiguousArticle([*lines, "- …"] if len(chosen) > _NAMED else lines)
    return chosen[0].id


def sure(answer: Answer, least: float | None) -> Answer:
    """Decline if an answer is less certain than the place asks for."""
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
