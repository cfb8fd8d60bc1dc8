"""Members can have forgotten what is stored about them, and what is old is forgotten anyway."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import cast

import pytest

from bot.features.forget import NOTHING, Forget
from bot.state import GuildSettings, Scope, State
from tests.integration.discord_server import Message, User
from tests.integration.footnote import Room, footnote

QUESTION = "When does the last ferry leave Gull Island?"


async def forget(room: Room, member: User) -> Message:
    """Runs `/forget-me`."""
    return await (await room.server.slash(member, room.channel, "forget-me")).response()


async def rate(room: Room, member: User, answer: Message) -> None:
    """Presses 👍."""
    await (await room.server.press(member, answer, "👍")).response()


async def until(look: Callable[[], object]) -> None:
    """Waits until something holds that Discord is not told of."""
    for _ in range(1000):
        if look():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("it does not hold within 10 s")


async def test_a_members_verdicts_are_deleted_and_nobody_elses() -> None:
    async with footnote() as room:
        assert (await forget(room, room.ana)).content == NOTHING
        first, second = await room.ask(QUESTION), await room.ask(QUESTION)
        await rate(room, room.ben, first)
        await rate(room, room.ana, first)
        told = await forget(room, room.ana)
        assert (told.content[:42], told.ephemeral) == ("I have deleted your verdict on an answer, ", True)
        for answer in (first, second):
            await rate(room, room.ana, answer)
        assert "your 2 verdicts on answers" in (await forget(room, room.ana)).content
        assert len(list(room.bot.state.feedback.labelled_questions())) == 1
        await forget(room, room.ben)
        assert QUESTION.encode() not in room.state.read_bytes()


async def test_what_is_old_goes_every_day_also_after_a_day_on_which_that_failed(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    tries = []

    async def purge(state: State) -> int:
        tries.append(state.keep_days)
        if len(tries) == 1:
            raise OSError("the disk is full")
        return await original(state)

    original = State.purge
    monkeypatch.setattr(State, "purge", purge)
    async with footnote() as room:
        await until(lambda: tries)
        await rate(room, room.ana, await room.ask(QUESTION))
        state = room.bot.state
        loop = cast(Forget, room.bot.get_cog("Forget")).purge
        loop.change_interval(seconds=0.05)
        await until(lambda: len(tries) > 2)
        assert len(list(state.feedback.labelled_questions())) == 1
        state.keep_days = -1
        await until(lambda: not list(state.feedback.labelled_questions()))
        assert "OSError" in caplog.text


async def test_a_server_that_the_bot_has_left_is_forgotten() -> None:
    async with footnote() as room:
        other = room.server.add_guild("Harbour")
        guild_settings = room.bot.state.guild_settings
        await guild_settings.set(Scope(other.id), GuildSettings(()))
        await guild_settings.set(Scope(other.id, 7), GuildSettings(private=True))
        await guild_settings.set(Scope(room.guild.id), GuildSettings(("news",)))
        room.server.remove_guild(other)
        await until(lambda: guild_settings.of(Scope(other.id)) == GuildSettings())
        assert guild_settings.of(Scope(other.id, 7)) == GuildSettings()
        assert guild_settings.of(Scope(room.guild.id)) == GuildSettings(("news",))
