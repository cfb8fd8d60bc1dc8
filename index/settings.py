"""Settings of the index, from `INDEX_…` variables and `.env`: built once at the edge, passed down as values."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

DEFAULT_MODEL = "all-MiniLM-L6-v2"


class IndexSettings(BaseSettings):
    """Where articles and index are, and how they are read. Every field has a line in `.env.example`."""

    model_config = SettingsConfigDict(env_prefix="INDEX_", env_file=".env", extra="ignore")

    corpus: Path = Field(Path("corpus"), description="Folder of the articles.")
    dir: Path = Field(Path(".footnote"), description="Folder of the index; made when missing.")
    model: str = Field(
        DEFAULT_MODEL,
        description="Embedding model: the embedded default, or any sentence-transformers name or folder.",
        min_length=1,
    )
    dtype: Literal["auto", "float32", "bfloat16"] = Field(
        "auto", description="Precision of the encoder: auto takes bfloat16 where the CPU computes with it."
    )
    threads: int = Field(0, ge=0, le=256, description="CPU threads of the encoder; 0 leaves it to PyTorch.")
    chunk_tokens: int = Field(
        256,
        ge=32,
        le=8192,
        description="Longest chunk in the encoder's tokens; never above the model's limit.",
    )
    lock_timeout: float = Field(
        30.0, ge=0, le=3600, description="Seconds to wait for another process that is writing the index."
    )
