"""The reranker: a cross-encoder, which reads a question together with a sentence."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt

from index.embedding._loading import first_line, place, precision
from index.errors import ModelUnavailable

if TYPE_CHECKING:
    from sentence_transformers import CrossEncoder

_BATCH: Final = 32


class Reranker:
    """A cross-encoder of the user's choice (`INDEX_RERANKER`), loaded at its first use.

    Args:
        model: Any sentence-transformers CrossEncoder with one output, by name or folder.
        dtype: As of `SentenceEncoder`.
        threads: As of `SentenceEncoder`.
    """

    def __init__(self, model: str, *, dtype: str = "auto", threads: int = 0) -> None:
        self.fingerprint = model
        self._dtype = dtype
        self._threads = threads
        self._lock = threading.Lock()
        self._loaded: CrossEncoder | None = None

    def score(self, question: str, texts: Sequence[str]) -> npt.NDArray[np.float64]:
        """Probability that each text answers, shape (len(texts),), float64, between 0 and 1.

        Raises:
            ModelUnavailable: If the model cannot be loaded, or gives more than one number for a pair.
        """
        if not texts:
            return np.zeros(0)
        import torch

        scores: npt.NDArray[Any] = self._model.predict(
            [(question, text) for text in texts],
            batch_size=_BATCH,
            show_progress_bar=False,
            activation_fn=torch.nn.Sigmoid(),
            convert_to_numpy=True,
        )
        return np.asarray(scores, dtype=np.float64)

    @property
    def _model(self) -> CrossEncoder:
        with self._lock:
            if self._loaded is None:
                self._loaded = self._load()
            return self._loaded

    def _load(self) -> CrossEncoder:
        try:
            from sentence_transformers import CrossEncoder

            how = precision(self._dtype, self._threads)
            model: CrossEncoder = CrossEncoder(place(self.fingerprint), device="cpu", model_kwargs=how)
        except Exception as error:  # as in the encoder
            raise ModelUnavailable(
                f"The reranker {self.fingerprint!r} (setting INDEX_RERANKER) cannot be loaded: "
                f"{first_line(error)}. Name a sentence-transformers CrossEncoder that is on this machine or "
                "can be downloaded, or leave INDEX_RERANKER out to answer without one."
            ) from error
        if model.num_labels != 1:
            raise ModelUnavailable(
                f"The reranker {self.fingerprint!r} (setting INDEX_RERANKER) gives {model.num_labels} "
                "numbers for a pair; one that gives a single relevance is needed."
            )
        return model
