"""Whatever happens to the corpus, in whatever order: following it gives what building it anew gives."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from index.errors import ArticleNotFound
from tests.index.library import Library

TEXTS = (
    "The ferry leaves at nine. It returns at five.",
    "The ferry leaves at nine. Dogs travel free.\n\n- Bring a lead.\n- Bring water.",
    "# Rules\n\nSix books for three weeks.\n\n## Fines\n\nTen pence a day.",
    "The bridge is closed.",
)
TITLES = ("Ferry", "Rules", "Closed")
NAMES = ("a.md", "a.markdown", "a.txt", "b.md", "b/c.md", "b/c.txt")
DUMPS = ("a.jsonl", "b.jsonl")

texts = st.sampled_from(TEXTS)
titles = st.sampled_from(TITLES)
rows = st.lists(st.tuples(st.sampled_from(["c", "d", ""]), titles, texts), max_size=4)


def article(name: str, title: str, text: str) -> str:
    return f"{title}\n\n{text}\n" if name.endswith(".txt") else f"---\ntitle: {title}\n---\n\n{text}\n"


def dump(found: list[tuple[str, str, str]]) -> str:
    return "".join(
        json.dumps({"id": name, "title": title, "text": text}) + "\n" for name, title, text in found
    )


Step = Callable[[Library], object]


def write(name: str, title: str, text: str) -> Step:
    return lambda library: library.write(name, article(name, title, text))


def write_rows(name: str, found: list[tuple[str, str, str]]) -> Step:
    return lambda library: library.write(name, dump(found))


def break_(name: str) -> Step:
    return lambda library: library.write(name, b"\xff\xfe")


def delete(name: str) -> Step:
    return lambda library: (library.corpus / name).unlink(missing_ok=True)


def remove(article_id: str) -> Step:
    def step(library: Library) -> None:
        library.builder().rebuild(allow_empty=True)
        try:
            library.builder().remove([article_id])
        except ArticleNotFound:
            assert article_id not in library.content()["articles"]

    return step


def add(name: str, title: str, text: str) -> Step:
    def step(library: Library) -> None:
        library.builder().rebuild(allow_empty=True)
        library.builder().add([library.write(name, article(name, title, text))])

    return step


steps = st.one_of(
    st.builds(write, st.sampled_from(NAMES), titles, texts),
    st.builds(write, st.sampled_from(NAMES), titles, texts),
    st.builds(write_rows, st.sampled_from(DUMPS), rows),
    st.builds(break_, st.sampled_from([*NAMES, *DUMPS])),
    st.builds(delete, st.sampled_from([*NAMES, *DUMPS])),
    st.builds(remove, st.sampled_from(["a", "b", "b/c", "a/c", "b/d"])),
    st.builds(add, st.sampled_from(NAMES), titles, texts),
    st.just(lambda library: library.builder().rebuild(allow_empty=True)),
    st.just(lambda library: library.builder().rebuild(full=True, allow_empty=True)),
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(steps, min_size=1, max_size=8))
def test_following_the_corpus_gives_what_building_it_anew_gives(todo: list[Step]) -> None:
    root = Path(tempfile.mkdtemp())
    try:
        library, other = Library(root / "one"), Library(root / "two")
        library.corpus.mkdir(parents=True)
        library.builder().rebuild(allow_empty=True)
        for step in todo:
            step(library)
        library.builder().rebuild(allow_empty=True)
        other.root.mkdir()
        (other.root / "corpus").symlink_to(library.corpus)
        other.builder().rebuild(allow_empty=True)
        assert library.builder().verify() == []
        assert library.content() == other.content()
        again = library.builder().rebuild(allow_empty=True)
        assert (again.added, again.changed, again.removed, again.encoded) == ((), (), (), 0)
    finally:
        shutil.rmtree(root)
