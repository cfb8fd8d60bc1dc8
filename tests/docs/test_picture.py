"""The pictures of answers are drawn from what the bot sends, and are small enough for the README."""

from __future__ import annotations

import re
import struct
from pathlib import Path
from typing import Final

import pytest

from docs.tools import picture
from tests.integration.footnote import footnote

ROOT: Final = Path(__file__).parents[2]
NOW: Final = 1_790_812_800.0 + 46 * 86400
NAMES: Final = [f"{name}-{scheme}.png" for name in picture.QUESTIONS for scheme in ("light", "dark")]


async def test_a_message_of_the_bot_is_drawn_with_all_that_it_shows() -> None:
    async with footnote() as room:
        answer = await room.ask("When does the last boat leave?")
        page = picture.draw(answer.raw, NOW, "dark")
    assert '<html class="dark">' in page
    assert '<p class="line small">When does the last boat leave?</p>' in page
    assert '<p class="quote">“The last ferry leaves Gull Island at 6.40 pm.” ¹</p>' in page
    assert 'Saltmere Ferries · <span class="time">2 months ago</span> · <a href="https://saltmere' in page
    buttons = re.findall("<button>(.+?)</button>", page)
    assert buttons == [each.label for each in answer.buttons]


@pytest.mark.parametrize(
    ("markdown", "drawn"),
    [
        (r"**No \*answer\*.** Why?", "<strong>No *answer*.</strong> Why?"),
        (r"_in news_ `a_b`", "<em>in news</em> <code>a_b</code>"),
        (r"\<b> & \[x\]", "&lt;b&gt; &amp; [x]"),
        (r"[o\]pen](<https://a.example/?b&c>)", '<a href="https://a.example/?b&amp;c">o]pen</a>'),
    ],
)
def test_markdown_is_drawn_as_discord_does(markdown: str, drawn: str) -> None:
    assert picture.to_html(markdown, NOW) == f'<p class="line">{drawn}</p>'


def test_quotes_and_small_lines_are_marked() -> None:
    assert picture.to_html("> -# Context\n> “A.”", NOW) == (
        '<p class="quote small">Context</p><p class="quote">“A.”</p>'
    )


@pytest.mark.parametrize(
    ("days", "words"),
    [
        (0, "now"),
        (1 / 24, "an hour ago"),
        (1, "a day ago"),
        (12, "12 days ago"),
        (31, "a month ago"),
        (1170, "3 years ago"),
    ],
)
def test_ages_are_in_words(days: float, words: str) -> None:
    assert words in picture.to_html(f"<t:{int(NOW - days * 86400)}:R>", NOW)


@pytest.mark.parametrize("name", NAMES)
def test_pictures_are_sharp_small_and_in_the_readme(name: str) -> None:
    data = (picture.IMAGES / name).read_bytes()
    width, height = struct.unpack(">II", data[16:24])
    assert (width, height < width) == (2 * picture.WIDTH, True)
    assert len(data) < 120_000
    assert f"docs/images/{name}" in (ROOT / "README.md").read_text(encoding="utf-8")
