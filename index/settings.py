"""Settings of the index, from `INDEX_…` variables and `.env`: built once, at the edge."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

from pydantic import AfterValidator, Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from index.errors import UsageError

DEFAULT_MODEL = "all-MiniLM-L6-v2"
ENV_LIMIT = 64 * 1024
"""Largest `.env` that is read, in bytes."""


def at_home(path: Path) -> Path:
    """Put the home folder in place of `~`, as a shell does but `.env` does not."""
    try:
        return path.expanduser()
    except RuntimeError as error:
        raise ValueError(f"{path} begins with the home folder of a user that there is not") from error


def replaced_by(variable: str) -> AfterValidator:
    """Refuses a setting that has a new name, and says which.

    Args:
        variable: The new name.
    """

    def refuse(value: str | None) -> None:
        if value is not None:
            raise ValueError(f"was replaced by {variable}. Write {variable}={value} instead")

    return AfterValidator(refuse)


_Folder = Annotated[Path, AfterValidator(at_home)]


class IndexSettings(BaseSettings):
    """Where articles and index are, and how they are read. Every field has a line in `.env.example`."""

    model_config = SettingsConfigDict(
        env_prefix="INDEX_", env_file=".env", env_ignore_empty=True, extra="ignore"
    )

    corpus: _Folder = Field(Path("corpus"), description="Folder of the articles.")
    dir: _Folder = Field(Path(".footnote"), description="Folder of the index. Created if missing.")
    model: str = Field(
        DEFAULT_MODEL,
        description="Embedding model: the built-in default, or the name or folder of any "
        "sentence-transformers model. Run `footnote rebuild` after a change.",
        min_length=1,
    )
    reranker: str = Field(
        "",
        description="Optional reranker for the best sentences: the name or folder of any "
        "sentence-transformers CrossEncoder with one output. Its score is averaged with the "
        "built-in ranker's. It makes answers slower; run `footnote calibrate` after a change. "
        "Empty for none.",
    )
    reader: Annotated[str | None, replaced_by("INDEX_RERANKER")] = Field(
        None, exclude=True, description="Replaced by INDEX_RERANKER."
    )
    dtype: Literal["auto", "float32", "bfloat16"] = Field(
        "auto",
        description="Precision of the encoder. With auto, it is bfloat16 if the CPU supports that "
        "natively, and float32 otherwise.",
    )
    threads: int = Field(0, ge=0, le=256, description="CPU threads of the encoder; 0 lets PyTorch choose.")
    chunk_tokens: int = Field(
        256,
        ge=32,
        le=8192,
        description="Longest chunk, in tokens of the encoder; the model's own limit applies as well. Run "
        "`footnote rebuild` after a change.",
    )
    risk: float = Field(
        0.45,
        gt=0,
        lt=1,
        description="Share of given answers that you accept to be wrong. A lower value means fewer "
        "answers and more questions declined. It was measured on public question sets in which "
        "half of the questions only look answerable, so expect other shares on your own articles.",
    )
    lock_timeout: float = Field(
        30.0, ge=0, le=3600, description="Seconds to wait while another process is writing the index."
    )


def refuse_large(path: Path) -> None:
    """Refuse a `.env` that is too large to be one: what is read of it takes time.

    Raises:
        UsageError: It is larger than `ENV_LIMIT`.
    """
    try:
        size = path.stat().st_size
    except OSError:
        return  # that is reported where the file is read
    if size > ENV_LIMIT:
        raise UsageError(
            f"The settings in {path} cannot be read: the file is larger than {ENV_LIMIT // 1024} KiB."
        )


_Settings = TypeVar("_Settings", bound=BaseSettings)


def load(kind: type[_Settings], **overrides: object) -> _Settings:
    """Read settings of a kind from the environment and `.env`.

    Args:
        kind: The settings class.
        overrides: Values that win over both, by field name; None leaves a field alone.

    Raises:
        UsageError: A value cannot be used; the message names its variable and never repeats a secret. Or
            `.env` cannot be read.
    """
    given: dict[str, Any] = {name: value for name, value in overrides.items() if value is not None}
    env_file = kind.model_config.get("env_file")
    if isinstance(env_file, str):
        refuse_large(Path(env_file))
    try:
        return kind(**given)
    except ValidationError as error:
        prefix = kind.model_config.get("env_prefix", "")
        problems = [
            f"{prefix}{'_'.join(str(part) for part in problem['loc'])}".upper() + f": {problem['msg']}"
            for problem in error.errors(include_input=False, include_url=False)
        ]
        raise UsageError(
            f"Wrong setting. {'; '.join(problems)}. See `.env.example`, which `footnote init` copies to .env."
        ) from None
    except (OSError, UnicodeError) as error:
        why = "it is not UTF-8 text" if isinstance(error, UnicodeError) else error.strerror
        raise UsageError(f"The settings in .env cannot be read: {why}.") from error
