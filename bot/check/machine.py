"""What `footnote-bot check` looks for on the machine: permissions, space on the disk, and a free port."""

from __future__ import annotations

import errno
import http.client
import json
import shutil
import socket
from pathlib import Path
from typing import Final

from bot.check.finding import FAILED, Finding
from bot.messages.figures import megabytes
from bot.settings import BotSettings
from index.files import JOURNALS, chmod_command, readable_by_others

_SPARE: Final = 100 * 1024**2  # bytes; a rebuild needs the size of the index besides
_PATIENCE: Final = 3.0  # seconds for what runs on the port to answer


def disk(folder: Path, size: int = 0) -> Finding:
    """Whether there is space for the index to be made anew beside the present one.

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


def port(settings: BotSettings) -> Finding:
    """Whether /healthz and /metrics can be served where the settings say, or are already."""
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
