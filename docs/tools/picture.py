"""Take pictures of the bot's answers for the README: `make picture`.

The bot runs as operators start it, over the articles that come with Footnote, on the loopback Discord of the
tests. Its messages are drawn as HTML as Discord would show them. Headless Chromium takes the pictures, and
pngquant makes them small.
"""

from __future__ import annotations

import asyncio
import html
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from benchmarks.crowd import indexed, running
from tests.integration.discord_server import DiscordServer
from tests.integration.discord_server.__main__ import environment

IMAGES: Final = Path(__file__).parents[1] / "images"
QUESTIONS: Final = {
    "answer": "When does the last ferry leave Gull Island?",
    "declined": "Who is the president of France?",
}
"""A question for each picture, by the name of its file."""
MEMBER: Final = "ana"
WIDTH: Final = 760
"""CSS pixels; a picture has twice as many."""
PROGRAMS: Final = ("chromium", "pngquant")

_STYLE: Final = Path(__file__).with_name("picture.css")
_UNITS: Final = (("year", 365), ("month", 30.4), ("day", 1), ("hour", 1 / 24), ("minute", 1 / 1440))
_MARKDOWN: Final = re.compile(
    r"\\(?P<escaped>[^0-9A-Za-z\s])"
    r"|\[(?P<label>(?:\\.|[^\]\\])+)\]\(<(?P<address>[^>]+)>\)"
    r"|<t:(?P<time>\d+):R>"
    r"|\*\*(?P<bold>(?:\\.|[^\\])+?)\*\*"
    r"|_(?P<italic>(?:\\.|[^\\_])+)_"
    r"|`(?P<code>[^`]+)`"
)
"""The part of Discord's Markdown that the bot writes within a line."""


async def ask(questions: Sequence[str]) -> list[dict[str, Any]]:
    """Ask the bot with `/ask`, one question after another.

    Returns:
        Its messages, as Discord stores them.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        index = indexed(folder)
        async with DiscordServer() as server:
            guild = server.add_guild("Saltmere")
            channel, member = server.add_channel(guild, "questions"), server.add_member(guild, MEMBER)
            async with running(folder, "bot", **index, **environment(server)):
                await server.until(lambda: server.commands(guild), within=120)
                runs = [await server.slash(member, channel, "ask", question=each) for each in questions]
                return [(await run.response(within=120)).raw for run in runs]


def draw(message: dict[str, Any], now: float, scheme: str) -> str:
    """Draw a message that answers `/ask`, as a page of HTML.

    Args:
        message: As Discord stores it.
        now: Seconds since 1970, from which ages are counted.
        scheme: `light` or `dark`.
    """
    rows = "".join(
        f'<div class="row">{"".join(map(_button, row["components"]))}</div>' for row in message["components"]
    )
    return (
        f'<!doctype html><html class="{scheme}"><meta charset="utf-8">'
        f"<style>{_STYLE.read_text(encoding='utf-8')}</style>"
        f'<body><div class="command"><i></i><b class="avatar">{MEMBER[0].upper()}</b><b>{MEMBER}</b> used '
        f'<span class="slash">/ask</span></div><main><b class="avatar bot">”</b><div><header><b>Footnote</b>'
        f'<span class="app">APP</span><time>Today at 10:24</time></header>'
        f"{to_html(message['content'], now)}{rows}</div></main></body>"
        "<script>document.documentElement.dataset.height = document.body.offsetHeight</script></html>"
    )


def _button(button: dict[str, Any]) -> str:
    sign = " ↗" if button.get("url") else ""
    return f"<button>{html.escape(button['label'])}{sign}</button>"


def to_html(content: str, now: float) -> str:
    """Turn the Discord Markdown that the bot writes into HTML.

    Args:
        content: Of a message.
        now: Seconds since 1970, from which ages are counted.
    """
    lines = []
    for line in content.split("\n"):
        kind = "quote" if line.startswith("> ") else "line"
        text = line.removeprefix("> ")
        small = " small" if text.startswith("-# ") else ""
        lines.append(f'<p class="{kind}{small}">{_inline(text.removeprefix("-# "), now)}</p>')
    return "".join(lines)


def _inline(text: str, now: float) -> str:
    parts, reached = [], 0
    for found in _MARKDOWN.finditer(text):
        parts += [html.escape(text[reached : found.start()]), _element(found, now)]
        reached = found.end()
    return "".join([*parts, html.escape(text[reached:])])


def _element(found: re.Match[str], now: float) -> str:
    kind = found.lastgroup or ""
    inner = found[kind]
    if kind == "address":
        return f'<a href="{html.escape(inner)}">{_inline(found["label"], now)}</a>'
    if kind == "time":
        return f'<span class="time">{_age(now - int(inner))}</span>'
    if kind in ("escaped", "code"):
        return html.escape(inner) if kind == "escaped" else f"<code>{html.escape(inner)}</code>"
    tag = "strong" if kind == "bold" else "em"
    return f"<{tag}>{_inline(inner, now)}</{tag}>"


def _age(seconds: float) -> str:
    """Return an age in words, as Discord writes it."""
    for unit, days in _UNITS:
        count = round(seconds / 86400 / days)
        if count >= 1 and seconds >= 86400 * days * 0.9:
            return f"{count} {unit}s ago" if count > 1 else f"{'an' if unit == 'hour' else 'a'} {unit} ago"
    return "now"


def photograph(page: str, target: Path) -> None:
    """Take a picture of a page of HTML in its full height.

    Raises:
        SystemExit: Chromium or pngquant is not installed.
    """
    if not all(map(shutil.which, PROGRAMS)):
        raise SystemExit(f"Pictures need programs that are missing: apt-get install {' '.join(PROGRAMS)}")
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder, "message.html")
        source.write_text(page, encoding="utf-8")
        options = "--headless --no-sandbox --hide-scrollbars --force-device-scale-factor=2".split()
        run = ["chromium", *options, f"--user-data-dir={folder}/profile", source.as_uri()]
        dumped = subprocess.run(
            [*run, "--dump-dom", f"--window-size={WIDTH},2000"], check=True, capture_output=True, text=True
        )
        height = re.search(r'data-height="(\d+)"', dumped.stdout)
        assert height is not None
        size = f"--window-size={WIDTH},{height[1]}"
        subprocess.run([*run, f"--screenshot={target}", size], check=True, capture_output=True)
    subprocess.run(["pngquant", "--force", "--strip", "--speed=1", f"--output={target}", target], check=True)


def main() -> None:
    """Ask the questions and write a light and a dark picture of each answer."""
    messages = asyncio.run(ask(list(QUESTIONS.values())))
    for name, message in zip(QUESTIONS, messages, strict=True):
        for scheme in ("light", "dark"):
            target = IMAGES / f"{name}-{scheme}.png"
            photograph(draw(message, time.time(), scheme), target)
            print(f"{target.name}: {target.stat().st_size / 1000:.0f} kB", file=sys.stderr)


if __name__ == "__main__":
    main()
