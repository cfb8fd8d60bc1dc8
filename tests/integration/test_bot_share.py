"""Share posts a private answer to the channel, once, in the name of the one who asked."""

from __future__ import annotations

import pytest

from bot.features.share import NOT_POSTED, SHARED
from tests.integration.discord_server import Message, Refused
from tests.integration.footnote import Room, footnote, running

LAST = "The last ferry leaves Gull Island at 6.40 pm."
QUESTION = "When does the last boat leave?"


def posted(room: Room) -> list[Message]:
    """Returns what others see in the channel."""
    return room.server.messages(room.channel, seen_by=room.ben)


async def test_a_private_answer_is_shared_once_in_the_members_name() -> None:
    async with footnote() as room:
        answer = await room.ask(QUESTION, private=True)
        labels = [each.label for each in answer.buttons]
        assert labels == ["In context", "Follow up", "Why this?", "Share", "👍", "👎"]
        run = await room.server.press(room.ana, answer, "Share")
        shared = await run.followup()
        assert shared.content == f"-# _shared by \\@Ana_\n{answer.content}"
        assert [each.label for each in shared.buttons] == [each for each in labels if each != "Share"]
        assert (shared.ephemeral, shared.pings, shared.previews) == (False, set(), [])
        assert posted(room) == [shared]
        now = await run.response()
        assert now.ephemeral
        assert [each.label for each in now.buttons if each.disabled] == ["Share"]
        with pytest.raises(Refused):
            await room.server.press(room.ana, now, "Share")
        context = await (await room.server.press(room.ben, shared, "In context")).response()
        assert f"**{LAST}**" in context.content


async def test_pressed_twice_at_once_it_is_posted_once() -> None:
    async with footnote() as room:
        answer = await room.ask(QUESTION, private=True)
        room.server.hang("POST", "/interactions/*", 0.2)
        first = await room.server.press(room.ana, answer, "Share")
        second = await room.server.press(room.ana, answer, "Share")
        told = await second.response()
        assert (told.content, told.ephemeral) == (SHARED, True)
        await first.followup()
        assert len(posted(room)) == 1


async def test_it_can_be_shared_after_a_restart_and_not_again_after_another() -> None:
    async with footnote() as room:
        answer = await room.ask(QUESTION, private=True)
        await room.bot.close()
        async with running(room):
            run = await room.server.press(room.ana, answer, "Share")
            await run.followup()
        async with running(room):
            with pytest.raises(Refused, match="disabled"):
                await room.server.press(room.ana, answer, "Share")
        assert len(posted(room)) == 1


async def test_where_it_cannot_be_posted_only_the_member_is_told() -> None:
    async with footnote() as room:
        answer = await room.ask(QUESTION, private=True)
        room.server.fail("POST", "/webhooks/*", 403, code=50013, message="Missing Permissions")
        told = await (await room.server.press(room.ana, answer, "Share")).followup()
        assert (told.content, told.ephemeral) == (NOT_POSTED, True)
        assert posted(room) == []


async def test_a_press_that_discord_does_not_take_can_be_made_again() -> None:
    async with footnote() as room:
        answer = await room.ask(QUESTION, private=True)
        room.server.fail("POST", "/interactions/*", 400, code=50035, message="Invalid Form Body")
        failed = await (await room.server.press(room.ana, answer, "Share")).response()
        assert "Something went wrong on my side." in failed.content
        await (await room.server.press(room.ana, answer, "Share")).followup()
        assert len(posted(room)) == 1


async def test_a_name_is_shown_as_text() -> None:
    async with footnote() as room:
        room.ana.name = "@everyone *_" * 2
        answer = await room.ask("And what about the ferry? " * 200, private=True)
        shared = await (await room.server.press(room.ana, answer, "Share")).followup()
        assert shared.content.startswith(r"-# _shared by \@\@Everyone \*\_\@Everyone \*\__")
        assert shared.pings == set()
