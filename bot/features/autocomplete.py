"""What is suggested while a member types an option of a command; nothing if that fails."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

from discord.app_commands import Choice

from bot.context import Interaction, bot_of
from bot.interactions import attempt, authorize
from bot.messages.invisible_characters import reveal
from bot.state import GuildSettings

T = TypeVar("T")

_CHOICES: Final = 25
_LONGEST: Final = 100  # characters of a suggestion


async def suggest_collections(interaction: Interaction, typed: str) -> list[Choice[str]]:
    """Suggest collections of the place whose names contain what was typed."""
    names = await _found(interaction, bot_of(interaction).engine_service.collections)
    fitting = [name for name in names if typed.casefold() in name.casefold() and len(name) <= _LONGEST]
    return [Choice(name=name, value=name) for name in fitting[:_CHOICES]]


async def suggest_articles(interaction: Interaction, typed: str) -> list[Choice[str]]:
    """Suggest articles of the place by their titles; the value is the id."""
    titles = bot_of(interaction).engine_service.titles
    cards = await _found(interaction, lambda rules: titles(typed, rules))
    return [
        Choice(name=reveal(card.title.strip() or card.id)[:_LONGEST], value=card.id)
        for card in cards[:_CHOICES]
        if len(card.id) <= _LONGEST
    ]


async def suggest_titles(interaction: Interaction, typed: str) -> list[Choice[str]]:
    """Suggest titles of articles of the place, each once."""
    names = dict.fromkeys(each.name for each in await suggest_articles(interaction, typed))
    return [Choice(name=name, value=name) for name in names]


async def _found(interaction: Interaction, look: Callable[[GuildSettings], Awaitable[list[T]]]) -> list[T]:
    found: list[T] = []

    async def work() -> None:
        found.extend(await look(await authorize(interaction)))

    await attempt(bot_of(interaction), work())
    return found
