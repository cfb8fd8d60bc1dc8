"""The log: plain text on stderr, without questions, user ids or tokens."""

from __future__ import annotations

import logging
import re
import secrets
from typing import Final

_log = logging.getLogger(__name__)

_FORMAT: Final = "%(asctime)s %(levelname)-7s %(name)s: %(message)s"
_SECRET: Final = re.compile(r"(/(?:webhooks|interactions)/\d+)/[\w-]+")  # lets anyone answer in our place


class Plain(logging.Formatter):
    """Leaves out what gives access, and the tracebacks of connections that break, as they do now and then."""

    def format(self, record: logging.LogRecord) -> str:
        """One record as text."""
        error = record.exc_info[1] if record.exc_info else None
        if error is not None and record.name.startswith("discord.") and _is_connection(error):
            record = logging.makeLogRecord(record.__dict__ | {"exc_info": None, "exc_text": None})
            record.msg, record.args = f"{record.getMessage()} ({type(error).__name__}: {error})", None
        return _SECRET.sub(r"\1/…", super().format(record))


def _is_connection(error: BaseException) -> bool:
    import aiohttp
    import discord

    return isinstance(
        error, OSError | aiohttp.ClientError | discord.ConnectionClosed | discord.GatewayNotFound
    )


def refer(error: BaseException) -> str:
    """Log a failure with its traceback, and return the reference under which it stands there."""
    reference = secrets.token_hex(4)
    _log.error("[%s] %s", reference, type(error).__name__, exc_info=error)
    return reference


def set_up(level: str) -> None:
    """Write the log to stderr from a level on (`debug`, `info`, `warning` or `error`)."""
    handler = logging.StreamHandler()
    handler.setFormatter(Plain(_FORMAT, "%Y-%m-%d %H:%M:%S"))
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    # At its debug level the library logs whole messages; other libraries tell nothing of use to an operator.
    for name, least in (
        ("discord", logging.INFO),
        ("asyncio", logging.WARNING),
        ("alembic", logging.WARNING),
    ):
        logging.getLogger(name).setLevel(max(least, logging.getLogger().level))
    for name in ("sentence_transformers", "transformers", "urllib3", "httpx", "filelock", "faiss"):
        logging.getLogger(name).setLevel(logging.ERROR)
