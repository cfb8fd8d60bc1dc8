"""DOCX to Markdown: mammoth makes HTML of it, by its styles; headers, footers and comments stay behind."""

from __future__ import annotations

import html
import io
import re
import zipfile

from index.convert._draft import ConvertedArticle
from index.convert._html import load
from index.convert._markdown import to_markdown, without_title
from index.errors import ConversionFailed

UNPACKED_LIMIT = 40 * 1024 * 1024
"""Most bytes of XML in a document, unpacked: some thousands of pages."""

_STYLES = """
p[style-name='Title'] => h1:fresh
p[style-name='Quote'] => blockquote > p:fresh
p[style-name='Intense Quote'] => blockquote > p:fresh
strike => s
"""
_TITLE = re.compile(r"<dc:title[^<>]*+>([^<]{1,1000}+)</dc:title>")
_MODIFIED = re.compile(r"<dcterms:(?:modified|created)[^<>]*+>(\d{4}-\d\d-\d\d)")
_DTD = tuple("<!DOCTYPE".encode(encoding) for encoding in ("utf-8", "utf-16-le", "utf-16-be"))
_BACK = re.compile(r'<a href="#([^"]*+)">↑</a>')  # perhaps from a footnote to its place


def read_docx(data: bytes, name: str) -> ConvertedArticle:
    """Read the text of a Word document.

    Raises:
        ConversionFailed: It is damaged, no DOCX, or holds no text.
    """
    try:
        properties = _checked(data, name)
        page = _html(data)
    except ConversionFailed:
        raise
    except Exception as error:  # a damaged file can break a parser anywhere
        raise ConversionFailed(
            f"{name} is no DOCX, or a damaged one ({type(error).__name__}). Save it anew as .docx."
        ) from error
    text = to_markdown(load(f"<html><body>{_BACK.sub(_without_reference, page)}</body></html>"))
    if not text:
        raise ConversionFailed(f"{name} holds no text.")
    title = text.partition("\n")[0].removeprefix("# ") if text.startswith("# ") else ""
    told = _TITLE.search(properties)
    made = _MODIFIED.findall(properties)
    title = title or (html.unescape(told[1]) if told else "")
    return ConvertedArticle(title, without_title(text, title), published=max(made, default=None))


def _without_reference(link: re.Match[str]) -> str:
    """A link by an arrow: nothing, if it leads from a footnote to its place."""
    return "" if "-ref-" in link[1] else link[0]


def _checked(data: bytes, name: str) -> str:
    """The XML of the document's properties, once nothing in it can blow up."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = [part for part in archive.infolist() if part.filename.endswith((".xml", ".rels"))]
        if sum(part.file_size for part in parts) > UNPACKED_LIMIT:
            raise ConversionFailed(
                f"{name} unpacks to more than {UNPACKED_LIMIT // 1024**2} MiB of text. Add it in parts."
            )
        properties = ""
        for part in parts:
            content = archive.read(part)
            if any(mark in content for mark in _DTD):
                raise ConversionFailed(f"{name} defines XML entities, which no word processor does.")
            if part.filename == "docProps/core.xml":
                properties = content.decode("utf-8", "replace")
        return properties


def _html(data: bytes) -> str:
    import mammoth  # slow to import

    result = mammoth.convert_to_html(
        io.BytesIO(data),
        style_map=_STYLES,
        convert_image=mammoth.images.img_element(lambda image: {}),  # not read, wherever it lies
    )
    return str(result.value)
