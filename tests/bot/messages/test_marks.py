from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.messages.localization import use_language
from bot.messages.marks import readable

NAMES = {1: "Ana", 2: "Helpers", 3: "rules"}


def name_of(number: int) -> str:
    return NAMES.get(number, "")


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("<@1> <@!1> <@&2> <#3>", "Ana Ana Helpers rules"),
        ("<@9><#9><@&9>", ""),
        ("a<:cat:5>b <a:wave:6>", "a b"),
        ("</corpus add:77>", "/corpus add"),
        ("<t:1790812800> <t:1790812800:R> <t:-86400:F>", "October 1, 2026 October 1, 2026 December 31, 1969"),
        ("<t:1790868000:t> <t:1790868000:T>", "15:20 15:20"),
        ("<t:99999999999999>", ""),
        ("<id:customize>", ""),
        ("https://discord.com/channels/1/2/3 <https://ptb.discord.com/channels/@me/2/3>", ""),
        ("see https://discordapp.com/channels/1/2 there", "see there"),
        ("https://discord.com/developers <b> 3 < 4", "https://discord.com/developers <b> 3 < 4"),
        ("<t:x> <@ 1> <#> </ask>", "<t:x> <@ 1> <#> </ask>"),
    ],
)
def test_reads_marks_as_they_are_shown(written: str, read: str) -> None:
    assert " ".join(readable(written, name_of).split()) == read


def test_dates_are_in_the_language_of_the_reader() -> None:
    with use_language("de"):
        assert readable("<t:1790812800:D>", name_of) == "1. Oktober 2026"


@given(st.text(alphabet="<>@!&#:/ta1id R"))
def test_is_total(text: str) -> None:
    assert isinstance(readable(text, name_of), str)
