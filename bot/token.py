"""Checks whether a token can be one, without asking Discord."""

from __future__ import annotations

import base64
import binascii
import re
from typing import Final

HOW_TO: Final = (
    "Open https://discord.com/developers/applications, choose your application (or make one), "
    "press Reset Token on its Bot page, and write the token into the file .env as BOT_TOKEN=..."
)
"""How to get a token."""

_PARTS: Final = re.compile(r"([\w-]{18,40})\.[\w-]{5,10}\.[\w-]{25,80}", re.ASCII)

_FOREIGN: Final = re.compile(r"[\s\x00-\x1f\x7f\"'<>]")
_PUBLIC_KEY: Final = re.compile(r"[0-9a-f]{64}")
_ID: Final = re.compile(r"[0-9]{15,20}")


def flaw(token: str, *, official: bool) -> str | None:
    """Describe what is wrong with a token, without repeating it; None if it may be right.

    Args:
        token: As set.
        official: Whether it is for Discord itself; other servers may have tokens of another form.
    """
    if token.lower().startswith("bot "):
        return "it begins with the word Bot, which does not belong to the token"
    if _FOREIGN.search(token):
        return "it holds spaces, quotation marks or brackets"
    if not token.isascii():
        return "it holds letters that no token has"
    return _flaw_of_form(token) if official else None


def _flaw_of_form(token: str) -> str | None:
    if _PUBLIC_KEY.fullmatch(token):
        return "it is the public key of the application, not the token of its bot"
    if _ID.fullmatch(token):
        return "it is the id of the application, not the token of its bot"
    if _PARTS.fullmatch(token) is None:
        return (
            "a token has three parts with a dot between them; this may be the client secret, or not all of it"
        )
    if bot_id(token) is None:
        return "its first part is not the number of a bot; copy it once more"
    return None


def bot_id(token: str) -> int | None:
    """The id of the bot, which is also that of its application, from a token; None if it has none."""
    parts = _PARTS.fullmatch(token)
    if parts is None:
        return None
    try:
        number = base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4))
    except binascii.Error:
        return None
    return int(number) if number.isdigit() else None
