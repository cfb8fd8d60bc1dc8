"""Changes the corpus: every change is one atomic step, so that a reader never sees half a file."""

from __future__ import annotations

import filecmp
import shutil
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

from index.corpus._fields import Unfit, fields, one_line, refuse_unstorable
from index.corpus._frontmatter import join
from index.corpus._listing import homes
from index.corpus._names import DUMP_SUFFIX, check_id, ignored, shown, suffix_of
from index.corpus._names import article_id as id_of
from index.corpus._read import lf, parse, parse_text, read
from index.corpus._removal import file_errors, remove_file, remove_row
from index.errors import ArticleExists, ArticleNotFound, UnreadableFile, UnsupportedFormat, UsageError
from index.files import atomic_write
from index.text.normalization import normalize
from index.types import Article


def normalised(article: Article) -> Article:
    """The article as `read` gives it back once it is written: one-line title, LF line endings, ISO dates.

    Raises:
        UsageError: A field cannot be kept; one sentence says which and why.
    """
    try:
        return _normalised(article)
    except Unfit as problem:
        raise UsageError(f'The article "{one_line(article.id, 80)}" cannot be kept: {problem}.') from problem


def _normalised(article: Article) -> Article:
    refuse_unstorable(article.text, "the text")
    if not article.text.strip():
        raise Unfit("there is no text in it")
    title = one_line(article.title)
    if not title:
        raise Unfit("it has no title")
    raw = {key: getattr(article, key) for key in ("url", "source", "published", "language", "tags")}
    return Article(id=article.id, title=title, text=lf(article.text), **fields(raw))


def write(corpus: Path, article: Article, *, replace: bool = False) -> Path:
    """Write an article as a Markdown file with front matter; `read` gives `normalised(article)` back.

    Nothing is written if the corpus holds that very article already.

    Args:
        corpus: The folder of the articles; made when missing.
        article: Its id decides where it lies.
        replace: Whether it may take the place of a different article of that id.

    Returns:
        The file.

    Raises:
        UsageError: Its id would leave the corpus or is no file name, or a field cannot be kept.
        ArticleExists: A different article has that id, and `replace` is false.
        CorpusError: It is too large, or the file cannot be written.
    """
    check_id(article.id)
    article = normalised(article)
    path = corpus / f"{article.id}.md"
    data = _rendered(article)
    with file_errors(shown(corpus, path)):
        held = _claim(corpus, path, article.id, replace=replace, same=lambda: _holds(corpus, path, article))
        if held is None:
            return path
        with atomic_write(path) as stream:
            stream.write(data)
        _remove(corpus, [other for other in held if other != path], article.id)
    return path


def copy_in(corpus: Path, source: Path, *, collection: str = "", replace: bool = False) -> Path:
    """Copy a Markdown, text or `.jsonl` file into the corpus, byte for byte, after reading it once.

    A file that lies in the corpus already is used where it is; an identical copy is left alone.

    Args:
        corpus: The folder of the articles; made when missing.
        source: The file.
        collection: The folder under the corpus to put it in.
        replace: Whether it may take the place of a different file of that id.

    Returns:
        The file in the corpus.

    Raises:
        UsageError: `collection` is no folder name, or the file is hidden.
        UnsupportedFormat: It is not an article file: convert it instead.
        UnreadableFile: It holds no article.
        ArticleExists: A different file has that id, and `replace` is false.
        CorpusError: The copy cannot be written.
    """
    if collection:
        check_id(collection, what="a collection")
    inside = _already_in(corpus, source)
    if inside is not None:
        _check(inside, shown(corpus, inside), id_of(corpus, inside))
        return inside
    if ignored(source.name):
        raise UsageError(
            f'{source.name} would be ignored in the corpus: its name begins with "{source.name[0]}".'
        )
    path = corpus / collection / normalize("NFC", source.name)
    name = id_of(corpus, path)
    _check(source, shown(corpus, source), name)
    with file_errors(shown(corpus, path)):
        held = _claim(
            corpus, path, name, replace=replace, same=lambda: filecmp.cmp(source, path, shallow=False)
        )
        if held is None:
            return path
        with atomic_write(path) as stream, source.open("rb") as content:
            shutil.copyfileobj(content, stream)
        _remove(corpus, [other for other in held if other != path], name)
    return path


def delete(corpus: Path, article_id: str) -> Path:
    """Delete an article: its file, or its row in a `.jsonl`, whose other bytes stay as they are.

    A dump without rows and a folder without files go too. Where several files claim the id, all of them
    go, so that none takes the place of the one removed.

    Returns:
        The file that held it.

    Raises:
        ArticleNotFound: The corpus has no article of that id.
        CorpusError: The file cannot be changed.
    """
    article_id = normalize("NFC", article_id)
    found = homes(corpus, article_id)
    if not found:
        raise ArticleNotFound(f'No article in {corpus} has the id "{one_line(article_id, 80)}".')
    with file_errors(shown(corpus, found[0])):
        _remove(corpus, found, article_id)
    return found[0]


def _rendered(article: Article) -> bytes:
    """The article's file; it is read once, which refuses what is too large to be read later."""
    raw: dict[str, object] = {"title": article.title, "url": article.url, "source": article.source}
    if article.published:  # as a date, so that YAML leaves out the quotes
        kind: type[date] = date if len(article.published) == 10 else datetime
        raw["published"] = kind.fromisoformat(article.published)
    raw |= {"language": article.language, "tags": list(article.tags)}
    data = join({key: value for key, value in raw.items() if value}, article.text).encode()
    parse_text(data, f"{article.id}.md", article.id, markdown=True)
    return data


def _already_in(corpus: Path, source: Path) -> Path | None:
    """The path under the corpus of a file that lies in it, or None."""
    try:
        relative = source.resolve().relative_to(corpus.resolve())
    except ValueError:
        return None
    for part in relative.parts:
        if ignored(part):
            raise UsageError(f'{source} is ignored in the corpus: "{part}" begins with "{part[0]}".')
    return corpus / relative


def _check(path: Path, name: str, file_id: str) -> None:
    if not suffix_of(path.name):
        raise UnsupportedFormat(f"{name} is not an article file (.md, .markdown, .txt or .jsonl).")
    articles, skipped = parse(path, name, file_id, None)
    if not articles:
        raise UnreadableFile(
            f"{name} holds no article. Its first line is skipped because: {skipped[0].reason}"
        )


def _holds(corpus: Path, path: Path, article: Article) -> bool:
    try:
        return read(corpus, path)[0] == [article]
    except UnreadableFile:
        return False


def _claim(
    corpus: Path, path: Path, name: str, *, replace: bool, same: Callable[[], bool]
) -> list[Path] | None:
    """Files that a new file at `path` replaces; None if it exists already.

    Raises:
        UsageError: The path leaves the corpus through a link.
        ArticleExists: There are such files, and they may not be replaced.
    """
    if not path.parent.resolve().is_relative_to(corpus.resolve()):
        raise UsageError(f"{shown(corpus, path.parent)} is a link that leads out of the corpus.")
    if path.is_file() and same():
        return None
    held = [] if suffix_of(path.name) == DUMP_SUFFIX else homes(corpus, name)
    if path.is_symlink() or path.exists():
        held.append(path)
    if held and not replace:
        raise ArticleExists(
            f'The id "{name}" is taken by {shown(corpus, held[0])}, which differs. '
            "Remove that first, give the new one another name, or add it with --replace."
        )
    return held


def _remove(corpus: Path, paths: list[Path], name: str) -> None:
    for path in paths:
        dump = suffix_of(path.name) == DUMP_SUFFIX
        if not (dump and remove_row(path, name[len(id_of(corpus, path)) + 1 :])):
            remove_file(path, corpus)
