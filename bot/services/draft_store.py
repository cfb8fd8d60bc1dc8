"""What waits for an editor's button, as files: it survives a restart, and is deleted after a day."""

from __future__ import annotations

import json
import secrets
import time
from base64 import b64decode, b64encode
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from bot.errors import UnknownDraft
from bot.services.drafts import Draft
from index.corpus import Kept
from index.editing import Change
from index.files import atomic_write
from index.types import Article

DAY: Final = 86_400


class Drafts:
    """A folder of drafts; used in one thread only.

    Args:
        folder: Made when something is kept.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def keep(self, draft: Draft, name: str = "") -> str:
        """Write a draft, or write it anew; returns its name, which nobody can guess."""
        name = name or secrets.token_urlsafe(12)
        with atomic_write(self._path(name), private=True) as file:
            file.write(json.dumps(_as_json(draft)).encode())
        return name

    def read(self, name: str) -> Draft:
        """The draft of that name.

        Raises:
            UnknownDraft: There is none: it was used, discarded, or is older than a day.
        """
        path = self._path(name)
        try:
            if path.stat().st_mtime < time.time() - DAY:
                raise UnknownDraft
            return _draft(json.loads(path.read_text(encoding="utf-8")))
        except FileNotFoundError:
            raise UnknownDraft from None

    def drop(self, name: str) -> None:
        """Delete a draft, if it is there."""
        self._path(name).unlink(missing_ok=True)

    def purge(self) -> None:
        """Delete what is older than a day."""
        for path in self._folder.glob("*.*"):
            with suppress(FileNotFoundError):
                if path.stat().st_mtime < time.time() - DAY:
                    path.unlink()

    def _path(self, name: str) -> Path:
        return self._folder / f"{name}.json"


def _as_json(draft: Draft) -> dict[str, Any]:
    """A draft as JSON can hold it."""
    data = asdict(draft)
    if draft.change is not None:
        data["change"]["before"] = [
            [each.path, b64encode(each.data).decode()] for each in draft.change.before
        ]
    return data


def _draft(data: dict[str, Any]) -> Draft:
    article, change = data["article"], data["change"]
    if article is not None:
        data["article"] = Article(**(article | {"tags": tuple(article["tags"])}))
    if change is not None:
        before = tuple(Kept(path, b64decode(held)) for path, held in change["before"])
        data["change"] = Change(**(change | {"before": before}))
    return Draft(**data)
