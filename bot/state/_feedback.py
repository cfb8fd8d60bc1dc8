"""What is kept of answers: verdicts, questions without one, how often articles are cited, calls for a human.

Members stand in it under codes that only this database can make from their ids.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import insert

from bot.state._database import Database
from bot.state._tables import calls, cited, salt, unanswered, verdicts

_DAY: Final = 86_400
_EACH: Final = 50  # unanswered questions of a member in a server; the oldest make room
_READ: Final = 500  # unanswered questions of a server that are read
_NEWEST_FIRST: Final = (unanswered.c.asked.desc(), unanswered.c.id.desc())


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a member thinks of an answer.

    Attributes:
        message: Id of the message with the answer.
        good: Whether it is a good one.
        answered: Whether it was an answer, or said that nothing was found.
        question: As it was asked.
        reason: Why it is not good: `wrong`, `outdated`, `missing` or `other`.
        evidence: Where the answer is, as objects with `article_id` and, where known, `text`.
        named: The article that the member would have expected, in their words.
        turns: Questions before it, oldest first, if it was asked as a follow-up.
    """

    message: int
    good: bool
    answered: bool
    question: str
    reason: str = ""
    evidence: Sequence[Mapping[str, str]] = ()
    named: str = ""
    turns: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Missed:
    """A question that no answer was found to.

    Attributes:
        id: Its number.
        member: Code of the one who asked.
        question: The words.
        asked: When, in seconds since 1970.
    """

    id: int
    member: str
    question: str
    asked: int


class Codes:
    """Makes codes of members' ids with the salt of a database.

    Raises:
        StateError: The database cannot be used.
    """

    def __init__(self, database: Database) -> None:
        self._salt = database.now(lambda connection: connection.execute(sa.select(salt)).scalar_one())

    def of(self, member: int) -> str:
        """The code of a member."""
        return hashlib.blake2b(str(member).encode(), key=self._salt, digest_size=16).hexdigest()


class Feedback:
    """The verdicts; one for each member and message.

    Raises:
        StateError: By each method: the database cannot be used.
    """

    def __init__(self, database: Database, codes: Codes) -> None:
        self._database = database
        self._codes = codes

    async def give(self, member: int, verdict: Verdict) -> bool:
        """Keep a verdict in place of the member's earlier one; returns whether there was one."""
        values = asdict(verdict) | {"member": self._codes.of(member), "given": int(time.time())}
        own = (verdicts.c.message == verdict.message, verdicts.c.member == values["member"])

        def work(connection: sa.Connection) -> bool:
            before = connection.execute(sa.select(verdicts.c.id).where(*own)).first()
            statement = insert(verdicts).values(values)
            connection.execute(statement.on_conflict_do_update(["message", "member"], set_=values))
            return before is not None

        return await self._database.do(work)

    async def forget(self, member: int) -> int:
        """Delete all that a member has given; returns how many verdicts were deleted."""
        return await self._database.delete(verdicts, verdicts.c.member == self._codes.of(member))

    async def purge(self, days: int) -> int:
        """Delete what is older; returns how many verdicts were deleted."""
        return await self._database.delete(verdicts, verdicts.c.given < time.time() - days * _DAY)

    def labelled_questions(self) -> Iterator[str]:
        """The verdicts as labelled questions, a line each as `footnote evaluate` reads them, oldest first."""
        query = sa.select(verdicts).order_by(verdicts.c.id)
        for row in self._database.now(lambda connection: connection.execute(query).mappings().all()):
            yield json.dumps(_labelled_question(dict(row)), ensure_ascii=False)


def _labelled_question(row: Mapping[str, Any]) -> dict[str, object]:
    """A verdict as a question with what is known of its answer."""
    answerable: bool | None = bool(row["evidence"]) or None
    if row["good"]:
        answerable = row["answered"]
    elif row["reason"] == "missing":
        answerable = True
    return {
        "id": f"feedback-{row['id']}",
        "question": row["question"],
        "answerable": answerable,
        "answers": [],
        "evidence": row["evidence"],
        "turns": [{"question": each} for each in row["turns"]],
        "verdict": "good" if row["good"] else row["reason"],
        "named": row["named"],
        "given": time.strftime("%Y-%m-%d", time.gmtime(row["given"])),
    }


class Unanswered:
    """Questions that no answer was found to; the same words of a member once for each server.

    Raises:
        StateError: By each method: the database cannot be used.
    """

    def __init__(self, database: Database, codes: Codes) -> None:
        self._database = database
        self._codes = codes

    async def note(self, member: int, guild: int, question: str) -> None:
        """Keep a question."""
        code = self._codes.of(member)
        values = {"guild": guild, "member": code, "question": question, "asked": int(time.time())}
        own = (unanswered.c.guild == guild, unanswered.c.member == code)
        too_many = sa.select(unanswered.c.id).where(*own).order_by(*_NEWEST_FIRST).offset(_EACH).limit(-1)

        def work(connection: sa.Connection) -> None:
            statement = insert(unanswered).values(values)
            again = statement.on_conflict_do_update(["guild", "member", "question"], set_=values)
            connection.execute(again)
            connection.execute(sa.delete(unanswered).where(unanswered.c.id.in_(too_many)))

        await self._database.do(work)

    async def of(self, guild: int) -> Sequence[Missed]:
        """The newest questions of a server, the oldest of them first."""
        columns = (unanswered.c.id, unanswered.c.member, unanswered.c.question, unanswered.c.asked)
        query = sa.select(*columns).where(unanswered.c.guild == guild)
        query = query.order_by(*_NEWEST_FIRST).limit(_READ)
        rows = await self._database.do(lambda connection: connection.execute(query).all())
        return [Missed(*row) for row in reversed(rows)]

    async def forget(self, member: int) -> int:
        """Delete all that a member has asked; returns how many questions were deleted."""
        return await self._database.delete(unanswered, unanswered.c.member == self._codes.of(member))

    async def leave(self, guild: int) -> None:
        """Delete all that was asked in a server."""
        await self._database.delete(unanswered, unanswered.c.guild == guild)

    async def purge(self, days: int) -> None:
        """Delete what is older."""
        await self._database.delete(unanswered, unanswered.c.asked < time.time() - days * _DAY)


class Cited:
    """How often each article was cited; who asked, and what, is not kept with it.

    Raises:
        StateError: By each method: the database cannot be used.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def note(self, article_ids: Iterable[str]) -> None:
        """Count an answer for each article that it cites; an article counts once."""
        rows = [{"article": each, "answers": 1} for each in sorted(set(article_ids))]
        statement = insert(cited).on_conflict_do_update(["article"], set_={"answers": cited.c.answers + 1})
        await self._database.do(lambda connection: connection.execute(statement, rows))

    async def of(self, article_id: str) -> int:
        """How many answers have cited an article."""
        query = sa.select(cited.c.answers).where(cited.c.article == article_id)
        return await self._database.do(lambda connection: connection.execute(query).scalar() or 0)


class Calls:
    """The messages for which a human was called, so that each does it once: their ids and times.

    Raises:
        StateError: By each method: the database cannot be used.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def claim(self, message: int) -> bool:
        """Note that a message calls; False if it has called before."""
        statement = insert(calls).values(message=message, called=int(time.time())).on_conflict_do_nothing()
        return await self._database.do(lambda connection: connection.execute(statement).rowcount == 1)

    async def release(self, message: int) -> None:
        """Take back that a message has called, because nobody could be reached."""
        await self._database.delete(calls, calls.c.message == message)

    async def purge(self, days: int) -> None:
        """Delete what is older."""
        await self._database.delete(calls, calls.c.called < time.time() - days * _DAY)
