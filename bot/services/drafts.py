"""What editors submit, what is proposed to them, and the files that keep it until they press a button."""

from __future__ import annotations

import json
import secrets
import time
from base64 import b64decode, b64encode
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final, Literal

from bot.errors import UnknownDraft
from index.corpus import Kept
from index.editing import Change, Preview
from index.files import atomic_write
from index.types import Article

DAY: Final = 86_400

Action = Literal["add", "replace", "remove"]


@dataclass(frozen=True, slots=True)
class Draft:
    """A change of an article: one that an editor has proposed, or one that was made and can be undone.

    Attributes:
        guild: The server in which it was proposed.
        action: What is done, or was done, with the article.
        article_id: The article.
        title: Its title.
        article: As it is to be; None if it is removed.
        undo: Name of the draft that undoes this one, once that has been attempted.
        change: Of a change that was made: what is needed to undo it.
    """

    guild: int
    action: Action
    article_id: str
    title: str
    article: Article | None = None
    undo: str = ""
    change: Change | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """What an editor has submitted.

    Attributes:
        name: Of the file; `""` for pasted text.
        data: The content.
        title: What the editor says about it; likewise the others.
        url: Where readers can open it.
        published: Date.
    """

    name: str
    data: bytes
    title: str = ""
    url: str = ""
    published: str = ""


@dataclass(frozen=True, slots=True)
class Proposal:
    """A draft as the editor sees it.

    Attributes:
        name: Of the draft.
        action: What is done with the article.
        article: As it is to be or, where it is removed, as it is.
        preview: What publishing it would mean; None if it is removed.
        old: The article that it replaces.
        untitled: Whether its title is only its file's name.
        taken: Whether another article has its id, so that it cannot be published.
    """

    name: str
    action: Action
    article: Article
    preview: Preview | None = None
    old: Article | None = None
    untitled: bool = False
    taken: bool = False


class Drafts:
    """Keeps drafts as files, which survive a restart and are deleted after a day; used in one thread only.

    Args:
        folder: Made when something is kept.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def keep(self, draft: Draft, name: str = "") -> str:
        """Write a draft, or overwrite it; returns its name, which cannot be guessed."""
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
