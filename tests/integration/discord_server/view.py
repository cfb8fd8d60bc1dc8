"""A message as a user sees it: a snapshot with the parts tests ask about."""

from __future__ import annotations

import copy
import re
from dataclasses import dataclass, field

from tests.integration.discord_server import form_messages
from tests.integration.discord_server.errors import Refused
from tests.integration.discord_server.form_components import BUTTON, SELECTS, walk
from tests.integration.discord_server.model import Json, Stored

LINK = re.compile(r"(?<!<)https?://[^\s<>]+")


@dataclass(frozen=True)
class Button:
    """A button of a message; ``custom_id`` is None for a link, ``url`` for any other."""

    label: str
    custom_id: str | None
    url: str | None
    disabled: bool
    style: int


@dataclass(frozen=True)
class Message:
    """A message at one moment. ``raw`` is Discord's JSON, the properties read it."""

    raw: Json
    files: dict[str, bytes] = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, stored: Stored) -> Message:
        """Returns what a stored message looks like now."""
        return cls(copy.deepcopy(stored.raw), dict(stored.files))

    @property
    def id(self) -> int:
        return int(self.raw["id"])

    @property
    def channel_id(self) -> int:
        return int(self.raw["channel_id"])

    @property
    def author_id(self) -> int:
        return int(self.raw["author"]["id"])

    @property
    def content(self) -> str:
        return str(self.raw["content"])

    @property
    def embeds(self) -> list[Json]:
        return list(self.raw["embeds"])

    @property
    def components(self) -> list[Json]:
        return list(self.raw["components"])

    @property
    def attachments(self) -> list[Json]:
        return list(self.raw["attachments"])

    @property
    def flags(self) -> int:
        return int(self.raw["flags"])

    @property
    def ephemeral(self) -> bool:
        """Whether only one user sees it."""
        return bool(self.flags & form_messages.EPHEMERAL)

    @property
    def loading(self) -> bool:
        """Whether it still shows "thinking"."""
        return bool(self.flags & form_messages.LOADING)

    @property
    def edited(self) -> bool:
        return self.raw["edited_timestamp"] is not None

    @property
    def reply_to(self) -> int | None:
        """The id of the message it replies to."""
        reference = self.raw.get("message_reference")
        return int(reference["message_id"]) if reference else None

    @property
    def text(self) -> str:
        """All text it shows: content, Components V2 texts and embeds, a part per line."""
        parts = [self.content, *(str(each.get("content", "")) for each in walk(self.components))]
        for embed in self.embeds:
            parts += [embed.get("title", ""), embed.get("description", "")]
            for each in embed.get("fields", []):
                parts += [each["name"], each["value"]]
            parts.append((embed.get("footer") or {}).get("text", ""))
        return "\n".join(part for part in parts if part)

    @property
    def buttons(self) -> list[Button]:
        """Its buttons in reading order."""
        return [
            Button(
                each.get("label") or (each.get("emoji") or {}).get("name") or "",
                each.get("custom_id"),
                each.get("url"),
                bool(each.get("disabled")),
                int(each["style"]),
            )
            for each in walk(self.components)
            if each["type"] == BUTTON
        ]

    @property
    def selects(self) -> list[Json]:
        """Its select menus in reading order."""
        return [each for each in walk(self.components) if each["type"] in SELECTS]

    def button(self, label: str) -> Button:
        """Returns the button with a label (or ``custom_id``).

        Raises:
            Refused: If there is none.
        """
        for each in self.buttons:
            if label in (each.label, each.custom_id):
                return each
        raise Refused(f"no button {label!r}; there are {[each.label for each in self.buttons]}")

    @property
    def previews(self) -> list[str]:
        """The links of which Discord would unfurl a preview: not in ``<...>``, previews not suppressed."""
        if self.flags & form_messages.SUPPRESS_EMBEDS:
            return []
        return LINK.findall(re.sub(r"<https?://[^\s>]*>", "", self.content))

    @property
    def pings(self) -> set[str]:
        """Whom it notifies: user and role ids, and ``everyone``."""
        found = {each["id"] for each in self.raw["mentions"]} | set(self.raw["mention_roles"])
        return found | ({"everyone"} if self.raw["mention_everyone"] else set())
