"""Questions for the articles themselves, answered by a list: all of them, or those that hold some words."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from index.answering.unsupported import listing
from index.store import Snapshot
from index.text.words import content_terms, terms
from index.types import Answer, ArticleCard, IndexInfo, Listing, Status, phrase_counted

LISTED: Final = 25
"""Articles that an answer carries."""


def answer_by_list(
    snapshot: Snapshot,
    question: str,
    collections: Sequence[str] | None,
    describe: Callable[[Snapshot], IndexInfo],
) -> Answer | None:
    """Answer a question that asks which articles there are.

    Args:
        snapshot: The state of the index.
        question: In the asker's words.
        collections: Where to look; None for everywhere.
        describe: Says what the answer was found in.

    Returns:
        None where the question asks for something else, or there are no such articles.
    """
    topic = listing(question)
    cards = [] if topic is None else holding(snapshot, topic, collections)
    if topic is None or not cards:
        return None
    found = Listing(topic, len(cards), tuple(cards[:LISTED]))
    said = _counted(found)
    return Answer(question, Status.DECLINED, 0.0, said, (), (), (), describe(snapshot), listing=found)


def holding(snapshot: Snapshot, topic: str, collections: Sequence[str] | None = None) -> list[ArticleCard]:
    """The articles that hold all words of a topic, those with the words in their titles first.

    Args:
        snapshot: The state of the index.
        topic: In the asker's words; `""` for all articles.
        collections: Where to look; None for everywhere.
    """
    wanted = content_terms(topic)
    if not wanted:
        return snapshot.cards(limit=None, collections=collections)
    found = snapshot.cards_holding(wanted, collections)
    return sorted(found, key=lambda card: not set(wanted) <= set(terms(card.title)))


def _counted(found: Listing) -> str:
    if not found.topic:
        return phrase_counted("There is {count} article.", "There are {count} articles.", found.total)
    return phrase_counted(
        "{count} article has “{topic}” in the text or title.",
        "{count} articles have “{topic}” in the text or title.",
        found.total,
        topic=found.topic,
    )
