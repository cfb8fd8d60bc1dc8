"""Unicode normalization in linear time.

`unicodedata.normalize` puts combining marks into their canonical order by moving each past the others, which
takes quadratic time on a long run of them. Here a run is cut behind every 30 marks, and the pieces are
normalized one by one; 30 is what the Stream-Safe Text Format of UAX #15 allows, far more than any writing
needs (https://unicode.org/reports/tr15/#Stream_Safe_Text_Format).
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final, Literal

Form = Literal["NFC", "NFD", "NFKC", "NFKD"]

_MOST_MARKS: Final = 30
_LIKE_MARKS: Final = "\u0f73\u0f75\u0f81\uff9e\uff9f"
"""Characters that are no combining marks, but are decomposed into some."""
_MANY: Final = re.compile(rf"(?:[^\w\s\x00-\x7f]|[{_LIKE_MARKS}]){{{_MOST_MARKS + 1},}}+")
"""Where too many marks may stand in a row: no combining mark is a letter, a digit or a space."""


def normalize(form: Form, text: str) -> str:
    """A text in a normalization form, in time linear in its length.

    Args:
        form: The normalization form.
        text: Any text.

    Returns:
        What `unicodedata.normalize` gives, unless more than 30 combining marks stand in a row: then each 30
        of them are in canonical order by themselves.
    """
    if text.isascii() or not _MANY.search(text):
        return unicodedata.normalize(form, text)
    pieces: list[str] = []
    begin = 0
    for run in _MANY.finditer(text):
        marks = 0
        for at in range(run.start(), run.end()):
            is_mark = unicodedata.combining(text[at]) or text[at] in _LIKE_MARKS
            marks = marks + 1 if is_mark else 0
            if marks > _MOST_MARKS:
                pieces.append(unicodedata.normalize(form, text[begin:at]))
                begin, marks = at, 1
    return "".join([*pieces, unicodedata.normalize(form, text[begin:])])
