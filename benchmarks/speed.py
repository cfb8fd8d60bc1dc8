"""Times rebuilding, asking and adding: `python -m benchmarks.speed ../shared/eval` writes docs/benchmarks.md.

These are timings of one machine at one time: compare only what was measured in the same run.
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
from index.corpus import files, read
from index.embedding import SentenceEncoder
from index.engine import Engine
from index.indexing.builder import Builder
from index.indexing.chunks import Chunker
from index.store import Reader
from index.text.markup import plain
from index.text.sentences import segment
from index.types import CITABLE, Vectors

REPEATS = 3
QUESTIONS = 40
ARTICLES, SENTENCES = 5_000, 64
"""Articles of the large index, four chunks each, and sentences of an article."""

Rows = list[list[str]]


def timed(work: Callable[[], object]) -> float:
    """Return the seconds that some work takes."""
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


def rebuilding(articles: Path, encoder: SentenceEncoder) -> Rows:
    """Time a rebuild from nothing, and the encoder alone on the same texts; medians."""
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
    """List the distinct texts that a rebuild encodes."""
    chunker = Chunker(encoder.count_tokens, encoder.max_tokens)
    texts = []
    for path in files(corpus):
        for article in read(corpus, path)[0]:
            cut = chunker.chunk(article, segment(article.text, markdown=path.suffix == ".md"))
            texts += [plain(one.text) for one in cut.sentences if one.kind in CITABLE]
            texts += [plain(one.embedded) for one in cut.chunks]
    return list(dict.fromkeys(texts))


def asking(index: Path, questions: Sequence[str], encoder: SentenceEncoder) -> Rows:
    """Time one question in a warm process, and its parts; medians."""
    engine = Engine(Reader.open(index, model=encoder.fingerprint), encoder)
    engine.warm()
    answers = [engine.ask(question) for question in questions]
    parts = {"finding passages": "find", "reading sentences": "read", "ranking, citing": "rank"}
    times = {name: [answer.parts.get(part, 0.0) for answer in answers] for name, part in parts.items()}
    times = {"one question": [answer.seconds for answer in answers], **times}
    return [[name, f"{1000 * statistics.median(values):.0f} ms"] for name, values in times.items()]


class RandomEncoder(SentenceEncoder):
    """Encodes texts as directions drawn from their hashes, where only the size of the index matters."""

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Count words, and two special tokens."""
        return [len(text.split()) + 2 for text in texts]

    def encode_documents(
        self, texts: Sequence[str], on_batch: Callable[[int], None] | None = None
    ) -> Vectors:
        """Draw unit vectors, shape (len(texts), dimension), float32."""
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


def adding() -> Rows:
    """Time adding one article to a small index and to a large one, with the model loaded."""
    rows = []
    for articles in (20, ARTICLES):
        with tempfile.TemporaryDirectory() as folder:
            corpus, index = Path(folder) / "corpus", Path(folder) / "index"
            corpus.mkdir()
            write_dump(corpus / "dump.jsonl", articles)
            Builder(corpus, index, RandomEncoder()).rebuild()
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
    """Write articles of random words."""
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
    rows = [*rebuilding(folder / "clapnq" / "articles.jsonl", encoder), *asked, *adding()]
    text = "Medians on two cores, with `clapnq` as the corpus. Made by `python -m benchmarks.speed`."
    table = markdown_table(["what", "measured"], rows)
    write_section(Path("docs/benchmarks.md"), "speed", f"## Speed\n\n{text}\n\n{table}")


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "../shared/eval"))
