"""Which texts of an article are gold. Each kind of set has its own definition."""

from __future__ import annotations

import difflib
import html
import re
from collections import Counter
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import Protocol

from index.evaluation import normalise

_TAG = (
    r"</?(?:a|b|br|code|dd|details|div|dl|dt|em|h[1-6]|hr|i|img|kbd|li|ol|p|pre|s|small|span|strong|sub"
    r"|summary|sup|table|tbody|td|th|thead|tr|u|ul|Card|Tabs|TabItem|Admonition)(?:\s[^>\n]*)?/?>"
)
_HIDDEN = re.compile(rf"<!--.*?-->|{_TAG}", re.DOTALL)
_FENCES = re.compile(
    r"^\s*(?:```|~~~).*$|^\s*:::.*$|^\s*(?:!!!|\?\?\?)\+? ?\w*|\{[:.#][^}\n]{0,80}\}", re.MULTILINE
)
_IMAGE = re.compile(r"!\[[^\]]*\]\([^)]*\)")
_LINK = re.compile(r"\[([^\]]*)\](?:\([^)\s]*(?:\s[^)]*)?\)|\[[^\]]*\])")
_EMOJI = re.compile(r"(?<!\w):[a-z][\w-]+:(?!\w)")
_SUFFIX = re.compile(r"\.(?:md|mdx|rst|html|adoc)$")


class Gold(Protocol):
    """Says which units and passages hold an evidence."""

    def articles(self, ids: Iterable[str], wanted: str) -> list[str]:
        """Those of the ids that the evidence's article id means."""
        ...

    def unit(self, text: str, evidence: str, article_id: str) -> bool:
        """Whether a unit is gold."""
        ...

    def passage(self, text: str, evidence: str, article_id: str) -> bool:
        """Whether a passage holds the evidence, though perhaps no single unit of it does."""
        ...


class SentenceGold:
    """The definition of `index.evaluation`: normalised, one text contains the other."""

    def __init__(self) -> None:
        self._normalise = lru_cache(maxsize=1 << 17)(normalise)

    def articles(self, ids: Iterable[str], wanted: str) -> list[str]:
        """The article itself."""
        return [name for name in ids if name == wanted]

    def unit(self, text: str, evidence: str, article_id: str) -> bool:
        """Whether either text contains the other."""
        ours, theirs = self._normalise(text), self._normalise(evidence)
        return bool(ours) and (ours in theirs or theirs in ours)

    def passage(self, text: str, evidence: str, article_id: str) -> bool:
        """Whether the passage contains the evidence."""
        return self._normalise(evidence) in self._normalise(text)


class CommunityGold:
    """The definition of the communities' questions, whose evidence is source text with its markup.

    A text holds an evidence if, both without markup and in lower case, at least 70 % of the evidence's words
    occur in it in order, in runs of two or more, within a stretch of about twice the evidence's length, the
    two that are rarest in the article among them; or if the text is itself a run of six words or more inside
    the evidence.

    Args:
        folder: The articles of one community, as files.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._words = lru_cache(maxsize=1 << 17)(words_of)
        self._counts: dict[str, Counter[str]] = {}

    def articles(self, ids: Iterable[str], wanted: str) -> list[str]:
        """Those whose path ends as the evidence's does; suffixes of file names do not count."""
        end = _SUFFIX.sub("", wanted)
        return [name for name in ids if f"/{_SUFFIX.sub('', name)}".endswith(f"/{end}")]

    def unit(self, text: str, evidence: str, article_id: str) -> bool:
        """Whether a unit holds the evidence."""
        ours, theirs = self._words(text), self._words(evidence)
        if not ours or not theirs:
            return False
        if len(ours) >= min(6, len(theirs)) and f" {' '.join(ours)} " in f" {' '.join(theirs)} ":
            return True
        shared = Counter(ours) & Counter(theirs)
        if sum(shared.values()) < 0.7 * len(theirs):  # cheaper than the runs, and never more than they need
            return False
        return _runs_match(ours, theirs, self._frequency(article_id))

    def passage(self, text: str, evidence: str, article_id: str) -> bool:
        """Whether a passage holds the evidence by the same definition, or all its words in a row."""
        if self.unit(text, evidence, article_id):
            return True
        return f" {' '.join(self._words(evidence))} " in f" {' '.join(self._words(text))} "

    def _frequency(self, article_id: str) -> Counter[str]:
        if article_id not in self._counts:
            source = (self._folder / article_id).read_text(encoding="utf-8", errors="replace")
            self._counts[article_id] = Counter(words_of(source))
        return self._counts[article_id]


def words_of(text: str) -> tuple[str, ...]:
    """The words of a source text without its markup, lower case."""
    text = _FENCES.sub(" ", _HIDDEN.sub(" ", text))
    text = _LINK.sub(r"\1", _IMAGE.sub(" ", text))
    text = _EMOJI.sub(" ", html.unescape(text))
    return tuple(re.findall(r"\w+", text.lower().replace("_", " ")))


def _runs_match(ours: tuple[str, ...], theirs: tuple[str, ...], frequency: Counter[str]) -> bool:
    """Whether enough of the evidence's words stand in the text in order, close together, the rarest too."""
    blocks = difflib.SequenceMatcher(None, theirs, ours, autojunk=False).get_matching_blocks()
    runs = [run for run in blocks if run.size >= min(2, len(theirs))]
    if sum(run.size for run in runs) < 0.7 * len(theirs):
        return False
    if runs[-1].b + runs[-1].size - runs[0].b > 2 * len(theirs) + 10:
        return False
    matched = {word for run in runs for word in theirs[run.a : run.a + run.size]}
    rarest = sorted(set(theirs), key=lambda word: (frequency[word], -len(word), word))[:2]
    return set(rarest) <= matched
