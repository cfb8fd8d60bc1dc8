"""Runs the bot, from logging in to the signal that stops it."""

from __future__ import annotations

import asyncio
import logging
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Final

import aiohttp
import discord

from bot.client import FootnoteBot
from bot.discord_io import endpoints
from bot.errors import AskError, DiscordRefused, DiscordUnreachable, IntentsRefused, StartError, TokenRefused
from bot.monitoring import http
from bot.monitoring.logs import MISREAD, describe_error, is_misread
from bot.services.asking import EngineService
from bot.services.drafts import Drafts
from bot.services.editing import ArticleService
from bot.settings import BotSettings
from bot.shutdown import SIGNALS, Stop
from bot.state import State
from bot.token import HOW_TO
from index.editing import Editing
from index.errors import FootnoteError

_log = logging.getLogger(__name__)

_FOREIGN: Final = (discord.DiscordException, aiohttp.ClientError, OSError)
EXPECTED: Final = (*_FOREIGN, *MISREAD)
"""What connecting to Discord raises; see `is_expected`."""

_REFUSED: Final = {  # close codes of the gateway after which reconnecting is useless
    4004: TokenRefused(f"Discord does not accept the token any more; it may have been reset. {HOW_TO}"),
    4013: IntentsRefused("Discord does not know the intents that I ask for. Update Footnote."),
}


async def serve(
    settings: BotSettings,
    token: str,
    engine_service: EngineService,
    state: State,
    editing: Editing,
    stop: Stop,
) -> None:
    """Run until SIGTERM or SIGINT, then finish the answers in progress; a second signal ends the process.

    Args:
        settings: How to reach Discord.
        token: The bot's.
        engine_service: Answers the questions. Its worker accepts no more work afterwards, but may still be
            busy with work that was given up.
        state: What is remembered between starts.
        editing: Changes the articles.
        stop: Starts with the first signal, or with the error that ends the bot, and limits what follows.

    Raises:
        StartError: Discord cannot be reached or does not let the bot in.
        FootnoteError: The index or the model cannot be used.
    """
    _warn_of_failed_rebuild(engine_service)
    endpoints.apply(settings)
    drafts = Drafts(state.database.path.with_name("drafts"))
    article_service = ArticleService(editing, drafts)
    bot = FootnoteBot(settings, engine_service, state, article_service)
    with engine_service.metrics.errors():
        await _serve(bot, token, stop)
    _log.info("Left Discord")


def _warn_of_failed_rebuild(engine_service: EngineService) -> None:
    """Log that the index is older than the corpus; it is still answered from."""
    with suppress(FootnoteError):  # an index that cannot be read is reported by what reads it
        failure = engine_service.status().failure
        if failure is not None:
            _log.warning("The last rebuild failed, so I answer from the index before it: %s", failure)


async def _serve(bot: FootnoteBot, token: str, stop: Stop) -> None:
    async with (
        _signals(stop) as signalled,
        bot,
        http.listening(bot.settings, bot.health, bot.engine_service.metrics),
    ):
        online = asyncio.create_task(_online(bot, token))
        warm = asyncio.create_task(_warm(bot))
        told = asyncio.create_task(_wait(signalled))
        try:
            await _until_done({online, told}, but_also=warm)
            await _finish_answers(bot, stop)
        except BaseException as error:
            stop.begin(error)
            raise
        finally:
            bot.engine_service.close()
            bot.article_service.close()
            # Closed before it is cancelled: the library swallows a cancellation while it connects again.
            await bot.close()
            for task in (online, warm, told):
                task.cancel()
            await asyncio.gather(online, warm, told, return_exceptions=True)


async def _wait(event: asyncio.Event) -> None:
    await event.wait()


async def _until_done(tasks: set[asyncio.Task[None]], *, but_also: asyncio.Task[None]) -> None:
    """Wait until one of the tasks is done; raises what any of them, or the other task, raises before."""
    pending = tasks | {but_also}
    while tasks <= pending:
        done, pending = await asyncio.wait(pending, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()


async def _finish_answers(bot: FootnoteBot, stop: Stop) -> None:
    bot.engine_service.close()
    _log.info("Told to stop: finishing %d answers", bot.engine_service.worker.load)
    if not await bot.answering.finished(stop.remaining):
        _log.warning("Leaving before everyone was answered")


async def _warm(bot: FootnoteBot) -> None:
    """Load the model once the bot is online, so that a wrong token is reported at once."""
    await bot.online.wait()
    try:
        await bot.engine_service.warm()
    except AskError as error:
        _log.warning("The model was not loaded beforehand: %s", error)


async def _online(bot: FootnoteBot, token: str) -> None:
    """Log in and stay connected.

    Raises:
        StartError: In a sentence for the operator.
    """
    try:
        async with asyncio.timeout(bot.settings.start_timeout):
            await bot.login(token)
        await _connect(bot)
    except EXPECTED as error:
        if not is_expected(error):
            raise
        raise in_a_sentence(error, bot.settings) from error


async def _connect(bot: FootnoteBot) -> None:
    settings, connection = bot.settings, asyncio.create_task(bot.connect())
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


def is_expected(error: Exception) -> bool:
    """Whether an error is Discord's or the network's, and not a fault of ours."""
    return isinstance(error, _FOREIGN) or is_misread(error)


def in_a_sentence(error: Exception, settings: BotSettings) -> StartError:
    """Describe an error of the library for the operator."""
    if is_misread(error):
        return DiscordRefused(
            f"Discord sent what its library cannot read ({describe_error(error)}). Try again later, or "
            "update Footnote."
        )
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
async def _signals(stop: Stop) -> AsyncIterator[asyncio.Event]:
    """Provide an event that the first SIGTERM or SIGINT sets; the second signal has its default effect."""
    loop, signalled = asyncio.get_running_loop(), asyncio.Event()

    def begin() -> None:
        stop.begin()
        signalled.set()
        for number in SIGNALS:
            loop.remove_signal_handler(number)
            signal.signal(number, signal.SIG_DFL)

    for number in SIGNALS:
        with suppress(NotImplementedError):  # on Windows, Ctrl-C ends the process as it always does
            loop.add_signal_handler(number, begin)
    try:
        yield signalled
    finally:
        for number in SIGNALS:
            with suppress(NotImplementedError):
                loop.remove_signal_handler(number)
