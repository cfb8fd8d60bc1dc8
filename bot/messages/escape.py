r"""Article text in Discord's Markdown, shown exactly as it is.

Discord reads `\\` before any punctuation mark as "the mark itself", so nothing else has to be inserted to
keep the text from being formatted, linked or unfolded, or from mentioning anyone.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import chain, pairwise
from typing import Final

from bot.messages.invisible_characters import Piece, visible

_ALWAYS: Final = frozenset("\\*_~`|[]<@")
_AT_LINE_START: Final = frozenset("#-+>")
_INVITE: Final = re.compile(r"discord(?:app)?$", re.IGNORECASE)
_NUMBER: Final = re.compile(r"[0-9]+$")

_BLOCK: Final = re.compile(r"[-*+•>|#]|\d{1,3}[.)]\s|```|~~~")


def units(text: str) -> int:
    """Length as Discord's clients count it, in UTF-16 units: never less than in characters."""
    return len(text) + sum(char > "\uffff" for char in text)


def unwrap(text: str) -> str:
    """Remove line breaks that only wrap the text; those of lists, tables and paragraphs stay."""
    lines: list[list[str]] = []  # of each line of the result, the lines that it is made of
    for line in (line.strip() for line in text.splitlines()):
        above = lines[-1][0] if lines else ""
        if line and above and not _BLOCK.match(line) and not above.startswith(("|", "#")):
            lines[-1].append(line)
        elif line or above:
            lines.append([line])
    return "\n".join(map(" ".join, lines)).strip()


def without_last_breaks(text: str) -> str:
    """Remove empty lines at the end of a block quote."""
    end = len(text)
    while (at := _end_of_words(text, end)) > 1 and text[at - 2 : at] == "\n>":
        end = _end_of_words(text, at - 2)
    return text[:end]


def _end_of_words(text: str, end: int) -> int:
    """Where white space begins that ends in front of a place."""
    while end and text[end - 1].isspace():
        end -= 1
    return end


def gap(space: str, following: str) -> str:
    """Reduce the white space before a text to a line break, if it does more than wrap, or a space."""
    if not space:
        return ""
    return "\n" if space.count("\n") > 1 or ("\n" in space and _BLOCK.match(following)) else " "


def pieces(text: str) -> Iterator[str]:
    """Escape a text as Discord's Markdown, in pieces that must not be cut."""
    line = ""
    for piece, following in pairwise(chain(visible(text), [Piece("\n")])):
        if piece.spelled:
            yield f"\\[{piece.text[1:-1]}\\]"
        elif _is_sign(piece.text[0], line, following.text.isspace()):
            yield f"\\{piece.text}"
        else:
            yield piece.text
        line = "" if piece.text == "\n" else (line + piece.text)[-80:]


def escape(text: str) -> str:
    """Escape a text as Discord's Markdown."""
    return "".join(pieces(text))


def cut(parts: Iterable[str], limit: int) -> tuple[str, bool]:
    """Join as many pieces as fit into `limit` UTF-16 units, if possible up to the end of a word.

    Returns:
        The text, and whether pieces were left out.
    """
    taken: list[str] = []
    total, space = 0, 0
    for part in parts:
        total += units(part)
        if total > limit:
            end = space if part.strip() and space * 5 >= len(taken) * 3 else len(taken)
            return "".join(taken[:end]).rstrip(), True
        if part.isspace():
            space = len(taken)
        taken.append(part)
    return "".join(taken), False


def one_line(text: str, limit: int) -> str:
    """Escape a text as Discord's Markdown on one line of at most `limit` UTF-16 units."""
    line = " ".join(text.split())
    whole, shortened = cut(pieces(line), limit)
    return f"{cut(pieces(line), limit - 1)[0]}…" if shortened else whole


def _is_sign(char: str, line: str, ends: bool) -> bool:
    """Whether Discord could read a character as markup, given its line so far and whether its word ends."""
    if char == ":":  # :emoji: and https://
        return not ends
    if char in _AT_LINE_START:
        return not line.strip()
    if char == ".":  # numbered lists; invitations, which unfold even without https://
        return bool(_NUMBER.fullmatch(line.strip()) or _INVITE.search(line))
    return char in _ALWAYS
