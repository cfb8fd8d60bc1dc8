"""Who asks too much is told when to ask again, in every way of asking."""

from __future__ import annotations

from bot.discord_io.rate_limits import LOOK_UPS, Rates
from bot.features.more import NEXT
from index.types import Article
from tests.bot.stand_in import StandIn
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


async def test_turning_pages_asks_again_and_counts() -> None:
    boats = Article("rules/quay", "Quay", " ".join(f"Boat number {n} lies at the quay." for n in range(20)))
    async with footnote(StandIn(boats), member_rate=3) as room:
        answer = await room.ask("Which boat lies there?")
        page = await (await room.server.press(room.ana, answer, "More")).response()
        page = await (await room.server.press(room.ana, page, NEXT)).response()
        for _ in range(5):
            refused = await (await room.server.press(room.ana, page, NEXT)).response()
            assert "Please ask again <t:" in refused.content
            assert refused.ephemeral
        assert len(room.engine.asked) == 3
        page = await (await room.server.press(room.ben, answer, "More")).response()
        assert "Boat number 3" in page.content


async def test_looking_up_is_limited_too_and_leaves_questions_alone() -> None:
    async with footnote(member_rate=2) as room:
        answer = await room.ask(QUESTION)
        shown = await (await room.server.press(room.ana, answer, "In context")).response()
        for number in range(1, 2 * LOOK_UPS):
            label = ("In context", "Check")[number % 2]
            where = (answer, shown)[number % 2]
            looked = await (await room.server.press(room.ana, where, label)).response()
            assert "Please ask again" not in looked.content
        for where, label in ((answer, "In context"), (shown, "Check")):
            refused = await (await room.server.press(room.ana, where, label)).response()
            assert "Please ask again <t:" in refused.content
            assert refused.ephemeral
        for command in ("articles", "article"):
            named = {"title": "Ferry"} if command == "article" else {}
            run = await room.server.slash(room.ana, room.channel, command, **named)
            assert "Please ask again <t:" in (await run.response()).content
        assert "Please ask again" not in (await room.ask(QUESTION)).content
