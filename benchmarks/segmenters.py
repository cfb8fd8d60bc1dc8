"""Sentence segmenters compared: `python -m benchmarks.segmenters [FOLDER]` writes to docs/benchmarks.md.

They are compared on tests/data/sentence_boundaries.jsonl, sentences of twelve languages, and on evidence that
people marked in public question sets, which should come out as exactly one sentence. The libraries are no
dependencies of Footnote, and those that are not installed are left out: `pip install blingfire choppa-srx
icu4py pysbd sentencex syntok`. docs/decisions/0002-sentence-segmentation.md says what follows.
"""

from __future__ import annotations

import importlib
import importlib.util
import json
import sys
import time
import warnings
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import accumulate
from pathlib import Path

from benchmarks.document import markdown_table, write_section
from index.text.sentences import segment

Span = tuple[int, int]
Segmenter = Callable[[str], Iterable[Span]]
Evidence = tuple[str, Span]
"""An article's id, and where in its text the evidence is."""

BOUNDARIES = Path("tests/data/sentence_boundaries.jsonl")

_OURS = "Footnote"
_SETS = ("qed", "clapnq", "squad")
_REPEATED = 20
"""How often each line is cut to measure the time."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of text with its sentences.

    Attributes:
        language: BCP 47 code.
        topic: What it is a sample of: opening hours, addresses, rules.
        sentences: The sentences in order; in the text, one space stands between two.
    """

    language: str
    topic: str
    sentences: tuple[str, ...]

    @property
    def text(self) -> str:
        """The whole line."""
        return " ".join(self.sentences)

    @property
    def starts(self) -> set[int]:
        """Where each sentence but the first starts."""
        return set(accumulate(len(sentence) + 1 for sentence in self.sentences[:-1]))


@dataclass(frozen=True, slots=True)
class Score:
    """Boundaries between sentences, found and missed.

    Attributes:
        right: Boundaries that were found.
        wrong: Boundaries that were found where there is none.
        missed: Boundaries that were not found.
    """

    right: int = 0
    wrong: int = 0
    missed: int = 0

    def __add__(self, other: Score) -> Score:
        """Return the counts of both."""
        return Score(self.right + other.right, self.wrong + other.wrong, self.missed + other.missed)

    @property
    def precision(self) -> float:
        """Share of the boundaries found that are right."""
        return self.right / max(1, self.right + self.wrong)

    @property
    def recall(self) -> float:
        """Share of the right boundaries that are found."""
        return self.right / max(1, self.right + self.missed)

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall."""
        return 2 * self.right / max(1, 2 * self.right + self.wrong + self.missed)


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


def segmenters(language: str = "en") -> dict[str, Segmenter]:
    """Return the segmenter of Footnote and those of the installed libraries that know the language."""
    makers = {
        "pysbd": _pysbd,
        "syntok": _syntok,
        "blingfire": _blingfire,
        "sentencex": _sentencex,
        "icu4py": _icu4py,
        "choppa": _choppa,
    }
    installed = {name: make for name, make in makers.items() if importlib.util.find_spec(name)}
    found = {name: made for name, make in installed.items() if (made := make(language))}
    return {**found, _OURS: _footnote, "Footnote, language given": partial(_footnote, language=language)}


def _footnote(text: str, language: str | None = None) -> Iterator[Span]:
    return ((sentence.start, sentence.end) for sentence in segment(text, language=language))


def _lines(text: str) -> Iterator[Span]:
    start = 0
    for line in text.splitlines(keepends=True):
        if line.strip():
            yield start, start + len(line)
        start += len(line)


def _pysbd(language: str) -> Segmenter | None:
    try:
        with warnings.catch_warnings(action="ignore"):
            segmenter = importlib.import_module("pysbd").Segmenter(
                language=language, clean=False, char_span=True
            )
    except ValueError:
        return None

    def spans(text: str) -> Iterator[Span]:
        for start, end in _lines(text):
            for found in segmenter.segment(text[start:end]):
                yield start + found.start, start + found.end

    return spans


def _syntok(language: str) -> Segmenter | None:
    if language not in ("de", "en", "es"):
        return None
    module = importlib.import_module("syntok.segmenter")

    def spans(text: str) -> Iterator[Span]:
        for paragraph in module.analyze(text):
            for tokens in paragraph:
                yield tokens[0].offset, tokens[-1].offset + len(tokens[-1].value)

    return spans


def _blingfire(_: str) -> Segmenter:
    module = importlib.import_module("blingfire")

    def spans(text: str) -> Iterator[Span]:
        for start, end in _lines(text):
            for first, last in module.text_to_sentences_and_offsets(text[start:end])[1]:
                yield start + first, start + last

    return spans


def _sentencex(language: str) -> Segmenter:
    module = importlib.import_module("sentencex")

    def spans(text: str) -> Iterator[Span]:
        for found in module.get_sentence_boundaries(language, text):
            yield found["start_index"], found["end_index"]

    return spans


def _icu4py(language: str) -> Segmenter:
    """ICU with the suppressions of CLDR."""
    breaker = importlib.import_module("icu4py.breakers").SentenceBreaker
    return lambda text: breaker(text, f"{language}@ss=standard").segments()


def _choppa(language: str) -> Segmenter | None:
    """The rules of LanguageTool, which has none for Czech."""
    if language == "cs":
        return None
    module = importlib.import_module("choppa")
    rules = module.SrxDocument(ruleset=module.DEFAULT_SRX_RULESET)

    def spans(text: str) -> Iterator[Span]:
        start = 0
        for found in module.SrxTextIterator(rules, f"{language}_two", text):
            yield start, start + len(found)
            start += len(found)

    return spans


def load_lines(path: Path = BOUNDARIES) -> list[Line]:
    """Read lines of text with their sentences."""
    with path.open(encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    return [Line(row["language"], row["topic"], tuple(row["sentences"])) for row in rows]


def score(spans: Segmenter, line: Line) -> Score:
    """Compare the boundaries that a segmenter finds in a line with the right ones."""
    text = line.text
    starts = {_trimmed(text, *span)[0] for span in spans(text) if text[slice(*span)].strip()} - {0}
    return Score(len(starts & line.starts), len(starts - line.starts), len(line.starts - starts))


def boundary_tables(lines: Sequence[Line]) -> str:
    """Return Footnote's figures by language beside the F1 of the others, and the figures of all, as Markdown.

    `time` is the CPU time of cutting the lines of the languages that a segmenter knows, as a multiple of
    Footnote's.
    """
    scores: dict[str, dict[str, Score]] = defaultdict(dict)
    seconds: dict[tuple[str, str], float] = {}
    languages = sorted({line.language for line in lines})
    for language in languages:
        own = [line for line in lines if line.language == language]
        for name, spans in segmenters(language).items():
            scores[name][language] = sum((score(spans, line) for line in own), Score())
            begin = time.process_time()
            for line in own * _REPEATED:
                list(spans(line.text))
            seconds[name, language] = time.process_time() - begin
    others = [name for name in scores if name != _OURS]
    rows = [
        [
            language,
            *_figures(scores[_OURS][language]),
            *(f"{scores[name][language].f1:.3f}" if language in scores[name] else "" for name in others),
        ]
        for language in languages
    ]
    totals = [
        [
            name,
            str(len(known)),
            *_figures(sum(known.values(), Score())),
            f"{sum(seconds[name, each] for each in known) / sum(seconds[_OURS, each] for each in known):.1f}",
        ]
        for name, known in scores.items()
    ]
    by_language = markdown_table(("language", "precision", "recall", "F1", *others), rows)
    overall = markdown_table(("segmenter", "languages", "precision", "recall", "F1", "time"), totals)
    return f"{by_language}\n\n{overall}"


def _figures(found: Score) -> tuple[str, str, str]:
    return f"{found.precision:.3f}", f"{found.recall:.3f}", f"{found.f1:.3f}"


def load(folder: Path) -> tuple[dict[str, str], frozenset[Evidence]]:
    """Read texts by article id, and the evidence marked in them."""
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


def evidence_table(folder: Path) -> str:
    """Return one row for each set and segmenter, as Markdown.

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


def main(folder: Path) -> None:
    """Write the section."""
    lines = load_lines()
    boundaries = sum(len(line.starts) for line in lines)
    told = (
        f"{len(lines)} lines as communities write them (opening hours, addresses, rules, notes), with "
        f"{boundaries} boundaries between sentences. Footnote detects the language of each line, or is given "
        "it. Each library is compared in the languages that it knows: its column has its F1."
    )
    tables = f"{told}\n\n{boundary_tables(lines)}\n\nEvidence in English texts:\n\n{evidence_table(folder)}"
    write_section(Path("docs/benchmarks.md"), "segmenters", f"## Sentences\n\n{tables}")


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "../shared/eval"))
