from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator

import aiohttp
import pytest

from bot.monitoring import logs
from index.errors import IndexMissing

SECRET = "when may I see the doctor"


def led_to(error: Exception) -> Exception:
    """Returns an error that another one led to."""
    error.__cause__ = raised(KeyError(SECRET))
    return raised(error)


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """Writes the log of this test where it can be read, and puts everything back."""
    yield from writing()


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    """Writes the log as JSON."""
    yield from writing("json")


@pytest.fixture
def outspoken() -> Iterator[io.StringIO]:
    """Writes the log with questions."""
    yield from writing(questions=True)


def writing(form: logs.Form = "text", *, questions: bool = False) -> Iterator[io.StringIO]:
    levels = {name: logging.getLogger(name).level for name in ("", "discord", "asyncio")}
    handlers = logging.getLogger().handlers[:]
    logs.set_up("debug", form, questions=questions)
    stream = io.StringIO()
    [handler] = logging.getLogger().handlers
    assert isinstance(handler, logging.StreamHandler)
    handler.setStream(stream)
    yield stream
    logging.getLogger("bot.questions").disabled = True
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
    error = raised(IndexMissing("There is no index in .footnote yet."))
    reference = logs.refer(error)
    assert f"[{reference}] IndexMissing\nTraceback" in log.getvalue()
    assert "bot/monitoring/test_logs.py" in log.getvalue()
    assert log.getvalue().endswith("\nIndexMissing: There is no index in .footnote yet.\n")


@pytest.mark.parametrize(
    "error", [OSError("refused"), aiohttp.ClientError("refused"), TimeoutError("refused")]
)
def test_connections_of_the_library_that_break_are_one_line(error: Exception, log: io.StringIO) -> None:
    raised(error)
    logging.getLogger("discord.shard").error("Failed for shard_id: %s. Retrying...", 0, exc_info=error)
    logging.getLogger("bot.client").error("Ours", exc_info=error)
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
    logging.getLogger("bot.services.asking").debug("ours")
    assert "secret" not in log.getvalue()
    assert "ours" in log.getvalue()


def test_no_member_is_named(log: io.StringIO) -> None:
    logging.getLogger("discord.app_commands.tree").error("in %r (Guild: %s, User: %s)", "ask", 1, 4242)
    logging.getLogger("discord.http").warning("rate limited. GET https://x/api/v10/users/4242/y")
    assert "4242" not in log.getvalue()
    assert "User: …" in log.getvalue()


def test_what_an_error_says_that_may_quote_a_question_is_left_out(log: io.StringIO) -> None:
    logs.refer(led_to(ValueError(f"cannot read {SECRET!r}")))
    logging.getLogger("discord.client").error("In on_message", exc_info=led_to(TypeError(SECRET)))
    logs.question(SECRET, "answered", 0.5)
    text = log.getvalue()
    assert SECRET not in text
    assert "KeyError\n\nThen, because of or besides this:\n\nTraceback (most recent call last):\n" in text
    assert text.count("Traceback") == 4
    assert logs.describe_error(ValueError(SECRET)) == "ValueError"
    assert logs.describe_error(IndexMissing("There is none.")) == "IndexMissing: There is none."


def test_a_cause_that_was_said_not_to_matter_is_left_out(log: io.StringIO) -> None:
    error = ValueError()
    error.__context__ = raised(KeyError(SECRET))
    assert "KeyError" in logs.Plain().formatException((ValueError, error, None))
    error.__suppress_context__ = True
    logs.refer(error)
    assert "KeyError" not in log.getvalue()


def test_questions_are_in_the_log_only_where_they_are_asked_for(outspoken: io.StringIO) -> None:
    logs.question(SECRET, "declined", 0.5)
    logs.refer(led_to(ValueError("odd")))
    assert f'INFO    bot.questions: declined after 0.50 s: "{SECRET}"\n' in outspoken.getvalue()
    assert f"KeyError: '{SECRET}'\n" in outspoken.getvalue()
    assert "ValueError: odd" in outspoken.getvalue()


def test_each_record_is_a_line_of_json(lines: io.StringIO) -> None:
    logging.getLogger("bot.client").info("Connected to %s\nfor “good”", "Discord")
    reference = logs.refer(led_to(ValueError(SECRET)))
    raised(error := OSError("refused by /webhooks/1/aW50"))
    logging.getLogger("discord.shard").error("Retrying", exc_info=error)
    first, second, third = (json.loads(line) for line in lines.getvalue().splitlines())
    assert first.pop("time")[10:11] == "T"
    assert first == {
        "level": "info",
        "logger": "bot.client",
        "message": "Connected to Discord\nfor “good”",
        "reference": None,
        "traceback": None,
    }
    assert (second["reference"], second["message"]) == (reference, f"[{reference}] ValueError")
    assert second["traceback"].endswith("\nValueError")
    assert SECRET not in lines.getvalue()
    assert (third["message"], third["traceback"]) == (
        "Retrying (OSError: refused by /webhooks/1/…)",
        None,
    )
