"""Lines of printed pages to Markdown: paragraphs, headings, items and code, without headers and footers.

The position and size of a line decide, not its words. Running heads, footers and page numbers are dropped,
words hyphenated at the end of a line are joined, and paragraphs continue across pages.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import chain, islice, pairwise

from index.convert._markdown_writer import plain_start


@dataclass(frozen=True, slots=True)
class Line:
    """A line of print.

    Attributes:
        text: Its words.
        x: Its start, in points from the left edge of the page.
        y: Its height above the bottom edge of the page, in points.
        size: Its font size, in points.
        mono: Whether all of it is monospaced.
        bold: Whether all of it is bold.
    """

    text: str
    x: float
    y: float
    size: float
    mono: bool = False
    bold: bool = False


@dataclass(slots=True)
class _Block:
    kind: str  # "text", "heading", "item" or "code"
    lines: list[Line] = field(default_factory=list)
    level: int = 0


_ROMAN = r"(?=[ivxl])(?:xl|l?x{0,3})(?:ix|iv|v?i{0,3})"
_PAGE_NUMBER = re.compile(
    rf"\W*+(?:(?:page|seite|p\.)\s*+)?(?:\d{{1,4}}|{_ROMAN})(?:\s*+(?:/|of|von)\s*+\d{{1,4}})?\W*+",
    re.IGNORECASE,
)
_OUTER_NUMBER = re.compile(r"(\d{1,4})\b|.*\b(\d{1,4})")
_LEADERS = frozenset(".·…_")  # what leads to the page number in a table of contents
_LEADING = 5  # at the least
_DIGITS = re.compile(r"\d+")
_WORD = re.compile(r"\w+(?:-\w+)*")
_FIRST_WORD = re.compile(r"\w*")
_BULLET = re.compile(r"[•‣▪◦●○■□\uf0b7\uf0a7]\s*(?=\S)|[-–*]\s+(?=\S)")
_NUMBERED = re.compile(r"(?:\(?\d{1,3}[.)]|\(?[a-z]\)|\[\d{1,3}\])\s+(?=\S)")
_ENDED = re.compile(r"[.!?…:;。！？][\"'”’»)\]]*$")
_HYPHENS = ("-", "‐", "\xad")
_LONGEST_WORD = 100  # letters of a word that may be a compound
_EDGE = 2  # lines at the head and at the foot of a page that may be its furniture
_HEADING_LENGTH = 200
_BOLD_LENGTH = 100


@dataclass(frozen=True, slots=True)
class _Measures:
    """The usual font size, line spacing and characters per line of a document, and its heading sizes."""

    size: float
    leading: float
    width: int
    levels: dict[float, int]


def to_markdown(pages: Sequence[Sequence[Line]]) -> tuple[str, str]:
    """Convert a document to Markdown.

    Args:
        pages: The lines of each page, in the order in which they are written.

    Returns:
        The text, and the first of the largest headings, which may serve as the title, or `""`.
    """
    kept = _without_furniture(pages)
    lines = [line for page in kept for line in page]
    if not lines:
        return "", ""
    usual = _measure(kept)
    blocks: list[_Block] = []
    for page in kept:
        for number, line in enumerate(page):
            kind, level = _kind(line, usual)
            if blocks and _goes_on(blocks[-1], line, kind, level, usual, new_page=number == 0):
                blocks[-1].lines.append(line)
            else:
                blocks.append(_Block(kind, [line], level))
    words = Counter(word for line in lines for word in _WORD.findall(line.text.lower()))
    headings = [block for block in blocks if block.kind == "heading"]
    title = min(headings, key=lambda block: block.level, default=None)
    return _rendered(blocks, words), _joined(title.lines, words) if title else ""


def _without_furniture(pages: Sequence[Sequence[Line]]) -> list[list[Line]]:
    """Drop running heads, footers, page numbers and the lines of a table of contents."""
    edges = [_edges(page) for page in pages]
    repeats: Counter[tuple[str, tuple[str, float]]] = Counter()
    offsets: Counter[tuple[str, int]] = Counter()
    for number, page in enumerate(edges):
        repeats.update({(zone, _shape(line)) for line, zone in page.items()})
        offsets.update({(zone, offset) for line, zone in page.items() for offset in _offsets(line, number)})
    often = min(3, len(pages))

    def furniture(line: Line, number: int) -> bool:
        zone = edges[number].get(line)
        if zone is None or len(pages) < 2:
            return False
        return (
            _PAGE_NUMBER.fullmatch(line.text) is not None
            or repeats[zone, _shape(line)] >= often
            or any(offsets[zone, offset] >= 3 for offset in _offsets(line, number))
        )

    return [
        [line for line in page if not furniture(line, number) and not _is_of_contents(line.text)]
        for number, page in enumerate(pages)
    ]


def _edges(page: Sequence[Line]) -> dict[Line, str]:
    """Return the outermost lines of a page, each with the edge that it is at."""
    ordered = sorted(page, key=lambda line: -line.y)
    return dict.fromkeys(ordered[-_EDGE:], "foot") | dict.fromkeys(ordered[:_EDGE], "head")


def _shape(line: Line) -> tuple[str, float]:
    """Return what the running heads of two pages have in common; a title in larger type differs in it."""
    return _DIGITS.sub("#", line.text), line.size


def _is_of_contents(text: str) -> bool:
    """Return whether a line ends in a row of dots, spaced or not, and perhaps a page number."""
    number = len(text)
    while number and text[number - 1].isdecimal():
        number -= 1
    return any(_ends_in_leaders(each.rstrip()) for each in (text[:number], text.rstrip("ivxlc")))


def _ends_in_leaders(text: str) -> bool:
    at = len(text)
    for count in range(_LEADING):
        if count and at and text[at - 1].isspace():
            at -= 1
        if not at or text[at - 1] not in _LEADERS:
            return False
        at -= 1
    return True


def _offsets(line: Line, page: int) -> set[int]:
    """Return how far the numbers at either end of a line are from the index of its page."""
    match = _OUTER_NUMBER.fullmatch(line.text) or _OUTER_NUMBER.match(line.text)
    return {int(found) - page for found in match.groups() if found} if match else set()


def _measure(pages: list[list[Line]]) -> _Measures:
    sizes: Counter[float] = Counter()
    for page in pages:
        for line in page:
            sizes[line.size] += len(line.text)
    size = max(sizes, key=lambda one: (sizes[one], -one))
    gaps = Counter(
        round((above.y - below.y) * 2) / 2
        for page in pages
        for above, below in pairwise(page)
        if above.size == below.size == size and 0.8 * size <= above.y - below.y <= 3 * size
    )
    leading = max(gaps, key=lambda gap: (gaps[gap], -gap), default=1.2 * size)
    lengths = sorted(len(line.text) for page in pages for line in page if line.size == size)
    larger = sorted((one for one in sizes if one > 1.12 * size), reverse=True)
    levels = {one: min(level, 4) for level, one in enumerate(larger, start=1)}
    return _Measures(size, leading, lengths[len(lengths) * 9 // 10], levels)


def _kind(line: Line, usual: _Measures) -> tuple[str, int]:
    if line.mono:
        return "code", 0
    if line.size in usual.levels and len(line.text) <= _HEADING_LENGTH:
        return "heading", usual.levels[line.size]
    if (
        line.bold
        and line.size >= usual.size
        and len(line.text) <= _BOLD_LENGTH
        and not _ENDED.search(line.text)
    ):
        return "heading", min(len(usual.levels), 4) + 1
    return ("item" if _BULLET.match(line.text) or _NUMBERED.match(line.text) else "text"), 0


def _goes_on(block: _Block, line: Line, kind: str, level: int, usual: _Measures, *, new_page: bool) -> bool:
    """Return whether a line continues the block before it."""
    above = block.lines[-1]
    gap = above.y - line.y
    if "code" in (kind, block.kind):
        return kind == block.kind
    if "heading" in (kind, block.kind):
        return kind == block.kind and level == block.level and not new_page and 0 <= gap < 1.8 * line.size
    full = len(above.text) > 0.8 * usual.width
    ended = bool(_ENDED.search(above.text))
    if kind == "item":  # a dash may also stand between two words, at the start of a line
        return line.text[0] in "-–" and full and not ended and block.kind == "text"
    if abs(line.size - above.size) > 0.12 * usual.size:
        return False
    if new_page or gap < 0:  # the next page, or the next column
        return not ended and (full or line.text[0].islower())
    if gap * usual.size > 1.35 * usual.leading * line.size:
        return False
    return _same_paragraph(block, line, usual, ended=ended)


def _same_paragraph(block: _Block, line: Line, usual: _Measures, *, ended: bool) -> bool:
    """Return whether a line at the usual distance continues the paragraph, by its indent and length."""
    above = block.lines[-1]
    if block.kind == "item":
        if line.x < block.lines[0].x - 1:
            return False
    elif line.x > above.x + 0.8 * line.size and ended:
        return False
    if ended:
        return len(above.text) >= 0.7 * usual.width
    return len(above.text) >= 0.55 * usual.width or line.text[0].islower()


def _rendered(blocks: Sequence[_Block], words: Counter[str]) -> str:
    parts: list[str] = []
    for number, block in enumerate(blocks):
        if number:
            parts.append("\n" if block.kind == blocks[number - 1].kind == "item" else "\n\n")
        text = _code(block.lines) if block.kind == "code" else _joined(block.lines, words)
        if block.kind == "heading":
            text = f"{'#' * block.level} {text}"
        elif block.kind == "item":
            text = _BULLET.sub("- ", text, count=1) if _BULLET.match(text) else text
        elif block.kind == "text":
            text = plain_start(text)
        parts.append(text)
    return "".join(parts)


def _code(lines: Sequence[Line]) -> str:
    left = min(line.x for line in lines)
    shown = [" " * min(40, round((line.x - left) / (0.6 * line.size or 1))) + line.text for line in lines]
    return "\n".join(["```", *shown, "```"])


def _joined(lines: Sequence[Line], words: Counter[str]) -> str:
    """Join lines; a word that was hyphenated at the end of a line becomes whole."""
    parts = [lines[0].text]
    for line in lines[1:]:
        head = _broken(parts)
        if not head or not line.text[0].islower():
            parts += (" ", line.text)
            continue
        rest = _FIRST_WORD.match(line.text)
        tail = rest[0].lower() if rest else ""
        compound = words[f"{head}-{tail}"] > words[head + tail]  # elsewhere in the text, unbroken
        if not compound or parts[-1][-1] == "\xad":
            parts[-1] = parts[-1][:-1]
        parts.append(line.text)
    return "".join(parts).replace("\xad", "")


def _broken(parts: Sequence[str]) -> str:
    """Return the word that is hyphenated at the end of a text, in lower case; `""` if there is none.

    Of a word that is too long to be a compound, and may go over many lines, only the end is returned.
    """
    if not parts[-1].endswith(_HYPHENS):
        return ""
    letters: list[str] = []
    for part in chain([parts[-1][:-1]], islice(reversed(parts), 1, None)):
        for letter in reversed(part):
            if not (letter.isalnum() or letter == "_") or len(letters) > _LONGEST_WORD:
                return "".join(reversed(letters)).lower()
            letters.append(letter)
    return "".join(reversed(letters)).lower()
