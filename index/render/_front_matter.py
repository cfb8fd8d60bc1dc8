"""Front matter: data at the top of a file, between lines `---` (YAML) or `+++` (TOML)."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from typing import Final, NamedTuple

import yaml

LIMIT: Final = 64 * 1024
"""Longest front matter that is read as data, in characters; a longer one is left out all the same."""

_DEPTH_LIMIT: Final = 20
_NULL: Final = frozenset({"", "~", "null", "Null", "NULL"})
_OPENING: Final = re.compile(r"\ufeff?\s*^(---|\+\+\+)[ \t\r]*$\n?", re.MULTILINE)
_CLOSING: Final = {
    "---": re.compile(r"^(?:---|\.\.\.)[ \t\r]*$\n?", re.MULTILINE),
    "+++": re.compile(r"^\+\+\+[ \t\r]*$\n?", re.MULTILINE),
}
_FIELD: Final = re.compile(r"[ \t]*(?:#.*|[\w\"'][\w .\"'/-]{0,80}[:=](?:\s.*)?|- .*)?\r?")
_WRONG: Final = frozenset({"false", "no", "off"})
_RIGHT: Final = frozenset({"true", "yes", "on"})


class FrontMatter(NamedTuple):
    """The front matter of a file.

    Attributes:
        fields: Its fields by lower-case name.
        end: Where the body of the file begins.
    """

    fields: dict[str, object]
    end: int

    @property
    def hides(self) -> bool:
        """Whether it says that the page is not published."""
        draft, published = str(self.fields.get("draft")), str(self.fields.get("published"))
        return draft.lower() in _RIGHT or published.lower() in _WRONG


def read(source: str) -> FrontMatter:
    """Read the front matter of a file, also behind a byte order mark and blank lines.

    Lines between the fences that are no fields make it no front matter, but two rules of a page; a fence
    that is never closed begins front matter where fields follow it up to a blank line. What looks like front
    matter but cannot be read has no fields.
    """
    opening = _OPENING.match(source)
    if not opening:
        return FrontMatter({}, 0)
    first = opening.end()
    closing = _CLOSING[opening[1]].search(source, first)
    inside = source[first : closing.start()] if closing else source[first:].split("\n\n", 1)[0]
    lines = inside.split("\n")
    shown = next((line for line in lines if line.strip()), "")
    if not (_FIELD.fullmatch(shown) if closing else shown and all(map(_FIELD.fullmatch, lines))):
        return FrontMatter({}, 0)
    end = closing.end() if closing else first + len(inside)
    if len(inside) > LIMIT:
        return FrontMatter({}, end)
    return FrontMatter(_yaml(inside) if opening[1] == "---" else _toml(inside), end)


def _yaml(source: str) -> dict[str, object]:
    """The fields of YAML; scalars as written, since YAML would make `no` false and `1.10` a number."""
    try:
        events = yaml.parse(source, Loader=yaml.SafeLoader)
        value = next((_value(each, events) for each in events if isinstance(each, yaml.NodeEvent)), {})
    except (yaml.YAMLError, ValueError):
        return {}
    return value if isinstance(value, dict) else {}


def _value(event: yaml.Event, events: Iterator[yaml.Event], depth: int = 0) -> object:
    """The text, list, mapping or None that begins with an event; aliases are not followed."""
    if isinstance(event, yaml.AliasEvent):
        return None
    if isinstance(event, yaml.ScalarEvent):
        return None if event.style is None and event.value in _NULL else str(event.value)
    if depth >= _DEPTH_LIMIT:
        raise ValueError("nested too deeply")
    items: list[object] = []
    while not isinstance(item := next(events), yaml.CollectionEndEvent):
        items.append(_value(item, events, depth + 1))
    if isinstance(event, yaml.SequenceStartEvent):
        return items
    return {str(key).lower(): value for key, value in zip(items[::2], items[1::2], strict=True)}


def _toml(source: str) -> dict[str, object]:
    try:
        fields = tomllib.loads(source)
    except (tomllib.TOMLDecodeError, RecursionError, ValueError):
        return {}
    return {name.lower(): _as_text(value) for name, value in fields.items()}


def _as_text(value: object, depth: int = 0) -> object:
    """A value of TOML as YAML would have given it: text, lists and mappings of text."""
    if depth < _DEPTH_LIMIT and isinstance(value, list):
        return [_as_text(each, depth + 1) for each in value]
    if depth < _DEPTH_LIMIT and isinstance(value, dict):
        return {name.lower(): _as_text(each, depth + 1) for name, each in value.items()}
    return str(value).lower() if isinstance(value, bool) else str(value)
