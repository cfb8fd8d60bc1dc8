from __future__ import annotations

import os
from pathlib import Path

import pytest

from bot.settings import BotSettings
from index.errors import UsageError
from index.settings import DEFAULT_MODEL, IndexSettings, load


@pytest.fixture(autouse=True)
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Runs in an empty folder without settings."""
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("INDEX_")]:
        monkeypatch.delenv(name)
    return tmp_path


def test_without_settings_everything_has_a_default() -> None:
    settings = load(IndexSettings)
    assert (settings.corpus, settings.dir) == (Path("corpus"), Path(".footnote"))
    assert (settings.model, settings.dtype, settings.threads) == (DEFAULT_MODEL, "auto", 0)


def test_what_is_given_wins_over_the_environment_and_that_over_the_file(
    nowhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (nowhere / ".env").write_text("INDEX_CORPUS=a\nINDEX_DIR=b\nINDEX_CHUNK_TOKENS=64\n")
    monkeypatch.setenv("INDEX_DIR", "c")
    monkeypatch.setenv("INDEX_CHUNK_TOKENS", "128")
    settings = load(IndexSettings, corpus=None, dir=Path("d"))
    assert (settings.corpus, settings.dir, settings.chunk_tokens) == (Path("a"), Path("d"), 128)


def test_a_setting_left_empty_is_not_set(nowhere: Path) -> None:
    defaults = load(IndexSettings)
    (nowhere / ".env").write_text("INDEX_CORPUS=\nINDEX_THREADS=\nINDEX_MODEL=\n")
    assert load(IndexSettings) == defaults
    assert defaults.corpus == Path("corpus")


def test_the_home_folder_can_be_written_as_in_a_shell(nowhere: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(nowhere / "home"))
    (nowhere / ".env").write_text("INDEX_CORPUS=~/articles\n")
    assert load(IndexSettings).corpus == nowhere / "home" / "articles"
    monkeypatch.setenv("INDEX_DIR", "~nobody-of-that-name/index")
    with pytest.raises(UsageError, match="INDEX_DIR: .*home folder of a user that does not exist"):
        load(IndexSettings)


def test_a_setting_that_has_a_new_name_is_refused_with_it(
    nowhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (nowhere / ".env").write_text("INDEX_RERANKER=one\nINDEX_READER=\n")
    assert load(IndexSettings).reranker == "one"
    (nowhere / ".env").unlink()
    monkeypatch.setenv("INDEX_READER", "some/cross-encoder")
    with pytest.raises(UsageError) as caught:
        load(IndexSettings)
    assert "INDEX_READER: " in str(caught.value)
    assert "was replaced by INDEX_RERANKER. Write INDEX_RERANKER=some/cross-encoder" in str(caught.value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("INDEX_THREADS", "-1"),
        ("INDEX_THREADS", "many"),
        ("INDEX_DTYPE", "float16"),
        ("INDEX_CHUNK_TOKENS", "31"),
        ("INDEX_LOCK_TIMEOUT", "-0.5"),
        ("INDEX_LOCK_TIMEOUT", "nan"),
    ],
)
def test_a_wrong_setting_is_named(name: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(
        UsageError,
        match=rf"^Wrong setting\. {name}: .*See `\.env\.example`, which `footnote init` copies to \.env\.$",
    ):
        load(IndexSettings)


def test_several_wrong_settings_are_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INDEX_THREADS", "300")
    monkeypatch.setenv("INDEX_DTYPE", "int8")
    with pytest.raises(UsageError) as caught:
        load(IndexSettings)
    assert "INDEX_THREADS: " in str(caught.value)
    assert "INDEX_DTYPE: " in str(caught.value)


def test_a_file_that_is_no_text_is_named(nowhere: Path) -> None:
    (nowhere / ".env").write_bytes("INDEX_CORPUS=café".encode("latin-1"))
    with pytest.raises(UsageError, match=r"The settings in \.env cannot be read: it is not UTF-8 text\."):
        load(IndexSettings)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (
            "# days\nINDEX_CORPUS: articles\n",
            "Line 2 of .env cannot be read: INDEX_CORPUS. Write it",
        ),
        ("\n\nset INDEX_CORPUS=articles\n", "Line 3 of .env cannot be read: INDEX_CORPUS. "),
        ('INDEX_DIR=x\r\nINDEX_CORPUS="articles\r\n', "Line 2 of .env cannot be read: INDEX_CORPUS. "),
        ('INDEX_CORPUS="articles\nINDEX_DIR=x\n# "\n', "Line 1 of .env cannot be read: INDEX_CORPUS. "),
        ("INDEX_CORPUS='articles' and more\n", "Line 1 of .env cannot be read: INDEX_CORPUS. "),
        ("INDEX_CORPUS\n", "Line 1 of .env cannot be read: INDEX_CORPUS. "),
        ("INDEX_CORPUS articles\n", "Line 1 of .env cannot be read: INDEX_CORPUS. "),
        ("=articles\n", "Line 1 of .env cannot be read. Write it as KEY=value;"),
        ("articles: s3cret\n", "Line 1 of .env cannot be read. Write it as KEY=value;"),
    ],
)
def test_a_line_that_would_set_nothing_is_refused_and_its_value_is_not_told(
    text: str, says: str, nowhere: Path
) -> None:
    (nowhere / ".env").write_text(text, newline="")
    for kind in (IndexSettings, BotSettings):
        with pytest.raises(UsageError) as caught:
            load(kind)
        assert str(caught.value).startswith(says)
        assert "articles" not in str(caught.value)
        assert caught.value.exit_code == 2


def test_a_folder_in_the_place_of_the_file_is_refused(nowhere: Path) -> None:
    (nowhere / ".env").mkdir()
    with pytest.raises(UsageError, match=r"^The settings in \.env cannot be read: it is a folder\.$"):
        load(IndexSettings)


def test_a_byte_order_mark_is_no_part_of_the_first_key(nowhere: Path) -> None:
    (nowhere / ".env").write_text("INDEX_CORPUS='articles'  # all\n", encoding="utf-8-sig")
    assert load(IndexSettings).corpus == Path("articles")
