"""The corpus: lists, reads, writes and deletes articles in Markdown, plain text and `.jsonl` files.

The text of an article is the text of its file, character for character.
"""

from __future__ import annotations

from index.corpus._folder import Kept, copy_in, delete, files, keep, locate, put_back, write
from index.corpus._format import (
    SIZE_LIMIT,
    article_id,
    check_id,
    humanised,
    normalised,
    one_line,
    parse_text,
    read,
    shown,
    slug,
)

__all__ = [
    "SIZE_LIMIT",
    "Kept",
    "article_id",
    "check_id",
    "copy_in",
    "delete",
    "files",
    "humanised",
    "keep",
    "locate",
    "normalised",
    "one_line",
    "parse_text",
    "put_back",
    "read",
    "shown",
    "slug",
    "write",
]
