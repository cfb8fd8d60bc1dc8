"""`footnote-bot check`: looks for what would keep the bot from starting; asks Discord only if it may."""

from __future__ import annotations

import errno
import http.client
import json
import shutil
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from bot.check.finding import FAILED, WRONG_SETTING, Finding
from bot.messages.formatting import duration, first_names, megabytes
from bot.services.asking import EngineProtocol
from bot.settings import BotSettings, without_guilds
from bot.token import HOW_TO, flaw
from bot.unknown_settings import misspelt, variables
from index.errors import FootnoteError, UsageError
from index.files import JOURNALS, chmod_command, readable_by_others
from index.settings import IndexSettings, load, read_env

_SPARE: Final = 100 * 1024**2  # bytes; a rebuild needs the size of the index besides
_PATIENCE: Final = 3.0  # seconds for the program on the port to answer


def examine(
    open_engine: Callable[[IndexSettings], EngineProtocol], env: Path, *, online: bool = False
) -> Iterator[Finding]:
    """Check everything that a start needs; yields findings as they are made.

    Args:
        open_engine: Opens the engine.
        env: The file `.env`.
        online: Whether to ask Discord too.
    """
    bot, index, findings = _settings(env)
    yield from findings
    if bot is not None:
        token = _token(bot)
        yield from _visit(bot) if online and not token.code else [token]
        yield _guilds(bot, index.corpus if index is not None else None)
        yield port(bot)
        yield _state(bot.state)
    if index is not None:
        yield _corpus(index.corpus)
        yield from _index(index, open_engine)
    yield permissions(env, bot.state if bot else None, index.dir if index else None)


def _settings(env: Path) -> tuple[BotSettings | None, IndexSettings | None, list[Finding]]:
    try:
        keys = read_env(env)
    except UsageError as error:
        return None, None, [Finding("settings", str(error), WRONG_SETTING)]
    findings = [
        Finding(str(env), line, WRONG_SETTING)
        for line in misspelt(keys, variables(BotSettings, IndexSettings))
    ]
    bot = index = None
    try:
        bot = load(BotSettings)
    except UsageError as error:
        findings.append(Finding("settings", str(error), WRONG_SETTING))
    try:
        index = load(IndexSettings)
    except UsageError as error:
        findings.append(Finding("settings", str(error), WRONG_SETTING))
    if not findings:
        findings.append(Finding("settings", f"in order ({len(keys)} from {env})"))
    return bot, index, findings


def _token(settings: BotSettings) -> Finding:
    if settings.token is None:
        return Finding(
            "token", f"BOT_TOKEN is not set, so a chat in the terminal would open. {HOW_TO}", FAILED
        )
    wrong = flaw(settings.token.get_secret_value(), official=settings.official)
    if wrong is not None:
        return Finding("token", f"what is set in BOT_TOKEN cannot be a token: {wrong}. {HOW_TO}", FAILED)
    return Finding("token", "looks like one (check --online asks Discord whether it is valid)")


def _guilds(settings: BotSettings, corpus: Path | None) -> Finding:
    if settings.guilds is None:
        from bot.state import stored_first_guild

        return Finding("access", without_guilds(stored_first_guild(settings.state)), warns=True)
    owned = [
        f"{guild} ({'all collections' if names is None else ', '.join(names)})"
        for guild, names in settings.guilds.items()
    ]
    text = f"servers that may use the bot: {first_names(owned)}"
    named = {name for names in settings.guilds.values() for name in names or ()}
    missing = [name for name in sorted(named) if corpus is not None and not (corpus / name).is_dir()]
    if missing:
        text += f". {corpus} has no folder for {first_names(missing)}; check the spelling in BOT_GUILDS"
    return Finding("access", text, warns=bool(missing))


def _visit(settings: BotSettings) -> list[Finding]:
    import asyncio

    from bot.check.discord_probe import probe_discord

    token = settings.token.get_secret_value() if settings.token is not None else ""
    return asyncio.run(probe_discord(settings, token))


def _state(path: Path) -> Finding:
    from bot import state

    if not path.exists():
        return Finding("database", f"none yet at {path}; the bot's first start makes it")
    try:
        state.examine(path)
    except FootnoteError as error:
        return Finding("database", str(error), FAILED)
    return Finding("database", f"{path} is whole, {megabytes(path.stat().st_size)}")


def _corpus(folder: Path) -> Finding:
    from index.corpus import files, read

    articles, flaws = 0, []
    try:
        for path in files(folder):
            try:
                found, skipped = read(folder, path)
            except FootnoteError as error:
                flaws.append(str(error))
            else:
                articles += len(found)
                flaws += [f"{each.path} is skipped: {each.reason}" for each in skipped]
    except FootnoteError as error:
        return Finding("corpus", f"{error} Check INDEX_CORPUS.", FAILED)
    if flaws:
        more = f" ({len(flaws) - 1} more are skipped.)" if len(flaws) > 1 else ""
        return Finding("corpus", flaws[0] + more, FAILED)
    if not articles:
        return Finding("corpus", f"no articles in {folder}; put some there, or check INDEX_CORPUS.", FAILED)
    return Finding("corpus", f"{articles} articles in {folder}")


def _index(
    settings: IndexSettings, open_engine: Callable[[IndexSettings], EngineProtocol]
) -> Iterator[Finding]:
    try:
        engine = open_engine(settings)
        status = engine.status()
    except FootnoteError as error:
        yield Finding("index", str(error), FAILED)
        yield disk(settings.dir)
        return
    info = status.info
    age = (
        "" if status.changed is None else f", changed {duration(max(0.0, time.time() - status.changed))} ago"
    )
    size = megabytes(status.size)
    yield Finding(
        "index",
        f"{info.articles} articles in {info.chunks} chunks, {size}{age} (fingerprint {info.fingerprint})",
    )
    yield disk(settings.dir, status.size)
    try:
        engine.warm()
    except FootnoteError as error:
        yield Finding("model", str(error), FAILED)
    else:
        yield Finding("model", f"{settings.model} works, and the index was made with it")
    finally:
        engine.close()


def permissions(env: Path, state: Path | None, index: Path | None) -> Finding:
    """Whether only the bot's user can read its files, which hold the token, questions and articles.

    Args:
        env: The file `.env`.
        state: The bot's database; None where the settings do not say.
        index: The folder of the index; likewise.
    """
    files = [env]
    if state is not None:
        drafts = state.with_name("drafts")
        files += [state, *(state.with_name(f"{state.name}{journal}") for journal in JOURNALS)]
        files += [drafts, *drafts.glob("*")]
    if index is not None:
        files += [index, *index.glob("*")]
    found = [path for path in dict.fromkeys(files) if path.exists() and readable_by_others(path)]
    if not found:
        return Finding("permissions", "only you can read settings, database and index")
    more = f" and {len(found) - 1} more" if len(found) > 1 else ""
    return Finding(
        "permissions", f"others can read {found[0]}{more}. Run: {chmod_command(found)}", warns=True
    )


def disk(folder: Path, size: int = 0) -> Finding:
    """Whether there is space for a full rebuild beside the present index.

    Args:
        folder: The folder of the index; it may be missing.
        size: Bytes of the index.
    """
    place = folder.absolute()
    while not place.exists():
        place = place.parent
    free = shutil.disk_usage(place).free
    needed = size + _SPARE
    if free < needed:
        return Finding(
            "disk",
            f"{megabytes(free)} free where {folder} is; a full rebuild needs {megabytes(needed)}. "
            "Free some space.",
            FAILED,
        )
    return Finding("disk", f"{megabytes(free)} free where {folder} is")


def port(settings: BotSettings) -> Finding:
    """Whether /healthz and /metrics can be served as set, or are already."""
    if not settings.http_port:
        return Finding("monitor", "off (BOT_HTTP_PORT is not set)")
    where = f"{settings.http_host}:{settings.http_port}"
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            settings.http_host, settings.http_port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        with socket.socket(family, kind, protocol) as free:
            free.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as the server does
            free.bind(address)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            said = _health(settings.http_host, settings.http_port)
            if said is not None:
                return Finding("monitor", f"the bot is running and serves it at {where}; it says: {said}")
        return Finding(
            "monitor",
            f"cannot be served at {where}: {error.strerror or error}. "
            "Choose another BOT_HTTP_PORT or BOT_HTTP_HOST, or stop what uses it.",
            FAILED,
        )
    return Finding("monitor", f"{where} is free")


def _health(host: str, number: int) -> str | None:
    """What /healthz of a running bot says of it; None if it is no bot."""
    connection = http.client.HTTPConnection(host, number, timeout=_PATIENCE)
    try:
        connection.request("GET", "/healthz")
        said = json.loads(connection.getresponse().read(10_000))
        return str(said["reason"] or said["status"])
    except (OSError, http.client.HTTPException, ValueError, KeyError, TypeError):
        return None
    finally:
        connection.close()
