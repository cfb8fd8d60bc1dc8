from __future__ import annotations

import io
import logging
from collections.abc import Iterator

import aiohttp
import pytest

from bot import logs


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """Writes the log of this test where it can be read, and puts everything back."""
    levels = {name: logging.getLogger(name).level for name in ("", "discord", "asyncio")}
    handlers = logging.getLogger().handlers[:]
    logs.set_up("debug")
    stream = io.StringIO()
    [handler] = logging.getLogger().handlers
    assert isinstance(handler, logging.StreamHandler)
    handler.setStream(stream)
    yield stream
    logging.getLogger().handlers[:] = handlers
    for name, level in levels.items():
        logging.getLogger(name).setLevel(level)


def raised(error: Exception) -> Exception:
    """Returns an error with a traceback."""
    with pytest.raises(type(error)) as caught:
        raise error
    return caught.value


def test_a_record_is_a_line_of_plain_text(log: io.StringIO) -> None:
    logging.getLogger("bot.run").info("Connected to %s", "Discord")
    assert log.getvalue().endswith(" INFO    bot.run: Connected to Discord\n")


def test_a_failure_stands_in_the_log_with_its_traceback_under_its_reference(log: io.StringIO) -> None:
    error = raised(ValueError("of ours"))
    reference = logs.refer(error)
    assert f"[{reference}] ValueError\nTraceback" in log.getvalue()


@pytest.mark.parametrize(
    "error", [OSError("refused"), aiohttp.ClientError("refused"), TimeoutError("refused")]
)
def test_connections_of_the_library_that_break_are_one_line(error: Exception, log: io.StringIO) -> None:
    raised(error)
    logging.getLogger("discord.shard").error("Failed for shard_id: %s. Retrying...", 0, exc_info=error)
    logging.getLogger("bot.app").error("Ours", exc_info=error)
    first, rest = log.getvalue().split("\n", 1)
    assert first.endswith(f"Failed for shard_id: 0. Retrying... ({type(error).__name__}: refused)")
    assert "Traceback" in rest


def test_other_failures_in_the_library_keep_their_traceback(log: io.StringIO) -> None:
    logging.getLogger("discord.client").error("Ignoring exception", exc_info=raised(KeyError("x")))
    assert "Traceback" in log.getvalue()


def test_what_gives_access_is_left_out(log: io.StringIO) -> None:
    url = "https://discord.com/api/v10/webhooks/123/aW50ZXJhY3Rpb24-_x/messages/@original"
    logging.getLogger("discord.webhook.async").warning("Rate limited: %s", url)
    assert "/webhooks/123/…/messages/@original" in log.getvalue()
    assert "aW50" not in log.getvalue()


def test_the_library_never_logs_whole_messages(log: io.StringIO) -> None:
    logging.getLogger("discord.http").debug("POST with {'content': 'secret'}")
    logging.getLogger("bot.desk").debug("ours")
    assert "secret" not in log.getvalue()
    assert "ours" in log.getvalue()
