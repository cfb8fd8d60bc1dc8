"""What is chosen for the application in Discord's developer portal."""

from __future__ import annotations

from typing import Final

import discord

from bot.check.finding import FAILED, Finding
from bot.messages.figures import first_names

_PRIVILEGED: Final = {"message_content": "message content", "members": "members", "presences": "presences"}


def application(info: discord.AppInfo, intents: discord.Intents) -> list[Finding]:
    """Whether Discord lets the application do what it has to.

    Args:
        info: What Discord says of it.
        intents: What it wants to be told.
    """
    page = f"https://discord.com/developers/applications/{info.id}"
    found = []
    allowed = {name: _is_allowed(info.flags, name) for name in _PRIVILEGED}
    missing = [text for name, text in _PRIVILEGED.items() if getattr(intents, name) and not allowed[name]]
    needless = [text for name, text in _PRIVILEGED.items() if allowed[name] and not getattr(intents, name)]
    if missing:
        text = f"the privileged intents {first_names(missing)} are needed. Switch them on at {page}/bot"
        found.append(Finding("intents", text, FAILED))
    elif needless:
        text = f"all that are needed; {first_names(needless)} can be switched off at {page}/bot"
        found.append(Finding("intents", text))
    else:
        found.append(Finding("intents", "those that are needed, and no other"))
    if info.bot_public:
        text = (
            "anyone may invite the bot (Public Bot is on). Set Install Link to None at "
            f"{page}/installation, then switch Public Bot off at {page}/bot"
        )
        found.append(Finding("application", text, warns=True))
    if info.interactions_endpoint_url:
        text = f"commands go to an interactions endpoint and not to the bot. Empty it at {page}/information"
        found.append(Finding("application", text, FAILED))
    if info.bot_require_code_grant:
        text = f"it requires the OAuth2 code grant, so nobody can invite it. Switch that off at {page}/bot"
        found.append(Finding("application", text, FAILED))
    return found


def _is_allowed(flags: discord.ApplicationFlags, intent: str) -> bool:
    name = {"members": "guild_members", "presences": "presence"}.get(intent, intent)
    return bool(getattr(flags, f"gateway_{name}") or getattr(flags, f"gateway_{name}_limited"))
