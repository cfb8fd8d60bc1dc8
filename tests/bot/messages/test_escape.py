from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.messages.escape import cut, escape, gap, one_line, pieces, units, unwrap
from bot.messages.invisible_characters import reveal
from tests.bot.written import HOSTILE, shown


@given(HOSTILE)
def test_text_is_shown_as_it_is(text: str) -> None:
    assert shown(escape(text)) == reveal(text)


@pytest.mark.parametrize(
    ("text", "markdown"),
    [
        ("See https://example.org/a_b", r"See https\://example.org/a\_b"),
        ("@everyone <@1> <#2> :cat:", r"\@everyone \<\@1> \<#2> \:cat:"),
        ("At 6:40 pm: go", r"At 6\:40 pm: go"),
        ("# 1\n- 2\n> 3\n1. 4\n1.5 m - 2 > 1 # 5", "\\# 1\n\\- 2\n\\> 3\n1\\. 4\n1\\.5 m - 2 > 1 # 5"),
        ("join discord.gg/abc or Discord.com", r"join discord\.gg/abc or Discord\.com"),
        ("a\u200b", r"a\[U+200B\]"),
    ],
)
def test_signs_get_a_backslash_only_where_discord_reads_them(text: str, markdown: str) -> None:
    assert escape(text) == markdown


@given(HOSTILE, st.integers(0, 60))
def test_cutting_keeps_whole_pieces_within_the_limit(text: str, limit: int) -> None:
    parts = list(pieces(text))
    kept, shortened = cut(parts, limit)
    assert units(kept) <= limit
    assert shortened == (units("".join(parts)) > limit)
    starts = {"".join(parts[:count]).rstrip() for count in range(len(parts) + 1)}
    assert kept in starts if shortened else kept == "".join(parts)


def test_cutting_prefers_the_end_of_a_word() -> None:
    assert cut("The last ferry", 10) == ("The last", True)
    assert cut("The last ferry", 8) == ("The last", True)
    assert cut("Donaudampfschiff", 5) == ("Donau", True)
    assert cut("A Donaudampfschiff", 9) == ("A Donauda", True)
    assert cut(pieces("**"), 3) == ("\\*", True)
    assert cut(["👩‍👧", "👩‍👧"], 9) == ("👩‍👧", True)


@given(HOSTILE, st.integers(1, 40))
def test_one_line_is_one_line_within_the_limit(text: str, limit: int) -> None:
    line = one_line(text, limit)
    assert units(line) <= limit
    assert "\n" not in line


def test_one_line_says_that_it_is_shortened() -> None:
    assert one_line("Winter\n  timetable", 40) == "Winter timetable"
    assert one_line("Winter timetable for the ferry", 20) == "Winter timetable…"


def test_line_breaks_stay_only_where_they_mean_something() -> None:
    assert unwrap("Ferries run\n  all day.\n") == "Ferries run all day."
    assert unwrap("Bring:\n- a coat\n- boots\n\nThen\nwait.") == "Bring:\n- a coat\n- boots\n\nThen wait."
    assert unwrap("| a | b |\n| 1 | 2 |\nafter") == "| a | b |\n| 1 | 2 |\nafter"
    assert unwrap("one\n\n\n\ntwo") == "one\n\ntwo"
    assert unwrap(" \n ") == ""
    assert gap("", "x") == ""
    assert gap(" \n", "and") == " "
    assert gap("\n", "- and") == "\n"
    assert gap("\n \n", "and") == "\n"


def test_length_is_counted_as_discord_does() -> None:
    assert units("aé😀") == 4
