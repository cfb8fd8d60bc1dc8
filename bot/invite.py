"""The link by which people take the bot into a server, with the least permissions that work."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from bot.errors import StartError
from bot.messages.localization import gettext_noop
from bot.settings import BotSettings
from bot.token import HOW_TO, bot_id

SCOPES: Final = ("bot", "applications.commands")


@dataclass(frozen=True, slots=True)
class Permission:
    """A permission that the bot cannot do without.

    Attributes:
        name: As Discord's English client shows it.
        flag: As discord.py calls it.
        bit: In Discord's bit set.
        why: What the bot does with it.
    """

    name: str
    flag: str
    bit: int
    why: str


NEEDED: Final = (
    Permission(
        gettext_noop("View Channels"),
        "view_channel",
        1 << 10,
        gettext_noop("to notice when it is mentioned in a channel"),
    ),
    Permission(
        gettext_noop("Send Messages"),
        "send_messages",
        1 << 11,
        gettext_noop("to answer a mention in its channel"),
    ),
    Permission(
        gettext_noop("Send Messages in Threads"),
        "send_messages_in_threads",
        1 << 38,
        gettext_noop("to answer a mention in a thread"),
    ),
    Permission(
        gettext_noop("Read Message History"),
        "read_message_history",
        1 << 16,
        gettext_noop("to answer as a reply to the message that asks"),
    ),
)
"""`/ask` and the buttons need none of them: Discord lets every bot answer those."""


def client_id(settings: BotSettings) -> int:
    """The id of the application that is invited.

    Raises:
        StartError: Neither BOT_APPLICATION nor the token tells it.
    """
    token = settings.token.get_secret_value() if settings.token is not None else ""
    found = settings.application or bot_id(token)
    if found is None:
        wrong = "BOT_TOKEN does not tell it" if token else "BOT_TOKEN is not set"
        raise StartError(
            f"The link needs the id of the application, and {wrong}. {HOW_TO}; or copy the id from its "
            "General Information page into BOT_APPLICATION=..."
        )
    return found


def link(application: int, guild: int | None = None) -> str:
    """The address that asks someone who manages a server to let the bot in.

    Args:
        application: Its id.
        guild: Id of the server that is chosen beforehand.
    """
    asked = {
        "client_id": application,
        "scope": " ".join(SCOPES),
        "permissions": sum(each.bit for each in NEEDED),
    }
    if guild is not None:
        asked["guild_id"] = guild
    return f"https://discord.com/oauth2/authorize?{urlencode(asked)}"


def explained() -> list[str]:
    """A line for each thing that the link asks for."""
    lines = [f"{each.name}: {each.why}" for each in NEEDED]
    return [*lines, "applications.commands: to offer /ask and the entry in the menu of messages"]
