"""The cross-reader: reads a question with its passages, and scores their units and "none of these"."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final, NamedTuple

import torch
from torch import Tensor, nn

from benchmarks.models.encoder import (
    HIDDEN,
    Encoder,
    Weights,
    autocast,
    base_model,
    base_weights,
    read_weights,
)
from benchmarks.models.texts import CLS, SEP, Form, Texts, batches, padded

MAX_TOKENS: Final = 352
QUESTION_TOKENS: Final = 96
FRONT_TOKENS: Final = 60
_SPECIAL: Final = 3
_BELOW: Final = -9.0
"""Below every hidden state."""


class Reader(nn.Module):
    """An encoder with two heads.

    A unit's score comes from the mean of its tokens' hidden states beside that of `[CLS]`; the score of "none
    of these" from the maximum and the mean of `[CLS]` over the question's passages. Where cosines are added,
    they count `scale[0]` times, and `scale[1]` is added to "none of these".

    Args:
        weights: Embeddings and layers to start from.
    """

    def __init__(self, weights: Mapping[str, Tensor]) -> None:
        super().__init__()
        self.encoder = Encoder(weights)
        self.head = _head()
        self.none = _head()
        self.scale = nn.Parameter(torch.tensor([10.0, 12.0]))

    def weights(self) -> Weights:
        """All but the embeddings, as float32 on the CPU; layers by the names of BERT."""
        return {
            name.removeprefix("encoder."): tensor.detach().float().cpu()
            for name, tensor in self.state_dict().items()
            if not name.startswith("encoder.embeddings.")
        }


class Scores(NamedTuple):
    """Scores of the units that can be quoted from the passages that were read.

    Attributes:
        question: Which question of the call each unit was read with, shape (units,), int64.
        unit: The unit, shape (units,), int64; it is there once for each passage that holds it.
        chunk: The passage, shape (units,), int64.
        score: Shape (units,), float32.
        none: Of each question, the score of "none of these", shape (questions,), float32.
    """

    question: Tensor
    unit: Tensor
    chunk: Tensor
    score: Tensor
    none: Tensor


def load_reader(path: str | Path) -> Reader:
    """Load a cross-reader over the embeddings of the base model's package, ready to read.

    Raises:
        RuntimeError: The file holds other tensors than a cross-reader's.
        FileNotFoundError: The package or the file is not there.
    """
    base, trained = base_weights(base_model()), read_weights(Path(path))
    reader = Reader(base)
    embeddings = {f"encoder.{name}": base[name] for name in base if name.startswith("embeddings.")}
    layers = {f"encoder.{name}": trained[name] for name in trained if name.startswith("encoder.")}
    heads = {name: trained[name] for name in trained if not name.startswith("encoder.")}
    reader.load_state_dict({**embeddings, **layers, **heads})
    return reader.eval()


def read(reader: Reader, texts: Texts, questions: Tensor, passages: Tensor) -> Scores:
    """Read questions with their passages.

    Args:
        reader: The model.
        texts: The data.
        questions: Shape (questions,), int64.
        passages: The chunks of each, shape (questions, passages), int64, −1 for none.
    """
    question, place = torch.where(passages >= 0)
    chunk = passages[question, place]
    pairs = _lay_out(texts, questions[question], chunk)
    order = torch.argsort(pairs.total)
    opening = torch.zeros(len(chunk), HIDDEN, device=texts.device)
    columns: list[tuple[Tensor, Tensor, Tensor, Tensor]] = []
    budget = 65_536 if texts.device == "cuda" else 8_000
    lengths = pairs.total[order].cpu().numpy()
    for first, stop in batches(lengths, budget, len(lengths)):
        some = order[first:stop]
        units = _units(reader, texts, _Pairs(*(column[some][:, None] for column in pairs)))
        opening = opening.index_copy(0, some, units.opening)
        score = reader.head(torch.cat([units.mean, units.opening[units.pair]], 1))[:, 0]
        columns.append((question[some][units.pair], units.unit, chunk[some][units.pair], score))
    none = _none(reader, opening, question, len(questions))
    rows, units_read, chunks_read, scores = (torch.cat(parts) for parts in zip(*columns, strict=True))
    return Scores(rows, units_read, chunks_read, scores, none)


class _Pairs(NamedTuple):
    """Where the tokens of questions and passages are; shape (pairs,), int64.

    `[CLS] question [SEP] front body [SEP]`: starts and lengths of the three, and the length of it all.
    """

    question_start: Tensor
    question: Tensor
    front_start: Tensor
    front: Tensor
    body_start: Tensor
    body: Tensor
    total: Tensor


class _Units(NamedTuple):
    """What was read.

    Attributes:
        pair: The pair that each unit is in, shape (units,), int64.
        unit: The unit's number, shape (units,), int64.
        mean: Mean of its tokens' hidden states, shape (units, 384), float32.
        opening: Hidden states of `[CLS]`, shape (pairs, 384), float32.
    """

    pair: Tensor
    unit: Tensor
    mean: Tensor
    opening: Tensor


def _lay_out(texts: Texts, questions: Tensor, chunks: Tensor) -> _Pairs:
    asked, found = texts.runs[Form.QUESTION].take(questions), texts.runs[Form.PASSAGE].take(chunks)
    question = asked.length.clamp(max=QUESTION_TOKENS)
    front = found.front_length.clamp(max=FRONT_TOKENS)
    body = torch.minimum(found.length, MAX_TOKENS - _SPECIAL - question - front)
    total = question + front + body + _SPECIAL
    return _Pairs(asked.start, question, found.front_start, front, found.start, body, total)


def _units(reader: Reader, texts: Texts, pairs: _Pairs) -> _Units:
    """Read pairs, columns of shape (pairs, 1), and take the mean of each unit's tokens."""
    at = torch.arange(padded(int(pairs.total.max())), device=texts.device)[None]
    end_of_question, end_of_front = pairs.question + 1, pairs.question + 1 + pairs.front
    place = torch.where(
        at <= end_of_front,
        torch.where(
            at < end_of_question, pairs.question_start + at - 1, pairs.front_start + at - 1 - end_of_question
        ),
        pairs.body_start + at - 1 - end_of_front,
    ).clamp(0, len(texts.tokens) - 1)
    is_end = (at == end_of_question) | (at == pairs.total - 1)
    mask = at < pairs.total
    ids = torch.where(at == 0, CLS, torch.where(is_end, SEP, texts.tokens[place]))
    segments = ((at > end_of_question) & mask).long()
    with autocast(texts.device):
        states = reader.encoder(torch.where(mask, ids, 0), mask, segments)
    states = states.float()
    pair, column = torch.where((at > end_of_front) & (at < pairs.total - 1))
    starts = texts.runs[Form.UNIT].start
    unit = torch.searchsorted(starts, place[pair, column], right=True) - 1
    keys, member = torch.unique(pair * len(starts) + unit, return_inverse=True)
    sums = torch.zeros(len(keys), HIDDEN, device=texts.device).index_add(0, member, states[pair, column])
    mean = sums / torch.bincount(member, minlength=len(keys))[:, None]
    pair, unit = keys // len(starts), keys % len(starts)
    kept = texts.quotable[unit]
    return _Units(pair[kept], unit[kept], mean[kept], states[:, 0])


def _none(reader: Reader, opening: Tensor, question: Tensor, questions: int) -> Tensor:
    """Scores of "none of these" from the `[CLS]` states of each question's passages, shape (questions,)."""
    most = torch.full((questions, HIDDEN), _BELOW, device=opening.device)
    most = most.scatter_reduce(0, question[:, None].expand(-1, HIDDEN), opening, "amax")
    sums = torch.zeros(questions, HIDDEN, device=opening.device).index_add(0, question, opening)
    mean = sums / torch.bincount(question, minlength=questions).clamp(min=1)[:, None]
    return torch.as_tensor(reader.none(torch.cat([most, mean], 1))[:, 0])


def _head() -> nn.Sequential:
    first, last = nn.Linear(2 * HIDDEN, HIDDEN), nn.Linear(HIDDEN, 1)
    nn.init.zeros_(last.weight)  # at first every unit is as good as any other
    nn.init.zeros_(last.bias)
    return nn.Sequential(first, nn.GELU(), last)
