"""What editors hand in, what is proposed to them, and what is kept of both."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from index.editing import Change, Preview
from index.types import Article

Action = Literal["add", "replace", "remove"]


@dataclass(frozen=True, slots=True)
class Draft:
    """A change of an article: one that an editor has proposed, or one that was made and can be undone.

    Attributes:
        guild: The server in which it was proposed.
        action: What is to become, or has become, of the article.
        article_id: The article.
        title: Its title.
        article: As it is to be; None where it is removed.
        undo: Name of the draft that undoes this one, once it has been tried.
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
    """What an editor has handed in.

    Attributes:
        name: Of the file; `""` for a pasted text.
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
        action: What is to become of the article.
        article: As it is to be or, where it is removed, as it is.
        preview: What publishing it would mean; None where it is removed.
        old: Title of the article that it takes the place of.
        untitled: Whether its title is only its file's name.
        taken: Whether another article has its id, so that it cannot be published.
    """

    name: str
    action: Action
    article: Article
    preview: Preview | None = None
    old: str = ""
    untitled: bool = False
    taken: bool = False
