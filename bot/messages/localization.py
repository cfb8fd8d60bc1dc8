"""Translates what the bot says into the language of those who read it.

Texts are in the code in English. `gettext` and `ngettext` look them up in the catalogue of the language
that `set_language` set for the message, the button or the command that is being answered. Texts that no
catalogue has stay in English. The catalogues are `bot/locale/<language>/LC_MESSAGES/footnote.po`.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from functools import cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path
from string import Formatter
from typing import Final, Self

from babel.dates import format_date
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal

_log = logging.getLogger(__name__)

ENGLISH: Final = "en"
FOLDER: Final = Path(__file__).parents[1] / "locale"
_language: ContextVar[str] = ContextVar("language", default=ENGLISH)


@cache
def catalogues() -> Mapping[str, NullTranslations]:
    """The catalogues by language, as Discord names it ("de", "pt-BR"); English needs none."""
    found: dict[str, NullTranslations] = {ENGLISH: NullTranslations()}
    for path in sorted(FOLDER.glob("*/LC_MESSAGES/footnote.po")):
        name = path.parents[1].name
        with path.open("rb") as file:
            catalogue = read_po(file, locale=name)
        _leave_out_broken(catalogue, path)
        compiled = BytesIO()
        write_mo(compiled, catalogue)
        compiled.seek(0)
        found[name.replace("_", "-")] = GNUTranslations(compiled)
    return found


def names(template: str) -> set[str]:
    """The names in braces in a text.

    Raises:
        ValueError: A brace is not closed, or not opened.
    """
    return {name for _, name, _, _ in Formatter().parse(template) if name is not None}


def forms(text: str | Sequence[str] | None) -> Sequence[str]:
    """The forms of a text in a catalogue, as for one and for many."""
    return [text] if isinstance(text, str) else list(text or ())


def _leave_out_broken(catalogue: Catalog, path: Path) -> None:
    """Leave out translations that cannot be filled in; the English text is used instead."""
    for message in [each for each in catalogue if each.id and each.string]:
        ids, texts = forms(message.id), forms(message.string)
        allowed = {name for text in ids for name in names(text)}
        try:
            fitting = all(names(text) <= allowed for text in texts)
        except ValueError:
            fitting = False
        if not fitting:
            _log.warning("%s has a translation that cannot be filled in: %r", path, ids[0])
            catalogue.delete(message.id, context=message.context)


def supported_language(locale: str | None) -> str:
    """The language of the catalogue for a locale of Discord's; English if there is none."""
    parts = (locale or "", (locale or "").partition("-")[0])
    return next((each for each in parts if each in catalogues()), ENGLISH)


def set_language(locale: str | None) -> None:
    """Set the language of this task from now on."""
    _language.set(supported_language(locale))


@contextmanager
def use_language(locale: str | None) -> Iterator[None]:
    """Use another language within a block."""
    token = _language.set(supported_language(locale))
    try:
        yield
    finally:
        _language.reset(token)


def gettext_noop(text: str) -> str:
    """Return the text as it is: marks a text for the catalogues that is translated when it is used."""
    return text


class Phrase(str):
    """A finished English text, such as an error's, that can still be translated.

    Attributes:
        template: The text with names in braces in place of values.
        values: The values by name.
    """

    template: str
    values: Mapping[str, object]

    __slots__ = ("template", "values")

    def __new__(cls, template: str, values: Mapping[str, object]) -> Self:
        """Fill in the template in English."""
        written = {name: f"{value:,}" if isinstance(value, int) else value for name, value in values.items()}
        made = super().__new__(cls, template.format(**written))
        made.template, made.values = template, values
        return made


def phrase(template: str, /, **values: object) -> Phrase:
    """Make a text that `gettext` translates later, in which names in braces stand for values."""
    return Phrase(template, values)


def gettext(text: str, /, **values: object) -> str:
    """Translate a text, in which names in braces stand for values.

    Args:
        text: In English.
        values: Numbers are written as the language writes them.
    """
    if isinstance(text, Phrase):
        return gettext(text.template, **text.values)
    return _filled(_catalogue().gettext(text) if text else "", values)


def ngettext(one: str, many: str, number: int, /, **values: object) -> str:
    """Translate a text about a number of things, which is the value `{count}` in it."""
    return _filled(_catalogue().ngettext(one, many, number), {**values, "count": number})


def long_date(moment: datetime) -> str:
    """Write a date out, such as `October 1, 2026`."""
    return format_date(moment, "long", locale=_locale())


def _locale() -> str:
    """The language as Babel names it."""
    return _language.get().replace("-", "_")


def _catalogue() -> NullTranslations:
    return catalogues()[_language.get()]


def _filled(text: str, values: Mapping[str, object]) -> str:
    if not values:
        return text
    return text.format(**{name: _written(value) for name, value in values.items()})


def _written(value: object) -> object:
    if isinstance(value, int):
        return format_decimal(value, locale=_locale())
    return value
