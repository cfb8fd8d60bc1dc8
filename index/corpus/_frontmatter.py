"""Front matter: the lines of YAML between two `---` at the top of a Markdown file."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator

import yaml

from index.corpus._fields import Unfit

FRONT_MATTER_LIMIT = 64 * 1024
"""Longest front matter, in characters."""

_DEPTH_LIMIT = 20
_FENCE = "---"
_ENDS = (_FENCE, "...")
_NULL = frozenset({"", "~", "null", "Null", "NULL"})


def split(text: str) -> tuple[dict[str, object], str]:
    """Split a Markdown file into its front matter and its body.

    The blank line after the front matter and the newline that ends the file belong to the file, not to the
    body; the body is otherwise what stands there, character for character.

    Args:
        text: The file, decoded, with LF line endings.

    Returns:
        The fields by lower-case name, values as text, lists or mappings of text, or None; and the body.

    Raises:
        Unfit: The front matter is not closed, too long, or not YAML of names and values.
    """
    first = text.find("\n") + 1
    if text[:first].rstrip() != _FENCE:
        return {}, text.removesuffix("\n")
    start = first
    while start < len(text):
        end = text.find("\n", start)
        end = len(text) if end < 0 else end
        if end - first > FRONT_MATTER_LIMIT:
            raise Unfit(
                f'the front matter that begins on line 1 has no "---" within {FRONT_MATTER_LIMIT // 1024} KiB'
            )
        if text[start:end].rstrip() in _ENDS:
            return _parse(text[first:start]), text[end + 1 :].removeprefix("\n").removesuffix("\n")
        start = end + 1
    raise Unfit('the front matter that begins on line 1 is not closed by a line "---"')


def join(fields: dict[str, object], body: str) -> str:
    """The Markdown file of these fields and body: what `split` takes apart again."""
    head = yaml.safe_dump(
        fields, allow_unicode=True, sort_keys=False, width=1_000_000, default_flow_style=False
    )
    return f"{_FENCE}\n{head}{_FENCE}\n\n{body}\n"


def _parse(source: str) -> dict[str, object]:
    try:
        events = iter(yaml.parse(source, Loader=yaml.SafeLoader))
        value = next((_value(event, events) for event in events if isinstance(event, yaml.NodeEvent)), {})
        deque(events, maxlen=0)  # to the end: a mistake may stand there
    except yaml.MarkedYAMLError as error:
        where = f", line {error.problem_mark.line + 2}," if error.problem_mark else ""  # line 1 is the fence
        advice = ' (put text that holds ": " in quotes)' if "mapping values" in str(error.problem) else ""
        raise Unfit(f"the front matter{where} cannot be read: {error.problem}{advice}") from error
    except yaml.YAMLError as error:
        raise Unfit("the front matter holds a character that YAML does not allow") from error
    if not isinstance(value, dict):
        raise Unfit('the front matter must be lines such as "title: The harvest"')
    return value


def _value(event: yaml.Event, events: Iterator[yaml.Event], depth: int = 0) -> object:
    """The text, list, mapping or None that begins with an event.

    Scalars stay as they are written: YAML would make `no` false, `1.10` a number and a date without an
    offset one in UTC, while a title, a language or a date wants its characters. What makes a small text
    large or deep is refused: nothing that describes an article needs it.
    """
    if isinstance(event, yaml.AliasEvent):
        raise Unfit("the front matter uses an alias (*name), which is not allowed")
    if isinstance(event, yaml.ScalarEvent):
        return None if event.style is None and event.value in _NULL else str(event.value)
    if depth >= _DEPTH_LIMIT:
        raise Unfit("the front matter is nested too deeply")
    items: list[object] = []
    while not isinstance(item := next(events), yaml.CollectionEndEvent):
        items.append(_value(item, events, depth + 1))
    if isinstance(event, yaml.SequenceStartEvent):
        return items
    return {str(key).lower(): value for key, value in zip(items[::2], items[1::2], strict=True)}
