"""Footnote goes on from earlier answers: the button Follow up, replies, and direct messages."""

from __future__ import annotations

from bot.errors import NothingAsked
from bot.messages.small_talk import HELP
from index.types import Turn
from tests.integration.discord_server import Message
from tests.integration.footnote import Room, footnote, running

LAST = "The last ferry leaves Gull Island at 6.40 pm."
SOLD = "Tickets are sold on board."
QUESTION = "When does the last boat leave?"
NEXT = "And where are tickets sold?"


async def follow(room: Room, answer: Message, question: str = NEXT) -> Message:
    """Presses Follow up as Ben, fills in the form and returns the new answer."""
    opened = await room.server.press(room.ben, answer, "Follow up")
    return await (await room.server.submit_modal(room.ben, opened, {"Your question": question})).response()


async def test_a_follow_up_is_asked_with_the_turn_before_as_often_as_wanted() -> None:
    async with footnote() as room:
        answer = await room.ask(QUESTION, collection="news")
        second = await follow(room, answer)
        assert second.content.startswith(
            f"-# _in\xa0news_\n-# {QUESTION}\n-# {NEXT}\n> “{LAST}” ¹\n> “{SOLD}” ²"
        )
        assert room.engine.turns[-1] == [Turn(QUESTION, LAST)]
        assert room.engine.asked[-1] == (NEXT, ("news",))
        assert (second.ephemeral, second.pings, second.previews) == (False, set(), [])
        third = await follow(room, second, "And are dogs free?")
        assert room.engine.turns[-1] == [Turn(f"{QUESTION} {NEXT}", f"{LAST} {SOLD}")]
        assert third.content.startswith(f"-# _in\xa0news_\n-# {QUESTION}\n-# {NEXT}\n-# And are dogs free?\n")


async def test_a_question_of_its_own_begins_anew() -> None:
    async with footnote() as room:
        second = await follow(room, await room.ask(QUESTION), "Are dogs free?")
        assert second.content.startswith("-# Are dogs free?\n> “Dogs travel free.” ¹")


async def test_a_follow_up_works_after_restarts_also_with_the_form_open() -> None:
    async with footnote() as room:
        answer = await room.ask(QUESTION, private=True)
        await room.bot.close()
        async with running(room):
            opened = await room.server.press(room.ana, answer, "Follow up")
            form = await opened.modal()
            assert (form["title"], form["custom_id"]) == ("Follow up", "follow")
            await room.bot.close()
        async with running(room):
            sent = await room.server.submit_modal(room.ana, opened, {"Your question": NEXT})
            second = await sent.response()
            assert second.ephemeral
            assert SOLD in second.content
            assert room.engine.turns[-1] == [Turn(QUESTION, LAST)]


async def test_a_form_without_words_or_with_trouble_is_answered_with_a_sentence() -> None:
    async with footnote() as room:
        answer = await room.ask(QUESTION)
        assert (await follow(room, answer, "?!")).content == str(NothingAsked())
        assert "Something went wrong on my side." in (await follow(room, answer, "trouble")).content


async def test_a_follow_up_on_an_answer_to_a_mention_takes_the_question_from_there() -> None:
    async with footnote() as room:
        answer = await room.say(f"{room.server.bot.mention} {QUESTION}")
        second = await follow(room, answer)
        assert second.content.startswith(f"-# {QUESTION}\n-# {NEXT}\n")
        asked = room.server.messages(room.channel, seen_by=room.ana)[0]
        await room.server.delete_message(asked)
        await follow(room, answer)
        assert room.engine.turns[-1] == [Turn("", LAST)]


async def test_a_reply_to_an_answer_goes_on_from_it() -> None:
    async with footnote() as room:
        thread = await room.server.post(room.ben, room.channel, "Ferries", "Shall we?")
        answer = await room.say(f"{room.server.bot.mention} {QUESTION}", thread)
        second = await room.say(NEXT, thread, reply_to=answer)
        assert second.content.startswith(f"-# {QUESTION}\n-# {NEXT}\n> “{LAST}” ¹")
        await room.say("And are dogs free?", thread, reply_to=second)
        assert room.engine.turns[-1] == [Turn(f"{QUESTION} {NEXT}", f"{LAST} {SOLD}")]
        alone = await room.say("Are dogs free?", thread, reply_to=second)
        assert alone.content.startswith("> “Dogs travel free.” ¹")


async def test_a_reply_to_anything_else_stands_alone() -> None:
    async with footnote() as room:
        help_text = await room.say(room.server.bot.mention)
        assert help_text.content == HELP
        await room.say(QUESTION, reply_to=help_text)
        said = await room.server.say(room.ben, room.channel, "The last ferry is nice")
        await room.say(f"{room.server.bot.mention} {NEXT}", reply_to=said)
        await room.server.delete_message(said)
        assert room.engine.turns == [[], []]


async def test_a_direct_message_goes_on_from_the_answer_above_it() -> None:
    async with footnote() as room:
        dm = room.server.dm(room.ana)
        await room.say(QUESTION, dm)
        second = await room.say(NEXT, dm)
        assert room.engine.turns == [[], [Turn(QUESTION, LAST)]]
        assert second.content.startswith(f"-# {QUESTION}\n-# {NEXT}\n> “{LAST}” ¹")
        room.server.fail("GET", "/channels/*/messages", 403)
        await room.say("And are dogs free?", dm)
        assert room.engine.turns[-1] == []
