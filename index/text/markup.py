"""Plain text of Markdown, for what is embedded, indexed and linked; never for what is quoted.

There is no parser, because a chunk from the middle of an article need not be valid Markdown, and there are
millions of chunks. Every pattern stops at the next mark of its own kind, which keeps it linear.
"""

from __future__ import annotations

import html
import re
from typing import Final

_MARKS: Final = re.compile(r"[\\`*_~\[<&|#>=+•\-]|\d[.)]|[\ue000\ue001]")
"""A text without any of these is plain already."""

# Escaped characters and code are kept as they are: placeholders stand for them.
_PLACEHOLDERS: Final = re.compile("[\ue000\ue001]")
_LITERAL: Final = re.compile(r"\\([!-/:-@\[-`{-~])|(?<!`)`([^`]+)`(?!`)|(?<!`)``((?:[^`]|`(?!`))++)``(?!`)")
_PLACEHOLDER: Final = re.compile("\ue000(\\d+)\ue001")

_FENCE: Final = re.compile(r"^[ \t>]*+(?:`{3,}+|~{3,}+)[^`\n]*+$", re.MULTILINE)
_ONLY_MARKS: Final = re.compile(r"^[ \t>|:\-=*_]++$", re.MULTILINE)
_LINE_START: Final = re.compile(
    r"^(?:[ \t]*>)*[ \t]*(?:#{1,6}(?:[ \t]|$)|(?:[-*+•]|\d{1,3}[.)])[ \t]+(?:\[[ xX]\][ \t])?)?", re.MULTILINE
)
_CLOSING_HASHES: Final = re.compile(r"[ \t]#++$", re.MULTILINE)
_ROW: Final = re.compile(r"^[ \t]*\|(.*)$", re.MULTILINE)

_COMMENT: Final = re.compile(r"<!--(?:[^<-]|-(?!->)|<(?!!--))*+-->")
_AUTOLINK: Final = re.compile(r"<((?:https?://|mailto:)[^<>\s]*)>")
_BREAK: Final = re.compile(r"<(?:/?p|br ?/?|/?div|/?li|/?t[dhr])>", re.IGNORECASE)
_TAG: Final = re.compile(r"</?[A-Za-z][^<>]*>")
_TARGET: Final = r"\(\s?<?[^()\s<>]*(?:\([^()\s]*\)[^()\s]*)*+>?(?:\s\"[^\"]*\"|\s'[^']*')?\s?\)"
_IMAGE: Final = re.compile(rf"!\[([^\[\]]*)\]{_TARGET}")
_LINK: Final = re.compile(rf"\[([^\[\]]*)\](?:{_TARGET}|\[[^\[\]]*\])")
_NOTE: Final = re.compile(r"\[\^[^\[\]\s]*\]:?")

_LONG_NUMBER: Final = re.compile(r"&#[0-9]{1000,}+;?")
"""An entity with a number too long for Python. There is no such character."""

_EMPHASIS: Final = (
    re.compile(r"(?<!\*)\*(?![*\s])([^*]*[^*\s])\*(?!\*)"),
    re.compile(r"\*\*(?!\s)((?:[^*]|\*(?!\*))+)(?<!\s)\*\*"),
    re.compile(r"(?<!\*)\*(?![*\s])([^*]*[^*\s])\*(?!\*)"),
    re.compile(r"(?<!\w)_(?![_\s])([^_]*[^_\s])_(?!\w)"),
    re.compile(r"(?<!\w)__(?!\s)((?:[^_]|_(?!_))+)(?<!\s)__(?!\w)"),
    re.compile(r"~~(?!\s)([^~]+)(?<!\s)~~"),
)


def plain(text: str) -> str:
    """Return the words of a text on one line, without Markdown.

    Emphasis, code ticks, heading and list marks and HTML tags are removed. Of links the text remains, of
    images the alternative text, of table rows the cells with commas between. Entities are decoded. Takes
    time linear in the length of the text.
    """
    if not _MARKS.search(text):
        return " ".join(text.split())
    text = "\n".join(" ".join(line.split()) for line in text.splitlines())
    text = _PLACEHOLDERS.sub(" ", text)
    text = _ONLY_MARKS.sub("", _FENCE.sub("", text))
    literals: list[str] = []

    def hide(match: re.Match[str]) -> str:
        literals.append(match[match.lastindex or 0])
        return f"\ue000{len(literals) - 1}\ue001"

    text = _inline(_LITERAL.sub(hide, _lines(text)))
    # Entities are decoded piece by piece, so that none becomes a placeholder, or part of one.
    pieces = [
        literals[int(piece)] if number % 2 else _unescaped(piece)
        for number, piece in enumerate(_PLACEHOLDER.split(text))
    ]
    return " ".join("".join(pieces).split())


def _lines(text: str) -> str:
    """Return the text without marks at the start and end of lines."""
    if "#" in text:
        text = _CLOSING_HASHES.sub("", text)
    text = _LINE_START.sub("", text)
    if "|" in text:
        text = _ROW.sub(_cells, text).replace(" | ", ", ")
    return text


def _cells(row: re.Match[str]) -> str:
    return ", ".join(cell.strip() for cell in row[1].split("|") if cell.strip())


def _inline(text: str) -> str:
    """Return the text without marks inside lines. Placeholders stand for code and escapes."""
    if "<" in text:
        text = _AUTOLINK.sub(r"\1", _COMMENT.sub(" ", text))
        text = _TAG.sub("", _BREAK.sub(" ", text))
    if "[" in text:
        text = _LINK.sub(r"\1", _IMAGE.sub(r"\1", _NOTE.sub("", text)))
    if "*" in text or "_" in text or "~" in text:
        for pattern in _EMPHASIS:
            text = pattern.sub(r"\1", text)
    return text


def _unescaped(text: str) -> str:
    """Return the text with its entities decoded."""
    return html.unescape(_LONG_NUMBER.sub("\ufffd", text)) if "&" in text else text
