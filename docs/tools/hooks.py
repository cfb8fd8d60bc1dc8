"""MkDocs hooks: pages made while the site is built, and links that lead out of `docs/`."""

from __future__ import annotations

import posixpath
import re
from pathlib import Path
from typing import Final

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

from docs.tools import commands, settings

ROOT: Final = Path(__file__).parents[2]
INCLUDED: Final = {
    "README.md": "index.md",
    "CHANGELOG.md": "changelog.md",
    "CONTRIBUTING.md": "contributing.md",
    "SECURITY.md": "security.md",
    "index/embedding/models/README.md": "model-card.md",
}
"""Files outside `docs/` that are pages of the site, and the pages."""
PAGES: Final = INCLUDED | {".env.example": "settings.md", "docs/decisions": "decisions/index.md"}
"""Files and folders that have a page of another name, and the pages."""

_ORIGINS: Final = {page: path for path, page in INCLUDED.items()}
_FENCED: Final = re.compile(r"(^```.*?^```$)", re.MULTILINE | re.DOTALL)
_LINK: Final = re.compile(r"(!?)\[([^\[\]]*)\]\(([^)\s<]+)\)")
_PICTURE: Final = re.compile(
    r'<picture>\s*<source [^>]*srcset="([^"]+)">\s*<img alt="([^"]*)" src="([^"]+)"[^>]*>\s*</picture>'
)


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages that are not files of `docs/`, and list the decisions in the navigation."""
    decisions = sorted(file.src_uri for file in files if re.fullmatch(r"decisions/\d+-.+\.md", file.src_uri))
    made = {page: (ROOT / path).read_text(encoding="utf-8") for path, page in INCLUDED.items()}
    made |= {"settings.md": settings.page(), "commands.md": commands.page()}
    made["decisions/index.md"] = _list_decisions(decisions)
    for page, text in made.items():
        files.append(File.generated(config, page, content=text))
    design = next(section["Design"] for section in config.nav or [] if "Design" in section)
    next(entry for entry in design if "Decisions" in entry)["Decisions"] = ["decisions/index.md", *decisions]
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Make links work on the site that work in the repository."""
    here = page.file.src_uri
    origin = _ORIGINS.get(here, f"docs/{here}")
    markdown = _PICTURE.sub(r"![\2](\3#only-light){ width=640 }\n![\2](\1#only-dark){ width=640 }", markdown)
    return relink(markdown, origin, here)


def relink(markdown: str, origin: str, here: str) -> str:
    """Change links to files of the repository into links to pages of the site.

    A link to a file that is no page becomes plain text. Code blocks stay as they are.

    Args:
        markdown: Text of a page.
        origin: Path of its file in the repository.
        here: Path of its page on the site.
    """
    parts = _FENCED.split(markdown)
    parts[::2] = [_LINK.sub(lambda link: _relink(link, origin, here), part) for part in parts[::2]]
    return "".join(parts)


def _relink(link: re.Match[str], origin: str, here: str) -> str:
    mark, text, target = link.groups()
    path, _, anchor = target.partition("#")
    if not path or re.match(r"[a-z]+:", target):
        return link[0]
    path = posixpath.normpath(posixpath.join(posixpath.dirname(origin), path))
    page = PAGES.get(path) or path.removeprefix("docs/")
    if page == path:
        return text
    page = posixpath.relpath(page, posixpath.dirname(here) or ".")
    return f"{mark}[{text}]({page}#{anchor})" if anchor else f"{mark}[{text}]({page})"


def _list_decisions(pages: list[str]) -> str:
    lines = [
        "# Decisions",
        "",
        "Why Footnote is built as it is, with the measurements behind each choice.",
        "",
    ]
    for page in pages:
        title = (ROOT / "docs" / page).read_text(encoding="utf-8").partition("\n")[0].removeprefix("# ")
        number, _, name = title.partition(". ")
        lines.append(f"{number}. [{name}]({posixpath.basename(page)})")
    return "\n".join(lines) + "\n"
