"""Packed data in memory: every text as tokens, and what is known of units, passages and questions."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from enum import Enum
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from benchmarks.models.archive import Array, read_arrays
from benchmarks.models.corpora import KIND_CODE, Corpus
from benchmarks.models.encoder import HIDDEN, Encoder, autocast, pooled

CLS: Final = 101
SEP: Final = 102
GREATER_THAN: Final = 1028
ANGLE_QUOTE: Final = 1533
"""The tokens `>` and `›`; what stands in front of a text is written with either."""
CHUNKS_OF_A_UNIT: Final = 4
MAX_TOKENS: Final = 256
"""The most tokens of a text, special tokens included."""

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


class Form(Enum):
    """How a text is made up; all but the bare ones have title and headings in front."""

    UNIT = "unit"
    FRONTED_UNIT = "unit with title and headings"
    PASSAGE = "passage"
    QUESTION = "question"
    SECTION = "section below its title"
    HEADING = "heading"
    TITLED_HEADING = "title and heading"


class Runs(NamedTuple):
    """Two runs of tokens a text is made of; shapes (texts,), int64."""

    front_start: Tensor
    front_length: Tensor
    start: Tensor
    length: Tensor

    def take(self, index: Tensor) -> Runs:
        """The runs of some texts."""
        return Runs(*(column[index] for column in self))


class Texts:
    """Packed data.

    Args:
        path: What `Packer.write` wrote.
        device: `cpu` or `cuda`.
        groups: Only corpora of these groups or roles; all where left out.

    Attributes:
        device: As given.
        tokens: All tokens, int32.
        runs: Where the texts of each form are.
        corpora: The corpora.
        quotable: Which units can be quoted, shape (units,), bool, on the device.
        chunks_of_unit: The first four chunks that hold each unit, shape (units, 4), int64, −1 where there
            are fewer; on the device.
        answerable: For each question 1, 0, or 2 where nobody has judged.
        gold_units: Of each question, the units that answer it.
        gold_chunks: Of each question, the chunks that hold one of those, or answer it as a whole.
        lexical: Of each question, the chunks that BM25 finds, best first.
        canonical: The first unit of the same corpus with the same words, shape (units,).
        headings: Sections to train on whose heading can be asked as a question.
    """

    def __init__(self, path: Path, device: str, groups: Collection[str] | None = None) -> None:
        arrays, meta = read_arrays(path)
        self.device = device
        self.tokens = torch.from_numpy(arrays["tokens"].astype(np.int32)).to(device)
        self.corpora = [Corpus.from_json(one) for one in meta["corpora"]]
        if groups is not None:
            self.corpora = [one for one in self.corpora if {one.group, one.role} & set(groups)]
        self.runs = _runs(arrays, device)
        self.quotable = self._tensor((arrays["unit_kind"] <= KIND_CODE) & (arrays["unit_length"] > 0)).bool()
        self.answerable = arrays["question_answerable"].astype(np.int64)
        self.lexical = _ragged(arrays, "lexical")
        chunks_of_unit = _chunks_of_units(arrays)
        self.chunks_of_unit = self._tensor(chunks_of_unit)
        self.gold_units = _ragged(arrays, "gold_units")
        self.gold_chunks = [
            _known(np.concatenate([chunks, chunks_of_unit[units].reshape(-1)]))
            for units, chunks in zip(self.gold_units, _ragged(arrays, "gold_chunks"), strict=True)
        ]
        self.canonical = self._canonical(arrays)
        self.is_mixture = np.zeros(len(self.answerable), dtype=np.bool_)
        for corpus in self.corpora:
            self.is_mixture[slice(*corpus.questions)] = corpus.role == "mix"
        self.headings = self._headings(arrays)

    def having(self, *roles: str) -> list[Corpus]:
        """The corpora of these roles, in the order of the roles."""
        return [corpus for role in roles for corpus in self.corpora if corpus.role == role]

    def index(self, numbers: object) -> Tensor:
        """Numbers of texts as a tensor on the device."""
        return torch.as_tensor(numbers, device=self.device)

    def range(self, span: tuple[int, int]) -> Tensor:
        """The numbers of a span as a tensor on the device."""
        return torch.arange(*span, device=self.device)

    def ids(
        self, form: Form, index: Tensor, limit: int = MAX_TOKENS, *, angle_quotes: bool = False
    ) -> tuple[Tensor, Tensor]:
        """Texts as the encoder reads them.

        Args:
            form: How they are made up.
            index: Their numbers, shape (batch,).
            limit: The most tokens of each, special tokens included; the front has precedence.
            angle_quotes: Write `›` instead of `>` between title and headings.

        Returns:
            Token ids, int32, and the mask, bool; both of shape (batch, length), length a multiple of 8.
        """
        runs = self.runs[form].take(index)
        front = runs.front_length.clamp(max=limit - 2)
        body = torch.minimum(runs.length, limit - 2 - front)
        total = (front + body + 2)[:, None]
        at = torch.arange(padded(int(total.max())), device=self.device)[None]
        front = front[:, None]
        place = torch.where(
            at <= front, runs.front_start[:, None] + at - 1, runs.start[:, None] + at - 1 - front
        )
        ids = self.tokens[place.clamp(0, len(self.tokens) - 1)]
        if angle_quotes:
            ids = torch.where((ids == GREATER_THAN) & (at <= front), ANGLE_QUOTE, ids)
        ids = torch.where(at == 0, CLS, ids)
        ids = torch.where(at == total - 1, SEP, ids)
        mask = at < total
        return torch.where(mask, ids, 0), mask

    def lengths(self, form: Form, index: Tensor, limit: int = MAX_TOKENS) -> Tensor:
        """Tokens of each text as `ids` gives them, shape (batch,)."""
        runs = self.runs[form].take(index)
        return (runs.front_length + runs.length + 2).clamp(max=limit)

    def _tensor(self, array: npt.NDArray[Any]) -> Tensor:
        return _tensor(array, self.device)

    def _canonical(self, arrays: dict[str, Array]) -> Ints:
        starts, lengths = arrays["unit_start"], arrays["unit_length"].astype(np.int64)
        canonical = np.arange(len(starts))
        for corpus in self.corpora:
            seen: dict[bytes, int] = {}
            for unit in range(*corpus.units):
                words = arrays["tokens"][starts[unit] : starts[unit] + lengths[unit]].tobytes()
                canonical[unit] = seen.setdefault(words, unit)
        return canonical

    def _headings(self, arrays: dict[str, Array]) -> Ints:
        """Sections of 12 tokens or more under a heading of 2 to 24, in documentation to train on."""
        words = arrays["section_heading_length"]
        fit = (words >= 2) & (words <= 24) & (self.runs[Form.SECTION].length.cpu().numpy() >= 12)
        spans = [np.arange(*corpus.sections) for corpus in self.having("train")]
        return np.concatenate([np.zeros(0, dtype=np.int64), *(span[fit[span]] for span in spans)])


@torch.no_grad()
def vectors(model: Encoder, texts: Texts, form: Form, span: tuple[int, int]) -> Tensor:
    """Unit vectors of the texts of a span, shape (stop − first, 384); float16 on a GPU, float32 elsewhere."""
    found = encode(model, texts, form, texts.range(span))
    return found.half() if texts.device == "cuda" else found


def encode(
    model: Encoder,
    texts: Texts,
    form: Form,
    index: Tensor,
    *,
    limit: int = MAX_TOKENS,
    budget: int | None = None,
    angle_quotes: bool = False,
) -> Tensor:
    """Encode texts in batches of like length, so that little is padding.

    Args:
        model: The encoder.
        texts: Where the texts are.
        form: How they are made up.
        index: Their numbers, shape (count,).
        limit: The most tokens of each.
        budget: The most tokens of a batch, padding included; where left out, what suits the device.
        angle_quotes: See `Texts.ids`.

    Returns:
        Unit vectors in the order of `index`, shape (count, 384), float32.
    """
    budget = budget or (400_000 if texts.device == "cuda" else 16_000)
    lengths = texts.lengths(form, index, limit)
    order = torch.argsort(lengths)
    parts = [torch.zeros(0, HIDDEN, device=texts.device)]
    for first, stop in batches(lengths[order].cpu().numpy(), budget):
        ids, mask = texts.ids(form, index[order[first:stop]], limit, angle_quotes=angle_quotes)
        with autocast(texts.device):
            states = model(ids, mask)
        parts.append(pooled(states, mask))
    back = torch.empty_like(order)
    back[order] = torch.arange(len(order), device=texts.device)
    return torch.cat(parts)[back]


def batches(lengths: npt.NDArray[Any], budget: int, most: int = 8192) -> Sequence[tuple[int, int]]:
    """Cut rising lengths into batches that hold at most `budget` tokens when padded, or one text.

    Returns:
        `[first, stop)` of each batch, of at most `most` texts.
    """
    spans = []
    first = 0
    while first < len(lengths):
        ahead = lengths[first : first + most]
        fitting = np.count_nonzero(ahead * np.arange(1, len(ahead) + 1) <= budget)
        stop = first + max(1, int(fitting))
        spans.append((first, stop))
        first = stop
    return spans


def padded(length: int) -> int:
    """The next multiple of 8."""
    return -(-length // 8) * 8


def _runs(arrays: dict[str, Array], device: str) -> dict[Form, Runs]:
    units, unit_lengths = _ints(arrays["unit_start"]), _ints(arrays["unit_length"])
    ends = units + unit_lengths

    def runs(front: tuple[str, str] | None, start: Ints, length: Ints) -> Runs:
        fronts = [_ints(arrays[name]) for name in front] if front else [np.zeros_like(start)] * 2
        return Runs(*(_tensor(column, device) for column in (*fronts, start, length)))

    first, last = _ints(arrays["chunk_first"]), _ints(arrays["chunk_last"])
    begin, end = _ints(arrays["section_first"]), _ints(arrays["section_last"])
    begun = units[np.minimum(begin, len(units) - 1)]
    body = np.where(end >= begin, ends[np.maximum(end, 0)] - begun, 0)
    unit_front = ("unit_front_start", "unit_front_length")
    title = ("section_title_start", "section_title_length")
    heading = (_ints(arrays["section_heading_start"]), _ints(arrays["section_heading_length"]))
    return {
        Form.UNIT: runs(None, units, unit_lengths),
        Form.FRONTED_UNIT: runs(unit_front, units, unit_lengths),
        Form.PASSAGE: runs(
            ("chunk_front_start", "chunk_front_length"), units[first], ends[last] - units[first]
        ),
        Form.QUESTION: runs(None, _ints(arrays["question_start"]), _ints(arrays["question_length"])),
        Form.SECTION: runs(title, begun, body),
        Form.HEADING: runs(None, *heading),
        Form.TITLED_HEADING: runs(title, *heading),
    }


def _chunks_of_units(arrays: dict[str, Array]) -> Ints:
    """The first four chunks that hold each unit, shape (units, 4); −1 where there are fewer."""
    found = np.full((len(arrays["unit_start"]), CHUNKS_OF_A_UNIT), -1)
    filled = np.zeros(len(found), dtype=np.int64)
    for chunk, (first, last) in enumerate(zip(arrays["chunk_first"], arrays["chunk_last"], strict=True)):
        units = np.arange(first, last + 1)
        units = units[filled[units] < CHUNKS_OF_A_UNIT]
        found[units, filled[units]] = chunk
        filled[units] += 1
    return found


def _ragged(arrays: dict[str, Array], name: str) -> list[Ints]:
    """Rows of different lengths, from their counts and values."""
    ends = np.cumsum(arrays[f"{name}_count"], dtype=np.int64)
    return np.split(_ints(arrays[name]), ends[:-1])


def _known(chunks: Ints) -> Ints:
    distinct: Ints = np.unique(chunks)
    return distinct[distinct >= 0]


def _ints(array: Array) -> Ints:
    return array.astype(np.int64)


def _tensor(array: npt.NDArray[Any], device: str) -> Tensor:
    return torch.from_numpy(np.ascontiguousarray(array)).to(device)
