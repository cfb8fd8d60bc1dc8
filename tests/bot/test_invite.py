from __future__ import annotations

from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import discord
import pytest

from bot.errors import StartError
from bot.invite import NEEDED, SCOPES, client_id, explained, link
from bot.settings import BotSettings
from bot.unknown_settings import variables
from index.settings import load
from tests.bot.test_token import made

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Runs in an empty folder without settings."""
    monkeypatch.chdir(tmp_path)
    for name in variables(BotSettings):
        monkeypatch.delenv(name, raising=False)


def permissions() -> discord.Permissions:
    """Returns what is needed, in the library's own words."""
    return discord.Permissions(**{each.flag: True for each in NEEDED})


def test_the_link_is_the_one_that_the_library_would_make() -> None:
    wanted = discord.utils.oauth_url(
        123, permissions=permissions(), guild=discord.Object(42), scopes=SCOPES, state=""
    )
    ours = parse_qs(urlsplit(link(123, 42)).query)
    assert ours == parse_qs(urlsplit(wanted).query)
    assert urlsplit(link(123)).path == urlsplit(wanted).path
    assert "guild_id" not in link(123)


def test_bits_and_flags_mean_the_same_and_none_gives_power_over_members() -> None:
    assert permissions().value == sum(each.bit for each in NEEDED)
    assert not permissions().value & discord.Permissions.elevated().value
    assert [line.partition(":")[0] for line in explained()] == [
        *(each.name for each in NEEDED),
        "applications.commands",
    ]


def test_pages_that_name_the_number_of_the_permissions_name_this_one() -> None:
    number = str(permissions().value)
    pages = ("corpus/handbook/discord-application.md", "docs/operators-guide.md")
    for page in pages:
        text = (ROOT / page).read_text(encoding="utf-8")
        assert number in text, page
        assert all(each.name in text for each in NEEDED), page


def test_the_application_comes_from_the_setting_or_the_token() -> None:
    assert client_id(load(BotSettings, token=made())) == 123456789012345678
    assert client_id(load(BotSettings, token=made(), application=42)) == 42
    assert client_id(load(BotSettings, application=42)) == 42
    with pytest.raises(StartError, match="BOT_TOKEN is not set"):
        client_id(load(BotSettings))
    with pytest.raises(StartError, match="BOT_TOKEN does not tell it") as caught:
        client_id(load(BotSettings, token="loopback-token"))
    assert "loopback-token" not in str(caught.value)
