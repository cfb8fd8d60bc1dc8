"""The folder of articles as plain files: lists, reads, writes and deletes them.

Formats: Markdown with front matter, plain text, and `.jsonl` of one article a line. What a file holds is
what is quoted; nothing here changes an article's words.
"""

from __future__ import annotations

from index.corpus._fields import one_line
from index.corpus._keep import Kept, keep, put_back
from index.corpus._listing import files, locate
from index.corpus._names import article_id, check_id, humanised, shown, slug
from index.corpus._read import SIZE_LIMIT, parse_text, read
from index.corpus._write import copy_in, delete, normalised, write

__all__ = [
    "Kept",
    "SIZE_LIMIT",
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
