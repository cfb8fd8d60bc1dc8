"""A town library's articles, an encoder that is a function of the text, and an index of both, for tests."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from index.indexing.builder import Builder
from index.store import Reader
from index.types import Progress, Tokens, Vectors

DIMENSION = 32

ARTICLES = {
    "news/ferry.md": "---\ntitle: Ferry timetable\npublished: 2026-05-01\nsource: Saltmere Harbour\n"
    "tags: [ferry, travel]\nurl: https://saltmere.example/ferry\n---\n\n# Summer\n\nThe ferry to Gull Island "
    "leaves at nine. It returns at five in the evening.\n\n# Winter\n\nFrom October on, the ferry sails on "
    "Saturdays only. Dogs travel free of charge.\n",
    "news/bridge.md": "---\ntitle: Old bridge closed\npublished: 2026-06-12\n---\n\nThe old bridge is closed "
    "until August. Engineers found cracks in two of its seven arches.\n\n- Walkers use the mill dam.\n"
    "- Lorries go by Thornby.\n\n| Day | Shuttle |\n| --- | --- |\n| Monday | 08:15 |\n",
    "rules/borrowing.txt": "Borrowing books\n\nA member may borrow six books for three weeks. Who returns a "
    "book late pays ten pence a day.\n",
    "welcome.md": "# Welcome to the library\n\nThe library opens at ten. Reading is free.\n",
}


class WordEncoder:
    """Unit vectors of hashed words, a function of the text; `seen` keeps what was encoded."""

    def __init__(
        self, fingerprint: str = "words@1", *, on_encode: Callable[[int], None] | None = None
    ) -> None:
        self._fingerprint = fingerprint
        self._on_encode = on_encode
        self.seen: list[str] = []

    @property
    def fingerprint(self) -> str:
        return self._fingerprint

    @property
    def dimension(self) -> int:
        return DIMENSION

    @property
    def max_tokens(self) -> int:
        return 48

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return [len(re.findall(r"\w+|[^\w\s]", text)) + 2 for text in texts]

    def encode_documents(
        self, texts: Sequence[str], on_batch: Callable[[int], None] | None = None
    ) -> Vectors:
        self.seen += texts
        for begin in range(0, len(texts), 16):
            part = texts[begin : begin + 16]
            if self._on_encode is not None:
                self._on_encode(len(part))
            if on_batch is not None:
                on_batch(len(part))
        return self.encode_queries(texts)

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        vectors = np.zeros((len(texts), DIMENSION), dtype=np.float32)
        for row, text in enumerate(texts):
            for word in re.findall(r"\w", text) + re.findall(r"\w+", text.lower()) + [text]:
                vectors[row, hashlib.blake2b(word.encode(), digest_size=1).digest()[0] % DIMENSION] += 1
        return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), dtype=np.float32)

    def encode_tokens(self, texts: Sequence[str], *, query: bool = False) -> list[Tokens]:
        spans = [[match.span() for match in re.finditer(r"\w+", text)] for text in texts]
        return [
            Tokens(
                self.encode_queries([text[start:end] for start, end in own]),
                np.array(own, dtype=np.int64).reshape(-1, 2),
            )
            for text, own in zip(texts, spans, strict=True)
        ]


class Untouchable:
    """An encoder of which only the fingerprint may be asked."""

    fingerprint = "words@1"

    def __getattr__(self, name: str) -> Any:
        raise AssertionError(f"the encoder was asked for {name}")


@dataclass
class Library:
    """A corpus and an index in a folder of their own."""

    root: Path
    encoder: WordEncoder = field(default_factory=WordEncoder)
    progress: list[Progress] = field(default_factory=list)

    @property
    def corpus(self) -> Path:
        return self.root / "corpus"

    @property
    def folder(self) -> Path:
        return self.root / "index"

    def stock(self, articles: dict[str, str] | None = None) -> Library:
        """Write articles into the corpus."""
        for name, text in (ARTICLES if articles is None else articles).items():
            self.write(name, text)
        return self

    def write(self, name: str, text: str | bytes) -> Path:
        path = self.corpus / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    def builder(self, encoder: Any = None, *, max_tokens: int = 40, lock_timeout: float = 5.0) -> Builder:
        return Builder(
            self.corpus,
            self.folder,
            encoder or self.encoder,
            max_tokens=max_tokens,
            on_progress=self.progress.append,
            lock_timeout=lock_timeout,
        )

    def content(self) -> dict[str, Any]:
        return content(self.folder)


def content(folder: Path) -> dict[str, Any]:
    """Everything that an index says, whatever way it came to say it; checked to be whole."""
    reader = Reader.open(folder)
    with reader.snapshot() as snapshot:
        assert snapshot.state().token
        articles: dict[str, Any] = {}
        keys = snapshot.chunk_keys()
        vectors: dict[int, Any] = {}
        for some, block in snapshot.chunk_vectors():
            vectors |= dict(zip(some.tolist(), block.tolist(), strict=True))
        for chunk in snapshot.chunks(keys.tolist()):
            entry = articles.setdefault(chunk.article_id, {"chunks": []})
            if "article" not in entry:
                sentences, own = snapshot.sentences(chunk.article_key)
                entry |= {"article": snapshot.article(chunk.article_id), "sentences": sentences}
                entry["vectors"] = own.tolist()
            place = (chunk.start, chunk.end, chunk.text, chunk.first, chunk.last, chunk.heading)
            entry["chunks"].append((*place, chunk.context, vectors.get(chunk.key)))
        found = {
            "articles": articles,
            "cards": snapshot.cards(limit=None),
            "skipped": snapshot.skipped(),
            "words": snapshot.vocabulary(),
            "digest": snapshot.digest(),
            "counts": snapshot.counts(),
        }
    reader.close()
    return found
