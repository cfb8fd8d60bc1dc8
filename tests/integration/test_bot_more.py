"""More shows what was found besides, to the one who pressed, page by page."""

from __future__ import annotations

from bot.features.history import UNKNOWN
from bot.features.more import BACK, NEXT, NOTHING_MORE, THE_END
from bot.messages.answers import DECLINED
from index.types import Article
from tests.bot.stand_in import FERRY, StandIn
from tests.integration.footnote import footnote, running

BOATS = Article("rules/quay", "Quay", " ".join(f"Boat number {n} lies at the quay." for n in range(10)))
QUESTION = "Which boat lies there?"


def numbers(content: str) -> list[int]:
    """Returns which boats are quoted."""
    return [int(line.split("number ")[1].split()[0]) for line in content.split("\n") if "“Boat" in line]


async def test_pages_go_on_after_the_answer_in_private_also_after_a_restart() -> None:
    async with footnote(StandIn(BOATS, FERRY)) as room:
        answer = await room.ask(QUESTION, collection="rules")
        assert numbers(answer.content) == [0, 1, 2]
        assert "More" in [each.label for each in answer.buttons]
        assert max(len(row["components"]) for row in answer.components) <= 5
        page = await (await room.server.press(room.ben, answer, "More")).response()
        assert page.ephemeral
        assert (numbers(page.content), page.buttons[-1].label) == ([3, 4, 5], NEXT)
        assert room.engine.asked[-1] == (QUESTION, ("rules",))
        await room.bot.close()
        async with running(room):
            second = await (await room.server.press(room.ben, page, NEXT)).response()
            assert second.id == page.id
            assert numbers(second.content) == [6, 7, 8]
            last = await (await room.server.press(room.ben, second, NEXT)).response()
            assert (numbers(last.content), last.buttons[-1].label) == ([9], BACK)
            assert THE_END in last.content
            back = await (await room.server.press(room.ben, last, BACK)).response()
            assert back.content == second.content
            context = await (await room.server.press(room.ben, back, "In context ²")).response()
            assert "**Boat number 7 lies at the quay.**" in context.content
        assert room.server.messages(room.channel, seen_by=room.ana) == [room.server.current(answer)]


async def test_of_a_mention_the_message_that_asked_is_read_once_and_kept_on_the_page() -> None:
    async with footnote(StandIn(BOATS)) as room:
        said = await room.server.say(room.ana, room.channel, f"{room.server.bot.mention} {QUESTION}")
        answer = await room.server.reply_to(said)
        page = await (await room.server.press(room.ana, answer, "More")).response()
        assert page.content.startswith(f"-# {QUESTION}\n")
        await room.server.delete_message(said)
        second = await (await room.server.press(room.ana, page, NEXT)).response()
        assert numbers(second.content) == [6, 7, 8]
        lost = await (await room.server.press(room.ana, answer, "More")).response()
        assert (lost.content, lost.ephemeral) == (UNKNOWN, True)


async def test_what_is_gone_meanwhile_is_not_shown() -> None:
    async with footnote(StandIn(BOATS)) as room:
        answer = await room.ask(QUESTION)
        page = await (await room.server.press(room.ana, answer, "More")).response()
        room.engine.texts = {FERRY.id: FERRY}
        gone = await (await room.server.press(room.ana, page, NEXT)).response()
        assert NOTHING_MORE in gone.content
        assert gone.buttons == []


async def test_a_no_has_more_too_and_a_press_too_many_is_told_the_time() -> None:
    engine = StandIn(BOATS)
    async with footnote(engine, member_rate=3) as room:
        engine.nearest = 4
        answer = await room.ask("Who is the president?")
        assert DECLINED in answer.content
        page = await (await room.server.press(room.ana, answer, "More")).response()
        assert numbers(page.content) == [1, 2, 3]
        await (await room.server.press(room.ana, answer, "More")).response()
        refused = await (await room.server.press(room.ana, answer, "More")).response()
        assert "Please ask again <t:" in refused.content
        assert refused.ephemeral
