"""Dialects of Markdown, and how to tell which one a file is written in."""

from __future__ import annotations

import re
from collections.abc import Iterable
from enum import StrEnum
from pathlib import PurePosixPath
from typing import Final


class Dialect(StrEnum):
    """What a file is written for.

    Most constructs are known in every dialect, since they mean nothing else elsewhere. The dialect decides
    only what would be ordinary text otherwise.
    """

    MARKDOWN = "markdown"
    """CommonMark with GitHub's tables, strikethrough, task lists, footnotes and alerts."""
    MKDOCS = "mkdocs"
    MDX = "mdx"
    """MDX, and Docusaurus: children of tags are Markdown, `{…}` is an expression, indentation is no code."""
    TEMPLATE = "template"
    """Hugo, Jekyll and other generators of sites: `{{ … }}` is replaced when the site is built."""
    OBSIDIAN = "obsidian"
    MYST = "myst"


_FENCE: Final = re.compile(r"`{3,}+|~{3,}+")
_SITES: Final = {
    "mkdocs.yml": Dialect.MKDOCS,
    "mkdocs.yaml": Dialect.MKDOCS,
    "docusaurus.config.js": Dialect.MDX,
    "docusaurus.config.ts": Dialect.MDX,
    "hugo.toml": Dialect.TEMPLATE,
    "hugo.yaml": Dialect.TEMPLATE,
    "config.toml": Dialect.TEMPLATE,
    "_config.yml": Dialect.TEMPLATE,
    "_config.toml": Dialect.TEMPLATE,
    ".obsidian": Dialect.OBSIDIAN,
    "myst.yml": Dialect.MYST,
    "_toc.yml": Dialect.MYST,
}
"""Files of a site's root, and what its pages are written in."""

_SIGNS: Final = (
    (Dialect.MDX, re.compile(r"^import\b[^\n;]*['\"][^'\"\n]+['\"];?[ \t\r]*$", re.MULTILINE)),
    (
        Dialect.MDX,
        re.compile(
            r"^[ \t]*+<(?:/[A-Z][A-Z0-9]*+[a-z]\w*+|[A-Z][A-Z0-9]*+[a-z][^<>\n]*+(?<=/))>", re.MULTILINE
        ),
    ),
    (
        Dialect.MYST,
        re.compile(
            r"^[ \t]*+(?:`{3,}+|:{3,}+)\{[a-z][\w:-]*+\}|\{(?:ref|doc|term)\}`"
            r"|\{\{ ?['\"][^'\"\n]*+['\"]\.format\(",
            re.MULTILINE,
        ),
    ),
    (Dialect.MKDOCS, re.compile(r"^[ \t]*(?:!!!|\?\?\?\+?) +[a-z]|^[ \t]*===\+? \"", re.MULTILINE)),
    (Dialect.TEMPLATE, re.compile(r"\{\{[<%]|\{%-? *[a-z]|\{\{-? *(?:site|page)\.|\{:[ .#]", re.MULTILINE)),
    (Dialect.OBSIDIAN, re.compile(r"!\[\[|^>[ \t]*\[![\w-]+\][+-]|\[\[[^\[\]\n|]+\|", re.MULTILINE)),
)
"""What only one dialect has, from the most to the least telling."""


def detect(source: str, *, name: str = "", around: Iterable[str] = ()) -> Dialect:
    """Tell what a file is written for.

    Args:
        source: The characters of the file.
        name: Its name, for the suffix.
        around: Names of files in the folders above it, the nearest first.

    Returns:
        The dialect of the suffix, else of the site around it, else of the first sign in the file itself.
    """
    if PurePosixPath(name).suffix.lower() == ".mdx":
        return Dialect.MDX
    for each in around:
        if each in _SITES:
            return _SITES[each]
    if not any(sign.search(source) for _, sign in _SIGNS):
        return Dialect.MARKDOWN
    prose = _without_code(source)
    return next((dialect for dialect, sign in _SIGNS if sign.search(prose)), Dialect.MARKDOWN)


def _without_code(source: str) -> str:
    """A text without what stands in fences of code; a fence of MyST with the name of a directive stays."""
    kept: list[str] = []
    fence = ""
    for line in source.split("\n"):
        bare = line.strip(" \t\r>")
        if fence:
            if bare.startswith(fence) and not bare.strip(fence[0]):
                fence = ""
            continue
        mark = _FENCE.match(bare)
        if mark and "`" not in bare[mark.end() :]:
            fence = mark[0]
        if not fence or "{" in bare:
            kept.append(line)
    return "\n".join(kept)
