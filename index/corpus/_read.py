"""Reads article files: Markdown, plain text, and dumps of one JSON object a line."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from index.corpus._fields import TITLE_LIMIT, Unfit, fields, one_line, refuse_unstorable, title_of
from index.corpus._frontmatter import split
from index.corpus._names import DUMP_SUFFIX, article_id, clean_id, humanised, shown, suffix_of
from index.errors import UnreadableFile, UnsupportedFormat
from index.text.normalization import normalize
from index.types import Article, Skipped

SIZE_LIMIT = 20 * 1024 * 1024
"""Largest Markdown or text file, and longest line of a dump, in bytes."""

BOM = b"\xef\xbb\xbf"
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_OPENING_LIMIT = 80
_FENCE = re.compile(r" {0,3}(```|~~~)")
_HEADING = re.compile(r" {0,3}#[ \t]++")


def read(corpus: Path, path: Path, data: bytes | None = None) -> tuple[list[Article], list[Skipped]]:
    """Read the articles in one file.

    Args:
        corpus: The folder of the articles.
        path: A file in it, as `files` lists them.
        data: Its content, where the caller has read it already.

    Returns:
        Its articles (one, or those of a `.jsonl` in the order of its lines) and the rows left out.

    Raises:
        UnreadableFile: The whole file cannot be used; one sentence says why and what to do.
    """
    return parse(path, shown(corpus, path), article_id(corpus, path), data)


def parse(path: Path, name: str, file_id: str, data: bytes | None) -> tuple[list[Article], list[Skipped]]:
    """Read the articles in a file that may lie anywhere; arguments as in `read`.

    Raises:
        UnreadableFile: As `read`.
        UnsupportedFormat: Its name is not one of an article file.
    """
    suffix = suffix_of(path.name)
    try:
        if suffix == DUMP_SUFFIX:
            with path.open("rb") if data is None else io.BytesIO(data) as stream:
                return _rows(stream, name, file_id)
        if not suffix:
            raise UnsupportedFormat(f"{name} is not an article file (.md, .markdown, .txt or .jsonl).")
        content = _content(path) if data is None else data
    except OSError as error:
        raise UnreadableFile(f"{name} cannot be read: {error.strerror or error}.") from error
    return [parse_text(content, name, file_id, markdown=suffix != ".txt")], []


def parse_text(data: bytes, name: str, file_id: str, *, markdown: bool) -> Article:
    """Read one Markdown or plain text article.

    Raises:
        UnreadableFile: As `read`.
    """
    text = decode(data, name)
    try:
        return _markdown(text, file_id) if markdown else _plain(text, file_id)
    except Unfit as problem:
        raise UnreadableFile(f"{name}: {problem}.") from problem


def decode(data: bytes, name: str) -> str:
    """The text of a file: UTF-8, without byte order mark, with LF line endings.

    Raises:
        UnreadableFile: It is too large, looks binary, or is not UTF-8.
    """
    if len(data) > SIZE_LIMIT:
        raise UnreadableFile(
            f"{name} is larger than {SIZE_LIMIT // 1024**2} MiB. Split it, or make it a .jsonl of articles."
        )
    _refuse_binary(data, name)
    try:
        text = data.removeprefix(BOM).decode("utf-8")
    except UnicodeDecodeError as error:
        at = error.start + (len(BOM) if data.startswith(BOM) else 0)
        line = data.count(b"\n", 0, at) + 1
        raise UnreadableFile(
            f"{name} is not UTF-8 (byte {at}, on line {line}, is 0x{data[at]:02x}). Save it as UTF-8."
        ) from error
    return lf(text)


def lf(text: str) -> str:
    """The text with LF for every line ending."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _content(path: Path) -> bytes:
    with path.open("rb") as stream:
        return stream.read(SIZE_LIMIT + 1)


def _refuse_binary(data: bytes, name: str) -> None:
    if data.startswith(_UTF16):
        raise UnreadableFile(f"{name} is UTF-16, not UTF-8. Save it as UTF-8.")
    at = data.find(b"\x00")
    if at >= 0:
        raise UnreadableFile(f"{name} looks binary (byte {at} is NUL). Only text in UTF-8 can be an article.")


def _markdown(text: str, file_id: str) -> Article:
    raw, body = split(text)
    if not body.strip():
        raise Unfit("there is no text in it")
    title = title_of(raw) or _heading(body) or _named(file_id)
    return Article(id=file_id, title=title, text=body, **fields(raw))


def _plain(text: str, file_id: str) -> Article:
    line, _, rest = text.lstrip().removesuffix("\n").partition("\n")
    if not line.strip():
        raise Unfit("there is no text in it")
    if len(line) > TITLE_LIMIT or not rest.strip():  # a paragraph, not a title: nothing of it may be lost
        rest = f"{line}\n{rest}" if rest.strip() else line
    start = rest.rfind("\n", 0, len(rest) - len(rest.lstrip())) + 1
    return Article(id=file_id, title=one_line(line) or _named(file_id), text=rest[start:])


def _named(file_id: str) -> str:
    return one_line(humanised(file_id.rpartition("/")[2]))


def _heading(body: str) -> str:
    """The text of the first `# heading` outside code blocks, or `""`."""
    fence = ""
    for line in body.split("\n"):
        mark = _FENCE.match(line)
        if mark and (not fence or line.strip() and line.strip()[0] == fence):
            fence = "" if fence else mark[1][0]
        heading = None if fence else _HEADING.match(line)
        if heading and (name := one_line(_without_hashes(line[heading.end() :].rstrip(" \t")))):
            return name
    return ""


def _without_hashes(heading: str) -> str:
    """The words of a heading, without the `#` signs that close it."""
    bare = heading.rstrip("#")
    return bare if bare.endswith((" ", "\t")) else heading


def _rows(stream: BinaryIO, name: str, file_id: str) -> tuple[list[Article], list[Skipped]]:
    articles: list[Article] = []
    skipped: list[Skipped] = []
    lines: dict[str, int] = {}
    for number, line in numbered_lines(stream, name):
        try:
            article = _row(line, file_id)
        except Unfit as problem:
            skipped.append(Skipped(f"{name}:{number}", f"{problem}."))
            continue
        first = lines.setdefault(article.id, number)
        if first == number:
            articles.append(article)
        else:
            skipped.append(Skipped(f"{name}:{number}", f"its id is taken by line {first}."))
    if not articles and not skipped:
        raise UnreadableFile(f"{name} holds no article. Write one JSON object a line, or delete it.")
    return articles, skipped


def numbered_lines(stream: BinaryIO, name: str) -> Iterator[tuple[int, bytes]]:
    """The lines of a dump that are not blank, with their numbers from 1; overlong ones are cut short.

    Raises:
        UnreadableFile: It begins like a binary file.
    """
    number = 0
    while line := stream.readline(SIZE_LIMIT + 1):
        number += 1
        rest = line
        while len(rest) > SIZE_LIMIT and not rest.endswith(b"\n"):
            rest = stream.readline(SIZE_LIMIT + 1)
        if number == 1:
            _refuse_binary(line[:8192], name)
            line = line if len(line) > SIZE_LIMIT else line.removeprefix(BOM)
        if line.strip():
            yield number, line


def parse_row(line: bytes) -> dict[str, object]:
    """One line of a dump as the object it holds.

    Raises:
        Unfit: It is too long, not UTF-8, not JSON, or no object.
    """
    if len(line) > SIZE_LIMIT:
        raise Unfit(f"the line is longer than {SIZE_LIMIT // 1024**2} MiB")
    try:
        row = json.loads(line.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise Unfit(f"not UTF-8 (byte {error.start} of the line is 0x{line[error.start]:02x})") from error
    except json.JSONDecodeError as error:
        raise Unfit(f"not JSON ({error.msg}, column {error.colno})") from error
    except (ValueError, RecursionError) as error:  # a number of thousands of digits, thousands of brackets
        raise Unfit("not JSON that can be read (too deep, or too long a number)") from error
    if not isinstance(row, dict):
        raise Unfit('not a JSON object such as {"id": "…", "title": "…", "text": "…"}')
    return row


def row_id(row: dict[str, object]) -> str:
    """The id of a row: its `id`, a text or a whole number, in NFC.

    Raises:
        Unfit: It has none, or one that cannot be an id.
    """
    value = row.get("id")
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise Unfit('"id" must be text or a whole number' if value is not None else '"id" is missing')
    name = normalize("NFC", str(value))
    if not name.strip() or not clean_id(name):
        raise Unfit('"id" must be one line of 1 to 1000 characters')
    return name


def _row(line: bytes, file_id: str) -> Article:
    row = parse_row(line)
    name = f"{file_id}/{row_id(row)}"
    if not clean_id(name):
        raise Unfit("its id is too long")
    text = row.get("text")
    if not isinstance(text, str):
        raise Unfit('"text" is missing' if text is None else '"text" must be text')
    if not text.strip():
        raise Unfit('"text" is empty')
    refuse_unstorable(text, '"text"')
    title = title_of(row) or one_line(text, _OPENING_LIMIT)
    return Article(id=name, title=title, text=text, **fields(row))
