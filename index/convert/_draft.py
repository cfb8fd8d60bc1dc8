"""What a converter finds in a file, before an editor's own words are put over it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ConvertedArticle:
    """An article in the making; nothing is checked but that there is text.

    Attributes:
        title: Its own, or `""`.
        text: Markdown.
        url: Its address.
        source: Who published it.
        published: ISO 8601 date.
        language: BCP 47 code.
        tags: Free words.
    """

    title: str
    text: str
    url: str | None = None
    source: str | None = None
    published: str | None = None
    language: str | None = None
    tags: tuple[str, ...] = ()
