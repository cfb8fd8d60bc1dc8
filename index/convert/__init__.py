"""Converts HTML, PDF, DOCX and web pages into Markdown articles, for `add`.

The result is a proposal: what an editor gives takes precedence over what the document says, and the article
is a file that can be corrected. HTML, PDF and DOCX are read in a sandboxed process; Markdown and plain text,
which take linear time, are not.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from pathlib import Path, PurePosixPath
from typing import Any, Final
from urllib.parse import unquote, urldefrag, urlsplit

from index import corpus
from index.convert import _sandbox
from index.convert._conversion import make_article
from index.convert._fetch import SIZE_LIMIT, Response, fetch
from index.convert._html import host_of
from index.convert._sandbox import Limits
from index.errors import ConversionFailed, UnreadableFile, UnsupportedFormat, UsageError
from index.types import Article

__all__ = ["Limits", "convert", "is_url"]

_SUFFIXES = {
    ".html": "html",
    ".htm": "html",
    ".xhtml": "html",
    ".pdf": "pdf",
    ".docx": "docx",
    ".md": "markdown",
    ".markdown": "markdown",
    ".txt": "plain",
}
_MEDIA = {
    "text/html": "html",
    "application/xhtml+xml": "html",
    "application/pdf": "pdf",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
    "text/markdown": "markdown",
    "text/plain": "",
    "application/octet-stream": "",
    "": "",
}
_HTML = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*+(?:(?:<\?xml[^>]*+>|<!--(?:[^-]|-(?!->))*+-->)\s*+)*+"
    rb"<(?:!doctype\s+html|html|head|body|title|meta|div|article|section|main|table|h[1-6]|ul|ol|p)\b",
    re.IGNORECASE,
)
_MARKDOWN = re.compile(rb"\A(?:\xef\xbb\xbf)?---\s*\n|^#{1,6} \S|^```|\]\(https?://", re.MULTILINE)
_WEB = re.compile(r"https?://", re.IGNORECASE)
_START = 4096
_ZIP = b"PK\x03\x04"
_FOREIGN = (_ZIP, b"{\\rtf", b"\xd0\xcf\x11\xe0", b"\x89PNG", b"GIF8", b"\xff\xd8\xff", b"\x1f\x8b")
_SANDBOXED: Final = frozenset({"html", "pdf", "docx"})


def is_url(origin: str | Path) -> bool:
    """Return whether `origin` names a web page rather than a file."""
    return isinstance(origin, str) and _WEB.match(origin) is not None


def convert(
    origin: str | Path,
    data: bytes | None = None,
    *,
    title: str | None = None,
    url: str | None = None,
    source: str | None = None,
    published: str | None = None,
    language: str | None = None,
    tags: Sequence[str] = (),
    collection: str = "",
    limits: Limits | None = None,
    allow_private: bool = False,
) -> Article:
    """Make a Markdown article of a file or web page; write it with `corpus.write`.

    Args:
        origin: A path, an `http` or `https` address, or `-` for standard input.
        data: Its content, where the caller has it already; then nothing is read or fetched.
        title: Used in place of the title that is found; likewise the others.
        url: Where a reader can open it.
        source: Who published it.
        published: ISO 8601 date.
        language: BCP 47 code.
        tags: Free words.
        collection: The folder under the corpus in which its id lies.
        limits: What the conversion may use; None for the default limits.
        allow_private: Whether an address may be on this machine or in a private network.

    Returns:
        The article, with an id made from its title.

    Raises:
        ConversionFailed: No article could be made of it within the limits, or it could not be fetched.
        UnreadableFile: There is no such file, it cannot be read, or is no UTF-8 text.
        UnsupportedFormat: There is no converter for it.
        UsageError: One of the fields given, or the address, is not what it should be.
    """
    name = "Standard input" if origin == "-" else str(origin)
    if is_url(origin) and host_of(name) is None:
        raise UsageError(f"{name} is not a web address.")
    raw = _raw(origin, data, name, allow_private=allow_private)
    kind = _kind(raw, origin, name)
    request: dict[str, Any] = {
        "kind": kind,
        "name": name,
        "address": raw.url,
        "charset": raw.charset,
        "file_title": _name_of(origin),
        "title": title,
        "tags": list(tags),
        "collection": collection,
        "given": {"url": url, "source": source, "published": published, "language": language},
    }
    if kind not in _SANDBOXED:
        return make_article(raw.data, **request)
    return _sandbox.run(raw.data, request, name, limits or Limits())


def _raw(origin: str | Path, data: bytes | None, name: str, *, allow_private: bool) -> Response:
    """Return the content of a file or page, with what is known of it; the address of a file is `""`."""
    if data is None and is_url(origin):
        return fetch(str(origin), allow_private=allow_private)
    if data is None and origin == "-":
        data = sys.stdin.buffer.read(SIZE_LIMIT + 1)
    elif data is None:
        try:
            with Path(origin).open("rb") as stream:
                data = stream.read(SIZE_LIMIT + 1)
        except OSError as error:
            raise UnreadableFile(f"{name} cannot be read: {error.strerror or error}.") from error
    if len(data) > SIZE_LIMIT:
        raise UnreadableFile(f"{name} is larger than {SIZE_LIMIT // 1024**2} MiB. Split it.")
    return Response(urldefrag(str(origin)).url if is_url(origin) else "", data, "", None)


def _kind(raw: Response, origin: str | Path, name: str) -> str:
    """Tell the format: by the server's media type, else by how the content begins, else by the suffix.

    Raises:
        ConversionFailed: The server's media type is not that of a text.
        UnsupportedFormat: There is no converter for it.
    """
    kind = _MEDIA.get(raw.kind)
    if kind is None:
        raise ConversionFailed(f"{name} is not an article but {raw.kind}.")
    suffix = PurePosixPath(urlsplit(raw.url).path if raw.url else str(origin)).suffix.lower()
    start = raw.data[:_START]
    kind = kind or _by_marks(raw.data) or _SUFFIXES.get(suffix, "")
    if kind:
        return kind
    if b"\x00" in start or start.startswith(_FOREIGN) or (suffix and not raw.url):
        raise UnsupportedFormat(
            f"{name} is not in a format that can be read. Save it as Markdown, text, HTML, PDF or DOCX."
        )
    if _HTML.match(start) and not _MARKDOWN.search(start):
        return "html"
    return "markdown" if _MARKDOWN.search(start) else "plain"


def _by_marks(data: bytes) -> str:
    """Tell the format by marks that no text has; `""` where there are none."""
    if b"%PDF-" in data[:1024]:
        return "pdf"
    return "docx" if data.startswith(_ZIP) and b"word/document.xml" in data else ""


def _name_of(origin: str | Path) -> str:
    """Return the last name in a path or address as a title, or `""`."""
    if is_url(origin):
        parts = urlsplit(str(origin))
        last = unquote(PurePosixPath(parts.path).stem, errors="replace")
        return corpus.humanised(last) if last else parts.netloc
    return "" if origin == "-" else corpus.humanised(Path(origin).stem)
