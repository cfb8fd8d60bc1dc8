"""What is suggested while a member types: at most as much as Discord takes, and nothing where it fails."""

from __future__ import annotations

import logging
from typing import Final

from discord.app_commands import Choice

from bot.messages.visible import reveal
from bot.services.asking import EngineService
from bot.state import GuildSettings

_log = logging.getLogger(__name__)

_CHOICES: Final = 25
_LONGEST: Final = 100  # characters of a suggestion


async def collections(engine_service: EngineService, typed: str, rules: GuildSettings) -> list[Choice[str]]:
    """Collections that are for the place and whose names hold what was typed."""
    try:
        names = await engine_service.collections(rules)
    except Exception:  # the library would log it with the member's id
        _log.exception("Collections could not be suggested")
        return []
    fitting = [name for name in names if typed.casefold() in name.casefold() and len(name) <= _LONGEST]
    return [Choice(name=name, value=name) for name in fitting[:_CHOICES]]


async def articles(engine_service: EngineService, typed: str, rules: GuildSettings) -> list[Choice[str]]:
    """Articles that are for the place, by their titles; the value is the id."""
    try:
        cards = await engine_service.titles(typed, rules)
    except Exception:  # the library would log it with the member's id
        _log.exception("Articles could not be suggested")
        return []
    return [
        Choice(name=reveal(card.title.strip() or card.id)[:_LONGEST], value=card.id)
        for card in cards[:_CHOICES]
        if len(card.id) <= _LONGEST
    ]
