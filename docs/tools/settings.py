"""Write `.env.example` and the settings page from the fields of the settings classes.

Run `python -m docs.tools.settings` to write `.env.example`.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from pydantic_settings import BaseSettings

from bot.settings import BotSettings
from index.settings import IndexSettings

EXAMPLE: Final = Path(__file__).parents[2] / ".env.example"

_WIDTH: Final = 100
_SECTIONS: Final[dict[str, type[BaseSettings]]] = {"The bot": BotSettings, "The index": IndexSettings}
_NEEDED: Final = ("BOT_TOKEN", "BOT_GUILDS")
"""Settings that Discord needs, whose lines in `.env.example` are not commented out."""
_HEAD: Final = (
    "Settings of Footnote, one a line. `footnote init` copies this file to .env. Remove the # from the lines "
    "that you change. Environment variables of the same names take precedence over .env. For Discord, set "
    "BOT_TOKEN and BOT_GUILDS."
)
_TYPES: Final = {
    "boolean": "true or false",
    "integer": "whole number",
    "number": "number",
    "path": "path",
    "password": "text, secret",
    "object": "servers and collections",
    "string": "text",
}
"""Words for the types and formats of a JSON schema."""
_NAME: Final = re.compile(r"\b(?:BOT|INDEX)_[A-Z_]+")
_LINKED: Final = re.compile(r"(https://\S+\w)")


@dataclass(frozen=True, slots=True)
class Setting:
    """A setting as its field declares it.

    Attributes:
        name: The environment variable.
        type: Its type in words, with the values that it accepts.
        default: Its default as it is written in `.env`; empty if it has none.
        meaning: The field's description.
    """

    name: str
    type: str
    default: str
    meaning: str


def settings(kind: type[BaseSettings]) -> Iterator[Setting]:
    """Yield the settings of a class in the order of its fields, except those that were renamed."""
    schema = kind.model_json_schema()["properties"]
    prefix = kind.model_config.get("env_prefix", "")
    for name, field in kind.model_fields.items():
        if not field.exclude:
            default = "" if field.default is None else str(field.default)
            if isinstance(field.default, bool):
                default = default.lower()
            yield Setting(
                f"{prefix}{name}".upper(), _type_in_words(schema[name]), default, field.description or ""
            )


def _type_in_words(schema: dict[str, Any]) -> str:
    schema = schema.get("anyOf", [schema])[0]  # the other one is null
    if "enum" in schema:
        *others, last = schema["enum"]
        return f"{', '.join(others)} or {last}"
    words = _TYPES[schema.get("format", schema["type"])]
    if "maximum" in schema:
        return f"{words}, {schema['minimum']} to {schema['maximum']}"
    if "exclusiveMaximum" in schema:
        return f"{words} above {schema['exclusiveMinimum']} and below {schema['exclusiveMaximum']}"
    return words


def example() -> str:
    """Return the text of `.env.example`."""
    lines = _comment(_HEAD)
    for title, kind in _SECTIONS.items():
        lines += ["", f"# --- {title} {'-' * (_WIDTH - len(title) - 7)}"]
        for each in settings(kind):
            mark = "" if each.name in _NEEDED else "# "
            accepted = [] if each.type in _TYPES.values() else _comment(f"{each.type.capitalize()}.")
            lines += ["", *_comment(each.meaning), *accepted, f"{mark}{each.name}={each.default}"]
    return "\n".join(lines) + "\n"


def _comment(text: str) -> list[str]:
    return textwrap.wrap(
        text,
        _WIDTH,
        initial_indent="# ",
        subsequent_indent="# ",
        break_long_words=False,
        break_on_hyphens=False,
    )


def page() -> str:
    """Return the settings page of the site, in Markdown."""
    lines = [
        "# Settings",
        "",
        "Settings are environment variables, or lines `NAME=value` of the file `.env` in the folder where "
        "Footnote starts. `footnote init` creates that file with every setting and its default. Environment "
        "variables take precedence over `.env`. Only `BOT_TOKEN` and `BOT_GUILDS` are needed, and only for "
        "Discord. `footnote-bot check` reports wrong values and misspelt names.",
    ]
    for title, kind in _SECTIONS.items():
        lines += ["", f"## {title}"]
        for each in settings(kind):
            default = f"`{each.default}`" if each.default else "none"
            lines += [
                "",
                f"### `{each.name}`",
                "",
                _LINKED.sub(r"<\1>", _NAME.sub(r"`\g<0>`", each.meaning)),
                "",
                f"Type: {each.type}. Default: {default}.",
                "{ .facts }",
            ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    EXAMPLE.write_text(example(), encoding="utf-8")
