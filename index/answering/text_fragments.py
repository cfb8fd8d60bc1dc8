"""Links that open an article at a sentence, with a text fragment.

The syntax is `#:~:text=[prefix-,]start[,end]`, from the WICG draft "URL Fragment Text Directives"
(https://wicg.github.io/scroll-to-text-fragment/). A browser highlights the first match on the page, and
ignores case. A term cannot span blocks (paragraphs, cells), but `start` and `end` may be in different ones.
So `start` is made longer, or the words before it are added, until its first match is the right one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final
from urllib.parse import quote, urlsplit

from index.text.blocks import blocks
from index.text.markup import plain
from index.text.wordlists import CJK
from index.types import Article, SentenceKind

LONGEST: Final = 512
"""Maximum number of characters in the link of a Discord button."""

_SHORT: Final = 90
"""Number of characters up to which a link has the whole sentence."""
_START_WORDS: Final = (4, 6, 9, 13)
_END_WORDS: Final = (3, 5, 8)
_PREFIX_WORDS: Final = (2, 4, 8)
_BEFORE: Final = 300

_WORD: Final = re.compile(rf"[{CJK}]{{1,10}}|[^\s{CJK}、，；：。！？]{{1,60}}")
_WIDE: Final = re.compile(f"[{CJK}]")
_LETTERS: Final = re.compile(r"[^\W_]+")
_BARE: Final = re.compile(r"[^\W_](?:.*[^\W_])?", re.DOTALL)
_UNSAFE: Final = re.compile(r"[\s\x00-\x1f\x7f<>\"`{}|\\^]")


def text_fragment_link(article: Article, start: int, end: int) -> str | None:
    """Return a link that opens an article's page at a span of its text.

    Args:
        article: The article.
        start: First character of the span.
        end: One past its last character.

    Returns:
        At most 512 characters; the article's address alone if that leaves no room for words, or if the span
        cannot be told from others; None if the article has no http or https address.
    """
    url = _address(article.url)
    if url is None:
        return None
    page, hash_mark, fragment = url.partition("#")
    base = f"{page}#{fragment.partition(':~:')[0]}:~:text="
    for directive in _directives(article, start, end):
        if len(base) + len(directive) <= LONGEST:
            return base + directive
    return url


def _address(url: str | None) -> str | None:
    """Return a web address that is safe in a link; None if it is not one."""
    if not url:
        return None
    url = _UNSAFE.sub(lambda match: quote(match[0]), url.strip())
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    return url if parts.scheme in ("http", "https") and parts.netloc else None


def _directives(article: Article, start: int, end: int) -> Iterator[str]:
    """Yield text directives whose first match is at the span, best first."""
    runs = _runs(article.text[start:end])
    if not runs:
        return
    first = runs[0]
    words = [match.end() for match in _words(first)]
    if len(runs) == 1 and len(first) <= _SHORT and _is_first(article, start, end, first):
        yield _encoded(_bare(first))
    for count in _START_WORDS:
        opening = first[: words[count - 1]] if count < len(words) else first
        if _is_first(article, start, end, opening):
            yield from _ranges(runs, opening)
            yield _encoded(_bare(opening))
            return
    opening = first[: words[_START_WORDS[0] - 1]] if _START_WORDS[0] < len(words) else first
    before = _runs(article.text[max(0, start - _BEFORE) : start])
    for count in _PREFIX_WORDS if before else ():
        prefix = " ".join(before[-1].split()[-count:])
        if _is_first(article, start, end, f"{prefix} {opening}"):
            for directive in _ranges(runs, opening, bare=False):
                yield f"{_encoded(prefix)}-,{directive}"
            yield f"{_encoded(prefix)}-,{_encoded(opening)}"
            return


def _runs(raw: str) -> list[str]:
    """Return the plain text of a span, in pieces that each lie within one block of the page."""
    runs: list[str] = []
    for block in blocks(raw):
        piece = raw[block.start : block.end]
        cells = piece.split("|") if block.kind is SentenceKind.TABLE else [piece]
        runs += [words for words in map(plain, cells) if _bare(words)]
    return runs


def _ranges(runs: list[str], opening: str, *, bare: bool = True) -> Iterator[str]:
    """Yield `start,end` for a span that begins with `opening`, if its end is found unambiguously."""
    rest = " ".join([runs[0][len(opening) :], *runs[1:]])
    last = runs[-1][len(opening) :] if len(runs) == 1 else runs[-1]
    starts = [match.start() for match in _words(last)]
    begin = _encoded(_bare(opening) if bare else opening)
    for count in _END_WORDS:
        if not starts:
            return
        closing = last[starts[-count] :] if count < len(starts) else last
        found = _pattern(closing).search(rest)
        if found and not _bare(rest[found.end() :]):
            yield f"{begin},{_encoded(_bare(closing))}"
            return


def _is_first(article: Article, start: int, end: int, phrase: str) -> bool:
    """Tell whether the phrase at `start` has its first match in the article there, ignoring markup."""
    pattern = _pattern(phrase)
    earlier = pattern.search(article.text, 0, end)
    return not (earlier and earlier.end() <= start) and not pattern.search(article.title)


def _pattern(phrase: str) -> re.Pattern[str]:
    """Compile a pattern for a phrase in whole words, with any case and punctuation."""
    words = _LETTERS.findall(phrase)
    before = "" if _WIDE.match(words[0]) else r"(?<![^\W_])"
    after = "" if _WIDE.match(words[-1][-1]) else r"(?![^\W_])"
    return re.compile(before + r"[\W_]++".join(map(re.escape, words)) + after, re.IGNORECASE)


def _words(text: str) -> list[re.Match[str]]:
    """Find the words of a text; in scripts without spaces, pieces of up to ten characters."""
    return [match for match in _WORD.finditer(text) if _BARE.search(match[0])]


def _bare(words: str) -> str:
    """Remove quotes, brackets and stops around words, which a page may set differently."""
    bare = _BARE.search(words)
    return bare[0] if bare else ""


def _encoded(words: str) -> str:
    """Percent-encode words, and the `-`, `,` and `&` that are syntax in a text directive, too."""
    return quote(words, safe="", errors="replace").replace("-", "%2D")
