"""Translates what Discord shows of commands, into the languages of the catalogues."""

from __future__ import annotations

from typing import Any, Final

from discord import Locale, app_commands
from discord.app_commands import TranslationContextLocation as Where

from bot.messages.localization import ENGLISH, gettext, supported_language, use_language

_LONGEST: Final = {
    Where.command_description: 100,
    Where.group_description: 100,
    Where.parameter_description: 100,
    Where.choice_name: 100,
    Where.command_name: 32,
}
"""What is translated, and how long it may be; a command's name only in a menu."""


class Translator(app_commands.Translator):
    """Translates descriptions of commands, and names in menus.

    Slash commands and their options keep their English names: messages and the handbook name them.
    """

    async def translate(
        self,
        string: app_commands.locale_str,
        locale: Locale,
        context: app_commands.TranslationContext[Any, Any],
    ) -> str | None:
        """Translate a text; None if it stays in English."""
        if context.location is Where.command_name and not isinstance(context.data, app_commands.ContextMenu):
            return None
        if supported_language(locale.value) == ENGLISH:
            return None
        with use_language(locale.value):
            text = gettext(string.message)
        fits = len(text) <= _LONGEST.get(context.location, 0)
        return text if fits and text != string.message else None
