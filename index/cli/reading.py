"""Commands that read the index: list, show, info, verify and cited."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Final

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

_VERDICTS: Final = {
    "intact": "Still there, word for word.",
    "moved": "Still there, word for word, at another place: the article has changed.",
    "changed": "Changed: the article no longer holds the quoted sentence. Most like it is now:",
    "removed": "Removed: the article is gone.",
}


def list_articles(
    prefix: Annotated[
        str, typer.Argument(help="Only those whose id or title has words that start like this.")
    ] = "",
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
    """Show what the index contains and how it was made."""
    facts = engine(settings(corpus, index)).facts()
    if as_json:
        say_json(facts)
        return
    for name, value in facts.items():
        shown = ", ".join(name or "(none)" for name in value) if isinstance(value, list) else value
        say(f"{name}: {shown}")


def verify(corpus: Corpus = None, index: Index = None, as_json: Json = False) -> None:
    """Check the whole index: every span, vector and word.

    Exits with 1 if there are problems, and lists them.
    """
    with waiting("Checking …"):
        problems = builder(settings(corpus, index)).verify()
    if as_json:
        say_json({"problems": problems})
    else:
        say("\n".join(problems) if problems else "The index is whole.")
    if problems:
        raise typer.Exit(1)


def cited(
    citation_id: Annotated[
        str, typer.Argument(metavar="ID", help="Id of a citation, as `ask --json` shows it.")
    ],
    quoted: Annotated[
        str,
        typer.Option(
            "--quoted", metavar="TEXT", help="The quoted text, to find it if the article has changed."
        ),
    ] = "",
    corpus: Corpus = None,
    index: Index = None,
    as_json: Json = False,
) -> None:
    """Check whether a quoted sentence is still in its article, word for word.

    Exits with 1 if it has changed or the article is gone.
    """
    from index.answering.text_fragments import text_fragment_link

    seen = engine(settings(corpus, index)).context(citation_id, quoted)
    article = seen.article
    sentence = None if article is None else article.text[seen.start : seen.end]
    link = None if article is None else text_fragment_link(article, seen.start, seen.end)
    if as_json:
        say_json(
            {
                "receipt": citation_id,  # as other programs know it
                "status": seen.status,
                "article_id": article and article.id,
                "title": article and article.title,
                "start": article and seen.start,
                "end": article and seen.end,
                "text": sentence,
                "link": link,
            }
        )
    else:
        say(_VERDICTS[seen.status])
        if article is not None:
            say(f"“{sentence}”\n{article.title} ({article.id})" + (f"\n{link}" if link else ""))
    if seen.status not in ("intact", "moved"):
        raise typer.Exit(1)
