"""Names: of article files, and the ids made from them."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from pathlib import Path, PurePosixPath

from index.errors import UnreadableFile, UsageError
from index.text.normalization import normalize

TEXT_SUFFIXES = (".markdown", ".md", ".txt")
DUMP_SUFFIX = ".jsonl"
ID_LIMIT = 1_000
"""Longest article id, in characters."""

CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
"""Control characters, line and paragraph separators, and halves of surrogate pairs."""

_PART_LIMIT = 200  # bytes of one folder or file name; file systems allow 255, temporary names need some
_RESERVED = re.compile(r"(?i)(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(?:\.|$)")
_FORBIDDEN = re.compile(r'[<>:"\\|?*]')
_APOSTROPHES = re.compile(r"['’]")
_ASCII_WORD = re.compile(r"[a-z0-9]+")
_JOINER = re.compile(r"[-_]+")
_IGNORED = ".~#"  # hidden files, and what editors and office programs leave beside the file they have open
_LETTERS = str.maketrans(  # letters that Unicode does not decompose, as they are usually spelt in ASCII
    dict(zip("ßæøœðþłđıÆØŒÐÞŁĐ", "ss ae o oe d th l d i ae o oe d th l d".split(), strict=True))
)


def suffix_of(name: str) -> str:
    """The suffix of an article file in lower case, or `""` if files of that name are not articles."""
    suffix = PurePosixPath(name).suffix.lower()
    known = suffix == DUMP_SUFFIX or suffix in TEXT_SUFFIXES
    return suffix if known and not ignored(name) else ""


def ignored(name: str) -> bool:
    """Whether a file or folder of that name is hidden, or a left-over of an editor."""
    return name[:1] in _IGNORED


def shown(corpus: Path, path: Path) -> str:
    """The path of a file as messages name it: relative to the corpus where it lies there, and printable."""
    try:
        text = path.absolute().relative_to(corpus.absolute()).as_posix()
    except ValueError:
        text = str(path)
    text = text.encode("utf-8", "backslashreplace").decode("utf-8")
    return "".join(char if char.isprintable() else ascii(char)[1:-1] for char in text)


def article_id(corpus: Path, path: Path) -> str:
    r"""The id of the article in a file: its path under the corpus without suffix, `/`-separated, in NFC.

    Of a `.jsonl` file, it is the part in front of its rows' ids. Two files may have the same id
    (`a.md` and `a.txt`): the caller decides what becomes of the second.

    Raises:
        UsageError: The file is not under the corpus.
        UnreadableFile: Its name holds control characters or is not UTF-8.
    """
    try:
        inside = path.absolute().relative_to(corpus.absolute())
    except ValueError as error:
        raise UsageError(f"{path} is not in the corpus at {corpus}.") from error
    name = normalize("NFC", inside.with_suffix("").as_posix())
    if not clean_id(name):
        raise UnreadableFile(
            f"{shown(corpus, path)} has a name that cannot be an article's id. Give it a shorter one, "
            "in UTF-8 and without control characters."
        )
    return name


def clean_id(article_id: str) -> bool:
    """Whether a text can be an article's id at all: one printable line of a bearable length."""
    return 0 < len(article_id) <= ID_LIMIT and not CONTROL.search(article_id)


def check_id(article_id: str, *, what: str = "an article id") -> None:
    """Refuse an id under which no file can be kept on every system.

    Raises:
        UsageError: It would leave the corpus, be hidden, or be no file name on some system.
    """
    problem = _id_problem(article_id)
    if problem:
        name = article_id[:80].encode("ascii", "backslashreplace").decode("ascii")
        raise UsageError(f'"{name}" cannot be {what}: {problem}.')


def _id_problem(article_id: str) -> str:
    if not clean_id(article_id):
        return f"it must be one line of 1 to {ID_LIMIT} characters without control characters"
    if article_id != normalize("NFC", article_id):
        return "it is not in Unicode normal form C"
    for part in article_id.split("/"):
        if part in ("", ".", ".."):
            return 'it must be names with single "/" between them, and none of them "." or ".."'
        if ignored(part):
            return f'a name that begins with "{part[0]}" is ignored in the corpus'
        if _FORBIDDEN.search(part) or part[-1] in " ." or part[0] == " " or _RESERVED.match(part):
            return f'"{part[:40]}" is no file name on some systems'
        if len(part.encode()) > _PART_LIMIT:
            return f'"{part[:40]}…" is longer than {_PART_LIMIT} bytes'
    return ""


def slug(title: str, limit: int = 80) -> str:
    """A readable id for an article of that title: lower-case ASCII words with hyphens between them.

    Where letters are lost (other scripts, a long title), six digits of the title's hash keep two different
    titles apart; the same title always gives the same slug.
    """
    folded = normalize("NFKD", title.translate(_LETTERS)).lower()
    bare = "".join(char for char in folded if not unicodedata.combining(char))
    words = _ASCII_WORD.findall(_APOSTROPHES.sub("", bare))
    short = "-".join(words)
    lost = any(char.isalnum() and not char.isascii() for char in bare)
    if len(short) > limit:
        lost = True
        short = short[: limit - 7].rpartition("-")[0] or short[: limit - 7]
    if lost or not short or _RESERVED.match(short):
        digest = hashlib.blake2b(title.encode("utf-8", "replace"), digest_size=3).hexdigest()
        short = f"{short or 'article'}-{digest}"
    return short


def humanised(name: str) -> str:
    """The name of a file as a title: `mali-and_russia` is "Mali and russia"."""
    words = " ".join(_JOINER.sub(" ", name).split()) or name
    return words[:1].upper() + words[1:]
