"""`/footnote status`: those who manage a server see how the bot is."""

from __future__ import annotations

import logging
import re

import discord
import pytest

from bot.features.setup.status import report
from bot.monitoring.health import HealthReport
from bot.monitoring.metrics import Metrics
from index.errors import IndexMissing
from index.types import IndexInfo, IndexStatus
from index.version import version
from tests.bot.stand_in import StandIn
from tests.integration.discord_server import Message, Refused, User
from tests.integration.footnote import Room, footnote

MANAGE = discord.Permissions(manage_guild=True)


async def status(room: Room, member: User) -> Message:
    """Asks for the status, and returns what is shown."""
    return await (await room.server.slash(member, room.channel, "footnote status")).response()


async def test_it_tells_those_who_manage_a_server_how_the_bot_is() -> None:
    async with footnote(server={"heartbeat_interval": 0.2}) as room:
        server = room.server
        olga = server.add_member(room.guild, "olga", permissions=MANAGE)
        await server.until(lambda: server.heartbeats, missing="no heartbeat")
        with room.bot.engine_service.metrics.errors():
            for question in ("The last ferry?", "The bus?", "What trouble?"):
                await room.ask(question)
        shown = await status(room, olga)
        assert shown.ephemeral
        lines = shown.content.split("\n")
        assert re.fullmatch(rf"\*\*Footnote {version()}\*\*, up since <t:\d+:f> \(<t:\d+:R>\)", lines[0])
        assert lines[1] == ("**Questions**, in all servers: 1 answered, 1 declined, 0 busy, 0 late, 1 failed")
        assert re.fullmatch(r"\*\*Answers\*\*: half within \d\.\d s, 95 % within \d\.\d s", lines[2])
        assert lines[3:5] == [
            "**Waiting**: 0",
            "**Index**: 2 articles in 2 chunks, 0.0 MB, changed <t:1790000000:R>",
        ]
        assert re.fullmatch(r"\*\*Connection to Discord\*\*: \d+ ms", lines[5])
        assert lines[6:] == ["**Errors**: 1 × ZeroDivisionError"]
        assert not {"The last ferry?", "ana"} & set(re.findall(r"The last ferry\?|ana", shown.content))


async def test_nobody_else_is_offered_it() -> None:
    async with footnote() as room:
        with pytest.raises(Refused, match="not offered"):
            await status(room, room.ana)
        with pytest.raises(Refused, match="not offered"):
            await room.server.slash(room.ana, room.server.dm(room.ana), "footnote status")


async def test_an_index_that_cannot_be_read_is_told() -> None:
    engine = StandIn()
    engine.trouble = IndexMissing("There is no index in *.footnote* yet.")
    async with footnote(engine) as room:
        olga = room.server.add_member(room.guild, "olga", permissions=MANAGE)
        shown = await status(room, olga)
        assert "⚠ There is no index in \\*.footnote\\* yet." in shown.content
        assert "**Index**" not in shown.content


def test_what_is_not_known_is_left_out_and_all_fits_a_message() -> None:
    metrics = Metrics()
    told = report(HealthReport(True, None, 3, IndexStatus(IndexInfo("f", 1, 2), None, 5), None), metrics)
    assert "**Answers**" not in told
    assert "**Waiting**: 3\n**Index**: 1 articles in 2 chunks, 0.0 MB\n" in told
    assert told.endswith("**Connection to Discord**: not known yet\n**Errors**: none")
    assert "rebuild" not in told
    behind = IndexStatus(IndexInfo("f", 1, 2), None, 5, "corpus lacks 30 of the 40 articles. " * 20)
    told = report(HealthReport(True, None, 3, behind, None), metrics)
    assert "\n⚠ The last rebuild failed: corpus lacks 30 of the 40 articles." in told
    assert len(told) < 1000
    with metrics.errors():
        for number in range(40):
            logging.getLogger(f"bot.part{number}").error("Failed")
    told = report(HealthReport(True, 0.1, 3, None, "There is no index. " * 200), metrics)
    assert len(told) < 1000
    assert "1 × bot.part0" in told
    assert "and 35 more" in told
