"""Sentence segmenters compared on evidence that people marked: `python -m benchmarks.segmenters [FOLDER]`.

An evidence text should come out as exactly one sentence. The libraries compared are no dependencies of
Footnote and are left out where they are not installed (`pip install pysbd syntok blingfire`). What was
measured and follows from it: `docs/decisions/0002-sentence-segmentation.md`.
"""

from __future__ import annotations

import importlib
import importlib.util
import json
import sys
import time
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from benchmarks.document import markdown_table
from index.text.sentences import segment

Span = tuple[int, int]
Segmenter = Callable[[str], Iterable[Span]]
Evidence = tuple[str, Span]
"""An article's id, and where in its text the evidence is."""

_SETS = ("qed", "clapnq", "squad")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a set's evidence.

    Attributes:
        exact: Evidence that came out as one sentence.
        split: Evidence with the end of a sentence inside.
        merged: Evidence that shares its first or last sentence with other text.
        speed: Megabytes a second.
    """

    exact: frozenset[Evidence]
    split: frozenset[Evidence]
    merged: frozenset[Evidence]
    speed: float


def segmenters() -> dict[str, Segmenter]:
    """The segmenter of Footnote, and those of the libraries that are installed."""
    makers = {"pysbd": _pysbd, "syntok": _syntok, "blingfire": _blingfire}
    found = {name: make() for name, make in makers.items() if importlib.util.find_spec(name)}
    return {**found, "Footnote": _footnote}


def _footnote(text: str) -> Iterator[Span]:
    return ((sentence.start, sentence.end) for sentence in segment(text))


def _lines(text: str) -> Iterator[Span]:
    start = 0
    for line in text.splitlines(keepends=True):
        if line.strip():
            yield start, start + len(line)
        start += len(line)


def _pysbd() -> Segmenter:
    with warnings.catch_warnings(action="ignore"):
        segmenter = importlib.import_module("pysbd").Segmenter(language="en", clean=False, char_span=True)

    def spans(text: str) -> Iterator[Span]:
        for start, end in _lines(text):
            for found in segmenter.segment(text[start:end]):
                yield start + found.start, start + found.end

    return spans


def _syntok() -> Segmenter:
    module = importlib.import_module("syntok.segmenter")

    def spans(text: str) -> Iterator[Span]:
        for paragraph in module.analyze(text):
            for tokens in paragraph:
                yield tokens[0].offset, tokens[-1].offset + len(tokens[-1].value)

    return spans


def _blingfire() -> Segmenter:
    module = importlib.import_module("blingfire")

    def spans(text: str) -> Iterator[Span]:
        for start, end in _lines(text):
            for first, last in module.text_to_sentences_and_offsets(text[start:end])[1]:
                yield start + first, start + last

    return spans


def load(folder: Path) -> tuple[dict[str, str], frozenset[Evidence]]:
    """Texts by article id, and the evidence marked in them."""
    with (folder / "articles.jsonl").open(encoding="utf-8") as lines:
        texts = {row["id"]: row["text"] for row in map(json.loads, lines)}
    evidence = set()
    with (folder / "questions.jsonl").open(encoding="utf-8") as lines:
        for row in map(json.loads, lines):
            for item in row["evidence"]:
                marked = item["text"].strip()
                start = texts[item["article_id"]].find(marked)
                if start >= 0:
                    evidence.add((item["article_id"], (start, start + len(marked))))
    return texts, frozenset(evidence)


def outcome(spans: Segmenter, texts: Mapping[str, str], evidence: frozenset[Evidence]) -> Outcome:
    """Cut all texts, and see what becomes of the evidence."""
    begin = time.perf_counter()
    cut = {key: list(spans(text)) for key, text in texts.items()}
    seconds = time.perf_counter() - begin
    for key, text in texts.items():
        cut[key] = [_trimmed(text, start, end) for start, end in cut[key]]
    exact, split, merged = set(), set(), set()
    for key, (start, end) in evidence:
        if any(start < first < end for first, _ in cut[key]):
            split.add((key, (start, end)))
        if any(first < start < last or first < end < last for first, last in cut[key]):
            merged.add((key, (start, end)))
        if (start, end) in cut[key]:
            exact.add((key, (start, end)))
    size = sum(len(text.encode()) for text in texts.values())
    return Outcome(frozenset(exact), frozenset(split), frozenset(merged), size / 1e6 / max(seconds, 1e-9))


def _trimmed(text: str, start: int, end: int) -> Span:
    piece = text[start:end]
    return start + len(piece) - len(piece.lstrip()), start + len(piece.rstrip())


def table(folder: Path) -> str:
    """One row for each set and segmenter, as Markdown.

    `exact of single` leaves out the evidence that all of them split: people marked several sentences there.
    """
    rows = []
    for name in _SETS:
        texts, evidence = load(folder / name)
        outcomes = {segmenter: outcome(spans, texts, evidence) for segmenter, spans in segmenters().items()}
        single = evidence - frozenset.intersection(*(found.split for found in outcomes.values()))
        for segmenter, found in outcomes.items():
            shares = (
                len(found.exact) / len(evidence),
                len(found.exact & single) / len(single),
                len(found.split) / len(evidence),
                len(found.merged) / len(evidence),
            )
            rows.append([f"{name} ({len(evidence)})", segmenter, *(f"{100 * share:.1f}" for share in shares)])
            rows[-1].append(f"{found.speed:.1f}")
    head = ("set (evidence)", "segmenter", "exact %", "exact of single %", "split %", "merged %", "MB/s")
    return markdown_table(head, rows)


if __name__ == "__main__":
    print(table(Path(sys.argv[1] if len(sys.argv) > 1 else "../shared/eval")))
