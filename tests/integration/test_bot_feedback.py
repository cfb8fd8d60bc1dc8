"""Members judge answers by 👍 and 👎; the operator gets a set of labelled questions of it."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from bot.features.feedback import CHANGED, NO_SUCH, THANKS, UNKNOWN
from bot.state import GuildSettings, Scope
from index.evaluation import load_questions
from tests.bot.stand_in import FERRY
from tests.integration.discord_server import Message, User
from tests.integration.footnote import Room, footnote, running

QUESTION = "When does the last ferry leave Gull Island?"
LAST = {"article_id": "news/ferry", "text": "The last ferry leaves Gull Island at 6.40 pm."}


async def praise(room: Room, member: User, answer: Message) -> str:
    """Presses 👍 and returns what the member is told."""
    return (await (await room.server.press(member, answer, "👍")).response()).content


async def blame(room: Room, member: User, answer: Message, reason: str, article: str = "") -> Message:
    """Presses 👎, fills in the form and returns what the member is told."""
    opened = await room.server.press(member, answer, "👎")
    values = {"reason": [reason], "article": article} if article else {"reason": [reason]}
    return await (await room.server.submit_modal(member, opened, values)).response()


def kept(room: Room) -> list[dict[str, Any]]:
    """The labelled questions."""
    return [json.loads(line) for line in room.bot.state.feedback.labelled_questions()]


async def test_praise_keeps_question_and_evidence_but_not_who_gave_it(tmp_path: Path) -> None:
    async with footnote() as room:
        answer = await room.ask("Which last ferry, Gull Island?")
        run = await room.server.press(room.ana, answer, "👍")
        told = await run.response()
        assert (told.content, told.ephemeral) == (THANKS, True)
        [row] = kept(room)
        assert (row["question"], row["answerable"], row["verdict"]) == (answer.content[3:33], True, "good")
        assert LAST in row["evidence"]
        labelled = tmp_path / "questions.jsonl"
        labelled.write_text(json.dumps(row), encoding="utf-8")
        assert load_questions(labelled)[0].evidence[0].article_id == "news/ferry"
        assert str(room.ana.id).encode() not in room.state.read_bytes()
        assert await praise(room, room.ben, answer) == THANKS
        assert await praise(room, room.ben, answer) == CHANGED
        assert len(kept(room)) == 2


async def test_a_verdict_can_be_changed_and_says_what_is_wrong() -> None:
    async with footnote() as room:
        answer = await room.ask(QUESTION)
        await praise(room, room.ana, answer)
        told = await blame(room, room.ana, answer, "It is out of date", "winter")
        title = "Winter timetable for the Gull Island ferry"
        assert (told.content, told.ephemeral) == (f"{CHANGED} It names the article {title}.", True)
        [row] = kept(room)
        assert (row["verdict"], row["evidence"], row["named"]) == (
            "outdated",
            [{"article_id": "news/ferry"}],
            "winter",
        )
        told = await blame(room, room.ana, answer, "Something else", "The *harbour* log")
        assert told.content == f"{CHANGED} {NO_SUCH}"
        [row] = kept(room)
        assert (row["answerable"], row["evidence"], row["named"]) == (None, [], "The *harbour* log")


async def test_what_should_have_been_found_is_answerable() -> None:
    async with footnote() as room:
        refused = await room.ask("Where is parking?")
        told = await blame(room, room.ana, refused, "missing", "handbook/mentions")
        assert told.content == f"{THANKS} It names the article Mentions."
        assert [row["answerable"] for row in kept(room)] == [True]
        await praise(room, room.ben, refused)
        assert [(row["answerable"], row["evidence"]) for row in kept(room)] == [
            (True, [{"article_id": "handbook/mentions"}]),
            (False, []),
        ]


async def test_follow_ups_and_mentions_are_judged_with_what_they_were_asked() -> None:
    async with footnote() as room:
        answer = await room.say(f"{room.server.bot.mention} {QUESTION}")
        await praise(room, room.ana, answer)
        opened = await room.server.press(room.ana, answer, "Follow up")
        sent = await room.server.submit_modal(room.ana, opened, {"Your question": "And on Sundays?"})
        await praise(room, room.ana, await sent.response())
        first, second = kept(room)
        assert (first["question"], first["turns"]) == (QUESTION, [])
        assert (second["question"], second["turns"]) == ("And on Sundays?", [{"question": QUESTION}])


async def test_a_verdict_is_kept_after_a_restart_and_where_articles_are_not_for_the_place() -> None:
    async with footnote() as room:
        answer = await room.ask(QUESTION)
        opened = await room.server.press(room.ana, answer, "👎")
        await opened.modal()
        await room.bot.close()
        async with running(room) as bot:
            await room.server.submit_modal(room.ana, opened, {"reason": ["wrong"]})
            await room.server.until(lambda: kept(room), missing="no verdict")
            await bot.state.guild_settings.set(Scope(room.guild.id), GuildSettings(()))
            assert await praise(room, room.ana, answer) == CHANGED
            assert kept(room)[0]["evidence"] == []
            told = await blame(room, room.ana, answer, "wrong", "winter")
            assert told.content == f"{CHANGED} {NO_SUCH}"


async def test_nothing_is_kept_where_nobody_knows_what_was_asked() -> None:
    async with footnote() as room:
        asked = await room.server.say(room.ana, room.channel, f"{room.server.bot.mention} {QUESTION}")
        answer = await room.server.reply_to(asked)
        await room.server.delete_message(asked)
        assert await praise(room, room.ana, answer) == UNKNOWN
        assert kept(room) == []


async def test_a_sentence_that_has_changed_since_is_no_evidence() -> None:
    async with footnote() as room:
        answer = await room.ask(QUESTION)
        changed = FERRY.text.replace("6.40 pm", "7.40 pm")
        room.engine.texts["news/ferry"] = replace(FERRY, text=changed)
        assert await praise(room, room.ana, answer) == THANKS
        [row] = kept(room)
        assert LAST not in row["evidence"]
