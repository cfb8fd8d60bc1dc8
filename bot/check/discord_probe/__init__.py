"""What `footnote-bot check --online` asks of Discord, without connecting to the gateway.

Nothing is changed there: no command is registered, and nobody sees the bot come online.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable
from email.utils import parsedate_to_datetime
from typing import Any, Final, cast

import aiohttp
import discord

from bot.check.discord_probe._application import application
from bot.check.discord_probe._commands import registered
from bot.check.discord_probe._servers import servers
from bot.check.finding import FAILED, Finding
from bot.client import FootnoteBot, intents
from bot.discord_io import addresses
from bot.errors import StartError
from bot.messages.figures import duration
from bot.messages.visible import reveal
from bot.run import in_a_sentence
from bot.services.asking import EngineService
from bot.settings import BotSettings
from bot.state import channels_set_up, stored_first_guild
from bot.worker import Worker

_OFF: Final = 10.0  # seconds that the clock may be off; the answer travels, and Discord tells whole seconds


class DiscordProbe(FootnoteBot):
    """Footnote that logs in to look around.

    Args:
        settings: How to reach Discord.

    Attributes:
        ahead: Seconds that the clock of this machine is ahead of Discord's; None before its first answer.
    """

    def __init__(self, settings: BotSettings, worker: Worker) -> None:
        nothing: Any = None  # is asked, remembered or changed: only the commands are looked at
        super().__init__(settings, EngineService(nothing, worker), nothing, nothing)
        self.ahead: float | None = None
        trace = aiohttp.TraceConfig()
        trace.on_request_end.append(self._compare_clocks)
        self.connections.http_trace = trace

    async def setup_hook(self) -> None:
        """Add the commands, but register none."""
        await self.add_features()

    async def _compare_clocks(self, _: object, __: object, params: aiohttp.TraceRequestEndParams) -> None:
        try:
            there = parsedate_to_datetime(params.response.headers["Date"]).timestamp()
        except (KeyError, ValueError):
            return
        self.ahead = time.time() - there


async def probe_discord(settings: BotSettings, token: str) -> list[Finding]:
    """Log in and look at everything that a bot needs of Discord; takes three times the start's time limit.

    Args:
        settings: How to reach Discord.
        token: The bot's.
    """
    addresses.apply(settings)
    chosen = channels_set_up(settings.state)
    first = stored_first_guild(settings.state)
    owners = list(settings.guilds) if settings.guilds is not None else [] if first is None else [first]
    worker = Worker(queue=0, time_limit=1)
    try:
        async with DiscordProbe(settings, worker) as probe:
            try:
                async with asyncio.timeout(settings.start_timeout):
                    await probe.login(token)
            except (StartError, discord.DiscordException, aiohttp.ClientError, OSError) as error:
                return [Finding("token", str(_readable(error, settings)), FAILED)]
            user = probe.user
            found = [
                Finding("token", f"Discord knows it; it is that of {reveal(str(user))}"),
                _clock(probe),
            ]
            wanted = intents(message_content=settings.message_content)
            found += application(cast("discord.AppInfo", probe.application), wanted)
            found += await _bounded("servers", servers(probe, owners, chosen), settings)
            found += await _bounded("commands", registered(probe, owners), settings)
            return found
    finally:
        worker.close()


async def _bounded(subject: str, looking: Awaitable[list[Finding]], settings: BotSettings) -> list[Finding]:
    """Look at something within the time limit; what goes wrong is a finding of its own."""
    try:
        async with asyncio.timeout(settings.start_timeout):
            return await looking
    except (discord.DiscordException, aiohttp.ClientError, OSError) as error:
        return [Finding(subject, str(_readable(error, settings)), FAILED)]


def _readable(error: Exception, settings: BotSettings) -> Exception:
    return error if isinstance(error, StartError) else in_a_sentence(error, settings)


def _clock(probe: DiscordProbe) -> Finding:
    if probe.ahead is None:
        return Finding("clock", "Discord's answer does not tell the time, so there is nothing to compare")
    if abs(probe.ahead) > _OFF:
        which = "ahead of" if probe.ahead > 0 else "behind"
        return Finding(
            "clock",
            f"{duration(abs(probe.ahead))} {which} Discord's. Let the system set it by NTP.",
            FAILED,
        )
    return Finding("clock", "agrees with Discord's")
