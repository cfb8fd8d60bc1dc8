"""Lines of `.env` that set nothing: misspelt keys, which would otherwise be overlooked in silence."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from typing import Final

from pydantic_settings import BaseSettings

_LONGEST_KEY: Final = 100
"""Characters of a key that may be a misspelt one: comparing takes quadratic time."""


def variables(*kinds: type[BaseSettings]) -> list[str]:
    """The variables that settings classes declare, as they are written; not those that have a new name."""
    return [
        f"{kind.model_config.get('env_prefix', '')}{name}".upper()
        for kind in kinds
        for name, field in kind.model_fields.items()
        if not field.exclude
    ]


def misspelt(keys: Iterable[str], declared: Iterable[str], path: str = ".env") -> list[str]:
    """A sentence for each key that no settings class declares, with the nearest that one does."""
    known = list(declared)
    found = []
    for key in keys:
        if key.upper() in known:
            continue
        close = get_close_matches(key.upper(), known, n=1, cutoff=0.7) if len(key) <= _LONGEST_KEY else []
        near = close or [
            each for each in known if each.partition("_")[2] in (key.upper(), key.upper().partition("_")[2])
        ]
        hint = f"; did you mean {near[0]}?" if near else "; the .env that `footnote init` makes lists all."
        found.append(f"{path} sets {key}, which is no setting of Footnote{hint}")
    return found
