"""Sends messages of every kind, and keeps trying while Discord cannot be reached.

Nothing here mentions anyone unless the caller says whom.
"""

from __future__ import annotations

import asyncio
import io
import secrets
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any, Final, TypeVar

import aiohttp
import discord
from discord.utils import MISSING

from bot.errors import Undelivered
from bot.messages.reply import Button, Reply

T = TypeVar("T")

NOBODY: Final = discord.AllowedMentions.none()

ACKNOWLEDGING: Final = 3.0
"""Seconds within which Discord wants to hear from an interaction."""
ANSWERING: Final = 15 * 60.0
"""Seconds for which Discord then takes answers to it."""
POSTING: Final = 60.0
"""Seconds for which a message in a channel is tried."""

_PAUSE, _LONGEST_PAUSE = 0.5, 8.0  # seconds between tries: the first pause, then twice as long each time
_ACKNOWLEDGED: Final = 40060
_NO_FIRST_MESSAGE_YET: Final = 40058  # a forum post is announced before its first message arrives
_REPLY: Final = "reply"  # key of the state of an interaction's reply
_PROMISED, _PROMISED_TO_ALL, _GIVEN = "promised", "promised to all", "given"


async def defer(interaction: discord.Interaction[Any], *, private: bool = True, update: bool = False) -> None:
    """Acknowledge an interaction that is answered later.

    Args:
        interaction: What is acknowledged.
        private: Whether only the member will see the answer.
        update: Whether the message that was pressed will change; else a new one is promised.

    Raises:
        Undelivered: Discord no longer waits, or cannot be reached.
    """
    await _acknowledge(lambda: interaction.response.defer(ephemeral=private, thinking=not update))
    interaction.extras[_REPLY] = _GIVEN if update else _PROMISED if private else _PROMISED_TO_ALL


async def open_form(
    interaction: discord.Interaction[Any], title: str, custom_id: str, *parts: discord.ui.Item[Any]
) -> None:
    """Answer an interaction with a form; Discord sends it back with the message that it was opened from.

    Args:
        interaction: What is answered.
        title: At most 45 characters.
        custom_id: Of the form.
        parts: Texts and labelled fields.

    Raises:
        Undelivered: Discord no longer waits, or cannot be reached.
    """
    form = discord.ui.Modal(title=title, custom_id=custom_id)
    for part in parts:
        form.add_item(part)
    form.stop()  # the library need not remember it
    await _acknowledge(lambda: interaction.response.send_modal(form))


async def respond(
    interaction: discord.Interaction[Any],
    reply: Reply,
    *,
    private: bool = True,
    view: discord.ui.View | None = None,
) -> None:
    """Answer an interaction with a message: the one that was promised, or a new one.

    Args:
        interaction: What is answered.
        reply: What to say.
        private: Whether only the member sees it; a promised message is as private as it was promised.
        view: Shown in place of the reply's buttons.

    Raises:
        Undelivered: Discord no longer takes answers, or cannot be reached.
    """
    response = interaction.response
    given = interaction.extras.get(_REPLY, _GIVEN if response.is_done() else None)

    def send() -> Awaitable[object]:
        message: dict[str, Any] = {
            "content": reply.content,
            "ephemeral": private,
            "view": view or buttons_view(reply) or MISSING,
            "files": _files(reply),
            "allowed_mentions": NOBODY,
            "suppress_embeds": True,
        }
        return response.send_message(**message) if given is None else interaction.followup.send(**message)

    if given in (_PROMISED, _PROMISED_TO_ALL):
        await update(interaction, reply, view=view)
    elif given is None:
        await _acknowledge(send)
    else:
        await _persist(send, within=ANSWERING)
    interaction.extras[_REPLY] = _GIVEN


async def notify(interaction: discord.Interaction[Any], reply: Reply) -> None:
    """Tell only the member something; an answer that was promised to everyone is withdrawn.

    Raises:
        Undelivered: Discord no longer takes answers, or cannot be reached.
    """

    async def withdraw() -> None:
        with suppress(discord.NotFound):  # a try before this one has arrived
            await interaction.delete_original_response()

    if interaction.extras.get(_REPLY) == _PROMISED_TO_ALL:
        await _persist(withdraw, within=ANSWERING)
        interaction.extras[_REPLY] = _GIVEN
    await respond(interaction, reply)


async def update(
    interaction: discord.Interaction[Any], reply: Reply, *, view: discord.ui.View | None = None
) -> None:
    """Change the message that an interaction has promised, or whose button was pressed.

    Args:
        interaction: What is answered.
        reply: What the message becomes; without content, only its buttons change.
        view: Shown in place of the reply's buttons.

    Raises:
        Undelivered: Discord no longer takes answers, or cannot be reached.
    """
    shown = view or buttons_view(reply)
    if interaction.response.is_done() or _REPLY in interaction.extras:
        await _persist(
            lambda: interaction.edit_original_response(
                content=reply.content or MISSING,
                view=shown,
                attachments=_files(reply) if reply.content else MISSING,
                allowed_mentions=NOBODY,
            ),
            within=ANSWERING,
        )
    else:
        await _acknowledge(
            lambda: interaction.response.edit_message(content=reply.content or MISSING, view=shown)
        )
    interaction.extras[_REPLY] = _GIVEN


async def post(
    channel: discord.abc.Messageable,
    reply: Reply,
    *,
    to: discord.MessageReference | None = None,
    pings: discord.AllowedMentions = NOBODY,
) -> discord.Message:
    """Post a message into a channel, a thread or a direct message, once however often it is tried.

    Args:
        channel: Where.
        reply: What to say.
        to: The message that it replies to.
        pings: Who is notified.

    Raises:
        Undelivered: It may not be posted there, or Discord cannot be reached.
    """
    reference: dict[str, Any] = {} if to is None else {"reference": to, "mention_author": False}
    nonce = secrets.randbits(63)  # of two messages with the same nonce, Discord keeps one
    return await _persist(
        lambda: channel.send(
            reply.content,
            view=buttons_view(reply) or MISSING,
            **reference,
            allowed_mentions=pings,
            suppress_embeds=True,
            nonce=nonce,
        ),
        within=POSTING,
    )


async def delete_later(message: discord.Message, seconds: float) -> None:
    """Delete a message after some time, if Discord lets the bot."""
    await asyncio.sleep(seconds)
    with suppress(Undelivered, discord.HTTPException):
        await _persist(message.delete, within=POSTING)


def buttons_view(reply: Reply) -> discord.ui.View | None:
    """The buttons of a reply as Discord's library sends them; the custom ids alone say what they do."""
    if not reply.buttons:
        return None
    made = discord.ui.View(timeout=None)
    for each in reply.buttons:
        made.add_item(
            discord.ui.Button(label=each.label, custom_id=each.action, url=each.url, disabled=each.disabled)
        )
    made.stop()  # the library need not remember it
    return made


def buttons(message: discord.Message) -> tuple[Button, ...]:
    """The buttons of a message that the bot has sent, to send them again."""
    rows = [row.children for row in message.components if isinstance(row, discord.ActionRow)]
    return tuple(
        Button(each.label or "", url=each.url, action=each.custom_id, disabled=each.disabled)
        for row in rows
        for each in row
        if isinstance(each, discord.Button)
    )


def _files(reply: Reply) -> list[discord.File]:
    if reply.file is None:
        return []
    name, text = reply.file
    return [discord.File(io.BytesIO(text.encode("utf-8", "replace")), name)]


async def _acknowledge(send: Callable[[], Awaitable[object]]) -> None:
    """Send the first response to an interaction."""
    is_first = True

    async def once() -> None:
        nonlocal is_first
        try:
            await send()
        except discord.HTTPException as error:
            if is_first or error.code != _ACKNOWLEDGED:  # else the try before this one has arrived
                raise
        finally:
            is_first = False

    await _persist(once, within=ACKNOWLEDGING)


async def _persist(send: Callable[[], Awaitable[T]], *, within: float) -> T:
    """Send something until Discord takes it, at most so many seconds.

    Raises:
        Undelivered: Discord refuses it for good, or cannot be reached in that time.
        discord.HTTPException: What is sent is malformed.
    """
    until, pause = time.monotonic() + within, _PAUSE
    while True:
        try:
            return await send()
        except (discord.HTTPException, aiohttp.ClientError, OSError) as error:
            status, code = getattr(error, "status", 503), getattr(error, "code", 0)
            may_pass = status >= 500 or status == 429 or code == _NO_FIRST_MESSAGE_YET
            if not may_pass and status not in (401, 403, 404):
                raise
            if not may_pass or time.monotonic() + pause > until:
                raise Undelivered(f"A message could not be delivered: {error}") from error
        await asyncio.sleep(pause)
        pause = min(2 * pause, _LONGEST_PAUSE)
