"""Renders articles as members browse them: a list, and the details of one; never over a limit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from bot.messages.escape import one_line, units
from bot.messages.localization import gettext, gettext_noop, ngettext
from bot.messages.reply import CONTENT, Button, Reply
from bot.messages.safe_urls import button_address, web_address
from bot.messages.sources import open_link, unix_time
from index.types import Article, ArticleCard

NONE: Final = gettext_noop("There are no articles yet.")
NONE_SUCH: Final = gettext_noop("No article has a title with words that start like that.")
LISTED: Final = 25
_HINT: Final = 120  # UTF-16 units reserved for the line that says how many more there are
_TITLE, _NAME, _TAGS = 120, 80, 300


def render_list(cards: Sequence[ArticleCard], *, searched: str = "") -> Reply:
    """Render a list of articles.

    Args:
        cards: In the order in which they are shown, one more than fit if there are more.
        searched: What their titles were searched for.
    """
    if not cards:
        return Reply(gettext(NONE_SUCH if searched.strip() else NONE))
    lines = list_lines(cards[:LISTED], CONTENT - _HINT)
    if len(lines) < len(cards):
        lines.append(gettext("-# There are more: `search:` and `collection:` narrow the list."))
    return Reply("\n".join(lines))


def list_lines(cards: Sequence[ArticleCard], room: int) -> list[str]:
    """A line for each article, as many as fit into so many UTF-16 units."""
    lines: list[str] = []
    for card in cards:
        line = _line(card, links=True)
        if units(line) > room // 4:  # an address as long as that is left to the card
            line = _line(card, links=False)
        room -= units(line) + 1
        if room < 0:
            break
        lines.append(line)
    return lines


def render_card(article: Article, sentences: int, answers: int = 0) -> Reply:
    """Render the details of an article.

    Args:
        article: The article.
        sentences: How many it has.
        answers: How many have cited it.
    """
    published = unix_time(article.published)
    counted = ngettext("{count} sentence", "{count} sentences", sentences)
    facts = [
        (gettext("Published"), "" if published is None else f"<t:{published}:D>, <t:{published}:R>"),
        (gettext("Source"), one_line(article.source or "", _NAME)),
        (gettext("Collection"), one_line(article.collection, _NAME)),
        (gettext("Tags"), one_line(", ".join(article.tags), _TAGS)),
        (gettext("Length"), counted),
        (gettext("Cited"), ngettext("in {count} answer", "in {count} answers", answers)),
    ]
    title = one_line(article.title.strip() or article.id, _TITLE * 2)
    lines = [f"**{title}**", *(f"{name}: {value}" for name, value in facts if value.strip())]
    address = web_address(article.url)
    button = button_address(article.url)
    if address is not None and button is None and len(address) < CONTENT // 3:
        lines.append(open_link(address))
    return Reply("\n".join(lines), () if button is None else (Button(gettext("Open"), url=button),))


def _line(card: ArticleCard, *, links: bool) -> str:
    title = one_line(card.title.strip() or card.id, _TITLE)
    address = web_address(card.url) if links else None
    parts = [title if address is None else f"{title} · {open_link(address)}"]
    published = unix_time(card.published)
    if card.collection:
        parts.append(one_line(card.collection, _NAME))
    if published is not None:
        parts.append(f"<t:{published}:R>")
    return f"- {' · '.join(parts)}"
