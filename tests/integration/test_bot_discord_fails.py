"""Discord on a bad day, while a question is being answered: what is gone, refused, limited, cut or down."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp
import discord
import pytest

from bot.discord_io import sending
from bot.features.more import NEXT
from bot.state import GuildSettings, Scope
from index.types import Article
from tests.bot.stand_in import StandIn
from tests.integration.discord_server import InteractionRun, Message, NoAnswer
from tests.integration.footnote import Room, footnote

LAST = "The last ferry leaves Gull Island at 6.40 pm."
SLOW = "Shall we wait for the last ferry?"
QUAY = Article("a/quay", "Quay", " ".join(f"Boat {n} lies there." for n in range(20)))


CONTENT = 1 << 15


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lets the bot try again at once."""
    monkeypatch.setattr(sending, "_PAUSE", 0.02)


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
        assert "A message could not be delivered: " in caplog.text
        assert "Traceback" not in caplog.text
        assert LAST in (await room.ask("The last ferry?")).content


async def test_the_channel_may_go_between_question_and_answer(caplog: pytest.LogCaptureFixture) -> None:
    async with footnote() as room:
        other = room.server.add_channel(room.guild, "harbour")
        await room.server.say(room.ana, other, f"{room.server.bot.mention} {SLOW}")
        await room.server.until(lambda: room.engine.asked, missing="the question")
        room.server.delete_channel(other)
        await settle(room)
        assert "A message could not be delivered: 404 Not Found" in caplog.text
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
        assert "A message could not be delivered: 403 Forbidden" in caplog.text
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


async def test_a_reply_that_discord_never_takes_is_given_up_after_a_minute(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert sending.POSTING == 60.0
    monkeypatch.setattr(sending, "POSTING", 0.3)
    async with footnote() as room:
        fault = room.server.fail("POST", "/channels/*/messages", 503, times=99)
        await room.server.say(room.ana, room.channel, f"{room.server.bot.mention} the last ferry?")
        await room.server.until(lambda: fault.hits >= 4, missing="four tries")
        assert await room.bot.answering.finished(5)
        assert "A message could not be delivered: 503" in caplog.text
        assert "Traceback" not in caplog.text


Send = Callable[[Room], Awaitable[Message]]


async def asked(room: Room) -> Message:
    """Asks by command."""
    return await room.ask("The last ferry?")


async def asked_about(room: Room) -> Message:
    """Asks about a message."""
    said = await room.server.say(room.ben, room.channel, "The last ferry?")
    return await (await room.server.context_menu("Ask about this", room.ana, said)).response()


async def told(room: Room) -> Message:
    """Asks for what is answered at once."""
    return await (await room.server.slash(room.ana, room.channel, "privacy")).response()


async def mentioned(room: Room) -> Message:
    """Asks by mention."""
    return await room.say(f"{room.server.bot.mention} the last ferry?")


async def written(room: Room) -> Message:
    """Asks by direct message."""
    return await room.say("the last ferry?", room.server.dm(room.ana))


async def unaddressed(room: Room) -> Message:
    """Asks nobody in particular, where that is answered."""
    rules = GuildSettings(auto_reply=True)
    await room.bot.state.guild_settings.set(Scope(room.guild.id, room.channel.id), rules)
    return await room.server.reply_to(
        await room.server.say(room.ana, room.channel, "When is the last ferry?")
    )


async def shared(room: Room) -> Message:
    """Shares a private answer."""
    answer = await room.ask("The last ferry?", private=True)
    return await (await room.server.press(room.ana, answer, "Share")).followup()


async def called(room: Room) -> Message:
    """Calls a human."""
    role = room.server.add_role(room.guild, "staff", mentionable=True)
    room.server.add_member(room.guild, "eve", roles=[role])
    await room.bot.state.guild_settings.set(Scope(room.guild.id), GuildSettings(human=role.id))
    answer = await room.ask("Where is the sauna?")
    run = await room.server.press(room.ana, answer, "Ask a human")
    assert "I have notified" in (await run.followup()).content
    return room.server.messages(room.channel)[-1]


async def formed(room: Room) -> Message:
    """Asks on in a form."""
    opened = await room.server.press(room.ana, await room.ask("The last ferry?"), "Follow up")
    return await (await room.server.submit_modal(room.ana, opened, {"Your question": "And dogs?"})).response()


@pytest.mark.parametrize("trouble", ["cut", 500, 503])
@pytest.mark.parametrize(
    ("send", "method", "path"),
    [
        (asked, "PATCH", "/webhooks/*"),
        (asked, "POST", "/interactions/*"),
        (asked_about, "PATCH", "/webhooks/*"),
        (told, "POST", "/interactions/*"),
        (formed, "PATCH", "/webhooks/*"),
        (shared, "POST", "/webhooks/*"),
        (shared, "POST", "/interactions/*"),
        (mentioned, "POST", "/channels/*/messages"),
        (written, "POST", "/channels/*/messages"),
        (unaddressed, "POST", "/channels/*/messages"),
        (called, "POST", "/channels/*/messages"),
    ],
)
async def test_every_kind_of_reply_is_tried_until_discord_takes_it(
    send: Send, method: str, path: str, trouble: str | int, caplog: pytest.LogCaptureFixture
) -> None:
    async with footnote(server={"privileged_intents": CONTENT}, message_content=True) as room:
        is_slow = trouble == 500 or (trouble == 503 and "channels" not in path)  # the library waits itself
        times = 1 if is_slow else 4
        if isinstance(trouble, int):
            fault = room.server.fail(method, path, trouble, times=times)
        else:
            fault = room.server.cut_request(method, path, times=times)
        assert (await send(room)).content
        assert await room.bot.answering.finished(5)
        assert fault.hits == times
        assert "Something went wrong" not in "".join(
            each.content for each in room.server.messages(room.channel)
        )
        assert "Traceback" not in caplog.text


async def test_an_acknowledgement_that_arrived_before_the_line_was_cut_is_not_repeated(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    arrived: list[str] = []
    defer = discord.InteractionResponse.defer

    async def cut_afterwards(self: discord.InteractionResponse[Any], **options: Any) -> None:
        await defer(self, **options)
        if not arrived:
            arrived.append("defer")
            self._response_type = None  # as if the answer to the request had been lost
            raise aiohttp.ServerDisconnectedError

    monkeypatch.setattr(discord.InteractionResponse, "defer", cut_afterwards)
    async with footnote() as room:
        assert LAST in (await room.ask("The last ferry?")).content
        assert [each.code for each in room.server.runs[-1].refusals] == [40060]


async def test_a_post_whose_first_message_is_late_is_answered() -> None:
    async with footnote() as room:
        where = room.server.add_channel(room.guild, "help", kind="forum")
        await room.bot.state.guild_settings.set(
            Scope(room.guild.id, where.id), GuildSettings(auto_reply=True)
        )
        late = room.server.fail("POST", "/channels/*/messages", 403, code=40058, times=3)
        made = await room.server.post(room.ana, where, "When does the last ferry leave?", "Please help.")
        await room.server.until(lambda: len(made.messages) == 2, missing="no answer")
        assert late.hits == 3


async def test_who_has_left_takes_care_of_no_post(caplog: pytest.LogCaptureFixture) -> None:
    async with footnote() as room:
        where = room.server.add_channel(room.guild, "help", kind="forum")
        await room.bot.state.guild_settings.set(
            Scope(room.guild.id, where.id), GuildSettings(auto_reply=True)
        )
        made = await room.server.post(room.ana, where, "Shall we wait for the last ferry?", "Please help.")
        await room.server.say(room.ben, made, "I wonder, too.")
        room.server.remove_member(room.guild, room.ben)
        room.engine.gate.set()
        await room.server.until(lambda: len(made.messages) == 3, missing="no answer")
        assert "Traceback" not in caplog.text


async def test_an_answer_after_fifteen_minutes_is_one_line_in_the_log(
    caplog: pytest.LogCaptureFixture,
) -> None:
    assert sending.ANSWERING == 15 * 60
    async with footnote() as room:
        await waiting(room)
        room.server.skip(16 * 60)
        await settle(room)
        assert caplog.text.count("A message could not be delivered: 401") == 1
        assert "Traceback" not in caplog.text


async def test_a_malformed_answer_is_a_failure_like_any_other() -> None:
    async with footnote() as room:
        room.server.fail("PATCH", "/webhooks/*", 400, code=50035)
        assert "Something went wrong on my side." in (await room.ask("The last ferry?")).content


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
