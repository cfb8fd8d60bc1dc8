"""The formats of article files: names and ids, fields, front matter, reading and rendering."""

from __future__ import annotations

import hashlib
import io
import json
import re
import unicodedata
from collections import deque
from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta, timezone
from pathlib import Path, PurePosixPath
from typing import BinaryIO, TypedDict
from urllib.parse import urlsplit

import yaml

from index.errors import UnreadableFile, UnsupportedFormat, UsageError
from index.text.normalization import normalize
from index.types import Article, Skipped

TEXT_SUFFIXES = (".markdown", ".md", ".txt")
DUMP_SUFFIX = ".jsonl"

SIZE_LIMIT = 20 * 1024 * 1024
"""Largest Markdown or text file, and longest line of a dump, in bytes."""
FRONT_MATTER_LIMIT = 64 * 1024
"""Longest front matter, in characters."""
ID_LIMIT = 1_000
"""Longest article id, in characters."""
TITLE_LIMIT = 300
"""Longest title, source or tag, in characters."""
URL_LIMIT = 4_000
TAGS_LIMIT = 100

CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
"""Control characters, line and paragraph separators, and halves of surrogate pairs."""
BOM = b"\xef\xbb\xbf"

_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_SURROGATE = re.compile(r"[\ud800-\udfff]")

_IGNORED = ".~#"  # hidden files, and what editors and office programs leave beside the file they have open
_PART_LIMIT = 200  # bytes of one folder or file name; file systems allow 255, temporary names need some
_RESERVED = re.compile(r"(?i)(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(?:\.|$)")
_FORBIDDEN = re.compile(r'[<>:"\\|?*]')
_APOSTROPHES = re.compile(r"['’]")
_ASCII_WORD = re.compile(r"[a-z0-9]+")
_JOINER = re.compile(r"[-_]+")
_LETTERS = str.maketrans(  # letters that Unicode does not decompose, as they are usually spelt in ASCII
    dict(zip("ßæøœðþłđıÆØŒÐÞŁĐ", "ss ae o oe d th l d i ae o oe d th l d".split(), strict=True))
)

_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8})*")
_WHEN = re.compile(  # ISO 8601 as people write it, and all that YAML calls a timestamp
    r"(?P<date>\d{4}-\d{1,2}-\d{1,2})"
    r"(?:(?:[Tt]|\s+)(?P<hour>\d{1,2}):(?P<minute>\d\d)(?::(?P<second>\d\d)(?:[.,](?P<fraction>\d+))?)?)?"
    r"\s*(?P<offset>[Zz]|(?P<sign>[+-])(?P<hours>\d{1,2})(?::?(?P<minutes>\d\d))?)?"
)

_FRONT_MATTER = "---"
_ENDS = (_FRONT_MATTER, "...")
_DEPTH_LIMIT = 20
_NULL = frozenset({"", "~", "null", "Null", "NULL"})

_OPENING_LIMIT = 80
_FENCE = re.compile(r" {0,3}(```|~~~)")
_HEADING = re.compile(r" {0,3}#[ \t]++")


def suffix_of(name: str) -> str:
    """Return the suffix of an article file in lower case, or `""` if the name is not an article file's."""
    suffix = PurePosixPath(name).suffix.lower()
    known = suffix == DUMP_SUFFIX or suffix in TEXT_SUFFIXES
    return suffix if known and not ignored(name) else ""


def ignored(name: str) -> bool:
    """Whether a file or folder of that name is hidden, or left behind by an editor."""
    return name[:1] in _IGNORED


def shown(corpus: Path, path: Path) -> str:
    """Return the path of a file for messages: printable, and relative to the corpus if the file is in it."""
    try:
        text = path.absolute().relative_to(corpus.absolute()).as_posix()
    except ValueError:
        text = str(path)
    text = text.encode("utf-8", "backslashreplace").decode("utf-8")
    return "".join(char if char.isprintable() else ascii(char)[1:-1] for char in text)


def article_id(corpus: Path, path: Path) -> str:
    """Return the id of the article in a file: its path under the corpus without suffix, in NFC.

    The ids of the rows of a `.jsonl` file begin with it. Two files may have the same id (`a.md` and `a.txt`);
    the caller decides which one counts.

    Raises:
        UsageError: The file is not under the corpus.
        UnreadableFile: Its name holds control characters or is not UTF-8.
    """
    try:
        inside = path.absolute().relative_to(corpus.absolute())
    except ValueError as error:
        raise UsageError(f"{path} is not in the corpus at {corpus}.") from error
    name = normalize("NFC", inside.with_suffix("").as_posix())
    if not clean_id(name):
        raise UnreadableFile(
            f"{shown(corpus, path)} has a name that cannot be an article's id. Give it a shorter one, "
            "in UTF-8 and without control characters."
        )
    return name


def clean_id(article_id: str) -> bool:
    """Whether a text can be an article's id: one line of at most `ID_LIMIT` characters."""
    return 0 < len(article_id) <= ID_LIMIT and not CONTROL.search(article_id)


def check_id(article_id: str, *, what: str = "an article id") -> None:
    """Refuse an id that is not a file name on every system.

    Raises:
        UsageError: The path would leave the corpus, be hidden, or not be a file name on some system.
    """
    problem = _id_problem(article_id)
    if problem:
        name = article_id[:80].encode("ascii", "backslashreplace").decode("ascii")
        raise UsageError(f'"{name}" cannot be {what}: {problem}.')


def _id_problem(article_id: str) -> str:
    if not clean_id(article_id):
        return f"it must be one line of 1 to {ID_LIMIT} characters without control characters"
    if article_id != normalize("NFC", article_id):
        return "it is not in Unicode normal form C"
    for part in article_id.split("/"):
        if part in ("", ".", ".."):
            return 'it must be names with single "/" between them, and none of them "." or ".."'
        if ignored(part):
            return f'a name that begins with "{part[0]}" is ignored in the corpus'
        if _FORBIDDEN.search(part) or part[-1] in " ." or part[0] == " " or _RESERVED.match(part):
            return f'"{part[:40]}" is no file name on some systems'
        if len(part.encode()) > _PART_LIMIT:
            return f'"{part[:40]}…" is longer than {_PART_LIMIT} bytes'
    return ""


def slug(title: str, limit: int = 80) -> str:
    """Make a readable id from a title: lower-case ASCII words joined by hyphens.

    Where letters are lost (other scripts, a long title), six digits of the title's hash are added, so that
    different titles have different slugs. The same title always has the same slug.
    """
    folded = normalize("NFKD", title.translate(_LETTERS)).lower()
    bare = "".join(char for char in folded if not unicodedata.combining(char))
    words = _ASCII_WORD.findall(_APOSTROPHES.sub("", bare))
    short = "-".join(words)
    lost = any(char.isalnum() and not char.isascii() for char in bare)
    if len(short) > limit:
        lost = True
        short = short[: limit - 7].rpartition("-")[0] or short[: limit - 7]
    if lost or not short or _RESERVED.match(short):
        digest = hashlib.blake2b(title.encode("utf-8", "replace"), digest_size=3).hexdigest()
        short = f"{short or 'article'}-{digest}"
    return short


def humanised(name: str) -> str:
    """Make a title from the name of a file: `mali-and_russia` becomes "Mali and russia"."""
    words = " ".join(_JOINER.sub(" ", name).split()) or name
    return words[:1].upper() + words[1:]


class Unfit(ValueError):
    """Part of a file cannot be used; the message is a clause without the file's name."""


class _Fields(TypedDict):
    """The optional fields of an `Article`."""

    url: str | None
    source: str | None
    published: str | None
    language: str | None
    tags: tuple[str, ...]


def _fields(raw: Mapping[str, object]) -> _Fields:
    """Check and normalise `url`, `source`, `published`, `language` and `tags`; blank fields become None.

    Raises:
        Unfit: A field has the wrong type or an invalid value.
    """
    return _Fields(
        url=_url(_text(raw, "url")),
        source=one_line(_text(raw, "source")) or None,
        published=_published(_text(raw, "published")),
        language=_language(_text(raw, "language")),
        tags=_tags(raw.get("tags")),
    )


def _title(raw: Mapping[str, object]) -> str:
    """Return the `title` on one line; `""` if there is none.

    Raises:
        Unfit: The title is not text.
    """
    return one_line(_text(raw, "title"))


def one_line(text: str, limit: int = TITLE_LIMIT) -> str:
    """Make a text one line without control characters, cut at a word to at most `limit` characters."""
    start = text.lstrip()[: limit * 20]  # however long the text is, only its start is needed
    line = " ".join(CONTROL.sub(" ", start).replace("\ufeff", "").split())
    if len(line) <= limit:
        return line
    cut = line[: limit - 1]
    head, space, _ = cut.rpartition(" ")
    return (head if space and len(head) > limit // 2 else cut).rstrip() + "…"


def _refuse_unstorable(text: str, what: str) -> None:
    """Refuse characters that a UTF-8 file or a database cannot store.

    Raises:
        Unfit: `text` contains NUL or half of a surrogate pair, which JSON and YAML escapes can produce.
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
    _refuse_unstorable(value, f'"{key}"')
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
    """Write a date, or a date and time, in extended ISO 8601; an offset is kept but never added."""
    match = _WHEN.fullmatch(value)
    if not match:  # the basic format, week dates: what else the standard library reads
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
        _refuse_unstorable(tag, '"tags"')
    tags = tuple(dict.fromkeys(tag for tag in map(one_line, value) if tag))
    if len(tags) > TAGS_LIMIT:
        raise Unfit(f'"tags" holds {len(tags)} tags; {TAGS_LIMIT} is the most')
    return tags


def _kind(value: object) -> str:
    names = {bool: "true or false", int: "a number", float: "a number", list: "a list", dict: "a mapping"}
    return names.get(type(value), "that")


def _split(text: str) -> tuple[dict[str, object], str]:
    """Split a Markdown file into its front matter and its body.

    The blank line after the front matter and the newline at the end of the file are not part of the body.
    Otherwise the body is the file's text, character for character.

    Args:
        text: The file, decoded, with LF line endings.

    Returns:
        The fields by lower-case name, with values of text, lists, mappings or None; and the body.

    Raises:
        Unfit: The front matter is not closed, too long, or not a YAML mapping.
    """
    first = text.find("\n") + 1
    if text[:first].rstrip() != _FRONT_MATTER:
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
            return _parse_front_matter(text[first:start]), text[end + 1 :].removeprefix("\n").removesuffix(
                "\n"
            )
        start = end + 1
    raise Unfit('the front matter that begins on line 1 is not closed by a line "---"')


def _parse_front_matter(source: str) -> dict[str, object]:
    try:
        events = iter(yaml.parse(source, Loader=yaml.SafeLoader))
        value = next(
            (_yaml_value(event, events) for event in events if isinstance(event, yaml.NodeEvent)), {}
        )
        deque(events, maxlen=0)  # parse to the end, where there may be an error
    except yaml.MarkedYAMLError as error:
        where = f", line {error.problem_mark.line + 2}," if error.problem_mark else ""  # line 1 is the fence
        advice = ' (put text that holds ": " in quotes)' if "mapping values" in str(error.problem) else ""
        raise Unfit(f"the front matter{where} cannot be read: {error.problem}{advice}") from error
    except yaml.YAMLError as error:
        raise Unfit("the front matter holds a character that YAML does not allow") from error
    if not isinstance(value, dict):
        raise Unfit('the front matter must be lines such as "title: The harvest"')
    return value


def _yaml_value(event: yaml.Event, events: Iterator[yaml.Event], depth: int = 0) -> object:
    """Build the text, list, mapping or None that begins with an event.

    Scalars stay as they are written: YAML would read `no` as false, `1.10` as a number and a date without an
    offset as UTC. Aliases and deep nesting, which can make a small text expand, are refused.
    """
    if isinstance(event, yaml.AliasEvent):
        raise Unfit("the front matter uses an alias (*name), which is not allowed")
    if isinstance(event, yaml.ScalarEvent):
        return None if event.style is None and event.value in _NULL else str(event.value)
    if depth >= _DEPTH_LIMIT:
        raise Unfit("the front matter is nested too deeply")
    items: list[object] = []
    while not isinstance(item := next(events), yaml.CollectionEndEvent):
        items.append(_yaml_value(item, events, depth + 1))
    if isinstance(event, yaml.SequenceStartEvent):
        return items
    return {str(key).lower(): value for key, value in zip(items[::2], items[1::2], strict=True)}


def read(corpus: Path, path: Path, data: bytes | None = None) -> tuple[list[Article], list[Skipped]]:
    """Read the articles in a file of the corpus.

    Args:
        corpus: The folder of the articles.
        path: A file in it, as `files` lists them.
        data: Its content, if the caller has read it already.

    Returns:
        The articles (one, or those of a `.jsonl` in the order of its lines) and the rows that were skipped.

    Raises:
        UnreadableFile: The file cannot be used; the message says why and what to do.
    """
    return parse(path, shown(corpus, path), article_id(corpus, path), data)


def parse(path: Path, name: str, file_id: str, data: bytes | None) -> tuple[list[Article], list[Skipped]]:
    """Read the articles in a file anywhere; arguments and result as in `read`.

    Raises:
        UnreadableFile: As in `read`.
        UnsupportedFormat: The name is not one of an article file.
    """
    suffix = suffix_of(path.name)
    try:
        if suffix == DUMP_SUFFIX:
            with path.open("rb") if data is None else io.BytesIO(data) as stream:
                return _rows(stream, name, file_id)
        if not suffix:
            raise UnsupportedFormat(f"{name} is not an article file (.md, .markdown, .txt or .jsonl).")
        if data is None:
            with path.open("rb") as stream:
                data = stream.read(SIZE_LIMIT + 1)
    except OSError as error:
        raise UnreadableFile(f"{name} cannot be read: {error.strerror or error}.") from error
    return [parse_text(data, name, file_id, markdown=suffix != ".txt")], []


def parse_text(data: bytes, name: str, file_id: str, *, markdown: bool) -> Article:
    """Read one Markdown or plain text article.

    Raises:
        UnreadableFile: As in `read`.
    """
    text = _decode(data, name)
    try:
        return _markdown(text, file_id) if markdown else _plain(text, file_id)
    except Unfit as problem:
        raise UnreadableFile(f"{name}: {problem}.") from problem


def _decode(data: bytes, name: str) -> str:
    """Decode a file as UTF-8, without its byte order mark and with LF line endings."""
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
    return _lf(text)


def _lf(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _refuse_binary(data: bytes, name: str) -> None:
    if data.startswith(_UTF16):
        raise UnreadableFile(f"{name} is UTF-16, not UTF-8. Save it as UTF-8.")
    at = data.find(b"\x00")
    if at >= 0:
        raise UnreadableFile(f"{name} looks binary (byte {at} is NUL). Only text in UTF-8 can be an article.")


def _markdown(text: str, file_id: str) -> Article:
    raw, body = _split(text)
    if not body.strip():
        raise Unfit("there is no text in it")
    title = _title(raw) or _heading(body) or _title_from_name(file_id)
    return Article(id=file_id, title=title, text=body, **_fields(raw))


def _plain(text: str, file_id: str) -> Article:
    line, _, rest = text.lstrip().removesuffix("\n").partition("\n")
    if not line.strip():
        raise Unfit("there is no text in it")
    if len(line) > TITLE_LIMIT or not rest.strip():  # a paragraph, not a title: it stays in the text
        rest = f"{line}\n{rest}" if rest.strip() else line
    start = rest.rfind("\n", 0, len(rest) - len(rest.lstrip())) + 1
    return Article(id=file_id, title=one_line(line) or _title_from_name(file_id), text=rest[start:])


def _title_from_name(file_id: str) -> str:
    return one_line(humanised(file_id.rpartition("/")[2]))


def _heading(body: str) -> str:
    """Return the text of the first `# heading` outside code blocks, or `""`."""
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
    """Remove the `#` signs that close a heading."""
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
    """Iterate over the lines of a dump that are not blank, with their numbers from 1; overlong ones are cut.

    Raises:
        UnreadableFile: The dump begins like a binary file.
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
    """Parse a line of a dump.

    Raises:
        Unfit: The line is too long, not UTF-8, not JSON, or not an object.
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
    """Return the `id` of a row, a text or a whole number, in NFC.

    Raises:
        Unfit: The row has no id, or one that cannot be an article's.
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
    _refuse_unstorable(text, '"text"')
    title = _title(row) or one_line(text, _OPENING_LIMIT)
    return Article(id=name, title=title, text=text, **_fields(row))


def normalised(article: Article) -> Article:
    """Normalise an article as writing and reading it does: one-line title, LF line endings, ISO dates.

    Raises:
        UsageError: A field cannot be stored; the message says which and why.
    """
    try:
        return _normalised(article)
    except Unfit as problem:
        raise UsageError(f'The article "{one_line(article.id, 80)}" cannot be kept: {problem}.') from problem


def _normalised(article: Article) -> Article:
    _refuse_unstorable(article.text, "the text")
    if not article.text.strip():
        raise Unfit("there is no text in it")
    title = one_line(article.title)
    if not title:
        raise Unfit("it has no title")
    raw = {key: getattr(article, key) for key in ("url", "source", "published", "language", "tags")}
    return Article(id=article.id, title=title, text=_lf(article.text), **_fields(raw))


def render(article: Article) -> bytes:
    """Render a normalised article as a Markdown file with front matter, and check that it can be read again.

    Raises:
        UnreadableFile: The file would be too large.
    """
    raw: dict[str, object] = {"title": article.title, "url": article.url, "source": article.source}
    if article.published:  # as a date, so that YAML leaves out the quotes
        kind: type[date] = date if len(article.published) == 10 else datetime
        raw["published"] = kind.fromisoformat(article.published)
    raw |= {"language": article.language, "tags": list(article.tags)}
    given = {key: value for key, value in raw.items() if value}
    head = yaml.safe_dump(
        given, allow_unicode=True, sort_keys=False, width=1_000_000, default_flow_style=False
    )
    data = f"{_FRONT_MATTER}\n{head}{_FRONT_MATTER}\n\n{article.text}\n".encode()
    parse_text(data, f"{article.id}.md", article.id, markdown=True)
    return data
