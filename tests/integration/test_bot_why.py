"""Why this? explains an answer to the one who pressed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from bot.features.history import UNKNOWN
from index.types import Answer, Explanation, Turn
from tests.bot.stand_in import StandIn
from tests.integration.footnote import footnote, running

QUESTION = "When does the last boat leave?"


class Explaining(StandIn):
    """Also says why."""

    def ask(self, question: str, **how: Any) -> Answer:
        return replace(super().ask(question, **how), why=Explanation(question, 0.5))


async def test_it_explains_in_private_also_after_a_restart() -> None:
    async with footnote(Explaining()) as room:
        answer = await room.ask(QUESTION, collection="news")
        await room.bot.close()
        async with running(room):
            told = await (await room.server.press(room.ben, answer, "Why this?")).response()
        assert told.ephemeral
        assert f"-# {QUESTION}\nConfidence 0.90: I answer from 0.50 on, so I did." in told.content
        assert room.engine.asked[-1] == (QUESTION, ("news",))


async def test_a_follow_up_is_explained_with_the_turn_before() -> None:
    async with footnote(Explaining()) as room:
        answer = await room.ask(QUESTION)
        opened = await room.server.press(room.ana, answer, "Follow up")
        sent = await room.server.submit_modal(
            room.ana, opened, {"Your question": "And where are tickets sold?"}
        )
        second = await sent.response()
        await (await room.server.press(room.ana, second, "Why this?")).response()
        assert room.engine.asked[-1][0] == "And where are tickets sold?"
        assert room.engine.turns[-1] == [Turn(QUESTION, "")]


async def test_of_a_mention_the_message_that_asked_is_read() -> None:
    async with footnote(Explaining()) as room:
        said = await room.server.say(room.ana, room.channel, f"{room.server.bot.mention} {QUESTION}")
        answer = await room.server.reply_to(said)
        told = await (await room.server.press(room.ana, answer, "Why this?")).response()
        assert QUESTION in told.content
        await room.server.delete_message(said)
        told = await (await room.server.press(room.ana, answer, "Why this?")).response()
        assert told.content == UNKNOWN
