"""Checks application commands against Discord's limits, as when they are registered."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from tests.integration.discord_server.errors import ApiError, Path, Problems
from tests.integration.discord_server.model import Json

CHAT, USER, MESSAGE = 1, 2, 3
SUBCOMMAND, GROUP, STRING, INTEGER, NUMBER = 1, 2, 3, 4, 10
MAX_OF_TYPE = {CHAT: 100, USER: 15, MESSAGE: 15}

# \w without the underscore-only exception covers letters and digits of every script, as \p{L}\p{N} does.
CHAT_NAME = re.compile(r"^[-_'\w]{1,32}$")

LOCALES = frozenset(
    "id da de en-GB en-US es-ES es-419 fr hr it lt hu nl no pl pt-BR ro fi sv-SE vi tr cs el bg ru uk hi th "
    "zh-CN ja zh-TW ko".split()
)


def check_commands(commands: Any) -> None:
    """Checks a whole set of commands as in a bulk overwrite.

    Raises:
        ApiError: 400 with Discord's error tree at the index of each bad command.
    """
    if not isinstance(commands, list):
        raise ApiError(400, 50035, "Invalid Form Body")
    problems = Problems()
    seen: set[tuple[int, str]] = set()
    for index, command in enumerate(commands):
        check_command(problems, (index,), command)
        key = (command.get("type", CHAT), command.get("name", ""))
        if key in seen:
            message = "Application command names must be unique"
            problems.add((index, "name"), "APPLICATION_COMMANDS_DUPLICATE_NAME", message)
        seen.add(key)
    problems.check()
    for kind, most in MAX_OF_TYPE.items():
        if sum(1 for each in commands if each.get("type", CHAT) == kind) > most:
            raise ApiError(400, 30032, f"Maximum number of application commands reached ({most}).")


def check_command(problems: Problems, path: Path, command: Json) -> None:
    """Checks one command and notes what is wrong with it."""
    if command.get("type", CHAT) != CHAT:
        problems.length((*path, "name"), command.get("name"), 1, 32)
        _check_localizations(problems, (*path, "name_localizations"), command.get("name_localizations"), 32)
        for name in ("description", "options"):
            if command.get(name):
                message = f"Context menu commands cannot have {name}"
                problems.add(
                    (*path, name), f"APPLICATION_COMMAND_CONTEXT_MENU_{name.upper()}_NOT_ALLOWED", message
                )
        return
    _check_named(problems, path, command)
    _check_options(problems, path, command.get("options") or [], depth=0)
    if _text_size(command) > 8000:
        message = "Command exceeds maximum size (8000)"
        problems.add((*path, "name"), "APPLICATION_COMMAND_TOO_LARGE", message)


def _check_named(problems: Problems, path: Path, each: Json) -> None:
    name = each.get("name")
    problems.length((*path, "name"), name, 1, 32)
    names: list[tuple[Path, Any]] = [((*path, "name"), name)]
    names += [
        ((*path, "name_localizations", key), value)
        for key, value in (each.get("name_localizations") or {}).items()
    ]
    for where, text in names:
        if isinstance(text, str) and text and (not CHAT_NAME.match(text) or text != text.lower()):
            message = "Command name is invalid"
            problems.add(where, "APPLICATION_COMMAND_INVALID_NAME", message)
    problems.length((*path, "description"), each.get("description"), 1, 100)
    _check_localizations(problems, (*path, "name_localizations"), each.get("name_localizations"), 32)
    _check_localizations(
        problems, (*path, "description_localizations"), each.get("description_localizations"), 100
    )


def _check_localizations(problems: Problems, path: Path, texts: Json | None, most: int) -> None:
    for locale, text in (texts or {}).items():
        if locale not in LOCALES:
            problems.add((*path, locale), "DICT_TYPE_KEY_INVALID", "Not a valid locale.")
        problems.length((*path, locale), text, 1, most)


def _check_options(problems: Problems, path: Path, options: list[Json], *, depth: int) -> None:
    problems.length((*path, "options"), options, 0, 25)
    optional_seen = False
    names = [option.get("name") for option in options]
    for index, option in enumerate(options):
        where: Path = (*path, "options", index)
        _check_named(problems, where, option)
        if names.index(option.get("name")) != index:
            message = "Option name is already used"
            problems.add((*where, "name"), "APPLICATION_COMMAND_OPTIONS_NAME_INVALID", message)
        if option.get("type") in (SUBCOMMAND, GROUP):
            if depth >= 2 or (depth == 1 and option["type"] == GROUP):
                problems.add(
                    (*where, "type"),
                    "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID",
                    "Sub-commands are nested too deeply",
                )
            _check_options(problems, where, option.get("options") or [], depth=depth + 1)
            continue
        if option.get("required") and optional_seen:
            message = "Required options must be placed before non-required options"
            problems.add(where, "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID", message)
        optional_seen = optional_seen or not option.get("required")
        _check_value_option(problems, where, option)


def _check_value_option(problems: Problems, where: Path, option: Json) -> None:
    choices = option.get("choices") or []
    problems.between((*where, "type"), option.get("type", 0), STRING, 11)
    problems.between((*where, "min_length"), option.get("min_length"), 0, 6000)
    problems.between((*where, "max_length"), option.get("max_length"), 1, 6000)
    check_choices(problems, (*where, "choices"), choices)
    if option.get("autocomplete") and (choices or option.get("type") not in (STRING, INTEGER, NUMBER)):
        message = "Autocomplete needs a string or number option without choices"
        problems.add((*where, "autocomplete"), "APPLICATION_COMMAND_OPTIONS_AUTOCOMPLETE_INVALID", message)


def check_choices(problems: Problems, path: Path, choices: list[Json]) -> None:
    """Checks the choices of an option or of an autocomplete answer."""
    problems.length(path, choices, 0, 25)
    for index, choice in enumerate(choices):
        problems.length((*path, index, "name"), choice.get("name"), 1, 100)
        if isinstance(choice.get("value"), str):
            problems.length((*path, index, "value"), choice["value"], 1, 100)
        elif choice.get("value") is None:
            problems.add((*path, index, "value"), "BASE_TYPE_REQUIRED", "This field is required")


def _text_size(each: Json) -> int:
    """Counts the characters of names, descriptions and values, each in its longest translation."""

    def longest(text: object, translations: Json | None) -> int:
        return max([len(str(text or "")), *(len(value) for value in (translations or {}).values())])

    own = longest(each.get("name"), each.get("name_localizations"))
    own += longest(each.get("description"), each.get("description_localizations"))
    own += len(each["value"]) if isinstance(each.get("value"), str) else 0
    nested: Iterable[Json] = (*(each.get("options") or []), *(each.get("choices") or []))
    return own + sum(_text_size(child) for child in nested)
