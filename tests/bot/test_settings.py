from __future__ import annotations

from pathlib import Path

import pytest

from bot.settings import BotSettings
from bot.unknown_settings import misspelt, variables
from index.errors import UsageError
from index.settings import IndexSettings, load, read_env

ROOT = Path(__file__).parents[2]
DECLARED = variables(BotSettings, IndexSettings)


@pytest.fixture(autouse=True)
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Runs in an empty folder without settings."""
    monkeypatch.chdir(tmp_path)
    for name in DECLARED:
        monkeypatch.delenv(name, raising=False)
    return tmp_path


def test_the_example_file_is_a_file_of_settings_as_it_is(nowhere: Path) -> None:
    (nowhere / ".env").write_text((ROOT / ".env.example").read_text(encoding="utf-8"), encoding="utf-8")
    for kind in (BotSettings, IndexSettings):
        assert load(kind).model_dump() == {
            name: field.default for name, field in kind.model_fields.items() if not field.exclude
        }
    assert misspelt(read_env(nowhere / ".env"), DECLARED) == []


def test_settings_come_from_the_file_and_the_environment_wins(
    nowhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (nowhere / ".env").write_text("BOT_TOKEN=abc\nBOT_QUEUE=7\nINDEX_DIR=elsewhere\nBOT_LOG_LEVEL=Debug\n")
    monkeypatch.setenv("BOT_QUEUE", "9")
    settings = load(BotSettings)
    assert settings.token is not None
    assert (settings.token.get_secret_value(), settings.queue, settings.log_level) == ("abc", 9, "debug")
    assert "abc" not in f"{settings!r} {settings}"


def test_addresses_lose_the_slash_at_their_end(monkeypatch: pytest.MonkeyPatch) -> None:
    assert load(BotSettings).official
    monkeypatch.setenv("BOT_API_URL", " http://127.0.0.1:8080/api/v10/ ")
    monkeypatch.setenv("BOT_GATEWAY_URL", "ws://127.0.0.1:8080/gateway-ws/")
    settings = load(BotSettings)
    assert (settings.api_url, settings.gateway_url) == (
        "http://127.0.0.1:8080/api/v10",
        "ws://127.0.0.1:8080/gateway-ws",
    )
    assert not settings.official


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("BOT_QUEUE", "many", "integer"),
        ("BOT_QUEUE", "-1", "greater than or equal to 0"),
        ("BOT_TIME_LIMIT", "0", "greater than or equal to 1"),
        ("BOT_GUILD", "17", "was replaced by BOT_GUILDS. Write BOT_GUILDS=17 instead"),
        ("BOT_GUILDS", "Reading room", "'Reading room' is not the id of a server"),
        ("BOT_GUILDS", "0", "'0' is not the id of a server"),
        ("BOT_GUILDS", "17=;", "the collections of server 17 should be names separated by commas, or only *"),
        ("BOT_GUILDS", "17=*,news", "the collections of server 17 should be"),
        ("BOT_GUILDS", "17=news,,rules", "the collections of server 17 should be"),
        ("BOT_GUILDS", "17=news/2026", "a collection of server 17 has a slash"),
        (
            "BOT_GUILDS",
            "17;18=news",
            "say which collections server 17 owns, as 17=rules,news or 17=* for all",
        ),
        ("BOT_GUILDS", "17=news;17=rules", "server 17 is named twice"),
        ("BOT_GUILDS", " ; ", "it names no server; an example is 111=*"),
        ("BOT_LOG_LEVEL", "loud", "'debug', 'info', 'warning' or 'error'"),
        ("BOT_API_URL", "discord.com/api", "begins with http:// or https://"),
        ("BOT_API_URL", "https://", "begins with http:// or https://"),
        ("BOT_GATEWAY_URL", "https://gateway.discord.gg", "begins with ws:// or wss://"),
        ("BOT_CDN_URL", "cdn", "begins with http:// or https://"),
    ],
)
def test_a_wrong_setting_is_named_with_what_is_wrong(
    name: str, value: str, says: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, value)
    monkeypatch.setenv("BOT_TOKEN", "a-secret")
    with pytest.raises(UsageError) as caught:
        load(BotSettings)
    assert f"{name}: " in str(caught.value)
    assert says in str(caught.value)
    assert "a-secret" not in str(caught.value)
    assert caught.value.exit_code == 2


@pytest.mark.parametrize(
    ("value", "owned"),
    [
        ("111", {111: None}),
        ("111=*", {111: None}),
        (" 111 = rules , news ; 222=faq; ", {111: ("rules", "news"), 222: ("faq",)}),
        ("111=*;222=*", {111: None, 222: None}),
        ("", None),
    ],
)
def test_servers_are_named_with_the_collections_that_they_own(
    value: str, owned: object, nowhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (nowhere / ".env").write_text(f"BOT_GUILDS={value}\n")
    assert load(BotSettings).guilds == owned
    (nowhere / ".env").unlink()
    monkeypatch.setenv("BOT_GUILDS", value)
    assert load(BotSettings).guilds == owned


def test_keys_that_set_nothing_are_named_with_the_nearest_that_does(nowhere: Path) -> None:
    (nowhere / ".env").write_text(
        "BOT_TOKNE=x\nbot_token=x\nTOKEN=x\nDISCORD_TOKEN=x\n"
        "export INDEX_MODLE=y\nPATH_TO_NOWHERE=z\nBOT_GUILDS=\n"
    )
    assert misspelt(read_env(nowhere / ".env"), DECLARED) == [
        ".env sets BOT_TOKNE, which is no setting of Footnote; did you mean BOT_TOKEN?",
        ".env sets TOKEN, which is no setting of Footnote; did you mean BOT_TOKEN?",
        ".env sets DISCORD_TOKEN, which is no setting of Footnote; did you mean BOT_TOKEN?",
        ".env sets INDEX_MODLE, which is no setting of Footnote; did you mean INDEX_MODEL?",
        ".env sets PATH_TO_NOWHERE, which is no setting of Footnote; "
        "the .env that `footnote init` makes lists all.",
    ]


def test_a_settings_file_that_cannot_be_read_is_named(nowhere: Path) -> None:
    assert read_env(nowhere / ".env") == []
    (nowhere / ".env").write_bytes("BOT_TOKEN=é".encode("latin-1"))
    with pytest.raises(UsageError, match="not UTF-8 text"):
        read_env(nowhere / ".env")
    (nowhere / ".env").unlink()
    (nowhere / ".env").symlink_to("/proc/self/mem")  # opens, but cannot be read
    with pytest.raises(UsageError, match="cannot be read"):
        read_env(nowhere / ".env")
