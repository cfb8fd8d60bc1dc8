"""The documentation builds strictly, holds what it is generated from, and loads nothing from other hosts."""

from __future__ import annotations

import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from shutil import copytree
from typing import Any, Final

import pytest
import typer

import bot.__main__
import index.cli
from bot.settings import BotSettings
from bot.unknown_settings import variables
from docs.tools import commands, settings
from docs.tools.hooks import PAGES, relink
from index.settings import IndexSettings

ROOT: Final = Path(__file__).parents[2]


def build(config: Path, site: Path) -> subprocess.CompletedProcess[str]:
    """Builds the site with a configuration file."""
    command = [sys.executable, "-m", "mkdocs", "build", "--config-file", str(config), "--site-dir", str(site)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site, built into a folder of its own."""
    folder = tmp_path_factory.mktemp("site")
    built = build(ROOT / "mkdocs.yml", folder)
    assert built.returncode == 0, built.stderr
    return folder


class Resources(HTMLParser):
    """Collects the addresses of what a page loads by itself; links that a reader follows are none of them."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note the addresses of an element."""
        given = dict(attrs)
        loaded = ["src", "srcset", "poster", "data", *(["href"] if tag == "link" else [])]
        self.found += [value for name in loaded if (value := given.get(name))]


def text_of(site: Path, page: str) -> str:
    return re.sub(r"<[^>]+>", "", (site / page).read_text(encoding="utf-8")).replace("&amp;", "&")


def test_every_page_is_built(site: Path) -> None:
    sources = [path for path in (ROOT / "docs").rglob("*.md") if path.name != "README.md"]
    pages = {path.relative_to(ROOT / "docs").with_suffix(".html").as_posix() for path in sources}
    pages |= {page.replace(".md", ".html") for page in PAGES.values()} | {"commands.html"}
    assert len(pages) > 18
    assert [page for page in sorted(pages) if not (site / page).is_file()] == []
    assert not [path for path in site.rglob("*") if path.suffix == ".py" or path.name == "tools"]


def test_pages_load_nothing_from_other_hosts(site: Path) -> None:
    pages = sorted(site.rglob("*.html"))
    for page in pages:
        resources = Resources()
        resources.feed(page.read_text(encoding="utf-8"))
        assert len(resources.found) > 3
        assert [each for each in resources.found if re.match(r"(?:https?:)?//", each)] == [], page.name
    for sheet in site.rglob("*.css"):
        text = sheet.read_text(encoding="utf-8")
        assert not re.findall(r"(?:url\(|@import )['\"]?(?:https?:)?//", text), sheet.name
    assert not [page for page in pages if "mermaid" in page.read_text(encoding="utf-8")]  # comes from a CDN


@pytest.mark.parametrize("broken", ["[x](nowhere.md)", "[x](members-guide.md#nowhere)"])
def test_a_broken_link_fails_the_build(tmp_path: Path, broken: str) -> None:
    copytree(ROOT / "docs", tmp_path / "docs")
    with (tmp_path / "docs" / "translating.md").open("a", encoding="utf-8") as page:
        page.write(f"\n{broken}\n")
    config = tmp_path / "mkdocs.yml"
    hooks = ROOT / "docs" / "tools" / "hooks.py"
    config.write_text(f"INHERIT: {ROOT / 'mkdocs.yml'}\nhooks: [{hooks}]\n", encoding="utf-8")
    built = build(config, tmp_path / "site")
    assert built.returncode != 0
    assert "nowhere" in built.stderr


def test_the_settings_page_has_every_setting_with_type_default_and_meaning(site: Path) -> None:
    text = text_of(site, "settings.html")
    declared = variables(BotSettings, IndexSettings)
    headings = re.findall(
        r'<h3 id="[^"]+"><code>([A-Z_]+)</code>', (site / "settings.html").read_text("utf-8")
    )
    assert headings == declared
    assert text.count("Type: ") == len(declared)
    assert "Type: whole number, 1 to 3650. Default: 90." in text
    assert "Type: debug, info, warning or error. Default: info." in text
    assert "Type: number above 0 and below 1. Default: 0.45." in text
    assert "Days after which verdicts" in text
    assert all(each.meaning for kind in (BotSettings, IndexSettings) for each in settings.settings(kind))


def test_the_example_file_is_made_from_the_settings() -> None:
    text = settings.EXAMPLE.read_text(encoding="utf-8")
    assert text == settings.example(), "run `make settings`"


def test_the_commands_page_has_every_command_with_its_options(site: Path) -> None:
    text = text_of(site, "commands.html")
    for program, app in (("footnote", index.cli.app), ("footnote-bot", bot.__main__.app)):
        group: Any = typer.main.get_group(app)
        for name, command in group.commands.items():
            begin = text.find(f"$ {program} {name} ")
            assert (begin == -1) == command.hidden, name
            if not command.hidden:
                section = text[begin:].partition("\n$ ")[0]
                for parameter in command.params:
                    assert all(option in section for option in parameter.opts if option[0] == "-"), name
    assert not re.findall(r"\w\.\.\.$", commands.page(), re.MULTILINE)  # no description is cut


def test_links_lead_to_the_page_that_a_file_has_on_the_site() -> None:
    assert relink("[a](../../README.md)", "docs/deploy/README.md", "deploy/README.md") == "[a](../index.md)"
    given = (
        "[a](docs/members-guide.md#ask) ![b](docs/images/b.png) [c](LICENSE) [d](https://d.example/) [e](#f)"
    )
    made = "[a](members-guide.md#ask) ![b](images/b.png) c [d](https://d.example/) [e](#f)"
    assert relink(given, "README.md", "index.md") == made
    assert relink(f"```\n{given}\n```", "README.md", "index.md") == f"```\n{given}\n```"
