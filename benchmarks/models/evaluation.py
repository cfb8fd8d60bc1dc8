"""Ranks units and passages by cosine, and notes where the gold ones are.

Passages are found as Footnote finds them: reciprocal rank fusion (Cormack et al. 2009,
https://doi.org/10.1145/1571941.1572114) of cosine and BM25, the 50 best of each, constant 60, and the
ten best of the sum. Units are ranked among those of the ten passages.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from benchmarks.models.corpora import Corpus
from benchmarks.models.encoder import Encoder
from benchmarks.models.figures import NOT_FOUND, Measured
from benchmarks.models.mining import span_of
from benchmarks.models.texts import Form, Ints, Texts, vectors

DEPTH: Final = 50
CONSTANT: Final = 60
PASSAGES: Final = 10
UNITS: Final = 10
_OUT: Final = -9.0
"""A score below every cosine."""
_LARGEST: Final = 60_000_000
"""Scores that are held at once, four for each unit and question."""


class Shares(NamedTuple):
    """What a score adds up: cosines of the bare unit, of that with its front, and of its best passage."""

    unit: float
    fronted: float
    passage: float


SCORES: Final = {
    "u": Shares(1, 0, 0),
    "f": Shares(0, 1, 0),
    "u+p": Shares(1, 0, 1),
    "f+p": Shares(0, 1, 1),
    "u+f+p": Shares(0.5, 0.5, 1),
}


@torch.no_grad()
def evaluate(model: Encoder, texts: Texts, corpora: Iterable[Corpus]) -> dict[str, Measured]:
    """Measure a model on every corpus that has questions; by the corpus's name."""
    model.eval()
    return {
        corpus.name: _measure(model, texts, corpus)
        for corpus in corpora
        if corpus.questions[0] < corpus.questions[1]
    }


class _Block(NamedTuple):
    """Cosines of some questions with everything in a corpus, float32.

    Attributes:
        units: With bare units, shape (questions, units).
        fronted: With units with title and headings in front, shape (questions, units).
        passages: Shape (questions, chunks).
        gold_units: Shape (questions, units), bool.
        gold_chunks: Shape (questions, chunks), bool.
        lexical: Chunks that BM25 finds, as numbers within the corpus.
    """

    units: Tensor
    fronted: Tensor
    passages: Tensor
    gold_units: Tensor
    gold_chunks: Tensor
    lexical: Sequence[Ints]


def _measure(model: Encoder, texts: Texts, corpus: Corpus) -> Measured:
    rows: dict[str, list[npt.NDArray[Any]]] = {}

    def note(name: str, values: Tensor) -> None:
        rows.setdefault(name, []).append(values.cpu().numpy())

    quotable = texts.quotable[slice(*corpus.units)]
    for block in _blocks(model, texts, corpus):
        near = block.passages.topk(min(DEPTH, block.passages.shape[1]), 1).indices
        found = fused(near, block.lexical, block.passages.shape[1])
        note("dense", first_hit(block.gold_chunks.gather(1, near)))
        note("fused", first_hit(block.gold_chunks.gather(1, found)))
        note("passages", found)
        passage = _best_passage(block.passages, found, texts, corpus)
        left_out = (passage < _OUT / 2) | ~quotable[None]
        for name, shares in SCORES.items():
            scores = shares.unit * block.units + shares.fronted * block.fronted + shares.passage * passage
            best = scores.masked_fill(left_out, 11 * _OUT).topk(min(UNITS, scores.shape[1]), 1)
            note(f"unit {name}", first_hit(block.gold_units.gather(1, best.indices)))
            note(f"best {name}", best.values[:, 0].double())
    joined = {name: np.concatenate(parts) for name, parts in rows.items()}
    return Measured(
        corpus.judges,
        texts.answerable[slice(*corpus.questions)],
        joined["dense"],
        joined["fused"],
        {name: joined[f"unit {name}"] for name in SCORES},
        {name: joined[f"best {name}"] for name in SCORES},
        joined["passages"],
    )


def _blocks(model: Encoder, texts: Texts, corpus: Corpus) -> Iterator[_Block]:
    """The questions of a corpus, some at a time."""
    forms = (Form.QUESTION, Form.UNIT, Form.FRONTED_UNIT, Form.PASSAGE)
    asked, units, fronted, passages = (
        vectors(model, texts, form, span_of(corpus, form)).float() for form in forms
    )
    first, stop = corpus.questions
    size = max(1, min(512, _LARGEST // max(1, 4 * len(units))))
    for begin in range(first, stop, size):
        end = min(stop, begin + size)
        some = asked[begin - first : end - first]
        yield _Block(
            some @ units.T,
            some @ fronted.T,
            some @ passages.T,
            _marked(texts, texts.gold_units[begin:end], corpus.units),
            _marked(texts, texts.gold_chunks[begin:end], corpus.chunks),
            [one[:DEPTH] - corpus.chunks[0] for one in texts.lexical[begin:end]],
        )


def _marked(texts: Texts, gold: Sequence[Ints], span: tuple[int, int]) -> Tensor:
    """Gold texts as a matrix, shape (questions, texts of the corpus), bool."""
    marks = np.zeros((len(gold), span[1] - span[0]), dtype=np.bool_)
    for row, one in zip(marks, gold, strict=True):
        row[one - span[0]] = True
    return texts.index(marks)


def fused(near: Tensor, lexical: Sequence[Ints], chunks: int) -> Tensor:
    """Reciprocal rank fusion: a list gives 1 / (60 + rank), rank from 0; of equals, the first chunk wins.

    Args:
        near: Chunks by cosine, best first, shape (questions, at most 50), int64.
        lexical: Chunks by BM25, best first, at most 50 of each question.
        chunks: How many chunks there are.

    Returns:
        The ten best chunks, shape (questions, at most 10), int64.
    """
    device = near.device
    given = 1 / (CONSTANT + torch.arange(DEPTH, device=device).float())
    scores = torch.zeros(len(near), chunks, device=device)
    scores.scatter_(1, near, given[: near.shape[1]].expand(near.shape))
    for row, found in zip(scores, lexical, strict=True):
        row[torch.from_numpy(found).to(device)] += given[: len(found)]
    scores -= 1e-9 * torch.arange(chunks, device=device)
    return scores.topk(min(PASSAGES, chunks), 1).indices


def first_hit(hits: Tensor) -> Tensor:
    """The column of the first hit in each row, shape (rows,), int64; `NOT_FOUND` where there is none."""
    return torch.where(hits.any(1), hits.float().argmax(1), NOT_FOUND)


def _best_passage(scores: Tensor, found: Tensor, texts: Texts, corpus: Corpus) -> Tensor:
    """The highest cosine of the found passages that hold each unit, shape (questions, units)."""
    first, stop = corpus.chunks
    inside = torch.zeros_like(scores, dtype=torch.bool).scatter_(1, found, value=True)
    scores = scores.masked_fill(~inside, _OUT)
    chunks = texts.chunks_of_unit[slice(*corpus.units)]
    best = torch.full((len(scores), len(chunks)), _OUT, device=scores.device)
    for column in chunks.T:
        own = scores[:, (column - first).clamp(0, stop - first - 1)].masked_fill(column < 0, _OUT)
        best = torch.maximum(best, own)
    return best
