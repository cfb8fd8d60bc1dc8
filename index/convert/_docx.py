"""DOCX to Markdown: mammoth makes HTML of it by its styles; headers, footers and comments are left out."""

from __future__ import annotations

import html
import io
import re
import zipfile

from index.convert._draft import ConvertedArticle
from index.convert._html import load
from index.convert._markdown_writer import to_markdown, without_title
from index.errors import ConversionFailed

UNPACKED_LIMIT = 40 * 1024 * 1024
"""Largest XML of a document in bytes, decompressed: some thousands of pages."""

_STYLES = """
p[style-name='Title'] => h1:fresh
p[style-name='Quote'] => blockquote > p:fresh
p[style-name='Intense Quote'] => blockquote > p:fresh
strike => s
"""
_TITLE = re.compile(r"<dc:title[^<>]*+>([^<]{1,1000}+)</dc:title>")
_MODIFIED = re.compile(r"<dcterms:(?:modified|created)[^<>]*+>(\d{4}-\d\d-\d\d)")
_DTD = tuple("<!DOCTYPE".encode(encoding) for encoding in ("utf-8", "utf-16-le", "utf-16-be"))
_XML = (".xml", ".rels")
_BACK = re.compile(r'<a href="#([^"]*+)">↑</a>')  # perhaps from a footnote to its place


def read_docx(data: bytes, name: str) -> ConvertedArticle:
    """Read the text of a Word document.

    Raises:
        ConversionFailed: It is damaged, not a DOCX file, or contains no text.
    """
    try:
        parts = _parts(data, name)
        page = _html(parts)
    except (ConversionFailed, MemoryError):
        raise
    except Exception as error:  # a damaged file can break a parser anywhere
        raise ConversionFailed(
            f"{name} is not a DOCX file, or a damaged one ({type(error).__name__}). Save it again as .docx."
        ) from error
    text = to_markdown(load(f"<html><body>{_BACK.sub(_without_reference, page)}</body></html>"))
    if not text:
        raise ConversionFailed(f"{name} contains no text.")
    title = text.partition("\n")[0].removeprefix("# ") if text.startswith("# ") else ""
    properties = parts.get("docProps/core.xml", b"").decode("utf-8", "replace")
    told = _TITLE.search(properties)
    made = _MODIFIED.findall(properties)
    title = title or (html.unescape(told[1]) if told else "")
    return ConvertedArticle(title, without_title(text, title), published=max(made, default=None))


def _without_reference(link: re.Match[str]) -> str:
    """Return a link that is an arrow, or nothing if it leads from a footnote back to its place."""
    return "" if "-ref-" in link[1] else link[0]


def _parts(data: bytes, name: str) -> dict[str, bytes]:
    """Return the XML of a document by its name in the archive; nothing else of it is decompressed.

    Raises:
        ConversionFailed: It is too large, or defines entities.
    """
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        members = {each.filename: each for each in archive.infolist() if each.filename.endswith(_XML)}
        if sum(each.file_size for each in members.values()) > UNPACKED_LIMIT:
            raise ConversionFailed(
                f"{name} unpacks to more than {UNPACKED_LIMIT // 1024**2} MiB of text. Add it in parts."
            )
        parts = {filename: archive.read(member) for filename, member in members.items()}
    if any(mark in content for content in parts.values() for mark in _DTD):
        raise ConversionFailed(f"{name} defines XML entities, which no word processor does.")
    return parts


def _html(parts: dict[str, bytes]) -> str:
    """Convert the parts with mammoth, which so reads no part that was not checked, whatever it is called."""
    import mammoth  # slow to import

    checked = io.BytesIO()
    with zipfile.ZipFile(checked, "w") as archive:
        for filename, content in parts.items():
            archive.writestr(filename, content)
    result = mammoth.convert_to_html(
        checked,
        style_map=_STYLES,
        convert_image=mammoth.images.img_element(lambda image: {}),  # never opened
    )
    return str(result.value)
