"""Sentences of our own that can be said in other languages, too."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Self


class Phrase(str):
    """A finished English sentence that also knows what it was made of, for those who translate it.

    Attributes:
        template: The sentence with names in braces in place of what was put in.
        plural: The same for counts other than one; None where nothing is counted.
        number: How many things the sentence is about.
        values: What was put in, by name. A phrase among them is translated, too.
    """

    template: str
    plural: str | None
    number: int
    values: Mapping[str, object]

    __slots__ = ("template", "plural", "number", "values")

    def __new__(cls, template: str, plural: str | None, number: int, values: Mapping[str, object]) -> Self:
        """Make the English sentence."""
        chosen = template if plural is None or number == 1 else plural
        made = super().__new__(cls, _filled(chosen, values) if values else chosen)
        made.template, made.plural, made.number, made.values = template, plural, number, values
        return made

    def __reduce__(self) -> tuple[type[Self], tuple[object, ...]]:
        return type(self), (self.template, self.plural, self.number, self.values)


def _filled(template: str, values: Mapping[str, object]) -> str:
    """The template with its values in it, numbers with commas."""
    written = {name: f"{value:,}" if isinstance(value, int) else value for name, value in values.items()}
    return template.format(**written)


def phrase(template: str, /, **values: object) -> Phrase:
    """A sentence, in which names in braces stand for values."""
    return Phrase(template, None, 0, values)


def phrase_counted(one: str, many: str, count: int, /, **values: object) -> Phrase:
    """A sentence about a number of things, which is the value `{count}` in it."""
    return Phrase(one, many, count, {**values, "count": count})


def phrase_series(texts: Sequence[str]) -> str:
    """Texts with commas and, before the last, "and" between."""
    if len(texts) < 2:
        return texts[0] if texts else ""
    first = texts[0]
    for text in texts[1:-1]:
        first = phrase("{texts}, {text}", texts=first, text=text)
    return phrase("{texts} and {text}", texts=first, text=texts[-1])
