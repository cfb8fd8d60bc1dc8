"""Write the command pages from the parsers of `footnote` and `footnote-bot`."""

from __future__ import annotations

import typer
from typer.cli import get_docs_for_click

import bot.__main__
import index.cli


def page() -> str:
    """Return the command page of the site, in Markdown."""
    return "\n".join(
        [
            "# Commands",
            "",
            "`footnote` manages the index and answers questions from it; `footnote-bot` runs the bot. "
            "`python -m index` and `python -m bot` do the same.",
            "",
            _reference(index.cli.app, "footnote"),
            _reference(bot.__main__.app, "footnote-bot"),
        ]
    )


def _reference(app: typer.Typer, name: str) -> str:
    command = typer.main.get_group(app)
    command.commands = {each: found for each, found in command.commands.items() if not found.hidden}
    for each in command.commands.values():
        each.short_help = (each.help or "").partition("\n")[0]  # the whole line, which is cut otherwise
    text = get_docs_for_click(obj=command, ctx=typer.Context(command, info_name=name), name=name)
    return text.replace("\n#", "\n##").replace("# ", "## ", 1)
