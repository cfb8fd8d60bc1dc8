from __future__ import annotations

import asyncio
import json
import os
import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa

from bot.errors import StateError
from bot.services.drafts import Draft, Drafts
from bot.state import Database, GuildSettings, Scope, State, Verdict, back_up
from index.errors import UsageError
from index.evaluation import load_questions

LAST = {"article_id": "news/ferry", "text": "The last ferry leaves Gull Island at 6.40 pm."}


async def test_what_is_kept_is_there_after_a_restart(tmp_path: Path) -> None:
    path = tmp_path / "100% ours" / "bot.db"
    state = State(Database(path))
    await state.guild_settings.set(Scope(1), GuildSettings(collections=("news", "rules"), confidence=0.8))
    await state.guild_settings.set(Scope(1, 2), GuildSettings(collections=("news",), private=True))
    await state.feedback.give(5, Verdict(9, True, True, "When is the last ferry?", evidence=[LAST]))
    assert await state.calls.claim(9)
    state.close()
    state = State(Database.existing(path))
    assert state.guild_settings.at(Scope(1, 2)) == GuildSettings(("news",), True, 0.8)
    assert not await state.calls.claim(9)
    await state.calls.release(9)
    assert await state.calls.claim(9)
    labelled = tmp_path / "questions.jsonl"
    labelled.write_text("\n".join(state.feedback.labelled_questions()))
    [question] = load_questions(labelled)
    assert (question.answerable, question.evidence[0].text) == (True, LAST["text"])
    assert await state.purge() == 0
    assert (await state.feedback.forget(6), await state.feedback.forget(5)) == (0, 1)
    assert b"last ferry" not in path.read_bytes()
    state.close()


async def test_a_member_has_one_verdict_on_a_message(tmp_path: Path) -> None:
    state = State(Database(tmp_path / "bot.db"), keep_days=-1)
    assert not await state.feedback.give(5, Verdict(9, True, True, "The ferry?"))
    assert await state.feedback.give(5, Verdict(9, False, True, "The ferry?", "missing"))
    [line] = state.feedback.labelled_questions()
    assert (json.loads(line)["verdict"], json.loads(line)["answerable"]) == ("missing", True)
    assert await state.purge() == 1
    state.close()


def test_a_file_that_cannot_be_used_is_told_and_left_as_it_is(tmp_path: Path) -> None:
    with pytest.raises(StateError, match="no database"):
        Database.existing(tmp_path / "none.db")
    damaged, foreign, newer = (tmp_path / f"{name}.db" for name in ("damaged", "foreign", "newer"))
    damaged.write_bytes(b"These are not the pages of a database. " * 300)
    with pytest.raises(StateError, match="damaged"):
        Database(damaged)
    assert damaged.read_bytes().startswith(b"These")
    with sqlite3.connect(foreign) as connection:
        connection.execute("CREATE TABLE recipes (name)")
    connection.close()
    with pytest.raises(StateError, match="not one of the bot"):
        Database(foreign)
    Database(newer).close()
    with sqlite3.connect(newer) as connection:
        connection.execute("UPDATE alembic_version SET version_num = 'hundredth'")
    connection.close()
    with pytest.raises(StateError, match="newer version"):
        Database(newer)
    with pytest.raises(StateError, match="cannot be made"):
        Database(damaged / "bot.db")


async def test_without_room_or_turn_nothing_is_lost(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.state._database._BUSY_SECONDS", 0.05)
    path = tmp_path / "bot.db"
    state = State(Database(path))
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StateError, match="locked"):
        await state.guild_settings.set(Scope(1), GuildSettings(private=True))
    assert state.guild_settings.of(Scope(1)) == GuildSettings()
    other.close()
    pages = await state.database.do(lambda each: each.exec_driver_sql("PRAGMA max_page_count = 1").scalar())
    assert pages
    with pytest.raises(StateError, match="Nothing in it is lost"):
        await state.feedback.give(5, Verdict(9, True, True, "The ferry? " * 9999))
    assert list(state.feedback.labelled_questions()) == []
    state.close()


async def test_a_copy_is_made_while_the_bot_writes(tmp_path: Path) -> None:
    path = tmp_path / "100% ours?" / "bot.db"
    state = State(Database(path))
    await state.guild_settings.set(Scope(1), GuildSettings(confidence=0.8))
    path.chmod(0o600)
    copy = back_up(path, tmp_path / "safe" / "monday.db")
    await state.guild_settings.set(Scope(1), GuildSettings(confidence=0.2))
    state.close()
    assert [each.name for each in copy.parent.iterdir()] == ["monday.db"]
    assert copy.stat().st_mode & 0o777 == 0o600
    state = State(Database.existing(copy))
    assert state.guild_settings.at(Scope(1)).confidence == 0.8
    state.close()
    with pytest.raises(UsageError, match="already exists"):
        back_up(path, copy)
    assert back_up(path, tmp_path).name.startswith("footnote-bot-")


def test_what_cannot_be_copied_leaves_nothing(tmp_path: Path) -> None:
    path, safe = tmp_path / "bot.db", tmp_path / "safe" / "monday.db"
    with pytest.raises(StateError, match="There is no database of the bot"):
        back_up(path, safe)
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE recipe (name TEXT)")
    connection.close()
    with pytest.raises(StateError, match="is not a database of the bot"):
        back_up(path, safe)
    path.write_bytes(b"These are not the pages of a database. " * 300)
    with pytest.raises(StateError, match="cannot be copied to .* Nothing of the copy is left"):
        back_up(path, safe)
    path.unlink()
    State(Database(path)).close()
    with pytest.raises(StateError, match="cannot be copied"):
        back_up(path, path / "monday.db")
    with sqlite3.connect(path) as connection:
        connection.executescript(
            "CREATE TABLE recipe (name TEXT); INSERT INTO recipe VALUES (NULL); PRAGMA writable_schema = ON;"
            "UPDATE sqlite_schema SET sql = 'CREATE TABLE recipe (name TEXT NOT NULL)' WHERE name = 'recipe';"
        )
    connection.close()
    with pytest.raises(StateError, match="is damaged: NULL value in recipe.name"):
        back_up(path, safe)
    assert list(safe.parent.iterdir()) == []


async def test_a_database_of_the_first_version_is_brought_up_to_date(tmp_path: Path) -> None:
    path = tmp_path / "bot.db"
    state = State(Database(path))
    await state.feedback.give(5, Verdict(9, True, True, "When is the last ferry?", evidence=[LAST]))
    state.close()
    with sqlite3.connect(path) as connection:
        connection.execute("ALTER TABLE verdicts DROP COLUMN turns")
        connection.execute("DROP TABLE unanswered")
        connection.execute("ALTER TABLE guild_settings RENAME TO places")
        connection.execute("ALTER TABLE places DROP COLUMN auto_reply")
        connection.execute("DROP TABLE cited")
        connection.execute("DROP TABLE first_guild")
        connection.execute("UPDATE alembic_version SET version_num = 'first'")
    connection.close()
    state = State(Database.existing(path))
    assert await state.feedback.give(5, Verdict(9, True, True, "And on Sundays?", turns=["The ferry?"]))
    [line] = state.feedback.labelled_questions()
    assert json.loads(line)["turns"] == [{"question": "The ferry?"}]
    state.close()


async def test_answers_are_counted_by_the_articles_that_they_cite(tmp_path: Path) -> None:
    state = State(Database(tmp_path / "bot.db"))
    await state.cited.note(["news/ferry", "news/ferry", "rules"])
    await state.cited.note(["news/ferry"])
    assert [await state.cited.of(each) for each in ("news/ferry", "rules", "news/other")] == [2, 1, 0]
    state.close()


async def test_changes_at_the_same_time_are_all_kept(tmp_path: Path) -> None:
    state = State(Database(tmp_path / "bot.db"))
    await asyncio.gather(
        state.guild_settings.change(Scope(1), lambda own: replace(own, private=True)),
        state.guild_settings.change(Scope(1), lambda own: replace(own, human=7)),
    )
    assert state.guild_settings.of(Scope(1)) == GuildSettings(private=True, human=7)
    state.close()


async def test_questions_without_an_answer_are_kept_once_for_each_member_and_server(tmp_path: Path) -> None:
    path = tmp_path / "bot.db"
    state = State(Database(path))
    asked = state.unanswered
    for member, guild, question in (
        (5, 1, "The pool?"),
        (6, 1, "The pool?"),
        (5, 1, "The pool?"),
        (5, 2, "A?"),
    ):
        await asked.note(member, guild, question)
    found = await asked.of(1)
    assert [each.question for each in found] == ["The pool?"] * 2
    assert len({each.member for each in found}) == 2
    assert await asked.of(3) == []
    assert await asked.forget(6) == 1
    assert await asked.forget(6) == 0
    await asked.leave(2)
    assert await asked.of(2) == []
    for number in range(60):
        await asked.note(5, 1, f"Question {number}?")
    found = await asked.of(1)
    assert (len(found), found[-1].question) == (50, "Question 59?")
    state.keep_days = -1
    await state.purge()
    assert await asked.of(1) == []
    assert b"Question 59" not in path.read_bytes()
    state.close()


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o277])
def test_only_the_bots_user_can_read_what_it_remembers(tmp_path: Path, umask: int) -> None:
    before = os.umask(umask)
    try:
        path = tmp_path / "state" / "bot.db"
        state = State(Database(path))
        made: list[Path] = []

        def see(connection: sa.Connection) -> None:
            connection.exec_driver_sql("CREATE TABLE seen (a)")
            made.extend(path.parent.iterdir())
            assert {each.stat().st_mode & 0o777 for each in made} == {0o600}

        state.database.now(see)
        back_up(path, tmp_path / "copies" / "bot.db")
        Drafts(path.with_name("drafts")).keep(Draft(1, "remove", "news/ferry", "Ferry"))
        state.close()
    finally:
        os.umask(before)
    assert path.with_name("bot.db-journal") in made
    for each in tmp_path.rglob("*"):
        assert each.stat().st_mode & 0o777 == (0o700 if each.is_dir() else 0o600), each
