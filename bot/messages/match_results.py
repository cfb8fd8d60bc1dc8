"""What the bot says of a sentence that it has compared with the articles: the one place for these words."""

from __future__ import annotations

from typing import Final

from bot.messages.localization import gettext, gettext_noop
from bot.messages.reasons import describe_differences
from index.types import Context, Likeness, Match

INTACT: Final = gettext_noop("✓ Still there, word for word.")
MOVED: Final = gettext_noop("✓ Still there, word for word, in another place: the article has changed.")
CHANGED: Final = gettext_noop(
    "✗ Changed: the article no longer has the quoted sentence. The closest one now is:"
)
LOST: Final = gettext_noop("✗ Changed: the article no longer has the quoted sentence.")
REMOVED: Final = gettext_noop("✗ Removed: the article is gone.")

MATCHES: Final = {
    Likeness.VERBATIM: gettext_noop("✓ The articles have this word for word"),
    Likeness.SAME: gettext_noop("✓ The articles say this in nearly the same words"),
    Likeness.PART: gettext_noop("✓ The articles have these words in a longer sentence"),
    Likeness.DIFFERS: gettext_noop("≠ The articles differ in {differ}"),
    Likeness.NEAR: gettext_noop("≈ The closest sentence in the articles, which may say something else"),
}


def of_citation(context: Context) -> str:
    """What became of a quoted sentence."""
    if context.article is None:
        return gettext(REMOVED)
    if context.status == "changed":
        return gettext(CHANGED if context.article.text[context.start : context.end].strip() else LOST)
    is_moved = context.status == "moved"
    return gettext(MOVED if is_moved else INTACT)


def of_match(match: Match) -> str:
    """How a sentence of the articles compares with what somebody said."""
    if match.likeness is Likeness.DIFFERS:
        return gettext(MATCHES[match.likeness], differ=describe_differences(match.differences))
    return gettext(MATCHES[match.likeness])
