"""Measures the cross-reader on the passages that an encoder found."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from benchmarks.models.corpora import Corpus
from benchmarks.models.encoder import Encoder
from benchmarks.models.figures import Figures, Measured, auroc
from benchmarks.models.listwise import gold_units
from benchmarks.models.reader import Reader, read
from benchmarks.models.texts import Bools, Form, Ints, Texts, vectors

QUESTIONS: Final = 600
"""Questions of a corpus that are measured at most, the first ones."""
SHARE: Final = 0.3
"""What the reader counts beside the cosine in `mixed.3`."""
_BATCH: Final = 32
_NOTHING: Final = -99.0
_HITS: Final = ("reader", "cos", "mixed.3", "mixed")
_BEST: Final = ("none", "nonemixed", "cosbest")

Floats = npt.NDArray[np.float64]


class Reading(NamedTuple):
    """What was read for one question.

    Attributes:
        scores: The reader's, shape (units,), float64.
        cosines: Of the question with each unit and with its passage, added up, shape (units,), float64.
        gold: Which units are gold, shape (units,), bool.
        none: The score of "none of these".
    """

    scores: Floats
    cosines: Floats
    gold: Bools
    none: float


@torch.no_grad()
def evaluate_reader(
    reader: Reader, model: Encoder, texts: Texts, corpora: Iterable[Corpus], found: Mapping[str, Measured]
) -> dict[str, Figures]:
    """Measure a cross-reader.

    Args:
        reader: The cross-reader.
        model: The tuned encoder.
        texts: The data.
        corpora: What to measure on; those without questions are left out.
        found: What the encoder made of them, by the corpus's name.

    Returns:
        Of each set: `n`, the answerable questions; hit@1 by the reader alone (`reader`), by cosine (`cos`),
        and by both (`mixed`, and `mixed.3` where the reader counts .3); and the AUROC of the units' mass
        against "none of these" (`auroc none`), of that with cosines (`auroc nonemixed`), and of the best
        cosine (`auroc cosbest`).
    """
    reader.eval()
    model.eval()
    scale = reader.scale.tolist()
    judged: dict[str, list[dict[str, float]]] = {}
    for corpus in corpora:
        if corpus.name in found:
            readings = _read(reader, model, texts, corpus, found[corpus.name].passages)
            numbers = range(*corpus.questions)
            judged.setdefault(corpus.judges, []).extend(
                {"answerable": texts.answerable[number], **outcome(reading, scale[0], scale[1])}
                for number, reading in zip(numbers, readings, strict=False)  # the first ones alone are read
            )
    return {name: _figures(rows) for name, rows in judged.items()}


def outcome(reading: Reading, cosine_scale: float, none_scale: float) -> dict[str, float]:
    """Hits (0 or 1) and confidences of one question, by the names of `evaluate_reader`."""
    scaled = cosine_scale * reading.cosines
    both = reading.scores + scaled
    rankings = {
        "reader": reading.scores,
        "cos": reading.cosines,
        "mixed": both,
        "mixed.3": SHARE * reading.scores + scaled,
    }
    hits = {name: float(_hits(ranking, reading.gold)) for name, ranking in rankings.items()}
    if not len(both):
        return {**hits, **dict.fromkeys(_BEST, _NOTHING)}
    return {
        **hits,
        "none": float(np.logaddexp.reduce(reading.scores)) - reading.none,
        "nonemixed": float(np.logaddexp.reduce(both)) - reading.none - none_scale,
        "cosbest": float(reading.cosines.max()),
    }


def _hits(ranking: Floats, gold: Bools) -> bool:
    return len(ranking) > 0 and bool(gold[np.argmax(ranking)])


def _read(reader: Reader, model: Encoder, texts: Texts, corpus: Corpus, passages: Ints) -> Iterator[Reading]:
    """The readings of a corpus's questions, in order."""
    asked = vectors(model, texts, Form.QUESTION, corpus.questions).float()
    units = vectors(model, texts, Form.FRONTED_UNIT, corpus.units).float()
    chunks = vectors(model, texts, Form.PASSAGE, corpus.chunks).float()
    numbers = np.arange(*corpus.questions)[:QUESTIONS]
    for begin in range(0, len(numbers), _BATCH):
        some = numbers[begin : begin + _BATCH]
        found = texts.index(passages[begin : begin + _BATCH] + corpus.chunks[0])
        scores = read(reader, texts, texts.index(some), found)
        documents = units[scores.unit - corpus.units[0]] + chunks[scores.chunk - corpus.chunks[0]]
        cosines = (asked[begin + scores.question] * documents).sum(1)
        gold = gold_units(texts, some, scores)
        for row, none in enumerate(scores.none.tolist()):
            own = scores.question == row
            yield Reading(_array(scores.score[own]), _array(cosines[own]), gold[own].cpu().numpy(), none)


def _array(values: Tensor) -> Floats:
    return values.double().cpu().numpy()


def _figures(rows: list[dict[str, float]]) -> Figures:
    columns = {name: np.array([row[name] for row in rows]) for name in rows[0]}
    asked, judged = columns["answerable"] == 1, columns["answerable"] != 2
    return {
        "n": int(asked.sum()),
        **{name: float(columns[name][asked].mean()) for name in _HITS},
        **{f"auroc {name}": auroc(columns[name][judged], asked[judged]) for name in _BEST},
    }
