"""Verdicts on answers: question and sentences, with a hash in place of the member."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import insert

from bot.state._codes import Codes
from bot.state._database import Database
from bot.state._tables import verdicts

DAY: Final = 86_400


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a member thinks of an answer.

    Attributes:
        message: Id of the message with the answer.
        good: Whether it is a good one.
        answered: Whether it was an answer, or said that nothing was found.
        question: As it was asked.
        reason: Why it is not good: `wrong`, `outdated`, `missing` or `other`.
        evidence: What the answer stands in, as objects with `article_id` and, where known, `text`.
        named: The article that the member would have expected, in their words.
        turns: Questions before it, oldest first, where it was asked as a follow-up.
    """

    message: int
    good: bool
    answered: bool
    question: str
    reason: str = ""
    evidence: Sequence[Mapping[str, str]] = ()
    named: str = ""
    turns: Sequence[str] = ()


class Feedback:
    """The verdicts; one for each member and message.

    Raises:
        StateError: The database cannot be used.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._codes = Codes(database)

    async def give(self, member: int, verdict: Verdict) -> bool:
        """Keep a verdict in place of the member's earlier one on the message; says whether there was one.

        Raises:
            StateError: The database cannot be used.
        """
        values = {
            "message": verdict.message,
            "member": self._codes.of(member),
            "given": int(time.time()),
            "good": verdict.good,
            "answered": verdict.answered,
            "reason": verdict.reason,
            "question": verdict.question,
            "evidence": [dict(each) for each in verdict.evidence],
            "named": verdict.named,
            "turns": list(verdict.turns),
        }
        own = (verdicts.c.message == verdict.message, verdicts.c.member == values["member"])

        def work(connection: sa.Connection) -> bool:
            before = connection.execute(sa.select(verdicts.c.id).where(*own)).first()
            statement = insert(verdicts).values(values)
            connection.execute(statement.on_conflict_do_update(["message", "member"], set_=values))
            return before is not None

        return await self._database.do(work)

    async def forget(self, member: int) -> int:
        """Delete all that a member has given; returns how many verdicts went.

        Raises:
            StateError: The database cannot be used.
        """
        return await self._database.delete(verdicts, verdicts.c.member == self._codes.of(member))

    async def purge(self, days: int) -> int:
        """Delete what is older; returns how many verdicts went.

        Raises:
            StateError: The database cannot be used.
        """
        return await self._database.delete(verdicts, verdicts.c.given < time.time() - days * DAY)

    def labelled_questions(self) -> Iterator[str]:
        """The verdicts as labelled questions, a line each as `footnote evaluate` reads them, oldest first.

        Raises:
            StateError: The database cannot be used.
        """
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
