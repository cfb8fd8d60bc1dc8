"""Custom ids, in which buttons, menus and forms carry all that is known about them.

Every kind is declared here. Old messages have these ids too, so a pattern may only be widened, and a kind
that is no longer used must still be parsed.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Final

LONGEST: Final = 100
"""Characters of a custom id."""


class Kind:
    """A kind of button, menu or form; its custom ids are its name and its fields, separated by colons.

    Args:
        name: Stands at the beginning.
        fields: For each field its name, a pattern, and the type of its value. A field whose name ends with
            `?` may be left out, with all that follow it.
        is_form: Whether it is the id of a form, as Discord sends it back.
    """

    def __init__(
        self, name: str, *fields: tuple[str, str, Callable[[str], Any]], is_form: bool = False
    ) -> None:
        self.name = name
        self.is_form = is_form
        self._types = {field.removesuffix("?"): kind for field, _, kind in fields}
        pattern = "".join(
            f"(?::(?P<{field[:-1]}>{values}))?" if field.endswith("?") else f":(?P<{field}>{values})"
            for field, values, _ in fields
        )
        self._pattern = re.compile(re.escape(name) + pattern, re.DOTALL)

    def encode(self, *values: object) -> str:
        """Encode a custom id.

        Args:
            values: Of the fields, in their order.

        Raises:
            ValueError: It could not be parsed again, or is too long for Discord.
        """
        custom_id = ":".join([self.name, *map(str, values)])
        if len(custom_id) > LONGEST or self._pattern.fullmatch(custom_id) is None:
            raise ValueError(f"{custom_id!r} is no custom id of the kind {self.name}")
        return custom_id

    def parse(self, custom_id: str) -> dict[str, Any] | None:
        """Parse the fields of a custom id, None for those left out; None if it is of another kind."""
        found = self._pattern.fullmatch(custom_id)
        if found is None:
            return None
        return {
            name: None if value is None else self._types[name](value)
            for name, value in found.groupdict().items()
        }


_CITATION: Final = ("citation_id", r"[0-9a-z.]{1,40}", str)
_DRAFT: Final = ("draft", r"[\w-]{16}", str)
_PLACE: Final = ("channel", r"\d+", int)

IN_CONTEXT: Final = Kind("context", _CITATION)
PAGE: Final = Kind("page", _CITATION, ("number", "-?[0-9]{1,6}", int))
CHECK: Final = Kind("check", _CITATION)
FOLLOW_UP: Final = Kind("follow")
FOLLOW_UP_FORM: Final = Kind("follow", is_form=True)
WHY: Final = Kind("why")
MORE: Final = Kind("more", ("first?", "[0-9]{1,3}", int))
SHARE: Final = Kind("share")
HUMAN: Final = Kind("human", ("answer?", r"\d{1,20}", int))
VERDICT: Final = Kind("verdict", ("verdict", "good|bad", str))
VERDICT_FORM: Final = Kind("verdict:form", is_form=True)
ARTICLES: Final = Kind("articles")
PUBLISH: Final = Kind("corpus-do", _DRAFT)
DISCARD: Final = Kind("corpus-discard", _DRAFT)
UNDO: Final = Kind("corpus-undo", _DRAFT)
GAP: Final = Kind("corpus-gap", ("question", r"\d{1,18}", int))
ADD_FORM: Final = Kind("corpus-add", ("collection", ".*", str), is_form=True)
REPLACE_FORM: Final = Kind("corpus-replace", ("article_id", ".*", str), is_form=True)
SETTING: Final = Kind(
    "setup",
    _PLACE,
    ("name", "collections|private|confidence|human|editors|log|auto_reply|reset", str),
    ("value?", "[a-z]+", str),
)
SETTING_FORM: Final = Kind("setup", _PLACE, ("name", "confidence", str), is_form=True)
