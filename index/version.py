"""Which version of Footnote this is."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Final

_NAME: Final = "footnote"
_PROJECT: Final = Path(__file__).parents[1] / "pyproject.toml"


@cache
def version() -> str:
    """The version in `pyproject.toml`: of the checkout that this runs from, else of the installed package."""
    if _PROJECT.is_file():
        project = tomllib.loads(_PROJECT.read_text(encoding="utf-8")).get("project", {})
        if project.get("name") == _NAME:
            return str(project["version"])
    return metadata.version(_NAME)
