"""The result of a converter, before an editor's own title and fields replace what was found."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ConvertedArticle:
    """An article as found in a document; only that it has text is checked.

    Attributes:
        title: The document's own title, or `""`.
        text: Markdown.
        url: The address.
        source: The publisher.
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
