"""From a cited sentence's surroundings to a message: the sentence stands out in its paragraph."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Final

from bot.messages.escape import cut, gap, one_line, pieces, units, unwrap, without_last_breaks
from bot.messages.language import gettext, gettext_noop
from bot.messages.links import web_address
from bot.messages.reply import CONTENT, Reply
from bot.messages.sources import open_link, unix_time
from index.types import Article, Context

REMOVED: Final = gettext_noop("The article is gone: it was removed after this sentence was quoted.")
CHANGED: Final = gettext_noop(
    "The article has changed and no longer has the quoted sentence. Instead it says:"
)
LOST: Final = gettext_noop("The article has changed and no longer has the quoted sentence.")
MOVED: Final = gettext_noop(
    "The article has changed; the sentence is still in it, word for word, in another place."
)
TOO_LONG: Final = gettext_noop("The paragraph is too long for a message; it is in the file, whole.")

_OMITTED: Final = "…"
_NO_FILE_NAME: Final = re.compile(r"[^0-9A-Za-z._-]+")
_AROUND: Final = CONTENT  # characters of the text on either side that are looked at
_FILE: Final = 1_000_000  # characters of an attached file


def render_context(context: Context, link: str | None = None) -> Reply:
    """Put a cited sentence's surroundings into words.

    Args:
        context: From the engine.
        link: Where the article opens at the sentence.
    """
    article = context.article
    if article is None:
        return Reply(gettext(REMOVED))
    head = [f"**{one_line(article.title.strip() or article.id, 200)}**"]
    sentence = article.text[context.start : context.end]
    if not sentence.strip():
        return Reply("\n".join([*head, gettext(LOST), *source(article, link)]))
    notes = {"changed": CHANGED, "moved": MOVED}
    if context.status in notes:
        head.append(gettext(notes[context.status]))
    foot = source(article, link)
    fixed = sum(units(line) + 1 for line in (*head, *foot))
    body = _paragraph(context.before, sentence, context.after, CONTENT - fixed)
    if body is not None:
        return Reply("\n".join([*head, body, *foot]))
    head.append(gettext(TOO_LONG))
    room = CONTENT - fixed - units(gettext(TOO_LONG)) - len("> ****…") - 2
    start, _ = cut(quoted(sentence), room)
    whole = f"{context.before}{sentence}{context.after}"[:_FILE]
    file = (_file_name(article.id), f"# {' '.join(article.title.split())}\n\n{whole}\n")
    return Reply("\n".join([*head, f"> **{trimmed(start)}**{_OMITTED}", *foot]), file=file)


def _paragraph(before: str, sentence: str, after: str, room: int) -> str | None:
    """The sentence in bold with as much around it as fits; None if it does not fit itself."""
    middle, shortened = cut(quoted(sentence), room - len("> ****"))
    if shortened:
        return None
    room -= units(f"> **{middle}**")
    # Either side may use what the other leaves of its half.
    behind = _behind(after, room - units(_ahead(before, sentence, room // 2)))
    return f"> {_ahead(before, sentence, room - units(behind))}**{middle}**{behind}"


def _ahead(text: str, sentence: str, room: int) -> str:
    """The end of the text in front of a sentence, with the gap between them."""
    between = _marked(gap(text[len(text.rstrip()) :], sentence))
    room -= units(f"{_OMITTED} {between}")
    kept: list[str] = []
    for part in reversed(list(quoted(text[-_AROUND:]))):
        room -= units(part)
        if room < 0:
            break
        kept.append(part)
    else:
        if len(text) <= _AROUND:
            return "".join([*reversed(kept), between]) if kept else ""
    words = "".join(reversed(kept[: _last_space(kept)])).lstrip()
    return f"{_OMITTED} {words}{between}" if words else ""


def _last_space(parts: Sequence[str]) -> int:
    """Where the last word ends among parts in reverse, if that leaves most of them; else their number."""
    spaces = [count for count, part in enumerate(parts) if part.isspace()]
    return spaces[-1] if spaces and spaces[-1] * 5 >= len(parts) * 3 else len(parts)


def _behind(text: str, room: int) -> str:
    """The beginning of the text behind a sentence, with the gap between them."""
    rest = text.lstrip()
    between = _marked(gap(text[: len(text) - len(rest)], rest))
    kept, shortened = cut(quoted(rest[:_AROUND]), room - units(f"{between} {_OMITTED}"))
    shortened = shortened or len(rest) > _AROUND
    return f"{between}{trimmed(kept)}{f' {_OMITTED}' if shortened else ''}" if kept else ""


def _marked(lines: str) -> str:
    return lines.replace("\n", "\n> ")


def quoted(text: str) -> Iterable[str]:
    """A text's pieces with the marks of a block quote."""
    return (_marked(part) for part in pieces(unwrap(text)))


def trimmed(text: str) -> str:
    """A block quote without empty lines at its end."""
    return without_last_breaks(text)


def source(article: Article, link: str | None) -> list[str]:
    """The line that says where an article is from, if there is anything to say."""
    published, address = unix_time(article.published), web_address(link) or web_address(article.url)
    parts = [one_line(article.source, 80)] if article.source and article.source.strip() else []
    if published is not None:
        parts.append(f"<t:{published}:R>")
    if address is not None and len(address) <= CONTENT // 3:
        parts.append(open_link(address))
    return [f"-# {' · '.join(parts)}"] if parts else []


def _file_name(article_id: str) -> str:
    return f"{_NO_FILE_NAME.sub('-', article_id)[-60:].strip('-.') or 'article'}.md"
