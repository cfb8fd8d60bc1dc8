"""What is said about an article beside its text: checked, and brought into one form."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime, timedelta, timezone
from typing import TypedDict
from urllib.parse import urlsplit

from index.corpus._names import CONTROL

TITLE_LIMIT = 300
"""Longest title, source or tag, in characters."""
URL_LIMIT = 4_000
TAGS_LIMIT = 100

_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8})*")
_WHEN = re.compile(  # ISO 8601 as people write it, and all that YAML calls a timestamp
    r"(?P<date>\d{4}-\d{1,2}-\d{1,2})"
    r"(?:(?:[Tt]|\s+)(?P<hour>\d{1,2}):(?P<minute>\d\d)(?::(?P<second>\d\d)(?:[.,](?P<fraction>\d+))?)?)?"
    r"\s*(?P<offset>[Zz]|(?P<sign>[+-])(?P<hours>\d{1,2})(?::?(?P<minutes>\d\d))?)?"
)
_SURROGATE = re.compile(r"[\ud800-\udfff]")


class Unfit(ValueError):
    """A field is not what it should be; its text is a sentence without the file's name."""


class Fields(TypedDict):
    """The optional fields of an `Article`, as it takes them."""

    url: str | None
    source: str | None
    published: str | None
    language: str | None
    tags: tuple[str, ...]


def fields(raw: Mapping[str, object]) -> Fields:
    """Check and normalise `url`, `source`, `published`, `language` and `tags`; what is blank is None.

    Raises:
        Unfit: A field has another type, or does not hold what it should.
    """
    return Fields(
        url=_url(_text(raw, "url")),
        source=one_line(_text(raw, "source")) or None,
        published=_published(_text(raw, "published")),
        language=_language(_text(raw, "language")),
        tags=_tags(raw.get("tags")),
    )


def title_of(raw: Mapping[str, object]) -> str:
    """The `title`, in one line; `""` if there is none.

    Raises:
        Unfit: It is not text.
    """
    return one_line(_text(raw, "title"))


def one_line(text: str, limit: int = TITLE_LIMIT) -> str:
    """Make a text one line without control characters, cut at a word so that it fits `limit` characters."""
    start = text.lstrip()[: limit * 20]  # however long the text is, only its start can be kept
    line = " ".join(CONTROL.sub(" ", start).replace("\ufeff", "").split())
    if len(line) <= limit:
        return line
    cut = line[: limit - 1]
    head, space, _ = cut.rpartition(" ")
    return (head if space and len(head) > limit // 2 else cut).rstrip() + "…"


def refuse_unstorable(text: str, what: str) -> None:
    """Refuse characters that no UTF-8 file or database can hold.

    Raises:
        Unfit: `text` holds NUL, or half of a surrogate pair (JSON and YAML escapes can make them).
    """
    if "\x00" in text:
        raise Unfit(f"{what} holds a NUL character")
    if not text.isascii() and _SURROGATE.search(text):
        raise Unfit(f"{what} holds half of a surrogate pair, which is no character")


def _text(raw: Mapping[str, object], key: str) -> str:
    value = raw.get(key)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise Unfit(f'"{key}" must be text, not {_kind(value)}')
    refuse_unstorable(value, f'"{key}"')
    return value


def _url(value: str) -> str | None:
    url = value.strip().replace(" ", "%20")
    if not url:
        return None
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:  # a broken IPv6 address or port
        usable = False
    if not usable or len(url) > URL_LIMIT or CONTROL.search(url) or len(url.split()) > 1:
        raise Unfit(f'"url" must be an address such as https://example.org/page, not "{one_line(value, 80)}"')
    return url


def _published(value: str) -> str | None:
    if not value.strip():
        return None
    try:
        return _iso(value.strip())
    except (ValueError, OverflowError) as error:
        raise Unfit(
            f'"published" must be a date such as 2024-05-31 or 2024-05-31T09:30:00+02:00, '
            f'not "{one_line(value, 60)}"'
        ) from error


def _iso(value: str) -> str:
    """A date or a date and time in extended ISO 8601, with the offset as written and none made up."""
    match = _WHEN.fullmatch(value)
    if not match:  # the basic format, week dates: whatever else the standard library reads
        kind: type[date] = date if len(value) <= 10 else datetime
        return kind.fromisoformat(value).isoformat()
    day = date(*map(int, match["date"].split("-")))
    if match["hour"] is None:
        if match["offset"]:
            raise ValueError("an offset without a time")
        return day.isoformat()
    return datetime(
        day.year,
        day.month,
        day.day,
        int(match["hour"]),
        int(match["minute"]),
        int(match["second"] or 0),
        int((match["fraction"] or "0")[:6].ljust(6, "0")),
        _offset(match),
    ).isoformat()


def _offset(match: re.Match[str]) -> timezone | None:
    if match["offset"] is None:
        return None
    size = timedelta(hours=int(match["hours"] or 0), minutes=int(match["minutes"] or 0))
    return timezone(-size if match["sign"] == "-" else size)


def _language(value: str) -> str | None:
    code = value.strip().replace("_", "-")
    if not code:
        return None
    if not _LANGUAGE.fullmatch(code) or len(code) > 35:  # RFC 5646, 4.4.1: room for any registered tag
        raise Unfit(f'"language" must be a code such as en or pt-BR, not "{one_line(value, 40)}"')
    return code


def _tags(value: object) -> tuple[str, ...]:
    if value is None:
        return ()
    if isinstance(value, str):
        value = value.split(",")
    if not isinstance(value, list | tuple) or not all(isinstance(tag, str) for tag in value):
        raise Unfit('"tags" must be a list of words, or words with commas between them')
    for tag in value:
        refuse_unstorable(tag, '"tags"')
    tags = tuple(dict.fromkeys(tag for tag in map(one_line, value) if tag))
    if len(tags) > TAGS_LIMIT:
        raise Unfit(f'"tags" holds {len(tags)} tags; {TAGS_LIMIT} is the most')
    return tags


def _kind(value: object) -> str:
    names = {bool: "true or false", int: "a number", float: "a number", list: "a list", dict: "a mapping"}
    return names.get(type(value), "that")
