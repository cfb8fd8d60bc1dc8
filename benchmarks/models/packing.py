"""Articles and questions as tokens: what training reads.

Every text is written once, as a run of tokens of the base model; units, chunks, sections and questions say
where theirs are. The units of an article lie one after the other, so the text of a chunk is one run, too.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Final

import numpy as np
from tokenizers import Tokenizer

from benchmarks.models.archive import Array, write_arrays
from benchmarks.models.corpora import KIND_CODE, Corpus, Role
from benchmarks.models.encoder import base_model
from index.indexing.chunks import Chunker, heading_level
from index.text.markup import plain
from index.text.sentences import segment
from index.types import Article, Chunk, Sentence, SentenceKind

MAX_TOKENS: Final = 256
LONGEST_QUESTION: Final = 254
EMPTY: Final = 5
"""The code of a unit that has no words once its markup is gone."""
KINDS: Final = {
    SentenceKind.PROSE: 0,
    SentenceKind.ITEM: 1,
    SentenceKind.TABLE: 2,
    SentenceKind.CODE: KIND_CODE,
    SentenceKind.HEADING: 4,
}
"""How the kinds of units are written; those up to `CODE` can be quoted."""
_ANSWERABLE: Final = {False: 0, True: 1, None: 2}


@dataclass(frozen=True, slots=True)
class Packed:
    """An article that has been packed.

    Attributes:
        first_unit: Number of its first unit among all.
        units: Its units.
        first_chunk: Number of its first chunk among all.
        chunks: Its chunks.
    """

    first_unit: int
    units: Sequence[Sentence]
    first_chunk: int
    chunks: Sequence[Chunk]


@dataclass(slots=True)
class _Columns:
    """Numbers that are written as one array a column, or as counts and values where rows differ in length."""

    units: list[tuple[int, ...]] = field(default_factory=list)
    sections: list[tuple[int, ...]] = field(default_factory=list)
    chunks: list[tuple[int, ...]] = field(default_factory=list)
    questions: list[tuple[int, ...]] = field(default_factory=list)
    gold_units: list[list[int]] = field(default_factory=list)
    gold_chunks: list[list[int]] = field(default_factory=list)
    lexical: list[list[int]] = field(default_factory=list)


class Packer:
    """Collects corpora, then writes them."""

    def __init__(self) -> None:
        self._tokenizer: Tokenizer = Tokenizer.from_file(str(base_model() / "tokenizer.json"))
        self._tokenizer.no_truncation()
        self._tokenizer.no_padding()
        self._chunker = Chunker(self._count, MAX_TOKENS)
        self._tokens: list[Array] = []
        self._length = 0
        self._columns = _Columns()
        self._corpora: list[Corpus] = []

    def begin(self, name: str, group: str, role: Role) -> None:
        """Begin a corpus; what is added until `end` belongs to it."""
        self._corpora.append(Corpus(name, group, role, *((size, size) for size in self._sizes())))

    def end(self) -> Corpus:
        """End the corpus that was begun last."""
        corpus = self._corpora[-1]
        for (name, (first, _)), size in zip(corpus.spans().items(), self._sizes(), strict=True):
            setattr(corpus, name, (first, size))
        return corpus

    @property
    def next_chunk(self) -> int:
        """The number that the next chunk will have."""
        return len(self._columns.chunks)

    def add_article(self, article: Article, *, markdown: bool = True) -> Packed:
        """Pack an article's units, chunks and sections."""
        cut = self._chunker.chunk(article, segment(article.text, markdown=markdown))
        words = [plain(unit.text) for unit in cut.sentences]
        columns = self._columns
        packed = Packed(len(columns.units), cut.sentences, len(columns.chunks), cut.chunks)
        runs = [self._put(tokens) for tokens in self._encode(words)]
        fronts: dict[str, tuple[int, int]] = {"": (0, 0)}

        def front(text: str) -> tuple[int, int]:
            if text not in fronts:
                fronts[text] = self._put(self._encode([plain(text)])[0])
            return fronts[text]

        context_of: dict[int, str] = {}
        for chunk in cut.chunks:
            for unit in range(chunk.first, chunk.last + 1):
                context_of.setdefault(unit, chunk.context)
            first, last = packed.first_unit + chunk.first, packed.first_unit + chunk.last
            columns.chunks.append((*front(chunk.context), first, last))
        for number, sentence in enumerate(cut.sentences):
            kind = KINDS[sentence.kind] if words[number] else EMPTY
            columns.units.append((*runs[number], kind, *front(context_of.get(number, ""))))
        for heading, first, stop in _sections(cut.sentences):
            span = packed.first_unit + first, packed.first_unit + stop - 1
            columns.sections.append((*front(heading), *front(article.title), *span))
        return packed

    def add_question(
        self,
        text: str,
        *,
        answerable: bool | None,
        gold_units: Iterable[int] = (),
        gold_chunks: Iterable[int] = (),
        lexical: Iterable[int] = (),
    ) -> None:
        """Add a question to the corpus.

        Args:
            text: The question as it is searched.
            answerable: Whether the corpus answers it; None if nobody has judged.
            gold_units: Units that answer it.
            gold_chunks: Chunks that answer it as a whole; those around a gold unit need not be named.
            lexical: The chunks that BM25 finds, best first.
        """
        run = self._put(self._encode([text])[0][:LONGEST_QUESTION])
        self._columns.questions.append((*run, _ANSWERABLE[answerable]))
        self._columns.gold_units.append(sorted(set(gold_units)))
        self._columns.gold_chunks.append(sorted(set(gold_chunks)))
        self._columns.lexical.append(list(lexical))

    def write(self, path: Path) -> None:
        """Write everything that was added."""
        columns = self._columns
        arrays = {"tokens": np.concatenate(self._tokens)}
        arrays |= _arrays(columns.units, "unit", "start", "length", "kind", "front_start", "front_length")
        arrays |= _arrays(columns.chunks, "chunk", "front_start", "front_length", "first", "last")
        names = ("heading_start", "heading_length", "title_start", "title_length", "first", "last")
        arrays |= _arrays(columns.sections, "section", *names)
        arrays |= _arrays(columns.questions, "question", "start", "length", "answerable")
        for name in ("gold_units", "gold_chunks", "lexical"):
            rows: list[list[int]] = getattr(columns, name)
            arrays[f"{name}_count"] = np.array([len(row) for row in rows], np.uint16)
            arrays[name] = np.array([value for row in rows for value in row], np.uint32)
        write_arrays(path, arrays, {"corpora": [asdict(corpus) for corpus in self._corpora]})

    def _sizes(self) -> tuple[int, int, int, int]:
        columns = self._columns
        return len(columns.units), len(columns.sections), len(columns.chunks), len(columns.questions)

    def _count(self, texts: Sequence[str]) -> list[int]:
        return [len(one.ids) for one in self._tokenizer.encode_batch(list(texts))]

    def _encode(self, texts: Sequence[str]) -> list[list[int]]:
        return [one.ids for one in self._tokenizer.encode_batch(list(texts), add_special_tokens=False)]

    def _put(self, tokens: Sequence[int]) -> tuple[int, int]:
        """Write a run of tokens; gives its start and length."""
        start = self._length
        self._tokens.append(np.array(tokens, np.uint16))
        self._length += len(tokens)
        return start, len(tokens)


def _sections(units: Sequence[Sentence]) -> Iterator[tuple[str, int, int]]:
    """The sections of an article: the innermost heading, and `[first, stop)` of the units below it.

    Headings in a row open one section.
    """
    path: list[tuple[int, str]] = []
    stop = 0
    while stop < len(units):
        while stop < len(units) and units[stop].kind is SentenceKind.HEADING:
            level = heading_level(units[stop].text)
            path = [*(above for above in path if above[0] < level), (level, plain(units[stop].text))]
            stop += 1
        first = stop
        while stop < len(units) and units[stop].kind is not SentenceKind.HEADING:
            stop += 1
        yield next((name for _, name in reversed(path) if name), ""), first, stop


def _arrays(rows: Sequence[tuple[int, ...]], prefix: str, *names: str) -> dict[str, Array]:
    """Columns as arrays: codes in a byte, lengths in two, and numbers that mostly rise as int32."""
    table = np.array(rows, dtype=np.int64).reshape(len(rows), len(names))
    dtypes: dict[str, type[np.generic]] = {"kind": np.uint8, "answerable": np.uint8, "length": np.uint16}
    return {
        f"{prefix}_{name}": table[:, column].astype(dtypes.get(name.rpartition("_")[2], np.int32))
        for column, name in enumerate(names)
    }
