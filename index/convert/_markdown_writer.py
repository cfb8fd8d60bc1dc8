"""Writes an HTML tree as Markdown for quoting: keeps the structure, and the words of emphasis and links.

A sentence with `**` or an address in brackets could not be quoted word for word as its readers saw it.
Headings, lists, tables and code are kept, since they decide which words belong together.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, MutableMapping, Sequence
from typing import NamedTuple, Protocol


class Element(Protocol):
    """The part of an lxml element's interface that is used here."""

    tag: object
    text: str | None
    tail: str | None
    attrib: MutableMapping[str, str]

    def __iter__(self) -> Iterator[Element]:
        """Iterate over the children."""
        ...

    def __len__(self) -> int:
        """Return the number of children."""
        ...

    def get(self, key: str) -> str | None:
        """Return the value of an attribute."""
        ...

    def iter(self, *tags: str) -> Iterator[Element]:
        """Iterate over the element and its descendants, only those with one of `tags` if any are given."""
        ...

    def iterancestors(self) -> Iterator[Element]:
        """Iterate over the parent, its parent, and so on."""
        ...

    def itertext(self) -> Iterator[str]:
        """Iterate over the texts in it, in document order."""
        ...

    def remove(self, element: Element) -> None:
        """Remove a child, and its tail."""
        ...


class _Block(NamedTuple):
    text: str
    tight: bool = False  # a list: no blank line in front of it inside an item


_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_BLOCKS = frozenset(_HEADINGS) | frozenset(
    "address article aside blockquote body caption center dd details dialog div dl dt fieldset figcaption "
    "figure footer form header hr html legend li main nav ol p pre section summary table tbody td tfoot th "
    "thead tr ul".split()
)
_SKIPPED = frozenset(  # what is not text, and what the author has struck out
    "script style noscript template head img svg math iframe object audio video input del s strike".split()
)
_INVISIBLE = re.compile("[\u00ad\u200b\u2060\ufeff\x00-\x08\x0e-\x1f\x7f-\x9f]")
_SPACE = re.compile(r"[^\S\n]+")
_REFERENCE = re.compile(r"\s*\[\w{1,4}\]\s*")  # the number of a footnote, which belongs to no sentence
_STRUCTURE = re.compile(r"#{1,6}(?=\s|$)|```|~~~|(?:=+|-+)\s*$")  # text that Markdown would read as structure
_NOT_WORD = re.compile(r"\W+")
_TICKS = re.compile(r"`+")
_BLANK_LINES = re.compile(r"\n(?: ?\n)+")
_BREAK = "\x00"  # stands for <br> while white space is collapsed


def to_markdown(root: Element) -> str:
    """Return an HTML tree as Markdown: blocks with blank lines between them, no white space around."""
    return "\n\n".join(block.text for block in _Writer(root).blocks(root))


def bare(text: str) -> str:
    """Reduce a text to its letters and digits, case-folded, for comparing titles."""
    return _NOT_WORD.sub("", text).casefold()


def without_title(text: str, title: str) -> str:
    """Drop the first heading of a text if it only repeats the title."""
    first, _, rest = text.partition("\n")
    repeats = first.startswith("#") and bare(first) == bare(title)
    return rest.lstrip("\n") if repeats and rest.strip() else text


class _Writer:
    def __init__(self, root: Element) -> None:
        self._deep = _ancestors(root, _BLOCKS)
        self._headed = _ancestors(root, frozenset(_HEADINGS))
        self._special: dict[object, Callable[[Element], Sequence[_Block]]] = {
            "ul": self._list,
            "ol": self._list,
            "table": self._table,
            "blockquote": self._quotation,
            "pre": self._code,
            **dict.fromkeys(_HEADINGS, self._heading),
        }

    def blocks(self, element: Element) -> list[_Block]:
        """Return the blocks in an element; the text between them becomes blocks, too."""
        found: list[_Block] = []
        run = [element.text or ""]
        for child in element:
            if child.tag in _BLOCKS or (child in self._deep and child.tag not in _SKIPPED):
                found += _paragraphs("".join(run))
                found += self._special.get(child.tag, self.blocks)(child)
                run = []
            else:
                run.append(_inline(child))
            run.append(child.tail or "")
        return found + _paragraphs("".join(run))

    def _heading(self, element: Element) -> list[_Block]:
        text = _one_line(_inline(element))
        return [_Block(f"{'#' * _HEADINGS[str(element.tag)]} {text}")] if text else []

    def _list(self, element: Element) -> list[_Block]:
        if element in self._headed:  # a page laid out with a list
            return self.blocks(element)
        number = 1
        items: list[str] = []
        for child in element:
            blocks = self.blocks(child) if child.tag != "ul" and child.tag != "ol" else self._list(child)
            if not blocks:
                continue
            marker = f"{number}. " if element.tag == "ol" else "- "
            rest = (f"{'' if block.tight else chr(10)}\n{block.text}" for block in blocks[1:])
            items.append(marker + _indented("".join([blocks[0].text, *rest]), len(marker)))
            number += 1
        return [_Block("\n".join(items), tight=True)] if items else []

    def _quotation(self, element: Element) -> list[_Block]:
        text = "\n\n".join(block.text for block in self.blocks(element))
        return [_Block("\n".join(f"> {line}".rstrip() for line in text.split("\n")))] if text else []

    def _code(self, element: Element) -> list[_Block]:
        text = preformatted(element).strip("\n").rstrip()
        if not text.strip():
            return []
        fence = "`" * max(3, 1 + max(map(len, _TICKS.findall(text)), default=0))
        return [_Block(f"{fence}\n{text}\n{fence}")]

    def _table(self, element: Element) -> list[_Block]:
        rows = [[cell for cell in row if cell.tag in ("td", "th")] for row in _rows(element)]
        rows = [row for row in rows if row]
        laid_out = any(_holds_blocks(cell) for row in rows for cell in row)
        if laid_out or max(map(len, rows), default=0) < 2:  # a page or a frame made with a table
            return [block for row in rows for cell in row for block in self.blocks(cell)]
        captions = [block for child in element if child.tag == "caption" for block in self.blocks(child)]
        lines = [
            [_cell("\n".join(block.text for block in self.blocks(cell))) for cell in row] for row in rows
        ]
        lines = [_without_blank_end(line) for line in lines if any(line)]
        while len(lines) > 1 and len(lines[0]) == 1 < len(lines[1]):  # a caption over all columns
            captions.append(_Block(lines.pop(0)[0]))
        if not lines:
            return captions
        lines.insert(1, ["---"] * max(map(len, lines)))
        table = "\n".join(f"| {' | '.join(line)} |" for line in lines)
        return [*captions, _Block(table)]


def _ancestors(root: Element, tags: frozenset[str]) -> set[Element]:
    """Return the elements that contain an element with one of these tags."""
    found: set[Element] = set()
    for element in root.iter():
        if element.tag in tags:
            for ancestor in element.iterancestors():
                if ancestor in found:
                    break
                found.add(ancestor)
    return found


def _rows(table: Element) -> Iterator[Element]:
    for child in table:
        if child.tag == "tr":
            yield child
        elif child.tag in ("thead", "tbody", "tfoot"):
            yield from (row for row in child if row.tag == "tr")


def _holds_blocks(cell: Element) -> bool:
    """Return whether a cell holds blocks that a line of a Markdown table cannot show."""
    paragraphs = 0
    for element in cell.iter():
        paragraphs += element.tag == "p"
        if paragraphs > 3 or element.tag in _NOT_IN_CELLS:
            return True
    return False


_NOT_IN_CELLS = frozenset(_HEADINGS) | {"table", "pre", "blockquote"}


def _without_blank_end(line: list[str]) -> list[str]:
    """Drop the empty cells at the end of a row: Markdown needs none, and hostile pages have millions."""
    return line[: max(number for number, cell in enumerate(line, start=1) if cell)]


def _cell(text: str) -> str:
    return _one_line(text).replace("|", r"\|")


def _indented(text: str, width: int) -> str:
    lines = text.split("\n")
    return "\n".join([lines[0], *(f"{' ' * width}{line}" if line else "" for line in lines[1:])])


def _paragraphs(text: str) -> list[_Block]:
    """Collapse white space as a browser does, and split where two line breaks follow each other."""
    text = _SPACE.sub(" ", _INVISIBLE.sub("", text.replace("\n", " ").replace(_BREAK, "\n")))
    found: list[_Block] = []
    for paragraph in _BLANK_LINES.split(text):
        lines = [plain_start(line.strip()) for line in paragraph.split("\n")]
        kept = "\n".join(line for line in lines if line)
        if kept:
            found.append(_Block(kept))
    return found


def plain_start(line: str) -> str:
    """Escape a line of prose with a backslash if Markdown would read its start as structure."""
    return f"\\{line}" if _STRUCTURE.match(line) else line


def _one_line(text: str) -> str:
    return " ".join(_INVISIBLE.sub("", text.replace(_BREAK, " ")).split())


def preformatted(element: Element) -> str:
    """Return the text of an element with its white space."""
    text = "".join(_inline_parts(element, code=True)).replace("\r\n", "\n")
    return _INVISIBLE.sub("", text.replace(_BREAK, "\n"))


def superscript(text: str) -> str:
    """Write superscript: a power stays one (10⁶, not 106); a footnote number in brackets is dropped."""
    if _REFERENCE.fullmatch(text):
        return ""
    return text.translate(_SUPERSCRIPTS) if set(text) <= set("0123456789+-−") else text


_SUPERSCRIPTS = str.maketrans("0123456789+-−", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻")


def _inline(element: Element) -> str:
    return "".join(_inline_parts(element))


def _inline_parts(element: Element, *, code: bool = False) -> Iterable[str]:
    """Yield the text of an element, line breaks as `_BREAK`, inline code between backticks."""
    tag = element.tag
    if not isinstance(tag, str) or tag in _SKIPPED:  # a comment has a function for a tag
        return
    if tag == "br":
        yield _BREAK
        return
    if tag == "code" and not code:
        words = _one_line("".join(_inline_parts(element, code=True)))
        yield f"`{words}`" if words and "`" not in words else words
        return
    if tag == "sup":
        yield superscript("".join(element.itertext()))
        return
    yield element.text or ""
    for child in element:
        yield from _inline_parts(child, code=code)
        yield child.tail or ""
