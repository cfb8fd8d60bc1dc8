"""Holds what the repository says of itself: commands, settings, version, articles and questions."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
import typer

import bot.__main__
import index.cli
from bot.settings import BotSettings
from bot.unknown_settings import variables
from index import corpus
from index.evaluation import load_questions
from index.settings import IndexSettings

ROOT = Path(__file__).parents[1]
PAGES = [
    ROOT / "README.md",
    ROOT / ".env.example",
    *sorted((ROOT / "docs").glob("*.md")),
    ROOT / "docs" / "deploy" / "README.md",
    *sorted((ROOT / "corpus" / "handbook").glob("*.md")),
]
COMMAND = re.compile(
    r"(?:python -m (index|bot)\b|(?:^|`|/bin/|(?:exec |as_)footnote )(footnote(?:-bot)?)(?= |`|$))"
    r"([^`\n]*)",
    re.MULTILINE,
)
APPS = {
    "index": index.cli.app,
    "footnote": index.cli.app,
    "bot": bot.__main__.app,
    "footnote-bot": bot.__main__.app,
}


def text_of(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def options_of(module: str, name: str | None) -> set[str]:
    """The options of a command."""
    command: Any = typer.main.get_command(APPS[module])
    if name is not None:
        assert name in command.commands, f"{module} {name} is no command"
        command = command.commands[name]
    return {"--help", "-h"} | {option for parameter in command.params for option in parameter.opts}


def commands() -> list[tuple[str, str, list[str]]]:
    """Every command that a page names: the page, the program, and the words that follow it."""
    found = []
    for path in PAGES:
        for match in COMMAND.finditer(text_of(path)):
            said = re.split(r"\s{2,}|\s#", match[3])[0]
            found.append((path.name, match[1] or match[2], re.findall(r'"[^"]*"|[^\s"\[\]]+', said)))
    return found


def test_every_command_that_a_page_names_is_one() -> None:
    named = commands()
    assert len(named) > 50
    for page, module, words in named:
        name = words[0] if words and re.fullmatch("[a-z]+", words[0]) else None
        wanted = {word for word in words if re.fullmatch(r"--?[a-z][a-z-]*", word)}
        assert wanted <= options_of(module, name), f"{page}: {module} {' '.join(words)}"


def test_every_command_is_in_the_operators_guide() -> None:
    text = text_of(ROOT / "docs" / "operators-guide.md")
    for program, app in (("footnote", index.cli.app), ("footnote-bot", bot.__main__.app)):
        for command in (each for each in app.registered_commands if not each.hidden):
            name = command.name or getattr(command.callback, "__name__", "")
            assert re.search(rf"(?:{program} |`){name}\b", text), f"{program} {name}"


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_settings_that_a_page_names_exist(path: Path) -> None:
    named = set(re.findall(r"\b(?:BOT|INDEX)_[A-Z_]*[A-Z]\b", text_of(path)))
    assert named <= set(variables(BotSettings, IndexSettings))


def test_targets_of_make_that_a_page_names_exist() -> None:
    targets = set(re.findall(r"^([a-z]+):", text_of(ROOT / "Makefile"), re.MULTILINE))
    for path in PAGES:
        code = " ".join(re.findall(r"`[^`]+`|^```.*?^```", text_of(path), re.MULTILINE | re.DOTALL))
        assert set(re.findall(r"\bmake ([a-z]+)", code)) <= targets, path.name


def test_links_between_pages_lead_somewhere() -> None:
    for path in [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))]:
        for link in re.findall(r"\]\(([^)\s]+)\)", text_of(path)):
            target, _, anchor = link.partition("#")
            if re.match(r"[a-z]+:", target):
                continue
            other = (path.parent / target) if target else path
            assert other.exists(), f"{path.name} links to {target}"
            headings = re.findall(r"^#+ (.+)$", text_of(other), re.MULTILINE) if anchor else []
            slugs = {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}
            assert not anchor or anchor in slugs, f"{path.name} links to {target}#{anchor}"


def test_the_architecture_names_modules_that_exist() -> None:
    text = text_of(ROOT / "docs" / "architecture.md")
    folders = [
        ROOT,
        ROOT / "index",
        ROOT / "bot",
        *(path for path in (ROOT / "index").iterdir() if path.is_dir()),
    ]
    named = set(re.findall(r"(?<![\w/])(?:\w+/)*\w+(?:\.py|/)(?![\w/])", text)) - {"discord.py"}
    assert len(named) > 40
    assert not [name for name in sorted(named) if not any((folder / name).exists() for folder in folders)]


def test_the_version_has_its_place_in_the_changelog() -> None:
    version = tomllib.loads(text_of(ROOT / "pyproject.toml"))["project"]["version"]
    headings = re.findall(r"^## \[(.+?)\]", text_of(ROOT / "CHANGELOG.md"), re.MULTILINE)
    assert version in headings or headings[0] == "Unreleased"


def normalized(requirement: str) -> str:
    """The name of a requirement as packaging tools compare it."""
    return re.sub(r"[-_.]+", "-", re.split(r"[<>=~!; ]", requirement)[0]).lower()


def pins(path: Path) -> dict[str, str]:
    """The releases in a file of requirements, by normalized name."""
    found = re.findall(r"^([\w.-]+)==(\S+)", text_of(path), re.MULTILINE)
    return {normalized(name): version for name, version in found}


def test_dependencies_are_pinned() -> None:
    project = tomllib.loads(text_of(ROOT / "pyproject.toml"))["project"]
    pinned = pins(ROOT / "constraints.txt")
    extras = (one for extra in project["optional-dependencies"].values() for one in extra)
    for one in [*project["dependencies"], *extras]:
        own = one.startswith(f"{project['name']}[")  # an extra that includes another
        assert own or normalized(one) in pinned, f"{one} is not in constraints.txt"


def test_the_lock_agrees_with_the_pins_and_has_hashes() -> None:
    project = tomllib.loads(text_of(ROOT / "pyproject.toml"))["project"]
    locked, pinned = pins(ROOT / "requirements.lock"), pins(ROOT / "constraints.txt")
    assert {normalized(one) for one in project["dependencies"]} - locked.keys() == {"torch"}
    assert {name: version for name, version in locked.items() if pinned.get(name, version) != version} == {}
    entries = re.split(r"^(?=[\w.-]+==)", text_of(ROOT / "requirements.lock"), flags=re.MULTILINE)[1:]
    assert [entry for entry in entries if "--hash=sha256:" not in entry] == []


def test_every_article_that_comes_with_footnote_is_sound() -> None:
    folder = ROOT / "corpus"
    found = {}
    for path in corpus.files(folder):
        articles, skipped = corpus.read(folder, path)
        assert skipped == [], path.name
        found.update({article.id: article for article in articles})
    assert {article.collection for article in found.values()} == {"handbook", "news"}
    for article in found.values():
        assert article.published, article.id
        assert article.source, article.id
        assert article.language, article.id


def test_the_evidence_of_the_handbook_questions_is_in_its_article() -> None:
    path = ROOT / "tests" / "data" / "handbook_questions.jsonl"
    folder = ROOT / "corpus"
    texts = {
        article.id: article.text for file in corpus.files(folder) for article in corpus.read(folder, file)[0]
    }
    questions = load_questions(path)
    assert len(questions) >= 50
    assert len({question.id for question in questions}) == len(questions)
    for question in questions:
        assert bool(question.evidence) == question.answerable, question.id
        for evidence in question.evidence:
            assert evidence.text in texts[evidence.article_id], question.id
    for line in text_of(path).splitlines():
        assert set(json.loads(line)) == {"id", "question", "answerable", "answers", "evidence"}
