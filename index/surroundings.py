"""A cited sentence in its paragraph, or what became of it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from index.receipt import Receipt
from index.sentence import segment
from index.types import Article, Context

_BREAK: Final = re.compile(r"\n[ \t]*\n")


def surroundings(receipt: Receipt, articles: Sequence[Article]) -> Context:
    """Find the quoted sentence in its article as it is now.

    Args:
        receipt: Of the citation.
        articles: Those whose ids the receipt names: one, or none when it is gone; by rare chance more.

    Returns:
        The sentence with its paragraph. The words of a sentence that changed are not known any more, only
        its place: the sentence that stands there now comes in its stead.
    """
    for article in articles:
        if receipt.proves(article.text[receipt.start : receipt.end]):
            return _context("intact", article, receipt.start, receipt.end)
    for article in articles:
        for sentence in segment(article.text):
            if receipt.proves(sentence.text):
                return _context("moved", article, sentence.start, sentence.end)
    for article in articles:
        sentences = segment(article.text)
        if sentences:
            there = next((one for one in sentences if one.end > receipt.start), sentences[-1])
            return _context("changed", article, there.start, there.end)
    return Context("removed")


def _context(status: str, article: Article, start: int, end: int) -> Context:
    breaks = list(_BREAK.finditer(article.text))
    first = max((one.end() for one in breaks if one.end() <= start), default=0)
    last = min((one.start() for one in breaks if one.start() >= end), default=len(article.text))
    return Context(status, article, start, end, article.text[first:start], article.text[end:last])
