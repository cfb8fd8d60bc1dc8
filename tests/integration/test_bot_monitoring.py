"""What programs that watch the bot see: /healthz and /metrics over a real socket."""

from __future__ import annotations

import asyncio
import logging
import socket
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import aiohttp
import discord
import pytest
from prometheus_client.parser import text_string_to_metric_families

from bot.errors import PortTaken
from bot.monitoring import interruptions
from bot.monitoring.health import Health
from bot.run import serve
from bot.services.asking import EngineService
from bot.shutdown import Stop
from bot.state import Database, State
from bot.worker import Worker
from index.editing import Editing
from index.errors import IndexMissing
from index.types import IndexStatus
from index.version import version
from tests.bot.stand_in import StandIn
from tests.integration.discord_server import DiscordServer
from tests.integration.footnote import Room, footnote, settings


@pytest.fixture(autouse=True)
def addresses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Puts the addresses of Discord back after a test."""
    for holder in (discord.http.Route, discord.asset.Asset):
        monkeypatch.setattr(holder, "BASE", holder.BASE)


@pytest.fixture
def port() -> Iterator[int]:
    """Returns a port that is free."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        found: int = taken.getsockname()[1]
    yield found


class Watched:
    """A bot that is watched, as `python -m bot` runs it."""

    def __init__(self, room: Room, task: asyncio.Task[None], session: aiohttp.ClientSession) -> None:
        self.room = room
        self.task = task
        self.session = session

    async def health(self) -> tuple[int, dict[str, Any]]:
        """Returns what /healthz says."""
        async with self.session.get("/healthz") as response:
            return response.status, await response.json()

    async def figures(self) -> dict[tuple[str, str], float]:
        """Returns what /metrics says, by name and label, read as Prometheus does."""
        async with self.session.get("/metrics") as response:
            assert response.status == 200
            assert response.headers["Content-Type"].startswith("text/plain; version=")
            text = await response.text()
        return {
            (sample.name, next(iter(sample.labels.values()), "")): sample.value
            for family in text_string_to_metric_families(text)
            for sample in family.samples
        }

    async def until(self, status: int) -> None:
        """Waits until /healthz answers with a status."""
        for _ in range(500):
            with suppress(aiohttp.ClientConnectorError):  # it does not listen yet
                if (await self.health())[0] == status:
                    return
            await asyncio.sleep(0.02)
        raise AssertionError(f"no {status}: {await self.health()}")


@asynccontextmanager
async def watched(port: int, engine: StandIn, **values: Any) -> AsyncIterator[Watched]:
    """Runs a bot that is watched."""
    with TemporaryDirectory() as folder:
        async with DiscordServer(heartbeat_interval=0.2) as server:
            guild = server.add_guild("Reading room")
            ana, ben = server.add_member(guild, "ana"), server.add_member(guild, "ben")
            file = Path(folder) / "bot.db"
            room = Room(server, engine, guild, server.add_channel(guild), ana, ben, file)
            chosen = settings(server, http_port=port, guilds={guild.id: None}, **values)
            worker = Worker(queue=chosen.queue, time_limit=chosen.time_limit)
            state = State(Database(file))
            editing = Editing(file.with_name("corpus"), file.with_name("index"), engine.encoder)
            stop = Stop(chosen.stop_seconds, end=lambda code: None)
            task = asyncio.create_task(
                serve(chosen, server.token, EngineService(engine, worker), state, editing, stop)
            )
            async with aiohttp.ClientSession(f"http://127.0.0.1:{port or 1}") as session:
                try:
                    yield Watched(room, task, session)
                finally:
                    engine.gate.set()
                    task.cancel()
                    await asyncio.gather(task, return_exceptions=True)
                    stop.finish()
                    state.close()


async def test_a_bot_that_is_well_says_so(port: int) -> None:
    async with watched(port, StandIn()) as bot:
        await bot.room.server.connected(10)
        await bot.until(200)
        await bot.room.server.until(lambda: bot.room.server.heartbeats, missing="no heartbeat")
        status, said = await bot.health()
        assert status == 200
        assert 0 <= said.pop("latency") < 5
        assert said == {
            "status": "ok",
            "reason": None,
            "detail": None,
            "connected": True,
            "queue": 0,
            "index": {
                "fingerprint": "5f3a",
                "articles": 2,
                "chunks": 2,
                "bytes": 4096,
                "changed": 1_790_000_000.0,
            },
            "version": version(),
        }


async def test_figures_tell_of_questions_errors_index_and_gateway(port: int) -> None:
    async with watched(port, StandIn()) as bot:
        await bot.until(200)
        for question in ("The last ferry?", "The bus?", "What trouble?"):
            await bot.room.ask(question)
        found = await bot.figures()
        outcomes = {
            label: value for (name, label), value in found.items() if name.endswith("questions_total")
        }
        assert outcomes == {"answered": 1, "declined": 1, "failed": 1, "busy": 0, "late": 0}
        assert found["footnote_question_seconds_bucket", "+Inf"] == 2
        assert found["footnote_question_part_seconds_count", "wait"] == 2
        assert found["footnote_errors_total", "ZeroDivisionError"] == 1
        assert found["footnote_index_articles", ""] == 2
        assert found["footnote_index_bytes", ""] == 4096
        assert found["footnote_index_changed_timestamp_seconds", ""] == 1_790_000_000
        assert found["footnote_gateway_connected", ""] == found["footnote_up", ""] == 1
        assert found["footnote_queue_length", ""] == 0
        assert found["footnote_info", version()] == 1


async def test_an_index_that_cannot_be_read_is_the_reason(port: int) -> None:
    engine = StandIn()
    async with watched(port, engine) as bot:
        await bot.until(200)
        engine.trouble = IndexMissing("There is no index in .footnote yet.")
        status, said = await bot.health()
        assert (status, said["status"], said["index"]) == (503, "unavailable", None)
        assert said["reason"] == "There is no index in .footnote yet."
        found = await bot.figures()
        assert found["footnote_up", ""] == 0
        assert ("footnote_index_articles", "") not in found
        engine.trouble = None
        assert (await bot.health())[0] == 200


async def test_a_failed_rebuild_is_a_detail_of_a_bot_that_answers(port: int) -> None:
    class Behind(StandIn):
        def status(self) -> IndexStatus:
            return replace(super().status(), failure="The disk is full.")

    async with watched(port, Behind()) as bot:
        await bot.until(200)
        _, said = await bot.health()
        assert (said["status"], said["reason"]) == ("ok", None)
        assert said["detail"] == "The last rebuild failed: The disk is full."
    async with watched(port, StandIn()) as bot:
        await bot.until(200)
        _, said = await bot.health()
        assert said["detail"] is None


async def test_a_cut_connection_is_the_reason_until_it_is_back(port: int) -> None:
    async with watched(port, StandIn()) as bot:
        await bot.until(200)
        server = bot.room.server
        server.fail("GET", "/gateway*", 503)
        await server.cut()
        await bot.until(503)
        _, said = await bot.health()
        assert said["reason"] == "There is no connection to Discord."
        assert (said["connected"], said["latency"]) == (False, None)
        await bot.until(200)
        await server.until(lambda: server.resumes or len(server.identifies) > 1, missing="not back")


async def test_before_the_index_was_read_nothing_is_said_of_minutes(
    port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Occupied(StandIn):
        seen = False  # once, by the start

        def status(self) -> IndexStatus:
            assert not self.seen or self.gate.wait(20)
            self.seen = True
            return super().status()

    monkeypatch.setattr("bot.monitoring.health._PATIENCE", 0.1)
    engine = Occupied()
    async with watched(port, engine) as bot:
        await bot.room.server.connected(10)
        await bot.until(503)
        assert (await bot.health())[1]["reason"] == "The index has not been read yet."
        engine.gate.set()
        await bot.until(200)


async def test_an_interruption_is_logged_once_if_it_lasts_and_when_it_is_over(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    assert interruptions._BRIEF == 10
    monkeypatch.setattr(interruptions, "_BRIEF", 0.5)
    caplog.set_level(logging.INFO, "bot.monitoring.interruptions")

    def lines() -> list[str]:
        return [each.getMessage() for each in caplog.records if each.name == interruptions.__name__]

    async with footnote() as room:
        server = room.server
        await room.ask("The last ferry?")
        await server.cut()
        await server.until(lambda: server.resumes, missing="no resume")
        await room.ask("The last ferry?")
        await asyncio.sleep(0.6)
        assert lines() == []
        server.hang("GET", "/gateway*", 1.2)
        await server.cut()
        await asyncio.sleep(0.8)
        told = ["There is no connection to Discord (shard 0); I keep trying to connect again"]
        assert lines() == told
        await server.until(lambda: len(server.resumes) == 2, missing="no second resume")
        await room.ask("The last ferry?")
        assert lines() == [*told, "Connected to Discord again after 1 second (shard 0)"]
        server.hang("GET", "/gateway*", 5)
        await server.cut()
        await asyncio.sleep(0.1)
    await asyncio.sleep(0.6)
    assert len(lines()) == 2


async def test_watching_waits_for_no_answer_and_holds_none_up(
    port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Occupied(StandIn):
        def status(self) -> Any:
            if self.asked and not self.gate.is_set():
                self.gate.wait(20)
            return super().status()

    monkeypatch.setattr("bot.monitoring.health._MEMORY", 4)
    async with watched(port, Occupied()) as bot:
        await bot.until(200)
        server, room = bot.room.server, bot.room
        before = time.monotonic()
        asked = await server.slash(room.ana, room.channel, "ask", question="Shall we wait, ferry?")
        await server.until(lambda: asked.acknowledged, missing="no defer")
        status, said = await bot.health()
        assert (status, said["queue"]) == (200, 1)
        assert time.monotonic() - before < 4
        await asyncio.sleep(max(0, before + 4.1 - time.monotonic()))
        status, said = await bot.health()
        assert status == 503
        assert said["reason"] in [
            f"The index has not been read for {seconds} seconds: reading it takes too long."
            for seconds in range(4, 9)
        ]
        assert server.longest_silence(before) < 1


async def test_it_is_only_there_when_asked_for_and_only_on_this_machine(port: int) -> None:
    async with watched(port, StandIn()) as bot:
        await bot.until(200)
        assert (await bot.session.get("/")).status == 404
        assert (await bot.session.post("/healthz")).status == 405
        with socket.socket() as other, pytest.raises(OSError):
            other.connect(("127.0.0.2", port))
    async with watched(0, StandIn()) as bot:
        await bot.room.server.connected(10)
        with pytest.raises(aiohttp.ClientError):
            await bot.session.get(f"http://127.0.0.1:{port}/healthz")


async def test_a_port_that_is_taken_is_told_in_a_sentence(port: int) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", port))
        taken.listen()
        async with watched(port, StandIn()) as bot:
            with pytest.raises(PortTaken) as caught:
                await bot.task
        assert str(caught.value).startswith(f"/healthz and /metrics cannot be served at 127.0.0.1:{port}: ")
        assert "Choose another BOT_HTTP_PORT" in str(caught.value)
        assert not bot.room.server.identifies


async def test_before_it_is_online_a_bot_has_no_connection() -> None:
    async with footnote() as room:
        health = Health(room.bot, room.bot.engine_service.status, room.bot.engine_service.worker)
        room.bot.online.clear()
        reading = await health.read()
        assert (reading.connected, reading.latency) == (False, None)
        health.close()
