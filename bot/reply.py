"""What the bot says, before Discord's library comes in: text, buttons, and a file where text is too long."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

CONTENT: Final = 2000
"""UTF-16 units of a message."""


@dataclass(frozen=True, slots=True)
class Button:
    """A button: of the In context kind with a citation's receipt, or a link.

    Attributes:
        label: At most 80 characters.
        receipt: What the button carries.
        url: Where the link leads.
    """

    label: str
    receipt: str | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Reply:
    """One message.

    Attributes:
        content: Discord's Markdown, at most 2,000 UTF-16 units.
        buttons: At most ten.
        file: Name and text of a file that comes with it.
    """

    content: str
    buttons: tuple[Button, ...] = ()
    file: tuple[str, str] | None = None
