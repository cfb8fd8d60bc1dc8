"""What members and the log are told when something fails, on the loopback Discord."""

from __future__ import annotations

import asyncio
import logging
import re
import time
from typing import Any

import discord
import pytest
from discord import app_commands

from bot.errors import Stopping, TooBusy, TooSlow
from bot.features import mention
from index.errors import IndexMissing
from tests.bot.stand_in import FERRY, Broken, Slow, StandIn
from tests.integration.discord_server import NoAnswer
from tests.integration.footnote import Room, footnote

TROUBLE = "Why the trouble?"
LAST = "The last ferry leaves Gull Island at 6.40 pm."
UNEXPECTED = re.compile(
    r"Something went wrong on my side\. "
    r"My operators can look it up by the reference `([0-9a-f]{8})`\."
)


async def test_a_failure_is_a_sentence_with_a_reference_and_the_log_has_the_traceback(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with footnote() as room:
        said = await room.server.say(room.ben, room.channel, TROUBLE)
        texts = [
            (await room.ask(TROUBLE)).content,
            (await room.ask(TROUBLE, private=True)).content,
            (await room.say(f"{room.server.bot.mention} {TROUBLE}")).content,
            (await (await room.server.context_menu("Ask about this", room.ana, said)).response()).content,
        ]
        references = [match[1] for text in texts if (match := UNEXPECTED.fullmatch(text))]
        assert len(set(references)) == 4
        for reference in references:
            [record] = [each for each in caplog.records if reference in each.getMessage()]
            assert record.exc_info is not None
            assert record.exc_info[0] is ZeroDivisionError
        assert LAST in (await room.ask("The last ferry?")).content  # and the bot goes on


async def test_a_failure_behind_a_button_is_told_to_the_one_who_pressed(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with footnote() as room:
        answer = await room.ask("The last ferry?")
        room.bot.engine_service._engine = Broken(ZeroDivisionError("oh"))
        shown = await (await room.server.press(room.ben, answer, "In context")).response()
        assert UNEXPECTED.fullmatch(shown.content)
        assert shown.ephemeral
        assert "Ignoring exception" not in caplog.text


async def test_an_index_that_cannot_be_used_is_the_operators_business(
    caplog: pytest.LogCaptureFixture,
) -> None:
    broken = Broken(IndexMissing("There is no index in .footnote. Run: footnote rebuild"))
    async with footnote(broken) as room:
        answer = await room.ask(TROUBLE)
        assert answer.content.startswith("I cannot read the articles right now. My operators")
        assert "There is no index in .footnote" in caplog.text
        assert (
            await room.server.autocomplete(room.ana, room.channel, "ask", "collection", "n", question="?")
            == []
        )
        assert str(room.ana.id) not in caplog.text


async def test_when_too_many_wait_the_rest_are_told_at_once_and_alone() -> None:
    async with footnote(queue=1) as room:
        runs = [
            await room.server.slash(room.ana, room.channel, "ask", question=f"Shall we wait {number}?")
            for number in range(4)
        ]
        refused = [await run.response() for run in runs[2:]]
        assert [each.content for each in refused] == [str(TooBusy())] * 2
        assert all(each.ephemeral for each in refused)
        assert len(room.server.messages(room.channel)) == 2  # of those who wait
        room.engine.gate.set()
        for run in runs[:2]:
            answer = await run.response()
            assert "I found no answer" in answer.content
            assert not answer.ephemeral


@pytest.mark.parametrize("trouble", ["busy", "late", "fails"])
async def test_only_the_member_reads_why_a_command_was_not_answered(trouble: str) -> None:
    async with footnote(queue=0, time_limit=0.2 if trouble == "late" else 20) as room:
        if trouble == "busy":
            await room.server.slash(room.ana, room.channel, "ask", question="Shall we wait?")
            await room.server.until(lambda: room.engine.asked, missing="the question")
        before = len(room.server.messages(room.channel))
        fault = room.server.cut_request("DELETE", "/webhooks/*")
        run = await room.server.slash(
            room.ben, room.channel, "ask", question=TROUBLE if trouble == "fails" else "Shall we wait?"
        )
        told = await run.response()
        expected = {"busy": str(TooBusy()), "late": str(TooSlow()), "fails": "Something went wrong"}
        assert told.content.startswith(expected[trouble])
        assert told.ephemeral
        assert fault.hits == 1
        assert len(room.server.messages(room.channel)) == before


@pytest.mark.parametrize("trouble", ["busy", "late"])
async def test_a_notice_in_a_channel_is_deleted_later(trouble: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert mention._NOTICE == 30
    monkeypatch.setattr(mention, "_NOTICE", 0.3)
    async with footnote(queue=0, time_limit=0.1 if trouble == "late" else 20) as room:
        me = room.server.bot.mention
        if trouble == "busy":
            await room.server.slash(room.ana, room.channel, "ask", question="Shall we wait?")
            await room.server.until(lambda: room.engine.asked, missing="the question")
        room.server.fail("DELETE", "/channels/*", 503)
        told = await room.say(f"{me} shall we wait?")
        assert told.content in (str(TooBusy()), str(TooSlow()))
        await room.server.until(lambda: room.server.current(told) is None, missing="the notice stays")
        own = room.server.dm(room.ana)
        told = await room.say("Shall we wait?", own)
        await asyncio.sleep(0.4)
        assert room.server.current(told) is not None  # nobody else reads it


async def test_a_notice_stays_when_the_bot_leaves(caplog: pytest.LogCaptureFixture) -> None:
    async with footnote(queue=0, time_limit=0.1) as room:
        told = await room.say(f"{room.server.bot.mention} shall we wait?")
        assert await room.bot.answering.finished(5)
        [task] = mention_of(room)._deletions
        await room.bot.close()
        await asyncio.sleep(0)
        assert task.cancelled()
        assert room.server.current(told) is not None
    assert "Traceback" not in caplog.text


def mention_of(room: Room) -> mention.Mention:
    """Returns the feature that answers mentions."""
    cogs: Any = room.bot.cogs
    found: mention.Mention = cogs["Mention"]
    return found


async def test_a_question_that_takes_too_long_is_given_up() -> None:
    async with footnote(time_limit=0.1) as room:
        assert (await room.ask("Shall we wait?")).content == str(TooSlow())
        assert (await room.say(f"{room.server.bot.mention} and the ferry?")).content == str(TooSlow())
        room.engine.gate.set()
        await asyncio.sleep(0.05)
        assert LAST in (await room.ask("The last ferry?")).content


async def test_heartbeats_are_on_time_while_the_engine_computes() -> None:
    async with footnote(Slow(FERRY), server={"heartbeat_interval": 0.1}) as room:
        await room.server.until(lambda: room.server.heartbeats, missing="no heartbeat")
        begin = time.monotonic()
        assert LAST in (await room.ask("The last ferry?")).content
        assert time.monotonic() - begin > 1
        run = room.server.runs[-1]
        assert run.acknowledged_after is not None
        assert run.acknowledged_after < 0.5
        beats = [each.at for each in room.server.heartbeats if each.at > begin]
        assert len(beats) >= 5
        assert room.server.longest_silence(begin) < 0.6


async def test_typing_is_shown_only_while_an_answer_takes_its_time() -> None:
    async with footnote() as room:
        await room.say(f"{room.server.bot.mention} the ferry?")
        said = await room.server.say(room.ana, room.channel, f"{room.server.bot.mention} shall we wait?")

        def typing() -> list[str]:
            return [each.path for each in room.server.requests if each.path.endswith("/typing")]

        assert typing() == []
        room.server.fail("POST", "/channels/*/typing", 403, code=50013)
        await room.server.until(typing, missing="no typing")
        room.engine.gate.set()
        assert "I found no answer" in (await room.server.reply_to(said)).content
        assert len(typing()) == 1


async def test_where_the_bot_may_not_write_it_stays_silent_and_goes_on(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with footnote() as room:
        room.server.forbid(room.channel, "send_messages")
        said = await room.server.say(room.ana, room.channel, f"{room.server.bot.mention} the ferry?")
        with pytest.raises(NoAnswer):
            await room.server.reply_to(said, within=0.5)
        assert "A message could not be delivered: 403 Forbidden" in caplog.text
        assert LAST in (await room.ask("The last ferry?")).content


async def test_a_message_deleted_meanwhile_is_answered_all_the_same() -> None:
    async with footnote() as room:
        said = await room.server.say(
            room.ana, room.channel, f"{room.server.bot.mention} shall we wait, last ferry?"
        )
        await room.server.delete_message(said)
        room.engine.gate.set()
        await room.server.until(lambda: room.server.messages(room.channel), missing="no answer")
        [answer] = room.server.messages(room.channel)
        assert LAST in answer.content


async def test_an_interaction_that_discord_gave_up_is_only_logged(caplog: pytest.LogCaptureFixture) -> None:
    async with footnote() as room:
        room.server.fail("POST", "/interactions/*/*/callback", 404, code=10062, message="Unknown interaction")
        with pytest.raises(NoAnswer):
            await room.server.slash(room.ana, room.channel, "ask", question="The ferry?")
            await room.server.runs[-1].response(within=0.5)
        assert "A message could not be delivered: 404" in caplog.text
        assert "Traceback" not in caplog.text


async def test_a_member_who_cannot_be_told_is_only_logged(caplog: pytest.LogCaptureFixture) -> None:
    async with footnote() as room:
        room.server.fail("PATCH", "/webhooks/*/*/messages/@original", 403, code=50001, times=2)
        run = await room.server.slash(room.ana, room.channel, "ask", question="The ferry?")
        with pytest.raises(NoAnswer):
            await run.response(within=0.5)
        assert "A message could not be delivered: 403" in caplog.text


async def test_a_failure_that_cannot_be_told_is_only_logged(caplog: pytest.LogCaptureFixture) -> None:
    async with footnote() as room:
        room.server.fail("*", "/webhooks/*", 400, code=50035, times=2)
        run = await room.server.slash(room.ana, room.channel, "ask", question="The ferry?")
        with pytest.raises(NoAnswer):
            await run.response(within=0.5)
        assert "A member could not be told that something failed" in caplog.text


async def test_a_command_of_an_earlier_version_is_explained() -> None:
    async with footnote() as room:
        await room.ask("The ferry?")
        [command] = [each for each in room.server.commands(room.guild) if each["name"] == "ask"]
        command["name"] = "query"
        run = await room.server.slash(room.ana, room.channel, "query", question="The ferry?")
        answer = await run.response()
        assert answer.content.startswith("This command has changed.")
        assert answer.ephemeral


async def test_who_asks_while_the_bot_is_stopped_is_told_so() -> None:
    async with footnote() as room:
        room.bot.engine_service.worker.close()
        assert (await room.ask("The ferry?")).content == str(Stopping())


async def test_neither_questions_nor_members_are_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    caplog.set_level(logging.WARNING, "aiohttp.access")  # what the loopback server logs of its requests
    async with footnote(StandIn()) as room:
        await room.ask("How does the albatross leave?")
        await room.say(f"{room.server.bot.mention} how does the albatross leave?")
        await room.say("albatross!", room.server.dm(room.ana))
        await room.ask("?!")
        assert "albatross" not in caplog.text
        assert str(room.ana.id) not in caplog.text


async def test_a_failure_after_the_answer_is_told_beside_it_and_one_before_it_instead() -> None:
    async with footnote() as room:

        @app_commands.command(description="Answers, then fails")
        async def stumble(interaction: discord.Interaction, late: bool) -> None:
            if late:
                await interaction.response.send_message("Here you are.")
            raise ZeroDivisionError

        await room.ask("The ferry?")
        room.bot.tree.add_command(stumble)
        await room.bot.tree.sync()
        run = await room.server.slash(room.ana, room.channel, "stumble", late=True)
        beside = await run.followup()
        assert (await run.response()).content == "Here you are."
        assert UNEXPECTED.fullmatch(beside.content)
        assert beside.ephemeral
        instead = await (await room.server.slash(room.ana, room.channel, "stumble", late=False)).response()
        assert UNEXPECTED.fullmatch(instead.content)
        assert instead.ephemeral


async def test_the_log_calls_only_questions_questions(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "bot.interactions")
    async with footnote() as room:
        await (await room.server.slash(room.ana, room.channel, "article", title="Nothing")).response()
        assert await room.bot.answering.finished(5)
    assert "A request was refused: UnknownArticle" in caplog.text
    assert "question" not in caplog.text
