"""Renders a Markdown file: front matter, rewritten lines, hidden inline constructs, parser, writer."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final, cast

from pyromark import Options, events_with_range, reference_definitions

from index.render import _front_matter, _html_tokenizer
from index.render._block_extensions import Lines, Opening, rewrite
from index.render._dialects import Dialect, detect
from index.render._inline_extensions import Mask, Tag, hide, masked
from index.render._types import Container, ContainerKind, Rendered
from index.render._writer import BLOCKS, Writer

OPTIONS: Final = (
    Options.ENABLE_TABLES
    | Options.ENABLE_FOOTNOTES
    | Options.ENABLE_STRIKETHROUGH
    | Options.ENABLE_TASKLISTS
    | Options.ENABLE_DEFINITION_LIST
)

_SURROGATES: Final = re.compile("[\ud800-\udfff]")
_NOT_ASCII: Final = re.compile(r"[^\x00-\x7f]+")
_LANGUAGE: Final = re.compile(r"[\s{.]*([\w+#-][\w+#.-]*)")
_CODE_ROLES: Final = frozenset("code command envvar file kbd literal option program samp".split())
"""Roles of MyST that are code, as without a role."""

_MARKDOWN_NAMES: Final = {
    "Paragraph": "p",
    "Item": "li",
    "DefinitionList": "dl",
    "DefinitionListTitle": "dt",
    "DefinitionListDefinition": "dd",
    "TableHead": "tr",
    "TableRow": "tr",
    "Emphasis": "em",
    "Strong": "strong",
    "Strikethrough": "del",
    "BlockQuote": "blockquote",
    "CodeBlock": "pre",
    "FootnoteDefinition": "footnote",
    "Table": "table",
    "Link": "a",
}
_COMPONENTS: Final = {
    **dict.fromkeys(("tabitem", "tab"), ContainerKind.TAB),
    **dict.fromkeys(("accordion", "expandable", "accordionitem"), ContainerKind.DETAILS),
    **dict.fromkeys(
        "admonition callout note tip warning info caution danger aside alert".split(),
        ContainerKind.ADMONITION,
    ),
}
"""Components of MDX that are containers."""
_INLINE: Final = frozenset(
    """
    a abbr b bdi bdo big button cite code data del dfn em font i ins kbd label mark q rp rt ruby s samp small
    span strike strong sub sup time tt u var wbr
    """.split()
)
"""Elements of raw HTML that are no blocks; others that are unknown are."""
_TITLED: Final = frozenset({*_COMPONENTS, "card", "step", "linkcard", "details"})
_TITLES: Final = ("title", "label", "header", "summary", "value")


def render_markdown(source: str, *, dialect: Dialect | None = None) -> Rendered:
    """Render a Markdown file.

    Args:
        source: The characters of the file.
        dialect: What it is written for; told from the file if None. `detect` also looks around it.

    Returns:
        What a reader of the rendered page sees. Whatever the file holds, something is returned.
    """
    source = _SURROGATES.sub("\ufffd", source)
    dialect = dialect or detect(source)
    front = _front_matter.read(source)
    start = front.end or (1 if source.startswith("\ufeff") else 0)
    lines = rewrite(source, start, dialect)
    templated = dialect in (Dialect.TEMPLATE, Dialect.MKDOCS, Dialect.MYST) or bool(front.end)
    masks = hide(lines, dialect, templated=templated)
    writer = Writer(lines, len(source))
    _Reader(lines, masks, writer).read()
    if front.end:
        writer.left_out["front matter"] += 1
    return Rendered(
        text="".join(writer.parts),
        blocks=tuple(writer.blocks),
        containers=tuple(
            Container(
                each.kind,
                each.parent,
                each.start,
                each.end,
                each.label,
                each.number,
                each.columns,
                each.title,
            )
            for each in writer.containers
        ),
        marks=tuple(writer.marks),
        source_map=writer.source_map(),
        left_out=MappingProxyType(dict(writer.left_out)),
        front_matter=front.fields,
        hidden=front.hides,
        dialect=dialect,
    )


class _Offsets:
    """From offsets in bytes to offsets in characters, for a text that is not all ASCII."""

    def __init__(self, text: str) -> None:
        self.bytes, self.chars, self.text = [0], [0], text
        shift = 0
        for run in _NOT_ASCII.finditer(text):
            for at, char in enumerate(run[0], run.start()):
                shift += len(char.encode()) - 1
                self.bytes.append(at + 1 + shift)
                self.chars.append(at + 1)

    def __call__(self, offset: int) -> int:
        at = bisect_right(self.bytes, offset) - 1
        return self.chars[at] + offset - self.bytes[at]


class _Reader:
    """Hands what the parser finds to the writer."""

    def __init__(self, lines: Lines, masks: list[Mask], writer: Writer) -> None:
        self.lines, self.masks, self.writer = lines, masks, writer
        self.text = masked(lines.text, masks) if masks else lines.text
        self.starts = [mask.start for mask in masks]
        self.roles = {mask.end: mask.role for mask in masks if mask.role}
        self.images = 0
        self.paragraph_name: list[str] = []
        self.html: list[tuple[str, int]] | None = None
        self.head = False
        self.code = False

    def read(self) -> None:
        offsets: Callable[[int], int] = _identity if self.text.isascii() else _Offsets(self.text)
        for event, span in events_with_range(self.text, options=OPTIONS):
            start, end = offsets(span["start"]), offsets(span["end"])
            if isinstance(event, str):
                self._bare(event, start, end)
                continue
            kind, value = _named(event)
            if kind == "Text":
                self._text(str(value), start, end)
            elif kind == "Start":
                self._start(value, start)
            elif kind == "End":
                self._end(value, end)
            else:
                self._other(kind, str(value), start, end)
        self.writer.finish()
        self._count_definitions()

    def _count_definitions(self) -> None:
        if "]:" in self.text and (count := len(reference_definitions(self.text, options=OPTIONS))):
            self.writer.left_out["link definition"] += count

    def _bare(self, event: str, start: int, end: int) -> None:
        if self.images:
            return
        if event == "SoftBreak":
            self.writer.white(start, end)
        elif event == "HardBreak":
            self.writer.line_break(start, end)
        else:
            self.writer.end_block()

    def _other(self, kind: str, value: str, start: int, end: int) -> None:
        if self.images:
            return
        if kind == "Code":
            self._code(value, start, end)
        elif kind == "Html" and self.html is not None:
            self.html.append((value, start))
        elif kind in ("InlineHtml", "Html"):
            self._raw_html([(value, start)], inline=True)
        elif kind == "FootnoteReference":
            self.writer.left_out["footnote mark"] += 1

    # Elements of Markdown.

    def _start(self, tag: object, start: int) -> None:
        name, data = _named(tag)
        writer = self.writer
        if name == "Image":
            self.images += 1
            writer.left_out["image"] += 1
        elif self.images:
            return
        elif name == "Paragraph":
            writer.end_block()
            if start in self.lines.titles:
                writer.open("summary", start, markdown=True)
            self.paragraph_name.append("summary" if start in self.lines.titles else "")
        elif name == "HtmlBlock":
            writer.end_block()
            self.html = []
        elif name == "TableCell":
            writer.open("th" if self.head else "td", start, markdown=True)
        elif name == "Heading":
            writer.open(f"h{_field(data, 'level')[1]}", start, markdown=True)
        elif name == "List":
            writer.open("ul" if data is None else "ol", start, {"start": str(data)}, markdown=True)
        elif name == "BlockQuote":
            writer.open("blockquote", start, markdown=True, opening=self.lines.openings.get(start))
        else:
            self.head = {"TableHead": True, "TableRow": False}.get(name, self.head)
            self.code = name == "CodeBlock"
            writer.open(_MARKDOWN_NAMES[name], start, self._attributes(name, data), markdown=True)

    def _attributes(self, name: str, data: object) -> dict[str, str]:
        if name == "Link":
            address = _field(data, "dest_url")
            return {"href": "" if ",,," in address else address}
        if name == "FootnoteDefinition":
            return {"label": str(data)}
        if name == "CodeBlock" and data != "Indented":
            language = _LANGUAGE.match(_field(data, "Fenced"))
            return {"language": language[1] if language else ""}
        return {}

    def _end(self, tag: object, end: int) -> None:
        name, data = _named(tag)
        writer = self.writer
        if name == "Image":
            self.images -= 1
        elif self.images:
            return
        elif name == "Paragraph":
            writer.end_paragraph()
            if self.paragraph_name.pop():
                writer.close("summary", markdown=True)
        elif name == "HtmlBlock":
            pieces, self.html = self.html or [], None
            self._raw_html(pieces, inline=False)
        elif name == "TableCell":
            writer.close("th" if self.head else "td", markdown=True)
        elif name == "Heading":
            writer.close(f"h{str(data)[1]}", markdown=True)
        elif name == "List":
            writer.close("ol" if data else "ul", markdown=True)
        else:
            self.code = False
            writer.close(_MARKDOWN_NAMES[name], markdown=True)

    # Text.

    def _text(self, shown: str, start: int, end: int) -> None:
        """Write text of the parser, and what stands for what was hidden from it."""
        if self.images:
            return
        if self.code:
            whole = self.lines.text[start:end]
            self.writer.text(whole if len(whole) == len(shown) and self.masks else shown, start, end)
            return
        at = bisect_right(self.starts, start) - 1
        if at >= 0 and self.masks[at].end > start:
            self._hidden(self.masks[at])
            start = min(end, self.masks[at].end)
            shown = self.text[start:end]
        while at + 1 < len(self.masks) and self.masks[at + 1].start < end:
            at += 1
            mask = self.masks[at]
            if start < mask.start:
                self.writer.text(self.text[start : mask.start], start, mask.start)
            self._hidden(mask)
            start = min(end, mask.end)
            shown = self.text[start:end]
        if start < end:
            self.writer.text(shown, start, end)

    def _hidden(self, mask: Mask) -> None:
        """Write what stands for a hidden span."""
        if mask.tag:
            self._tag(mask.tag, mask.start, hidden=True, ends_line=self._ends_line(mask.end))
        elif mask.text:
            self.writer.text(mask.text, mask.start, mask.end)

    def _ends_line(self, at: int) -> bool:
        """Whether a line ends at an offset, or something hidden follows."""
        number = bisect_left(self.starts, at)
        return self.text[at : at + 1] in ("", "\n") or self.starts[number : number + 1] == [at]

    def _code(self, shown: str, start: int, end: int) -> None:
        """Write inline code, or what a role of MyST shows."""
        source = self.lines.text[start:end]
        ticks = len(source) - len(source.lstrip("`"))
        inner = source[ticks : len(source) - ticks]
        if self.roles.get(start, "code") not in _CODE_ROLES:
            self._role(shown, start + ticks, end - ticks)
            return
        found = inner.find(shown)
        if found >= 0:
            self.writer.code(shown, start + ticks + found, start + ticks + found + len(shown))
        else:
            self.writer.code(shown, start, end)

    def _role(self, shown: str, start: int, end: int) -> None:
        target = shown.rfind("<") if shown.rstrip().endswith(">") else -1
        words = shown[:target].rstrip() if target > 0 else shown
        self.writer.text(words, start, start + len(words))

    # HTML.

    def _raw_html(self, pieces: list[tuple[str, int]], *, inline: bool) -> None:
        """Write raw HTML that stands in one piece or, inside of a quotation, in several."""
        source = "".join(piece for piece, _ in pieces)
        begins: list[int] = []
        length = 0
        for piece, _ in pieces:
            begins.append(length)
            length += len(piece)

        def place(offset: int) -> int:
            number = bisect_right(begins, offset) - 1
            return pieces[number][1] + offset - begins[number]

        for part, at in _html_tokenizer.parts(source):
            if part is None:
                self.writer.left_out["comment"] += 1
            elif isinstance(part, Tag):
                self._tag(part, place(at), inline=inline)
            else:
                self._html_text(part, place)

    def _html_text(self, part: _html_tokenizer.Text, place: Callable[[int], int]) -> None:
        if len(part.shown) != part.end - part.start:
            self.writer.text(part.shown, place(part.start), place(part.end - 1) + 1)
            return
        at = part.start
        for line in part.shown.splitlines(keepends=True):
            self._text(line, place(at), place(at) + len(line))
            at += len(line)

    def _tag(
        self,
        tag: Tag,
        at: int,
        *,
        inline: bool = True,
        hidden: bool = False,
        ends_line: bool = False,
    ) -> None:
        """Open or close an element."""
        name, writer = tag.name.lower(), self.writer
        component = hidden and (not tag.name or tag.name[0].isupper() or "." in tag.name)
        if component:
            writer.left_out["component"] += 1
        if tag.closes:
            writer.close(name)
            return
        opening = None
        if component and name in _COMPONENTS:
            kind = _COMPONENTS[name]
            opening = Opening(kind, name if kind is ContainerKind.ADMONITION else "")
        block = (component and ends_line and writer.block is None) or (
            not inline and name not in _INLINE and not hidden
        )
        values: Mapping[str, str] = {key: value[0] for key, value in tag.attributes.items()}
        writer.open("" if component and name in BLOCKS else name, at, values, opening=opening, block=block)
        if hidden and name in _TITLED:
            self._title(tag)
        if tag.empty:
            writer.close(name)

    def _title(self, tag: Tag) -> None:
        """Write the title of a component, which is one of its attributes."""
        found = next((tag.attributes[each] for each in _TITLES if tag.attributes.get(each, ("",))[0]), None)
        if found:
            self.writer.open("summary", found[1])
            self.writer.text(*found)
            self.writer.close("summary")


def _named(event: object) -> tuple[str, object]:
    """The name of an event or a tag, and what it holds."""
    return (event, None) if isinstance(event, str) else next(iter(cast("dict[str, object]", event).items()))


def _field(data: object, name: str) -> str:
    return str(cast("dict[str, object]", data)[name])


def _identity(offset: int) -> int:
    return offset
