"""The bot as a process that is told to stop, in every phase of connecting and with answers in progress."""

from __future__ import annotations

import asyncio
import signal
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.errors import DiscordUnreachable
from bot.shutdown import Stop
from tests.integration.discord_server import DiscordServer
from tests.integration.line import Line, Mode
from tests.integration.test_bot_process import pointing_at, started

LIMIT = 4.0
"""Seconds that stopping may take."""

TOLERANCE = 6.0
"""Seconds for a busy machine to end a process."""


@dataclass
class Running:
    """A bot that is connected over a line."""

    server: DiscordServer
    line: Line
    process: asyncio.subprocess.Process

    async def stop(self, number: signal.Signals = signal.SIGTERM) -> str:
        """Tells the process to stop, waits for its end within the limit, and returns its log."""
        self.process.send_signal(number)
        _, log = await asyncio.wait_for(self.process.communicate(), LIMIT + TOLERANCE)
        return log.decode()


@asynccontextmanager
async def running(tmp_path: Path, mode: Mode = "through", **settings: str) -> AsyncIterator[Running]:
    """Starts the bot, at a gateway that it reaches over a line."""
    async with DiscordServer() as server, Line(server.gateway_url) as line:
        line.mode = mode
        guild = server.add_guild("Reading room")
        server.add_channel(guild)
        values = pointing_at(server) | {
            "BOT_GATEWAY_URL": line.url,
            "BOT_GUILDS": str(guild.id),
            "BOT_STOP_SECONDS": str(LIMIT),
        }
        async with started(tmp_path, **values | settings) as process:
            yield Running(server, line, process)


async def connected(bot: Running) -> None:
    """Waits until the bot says that it is connected."""
    assert bot.process.stderr is not None
    async with asyncio.timeout(20):
        while b"Connected to Discord" not in await bot.process.stderr.readline():
            pass


async def eventually(look: Callable[[], object]) -> None:
    """Waits until something is so."""
    for _ in range(1000):
        if look():
            return
        await asyncio.sleep(0.02)
    raise AssertionError("it never is")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("mode", ["silent", "unavailable"])
async def test_a_stop_does_not_wait_for_a_gateway_that_is_connected_to_again(
    mode: Mode, number: signal.Signals, tmp_path: Path
) -> None:
    async with running(tmp_path) as bot:
        await connected(bot)
        bot.line.mode = mode
        bot.line.cut()
        if mode == "silent":
            await eventually(lambda: bot.line.waiting)
        else:
            await asyncio.sleep(3)  # it has tried again, and waits before the next time
        log = await bot.stop(number)
        assert bot.process.returncode == 0
        assert "Left Discord" in log
        assert "Told to stop" in log


async def test_a_stop_does_not_wait_for_a_goodbye(tmp_path: Path) -> None:
    async with running(tmp_path) as bot:
        await connected(bot)
        bot.line.mode = "no goodbye"
        log = await bot.stop()
        assert bot.process.returncode == 0
        assert "Left Discord" in log


async def test_a_stop_while_the_gateway_says_nothing_at_the_start(tmp_path: Path) -> None:
    async with running(tmp_path, "silent") as bot:
        await eventually(lambda: bot.line.waiting)
        await bot.stop()
        assert bot.process.returncode == 0


async def test_a_stop_while_the_gateway_turns_the_bot_away_at_the_start(tmp_path: Path) -> None:
    async with running(tmp_path, "unavailable") as bot:
        await bot.server.until(lambda: bot.server.requests, within=20, missing="no request")
        await asyncio.sleep(1)
        await bot.stop()
        assert bot.process.returncode == 0


@pytest.mark.parametrize(
    "path", ["/users/@me", "/oauth2/applications/@me", "/applications/*", "/gateway/bot"]
)
async def test_a_stop_while_the_interface_says_nothing(path: str, tmp_path: Path) -> None:
    async with running(tmp_path) as bot:
        for method in ("GET", "PUT"):
            bot.server.hang(method, path, 60)
        await eventually(lambda: any(each.path.startswith(path.rstrip("*")) for each in bot.server.requests))
        await bot.stop()
        assert bot.process.returncode == 0


async def test_a_start_that_fails_ends_although_the_gateway_says_nothing(tmp_path: Path) -> None:
    async with running(tmp_path, "silent", BOT_START_TIMEOUT="1") as bot:
        _, log = await asyncio.wait_for(bot.process.communicate(), 20 + LIMIT + TOLERANCE)
        assert bot.process.returncode == 1
        assert log.decode().strip().split("\n")[-1].startswith("Discord's gateway (ws://127.0.0.1:")


async def test_answers_in_progress_are_finished_within_the_limit_and_not_beyond(tmp_path: Path) -> None:
    async with running(tmp_path) as bot:
        await connected(bot)
        guild = next(iter(bot.server.world.guilds.values()))
        ana, channel = bot.server.add_member(guild, "ana"), next(iter(guild.channels.values()))
        asked = [
            await bot.server.slash(ana, channel, "ask", question=f"Please {word} the last ferry")
            for word in ("ponder", "brood")
        ]
        await bot.server.until(lambda: all(each.acknowledged for each in asked), missing="no defer")
        log = await bot.stop()
        assert "6.40 pm" in (await asked[0].response()).content
        assert bot.process.returncode == 0
        assert "Leaving before everyone was answered" in log


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_second_signal_ends_the_process_at_once(number: signal.Signals, tmp_path: Path) -> None:
    async with running(tmp_path, BOT_STOP_SECONDS="600") as bot:
        await connected(bot)
        guild = next(iter(bot.server.world.guilds.values()))
        ana, channel = bot.server.add_member(guild, "ana"), next(iter(guild.channels.values()))
        asked = await bot.server.slash(ana, channel, "ask", question="Please brood")
        await asked.until(lambda: asked.acknowledged, 10, "no defer")
        bot.process.send_signal(signal.SIGTERM)
        await asyncio.sleep(1)
        assert bot.process.returncode is None
        await bot.stop(number)
        assert bot.process.returncode == -number


def test_the_deadline_holds_where_the_main_thread_is_stuck(caplog: pytest.LogCaptureFixture) -> None:
    ended: list[int] = []
    stop = Stop(0.2, end=ended.append)
    assert stop.remaining == 0.0
    stop.begin()
    assert 0 < stop.remaining <= 0.15
    stop.begin(DiscordUnreachable("Discord cannot be reached."))  # it has begun already
    for _ in range(200):
        if ended:
            break
        time.sleep(0.02)
    assert ended == [0]
    assert "takes more than 0.2 seconds" in caplog.text


def test_a_failure_is_told_also_where_ending_takes_too_long(capsys: pytest.CaptureFixture[str]) -> None:
    ended: list[int] = []
    stop = Stop(0.05, end=ended.append)
    stop.begin(DiscordUnreachable("Discord cannot be reached."))
    for _ in range(200):
        if ended:
            break
        time.sleep(0.02)
    assert ended == [1]
    assert capsys.readouterr().err == "Discord cannot be reached.\n"
    finished = Stop(0.05, end=ended.append)
    finished.finish()
    finished.begin()
    finished.finish()
    time.sleep(0.2)
    assert ended == [1]
