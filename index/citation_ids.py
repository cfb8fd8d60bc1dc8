"""Citation ids: what a citation quoted, in a few characters, so that it can be checked later.

A citation id names the article and the span, and holds a hash of the quoted text. Whoever has the article
can check the quotation: the hash of the article's id and the hash of the span's text must be those of the
citation id. It proves what was quoted, not who quoted it: it is no signature. The 24 bits of the second hash
are enough to notice a change, but not to resist someone who looks for another text of the same hash.

Form: `<article>.<start>.<length>.<text>`, at most 40 of the characters `0-9 a-z .`, so that it fits into
the state of a Discord button: 10 hexadecimal digits of the id's BLAKE2b, start and length in base 36, and 6
hexadecimal digits of the text's BLAKE2b.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import Final

from index.errors import UsageError

_DIGITS: Final = "0123456789abcdefghijklmnopqrstuvwxyz"
_FORM: Final = re.compile(
    r"([0-9a-f]{10})\.(0|[1-9a-z][0-9a-z]{0,9})\.([1-9a-z][0-9a-z]{0,9})\.([0-9a-f]{6})"
)


@dataclass(frozen=True, slots=True)
class CitationId:
    """A citation id taken apart.

    Attributes:
        article: `id_hash` of the article's id.
        start: First character of the quotation in the article's text.
        length: How many characters it has, at least 1.
        text: `quotation_hash` of its text.
    """

    article: str
    start: int
    length: int
    text: str

    @property
    def end(self) -> int:
        """One past the last character of the quotation."""
        return self.start + self.length

    def proves(self, text: str) -> bool:
        """Whether this is the text that was quoted."""
        return len(text) == self.length and quotation_hash(text) == self.text


def make(article_id: str, start: int, end: int, text: str) -> str:
    """Make the citation id of a citation.

    Args:
        article_id: The article it is from.
        start: First character in the article's text.
        end: One past the last character.
        text: `article.text[start:end]`, not empty.
    """
    return f"{id_hash(article_id)}.{_base36(start)}.{_base36(end - start)}.{quotation_hash(text)}"


def parse(citation_id: str) -> CitationId:
    """Take a citation id apart.

    Raises:
        UsageError: It is not a citation id.
    """
    form = _FORM.fullmatch(citation_id)
    if form is None:
        raise UsageError("That is not a citation id of Footnote: it must look like 3f0c2d91ab.1k.2v.9e41c7.")
    return CitationId(form[1], int(form[2], 36), int(form[3], 36), form[4])


def matches(citation_id: CitationId, article_id: str) -> bool:
    """Whether a citation id is of this article."""
    return citation_id.article == id_hash(article_id)


def id_hash(article_id: str) -> str:
    """Hash the id of an article: 10 hexadecimal digits."""
    return _hash(article_id, 5)


def quotation_hash(text: str) -> str:
    """Hash the text of a quotation: 6 hexadecimal digits."""
    return _hash(text, 3)


def _hash(text: str, size: int) -> str:
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=size).hexdigest()


def _base36(number: int) -> str:
    digits = ""
    while number:
        number, digit = divmod(number, 36)
        digits = _DIGITS[digit] + digits
    return digits or "0"
