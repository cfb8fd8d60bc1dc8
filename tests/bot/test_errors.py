from __future__ import annotations

import inspect
import re

from bot import errors
from bot.interactions import sentence
from index.errors import FootnoteError


def kinds() -> list[type[errors.BotError]]:
    """Returns all errors of the bot."""
    found = [each for _, each in inspect.getmembers(errors, inspect.isclass)]
    return [each for each in found if issubclass(each, errors.BotError)]


def test_the_tree_in_the_documentation_is_the_hierarchy() -> None:
    drawn: dict[str, str] = {}
    path: list[str] = []
    for line in (errors.__doc__ or "").split("\n"):
        match = re.match(r"([│ ]*(?:├── |└── )?)([A-Z]\w+(?:Error|Malformed|\w+))(?:\s{2,}|$)", line)
        if match and (match[1] or match[2] == "FootnoteError"):
            depth = len(match[1]) // 4
            path = [*path[:depth], match[2]]
            if depth:
                drawn[match[2]] = path[depth - 1]
    assert drawn == {each.__name__: each.__base__.__name__ for each in kinds() if each.__base__}


def test_expected_failures_of_a_start_exit_with_1() -> None:
    assert {each.exit_code for each in kinds()} == {1}


def test_members_are_told_what_concerns_them_and_nothing_else() -> None:
    assert sentence(errors.TooBusy()) == str(errors.TooBusy())
    told = sentence(FootnoteError("/srv/footnote/.footnote is broken"))
    assert told is not None
    assert "/srv" not in told
