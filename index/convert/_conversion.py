"""Makes an article of a document whose format is known: what the sandboxed process does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from index import corpus
from index.convert._charset import decode
from index.convert._docx import read_docx
from index.convert._draft import ConvertedArticle
from index.convert._html import host_of, read_html
from index.convert._pdf import read_pdf
from index.errors import UsageError
from index.types import Article

_OPENING_LIMIT: Final = 80


def make_article(
    content: bytes,
    *,
    kind: str,
    name: str,
    address: str,
    charset: str | None,
    file_title: str,
    title: str | None,
    tags: Sequence[str],
    collection: str,
    given: Mapping[str, str | None],
) -> Article:
    """Convert a document.

    Args:
        content: The document.
        kind: Its format: `html`, `pdf`, `docx`, `markdown` or `plain`.
        name: What messages call it.
        address: Where it was fetched from; `""` for a file.
        charset: The encoding that the server declared.
        file_title: The title that its file name suggests; used where the document has none.
        title: The title that an editor gave it.
        tags: The tags that an editor gave it.
        collection: The folder under the corpus in which its id lies.
        given: The `url`, `source`, `published` and `language` that an editor gave it; None for those that
            the document tells.

    Raises:
        ConversionFailed: No article could be made of it.
        UnreadableFile: It is no UTF-8 text, or there is no text in it.
        UsageError: One of the fields given is not what it should be.
    """
    draft = _draft(content, kind, name, address, charset, whole=title is not None)
    draft = replace(draft, url=draft.url or address or None)
    draft = replace(draft, source=draft.source or host_of(draft.url))
    found = {key: getattr(draft, key) for key in given}
    fields = {key: value for key, value in found.items() if _usable(key, value)}
    fields |= {key: value for key, value in given.items() if value is not None}
    shown = title or draft.title or file_title or corpus.one_line(draft.text, _OPENING_LIMIT)
    article = Article(id="new", title=shown, text=draft.text, tags=tuple(tags) or draft.tags, **fields)
    article = corpus.normalised(article)
    slug = corpus.slug(article.title)
    return replace(article, id=f"{collection}/{slug}" if collection else slug)


def _draft(
    content: bytes, kind: str, name: str, address: str, charset: str | None, *, whole: bool
) -> ConvertedArticle:
    """Read the document; `whole` keeps the first line of a plain text in it, since it has a title already."""
    if kind == "html":
        return read_html(decode(content, charset), name, url=address or None)
    if kind == "pdf":
        return read_pdf(content, name)
    if kind == "docx":
        return read_docx(content, name)
    text = decode(content, charset, html=False).encode() if address else content
    one = corpus.parse_text(text, name, "", markdown=kind == "markdown" or whole)
    return ConvertedArticle(one.title, one.text, one.url, one.source, one.published, one.language, one.tags)


def _usable(field: str, value: str | None) -> bool:
    """Return whether a value that was found can be kept; what pages say about themselves may be anything."""
    fields: dict[str, Any] = {field: value}
    try:
        corpus.normalised(Article(id="new", title="new", text="new", **fields))
    except UsageError:
        return False
    return True
