"""Discord on a bad day, while a question is being answered: what is gone, refused, limited, cut or down."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from bot.features.more.rendering import NEXT
from index.types import Article
from tests.bot.stand_in import StandIn
from tests.integration.discord_server import InteractionRun, NoAnswer
from tests.integration.footnote import Room, footnote

LAST = "The last ferry leaves Gull Island at 6.40 pm."
SLOW = "Shall we wait for the last ferry?"
QUAY = Article("a/quay", "Quay", " ".join(f"Boat {n} lies there." for n in range(20)))


async def waiting(room: Room) -> InteractionRun:
    """Asks by command and returns when the engine has the question."""
    run = await room.server.slash(room.ana, room.channel, "ask", question=SLOW)
    await room.server.until(lambda: run.acknowledged, missing="no defer")
    return run


def connections(room: Room) -> int:
    """Returns how often the bot has connected."""
    return len(room.server.identifies) + len(room.server.resumes)


async def connected_again(room: Room, before: int) -> None:
    """Waits until the bot has connected once more than before."""
    await room.server.until(lambda: connections(room) > before, missing="no new connection")


async def settle(room: Room) -> None:
    """Lets the engine go on and waits until everyone has been answered."""
    room.engine.gate.set()
    assert await room.bot.answering.finished(5)


@pytest.mark.parametrize(
    ("status", "code"), [(404, 10003), (404, 10008), (404, 10015), (401, 50027)], ids=lambda value: str(value)
)
async def test_what_is_gone_meanwhile_is_one_line_in_the_log(
    status: int, code: int, caplog: pytest.LogCaptureFixture
) -> None:
    async with footnote() as room:
        await waiting(room)
        room.server.fail("PATCH", "/webhooks/*", status, code=code)
        await settle(room)
        assert "Discord did not wait for an answer any longer" in caplog.text
        assert "Traceback" not in caplog.text
        assert LAST in (await room.ask("The last ferry?")).content


async def test_the_channel_may_go_between_question_and_answer(caplog: pytest.LogCaptureFixture) -> None:
    async with footnote() as room:
        other = room.server.add_channel(room.guild, "harbour")
        await room.server.say(room.ana, other, f"{room.server.bot.mention} {SLOW}")
        await room.server.until(lambda: room.engine.asked, missing="the question")
        room.server.delete_channel(other)
        await settle(room)
        assert "An answer could not be posted: 404 Not Found" in caplog.text
        assert "Traceback" not in caplog.text
        assert LAST in (await room.ask("The last ferry?")).content


async def test_the_right_to_write_may_go_between_question_and_answer(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with footnote() as room:
        await room.server.say(room.ana, room.channel, f"{room.server.bot.mention} {SLOW}")
        await room.server.until(lambda: room.engine.asked, missing="the question")
        room.server.forbid(room.channel, "view_channel")
        await settle(room)
        assert "An answer could not be posted: 403 Forbidden" in caplog.text
        room.server.allow(room.channel, "view_channel")
        assert LAST in (await room.say(f"{room.server.bot.mention} the last ferry?")).content


async def test_a_page_dismissed_while_it_turns_is_let_go(caplog: pytest.LogCaptureFixture) -> None:
    async with footnote(StandIn(QUAY)) as room:
        answer = await room.ask("Which boat lies there?")
        page = await (await room.server.press(room.ana, answer, "More")).response()
        room.server.hang("POST", "/interactions/*", 0.1)
        await room.server.press(room.ana, page, NEXT)
        await room.server.delete_message(page)
        await asyncio.sleep(0.2)
        assert await room.bot.answering.finished(5)
        assert "Traceback" not in caplog.text


@pytest.mark.parametrize("path", ["/interactions/*", "/webhooks/*"])
async def test_a_command_waits_for_rate_limits_and_tries_again_when_discord_is_down(path: str) -> None:
    async with footnote() as room:
        method = "PATCH" if path == "/webhooks/*" else "POST"
        room.server.rate_limit(method, path, 0.1)
        assert LAST in (await room.ask("The last ferry?")).content
        down = room.server.fail(method, path, 502)
        assert LAST in (await room.ask("The last ferry?")).content
        assert down.hits == 1
        assert len(room.engine.asked) == 2


@pytest.mark.parametrize("trouble", ["429", "502", "503", "cut"])
async def test_a_reply_is_posted_once_whatever_happens_on_the_way(trouble: str) -> None:
    async with footnote() as room:
        path = ("POST", "/channels/*/messages")
        faults = {
            "429": lambda: room.server.rate_limit(*path, 0.1, times=2),
            "502": lambda: room.server.fail(*path, 502),
            "503": lambda: room.server.fail(*path, 503),
            "cut": lambda: room.server.cut_request(*path),
        }
        fault = faults[trouble]()
        said = await room.server.say(room.ana, room.channel, f"{room.server.bot.mention} the last ferry?")
        assert LAST in (await room.server.reply_to(said)).content
        assert await room.bot.answering.finished(5)
        assert fault.hits >= 1
        assert len(room.server.messages(room.channel)) == 2


async def test_a_reply_that_discord_never_takes_is_given_up(caplog: pytest.LogCaptureFixture) -> None:
    async with footnote() as room:
        fault = room.server.fail("POST", "/channels/*/messages", 503, times=99)
        await room.server.say(room.ana, room.channel, f"{room.server.bot.mention} the last ferry?")
        await room.server.until(lambda: fault.hits == 3, missing="three tries")
        assert await room.bot.answering.finished(5)
        assert "An answer could not be posted: 503" in caplog.text
        assert fault.hits == 3


async def test_a_line_cut_under_a_command_is_told_to_the_member() -> None:
    async with footnote() as room:
        room.server.cut_request("PATCH", "/webhooks/*")
        told = await room.ask("The last ferry?")
        assert LAST in told.content or "Something went wrong on my side." in told.content


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lets the library identify again without its five seconds."""

    async def hook(*_: object, **__: object) -> None:
        return

    monkeypatch.setattr("bot.client.FootnoteBot.before_identify_hook", hook)


@pytest.mark.usefixtures("at_once")
async def test_a_question_is_answered_while_the_gateway_is_gone_and_nothing_is_asked_twice() -> None:
    async with footnote() as room:
        answer = await room.ask("The last ferry?")
        troubles: list[Callable[[], Awaitable[None]]]
        troubles = [room.server.cut, room.server.reconnect, room.server.invalidate_session]
        for trouble in troubles:
            room.engine.gate.clear()
            before = connections(room)
            run = await waiting(room)
            await trouble()
            room.engine.gate.set()
            assert LAST in (await run.response()).content
            await connected_again(room, before)
            shown = await (await room.server.press(room.ben, answer, "In context")).response()
            assert LAST in shown.content
        assert (len(room.server.identifies), len(room.server.resumes)) == (2, 2)
        assert len(room.engine.asked) == 4
        assert len(room.server.commands(room.guild)) == len(
            {each["name"] for each in room.server.commands(room.guild)}
        )


async def test_a_press_while_the_gateway_is_cut_is_answered_after_it_resumed() -> None:
    async with footnote() as room:
        answer = await room.ask("The last ferry?")
        await room.server.cut()
        run = await room.server.press(room.ben, answer, "Why this?")
        assert (await run.response()).ephemeral
        with pytest.raises(NoAnswer):
            await run.followup(within=0.05)
