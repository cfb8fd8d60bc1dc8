"""Puts trained weights where the repository keeps them, checked, and their figures into the documents."""

from __future__ import annotations

import hashlib
import json
import logging
import math
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import torch
from sentence_transformers import SentenceTransformer
from torch import Tensor, nn

from benchmarks.document import markdown_table
from benchmarks.models.encoder import Encoder, Weights, base_model, base_weights, pooled, read_weights
from benchmarks.models.reader import load_reader

PROBES: Final = (
    "How do I reset it?",
    "Configuration > Backups\nRun `restore --all` to bring them back.",
    "Releases › 2.0 " + "long text " * 200,
)
"""Texts that are encoded both ways; the last is longer than the encoder reads."""
LEAST_COSINE: Final = 0.9999
_MAX_TOKENS: Final = 256

_log = logging.getLogger(__name__)


def join(trained: Path, models: Path) -> None:
    """Copy `encoder.safetensors`, and `reader.safetensors` if there is one, once they were checked.

    Args:
        trained: What a training wrote.
        models: The folder of the repository that holds its models.

    Raises:
        ValueError: sentence-transformers makes other vectors of the layers than training did.
        RuntimeError: A file holds other tensors than its model.
    """
    least = float(agreement(read_weights(trained / "encoder.safetensors")).min())
    if least < LEAST_COSINE:
        raise ValueError(f"sentence-transformers gives other vectors: a cosine of {least:.4f}")
    paths = [trained / "encoder.safetensors"]
    if (trained / "reader.safetensors").exists():
        load_reader(trained / "reader.safetensors")
        paths.append(trained / "reader.safetensors")
    models.mkdir(parents=True, exist_ok=True)
    for path in paths:
        shutil.copyfile(path, models / path.name)
        _log.info("%s  %s", sha256(path), path.name)


def agreement(layers: Weights, texts: Sequence[str] = PROBES) -> Tensor:
    """Cosines between vectors by sentence-transformers and by the encoder that trains; shape (texts,).

    Args:
        layers: Laid over the base model's weights on both sides.
        texts: What is encoded.
    """
    package = base_model()
    model = SentenceTransformer(str(package), device="cpu")
    transformer = model[0].auto_model
    assert isinstance(transformer, nn.Module)
    transformer.load_state_dict({**transformer.state_dict(), **layers})
    theirs = model.encode(list(texts), convert_to_tensor=True, normalize_embeddings=True)
    tokens = model.tokenizer(
        list(texts), padding=True, truncation=True, max_length=_MAX_TOKENS, return_tensors="pt"
    )
    ours = Encoder({**base_weights(package), **layers}).eval()
    mask = tokens["attention_mask"].bool()
    with torch.no_grad():
        return (pooled(ours(tokens["input_ids"], mask), mask) * theirs).sum(1)


def sha256(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def section(results: Mapping[str, Any]) -> str:
    """What `docs/benchmarks.md` says of trained models.

    Args:
        results: `results.json` of a training.
    """
    parts = [
        "## Tuned encoder and cross-reader",
        "Units of ten passages, with title and headings in front, ranked by their cosine plus that of "
        "their best passage: the base model → the tuned encoder, with 95 % intervals of the gain (paired "
        "bootstrap). The model was chosen on `dev` and `mixdev`; the other sets were only measured. The "
        "engine does not load these models yet. The [model card](../index/embedding/models/README.md) "
        "describes the sets and has all figures. Made by `python -m benchmarks.models`.",
        _encoder_table(results["base"]["f+p"], results["tuned"]["f+p"], results["gains"]["f+p"]),
    ]
    if "reader" in results:
        parts += [
            "The cross-reader with the tuned encoder: hit@1 of units, and AUROC of answerable against "
            "unanswerable questions, by cosine and with the reader's scores.",
            _reader_table(results["reader"]),
        ]
    return "\n\n".join(parts)


def _encoder_table(
    base: Mapping[str, Any], tuned: Mapping[str, Any], gains: Mapping[str, Mapping[str, Sequence[float]]]
) -> str:
    names = ("unit@1", "unit@3", "dense@10", "auroc")
    rows = [
        [
            judges,
            str(after["n"]),
            *(
                _change(base[judges][name], after[name], gains[judges][name])
                if name in gains[judges]
                else "–"
                for name in names
            ),
        ]
        for judges, after in tuned.items()
    ]
    return markdown_table(["set", "questions", *names], rows)


def _change(before: float, after: float, gain: Sequence[float]) -> str:
    low, _, high = gain
    return f"{before:.3f} → {after:.3f} ({low:+.3f} to {high:+.3f})"


def _reader_table(reader: Mapping[str, Mapping[str, float]]) -> str:
    columns = {
        "hit@1 by cosine": "cos",
        "with .3 of the reader": "mixed.3",
        "AUROC by cosine": "auroc cosbest",
        "with the reader": "auroc nonemixed",
    }
    rows = [
        [judges, str(found["n"]), *(_number(found[name]) for name in columns.values())]
        for judges, found in reader.items()
    ]
    return markdown_table(["set", "questions", *columns], rows)


def _number(value: float) -> str:
    return "–" if math.isnan(value) else f"{value:.3f}"


def read_results(trained: Path) -> dict[str, Any] | None:
    """The results of a training, if it wrote any."""
    path = trained / "results.json"
    if not path.exists():
        return None
    results: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return results
