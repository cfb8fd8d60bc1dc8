"""Settings of the index, from `INDEX_…` variables and `.env`."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Any, Final, Literal, TypeVar

from pydantic import AfterValidator, Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from index.errors import UsageError

DEFAULT_MODEL = "all-MiniLM-L6-v2"
ENV_LIMIT = 64 * 1024
"""Largest `.env` that is read, in bytes."""

_KEY: Final = re.compile(r"[A-Z][A-Z0-9_]{0,40}")


def at_home(path: Path) -> Path:
    """Expand `~` to the home folder, since no shell does that in `.env`."""
    try:
        return path.expanduser()
    except RuntimeError as error:
        raise ValueError(f"{path} begins with the home folder of a user that does not exist") from error


def replaced_by(variable: str) -> AfterValidator:
    """Refuse a setting that has a new name, and say which.

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
        env_prefix="INDEX_",
        env_file=".env",
        env_file_encoding="utf-8-sig",
        env_ignore_empty=True,
        extra="ignore",
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
    threads: int = Field(
        0, ge=0, le=256, description="CPU threads of the encoder; 0 for as many as physical cores."
    )
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
    convert_seconds: float = Field(
        60.0,
        ge=1,
        le=3600,
        description="Seconds that the conversion of a document (HTML, PDF, DOCX) may take. It runs in a "
        "process of its own.",
    )
    convert_memory: int = Field(
        1024,
        ge=256,
        le=65_536,
        description="MiB of memory that the conversion of a document may use. Only Linux can limit it.",
    )
    convert_output: int = Field(
        50, ge=1, le=1024, description="MiB of text that a document may be converted to."
    )
    lock_timeout: float = Field(
        30.0, ge=0, le=3600, description="Seconds to wait while another process is writing the index."
    )


def read_env(path: Path) -> list[str]:
    """Read the keys of a `.env` file.

    Lines that python-dotenv would skip are errors: their settings would silently keep their defaults.

    Returns:
        The keys in order; none if there is no file.

    Raises:
        UsageError: The file or one of its lines cannot be read. The message repeats no value, which
            may be a secret.
    """
    from dotenv.parser import parse_stream

    try:
        if not path.exists():
            return []
        if path.is_dir():
            raise UsageError(f"The settings in {path} cannot be read: it is a folder.")
        if path.stat().st_size > ENV_LIMIT:
            raise UsageError(
                f"The settings in {path} cannot be read: the file is larger than {ENV_LIMIT // 1024} KiB."
            )
        with path.open(encoding="utf-8-sig") as file:
            bindings = list(parse_stream(file))
    except (OSError, UnicodeError) as error:
        why = "it is not UTF-8 text" if isinstance(error, UnicodeError) else error.strerror
        raise UsageError(f"The settings in {path} cannot be read: {why}.") from error
    for binding in bindings:
        text = binding.original.string
        if binding.error or (binding.key and binding.value is None) or "\n" in (binding.value or ""):
            line = binding.original.line + text[: len(text) - len(text.lstrip())].count("\n")
            key = _key_on(text)
            raise UsageError(
                f"Line {line} of {path} cannot be read{f': {key}' if key else ''}. "
                f"Write it as {key or 'KEY'}=value; a quote that is opened must be closed."
            )
    return [binding.key for binding in bindings if binding.key]


def _key_on(line: str) -> str | None:
    """The key that a line most likely sets; None if nothing on it is surely a key and not a value."""
    words = line.replace(":", "=").replace("=", " = ", 1).split(maxsplit=3)
    before = words[: words.index("=")] if "=" in words else words[:1]
    key = before[-1].strip("\"'") if before else ""
    return key if _KEY.fullmatch(key) else None


_Settings = TypeVar("_Settings", bound=BaseSettings)


def load(kind: type[_Settings], **overrides: object) -> _Settings:
    """Read settings of a kind from the environment and `.env`.

    Args:
        kind: The settings class.
        overrides: Values that take precedence over both, by field name; None is ignored.

    Raises:
        UsageError: A value cannot be used, or `.env` cannot be read. The message names the variable and never
            repeats a value.
    """
    given: dict[str, Any] = {name: value for name, value in overrides.items() if value is not None}
    env_file = kind.model_config.get("env_file")
    if isinstance(env_file, str):
        read_env(Path(env_file))
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
