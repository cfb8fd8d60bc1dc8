"""Replaces Discord's own marks in a text: mentions, emoji, dates, commands and links to messages."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Final

from bot.messages.localization import long_date

_MARK: Final = re.compile(
    r"<(?:@[!&]?|#)(?P<id>\d{1,20})>"
    r"|<t:(?P<time>-?\d{1,14})(?::(?P<style>[a-zA-Z]))?>"
    r"|</(?P<command>[^:<>\n]{1,100}):\d{1,20}>"
    r"|<a?:\w{1,40}:\d{1,20}>"
    r"|<id:\w{1,20}>"
    r"|<?https?://(?:\w{1,20}\.)?discord(?:app)?\.com/channels/(?:@me|\d{1,20})(?:/\d{1,20}){1,2}/?>?"
)
_BEGIN: Final = datetime(1970, 1, 1, tzinfo=UTC)


def readable(text: str, name_of: Callable[[int], str]) -> str:
    """Replace Discord's marks in a text by what a reader sees; emoji and links to messages by nothing.

    Args:
        text: As Discord delivers it.
        name_of: Returns the name of a member, a role or a channel by its id; `""` if it has none to show.
    """

    def shown(mark: re.Match[str]) -> str:
        if mark["id"] is not None:
            return name_of(int(mark["id"])) or " "
        if mark["command"] is not None:
            return f"/{mark['command']}"
        return " " if mark["time"] is None else _moment(int(mark["time"]), mark["style"])

    return _MARK.sub(shown, text)


def _moment(seconds: int, style: str | None) -> str:
    """The date or, if that is all that Discord shows, the time in UTC."""
    try:
        moment = _BEGIN + timedelta(seconds=seconds)
    except OverflowError:
        return " "
    return f"{moment:%H:%M}" if style in ("t", "T") else long_date(moment)
