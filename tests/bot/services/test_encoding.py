from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence

import numpy as np
import pytest

from bot.errors import Stopping
from bot.services.encoding import QueuedEncoder
from bot.worker import Worker
from index.types import Vectors
from tests.index.hashed import HashedEncoder

TEXTS = ["word " * count for count in (300, 1, 40, 3, 900, 2, 41, 39, 7, 120, 118)] + ["é" * 999, "a"]


@pytest.fixture
def worker() -> Iterator[Worker]:
    worker = Worker(queue=0, time_limit=5)
    yield worker
    worker.close()


class Recording(HashedEncoder):
    """Records its batches, and the thread that it encodes in; calls `on_first` while it encodes the first."""

    def __init__(self, on_first: Callable[[], None] = lambda: None) -> None:
        super().__init__()
        self.events: list[str | tuple[str, list[int]]] = []
        self._on_first = on_first

    def encode_documents(
        self, texts: Sequence[str], on_batch: Callable[[int], None] | None = None
    ) -> Vectors:
        if not self.events:
            self._on_first()
        self.events.append((threading.current_thread().name, [len(text) for text in texts]))
        return super().encode_documents(texts, on_batch)


def test_everything_is_as_the_engine_has_it(worker: Worker) -> None:
    own, queued = HashedEncoder(), QueuedEncoder(HashedEncoder(), worker)
    assert (queued.fingerprint, queued.dimension, queued.max_tokens) == ("hashed@1", 64, 64)
    assert queued.count_tokens(TEXTS * 40) == own.count_tokens(TEXTS * 40)
    counted: list[int] = []
    assert np.array_equal(queued.encode_documents(TEXTS, counted.append), own.encode_documents(TEXTS))
    assert sum(counted) == len(TEXTS)
    assert np.array_equal(queued.encode_queries(TEXTS), own.encode_queries(TEXTS))
    assert queued.encode_queries([]).shape == (0, 64)
    for one, other in zip(queued.encode_tokens(TEXTS), own.encode_tokens(TEXTS), strict=True):
        assert np.array_equal(one.vectors, other.vectors)


def test_batches_are_small_and_encoded_in_the_worker(worker: Worker) -> None:
    encoder = Recording()
    QueuedEncoder(encoder, worker).encode_documents(TEXTS)
    assert len(encoder.events) > 4
    for event in encoder.events:
        assert isinstance(event, tuple)
        thread, lengths = event
        assert thread == "footnote-worker"
        assert len(lengths) == 1 or len(lengths) * max(lengths) <= 1000


def test_a_question_waits_for_one_batch(worker: Worker) -> None:
    asking = threading.Thread(target=lambda: worker.call(lambda: encoder.events.append("a question")))

    def ask() -> None:
        asking.start()
        while worker.load < 2:
            time.sleep(0.001)

    encoder = Recording(ask)
    QueuedEncoder(encoder, worker).encode_documents(TEXTS)
    asking.join(5)
    assert encoder.events.index("a question") == 1


def test_after_the_end_nothing_is_encoded() -> None:
    worker = Worker(queue=0, time_limit=5)
    worker.close()
    with pytest.raises(Stopping):
        QueuedEncoder(HashedEncoder(), worker).encode_queries(["a"])
