"""Times rebuilding, asking and adding: `python -m benchmarks.speed ../shared/eval` writes docs/benchmarks.md.

Timings of one machine at one moment: what is compared is measured in the same run, and ratios count.
"""

from __future__ import annotations

import hashlib
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from benchmarks.document import markdown_table, write_section
from benchmarks.sets import indexed
from index.answering.answer import compose
from index.answering.explanation import explain
from index.corpus import files, read
from index.embedding import SentenceEncoder
from index.indexing.builder import Builder
from index.indexing.chunks import Chunker
from index.ranking.features import gather
from index.ranking.ranker import Ranker, rank
from index.retrieval.question import understand
from index.retrieval.search import retrieve
from index.retrieval.vectors import VectorIndex
from index.store import Reader
from index.text.markup import plain
from index.text.sentences import segment
from index.types import CITABLE, IndexInfo, Tokens, Vectors

REPEATS = 3
QUESTIONS = 40
ARTICLES, SENTENCES = 5_000, 64
"""Of the large index: each article comes to four chunks."""

Rows = list[list[str]]


def timed(work: Callable[[], object]) -> float:
    """Seconds that some work takes."""
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


def rebuilding(articles: Path, encoder: SentenceEncoder) -> Rows:
    """A rebuild from nothing against the encoder alone on the same texts; medians."""
    whole, alone, texts = [], [], 0
    for _ in range(REPEATS):
        with tempfile.TemporaryDirectory() as folder:
            corpus = Path(folder) / "corpus"
            corpus.mkdir()
            (corpus / articles.name).write_bytes(articles.read_bytes())
            whole.append(timed(Builder(corpus, Path(folder) / "index", encoder).rebuild))
            alone.append(_encode(encoder, embedded(corpus, encoder)))
            texts = len(embedded(corpus, encoder))
    share = statistics.median(one / other for one, other in zip(alone, whole, strict=True))
    return [
        ["texts: sentences and chunks", f"{texts:,}"],
        ["rebuild from nothing", f"{statistics.median(whole):.1f} s"],
        ["encoding the same texts in one call", f"{statistics.median(alone):.1f} s"],
        ["speed of the rebuild as a share of that", f"{share:.0%}"],
    ]


def _encode(encoder: SentenceEncoder, texts: Sequence[str]) -> float:
    return timed(lambda: encoder.encode_documents(texts))


def embedded(corpus: Path, encoder: SentenceEncoder) -> list[str]:
    """The distinct texts that a rebuild encodes."""
    chunker = Chunker(encoder.count_tokens, encoder.max_tokens)
    texts = []
    for path in files(corpus):
        for article in read(corpus, path)[0]:
            cut = chunker.chunk(article, segment(article.text, markdown=path.suffix == ".md"))
            texts += [plain(one.text) for one in cut.sentences if one.kind in CITABLE]
            texts += [plain(one.embedded) for one in cut.chunks]
    return list(dict.fromkeys(texts))


def asking(index: Path, questions: Sequence[str], encoder: SentenceEncoder) -> Rows:
    """One question in a warm process, and its parts; medians."""
    parts: dict[str, list[float]] = {"finding passages": [], "reading sentences": [], "judging, citing": []}
    ranker = Ranker.shipped()
    with Reader.open(index, model=encoder.fingerprint).snapshot() as snapshot:
        vectors = VectorIndex.follow(None, snapshot)
        for question in questions:
            times = [time.perf_counter()]
            retrieval = retrieve(snapshot, vectors, encoder, understand(question))
            times.append(time.perf_counter())
            candidates = gather(snapshot, encoder, retrieval)
            times.append(time.perf_counter())
            ranked = rank(ranker, retrieval, candidates)
            compose(
                snapshot,
                question,
                retrieval,
                ranked,
                explain(ranker, retrieval, ranked, ranker.threshold),
                info=IndexInfo("", 1, 1),
                k=3,
            )
            times.append(time.perf_counter())
            for name, begin, end in zip(parts, times, times[1:], strict=False):
                parts[name].append(end - begin)
    total = [sum(values) for values in zip(*parts.values(), strict=True)]
    rows = [[name, f"{1000 * statistics.median(values):.0f} ms"] for name, values in parts.items()]
    return [["one question", f"{1000 * statistics.median(total):.0f} ms"], *rows]


class RandomEncoder:
    """Stands in for the encoder where only the size of the index matters: directions drawn from hashes."""

    def __init__(self, real: SentenceEncoder) -> None:
        self.fingerprint = real.fingerprint
        self.dimension = real.dimension
        self.max_tokens = real.max_tokens

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """As many tokens as words, and two."""
        return [len(text.split()) + 2 for text in texts]

    def encode_documents(
        self, texts: Sequence[str], on_batch: Callable[[int], None] | None = None
    ) -> Vectors:
        """Unit vectors, shape (len(texts), dimension)."""
        if on_batch is not None:
            on_batch(len(texts))
        return self._draw(texts)

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors, shape (len(texts), dimension)."""
        return self._draw(texts)

    def encode_tokens(self, texts: Sequence[str], *, query: bool = False) -> list[Tokens]:
        """No tokens: nothing is asked here."""
        empty = np.zeros((0, self.dimension), np.float32), np.zeros((0, 2), np.int64)
        return [Tokens(*empty) for _ in texts]

    def _draw(self, texts: Sequence[str]) -> Vectors:
        rows = np.zeros((len(texts), self.dimension), np.float32)
        for row, text in zip(rows, texts, strict=True):
            seed = int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big")
            row[:] = np.random.default_rng(seed).standard_normal(self.dimension)
        rows /= np.linalg.norm(rows, axis=1, keepdims=True)
        return rows


_ADD = """
import json, resource, sys, time
from pathlib import Path
from index.indexing.builder import Builder
from index.embedding import SentenceEncoder
encoder = SentenceEncoder()
encoder.warm()
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
begin = time.perf_counter()
corpus = Path(sys.argv[1])
(corpus / "new.md").write_text("# A new article\\n\\nThe ferry to Gull Island leaves at noon on Sundays.\\n")
report = Builder(corpus, Path(sys.argv[2]), encoder).add([corpus / "new.md"])
seconds = time.perf_counter() - begin
grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
print(json.dumps([seconds, grown / 1024, len(report.added)]))
"""


def adding(encoder: SentenceEncoder) -> Rows:
    """Adding one article to a small index and to a large one, in a process with a warm encoder."""
    rows = []
    for articles in (20, ARTICLES):
        with tempfile.TemporaryDirectory() as folder:
            corpus, index = Path(folder) / "corpus", Path(folder) / "index"
            corpus.mkdir()
            write_dump(corpus / "dump.jsonl", articles)
            Builder(corpus, index, RandomEncoder(encoder)).rebuild()
            with Reader.open(index).snapshot() as snapshot:
                chunks = snapshot.counts().chunks
            done = subprocess.run(
                [sys.executable, "-c", _ADD, str(corpus), str(index)],
                capture_output=True,
                check=True,
                text=True,
            )
            seconds, grown, _ = json.loads(done.stdout)
        rows.append(
            [
                f"adding one article to {chunks:,} chunks",
                f"{1000 * seconds:.0f} ms, peak memory up {grown:.1f} MiB",
            ]
        )
    return rows


def write_dump(path: Path, articles: int) -> None:
    """Articles of random words that no two share."""
    random = np.random.default_rng(0)
    with path.open("w", encoding="utf-8") as file:
        for number in range(articles):
            words = random.integers(0, 50_000, size=(SENTENCES, 13))
            text = " ".join("W" + " w".join(map(str, row)) + "." for row in words.tolist())
            file.write(json.dumps({"id": str(number), "title": f"Article {number}", "text": text}) + "\n")


def main(folder: Path) -> None:
    """Measure everything and write the section."""
    encoder = SentenceEncoder()
    encoder.warm()
    with tempfile.TemporaryDirectory() as cache:
        index, questions = indexed(folder / "clapnq", Path(cache), encoder)
        asked = asking(index, [question.question for question in questions[:QUESTIONS]], encoder)
    rows = [*rebuilding(folder / "clapnq" / "articles.jsonl", encoder), *asked, *adding(encoder)]
    text = "On two cores, `clapnq` as the corpus; medians. Made by `python -m benchmarks.speed`."
    table = markdown_table(["what", "measured"], rows)
    write_section(Path("docs/benchmarks.md"), "speed", f"## Speed\n\n{text}\n\n{table}")


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "../shared/eval"))
