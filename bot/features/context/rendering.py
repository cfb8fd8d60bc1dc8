"""Renders a cited sentence in its paragraph, its article part by part, and whether it is still there."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Final

from bot.messages import custom_ids, match_results
from bot.messages.escape import cut, gap, one_line, pieces, units, unwrap, without_last_breaks
from bot.messages.localization import gettext, gettext_noop
from bot.messages.reply import CONTENT, Button, Reply
from bot.messages.safe_urls import web_address
from bot.messages.sources import open_link, unix_time
from index.types import Article, Context

TOO_LONG: Final = gettext_noop("The paragraph is too long for a message; the attached file has all of it.")
EARLIER, LATER = gettext_noop("◀ Earlier"), gettext_noop("Later ▶")
BACK, CHECK = gettext_noop("Back to the sentence"), gettext_noop("Check")

_OMITTED: Final = "…"
_NO_FILE_NAME: Final = re.compile(r"[^0-9A-Za-z._-]+")
_NEIGHBORHOOD: Final = CONTENT  # characters of the text on either side that are looked at
_FILE: Final = 1_000_000  # characters of an attached file
_PART: Final = 1000  # characters of a part of an article
_AROUND: Final = 400  # characters on either side of a sentence whose paragraph is longer than a part


def render_part(context: Context, citation_id: str, number: int = 0, link: str | None = None) -> Reply:
    """Render a part of the article around a cited sentence.

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
    buttons = [
        Button(gettext(labels[each]), action=custom_ids.PAGE.encode(citation_id, each)) for each in shown
    ]
    buttons.append(Button(gettext(CHECK), action=custom_ids.CHECK.encode(citation_id)))
    if number == 0:
        reply = render_context(context, link)
        return Reply(reply.content, tuple(buttons), reply.file)
    text = ahead[number] if number < 0 else behind[number - 1]
    count = len(ahead) + 1 + len(behind)
    place = gettext("-# part {number} of {count}", number=len(ahead) + 1 + number, count=count)
    head, foot = [_title(article), place], _source(article, link)
    return Reply("\n".join([*head, _block(text, head, foot), *foot]), tuple(buttons))


def render_check(context: Context, citation_id: str, link: str | None = None) -> Reply:
    """Say whether a cited sentence is still in its article.

    Args:
        context: From the engine.
        citation_id: Of the citation.
        link: Where the article opens at the sentence.
    """
    article = context.article
    verdict = match_results.of_citation(context)
    foot = [gettext("-# citation `{citation_id}`", citation_id=citation_id)]
    if article is None:
        return Reply("\n".join([verdict, *foot]))
    foot = [*_source(article, link), *foot]
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
    shown, shortened = cut(_quoted(text), room)
    return f"> {without_last_breaks(shown)}{' …' if shortened else ''}"


def _parts(article: Article, context: Context) -> tuple[list[str], list[str]]:
    """The text before the part with the sentence, and the text after it, in parts."""
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


def render_context(context: Context, link: str | None = None) -> Reply:
    """Render a cited sentence in its surroundings.

    Args:
        context: From the engine.
        link: Where the article opens at the sentence.
    """
    article = context.article
    if article is None:
        return Reply(match_results.of_citation(context))
    head, foot = [_title(article)], _source(article, link)
    if context.status != "intact":
        head.append(match_results.of_citation(context))
    sentence = article.text[context.start : context.end]
    if not sentence.strip():
        return Reply("\n".join([*head, *foot]))
    fixed = sum(units(line) + 1 for line in (*head, *foot))
    body = _paragraph(context.before, sentence, context.after, CONTENT - fixed)
    if body is not None:
        return Reply("\n".join([*head, body, *foot]))
    head.append(gettext(TOO_LONG))
    room = CONTENT - fixed - units(gettext(TOO_LONG)) - len("> ****…") - 2
    start, _ = cut(_quoted(sentence), room)
    whole = f"{context.before}{sentence}{context.after}"[:_FILE]
    file = (_file_name(article.id), f"# {' '.join(article.title.split())}\n\n{whole}\n")
    return Reply("\n".join([*head, f"> **{without_last_breaks(start)}**{_OMITTED}", *foot]), file=file)


def _paragraph(before: str, sentence: str, after: str, room: int) -> str | None:
    """The sentence in bold with as much around it as fits; None if it does not fit itself."""
    middle, shortened = cut(_quoted(sentence), room - len("> ****"))
    if shortened:
        return None
    room -= units(f"> **{middle}**")
    # Either side may use the room that the other leaves.
    behind = _behind(after, room - units(_ahead(before, sentence, room // 2)))
    return f"> {_ahead(before, sentence, room - units(behind))}**{middle}**{behind}"


def _ahead(text: str, sentence: str, room: int) -> str:
    """The end of the text in front of a sentence, with the gap between them."""
    between = _marked(gap(text[len(text.rstrip()) :], sentence))
    room -= units(f"{_OMITTED} {between}")
    kept: list[str] = []
    for part in reversed(list(_quoted(text[-_NEIGHBORHOOD:]))):
        room -= units(part)
        if room < 0:
            break
        kept.append(part)
    else:
        if len(text) <= _NEIGHBORHOOD:
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
    kept, shortened = cut(_quoted(rest[:_NEIGHBORHOOD]), room - units(f"{between} {_OMITTED}"))
    shortened = shortened or len(rest) > _NEIGHBORHOOD
    return f"{between}{without_last_breaks(kept)}{f' {_OMITTED}' if shortened else ''}" if kept else ""


def _marked(lines: str) -> str:
    return lines.replace("\n", "\n> ")


def _quoted(text: str) -> Iterable[str]:
    """A text's pieces with the marks of a block quote."""
    return (_marked(part) for part in pieces(unwrap(text)))


def _source(article: Article, link: str | None) -> list[str]:
    """The line about the source of an article, if anything is known of it."""
    published, address = unix_time(article.published), web_address(link) or web_address(article.url)
    parts = [one_line(article.source, 80)] if article.source and article.source.strip() else []
    if published is not None:
        parts.append(f"<t:{published}:R>")
    if address is not None and len(address) <= CONTENT // 3:
        parts.append(open_link(address))
    return [f"-# {' · '.join(parts)}"] if parts else []


def _file_name(article_id: str) -> str:
    return f"{_NO_FILE_NAME.sub('-', article_id)[-60:].strip('-.') or 'article'}.md"
