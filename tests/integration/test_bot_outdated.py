"""A press of what an earlier version has sent is answered with a sentence."""

from __future__ import annotations

import discord
import pytest

from bot.interactions import OUTDATED
from tests.integration.discord_server import Message, NoAnswer
from tests.integration.footnote import Room, footnote

QUESTION = "When does the last boat leave?"
BUTTON = OUTDATED[discord.InteractionType.component]
FORM = OUTDATED[discord.InteractionType.modal_submit]


def renamed(room: Room, message: Message, custom_id: str) -> Message:
    """Returns a message whose first button has another custom id, as one of an earlier version would."""
    stored = room.server.stored(message)
    stored.raw["components"][0]["components"][0]["custom_id"] = custom_id
    return Message.of(stored)


async def test_a_button_that_nobody_knows_is_explained_to_the_one_who_pressed() -> None:
    async with footnote() as room:
        answer = renamed(room, await room.ask(QUESTION), "vote:up:7")
        told = await (await room.server.press(room.ben, answer, "vote:up:7")).response()
        assert (told.content, told.ephemeral) == (BUTTON, True)
        shown = await (await room.server.press(room.ben, answer, "Why this?")).response()
        assert shown.content != BUTTON
        assert room.server.runs[-1].refusals == []


async def test_a_form_that_nobody_knows_is_explained() -> None:
    async with footnote() as room:
        answer = await room.ask(QUESTION)
        opened = await room.server.press(room.ana, answer, "Follow up")
        form = await opened.modal()
        form["custom_id"] = "follow:old"
        told = await (
            await room.server.submit_modal(room.ana, opened, {"Your question": "And now?"})
        ).response()
        assert (told.content, told.ephemeral) == (FORM, True)


async def test_a_press_that_discord_gave_up_meanwhile_is_let_go(caplog: pytest.LogCaptureFixture) -> None:
    async with footnote() as room:
        answer = renamed(room, await room.ask(QUESTION), "gone")
        run = await room.server.press(room.ben, answer, "gone")
        room.server.skip(4)
        with pytest.raises(NoAnswer):
            await run.response(within=2)
        await room.server.until(lambda: run.refusals, missing="no try")
        assert "Traceback" not in caplog.text
