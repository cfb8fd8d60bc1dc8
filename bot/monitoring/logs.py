"""The log on stderr, as text or as JSON: without questions, user ids or tokens, unless asked for.

The message of an error may contain a question. So of errors that are not known to be about connections, files
or our own settings, only the type and the places in the code are logged.
"""

from __future__ import annotations

import json
import logging
import re
import secrets
import traceback
from collections.abc import Callable
from datetime import UTC, datetime
from types import TracebackType
from typing import Final, Literal

from index.errors import FootnoteError

_log = logging.getLogger(__name__)

_FORMAT: Final = "%(asctime)s %(levelname)-7s %(name)s: %(message)s"
_SECRETS: Final = (
    (re.compile(r"(/(?:webhooks|interactions)/\d+)/[\w-]+"), r"\1/…"),  # lets anyone answer in our place
    (re.compile(r"(/(?:users|members|recipients|thread-members)/|\bUser: )\d+"), r"\1…"),
)
MISREAD: Final = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)
"""What Discord's library raises on JSON that lacks a field, or has null for it."""

_QUESTIONS: Final = logging.getLogger("bot.questions")
_QUESTIONS.disabled = True

_Raised = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]
Form = Literal["text", "json"]


class Plain(logging.Formatter):
    """Formats records as text, without secrets.

    If a connection broke, or Discord sent what its library cannot read, one line replaces the traceback.

    Args:
        outspoken: Whether errors that may contain questions are quoted.
    """

    def __init__(self, *, outspoken: bool = False) -> None:
        super().__init__(_FORMAT, "%Y-%m-%d %H:%M:%S")
        self._outspoken = outspoken

    def format(self, record: logging.LogRecord) -> str:
        """Format a record as text."""
        return _without_secrets(super().format(self._eased(record)))

    def formatException(self, ei: _Raised) -> str:
        """Format a traceback without what errors may repeat of questions."""
        return (
            ""
            if ei[1] is None
            else _trace(ei[1], describe_error_in_full if self._outspoken else describe_error)
        )

    def _eased(self, record: logging.LogRecord) -> logging.LogRecord:
        """The record, with one line instead of a traceback that says no more."""
        error = record.exc_info[1] if record.exc_info else None
        eased = logging.makeLogRecord(record.__dict__ | {"exc_text": None})
        broken = error is not None and record.name.startswith("discord.") and _is_connection(error)
        if error is not None and (broken or is_misread(error)):
            eased.exc_info = None
            eased.msg, eased.args = f"{record.getMessage()} ({describe_error(error)})", None
        return eased


class Json(Plain):
    """Formats records as lines of JSON: time, level, logger, message, reference, traceback."""

    def format(self, record: logging.LogRecord) -> str:
        """Format a record as JSON."""
        eased = self._eased(record)
        said = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": _without_secrets(eased.getMessage()),
            "reference": getattr(record, "reference", None),
            "traceback": None,
        }
        if eased.exc_info:
            said["traceback"] = _without_secrets(self.formatException(eased.exc_info)) or None
        return json.dumps(said, ensure_ascii=False)


def describe_error(error: BaseException) -> str:
    """Describe an error for the log: its type, and its message if that cannot contain a question."""
    if isinstance(error, FootnoteError) or _is_connection(error):
        return describe_error_in_full(error)
    name = type(error).__name__
    return f"{name} in {_place(error)}" if is_misread(error) else name


def is_misread(error: BaseException) -> bool:
    """Whether Discord's library could not read what Discord has sent."""
    return isinstance(error, MISREAD) and _place(error).startswith("discord.")


def describe_error_in_full(error: BaseException) -> str:
    """Describe an error by its type and its message."""
    return f"{type(error).__name__}: {error}"


def question(text: str, outcome: str, seconds: float) -> None:
    """Log a question with its outcome, if BOT_LOG_QUESTIONS is on."""
    _QUESTIONS.info("%s after %.2f s: %s", outcome, seconds, json.dumps(text, ensure_ascii=False))


def keeps_questions() -> bool:
    """Whether the log contains the text of questions; `/privacy` says so."""
    return not _QUESTIONS.disabled


def refer(error: BaseException) -> str:
    """Log a failure with its traceback, and return the reference under which it stands there."""
    reference = secrets.token_hex(4)
    _log.error("[%s] %s", reference, type(error).__name__, exc_info=error, extra={"reference": reference})
    return reference


def set_up(level: str, form: Form = "text", *, questions: bool = False) -> None:
    """Write the log to stderr.

    Args:
        level: The least that is written: `debug`, `info`, `warning` or `error`.
        form: `text`, or `json` for one object a line.
        questions: Whether the text of questions may be in it.
    """
    handler = logging.StreamHandler()
    handler.setFormatter((Json if form == "json" else Plain)(outspoken=questions))
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    _QUESTIONS.disabled = not questions
    # At its debug level the library logs whole messages; other libraries log nothing of use to operators.
    for name, least in (
        ("discord", logging.INFO),
        ("asyncio", logging.WARNING),
        ("alembic", logging.WARNING),
    ):
        logging.getLogger(name).setLevel(max(least, logging.getLogger().level))
    for name in ("sentence_transformers", "transformers", "urllib3", "httpx", "filelock", "faiss"):
        logging.getLogger(name).setLevel(logging.ERROR)


def _is_connection(error: BaseException) -> bool:
    import aiohttp
    import discord

    return isinstance(
        error,
        OSError
        | aiohttp.ClientError
        | discord.ConnectionClosed
        | discord.GatewayNotFound
        | discord.HTTPException,
    )


def _place(error: BaseException) -> str:
    """Where an error was raised: module and function."""
    frames = [frame for frame, _ in traceback.walk_tb(error.__traceback__)]
    if not frames:
        return ""
    return f"{frames[-1].f_globals.get('__name__')}.{frames[-1].f_code.co_name}"


def _without_secrets(text: str) -> str:
    for pattern, instead in _SECRETS:
        text = pattern.sub(instead, text)
    return text


def _trace(error: BaseException, tell: Callable[[BaseException], str]) -> str:
    """A traceback with those that led to it, oldest first, as Python writes it."""
    before = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    parts = [] if before is None else [_trace(before, tell), "", "Then, because of or besides this:", ""]
    frames = "".join(traceback.format_tb(error.__traceback__))
    return "\n".join([*parts, "Traceback (most recent call last):", f"{frames}{tell(error)}"])
