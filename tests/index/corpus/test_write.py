import json
import os
import stat
import unicodedata
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from index import corpus
from index.errors import (
    ArticleExists,
    ArticleNotFound,
    CorpusError,
    UnreadableFile,
    UnsupportedFormat,
    UsageError,
)
from index.types import Article

LIBRARY = Article(
    id="news/library",
    title="Saltmere library opens on Sundays",
    text="The library opens at ten.\n\nIt closes at four.",
    url="https://saltmere.example/library",
    source="Town council",
    published="2026-09-03",
    language="en",
    tags=("library", "hours"),
)
ROWS = [
    {"id": str(number), "title": f"Notice {number}", "text": f"Notice {number} is short."}
    for number in range(4)
]

printable = st.text(st.characters(codec="utf-8"), max_size=60)
hostile = st.sampled_from(
    [
        '"',
        "'",
        ": ",
        " #",
        "---",
        "\n",
        "\r\n",
        "\r",
        "\n---\n",
        "\n...\n",
        "- ",
        "? ",
        "|",
        ">",
        "%",
        "@",
        "`",
        "\t",
    ]
    + [
        "no",
        "~",
        "null",
        "2024-05-31",
        "1.10",
        "{a}",
        "[b]",
        "&a",
        "*a",
        "!!str",
        "<<",
        "\ufeff",
        "\u2028",
        "\x85",
    ]
    + ["\x07", "\ufffe", "\U0001f9ed", "👩‍👩‍👧", "ferry", " ", "# Heading\n", "\x0c", "\xa0"]
)
texts = (
    st.lists(st.one_of(hostile, printable), max_size=12).map("".join).filter(lambda text: "\0" not in text)
)
visible = st.tuples(texts, texts).map("ferry".join)
dates = st.one_of(
    st.none(),
    st.dates().map(str),
    st.datetimes(timezones=st.one_of(st.none(), st.timezones())).map(lambda moment: moment.isoformat()),
)
articles = st.builds(
    Article,
    id=st.sampled_from(["a", "news/a b", "x/y/ünï.v2"]),
    title=visible,
    text=visible,
    url=st.sampled_from([None, "https://example.org/?q=a&b=%20#c", "http://münchen.example:8080/x"]),
    source=st.one_of(st.none(), texts),
    published=dates,
    language=st.sampled_from([None, "en", "no", "pt-BR"]),
    tags=st.lists(texts, max_size=4).map(tuple),
)


def put(folder: Path, name: str, content: str | bytes) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def names(folder: Path) -> list[str]:
    """Everything in a folder, hidden or not."""
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*"))


def dump(*rows: dict[str, str]) -> bytes:
    return b"".join(json.dumps(row).encode() + b"\n" for row in rows)


class TestWrite:
    def test_file_reads_well(self, tmp_path):
        path = corpus.write(tmp_path / "corpus", LIBRARY)
        assert path == tmp_path / "corpus/news/library.md"
        assert path.read_text() == (
            "---\n"
            "title: Saltmere library opens on Sundays\n"
            "url: https://saltmere.example/library\n"
            "source: Town council\n"
            "published: 2026-09-03\n"
            "language: en\n"
            "tags:\n- library\n- hours\n"
            "---\n\n"
            "The library opens at ten.\n\nIt closes at four.\n"
        )
        assert names(tmp_path) == ["corpus", "corpus/news", "corpus/news/library.md"]

    @settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
    @given(article=articles)
    def test_what_is_written_is_read_back(self, tmp_path, article):
        wanted = corpus.normalised(article)
        path = corpus.write(tmp_path, article, replace=True)
        assert corpus.read(tmp_path, path) == ([wanted], [])
        assert corpus.normalised(wanted) == wanted
        assert corpus.write(tmp_path, wanted) == path  # as it stands, it is the same article
        assert corpus.locate(tmp_path, article.id) == path

    def test_permissions_are_those_of_any_new_file(self, tmp_path):
        ordinary = put(tmp_path, "ordinary.md", "Text.")
        path = corpus.write(tmp_path, LIBRARY)
        assert path.stat().st_mode == ordinary.stat().st_mode
        path.chmod(0o640)
        corpus.write(tmp_path, replace(LIBRARY, text="The library is closed."), replace=True)
        assert stat.S_IMODE(path.stat().st_mode) == 0o640

    @pytest.mark.parametrize(
        "wrong",
        [
            "",
            "../escape",
            "/etc/passwd",
            "a/../b",
            "a//b",
            "a/",
            "./a",
            "C:\\a",
            "a:b",
            "what?",
            "con",
            "news/LPT1.x",
        ]
        + ["a\nb", "a\0", "\ud800", "trailing.", "space ", " space", ".hidden", "~tilde", "#hash", "a/.b/c"]
        + ["x" * 201, "x/" * 600, unicodedata.normalize("NFD", "café")],
    )
    def test_ids_that_are_no_file_names(self, tmp_path, wrong):
        with pytest.raises(UsageError, match="cannot be an article id: ") as caught:
            corpus.write(tmp_path / "corpus", replace(LIBRARY, id=wrong))
        assert str(caught.value).encode().isascii() or "…" in str(caught.value)
        assert names(tmp_path) == []

    def test_link_out_of_the_corpus(self, tmp_path):
        (tmp_path / "outside").mkdir()
        (tmp_path / "corpus").mkdir()
        (tmp_path / "corpus/news").symlink_to("../outside")
        with pytest.raises(UsageError, match="news is a link that leads out of the corpus"):
            corpus.write(tmp_path / "corpus", LIBRARY)
        assert names(tmp_path / "outside") == []

    @pytest.mark.parametrize(
        ("change", "reason"),
        [
            ({"text": " \n"}, "there is no text in it"),
            ({"text": "a\0b"}, "the text holds a NUL character"),
            ({"text": "a\ud800"}, "half of a surrogate pair"),
            ({"title": "\x07"}, "it has no title"),
            ({"url": "ftp://example.org"}, '"url" must be an address'),
            ({"published": "soon"}, '"published" must be a date'),
            ({"language": "?"}, '"language" must be a code'),
        ],
    )
    def test_fields_that_cannot_be_kept(self, tmp_path, change, reason):
        with pytest.raises(UsageError, match=reason):
            corpus.write(tmp_path, replace(LIBRARY, **change))
        assert names(tmp_path) == []

    def test_too_large(self, tmp_path):
        with pytest.raises(CorpusError, match="larger than 20 MiB"):
            corpus.write(tmp_path, replace(LIBRARY, text="x" * corpus.SIZE_LIMIT))

    def test_front_matter_that_grows_too_long_when_escaped(self, tmp_path):
        tags = tuple("\uffff" * 298 + chr(97 + number) for number in range(100))
        with pytest.raises(CorpusError, match="within 64 KiB"):
            corpus.write(tmp_path, replace(LIBRARY, tags=tags))
        assert names(tmp_path) == []

    def test_another_article_is_not_overwritten(self, tmp_path):
        corpus.write(tmp_path, LIBRARY)
        other = replace(LIBRARY, text="The library is closed.")
        with pytest.raises(
            ArticleExists, match=r'"news/library" is taken by news/library\.md, which differs'
        ):
            corpus.write(tmp_path, other)
        path = corpus.write(tmp_path, other, replace=True)
        assert corpus.read(tmp_path, path) == ([other], [])

    def test_unreadable_file_in_its_place_is_not_overwritten(self, tmp_path):
        put(tmp_path, "news/library.md", b"\xff")
        with pytest.raises(ArticleExists):
            corpus.write(tmp_path, LIBRARY)

    def test_replacing_takes_every_file_of_that_id(self, tmp_path):
        put(tmp_path, "news/library.txt", "Library\nOld.")
        put(tmp_path, "news.jsonl", dump({"id": "library", "text": "Older."}, *ROWS))
        with pytest.raises(ArticleExists, match=r"is taken by news\.jsonl"):
            corpus.write(tmp_path, LIBRARY)
        corpus.write(tmp_path, LIBRARY, replace=True)
        assert names(tmp_path) == ["news", "news.jsonl", "news/library.md"]
        assert (tmp_path / "news.jsonl").read_bytes() == dump(*ROWS)

    def test_failure_leaves_nothing_behind(self, tmp_path):
        put(tmp_path, "news", "a file where a folder should be")
        with pytest.raises(CorpusError, match=r"news/library\.md cannot be changed: "):
            corpus.write(tmp_path, LIBRARY)
        (tmp_path / "b.md").mkdir()
        with pytest.raises(CorpusError, match=r"b\.md cannot be changed: "):
            corpus.write(tmp_path, replace(LIBRARY, id="b"), replace=True)
        assert names(tmp_path) == ["b.md", "news"]


class TestCopyIn:
    def test_bytes_are_kept(self, tmp_path):
        content = b"\xef\xbb\xbfTitle\r\n\r\nIn a caf\xc3\xa9.\r\n\r\n"
        source = put(tmp_path, "letters/note.txt", content)
        path = corpus.copy_in(tmp_path / "corpus", source, collection="letters/2026")
        assert path == tmp_path / "corpus/letters/2026/note.txt"
        assert path.read_bytes() == content
        assert corpus.copy_in(tmp_path / "corpus", source, collection="letters/2026") == path

    def test_name_is_brought_into_normal_form(self, tmp_path):
        source = put(tmp_path, unicodedata.normalize("NFD", "café.md"), "Coffee.")
        assert corpus.copy_in(tmp_path / "corpus", source).name == "café.md"

    def test_different_file_of_that_id(self, tmp_path):
        folder = tmp_path / "corpus"
        put(folder, "note.txt", "Title\nOld.")
        source = put(tmp_path, "note.md", "# New\n\nNew.")
        with pytest.raises(ArticleExists, match=r'The id "note" is taken by note\.txt'):
            corpus.copy_in(folder, source)
        corpus.copy_in(folder, source, replace=True)
        assert names(folder) == ["note.md"]
        source.write_text("Newer.")
        with pytest.raises(ArticleExists, match=r"is taken by note\.md, which differs"):
            corpus.copy_in(folder, source)
        assert corpus.copy_in(folder, source, replace=True).read_text() == "Newer."

    def test_dump(self, tmp_path):
        source = put(tmp_path, "notices.jsonl", dump(*ROWS) + b"not a row\n")
        path = corpus.copy_in(tmp_path / "corpus", source)
        assert path.read_bytes() == source.read_bytes()
        source.write_bytes(dump(*ROWS[:2]))
        with pytest.raises(ArticleExists):
            corpus.copy_in(tmp_path / "corpus", source)
        corpus.copy_in(tmp_path / "corpus", source, replace=True)
        assert path.read_bytes() == dump(*ROWS[:2])

    def test_file_in_the_corpus_is_used_where_it_is(self, tmp_path, monkeypatch):
        put(tmp_path, "corpus/news/a.md", "Text.")
        monkeypatch.chdir(tmp_path / "corpus/news")
        assert corpus.copy_in(tmp_path / "corpus", Path("a.md")) == tmp_path / "corpus/news/a.md"
        assert corpus.copy_in(Path(".."), Path("a.md"), collection="other") == Path("../news/a.md")
        put(tmp_path, "corpus/.drafts/b.md", "Text.")
        with pytest.raises(UsageError, match=r'"\.drafts" begins with'):
            corpus.copy_in(tmp_path / "corpus", tmp_path / "corpus/.drafts/b.md")

    def test_refused_before_anything_is_copied(self, tmp_path):
        folder = tmp_path / "corpus"
        bad = put(tmp_path, "bad.md", b"\xff")
        with pytest.raises(UnreadableFile, match=r"bad\.md is not UTF-8"):
            corpus.copy_in(folder, bad)
        rows = put(tmp_path, "bad.jsonl", '{"id": 1}\n{}\n')
        with pytest.raises(
            UnreadableFile, match=r'bad\.jsonl holds no article\. Its first line .* "text" is missing'
        ):
            corpus.copy_in(folder, rows)
        with pytest.raises(UnreadableFile, match=r"gone\.md cannot be read"):
            corpus.copy_in(folder, tmp_path / "gone.md")
        with pytest.raises(UnsupportedFormat, match=r"a\.pdf is not an article file"):
            corpus.copy_in(folder, put(tmp_path, "a.pdf", "%PDF-"))
        with pytest.raises(UsageError, match=r"\.hidden\.md would be ignored"):
            corpus.copy_in(folder, put(tmp_path, ".hidden.md", "Text."))
        with pytest.raises(UsageError, match="cannot be a collection"):
            corpus.copy_in(folder, put(tmp_path, "a.md", "Text."), collection="../up")
        with pytest.raises(UnreadableFile, match="has a name that cannot be"):
            corpus.copy_in(folder, put(tmp_path, "two\nlines.md", "Text."))
        assert not folder.exists()


class TestDelete:
    def test_file_and_the_folders_it_leaves_empty(self, tmp_path):
        put(tmp_path, "news/2026/may/a.md", "Text.")
        put(tmp_path, "news/b.txt", "Text.")
        assert corpus.delete(tmp_path, "news/2026/may/a") == tmp_path / "news/2026/may/a.md"
        assert names(tmp_path) == ["news", "news/b.txt"]
        corpus.delete(tmp_path, "news/b")
        assert tmp_path.is_dir()
        assert names(tmp_path) == []

    @pytest.mark.parametrize(
        "wrong",
        ["nothing", "news", "news/a.md", "../outside", "news/../news/a", "", ".git/x", "a\0b", "x" * 300]
        + ["x" * 2000, "\ud800", "notices", "notices/9", "broken/1"],
    )
    def test_no_article_of_that_id(self, tmp_path, wrong):
        folder = tmp_path / "corpus"
        put(tmp_path, "outside.md", "Text.")
        for name in ["news/a.md", ".git/x.md"]:
            put(folder, name, "Text.")
        put(folder, "notices.jsonl", dump(*ROWS))
        put(folder, "broken.jsonl", b"\0\n")
        before = names(tmp_path)
        assert corpus.locate(folder, wrong) is None
        with pytest.raises(ArticleNotFound, match="has the id"):
            corpus.delete(folder, wrong)
        assert names(tmp_path) == before

    def test_every_file_of_that_id(self, tmp_path):
        for name in ["a.md", "a.markdown", "a.TXT", "b.Md"]:
            put(tmp_path, name, "Text.")
        assert corpus.locate(tmp_path, "a") == tmp_path / "a.TXT"
        corpus.delete(tmp_path, "a")
        assert names(tmp_path) == ["b.Md"]
        assert corpus.delete(tmp_path, "b").name == "b.Md"

    def test_names_in_any_unicode_form(self, tmp_path):
        parts = [unicodedata.normalize("NFD", "Zürich"), "café.md"]
        path = put(tmp_path, "/".join(parts), "Text.")
        assert corpus.locate(tmp_path, unicodedata.normalize("NFD", "Zürich/café")) == path
        assert corpus.delete(tmp_path, "Zürich/café") == path
        assert names(tmp_path) == []

    def test_link_is_deleted_and_its_target_is_not(self, tmp_path):
        put(tmp_path, ".data/a.md", "Text.")
        (tmp_path / "a.md").symlink_to(".data/a.md")
        corpus.delete(tmp_path, "a")
        assert names(tmp_path) == [".data", ".data/a.md"]
        (tmp_path / "out.md").symlink_to("/etc/hostname")
        assert corpus.locate(tmp_path, "out") is None

    def test_row(self, tmp_path):
        lines = dump(*ROWS).splitlines(keepends=True)
        odd = [b"\n", b"  not a row \r\n", b'{"id": "2", "text": ""}\n', b'{"id": 2, "text": "Again."}']
        path = put(tmp_path, "dumps/notices.jsonl", b"".join(lines + odd))
        path.chmod(0o640)
        assert corpus.delete(tmp_path, "dumps/notices/2") == path
        assert path.read_bytes() == b"".join(lines[:2] + lines[3:] + odd[:2])
        assert corpus.locate(tmp_path, "dumps/notices/2") is None
        assert corpus.locate(tmp_path, "dumps/notices/3") == path
        assert stat.S_IMODE(path.stat().st_mode) == 0o640
        assert names(tmp_path) == ["dumps", "dumps/notices.jsonl"]

    def test_row_whose_id_looks_like_a_path(self, tmp_path):
        ids = ["../x", "https://example.org//a", "a/b", "."]
        put(tmp_path, "dumps/web.jsonl", dump(*({"id": one, "text": "Text."} for one in ids)))
        articles, _ = corpus.read(tmp_path, tmp_path / "dumps/web.jsonl")
        for article in articles:
            corpus.delete(tmp_path, article.id)
        assert names(tmp_path) == []

    def test_last_row_takes_the_file_with_it(self, tmp_path):
        put(tmp_path, "dumps/notices.jsonl", b"\xef\xbb\xbf" + dump(ROWS[0]) + b"\n \n")
        corpus.delete(tmp_path, "dumps/notices/0")
        assert names(tmp_path) == []

    def test_byte_order_mark_stays(self, tmp_path):
        path = put(tmp_path, "a.jsonl", b"\xef\xbb\xbf" + dump(*ROWS[:2]))
        corpus.delete(tmp_path, "a/0")
        assert path.read_bytes() == b"\xef\xbb\xbf" + dump(ROWS[1])

    def test_dump_behind_a_link_is_changed_where_it_lies(self, tmp_path):
        real = put(tmp_path, ".data/a.jsonl", dump(*ROWS[:2]))
        (tmp_path / "a.jsonl").symlink_to(real)
        corpus.delete(tmp_path, "a/0")
        assert (tmp_path / "a.jsonl").is_symlink()
        assert real.read_bytes() == dump(ROWS[1])

    def test_overlong_lines_are_kept_and_never_taken_for_rows(self, tmp_path, monkeypatch):
        for module in ("_format", "_folder"):
            monkeypatch.setattr(f"index.corpus.{module}.SIZE_LIMIT", 100)
        row = dump(ROWS[0])
        content = b"x" * 101 + row + row + b"y" * 500
        path = put(tmp_path, "a.jsonl", content)
        corpus.delete(tmp_path, "a/0")
        assert path.read_bytes() == b"x" * 101 + row + b"y" * 500

    @settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
    @given(
        ids=st.lists(st.sampled_from(["1", "2", "é", "e\u0301", "a/b", "sp ace"]), min_size=1, max_size=8),
        ending=st.sampled_from(["\n", "\r\n"]),
        last=st.booleans(),
    )
    def test_dump_without_a_row_reads_as_before_without_it(self, tmp_path, ids, ending, last):
        lines = [json.dumps({"id": one, "text": f"Row {number}."}) + ending for number, one in enumerate(ids)]
        path = put(tmp_path, "d.jsonl", "".join(lines).removesuffix(ending if last else ""))
        before, _ = corpus.read(tmp_path, path)
        gone = before[-1].id
        corpus.delete(tmp_path, gone)
        after = corpus.read(tmp_path, path)[0] if path.exists() else []
        assert after == [one for one in before if one.id != gone]
        assert corpus.locate(tmp_path, gone) is None
        path.unlink(missing_ok=True)

    def test_system_refusals_are_one_sentence(self, tmp_path):
        folder = put(tmp_path, "corpus/news/a.md", "Text.").parent
        for path in (tmp_path, *tmp_path.parents):
            if path.stat().st_uid == os.getuid() and path != Path("/"):
                path.chmod(path.stat().st_mode | 0o711)
        folder.chmod(0o555)
        nobody = os.geteuid() == 0
        if nobody:
            os.seteuid(65534)
        try:
            with pytest.raises(CorpusError, match=r"news/a\.md cannot be changed: Permission denied"):
                corpus.delete(tmp_path / "corpus", "news/a")
        finally:
            if nobody:
                os.seteuid(0)
            folder.chmod(0o755)
        assert (folder / "a.md").exists()


def test_files_read_and_locate_agree(tmp_path):
    for name in ["a.md", "b/c.txt", "b/d.v2.markdown", "E.TXT", "über/straße.md"]:
        put(tmp_path, name, "Title\nText.")
    put(tmp_path, "b/rows.jsonl", dump(*ROWS))
    for path in corpus.files(tmp_path):
        for article in corpus.read(tmp_path, path)[0]:
            assert corpus.locate(tmp_path, article.id) == path
            corpus.delete(tmp_path, article.id)
    assert names(tmp_path) == []
