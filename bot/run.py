"""From settings and an engine to a bot that is online, until it is told to leave."""

from __future__ import annotations

import asyncio
import logging
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Final

import aiohttp
import discord

from bot import addresses, monitor
from bot.app import Footnote
from bot.desk import Desk
from bot.drafts import Drafts
from bot.errors import (
    AskError,
    DiscordRefused,
    DiscordUnreachable,
    IntentsRefused,
    StartError,
    TokenRefused,
)
from bot.rates import Rates
from bot.settings import BotSettings
from bot.state import State
from bot.token import HOW_TO
from bot.workshop import Workshop
from index.editing import Editing

_log = logging.getLogger(__name__)

GOODBYE: Final = 5.0  # seconds for the last answers to reach Discord
_REFUSED: Final = {  # close codes of the gateway after which it is useless to try again
    4004: TokenRefused(f"Discord does not accept the token any more; it may have been reset. {HOW_TO}"),
    4013: IntentsRefused("Discord does not know the intents that I ask for. Update Footnote."),
}


async def serve(settings: BotSettings, token: str, desk: Desk, state: State, editing: Editing) -> None:
    """Be online until SIGTERM or SIGINT, then finish what is being answered.

    Args:
        settings: How to reach Discord.
        token: The bot's.
        desk: Answers the questions. Its worker takes no more work afterwards, and may still be busy with
            what nobody waits for any more.
        state: What is remembered between starts.
        editing: Changes the articles.

    Raises:
        StartError: Discord cannot be reached or does not let the bot in.
        FootnoteError: The index or the model cannot be used.
    """
    addresses.apply(settings)
    rates = Rates(settings.member_rate, settings.channel_rate)
    drafts = Drafts(state.database.path.with_name("drafts"))
    bot = Footnote(
        desk,
        state,
        Workshop(editing, drafts, desk.worker),
        rates=rates,
        keep_unanswered=settings.keep_unanswered,
        gap_people=settings.gap_people,
        message_content=settings.message_content,
        guild=settings.guild,
        gateway=settings.gateway_url,
    )
    with desk.tally.errors():
        await _serve(settings, token, bot)
    _log.info("Left Discord")


async def _serve(settings: BotSettings, token: str, bot: Footnote) -> None:
    async with _signals() as stop, bot, monitor.listening(settings, bot.pulse, bot.desk.tally):
        online = asyncio.create_task(_online(bot, token, settings))
        warm = asyncio.create_task(_warm(bot))
        told = asyncio.create_task(_wait(stop))
        try:
            await _until_done({online, told}, but_also=warm)
            await _say_goodbye(bot, stop)
        finally:
            for task in (online, warm, told):
                task.cancel()
            await asyncio.gather(online, warm, told, return_exceptions=True)
            bot.desk.worker.close()


async def _wait(event: asyncio.Event) -> None:
    await event.wait()


async def _until_done(tasks: set[asyncio.Task[None]], *, but_also: asyncio.Task[None]) -> None:
    """Wait until one of the tasks is done; raises what one of them, or the other one, raises before."""
    pending = tasks | {but_also}
    while tasks <= pending:
        done, pending = await asyncio.wait(pending, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()


async def _say_goodbye(bot: Footnote, stop: asyncio.Event) -> None:
    """Finish what is being answered; a second signal cuts that short."""
    worker = bot.desk.worker
    worker.close()
    _log.info("Told to stop: finishing %d answers", worker.load)
    stop.clear()
    finished = asyncio.create_task(bot.answering.finished(worker.time_limit + GOODBYE))
    hurry = asyncio.create_task(stop.wait())
    await asyncio.wait({finished, hurry}, return_when=asyncio.FIRST_COMPLETED)
    if not finished.done() or not finished.result():
        _log.warning("Leaving before everyone was answered")
    for task in (finished, hurry):
        task.cancel()


async def _warm(bot: Footnote) -> None:
    """Load the model once the bot is online, so that a wrong token is told at once."""
    await bot.online.wait()
    try:
        await bot.desk.warm()
    except AskError as error:
        _log.warning("The model was not loaded beforehand: %s", error)


async def _online(bot: Footnote, token: str, settings: BotSettings) -> None:
    """Log in and stay connected.

    Raises:
        StartError: In a sentence for the operator.
    """
    try:
        async with asyncio.timeout(settings.start_timeout):
            await bot.login(token)
        await _connect(bot, settings)
    except (discord.DiscordException, aiohttp.ClientError, OSError) as error:
        raise in_a_sentence(error, settings) from error


async def _connect(bot: Footnote, settings: BotSettings) -> None:
    connection = asyncio.create_task(bot.connect())
    first = {
        connection,
        asyncio.create_task(bot.online.wait()),
        asyncio.create_task(bot.connections.unreachable.wait()),
    }
    try:
        await asyncio.wait(first, timeout=settings.start_timeout, return_when=asyncio.FIRST_COMPLETED)
        if not connection.done() and not bot.online.is_set():
            where = settings.gateway_url or "that Discord names"
            raise DiscordUnreachable(
                f"Discord's gateway ({where}) cannot be reached. Check the network"
                + (" and BOT_GATEWAY_URL." if settings.gateway_url else ".")
            )
        await connection
    finally:
        for task in first:
            task.cancel()


def in_a_sentence(error: Exception, settings: BotSettings) -> StartError:
    """What an operator is told about a failure of the library."""
    if isinstance(error, discord.LoginFailure):
        return TokenRefused(f"Discord does not know the token in BOT_TOKEN. {HOW_TO}")
    if isinstance(error, discord.PrivilegedIntentsRequired):
        return IntentsRefused(
            "Discord does not allow the privileged intents that I ask for. "
            "Allow them on the Bot page of https://discord.com/developers/applications, or update Footnote."
        )
    if isinstance(error, discord.ConnectionClosed):
        known = _REFUSED.get(error.code)
        return known or DiscordRefused(f"Discord closed the connection for good (code {error.code}).")
    if isinstance(error, discord.HTTPException) and error.status < 500:
        return DiscordRefused(
            f"Discord turned the bot down: {error.text or error.response.reason} (status {error.status})."
        )
    what = (
        f"answers with status {error.status}"
        if isinstance(error, discord.HTTPException)
        else "cannot be reached"
    )
    advice = "Check the network." if settings.official else "Check the network and BOT_API_URL."
    return DiscordUnreachable(f"Discord's interface at {settings.api_url} {what}. {advice}")


@asynccontextmanager
async def _signals() -> AsyncIterator[asyncio.Event]:
    """An event that SIGTERM and SIGINT set, instead of ending the process."""
    loop, stop = asyncio.get_running_loop(), asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        with suppress(NotImplementedError):  # on Windows, Ctrl-C ends the process as it always does
            loop.add_signal_handler(number, stop.set)
    try:
        yield stop
    finally:
        for number in (signal.SIGTERM, signal.SIGINT):
            with suppress(NotImplementedError):
                loop.remove_signal_handler(number)
