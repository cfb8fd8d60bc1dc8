"""What Discord sends, completed where the library relies on a field that is missing or null."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping
from typing import Any, Final

import aiohttp
import discord
from discord.gateway import DiscordWebSocket, WebSocketClosure

from bot.monitoring.logs import MISREAD

_log = logging.getLogger(__name__)

_USER: Final = {"username": "", "discriminator": "0", "avatar": None}
_APPLICATION: Final = {
    "name": "",
    "description": "",
    "icon": None,
    "bot_public": False,
    "bot_require_code_grant": False,
    "verify_key": "",
    "owner": _USER | {"id": "0"},
}
_READY: Final = {"shard": (0, 1), "guilds": ()}
_PAUSE: Final = 1.0  # seconds until the next try, if Discord limits requests and does not say for how long


def user(data: Mapping[str, Any]) -> dict[str, Any]:
    """Complete a user."""
    return _USER | without_nulls(data)


def application(data: Mapping[str, Any]) -> dict[str, Any]:
    """Complete an application; without an owner, that is the user with the id 0."""
    return _APPLICATION | without_nulls(data)


def ready(parse: Callable[[Any], None], me: Callable[[], object]) -> Callable[[Any], None]:
    """Wrap the library's parser of READY, so that it completes the event.

    Args:
        parse: The library's.
        me: Returns the user of the bot.
    """
    return lambda data: parse({"user": me(), **_READY, **without_nulls(data)})


def without_nulls(data: Mapping[str, Any]) -> dict[str, Any]:
    """Leave out the fields that are null."""
    return {name: value for name, value in data.items() if value is not None}


async def json_or_text(response: aiohttp.ClientResponse) -> object:
    """Read the body of a response: JSON by its content type, whatever parameters that has; else text.

    In an error, null stands for a missing field, and a rate limit without a time ends after a second.
    """
    text = await response.text(encoding="utf-8", errors="replace")
    if response.content_type != "application/json":
        return text
    try:
        data = json.loads(text)
    except ValueError:
        return text
    if response.ok or not isinstance(data, dict):
        return data
    limit = {"retry_after": _PAUSE} if response.status == 429 else {}
    return limit | without_nulls(data)


class Gateway(DiscordWebSocket):
    """The library's gateway: events that it cannot read are skipped, and a corrupt stream is begun anew."""

    async def received_message(self, msg: object, /) -> None:
        """Handle what Discord has sent.

        Raises:
            WebSocketClosure: The compressed stream is corrupt; the library then connects anew and resumes.
        """
        if isinstance(msg, bytes):
            try:
                msg = self._decompressor.decompress(msg)
            except Exception as error:  # of zlib, or of whichever package decompresses zstd
                _log.warning("The compressed stream from Discord is corrupt, so the bot connects anew")
                raise WebSocketClosure from error
            if msg is None:  # part of a message
                return
        try:
            await super().received_message(msg)
        except MISREAD as error:
            _log.error("An event from Discord cannot be read, so it is skipped", exc_info=error)


def install() -> None:
    """Let the library read with these, for the whole process."""
    for module in (discord.http, discord.webhook.async_):
        vars(module)["json_or_text"] = json_or_text
    vars(discord.shard)["DiscordWebSocket"] = Gateway
