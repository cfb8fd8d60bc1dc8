"""Who asks too much is told when to ask again, in every way of asking."""

from __future__ import annotations

from bot.discord_io.rates import Rates
from tests.integration.footnote import footnote

QUESTION = "When does the last boat leave?"


async def test_one_question_too_many_is_refused_in_private() -> None:
    async with footnote(member_rate=1) as room:
        await room.ask(QUESTION)
        refused = await room.ask(QUESTION)
        assert "Please ask again <t:" in refused.content
        assert refused.ephemeral
        assert len(room.engine.asked) == 1


async def test_a_mention_too_many_is_told_once_and_that_is_taken_away_again() -> None:
    now = [0.0]
    async with footnote() as room:
        room.bot.rates = Rates(1, clock=lambda: now[0])
        me = room.server.bot.mention
        await room.say(f"{me} {QUESTION}")
        now[0] = 59.9
        told = await room.say(f"{me} {QUESTION}")
        assert told.content.startswith("You have asked a lot within a minute.")
        await room.server.until(lambda: room.server.current(told) is None, missing="the refusal stays")
        assert len(room.engine.asked) == 1
