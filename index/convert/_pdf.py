"""PDF to Markdown: reads lines with their positions and fonts; `_layout` makes paragraphs of them."""

from __future__ import annotations

import io
import logging
import math
import re
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING

from index.convert._draft import ConvertedArticle
from index.convert._layout import Line, to_markdown
from index.convert._markdown_writer import without_title
from index.errors import ConversionFailed

if TYPE_CHECKING:
    from pypdf import PageObject, PdfReader

PAGE_LIMIT = 3_000
"""Largest number of pages."""

_MONOSPACED = re.compile(r"mono|courier|consol|typewriter|cmtt|menlo|nimbusmon", re.IGNORECASE)
_BOLD = re.compile(r"bold|black|heavy|cmbx", re.IGNORECASE)
_LIGATURES = str.maketrans(
    {"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st", "\xa0": " "}
)
_NO_TITLE = re.compile(r"(?i)(?:untitled.*|title|document\d*|.*\.(?:indd|qxd|tex|dvi|pdf|docx?|odt|rtf))?")
_PRODUCER = re.compile(r"(?i)^microsoft (?:word|powerpoint) - ")
_UNREADABLE = re.compile("[\ue000-\uf8ff\ufffd\x00-\x08\x0e-\x1f\x7f-\x9f]")


def read_pdf(data: bytes, name: str) -> ConvertedArticle:
    """Read the text of a PDF.

    Raises:
        ConversionFailed: It is damaged, encrypted, too long, or has no readable text.
    """
    from pypdf.errors import DependencyError, FileNotDecryptedError  # slow to import

    logging.getLogger("pypdf").addHandler(logging.NullHandler())  # failures are reported by our own messages
    try:
        pages, title, published = _read(data)
    except (FileNotDecryptedError, DependencyError) as error:
        raise ConversionFailed(f"{name} is encrypted. Save it without a password, and add that.") from error
    except MemoryError:
        raise
    except Exception as error:  # a damaged file can break a parser anywhere
        raise ConversionFailed(f"{name} is a damaged PDF ({type(error).__name__}). Save it again.") from error
    if len(pages) > PAGE_LIMIT:
        raise ConversionFailed(f"{name} has more than {PAGE_LIMIT} pages. Split it, and add the parts.")
    text, heading = to_markdown(pages)
    if not text:
        raise ConversionFailed(
            f"{name} contains pictures and no text. Run text recognition (OCR) on it first."
        )
    if len(_UNREADABLE.findall(text)) > len(text) * 0.2:
        raise ConversionFailed(
            f"{name} does not say which characters its fonts show. Add another copy of it."
        )
    title = title or heading
    return ConvertedArticle(title, _UNREADABLE.sub("", without_title(text, title)), published=published)


def _read(data: bytes) -> tuple[list[list[Line]], str, str | None]:
    """Return the lines of each page, up to one page more than allowed, the title and the date."""
    from pypdf import PdfReader  # slow to import

    reader = PdfReader(io.BytesIO(data))
    if reader.is_encrypted:
        reader.decrypt("")
    pages = [list(_lines(page)) for page in islice(reader.pages, PAGE_LIMIT + 1)]
    return pages, *_properties(reader)


def _properties(reader: PdfReader) -> tuple[str, str | None]:
    about = reader.metadata
    if about is None:
        return "", None
    title = _PRODUCER.sub("", " ".join(str(about.title or "").split()))
    try:
        made = about.creation_date
    except ValueError:
        made = None
    return "" if _NO_TITLE.fullmatch(title) else title, made.date().isoformat() if made else None


def _lines(page: PageObject) -> Iterator[Line]:
    """Yield the lines of a page in the order of its content."""
    pieces: list[tuple[str, float, float, float, str]] = []

    def see(
        text: str, cm: Sequence[float], tm: Sequence[float], font: dict[str, object] | None, size: float
    ) -> None:
        """Collect a piece of text; the matrices `cm` of the page and `tm` of the line tell its position."""
        x = tm[4] * cm[0] + tm[5] * cm[2] + cm[4]
        y = tm[4] * cm[1] + tm[5] * cm[3] + cm[5]
        scale = math.hypot(tm[2], tm[3]) * math.hypot(cm[2], cm[3])
        face = str((font or {}).get("/BaseFont", ""))
        for number, part in enumerate(text.split("\n")):
            if number:
                pieces.append(("\n", 0, 0, 0, ""))
            if part.strip():
                pieces.append((part, x, y, abs(size) * scale, face))

    page.extract_text(visitor_text=see)
    run: list[tuple[str, float, float, float, str]] = []
    for piece in [*pieces, ("\n", 0.0, 0.0, 0.0, "")]:
        if piece[0] != "\n":
            run.append(piece)
        elif run:
            yield _line(run)
            run = []


def _line(run: list[tuple[str, float, float, float, str]]) -> Line:
    text = " ".join("".join(piece[0] for piece in run).translate(_LIGATURES).split())
    longest = max(run, key=lambda piece: len(piece[0]))
    return Line(
        text=text,
        x=run[0][1],
        y=longest[2],
        size=round(longest[3], 1),
        mono=all(_MONOSPACED.search(piece[4]) for piece in run),
        bold=all(_BOLD.search(piece[4]) for piece in run),
    )
