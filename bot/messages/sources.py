"""Citations in reading order, numbered, and the lines about their sources."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from bot.messages.escape import one_line
from bot.messages.localization import gettext
from bot.messages.safe_urls import web_address
from index.types import Citation

_GAP: Final = 4  # characters between neighbours: white space, and the mark of a list
_SUPERSCRIPT: Final = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


@dataclass(frozen=True, slots=True)
class Footnote:
    """A citation with its number."""

    number: int
    citation: Citation

    @property
    def mark(self) -> str:
        """The number as it is shown after the sentence."""
        return str(self.number).translate(_SUPERSCRIPT)


@dataclass(frozen=True, slots=True)
class Detail:
    """How detailed a line about a source is.

    Attributes:
        title: UTF-16 units of the title.
        source: UTF-16 units of the publisher's name.
        links: Whether the links are in the line.
    """

    title: int
    source: int
    links: bool


def numbered(citations: Sequence[Citation]) -> list[Footnote]:
    """Number citations as they are read: best first, but neighbours in the order of their article."""
    runs: list[list[tuple[int, Citation]]] = []
    for rank, each in sorted(enumerate(citations), key=lambda pair: _place(pair[1])):
        last = runs[-1][-1][1] if runs else None
        if last and last.article_id == each.article_id and each.start - last.end <= _GAP:
            runs[-1].append((rank, each))
        else:
            runs.append([(rank, each)])
    runs.sort(key=lambda run: min(rank for rank, _ in run))
    ordered = [each for run in runs for _, each in run]
    return [Footnote(number, each) for number, each in enumerate(ordered, 1)]


def _place(citation: Citation) -> tuple[str, int, int]:
    return citation.article_id, citation.start, citation.end


def by_article(footnotes: Sequence[Footnote]) -> list[list[Footnote]]:
    """The footnotes of each article, articles in the order in which they are read."""
    found: dict[str, list[Footnote]] = {}
    for each in footnotes:
        found.setdefault(each.citation.article_id, []).append(each)
    return list(found.values())


def unix_time(published: str | None) -> int | None:
    """Seconds since 1970 of an ISO 8601 date (its midnight in UTC) or time; None if there is none."""
    try:
        moment = datetime.fromisoformat(published or "")
    except ValueError:
        return None
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return int(aware.timestamp())


def source_lines(footnotes: Sequence[Footnote], detail: Detail) -> list[str]:
    """One line for each article: its footnotes, title, publisher, age and a link to each sentence."""
    lines = []
    for notes in by_article(footnotes):
        first = notes[0].citation
        parts = [one_line(first.title.strip() or first.article_id, detail.title)]
        if first.source and first.source.strip() and detail.source:
            parts.append(one_line(first.source, detail.source))
        published = unix_time(first.published)
        if published is not None:
            parts.append(f"<t:{published}:R>")
        if detail.links:
            parts += _links(notes)
        lines.append(f"-# {' '.join(each.mark for each in notes)} {' · '.join(parts)}")
    return lines


def _links(notes: Sequence[Footnote]) -> list[str]:
    """A link to each sentence; a single one if all lead to the same address."""
    marks: dict[str, list[str]] = {}
    for each in notes:
        address = web_address(each.citation.link) or web_address(each.citation.url)
        if address is not None:
            marks.setdefault(address, []).append(each.mark)
    if len(marks) == 1:
        return [open_link(address) for address in marks]
    return [open_link(address, f" {' '.join(of)}") for address, of in marks.items()]


def open_link(address: str, which: str = "") -> str:
    """A link that opens an article."""
    label = gettext("open")
    return f"[{label}{which}](<{address}>)"
