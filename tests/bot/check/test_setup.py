from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from bot.check import examine
from bot.services.asking import EngineProtocol
from bot.settings import BotSettings
from bot.state import Database, State
from bot.unknown_settings import variables
from index.errors import IndexMissing, ModelUnavailable
from index.settings import IndexSettings
from tests.bot.stand_in import Broken, StandIn
from tests.bot.test_token import made

SECRET = made()


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Runs in a folder in which everything is in order."""
    monkeypatch.chdir(tmp_path)
    for name in variables(BotSettings, IndexSettings):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / ".env").write_text(f"BOT_TOKEN={SECRET}\n")
    (tmp_path / ".env").chmod(0o600)
    (tmp_path / "corpus" / "news").mkdir(parents=True)
    (tmp_path / "corpus" / "news" / "ferry.md").write_text(
        "---\ntitle: Ferry\n---\nThe last ferry leaves at six.\n"
    )
    return tmp_path


def report(engine: EngineProtocol | Exception | None = None) -> dict[str, tuple[str, int]]:
    """Returns what is found, by subject."""

    def open_engine(settings: IndexSettings) -> EngineProtocol:
        assert settings.dir == Path(".footnote")
        if isinstance(engine, Exception):
            raise engine
        return engine or StandIn()

    found = list(examine(open_engine, Path(".env")))
    assert not any(SECRET in each.text for each in found)
    signs = ["✗" if each.code else "⚠" if each.warns else "✓" for each in found]
    assert [str(each)[0] for each in found] == signs
    return {each.subject: (each.text, each.code) for each in found}


def test_all_in_order(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.check.setup.time.time", lambda: 1_790_000_000.0 + 3 * 86_400)
    found = report()
    text, code = found.pop("disk")
    assert text.endswith("B free where .footnote is")
    assert code == 0
    assert found == {
        "settings": ("in order (1 from .env)", 0),
        "permissions": ("only you can read settings, database and index", 0),
        "token": ("looks like one (check --online asks Discord whether it is valid)", 0),
        "access": (
            "BOT_GUILDS is not set: only the first server that I join may ask, "
            "and nobody can change articles. Write BOT_GUILDS=<id of the server>=* into .env.",
            0,
        ),
        "monitor": ("off (BOT_HTTP_PORT is not set)", 0),
        "database": ("none yet at .footnote/bot.db; the bot's first start makes it", 0),
        "corpus": ("1 articles in corpus", 0),
        "index": ("2 articles in 2 chunks, 0.0 MB, changed 3 days ago (fingerprint 5f3a)", 0),
        "model": ("all-MiniLM-L6-v2 works, and the index was made with it", 0),
    }


def test_what_others_can_read_is_named_with_the_commands_that_close_it(home: Path) -> None:
    (home / ".env").chmod(0o644)
    assert report()["permissions"] == ("others can read .env. Run: chmod 600 .env", 0)
    (home / ".footnote" / "drafts").mkdir(parents=True)
    for name in (".footnote/bot.db", ".footnote/bot.db-journal", ".footnote/drafts/a b.json"):
        (home / name).touch(mode=0o644)
    for folder in (".footnote", ".footnote/drafts"):
        (home / folder).chmod(0o755)
    text, code = report()["permissions"]
    assert code == 0
    assert text.startswith("others can read .env and 5 more. Run: chmod 700 ")
    subprocess.run(text.partition("Run: ")[2], shell=True, check=True)
    assert report()["permissions"] == ("only you can read settings, database and index", 0)
    assert (home / "corpus").stat().st_mode & 0o077  # editors may share it


def test_no_token_and_a_wrong_one(home: Path) -> None:
    (home / ".env").unlink()
    text, code = report()["token"]
    assert text.startswith(
        "BOT_TOKEN is not set, so a chat in the terminal would open. Open https://discord.com"
    )
    assert code == 1
    (home / ".env").write_text("BOT_TOKEN=0123456789abcdef\n")
    text, code = report()["token"]
    assert "what is set in BOT_TOKEN cannot be a token: a token has three parts" in text
    assert code == 1


def test_wrong_settings_are_all_named(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INDEX_THREADS", "all")
    found = report()
    assert (found["settings"][0].startswith("Wrong setting. INDEX_THREADS: "), found["settings"][1]) == (
        True,
        2,
    )
    assert set(found) == {"settings", "permissions", "token", "access", "monitor", "database"}
    monkeypatch.delenv("INDEX_THREADS")
    monkeypatch.setenv("BOT_QUEUE", "many")
    assert set(report()) == {"settings", "permissions", "corpus", "index", "disk", "model"}
    monkeypatch.delenv("BOT_QUEUE")
    (home / ".env").write_text(f"BOT_TOKEN={SECRET}\nBOT_QEUE=3\n")
    assert report()[".env"] == (
        ".env sets BOT_QEUE, which is no setting of Footnote; did you mean BOT_QUEUE?",
        2,
    )
    (home / ".env").write_bytes(b"BOT_TOKEN=\xff")
    assert report()["settings"] == ("The settings in .env cannot be read: it is not UTF-8 text.", 2)


async def test_who_may_use_the_bot(home: Path) -> None:
    state = State(Database(home / ".footnote" / "bot.db"))
    await state.first_guild.claim(111)
    state.close()
    text, _ = report()["access"]
    assert "only the first server, 111, may ask" in text
    assert "Write BOT_GUILDS=111=* into .env." in text
    (home / ".env").write_text(f"BOT_TOKEN={SECRET}\nBOT_GUILDS=111=*;222=news,rules\n")
    assert report()["access"] == (
        "servers that may use the bot: 111 (all collections), 222 (news, rules). "
        "corpus has no folder for rules; check the spelling in BOT_GUILDS",
        0,
    )
    (home / ".env").write_text(f"BOT_TOKEN={SECRET}\nBOT_GUILDS=222=news\n")
    assert report()["access"] == ("servers that may use the bot: 222 (news)", 0)
    (home / ".env").write_text(f"BOT_TOKEN={SECRET}\nBOT_GUILD=222\n")
    assert (
        "BOT_GUILD: Value error, was replaced by BOT_GUILDS. Write BOT_GUILDS=222" in report()["settings"][0]
    )


def test_articles_that_cannot_be_read(home: Path) -> None:
    (home / "corpus" / "news" / "odd.md").write_bytes(b"\xff\xfe\x00latin")
    text, code = report()["corpus"]
    assert "news/odd.md" in text
    assert code == 1
    (home / "corpus" / "dump.jsonl").write_text('{"id": "1"}\n{"id": "2"}\n')
    text, code = report()["corpus"]
    assert "dump.jsonl" in text
    assert text.endswith("(2 more are skipped.)")


def test_a_corpus_that_is_empty_or_missing(home: Path) -> None:
    (home / "corpus" / "news" / "ferry.md").unlink()
    assert report()["corpus"] == ("no articles in corpus; put some there, or check INDEX_CORPUS.", 1)
    (home / "corpus" / "news").rmdir()
    (home / "corpus").rmdir()
    text, code = report()["corpus"]
    assert "no folder of articles at corpus" in text
    assert text.endswith("Check INDEX_CORPUS.")
    assert code == 1


def test_the_bots_database(home: Path) -> None:
    path = home / ".footnote" / "bot.db"
    Database(path).close()
    assert report()["database"] == (".footnote/bot.db is whole, 0.1 MB", 0)
    path.write_bytes(b"These are not the pages of a database. " * 300)
    text, code = report()["database"]
    assert code == 1
    assert (
        text == "The bot's database .footnote/bot.db cannot be read: file is not a database. Check BOT_STATE."
    )


def test_an_index_or_a_model_that_cannot_be_used() -> None:
    found = report(IndexMissing("There is no index in .footnote. Run: footnote rebuild"))
    assert found["index"] == ("There is no index in .footnote. Run: footnote rebuild", 1)
    assert "model" not in found
    assert found["disk"][1] == 0
    found = report(Broken(ModelUnavailable("The model of INDEX_MODEL cannot be loaded.")))
    assert found["index"][1] == 0
    assert found["model"] == ("The model of INDEX_MODEL cannot be loaded.", 1)
