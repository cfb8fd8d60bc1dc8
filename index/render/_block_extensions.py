"""Blocks that CommonMark does not know, rewritten line by line as blocks that it knows.

Admonitions, tabs and directives become block quotes, `{% highlight %}` becomes a fence, and lines that
no reader sees go. Only whole lines and their indentation are changed, outside of code, and every character
that stays is traced back to the source.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from index.render._dialects import Dialect
from index.render._types import ContainerKind

_DEEPEST: Final = 16
"""Containers within each other that are rewritten: each costs characters in every line that it holds."""
_FAR: Final = 50
"""Blank lines that are read to see what follows them."""
_LONGEST: Final = 9
"""Colons of a fence that are counted."""
_LONGEST_SHORTCODE: Final = 4000
"""Characters of a shortcode that has lines for itself."""

_ITEM: Final = re.compile(r"(?:[-*+]|\d{1,9}[.)])(?:[ \t]+|$)")
_QUOTED: Final = re.compile(r"(?:>[ \t]?)+")
_FENCE: Final = re.compile(r"(`{3,}+)([^`]*+)|(~{3,}+)(.*)")
_ADMONITION: Final = re.compile(
    r"(?:!!!|\?\?\?\+?)[ \t]++(?:([\w-]++)(?:[ \t]++[\w-]++)*+[ \t]*+)?+(?:\"(.*)\")?"
)
_TAB: Final = re.compile(r"===[!+]?[ \t]+(?:\"(.*)\"|'(.*)')")
_COLONS: Final = re.compile(r"(:{3,}+)[ \t]*(.*)")
_COLON_OPENING: Final = re.compile(
    r"\{?\.?(?P<name>[A-Za-z][\w-]*+)(?:[ \t]++\.[\w-]++)*+\}?+(?:\[(?P<title>[^\[\]]*+)\])?+(?P<rest>.*+)"
)
_TITLE_ATTRIBUTE: Final = re.compile(r"\b(?:title|label|header|summary|name)=(?:\"([^\"]*)\"|'([^']*)')")
_ANY_ATTRIBUTES: Final = re.compile(r"\{[^{}]*\}[ \t]*$")
_DIRECTIVE: Final = re.compile(r"\{([A-Za-z][\w:+-]*)\}[ \t]*(.*)")
_OPTION: Final = re.compile(r":[\w-]+:(?:[ \t].*)?")
_CALLOUT: Final = re.compile(r"((?:>[ \t]?)*>[ \t]*)\[!([\w-]+)(?:\|[^\]]*)?\][+-]?[ \t]*(.*)")
_ABBREVIATION: Final = re.compile(r"\*\[[^\[\]]+\]:")
_SNIPPET: Final = re.compile(r"-{2,3}8<-{2,3}.*|<<<[ \t]*@.*|\{![^{}!]*!\}")
_COMMENT_DEFINITION: Final = re.compile(
    r"\[(?://|comment|_|-|#|:)\]:[ \t]*+(?:<?+#>?+[ \t]*+)?+[(\"'].*+", re.IGNORECASE
)
_CONTENTS: Final = re.compile(r"\[TOC\]|\[\[_?TOC_?\]\]|\$\{toc\}|\{\{[ \t]*toc[ \t]*\}\}", re.IGNORECASE)
_KRAMDOWN: Final = re.compile(r"\{:[^{}]*\}(?:[ \t]*\{:[^{}]*\})*")
_TARGET: Final = re.compile(r"\([\w.:/ -]+\)=")
_MODULE: Final = re.compile(
    r"(?:import\b.*(?:['\"]|\{|\bfrom\b|,)|export\b[ \t]+(?:const|let|default|function|\{|\*)).*"
)
_SHORTCODE: Final = re.compile(r"\{\{[<%][ \t]*(/?)([\w./-]+)|\{%-?[ \t]*(/?)(\w+)")
_PARAMETER: Final = re.compile(r"(?:(?<![\w-])([\w-]++)=)?(?:\"([^\"]*+)\"|'([^']*+)')")
_BLOCK_TAG: Final = re.compile(r"</?[A-Za-z][^<]*>")
_RAW: Final = re.compile(r"<(pre|script|style|textarea)\b", re.IGNORECASE)
_LANGUAGE: Final = re.compile(r"\w[\w+#.-]*")
_BACKTICKS: Final = re.compile(r"`{3,}")
_CODE_SPAN: Final = re.compile(r"(?<!`)`[^`]+`(?!`)|(?<!`)``(?:[^`]|`(?!`))+``(?!`)")

_TITLED: Final = frozenset(
    """
    tab tabitem details expand notice alert callout admonition card hint accordion
    """.split()
)
_ADMONITIONS: Final = frozenset(
    """
    note tip warning important caution danger attention hint error seealso admonition dropdown details todo
    info success failure bug example quote question abstract summary versionadded versionchanged deprecated
    """.split()
)
_PLAIN_DIRECTIVES: Final = frozenset(
    """
    tab-set tab-item card grid grid-item grid-item-card margin sidebar topic epigraph exercise solution
    glossary tabs tab group-tab panels list-table figure container div aside highlights rubric pull-quote
    tabbed only
    """.split()
)
_LEFT_DIRECTIVES: Final = frozenset(
    """
    toctree image include contents index currentmodule eval-rst tableofcontents bibliography mermaid autoclass
    automodule autofunction autosummary raw literalinclude youtube iframe meta cite video
    """.split()
)


class Piece(NamedTuple):
    """A run of the rewritten text.

    Attributes:
        start: First character in the rewritten text.
        source: Where it stands in the source; of what was inserted, what it stands before.
        copied: Whether it is the same characters as in the source.
    """

    start: int
    source: int
    copied: bool


class Opening(NamedTuple):
    """The container that a block quote of the rewritten text stands for."""

    kind: ContainerKind
    label: str


@dataclass(slots=True)
class Lines:
    """A rewritten text.

    Attributes:
        text: Its characters.
        pieces: Where they come from.
        starts: Where the pieces begin.
        code: Spans of it that are code, in order; what is not is searched for inline constructs.
        breaks: Offsets of it at which a paragraph cannot go on.
        openings: By the offset of the first `>` of a block quote, the container that it stands for.
        titles: Offsets at which a paragraph begins that is the title of a container.
        left_out: What was left out, by kind.
    """

    text: str = ""
    pieces: list[Piece] = field(default_factory=list)
    starts: list[int] = field(default_factory=list)
    code: list[tuple[int, int]] = field(default_factory=list)
    breaks: list[int] = field(default_factory=list)
    openings: dict[int, Opening] = field(default_factory=dict)
    titles: set[int] = field(default_factory=set)
    left_out: Counter[str] = field(default_factory=Counter)

    def runs(self, start: int, end: int) -> Iterator[tuple[int, int, int, bool]]:
        """Yield the runs of `text[start:end]`: start, end, where they stand in the source, copied or not."""
        at = bisect_right(self.starts, start) - 1
        while start < end:
            piece = self.pieces[at]
            stop = min(end, self.pieces[at + 1].start if at + 1 < len(self.pieces) else end)
            yield start, stop, piece.source + (start - piece.start if piece.copied else 0), piece.copied
            start, at = stop, at + 1

    def span_of(self, start: int, end: int) -> tuple[int, int]:
        """Return the span of the source that `text[start:end]` comes from; for no characters, a place."""
        first = self.pieces[bisect_right(self.starts, start) - 1]
        begin = first.source + (start - first.start if first.copied else 0)
        if end <= start:
            return begin, begin
        last = self.pieces[bisect_right(self.starts, end - 1) - 1]
        return begin, max(begin, last.source + (end - last.start if last.copied else 0))


@dataclass(slots=True)
class _Container:
    """A container that is rewritten as a block quote.

    Attributes:
        indent: Columns of white space in front of its first line.
        indented: Whether its content is indented by four columns more, rather than closed by a line.
        mark: The character that its closing line is made of.
        length: How many of them at least.
        opening: What it stands for, until its first line is written.
        options: Whether options may follow, which are left out.
        items: The list items that it stands in.
        shifts: How much each of them was moved to the left.
    """

    indent: int
    indented: bool
    mark: str
    length: int
    opening: Opening | None
    options: bool = False
    items: list[int] = field(default_factory=list)
    shifts: list[int] = field(default_factory=list)


@dataclass(slots=True)
class _Fence:
    """A fence of code that is open.

    Attributes:
        mark: The character that it is made of.
        length: How many of them.
        floor: Columns of white space with which a line still belongs to it.
        quoted: Whether it stands in a block quote.
        indent: Columns that are written in front of its lines, in place of `dedent` columns.
        dedent: Columns that are taken from them.
    """

    mark: str
    length: int
    floor: int
    quoted: bool
    indent: int
    dedent: int


def rewrite(source: str, start: int, dialect: Dialect) -> Lines:
    """Rewrite the body of a file.

    Args:
        source: The file; no surrogates.
        start: Where its body begins.
        dialect: What it is written for.
    """
    return _Rewriter(source, start, dialect).run()


class _Rewriter:
    """One pass over the lines of a file."""

    def __init__(self, source: str, start: int, dialect: Dialect) -> None:
        self.source, self.dialect, self.position = source, dialect, start
        self.lines = Lines()
        self.parts: list[str] = []
        self.length = 0
        self.containers: list[_Container] = []
        self.fence: _Fence | None = None
        self.items: list[int] = []
        self.shifts: list[int] = []
        self.after_blank, self.in_code = True, False
        self.quote_depth, self.previous_depth = 0, 0
        self.indent, self.dedent = 0, 0
        self.in_html = False
        self.found: dict[str, tuple[int, int]] = {}
        self.closers = _closers(source)
        self.rules: dict[str, tuple[Callable[[int, int, int], bool], ...]] = {
            "`": (self._fence,),
            "~": (self._fence,),
            "<": (self._comment, self._raw, self._snippet, self._tag),
            "!": (self._admonition,),
            "?": (self._admonition,),
            "=": (self._tab,),
            ":": (self._colons,),
            "-": (self._snippet, self._contents),
            "*": (self._abbreviation, self._contents),
            "1": (self._contents,),
            "[": (self._definition, self._contents),
            "$": (self._contents,),
            "{": (self._comment, self._snippet, self._contents, self._kramdown, self._shortcode),
            "i": (self._module,),
            "e": (self._module,),
            "(": (self._target,),
            "%": (self._percent,),
            "+": (self._break,),
            ">": (self._callout,),
        }

    def run(self) -> Lines:
        while self.position < len(self.source):
            end = self.source.find("\n", self.position)
            start, end = self.position, len(self.source) if end < 0 else end
            self.position = end + 1
            self._line(start, end)
        self.lines.text = "".join(self.parts)
        return self.lines

    # Writing.

    def _insert(self, text: str, source: int) -> None:
        if text:
            self._piece(source, copied=False)
            self.parts.append(text)
            self.length += len(text)

    def _copy(self, start: int, end: int) -> None:
        if start < end:
            self._piece(start, copied=True)
            self.parts.append(self.source[start:end])
            self.length += end - start

    def _piece(self, source: int, *, copied: bool) -> None:
        pieces = self.lines.pieces
        if (
            pieces
            and copied
            and pieces[-1].copied
            and pieces[-1].source + self.length - pieces[-1].start == source
        ):
            return
        pieces.append(Piece(self.length, source, copied))
        self.lines.starts.append(self.length)

    def _prefix(self) -> str:
        """The start of a line inside of the open containers, each of which is open from there on."""
        prefix = ""
        for each in self.containers:
            prefix += " " * each.indent
            if each.opening:
                self.lines.openings[self.length + len(prefix)] = each.opening
                each.opening = None
            prefix += "> "
        return prefix

    def _write(self, start: int, end: int, *, title: bool = False, indent: int = 0) -> None:
        """Write a line inside of the open containers; their indentation is already taken from it."""
        if self.containers:
            self._insert(self._prefix(), start)
            columns, core = _indentation(self.source, start, end)
            if "\t" in self.source[start:core]:  # a tab behind `>` would be narrower
                start, indent = core, columns + indent
        if indent:
            self._insert(" " * indent, start)
        if title:
            self.lines.titles.add(self.length)
        self._copy(start, end)
        if end < len(self.source) and self.source[end] == "\n" and not title:
            self._copy(end, end + 1)
        else:
            self._insert("\n", end)

    def _blank(self, at: int) -> None:
        """Write a blank line inside of the open containers."""
        prefix = "".join(" " * each.indent + ">" for each in self.containers if not each.opening)
        self.lines.breaks.append(self.length)
        self._insert(f"{prefix}\n", at)
        self.after_blank = True

    def _leave_out(self, kind: str, at: int) -> bool:
        """Leave a line out; between the rows of a table nothing stands in its place."""
        self.lines.left_out[kind] += 1
        following = self.source[self.position : self.position + 200].lstrip(" \t")
        if not following.startswith("|") or self.after_blank:
            self._blank(at)
        return True

    # Lines.

    def _line(self, start: int, end: int) -> None:
        start, held = self._enter_containers(start, end)
        self._leave_containers(held, start, end)
        columns, core = _indentation(self.source, start, end)
        if self.fence:
            if self._in_fence(self.fence, start, core, end, columns):
                return
            self.fence = None
        if core >= end or self.source[core:end].isspace():
            self._blank_line(start, end)
        elif not (self._closes(core, end) or self._option(core, end)):
            self._text_line(start, core, end, columns)

    def _blank_line(self, start: int, end: int) -> None:
        if self.in_code:  # blank lines inside of code count
            self._code_line(start, end)
        else:
            self._blank(start)
        self.after_blank, self.quote_depth = True, 0

    def _text_line(self, start: int, core: int, end: int, columns: int) -> None:
        """Write a line outside of fences, or read it as a construct of a dialect."""
        if self._is_code(columns, core):
            self.in_code = True
            self._code_line(start, end)
            return
        self.in_code = False
        self._list(columns, core, end)
        self.previous_depth, self.quote_depth = self.quote_depth, 0
        if self.dedent:
            start = core
        self.in_html = self.source[core] == "<" or (self.in_html and not self.after_blank)
        for rule in self.rules.get(self.source[core], ()):
            if rule(start, core, end):
                return
        if self._multi_line_comment(start, core, end):
            return
        self._write(start, end, indent=self.indent)
        self.after_blank = False

    def _code_line(self, start: int, end: int, indent: int = 0) -> None:
        begin = self.length
        self._write(start, end, indent=indent)
        code = self.lines.code
        if code and code[-1][1] == begin:
            code[-1] = (code[-1][0], self.length)
        else:
            code.append((begin, self.length))

    def _enter_containers(self, start: int, end: int) -> tuple[int, int]:
        """Where a line begins inside of the containers that hold it, and how many of them do."""
        if not self.containers:
            return start, 0
        blank = not self.source[start:end].strip()
        for number, each in enumerate(self.containers):
            columns, _ = _indentation(self.source, start, end)
            if each.indented and columns < each.indent + 4 and not blank:
                return start, number
            start = _skip(self.source, start, end, each.indent + (4 if each.indented else 0))
        return start, len(self.containers)

    def _leave_containers(self, held: int, start: int, end: int) -> None:
        if held < len(self.containers):
            self.fence = None
            self._leave(held, start)

    def _leave(self, number: int, at: int) -> None:
        """Leave a container and those in it."""
        self.items, self.shifts = self.containers[number].items, self.containers[number].shifts
        del self.containers[number:]
        self.in_code = False
        self._blank(at)

    def _in_fence(self, fence: _Fence, start: int, core: int, end: int, columns: int) -> bool:
        """Write a line of code; False if the fence ended in front of it."""
        blank = core >= end
        inner = _behind_quotes(self.source, core, end) if fence.quoted else core
        if (fence.quoted and inner == core) or (columns < fence.floor and not blank):
            return False
        bare = self.source[inner:end].strip()
        if bare and not bare.strip(fence.mark) and len(bare) >= fence.length:
            self.fence = None
        self._code_line(_skip(self.source, start, end, fence.dedent), end, fence.indent)
        self.after_blank = False
        return True

    def _content(self) -> int:
        return self.items[-1] if self.items else 0

    def _is_code(self, columns: int, core: int) -> bool:
        """Whether a line is indented code."""
        if self.dialect is Dialect.MDX or not (self.after_blank or self.in_code):
            return False
        while self.items and columns < self.items[-1]:
            self.items.pop()
            self.shifts.pop()
        return columns >= self._content() + 4

    def _list(self, columns: int, core: int, end: int) -> None:
        """Follow in which list item the text stands; in MDX, how much of its indentation is that of tags."""
        item = _ITEM.match(self.source, core, end)
        if self.after_blank or item:
            while self.items and columns < self.items[-1]:
                self.items.pop()
                self.shifts.pop()
        self.indent, self.dedent = 0, 0
        if self.dialect is Dialect.MDX:
            shift = self.shifts[-1] if self.shifts else 0
            kept = max(0, (self._content() if columns >= self._content() + 4 else columns) - shift)
            if kept != columns:
                self.indent, self.dedent = kept, columns
        if item:
            spaces = item.end() - core
            marker = len(item[0].rstrip())
            self.items.append(columns + (spaces if spaces - marker <= 4 else marker + 1))
            self.shifts.append(self.dedent - self.indent)

    # Containers.

    def _open(self, container: _Container, title: tuple[int, int] | None, at: int) -> bool:
        if len(self.containers) >= _DEEPEST:
            return False
        self._blank(at)
        container.items, self.items = self.items, []
        container.shifts, self.shifts = self.shifts, []
        self.containers.append(container)
        if title and title[0] < title[1]:
            self._write(*title, title=True)
            self._blank(title[1])
        self.after_blank = True
        return True

    def _closes(self, core: int, end: int) -> bool:
        """Whether a line closes a container, which is then left."""
        mark = self.source[core]
        if mark not in ":`~" or not self.containers:
            return False
        bare = self.source[core:end].strip()
        if bare.strip(mark):
            return False
        for number in range(len(self.containers) - 1, -1, -1):
            each = self.containers[number]
            if each.mark == mark and 3 <= each.length <= len(bare):
                self._leave(number, core)
                return True
        return False

    def _option(self, core: int, end: int) -> bool:
        """Whether a line is an option of the directive that has just been opened."""
        inner = self.containers[-1] if self.containers else None
        if not inner or not inner.options:
            return False
        inner.options = bool(_OPTION.fullmatch(self.source[core:end].rstrip()))
        return inner.options

    def _admonition(self, start: int, core: int, end: int) -> bool:
        found = _ADMONITION.fullmatch(self.source[core:end].rstrip())
        columns = _indentation(self.source, start, end)[0]
        if not found or not (found[1] or found[2]):
            return False
        if not (self._holds(columns) or found[2] or self.dialect is Dialect.MKDOCS):
            return False
        kind = ContainerKind.ADMONITION if self.source[core] == "!" else ContainerKind.DETAILS
        title = (core + found.start(2), core + found.end(2)) if found[2] else None
        label = (found[1] or "").lower()
        return self._open(_Container(columns, True, "", 0, Opening(kind, label)), title, core)

    def _tab(self, start: int, core: int, end: int) -> bool:
        found = _TAB.fullmatch(self.source[core:end].rstrip())
        if not found:
            return False
        group = 1 if found[1] is not None else 2
        columns = _indentation(self.source, start, end)[0]
        title = (core + found.start(group), core + found.end(group))
        return self._open(_Container(columns, True, "", 0, Opening(ContainerKind.TAB, "")), title, core)

    def _holds(self, columns: int) -> bool:
        """Whether the next line that is not blank is indented enough to belong to an admonition."""
        at = self.position
        for _ in range(_FAR):
            end = self.source.find("\n", at)
            end = len(self.source) if end < 0 else end
            indent, core = _indentation(self.source, at, end)
            if core < end or end == len(self.source):
                return core < end and indent >= columns + 4
            at = end + 1
        return False

    def _colons(self, start: int, core: int, end: int) -> bool:
        found = _COLONS.fullmatch(self.source[core:end].rstrip())
        if not found:
            return False
        opening = _COLON_OPENING.fullmatch(found[2])
        if not opening or "." in found[2].split("{")[0].split(" ")[0].lstrip("{."):
            return self._leave_out("directive", core)
        length = min(len(found[1]), _LONGEST)
        if not any(each >= length and last > end for each, last in self.closers.items()):
            return self._leave_out("directive", core)
        name = opening["name"].lower()
        title = self._colon_title(opening, core + found.start(2))
        container = _Container(
            _indentation(self.source, start, end)[0], False, ":", len(found[1]), _opening(name), options=True
        )
        return self._open(container, title, core)

    def _colon_title(self, opening: re.Match[str], at: int) -> tuple[int, int] | None:
        if opening["title"]:
            return at + opening.start("title"), at + opening.end("title")
        if attribute := _TITLE_ATTRIBUTE.search(opening.string):
            group = 1 if attribute[1] is not None else 2
            return at + attribute.start(group), at + attribute.end(group)
        if opening.string.startswith("{") and opening.string.endswith("}"):
            return None
        rest = _ANY_ATTRIBUTES.sub("", opening["rest"]).rstrip()
        begin = at + opening.start("rest") + len(rest) - len(rest.lstrip())
        return begin, begin + len(rest.lstrip())

    def _fence(self, start: int, core: int, end: int, *, quoted: bool = False) -> bool:
        found = _FENCE.fullmatch(self.source[core:end].rstrip())
        if not found:
            return False
        mark, info = (found[1], found[2]) if found[1] else (found[3], found[4])
        at = core + (found.start(2) if found[1] else found.start(4))
        columns = _indentation(self.source, start, end)[0]
        if not quoted and (directive := _DIRECTIVE.match(info.lstrip())):
            taken = self._directive(directive, at + len(info) - len(info.lstrip()), mark, columns, core)
            if taken is not None:
                return taken
        floor = 0 if self.dialect is Dialect.MDX else min(columns, self._content())
        self.fence = _Fence(mark[0], len(mark), floor, quoted, self.indent, self.dedent)
        self._code_line(start, end, self.indent)
        self.after_blank = False
        return True

    def _directive(self, found: re.Match[str], at: int, mark: str, columns: int, core: int) -> bool | None:
        """Read a fence as a directive of MyST; None if it is code."""
        name = found[1].lower()
        if name in _LEFT_DIRECTIVES:
            self._skip_fence(mark)
            return self._leave_out("directive", core)
        if name not in _ADMONITIONS | _PLAIN_DIRECTIVES:
            return None
        title = (
            None
            if name in ("figure", "container", "div", "list-table")
            else (at + found.start(2), at + found.end(2))
        )
        container = _Container(columns, False, mark[0], len(mark), _opening(name), options=True)
        return self._open(container, title, core)

    def _skip_fence(self, mark: str) -> None:
        """Move behind the end of a fence."""
        while self.position < len(self.source):
            end = self.source.find("\n", self.position)
            end = len(self.source) if end < 0 else end
            bare = self.source[self.position : end].strip()
            self.position = end + 1
            if len(bare) >= len(mark) and not bare.strip(mark[0]):
                break

    def _callout(self, start: int, core: int, end: int) -> bool:
        inner = _behind_quotes(self.source, core, end)
        if self._fence(start, inner, end, quoted=True):
            return True
        depth = self.source.count(">", core, inner)
        if not self.source[inner:end].strip():
            self.lines.breaks.append(self.length)
            return False
        self.quote_depth = depth
        found = _CALLOUT.fullmatch(self.source[core:end].rstrip())
        if not found or depth <= self.previous_depth or self.in_html:  # not the first line of the quotation
            return False
        first = core + found[1].rindex(">")
        prefix = self._prefix() + " " * self.indent
        self._insert(prefix, start)
        self._copy(start, core + found.end(1))
        self.lines.openings[self.length - (core + found.end(1) - first)] = Opening(
            ContainerKind.ADMONITION, found[2].lower()
        )
        if found[3]:
            self.lines.titles.add(self.length)
            self._copy(core + found.start(3), core + found.end(3))
            self._insert(f"\n{prefix}{self.source[start:core]}{found[1].rstrip()}", core + found.end())
        self._insert("\n", end)
        self.after_blank = False
        return True

    # What no reader sees.

    def _find(self, what: str, at: int) -> int:
        """Where `what` stands from `at` on, or -1; remembered, so that nothing is searched twice."""
        since, found = self.found.get(what, (0, -2))
        if since <= at and (found == -1 or at <= found):
            return found
        found = self.source.find(what, at)
        self.found[what] = (at, found)
        return found

    def _drop(self, kind: str, start: int, core: int, stop: int) -> bool:
        """Leave out what stands from `core` to `stop`, over lines; what follows on the last one is read."""
        self.lines.left_out[kind] += 1
        if start < core and self.source[start:core].strip():
            self._write(start, core)
            self.after_blank = False
        else:
            self._blank(start)
        rest = self.source.find("\n", stop)
        rest = len(self.source) if rest < 0 else rest
        self.position = stop if self.source[stop:rest].strip() else rest + 1
        return True

    def _comment(self, start: int, core: int, end: int) -> bool:
        """A comment at the start of a line."""
        for opening, closing in (("<!--", "-->"), ("{/*", "*/}"), ("{::comment}", "{:/comment}")):
            if self.source.startswith(opening, core):
                stop = self._find(closing, core + len(opening))
                return stop >= 0 and self._drop("comment", start, core, stop + len(closing))
        return False

    def _multi_line_comment(self, start: int, core: int, end: int) -> bool:
        """A comment that begins inside of a line and ends on a later one."""
        at = self.source.rfind("<!--", core, end)
        if at < 0 or self.source.find("-->", at, end) >= 0:
            return False
        if "`" in _CODE_SPAN.sub("", self.source[core:at]):
            return False
        stop = self._find("-->", end)
        return stop >= 0 and self._drop("comment", start, at, stop + 3)

    def _percent(self, start: int, core: int, end: int) -> bool:
        """A comment of Obsidian, between `%%`, or a line of MyST that begins with `%`."""
        if self.source.startswith("%%", core):
            stop = self._find("%%", core + 2)
            return stop >= 0 and self._drop("comment", start, core, stop + 2)
        return self.dialect is Dialect.MYST and self._leave_out("comment", core)

    def _raw(self, start: int, core: int, end: int) -> bool:
        """Elements whose content is no Markdown."""
        found = _RAW.match(self.source, core)
        if not found:
            return False
        name = found[1].lower()
        stop = self._find(f"</{name}>", core)
        if stop < 0:
            return False
        if name != "pre":
            return self._drop(name, start, core, stop + len(name) + 3)
        stop = self.source.find("\n", stop)
        stop = len(self.source) if stop < 0 else stop
        while True:
            self._code_line(start, end)
            if end >= stop:
                break
            start = end + 1
            end = self.source.find("\n", start)
            end = len(self.source) if end < 0 else end
            start, _ = self._enter_containers(start, end)
        self.position = end + 1
        self._blank(end)
        return True

    def _snippet(self, start: int, core: int, end: int) -> bool:
        line = self.source[core:end].rstrip()
        if not _SNIPPET.fullmatch(line):
            return False
        if not line.strip("-8<"):  # a block of names, up to the same line again
            stop = self._find(line, end)
            if stop >= 0:
                return self._drop("snippet", start, core, stop + len(line))
        return self._leave_out("snippet", core)

    def _abbreviation(self, start: int, core: int, end: int) -> bool:
        return bool(_ABBREVIATION.match(self.source, core, end)) and self._leave_out("abbreviation", core)

    def _definition(self, start: int, core: int, end: int) -> bool:
        found = _COMMENT_DEFINITION.fullmatch(self.source[core:end].rstrip())
        return bool(found) and self._leave_out("comment", core)

    def _contents(self, start: int, core: int, end: int) -> bool:
        """A table of contents that is made when the page is."""
        line = self.source[core:end].rstrip()
        made = _CONTENTS.fullmatch(line)
        if not made and line[-4:].lower() != " toc" and not line.endswith(" ."):
            return False
        listed = _ITEM.match(line)
        following = self.source[self.position : self.position + 40].lstrip()
        if made or (listed and following.startswith(("{:toc", "{: toc", "{:.toc"))):
            return self._leave_out("table of contents", core)
        return False

    def _kramdown(self, start: int, core: int, end: int) -> bool:
        found = _KRAMDOWN.fullmatch(self.source[core:end].rstrip())
        return bool(found) and self._leave_out("attributes", core)

    def _target(self, start: int, core: int, end: int) -> bool:
        found = _TARGET.fullmatch(self.source[core:end].rstrip())
        return bool(found) and self._leave_out("target", core)

    def _break(self, start: int, core: int, end: int) -> bool:
        bare = self.source[core:end].split(maxsplit=1)[0]
        return bare == "+++" and self.dialect is Dialect.MYST and self._leave_out("target", core)

    def _module(self, start: int, core: int, end: int) -> bool:
        """Imports and exports, up to the next blank line outside of braces."""
        if core != start or not _MODULE.fullmatch(self.source[core:end].rstrip()):
            return False
        mdx = self.dialect is Dialect.MDX
        if not mdx and not _is_import(self.source[core:end]):
            return False
        depth = _depth(self.source[core:end])
        while mdx and self.position < len(self.source):
            at = self.source.find("\n", self.position)
            at = len(self.source) if at < 0 else at
            line = self.source[self.position : at]
            if depth <= 0 and (not line.strip() or line[0] not in " \t)}];"):
                break
            depth += _depth(line)
            self.position = at + 1
        return self._leave_out("import", core)

    def _tag(self, start: int, core: int, end: int) -> bool:
        """In MDX, a line of tags does not keep its neighbours from being Markdown."""
        line = self.source[core:end].rstrip()
        markdown = self.dialect is Dialect.MDX or " markdown" in line
        if not markdown or not _BLOCK_TAG.fullmatch(line):
            return False
        self._blank(start)
        self._write(start, end, indent=self.indent)
        self._blank(end)
        return True

    def _shortcode(self, start: int, core: int, end: int) -> bool:
        """Shortcodes, and tags of Liquid, that have a line or several for themselves."""
        found = _SHORTCODE.match(self.source, core)
        if not found:
            return False
        name = (found[2] or found[4]).lower()
        closing = "%}" if found[4] else (">}}" if self.source[core + 2] == "<" else "%}}")
        stop = self.source.find(closing, core, min(len(self.source), core + _LONGEST_SHORTCODE))
        if stop < 0:
            return False
        stop += len(closing)
        line_end = self.source.find("\n", stop)
        line_end = len(self.source) if line_end < 0 else line_end
        if name in ("comment", "highlight"):
            return self._region(name, closing, start, core, stop)
        if self.source[stop:line_end].strip():
            return False
        self.position = line_end + 1
        title = None if found[1] or found[3] or name not in _TITLED else self._parameter(core, stop)
        if title is None:
            return self._leave_out("shortcode", core)
        self.lines.left_out["shortcode"] += 1
        self._blank(core)
        self._write(*title, title=True)
        self._blank(core)
        return True

    def _parameter(self, core: int, stop: int) -> tuple[int, int] | None:
        """The title among the parameters of a shortcode: one with such a name, or the first without any."""
        for each in _PARAMETER.finditer(self.source, core, stop):
            group = 2 if each[2] is not None else 3
            named = each[1] in ("title", "header", "label", "summary", "name", "tabname")
            if each[group].strip() and (named or (not each[1] and each[group].lower() not in _ADMONITIONS)):
                return each.span(group)
        return None

    def _region(self, name: str, closing: str, start: int, core: int, stop: int) -> bool:
        """What stands between `{% name %}` and `{% endname %}`, or the same as shortcodes of Hugo."""
        ends = ("{% end", "{%- end") if closing == "%}" else ("{{< /", "{{</", "{{% /", "{{%/")
        found = [at for at in (self._find(f"{each}{name}", stop) for each in ends) if at >= 0]
        if not found or self.source[core : core + 3] == "{{<" and self.source[stop - 4 : stop - 3] == "/":
            return self._leave_out("shortcode", core)
        finish = self.source.find(closing, min(found))
        finish = len(self.source) if finish < 0 else finish + len(closing)
        if name == "comment":
            return self._drop("comment", start, core, finish)
        self._highlight(core, stop, min(found))
        line_end = self.source.find("\n", finish)
        self.position = len(self.source) if line_end < 0 else line_end + 1
        self.lines.left_out["shortcode"] += 1
        return True

    def _highlight(self, core: int, stop: int, finish: int) -> None:
        """Write what stands from `stop` to `finish` as fenced code."""
        words = self.source[core:stop].split("highlight", 1)[1]
        language = _LANGUAGE.search(words)
        first = stop + 1 if self.source[stop : stop + 1] == "\n" else stop
        longest = max((len(each) for each in _BACKTICKS.findall(self.source, first, finish)), default=2)
        fence = "`" * (longest + 1)
        begin = self.length
        self._blank(core)
        prefix = "".join(" " * each.indent + "> " for each in self.containers)
        self._insert(f"{prefix}{fence}{language[0] if language else ''}\n", core)
        at = first
        while at < finish:
            end = self.source.find("\n", at, finish)
            end = finish if end < 0 else end
            self._insert(prefix, at)
            self._copy(at, end)
            self._insert("\n", end)
            at = end + 1
        self._insert(f"{prefix}{fence}\n", finish)
        self.lines.code.append((begin, self.length))
        self._blank(finish)


def _behind_quotes(source: str, core: int, end: int) -> int:
    """Where a line begins behind the marks of block quotes."""
    found = _QUOTED.match(source, core, end)
    return found.end() if found else core


def _is_import(line: str) -> bool:
    """Whether a line is an import wherever it stands: `import x from "y"`."""
    words = line.rstrip(" \t\r;").split(" from ")
    return line.startswith("import") and len(words) == 2 and words[1].strip().startswith(("'", '"'))


def _depth(line: str) -> int:
    return sum(line.count(each) for each in "{([") - sum(line.count(each) for each in "})]")


def _opening(name: str) -> Opening:
    if name in ("details", "dropdown", "spoiler", "collapse"):
        return Opening(ContainerKind.DETAILS, name)
    if name in ("tab", "tab-item", "group-tab", "tabbed"):
        return Opening(ContainerKind.TAB, name)
    return Opening(ContainerKind.ADMONITION, name)


def _closers(source: str) -> dict[int, int]:
    """By the number of colons, where the last line of nothing but colons stands."""
    if ":::" not in source:
        return {}
    return {min(len(found[1]), _LONGEST): found.start() for found in _CLOSER.finditer(source)}


_CLOSER: Final = re.compile(r"^[ \t>]*+(:{3,}+)[ \t\r]*+$", re.MULTILINE)


def _indentation(source: str, start: int, end: int) -> tuple[int, int]:
    """Columns of white space at the start of a line, where a tab fills up to four, and where they end."""
    columns = 0
    while start < end:
        char = source[start]
        if char == " ":
            columns += 1
        elif char == "\t":
            columns += 4 - columns % 4
        elif char != "\r":
            break
        start += 1
    return columns, start


def _skip(source: str, start: int, end: int, columns: int) -> int:
    """Where a line begins without so many columns of white space."""
    passed = 0
    while start < end and passed < columns and source[start] in " \t":
        passed += 4 - passed % 4 if source[start] == "\t" else 1
        start += 1
    return start
