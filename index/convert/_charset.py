"""Decodes web pages and other text of an uncertain encoding."""

from __future__ import annotations

import codecs
import re

_META = re.compile(rb"<meta[^>]{0,200}?charset\s*+=\s*+(?:[\"']\s*+)?([\w.:-]{2,40})", re.IGNORECASE)
_OF_THE_WEB = re.compile(  # Python has others, which take very long or decode no text
    r"(?:ascii|utf-(?:8|16|32)|iso8859|cp\d|koi8|gb|hz|big5|euc|shift_jis|iso2022|mac|tis|johab)[\w-]*"
)
_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_HEAD = 4096


def decode(data: bytes, charset: str | None = None, *, html: bool = True) -> str:
    """Decode as a browser does: by the byte order mark, the server's declaration, the page's, or as UTF-8.

    Text without a declaration that is not UTF-8 is decoded as Windows-1252. Invalid bytes become U+FFFD.

    Args:
        data: The text.
        charset: The encoding that the server declared.
        html: Whether to look for a `<meta charset>`.
    """
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return data[len(mark) :].decode(encoding, "replace")
    meta = _META.search(data, 0, _HEAD) if html else None
    for label in (charset, meta[1].decode("ascii", "replace") if meta else None):
        codec = _codec(label)
        if codec:
            return data.decode(codec, "replace")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


def _codec(label: str | None) -> str | None:
    """Return the Python codec for a charset of the web, or None."""
    try:
        codec = codecs.lookup(label.strip().strip("\"'")).name if label else ""
    except (LookupError, ValueError):
        return None
    if codec in ("iso8859-1", "ascii"):  # as the Encoding Standard has it
        return "cp1252"
    return codec if _OF_THE_WEB.fullmatch(codec) else None
