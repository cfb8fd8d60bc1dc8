"""Unicode normalization in linear time.

`unicodedata.normalize` sorts combining marks in quadratic time. Here a run of marks is cut after every 30,
and the pieces are normalized one by one. The Stream-Safe Text Format of UAX #15 has the same limit, far
more than any writing needs (https://unicode.org/reports/tr15/#Stream_Safe_Text_Format).
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final, Literal

Form = Literal["NFC", "NFD", "NFKC", "NFKD"]

_MOST_MARKS: Final = 30
_LIKE_MARKS: Final = "\u0f73\u0f75\u0f81\uff9e\uff9f"
"""Characters that are no combining marks but decompose into some."""
_MANY: Final = re.compile(rf"(?:[^\w\s\x00-\x7f]|[{_LIKE_MARKS}]){{{_MOST_MARKS + 1},}}+")
"""Where too many marks may follow one another: no combining mark is a letter, a digit or a space."""


def normalize(form: Form, text: str) -> str:
    """Return a text in a normalization form, in time linear in its length.

    Args:
        form: The normalization form.
        text: Any text.

    Returns:
        What `unicodedata.normalize` returns; but of more than 30 combining marks in a row, each 30 are
        sorted by themselves.
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
