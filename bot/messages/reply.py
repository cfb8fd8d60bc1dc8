"""A message of the bot, independent of Discord's library: its text, its buttons, and a file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

CONTENT: Final = 2000
"""UTF-16 units of a message."""


@dataclass(frozen=True, slots=True)
class Button:
    """A button: a link, or one that does something.

    Attributes:
        label: At most 80 characters.
        url: Where a link leads.
        action: The custom id of any other button.
        disabled: Whether it can no longer be pressed.
    """

    label: str
    url: str | None = None
    action: str | None = None
    disabled: bool = False


@dataclass(frozen=True, slots=True)
class Reply:
    """One message.

    Attributes:
        content: Discord's Markdown, at most 2,000 UTF-16 units.
        buttons: At most 25.
        file: Name and text of a file that comes with it.
    """

    content: str
    buttons: tuple[Button, ...] = ()
    file: tuple[str, str] | None = None
