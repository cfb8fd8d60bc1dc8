"""From a cited sentence to messages that show its article part by part, and that say what became of it."""

from __future__ import annotations

from typing import Final

from bot.features.context.rendering import quoted, render_context, source, trimmed
from bot.messages.escape import cut, one_line, units
from bot.messages.language import gettext, gettext_noop
from bot.messages.reply import CONTENT, Button, Reply
from index.types import Article, Context

VERDICTS: Final = {
    "intact": gettext_noop("✓ Still there, word for word."),
    "moved": gettext_noop("✓ Still there, word for word, in another place: the article has changed."),
    "changed": gettext_noop(
        "✗ Changed: the article no longer has the quoted sentence. The closest one now is:"
    ),
    "removed": gettext_noop("✗ Removed: the article is gone."),
}
EARLIER, LATER = gettext_noop("◀ Earlier"), gettext_noop("Later ▶")
BACK, CHECK = gettext_noop("Back to the sentence"), gettext_noop("Check")

_PART: Final = 1000  # characters of a part of an article
_AROUND: Final = 400  # characters on either side of a sentence whose paragraph is longer than a part


def render_part(context: Context, citation_id: str, number: int = 0, link: str | None = None) -> Reply:
    """Put a part of the article around a cited sentence into words.

    Args:
        context: From the engine.
        citation_id: Of the citation.
        number: Which part: 0 has the sentence, lower ones stand in front of it, higher ones behind.
        link: Where the article opens at the sentence.
    """
    article = context.article
    if article is None:
        return render_context(context, link)
    ahead, behind = _parts(article, context)
    number = max(-len(ahead), min(number, len(behind)))
    labels = {number - 1: EARLIER, 0: BACK, number + 1: LATER}
    shown = [each for each in sorted(labels) if -len(ahead) <= each <= len(behind) and each != number]
    buttons = [Button(gettext(labels[each]), action=f"page:{citation_id}:{each}") for each in shown]
    buttons.append(Button(gettext(CHECK), action=f"check:{citation_id}"))
    if number == 0:
        reply = render_context(context, link)
        return Reply(reply.content, tuple(buttons), reply.file)
    text = ahead[number] if number < 0 else behind[number - 1]
    count = len(ahead) + 1 + len(behind)
    place = gettext("-# part {number} of {count}", number=len(ahead) + 1 + number, count=count)
    head, foot = [_title(article), place], source(article, link)
    return Reply("\n".join([*head, _block(text, head, foot), *foot]), tuple(buttons))


def render_check(context: Context, citation_id: str, link: str | None = None) -> Reply:
    """Say whether a cited sentence still stands in its article.

    Args:
        context: From the engine.
        citation_id: Of the citation.
        link: Where the article opens at the sentence.
    """
    article = context.article
    verdict, foot = (
        gettext(VERDICTS[context.status]),
        [gettext("-# citation `{citation_id}`", citation_id=citation_id)],
    )
    if article is None:
        return Reply("\n".join([verdict, *foot]))
    foot = [*source(article, link), *foot]
    head = [_title(article), verdict]
    sentence = article.text[context.start : context.end]
    if not sentence.strip():
        return Reply("\n".join([*head, *foot]))
    return Reply("\n".join([*head, _block(sentence, head, foot), *foot]))


def _title(article: Article) -> str:
    return f"**{one_line(article.title.strip() or article.id, 200)}**"


def _block(text: str, head: list[str], foot: list[str]) -> str:
    """A text as a block quote, as much as has room between other lines."""
    room = CONTENT - sum(units(line) + 1 for line in (*head, *foot)) - len(">  …")
    shown, shortened = cut(quoted(text), room)
    return f"> {trimmed(shown)}{' …' if shortened else ''}"


def _parts(article: Article, context: Context) -> tuple[list[str], list[str]]:
    """What stands in front of the part with the sentence, and behind it, in parts."""
    first, last = context.start - len(context.before), context.end + len(context.after)
    if last - first > _PART:
        first, last = max(first, context.start - _AROUND), min(last, context.end + _AROUND)
    return _split(article.text[:first]), _split(article.text[last:])


def _split(text: str) -> list[str]:
    """Cut a text into parts: at the end of a paragraph, else of a line, else of a word."""
    parts = []
    text = text.strip()
    start = 0
    while len(text) - start > _PART:
        ends = (text.rfind(end, start + _PART // 3, start + _PART) for end in ("\n\n", "\n", " "))
        at = next((end for end in ends if end > 0), start + _PART)
        parts.append(text[start:at].rstrip())
        start = at
        while text[start].isspace():
            start += 1
    return [*parts, text[start:]] if text else parts
