"""Questions in the report: what was asked, what was cited, and what was expected, as safe text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape

from index.evaluation import ChangedQuestion, Evidence, Quoted, Row, outcome

_LONGEST = 420
# Control characters have no place in HTML, half a surrogate pair none in UTF-8.
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


def safe(text: str, longest: int = _LONGEST) -> str:
    """Text from anywhere as HTML: escaped, on one line, cut at a word, its direction kept to itself."""
    return f"<bdi>{plain(text, longest)}</bdi>"


def plain(text: str, longest: int = _LONGEST) -> str:
    """The same where no element is allowed."""
    line = " ".join(_UNPRINTABLE.sub("\ufffd", text).split())
    if len(line) > longest:
        cut = line[:longest]
        line = (cut.rpartition(" ")[0] or cut) + " …"
    return escape(line)


def cards(title: str, note: str, rows: Sequence[Row], most: int) -> str:
    """A folded list of questions, the first `most` of them; nothing if there are none."""
    return _folded(title, note, [_card(row) for row in rows[:most]], len(rows))


def changes(title: str, note: str, pairs: Sequence[ChangedQuestion], most: int) -> str:
    """A folded list of questions whose outcome changed, each with the sentence before and after."""
    return _folded(title, note, [_change(pair) for pair in pairs[:most]], len(pairs))


def _folded(title: str, note: str, items: Sequence[str], total: int) -> str:
    if not items:
        return ""
    count = f"{total}" if len(items) == total else f"{total}, the first {len(items)} of them here"
    return (
        f'<details><summary>{escape(title)}<span class="soft">{count}</span></summary>'
        f'<p class="soft">{escape(note)}</p><ol class="questions">{"".join(items)}</ol></details>'
    )


def _card(row: Row) -> str:
    quotes = "".join(_quote(one) for one in row.quoted) or '<p class="soft">No sentence at all.</p>'
    reason = f'<p class="soft">Reason given: {safe(row.reason)}</p>' if row.reason else ""
    return f"<li>{_head(row)}{quotes}{reason}{_expected(row)}</li>"


def _change(pair: ChangedQuestion) -> str:
    before, after = pair.before, pair.after
    told = (
        f'<p class="soft">{outcome(before).label} ({before.confidence:.2f}) → '
        f"{outcome(after).label} ({after.confidence:.2f})</p>"
    )
    first = [(name, row.quoted[0]) for name, row in (("Before", before), ("After", after)) if row.quoted]
    if len(first) == 2 and (first[0][1].text, first[0][1].gold) == (first[1][1].text, first[1][1].gold):
        first = [("Before and after", first[1][1])]
    quotes = "".join(_quote(quoted, name) for name, quoted in first)
    expected = "" if any(quoted.gold for _, quoted in first) else _expected(after)
    return f"<li>{_ask(after)}{told}{quotes}{expected}</li>"


def _head(row: Row) -> str:
    done = "answered" if row.answered else "declined"
    return f'{_ask(row)}<p class="soft">{done} at confidence {row.confidence:.3f} · {safe(row.id, 80)}</p>'


def _ask(row: Row) -> str:
    return f'<p class="ask">{safe(row.question)}</p>'


def _quote(quoted: Quoted, name: str = "") -> str:
    kind = "gold" if quoted.gold else "other"
    said = f"{name}: " if name else ""
    footer = f"{said}{'gold' if quoted.gold else 'not gold'} · {_article(quoted.title, quoted.article_id)}"
    return f'<blockquote class="{kind}">{safe(quoted.text)}<footer>{footer}</footer></blockquote>'


def _article(title: str, article_id: str) -> str:
    return f"{safe(title, 120)}, {safe(article_id, 120)}" if title != article_id else safe(title, 120)


def _expected(row: Row) -> str:
    if not row.answerable:
        return '<p class="soft">Nothing in the articles answers this.</p>'
    known = "; ".join(dict.fromkeys(safe(answer, 120) for answer in row.answers[:3]))
    short = f'<p class="soft">Known answer: {known}</p>' if known else ""
    return "".join(_known(one) for one in row.evidence[:2]) + short


def _known(evidence: Evidence) -> str:
    text = safe(evidence.text) if evidence.text else "Any sentence of this article."
    place = f" · {safe(evidence.article_id, 120)}" if evidence.article_id else ""
    return f'<blockquote class="known">{text}<footer>expected{place}</footer></blockquote>'
