"""What a model finds wrongly in the training data: the negatives that are hardest to tell apart."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

import numpy as np
import torch

from benchmarks.models.corpora import Corpus
from benchmarks.models.encoder import HIDDEN, Encoder
from benchmarks.models.texts import Form, Ints, Texts, vectors

DEPTH: Final = 30
"""How many negatives are kept for each question."""
_BATCH: Final = 1024
_LEXICAL: Final = 20
_OUT: Final = -9.0
"""A score below every cosine."""
_SEARCHED: Final = (Form.FRONTED_UNIT, Form.PASSAGE, Form.QUESTION)


class Mined:
    """Vectors of the training texts by one model, and its nearest wrong texts for each question.

    Negatives come from the question's own corpus. In documentation, every third of the passages is one that
    BM25 finds.

    Args:
        model: Encodes.
        texts: The data.
        corpora: Those to train on.
        bare_units: Encode units without anything in front, too.

    Attributes:
        vectors: By form, shape (texts of that form, 384); zero outside the corpora.
        negatives: For `FRONTED_UNIT` and `PASSAGE`, shape (questions, 30), int64, nearest first, −1 where
            there are fewer.
    """

    def __init__(
        self, model: Encoder, texts: Texts, corpora: Iterable[Corpus], *, bare_units: bool = False
    ) -> None:
        model.eval()
        forms = (Form.UNIT, *_SEARCHED) if bare_units else _SEARCHED
        dtype = torch.float16 if texts.device == "cuda" else torch.float32
        self.vectors = {
            form: torch.zeros(len(texts.runs[form].start), HIDDEN, dtype=dtype, device=texts.device)
            for form in forms
        }
        self.negatives = {
            form: torch.full((len(texts.answerable), DEPTH), -1, device=texts.device)
            for form in (Form.FRONTED_UNIT, Form.PASSAGE)
        }
        for corpus in corpora:
            for form in forms:
                span = span_of(corpus, form)
                self.vectors[form][slice(*span)] = vectors(model, texts, form, span)
            self._mine(texts, corpus, Form.FRONTED_UNIT, texts.gold_units)
            self._mine(texts, corpus, Form.PASSAGE, texts.gold_chunks)
            if corpus.role == "train":
                self._take_lexical(texts, corpus)

    def _mine(self, texts: Texts, corpus: Corpus, form: Form, gold: Sequence[Ints]) -> None:
        first, stop = span_of(corpus, form)
        candidates = self.vectors[form][first:stop]
        for begin in range(*corpus.questions, _BATCH):
            end = min(corpus.questions[1], begin + _BATCH)
            scores = (self.vectors[Form.QUESTION][begin:end] @ candidates.T).float()
            if form is Form.FRONTED_UNIT:
                scores[:, ~texts.quotable[first:stop]] = _OUT
            rows, columns = _places(gold[begin:end], first)
            scores[texts.index(rows), texts.index(columns)] = _OUT
            best = scores.topk(min(DEPTH, stop - first), 1)
            found = torch.where(best.values > _OUT / 2, best.indices + first, -1)
            self.negatives[form][begin:end, : found.shape[1]] = found

    def _take_lexical(self, texts: Texts, corpus: Corpus) -> None:
        for question in range(*corpus.questions):
            gold = set(texts.gold_chunks[question].tolist())
            wrong = [chunk for chunk in texts.lexical[question][:_LEXICAL].tolist() if chunk not in gold]
            for place, chunk in zip(range(2, DEPTH, 3), wrong, strict=False):
                self.negatives[Form.PASSAGE][question, place] = chunk


def span_of(corpus: Corpus, form: Form) -> tuple[int, int]:
    """The numbers of a corpus's texts of a form."""
    if form is Form.QUESTION:
        return corpus.questions
    if form is Form.PASSAGE:
        return corpus.chunks
    return corpus.units if form in (Form.UNIT, Form.FRONTED_UNIT) else corpus.sections


def _places(gold: Sequence[Ints], first: int) -> tuple[Ints, Ints]:
    """Rows and columns of the gold texts in a matrix of questions by texts."""
    rows = np.repeat(np.arange(len(gold)), [len(one) for one in gold])
    return rows, np.concatenate([np.zeros(0, dtype=np.int64), *gold]) - first
