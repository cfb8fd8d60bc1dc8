"""HTML to Markdown: the article without menus, notices and footers, and the page's metadata."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

from index.convert._draft import ConvertedArticle
from index.convert._markdown_writer import (
    Element,
    bare,
    preformatted,
    superscript,
    to_markdown,
    without_title,
)
from index.errors import ConversionFailed

ELEMENT_LIMIT = 300_000
"""Largest number of elements in a page; the longest articles have a tenth of it."""

_ATTRIBUTE_LIMIT = 4_000
_TITLE_LIMIT = 1_000
_JSON_LIMIT = 32 * 1024
"""Characters kept of an attribute, of a title, and of all JSON in a page: reading them may take quadratic
time, and useful ones are shorter."""

_UNSEEN = re.compile(r"(?:^|[;\s])(?:display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse))", re.IGNORECASE)
_NEVER_TEXT = frozenset(
    "script style noscript template object iframe select button textarea svg del s strike".split()
)
_DROPPED = "dropped"  # no page has an element of that name; those renamed to it are removed
_AROUND = frozenset("nav footer aside dialog".split())
_INLINE = tuple(
    "abbr acronym b bdi bdo big cite dfn em font i ins kbd mark q samp small span strong tt u var".split()
)
_TAGS = {  # the names of the extraction, and those of HTML
    "list": "ul",
    "item": "li",
    "quote": "blockquote",
    "row": "tr",
    "cell": "td",
    "lb": "br",
    "ref": "a",
}
_HEADINGS = frozenset(f"h{level}" for level in range(1, 7))
_SHORT = 250
_SEPARATORS = "|–—·"
_SEPARATOR = re.compile(r"\s[|–—·-]\s")
_DATED = re.compile(r"date|time|publish|byline|posted|meta", re.IGNORECASE)


def read_html(html: str, name: str, *, url: str | None = None) -> ConvertedArticle:
    """Find the article in a page.

    Args:
        html: The page.
        name: What messages call it.
        url: Where it was fetched from.

    Raises:
        ConversionFailed: It has no text, or too many elements.
    """
    from trafilatura import bare_extraction, extract_metadata  # slow to import

    tree = load(html)
    if sum(1 for _ in tree.iter()) > ELEMENT_LIMIT:
        raise ConversionFailed(
            f"{name} has more than {ELEMENT_LIMIT} elements. Save the part you need as a file."
        )
    _shorten(tree)
    about = extract_metadata(tree, url, {"extensive_search": False, "original_date": True})
    published = about.date if about.date and _vouched(tree, about.date, url or about.url) else None
    titles = _titles(tree)
    _clean(tree)
    tree = _simplified(tree)
    found = bare_extraction(
        tree, url=url, include_comments=False, include_formatting=True, include_links=True
    )
    body = getattr(found, "body", None)
    text = to_markdown(_as_html(body)) if body is not None else ""
    if len(text) < _SHORT:  # so little that the extraction takes anything that looks like text
        text = to_markdown(_main(tree)) or text
    if not text:
        raise ConversionFailed(
            f"{name} contains no text. If scripts write the page, save it in the browser and add the file."
        )
    title = _best_title(text, titles, about.title or "", about.sitename or "")
    return ConvertedArticle(
        title=title,
        text=without_title(text, title),
        url=_address(about.url, url),
        source=about.sitename,
        published=published,
        language=tree.get("lang") or tree.get("xml:lang") or about.language,
    )


def load(html: str) -> Element:
    """Parse a page or a fragment of one; the root is always `html`."""
    from trafilatura import load_html  # slow to import

    logging.getLogger("trafilatura").addHandler(
        logging.NullHandler()
    )  # failures are reported by our own messages
    tree: Any = load_html(html)
    if tree is None or tree.tag != "html":
        tree = load_html(f"<html><body><div>{html}</div><div></div></body></html>")
    root: Element = tree
    return root


def _shorten(tree: Element) -> None:
    """Shorten the metadata of a page."""
    for element in tree.iter():
        for name, value in element.attrib.items():
            if len(value) > _ATTRIBUTE_LIMIT:
                element.attrib[name] = value[:_ATTRIBUTE_LIMIT]
    for element in tree.iter("title"):
        element.text = (element.text or "")[:_TITLE_LIMIT]
    room = _JSON_LIMIT
    for element in tree.iter("script"):
        if "json" in (element.get("type") or ""):
            element.text = (element.text or "")[:room]
            room -= len(element.text)


def _clean(tree: Element) -> None:
    """Remove what a reader does not see as text, and what is around the text on every page of a site."""
    _drop(tree, filter(_is_unread, tree.iter()))


def _is_unread(element: Element) -> bool:
    if not isinstance(element.tag, str):  # a comment, which has a function for a tag
        return False
    if element.tag in _NEVER_TEXT or element.tag in _AROUND:
        return True
    if element.tag in ("html", "body"):  # which scripts show once the page is ready
        return False
    return element.get("hidden") is not None or bool(_UNSEEN.search(element.get("style") or ""))


def _simplified(tree: Element) -> Element:
    """Remove inline markup, and parse the tree again so that each run of words is one piece of text.

    With thousands of pieces in a row the extraction would take minutes, and gigabytes.
    """
    from lxml import etree  # slow to import

    for element in list(tree.iter("sup", "pre")):
        raised = element.tag == "sup"
        text = superscript("".join(element.itertext())) if raised else preformatted(element)
        for child in list(element):
            element.remove(child)
        element.text = text if raised else None
        if not raised:  # the extraction takes one without an element for code for a quotation
            etree.SubElement(element, "code").text = text
    etree.strip_tags(tree, "sup", *_INLINE)
    return load(etree.tostring(tree, encoding="unicode", method="html"))


def _main(tree: Element) -> Element:
    """Return the element that is marked as the article; else the page without its header and forms."""
    for tag in ("article", "main"):
        found = list(tree.iter(tag))
        if len(found) == 1 and "".join(found[0].itertext()).strip():
            return found[0]
    edges = tree.iter("header", "form")
    _drop(tree, (element for element in edges if _short(element)))  # a long form contains the whole page
    return tree


def _drop(tree: Element, elements: Iterable[Element]) -> None:
    """Remove elements, and all comments, and keep the text that follows each of them."""
    from lxml import etree  # slow to import

    for element in list(elements):
        element.tag = _DROPPED
    kinds = (etree.Comment, etree.ProcessingInstruction, etree.Entity)
    etree.strip_elements(tree, _DROPPED, *kinds, with_tail=False)


def _as_html(body: Element) -> Element:
    """Rename the elements of an extraction to their names in HTML."""
    for element in body.iter():
        rend = element.get("rend") or ""
        if element.tag == "head":
            element.tag = rend if rend in _HEADINGS else "h2"
        elif element.tag == "list" and rend == "ol":
            element.tag = "ol"
        elif element.tag == "hi":
            element.tag = {"#t": "code", "#sup": "sup"}.get(rend, "span")
        elif element.tag == "code" and (len(element) or "\n" in (element.text or "")):
            element.tag = "pre"
        else:
            element.tag = _TAGS.get(str(element.tag), element.tag)
    return body


def _titles(tree: Element) -> list[str]:
    """Return the titles that the page declares: for shared links, then for the window."""
    found = [
        element.get("content") or ""
        for element in tree.iter("meta")
        if (element.get("property") or element.get("name")) in ("og:title", "twitter:title")
    ]
    found += ["".join(element.itertext()) for element in tree.iter("title")]
    return [" ".join(title.split()) for title in found if title.strip()]


def _best_title(text: str, titles: list[str], guessed: str, site: str) -> str:
    """Choose the heading that the declared titles name; else a declared title without the site's name."""
    first = text.partition("\n")[0]
    heading = first.lstrip("# ") if first.startswith("#") else ""
    bare_titles = [bare(title) for title in titles]
    for candidate in (heading, " ".join(guessed.split())):
        name = bare(candidate)
        known = [title for title in bare_titles if name in title]
        if name and any(not title.endswith(name) for title in known):
            return candidate
        if name in known:
            return candidate
    for title in titles:
        head, tail = _without_site(title)
        return head if tail and bare(tail) == bare(site) else title
    return heading or guessed


def _without_site(title: str) -> tuple[str, str]:
    """Split a title at its last separator; a hyphen is one if no other separator follows it."""
    last = max(title.rfind(sign) for sign in _SEPARATORS)
    found = _SEPARATOR.search(title, max(last - 1, 0))
    return (title[: found.start()], title[found.end() :]) if found else (title, "")


def _vouched(tree: Element, day: str, url: str | None) -> bool:
    """Return whether a date is where pages tell when they were published, not just anywhere in the text."""
    year, month, number = day.split("-")
    told = [url or ""]
    for element in tree.iter("meta", "time", "abbr", "script"):
        told += [element.get("content") or "", element.get("datetime") or "", element.get("title") or ""]
        if element.get("type") == "application/ld+json":
            told.append(element.text or "")
    whole, alone = _forms(year, month, number)
    if any(whole.search(text) for text in told):
        return True
    return any(
        year in text and alone.search(text)
        for element in tree.iter()
        if _DATED.search(f"{element.get('class')} {element.get('id')}") and (text := _short(element))
    )


def _forms(year: str, month: str, number: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Return the patterns of a date as pages write it for programs, and of its day alone."""
    whole = rf"{year}[-/.]?{month}[-/.]?{number}|{year}/0?{int(month)}/0?{int(number)}\b"
    return re.compile(whole), re.compile(rf"\b0?{int(number)}\b")


def _short(element: Element) -> str:
    """Return the text of an element, or `""` if it is long."""
    text = ""
    for part in element.itertext():
        text += part
        if len(text) > _SHORT:
            return ""
    return text


def _address(canonical: str | None, url: str | None) -> str | None:
    if canonical and (url is None or host_of(canonical) == host_of(url)):
        return canonical
    return url


def host_of(url: str | None) -> str | None:
    """Return the host of an address without `www.`, or None."""
    try:
        host = urlsplit(url or "").hostname
    except ValueError:
        return None
    return host.removeprefix("www.") if host else None
