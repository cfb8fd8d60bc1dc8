"""Where articles are changed: drafts and the editing of the corpus, in a thread of their own."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import Final, TypeVar

from bot.errors import EditRefused, UnknownArticle, UnknownDraft
from bot.messages.escape import escape
from bot.messages.escape import one_line as escaped_line
from bot.messages.localization import gettext_noop, phrase
from bot.messages.safe_urls import web_address
from bot.services.drafts import Action, Draft, Drafts, Proposal, Source
from bot.state import GuildSettings, Missed
from bot.worker import Worker
from index.corpus import humanised, one_line
from index.editing import CorpusOverview, Editing, Preview
from index.errors import ArticleExists, ArticleNotFound, CorpusError, IndexBusy, UsageError
from index.types import Article

_log = logging.getLogger(__name__)

T = TypeVar("T")

LONGEST: Final = 200_000
"""Characters of an article that can be published from Discord: other editors wait while it is encoded."""
BUSY: Final = gettext_noop(
    "Another program is changing the index right now. Please press the button again in a moment; "
    "nothing is lost."
)
TAKEN: Final = gettext_noop("Another article has that name. Choose another title, or use `/corpus replace`.")
KNOWN: Final = gettext_noop(
    "These words are already in the article **{title}** ({where}). To change its title, its address or its "
    "date, use `/corpus replace`."
)
SINCE: Final = gettext_noop("The article has been changed since, so I left it as it is.")
NOT_YOURS: Final = gettext_noop("The articles in that collection can't be changed from this server.")
TOO_LONG: Final = phrase(
    "That article is longer than {longest} characters. Split it, or add it on the command line with "
    "`footnote add`.",
    longest=LONGEST,
)
_LIMIT: Final = 600.0  # seconds that a change may take, waiting included
_QUEUE: Final = 30  # changes that may wait
_HEADING: Final = re.compile(r"\A\s*#+ [^\n]*")
_NAME, _ADDRESS = 120, 500  # UTF-16 units, and characters


@dataclass(frozen=True, slots=True)
class Gap:
    """Questions that ask for the same thing, which was not found.

    Attributes:
        questions: The most typical first.
        people: How many different people asked them.
    """

    questions: tuple[Missed, ...]
    people: int

    @property
    def wordings(self) -> list[str]:
        """The questions, each wording once."""
        return list(dict.fromkeys(each.question for each in self.questions))


class ArticleService:
    """Proposes changes of articles, carries them out and undoes them.

    Every method does its work in one thread, one after the other, so that editors do not get in each other's
    way. It is not the thread that answers: questions do not wait for editors.

    Args:
        editing: Changes the articles.
        drafts: Keeps what waits for a button.

    Raises:
        EditRefused: By each method: a sentence for the editor.
        FootnoteError: By each method: the index cannot be used.
    """

    def __init__(self, editing: Editing, drafts: Drafts) -> None:
        self._editing = editing
        self._drafts = drafts
        self._worker = Worker(queue=_QUEUE, time_limit=_LIMIT)

    def close(self) -> None:
        """Accept no more work."""
        self._worker.close()

    async def propose(
        self, guild: int, rules: GuildSettings, source: Source, *, collection: str = "", replaces: str = ""
    ) -> Proposal:
        """Make a draft of a new article, or of one that replaces another."""

        def work() -> Proposal:
            article = self._read(source, collection)
            old = self._held(replaces) if replaces else None
            if old is not None:
                article = replace(article, id=replaces) if source.name else _kept(article, old)
            _allow(rules, article.id)
            seen = self._editing.preview(article, besides=replaces, collections=rules.collections)
            if old is None:
                self._refuse_known(article, seen)
            taken = old is None and self._editing.taken(article)
            action: Action = "add" if old is None else "replace"
            name = ""
            if seen.sentences and not taken and article != old:
                name = self._drafts.keep(Draft(guild, action, article.id, article.title, article))
            untitled = bool(source.name) and not source.title and article.title == _of_file(source.name)
            return Proposal(name, action, article, seen, old, untitled, taken)

        return await self._do(work)

    async def propose_removal(self, guild: int, rules: GuildSettings, article: Article) -> Proposal:
        """Make a draft of a removal."""

        def work() -> Proposal:
            _allow(rules, article.id)
            return Proposal(
                self._drafts.keep(Draft(guild, "remove", article.id, article.title)), "remove", article
            )

        return await self._do(work)

    async def carry_out(self, name: str, guild: int, rules: GuildSettings) -> Draft:
        """Make a proposed change; returns it with the name of the draft that undoes it."""

        def work() -> Draft:
            draft = self._mine(name, guild, rules)
            if not draft.undo:  # stored before anything is changed, and kept by a second attempt
                change = self._editing.change(draft.article_id, draft.article)
                draft = replace(draft, undo=self._drafts.keep(replace(draft, article=None, change=change)))
                self._drafts.keep(draft, name)
            if draft.article is None:
                self._editing.remove(draft.article_id)
            else:
                self._editing.publish(draft.article, replace=draft.action == "replace")
            self._drafts.drop(name)
            _log.info("An editor changed an article (%s): %s", draft.action, draft.article_id)
            return draft

        return await self._do(work)

    async def undo(self, name: str, guild: int, rules: GuildSettings) -> Draft:
        """Undo a change; returns it."""

        def work() -> Draft:
            draft = self._take_back(name, guild, rules)
            _log.info("An editor undid a change (%s): %s", draft.action, draft.article_id)
            return draft

        return await self._do(work)

    async def discard(self, name: str, guild: int, rules: GuildSettings) -> None:
        """Delete a proposed change, and undo what an attempt that failed halfway has left."""

        def work() -> None:
            draft = self._mine(name, guild, rules)
            if draft.undo:
                self._take_back(draft.undo, guild, rules)
            self._drafts.drop(name)

        await self._do(work)

    async def overview(self, rules: GuildSettings) -> CorpusOverview:
        """Return an overview of the collections that a place may see."""

        def work() -> CorpusOverview:
            overview = self._editing.overview()
            cards = tuple(each for each in overview.cards if rules.allows(each.collection))
            skipped = tuple(each for each in overview.skipped if rules.allows(collection_of(each.path)))
            return replace(overview, cards=cards, skipped=skipped)

        return await self._do(work)

    async def gaps(self, missed: Sequence[Missed], people: int, *, time_limit: float = _LIMIT) -> list[Gap]:
        """What enough different people have asked and not found, most people first."""

        def work() -> list[Gap]:
            found = []
            for group in self._editing.alike([each.question for each in missed]):
                questions = tuple(missed[position] for position in group)
                count = len({each.member for each in questions})
                if count >= people:
                    found.append(Gap(questions, count))
            return sorted(found, key=lambda gap: -gap.people)

        return await self._do(work, time_limit)

    async def purge(self) -> None:
        """Delete drafts that are older than a day."""
        await self._do(self._drafts.purge)

    def _read(self, source: Source, collection: str) -> Article:
        article = self._editing.read(
            source.name,
            source.data,
            title=source.title,
            url=source.url,
            published=source.published,
            collection=collection,
        )
        if len(article.text) > LONGEST:
            raise EditRefused(TOO_LONG)
        return article

    def _take_back(self, name: str, guild: int, rules: GuildSettings) -> Draft:
        draft = self._mine(name, guild, rules)
        if draft.change is None:
            raise UnknownDraft
        try:
            self._editing.undo(draft.change)
        except ArticleExists as error:
            raise EditRefused(SINCE) from error
        self._drafts.drop(name)
        return draft

    def _held(self, article_id: str) -> Article:
        held = self._editing.held(article_id)
        if held is None:
            raise UnknownArticle
        return held

    def _refuse_known(self, article: Article, seen: Preview) -> None:
        """Refuse a new article whose text is already in another one, word for word."""
        names = [article.id, *(twin.article_id for twin in seen.twins if twin.share == 1)]
        for held in map(self._editing.held, names):
            if held is not None and _words(held) == _words(article):
                where, address = escaped_line(held.id, _NAME), web_address(held.url)
                if address is not None and len(address) < _ADDRESS:
                    where += f", <{address}>"
                raise EditRefused(phrase(KNOWN, title=escaped_line(held.title, _NAME), where=where))

    def _mine(self, name: str, guild: int, rules: GuildSettings) -> Draft:
        """A draft of this server, whose article may still be changed from here."""
        draft = self._drafts.read(name)
        if draft.guild != guild:
            raise EditRefused(NOT_YOURS)
        _allow(rules, draft.article_id)
        return draft

    async def _do(self, work: Callable[[], T], time_limit: float = _LIMIT) -> T:
        def attempt() -> T:
            with _service_errors():
                return work()

        return await self._worker.do(attempt, time_limit=time_limit)


def collection_of(path: str) -> str:
    """The collection of an id or of a path under the corpus."""
    first, slash, _ = path.partition("/")
    return first if slash else ""


def _kept(article: Article, old: Article) -> Article:
    """An article from the form, with the fields of the old one that the form does not show."""
    return replace(
        article,
        id=old.id,
        source=article.source or old.source,
        language=article.language or old.language,
        tags=article.tags or old.tags,
    )


def _words(article: Article) -> list[str]:
    """The words of an article, without a heading on top, which is its title."""
    return _HEADING.sub("", article.text).split()


def _allow(rules: GuildSettings, article_id: str) -> None:
    if not rules.allows(collection_of(article_id)):
        raise EditRefused(NOT_YOURS)


def _of_file(name: str) -> str:
    return one_line(humanised(PurePosixPath(name).stem))


@contextmanager
def _service_errors() -> Iterator[None]:
    """Turn errors about an article into sentences for its editor, in Discord's Markdown."""
    try:
        yield
    except IndexBusy as error:
        raise EditRefused(BUSY) from error
    except ArticleExists as error:
        raise EditRefused(TAKEN) from error
    except ArticleNotFound as error:
        raise UnknownArticle from error
    except (CorpusError, UsageError) as error:
        raise EditRefused(escape(str(error))) from error
