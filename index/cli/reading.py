"""Commands that look into the index: list, show, info, verify."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from index.cli.common import (
    Collections,
    Corpus,
    Index,
    Json,
    builder,
    counted,
    engine,
    note,
    say,
    say_json,
    settings,
    waiting,
)


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    app.command("list")(list_articles)
    for command in (show, info, verify):
        app.command()(command)


def list_articles(
    prefix: Annotated[str, typer.Argument(help="Only those whose id or title has words that begin so.")] = "",
    collection: Collections = None,
    corpus: Corpus = None,
    index: Index = None,
    as_json: Json = False,
) -> None:
    """List the articles in the index."""
    cards = engine(settings(corpus, index)).articles(prefix, None, collection)
    if as_json:
        say_json([asdict(card) for card in cards])
        return
    for card in cards:
        say(f"{card.id}\t{card.published or '-'}\t{card.title}")
    note(counted(len(cards), "article"))


def show(
    article_id: Annotated[str, typer.Argument(metavar="ID", help="As `list` shows it.")],
    corpus: Corpus = None,
    index: Index = None,
    as_json: Json = False,
) -> None:
    """Show an article as it is in the index."""
    article = engine(settings(corpus, index)).article(article_id)
    if as_json:
        say_json(article)
        return
    for name in ("title", "url", "source", "published", "language"):
        if value := getattr(article, name):
            say(f"{name}: {value}")
    if article.tags:
        say(f"tags: {', '.join(article.tags)}")
    say(f"\n{article.text}")


def info(corpus: Corpus = None, index: Index = None, as_json: Json = False) -> None:
    """Tell what the index holds and what it was made with."""
    facts = engine(settings(corpus, index)).facts()
    if as_json:
        say_json(facts)
        return
    for name, value in facts.items():
        shown = ", ".join(name or "(none)" for name in value) if isinstance(value, list) else value
        say(f"{name}: {shown}")


def verify(corpus: Corpus = None, index: Index = None, as_json: Json = False) -> None:
    """Check the whole index: every span, vector and word.

    Exits with 1 if anything is wrong, and says what.
    """
    with waiting("Checking …"):
        problems = builder(settings(corpus, index)).verify()
    if as_json:
        say_json({"problems": problems})
    else:
        say("\n".join(problems) if problems else "The index is whole.")
    if problems:
        raise typer.Exit(1)
