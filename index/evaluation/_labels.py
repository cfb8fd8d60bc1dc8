"""Which sentences are gold, that is: known to answer a question.

The definitions are those every figure in `docs/benchmarks.md` rests on: two texts are compared after
lower-casing and turning every run of non-word characters into one space; a cited sentence is gold if it comes
from an evidence's article and it contains, or is contained in, that evidence's text; a passage is gold if it
holds a gold sentence.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from index.text.sentences import segment
from index.types import Citation, Passage

_NOT_WORD = re.compile(r"\W+")


@dataclass(frozen=True, slots=True)
class Evidence:
    """Where an answer stands. Either part may be `""`: an operator may name just an article, or a sentence.

    Attributes:
        article_id: The article; the last parts of its id are enough (a dump's row without the dump's own id).
        text: The sentence, or a passage around it.
    """

    article_id: str = ""
    text: str = ""

    def is_in(self, article_id: str) -> bool:
        """Whether it may stand in the article of that id."""
        return not self.article_id or f"/{article_id}".endswith(f"/{self.article_id}")


def normalise(text: str) -> str:
    """Lower-case, every run of non-word characters as one space, none at either end."""
    return _NOT_WORD.sub(" ", text.lower()).strip()


def is_gold(citation: Citation, evidence: Iterable[Evidence]) -> bool:
    """Whether a cited sentence answers; evidence that only names an article makes all of it gold."""
    near = [one for one in evidence if one.is_in(citation.article_id)]
    return bool(near) and _matches(normalise(citation.text), near)


def holds_gold(passage: Passage, evidence: Iterable[Evidence]) -> bool:
    """Whether a passage holds a sentence that answers, or the whole of an evidence longer than a sentence."""
    near = [one for one in evidence if one.is_in(passage.article_id)]
    if not near:
        return False
    whole = normalise(passage.text)
    if any(normalise(one.text) in whole for one in near):
        return True
    return any(_matches(sentence, near) for sentence in _sentences(passage.text))


def _matches(sentence: str, evidence: Iterable[Evidence]) -> bool:
    """Whether a normalised sentence contains, or is contained in, one of the texts (all contain `""`)."""
    texts = (normalise(one.text) for one in evidence)
    return bool(sentence) and any(text in sentence or sentence in text for text in texts)


@lru_cache(maxsize=8192)
def _sentences(text: str) -> tuple[str, ...]:
    """The normalised sentences of a passage: the same passages come back for many questions."""
    return tuple(normalise(sentence.text) for sentence in segment(text))
