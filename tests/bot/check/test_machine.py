from __future__ import annotations

import shutil
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import NamedTuple

import pytest

from bot.check.setup import disk, port
from bot.messages.formatting import duration, first_names, megabytes
from bot.settings import BotSettings
from index.settings import load


class Usage(NamedTuple):
    """As the standard library tells it."""

    total: int
    used: int
    free: int


def test_space_is_measured_where_the_index_will_be(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def usage(place: Path) -> Usage:
        asked.append(place)
        return Usage(10**10, 0, 250_000_000)

    monkeypatch.setattr(shutil, "disk_usage", usage)
    folder = tmp_path / "var" / "index"
    assert str(disk(folder)) == f"✓ disk: 250.0 MB free where {folder} is"
    assert asked == [tmp_path]
    found = disk(folder, 200_000_000)
    assert found.code == 1
    assert found.text.endswith("a full rebuild needs 304.9 MB. Free some space.")


def test_a_free_port_and_none() -> None:
    assert port(load(BotSettings, http_port=0)).text == "off (BOT_HTTP_PORT is not set)"
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        number = taken.getsockname()[1]
    found = port(load(BotSettings, http_port=number))
    assert (found.text, found.code) == (f"127.0.0.1:{number} is free", 0)


def test_an_address_that_is_not_this_machines() -> None:
    found = port(load(BotSettings, http_port=9464, http_host="192.0.2.1"))
    assert found.code == 1
    assert found.text.startswith("cannot be served at 192.0.2.1:9464: ")
    found = port(load(BotSettings, http_port=9464, http_host="no such host"))
    assert found.code == 1


SAID = {"body": b""}


class Answers(BaseHTTPRequestHandler):
    """A program on the port."""

    def do_GET(self) -> None:
        self.send_response(503)
        self.end_headers()
        self.wfile.write(SAID["body"])

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def taken() -> Iterator[int]:
    """Returns a port on which a program answers."""
    with HTTPServer(("127.0.0.1", 0), Answers) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()


def test_a_port_on_which_the_bot_runs(taken: int) -> None:
    SAID["body"] = b'{"status": "unavailable", "reason": "There is no connection to Discord."}'
    found = port(load(BotSettings, http_port=taken))
    assert found.code == 0
    assert found.text == (
        f"the bot is running and serves it at 127.0.0.1:{taken}; it says: There is no connection to Discord."
    )
    SAID["body"] = b'{"status": "ok", "reason": null}'
    assert port(load(BotSettings, http_port=taken)).text.endswith("it says: ok")


@pytest.mark.parametrize("body", [b"<h1>It works</h1>", b"[]", b"{}", b"\xff"])
def test_a_port_that_something_else_has(taken: int, body: bytes) -> None:
    SAID["body"] = body
    found = port(load(BotSettings, http_port=taken))
    assert found.code == 1
    assert "Choose another BOT_HTTP_PORT" in found.text


def test_sizes_and_times_and_lists_for_people() -> None:
    assert megabytes(1_234_567_890) == "1.2 GB"
    assert megabytes(123_456) == "0.1 MB"
    told = [duration(each) for each in (0.4, 1, 59, 60, 7200, 90_000, 86_400 * 40)]
    assert told == ["0 seconds", "1 second", "59 seconds", "1 minute", "2 hours", "1 day", "40 days"]
    assert first_names(["#a", "#b"]) == "#a, #b"
    assert first_names(list("abcdefg")) == "a, b, c, d, e and 2 more"
