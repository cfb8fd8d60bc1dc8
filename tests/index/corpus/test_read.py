import json
import os
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index import corpus
from index.errors import CorpusError, UnreadableFile, UnsupportedFormat, UsageError
from index.types import Article

FERRY = """\
---
title: "Winter timetable: the Gull Island ferry"
url: https://saltmere.example/ferry
source: Saltmere Harbour Office
published: 2026-10-12
language: en
tags: [ferry, timetable]
---

The ferry leaves Saltmere at **7:40** and 16:10.

It does not sail in a gale.
"""


@contextmanager
def unprivileged() -> Iterator[None]:
    """Root may read everything, so permissions are tried as somebody else."""
    if os.geteuid():
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


def put(folder: Path, name: str, content: str | bytes) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def read_one(folder: Path, name: str, content: str | bytes) -> Article:
    articles, skipped = corpus.read(folder, put(folder, name, content))
    assert skipped == []
    assert len(articles) == 1
    return articles[0]


def refusal(folder: Path, name: str, content: str | bytes) -> str:
    with pytest.raises(UnreadableFile) as caught:
        corpus.read(folder, put(folder, name, content))
    assert name.encode("utf-8", "replace").decode() in str(caught.value)
    return str(caught.value)


class TestFiles:
    def test_sorted_by_path_and_only_articles(self, tmp_path):
        for name in ["b.md", "a/z.txt", "a.jsonl", "a/b.markdown", "LOUD.MD", "notes.docx", "picture.png"]:
            put(tmp_path, name, "Text.")
        names = [path.relative_to(tmp_path).as_posix() for path in corpus.files(tmp_path)]
        assert names == ["LOUD.MD", "a.jsonl", "a/b.markdown", "a/z.txt", "b.md"]

    def test_hidden_files_and_editor_leftovers_are_left_out(self, tmp_path):
        for name in [
            ".git/x.md",
            ".hidden.md",
            "~$letter.md",
            "#a.md#",
            "#a.md",
            "a.md~",
            ".#a.md",
            "a.md.swp",
        ]:
            put(tmp_path, name, "Text.")
        put(tmp_path, "folder.md/real.md", "Text.")
        assert [path.name for path in corpus.files(tmp_path)] == ["real.md"]

    def test_links_are_followed_inside_the_corpus_only(self, tmp_path):
        outside = put(tmp_path, "outside/secret.md", "Text.")
        folder = tmp_path / "corpus"
        put(folder, ".release-7/news/a.md", "Text.")
        put(folder, "docs/b.md", "Text.")
        (folder / "current").symlink_to(".release-7/news")
        (folder / "again").symlink_to("docs")  # its articles are listed already
        (folder / "loop").symlink_to(".")
        (folder / "itself.md").symlink_to("itself.md")
        (folder / "dangling.md").symlink_to("nothing.md")
        (folder / "same.md").symlink_to("docs/b.md")
        (folder / "out.md").symlink_to(outside)
        (folder / "out").symlink_to(outside.parent)
        (folder / "sibling").symlink_to("../corpus-2")
        put(tmp_path, "corpus-2/c.md", "Text.")
        names = [path.relative_to(folder).as_posix() for path in corpus.files(folder)]
        assert names == ["current/a.md", "docs/b.md", "same.md"]

    def test_corpus_may_itself_be_a_link_and_relative(self, tmp_path, monkeypatch):
        put(tmp_path, "articles/a.md", "Text.")
        (tmp_path / "corpus").symlink_to("articles")
        monkeypatch.chdir(tmp_path)
        assert corpus.files(Path("corpus")) == [Path("corpus/a.md")]
        assert corpus.article_id(Path("corpus"), Path("corpus/a.md")) == "a"
        assert corpus.locate(Path("corpus"), "a") == Path("corpus/a.md")

    @pytest.mark.parametrize("name", ["nowhere", "a.md", "a.md/below"])
    def test_no_folder(self, tmp_path, name):
        put(tmp_path, "a.md", "Text.")
        with pytest.raises(CorpusError, match=r"There is no folder of articles at .*Create it"):
            corpus.files(tmp_path / name)

    def test_folder_that_may_not_be_read_is_not_taken_for_empty(self, tmp_path):
        folder = tmp_path / "corpus"
        locked = put(folder, "locked/a.md", "Text.").parent
        for path in (tmp_path, *tmp_path.parents):
            if path.stat().st_uid == os.getuid() and path != Path("/"):
                path.chmod(path.stat().st_mode | 0o711)
        folder.chmod(0o755)
        locked.chmod(0)
        with unprivileged(), pytest.raises(CorpusError, match="locked cannot be read: Permission denied"):
            corpus.files(folder)
        with unprivileged(), pytest.raises(CorpusError, match="cannot be read: Permission denied"):
            corpus.locate(folder, "locked/a")
        locked.chmod(0o700)


class TestIds:
    def test_path_without_suffix(self, tmp_path):
        assert corpus.article_id(tmp_path, tmp_path / "news" / "v1.2.md") == "news/v1.2"

    def test_unicode_normal_form(self, tmp_path):
        name = unicodedata.normalize("NFD", "Café Zürich.md")
        assert corpus.article_id(tmp_path, tmp_path / name) == "Café Zürich"

    def test_outside(self, tmp_path):
        with pytest.raises(UsageError, match="is not in the corpus"):
            corpus.article_id(tmp_path / "corpus", tmp_path / "a.md")
        assert corpus.shown(tmp_path / "corpus", tmp_path / "a.md") == str(tmp_path / "a.md")

    @pytest.mark.parametrize("name", [b"bad\xffname.md", b"two\nlines.md", b"bell\x07.md"])
    def test_names_that_no_message_could_show(self, tmp_path, name):
        path = tmp_path / os.fsdecode(name)
        path.write_text("Text.")
        assert corpus.files(tmp_path) == [path]
        with pytest.raises(UnreadableFile, match=r"without control characters") as caught:
            corpus.read(tmp_path, path)
        assert str(caught.value).isprintable()
        str(caught.value).encode()

    @pytest.mark.parametrize(
        ("title", "slug"),
        [
            ("Why did Mali thank Russia?", "why-did-mali-thank-russia"),
            ("Don’t panic: 10 Größen für Łódź", "dont-panic-10-grossen-fur-lodz"),
            ("Crème brûlée", "creme-brulee"),
        ],
    )
    def test_slug_reads_like_the_title(self, title, slug):
        assert corpus.slug(title) == slug

    def test_slug_keeps_titles_of_other_scripts_apart(self):
        titles = ["東京の天気", "大阪の天気", "Погода в Москве", "!!!", "con", "Tokyo 東京", "Tokyo 大阪"]
        assert len({corpus.slug(title) for title in titles}) == len(titles)
        assert corpus.slug("!!!").startswith("article-")
        assert corpus.slug("Tokyo 東京").startswith("tokyo-")

    def test_slug_of_a_long_title_is_cut_at_a_word(self):
        one = corpus.slug("The council " * 20 + "agreed")
        two = corpus.slug("The council " * 20 + "refused")
        assert one != two
        assert one.rpartition("-")[0].endswith(("the", "council"))
        assert len(corpus.slug("x" * 500)) <= 80

    @given(st.text(max_size=200))
    def test_slug_is_always_an_id(self, title):
        slug = corpus.slug(title)
        assert 0 < len(slug) <= 80
        corpus.normalised(Article(id=slug, title="Any", text="Any."))
        assert set(slug) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")


class TestMarkdown:
    def test_front_matter(self, tmp_path):
        assert read_one(tmp_path, "news/ferry.md", FERRY) == Article(
            id="news/ferry",
            title="Winter timetable: the Gull Island ferry",
            text="The ferry leaves Saltmere at **7:40** and 16:10.\n\nIt does not sail in a gale.",
            url="https://saltmere.example/ferry",
            source="Saltmere Harbour Office",
            published="2026-10-12",
            language="en",
            tags=("ferry", "timetable"),
        )

    def test_content_given_is_not_read_again(self, tmp_path):
        articles, _ = corpus.read(tmp_path, tmp_path / "never-written.md", b"# Rules\n\nBe kind.")
        assert [(one.id, one.title) for one in articles] == [("never-written", "Rules")]

    def test_byte_order_mark_and_line_endings(self, tmp_path):
        windows = b"\xef\xbb\xbf" + FERRY.replace("\n", "\r\n").encode()
        assert read_one(tmp_path, "a.md", windows) == read_one(tmp_path, "a.md", FERRY)
        assert read_one(tmp_path, "mac.md", b"One.\rTwo.\r").text == "One.\nTwo."

    def test_body_is_literally_in_the_file(self, tmp_path):
        body = "  indented\n\n---\n\n| a | b |\n\ttab\u2028and\x0cfeed  \n..."
        assert read_one(tmp_path, "a.md", f"---\ntitle: T\n---\n{body}").text == body
        assert read_one(tmp_path, "a.md", f"---\ntitle: T\n---\n\n{body}\n").text == body
        assert read_one(tmp_path, "a.md", body).text == body

    @pytest.mark.parametrize(
        ("body", "title"),
        [
            ("Intro.\n\n# The *rules* #\n\n# Second\n", "The *rules*"),
            ("```sh\n# not a title\n~~~\n```\n\n  # After code\n\nx", "After code"),
            ("~~~~\n# no\n```\n~~~~\n# Yes\n", "Yes"),
            ("#hashtag\n\n## Second level\n\nText.", "House rules 2026"),
            ("# \n\nText.", "House rules 2026"),
        ],
    )
    def test_title_from_first_heading_or_name(self, tmp_path, body, title):
        assert read_one(tmp_path, "talk/house-rules_2026.md", body).title == title

    def test_scalars_are_kept_as_written(self, tmp_path):
        one = read_one(
            tmp_path, "a.md", "---\nTitle: 1.10\nlanguage: no\nsource: 0123\ntags: [yes, 7]\n---\nText."
        )
        assert (one.title, one.language, one.source, one.tags) == ("1.10", "no", "0123", ("yes", "7"))

    def test_blank_and_unknown_fields(self, tmp_path):
        head = "title:\nurl: ~\nsource: null\npublished: ''\ntags:\nauthor: {name: Ann}\n1: x\n[a]: y\n"
        one = read_one(tmp_path, "big-day.md", f"---\n{head}---\nText.")
        assert one == Article(id="big-day", title="Big day", text="Text.")
        assert read_one(tmp_path, "big-day.md", "---\n---\nText.") == one
        assert read_one(tmp_path, "big-day.md", "---\n# only a comment\n...\nText.") == one

    def test_tags_with_commas_once_each(self, tmp_path):
        one = read_one(tmp_path, "a.md", "---\ntags: ferry, winter ,, ferry\n---\nText.")
        assert one.tags == ("ferry", "winter")

    def test_title_is_one_bearable_line(self, tmp_path):
        one = read_one(tmp_path, "a.md", f'---\ntitle: "Bell\\a and\\n break {"word " * 80}"\n---\nText.')
        assert one.title.startswith("Bell and break word word")
        assert one.title.endswith("word…")
        assert len(one.title) <= 300
        assert len(read_one(tmp_path, "a.md", f"---\ntitle: {'x' * 999}\n---\nText.").title) == 300

    @pytest.mark.parametrize(
        ("written", "published"),
        [
            ("2024-05-31", "2024-05-31"),
            ("2024-5-1", "2024-05-01"),
            ("20240531", "2024-05-31"),
            ("2024-05-31T09:30:00Z", "2024-05-31T09:30:00+00:00"),
            ("2024-05-31 9:30:00 +2", "2024-05-31T09:30:00+02:00"),
            ("2024-05-31T09:30-05:30", "2024-05-31T09:30:00-05:30"),
            ("2024-05-31t09:30:00.25+0000", "2024-05-31T09:30:00.250000+00:00"),
            ("2024-05-31 09:30", "2024-05-31T09:30:00"),
            ("20240531T093000Z", "2024-05-31T09:30:00+00:00"),
        ],
    )
    def test_dates(self, tmp_path, written, published):
        one = read_one(tmp_path, "a.md", f"---\npublished: {written}\n---\nText.")
        assert one.published == published

    @pytest.mark.parametrize(
        "written",
        ["yesterday", "2024", "2024-13-01", "2024-02-30", "2024-05-31Z", "2024-05-31 25:00", "5/6/2024"],
    )
    def test_no_dates(self, tmp_path, written):
        reason = refusal(tmp_path, "a.md", f"---\npublished: {written}\n---\nText.")
        assert '"published" must be a date such as 2024-05-31' in reason
        assert written in reason

    @pytest.mark.parametrize(
        "url",
        [
            "ftp://example.org/a",
            "javascript:alert(1)",
            "example.org",
            "http://",
            "http://[::1",
            "http://x:99999/",
        ],
    )
    def test_addresses_that_no_browser_opens(self, tmp_path, url):
        assert '"url" must be an address' in refusal(tmp_path, "a.md", f'---\nurl: "{url}"\n---\nText.')

    def test_address_with_a_space(self, tmp_path):
        one = read_one(tmp_path, "a.md", "---\nurl: https://example.org/a b\n---\nText.")
        assert one.url == "https://example.org/a%20b"

    @pytest.mark.parametrize(
        ("head", "reason"),
        [
            ("title: Mali: thanks\n", 'line 2, cannot be read: .*put text that holds ": " in quotes'),
            ("title: a\nurl: [\n", "line 4, cannot be read"),
            ("- a\n- b\n", 'must be lines such as "title: The harvest"'),
            ("title: [a, b]\n", '"title" must be text, not a list'),
            ("source: {a: b}\n", '"source" must be text, not a mapping'),
            ("tags: {a: b}\n", '"tags" must be a list of words'),
            ("tags: [[a]]\n", '"tags" must be a list of words'),
            ("tags: [" + "a, " * 150 + "]\n", None),
            ("tags: [" + ", ".join(map(str, range(150))) + "]\n", "holds 150 tags"),
            ("language: English, mostly\n", '"language" must be a code'),
            ("a: &a [x]\nb: [*a, *a]\n", "uses an alias"),
            ("a: " + "[" * 500 + "]" * 500 + "\n", "nested too deeply"),
            ("title: bell \x07\n", "a character that YAML does not allow"),
            ('title: "\\0"\n', '"title" holds a NUL character'),
            ('title: "\\ud800"\n', "half of a surrogate pair"),
            ('tags: ["\\ud800"]\n', "half of a surrogate pair"),
            ("title: x\n" * 9000, "within 64 KiB"),
        ],
    )
    def test_bad_front_matter(self, tmp_path, head, reason):
        content = f"---\n{head}---\nText."
        if reason is None:
            assert read_one(tmp_path, "a.md", content).tags == ("a",)
        else:
            with pytest.raises(UnreadableFile, match=reason):
                corpus.read(tmp_path, put(tmp_path, "a.md", content))

    def test_front_matter_must_end(self, tmp_path):
        assert "is not closed" in refusal(tmp_path, "a.md", "---\ntitle: T\n\nText.")

    @pytest.mark.parametrize("name", ["a.md", "a.txt"])
    @pytest.mark.parametrize("content", ["", "\n \n\t", "\ufeff"])
    def test_empty(self, tmp_path, name, content):
        assert "there is no text in it" in refusal(tmp_path, name, content)

    def test_front_matter_only(self, tmp_path):
        assert "there is no text in it" in refusal(tmp_path, "a.md", "---\ntitle: T\n---\n\n\n")

    @pytest.mark.parametrize("name", ["a.md", "a.txt"])
    def test_other_encodings(self, tmp_path, name):
        reason = refusal(tmp_path, name, "Title\n\nIn a café.".encode("latin-1"))
        assert reason == f"{name} is not UTF-8 (byte 15, on line 3, is 0xe9). Save it as UTF-8."
        marked = refusal(tmp_path, name, b"\xef\xbb\xbfcaf\xe9")
        assert "byte 6, on line 1, is 0xe9" in marked
        assert "is UTF-16" in refusal(tmp_path, name, "Title".encode("utf-16"))
        assert "looks binary (byte 3 is NUL)" in refusal(tmp_path, name, b"ELF\x00\x01")

    def test_size(self, tmp_path, monkeypatch):
        path = put(tmp_path, "a.md", "x" * 10)
        with path.open("ab") as stream:
            stream.truncate(corpus.SIZE_LIMIT + 10)
        with pytest.raises(UnreadableFile, match=r"larger than 20 MiB\. Split it"):
            corpus.read(tmp_path, path)

    def test_not_there_and_no_article_file(self, tmp_path):
        with pytest.raises(UnreadableFile, match=r"gone\.md cannot be read: No such file"):
            corpus.read(tmp_path, tmp_path / "gone.md")
        with pytest.raises(UnreadableFile, match=r"gone\.jsonl cannot be read: No such file"):
            corpus.read(tmp_path, tmp_path / "gone.jsonl")
        with pytest.raises(UnsupportedFormat, match=r"a\.pdf is not an article file"):
            corpus.read(tmp_path, tmp_path / "a.pdf")


class TestPlainText:
    def test_first_line_is_the_title(self, tmp_path):
        one = read_one(
            tmp_path, "seed.txt", "\n  Goita thanked Russia.  \n\n \n  He met Putin on Sunday.\nLast.\n"
        )
        assert (one.title, one.text) == ("Goita thanked Russia.", "  He met Putin on Sunday.\nLast.")

    @pytest.mark.parametrize("content", ["Only one line.", "Only one line.\n", "\nOnly one line.\n\n \n"])
    def test_single_line_is_title_and_text(self, tmp_path, content):
        one = read_one(tmp_path, "a.txt", content)
        assert (one.title, one.text) == ("Only one line.", "Only one line.")

    def test_no_paragraph_is_lost_as_a_title(self, tmp_path):
        first = "The council met again on Monday. " * 20
        one = read_one(tmp_path, "a.txt", f"{first}\nIt rained.")
        assert one.text == f"{first}\nIt rained."
        assert one.title.endswith("…")

    def test_title_line_of_invisible_characters(self, tmp_path):
        assert read_one(tmp_path, "night-ferry.txt", "\x07\nIt sails at ten.").title == "Night ferry"


class TestDumps:
    ROW = {"id": "1", "title": "Ferry", "text": "It sails at ten."}

    def rows(self, folder: Path, *rows: object) -> tuple[list[Article], dict[str, str]]:
        lines = [row if isinstance(row, bytes) else json.dumps(row).encode() for row in rows]
        articles, skipped = corpus.read(folder, put(folder, "dumps/news.jsonl", b"\n".join(lines)))
        return articles, {one.path: one.reason for one in skipped}

    def test_every_field(self, tmp_path):
        text = "  As it is,\r\nwith \u2028 and all.\n"
        row = {
            "id": "x/2",
            "title": "A\nB",
            "text": text,
            "url": "https://example.org/",
            "source": "S",
            "published": "2024-05-31",
            "language": "pt_BR",
            "tags": ["a", "b"],
            "views": 7,
        }
        articles, skipped = self.rows(tmp_path, b"\xef\xbb\xbf" + json.dumps(row).encode(), b"", b" \r")
        assert skipped == {}
        assert articles == [
            Article(
                "dumps/news/x/2", "A B", text, "https://example.org/", "S", "2024-05-31", "pt-BR", ("a", "b")
            )
        ]
        assert articles[0].collection == "dumps"

    def test_without_title_the_text_opens_it(self, tmp_path):
        articles, _ = self.rows(
            tmp_path,
            {"id": 7, "text": "Short."},
            {"id": 8, "title": None, "text": "The council met again. " * 9},
        )
        assert [one.id for one in articles] == ["dumps/news/7", "dumps/news/8"]
        assert articles[0].title == "Short."
        assert articles[1].title.startswith("The council met again. The council")
        assert len(articles[1].title) <= 80

    def test_bad_rows_are_named_and_the_rest_is_kept(self, tmp_path):
        bad: dict[str, object] = {
            "not JSON (Expecting value, column 1).": b"title: Ferry",
            "not UTF-8 (byte 1 of the line is 0xff).": b'"\xff"',
            'not a JSON object such as {"id": "…", "title": "…", "text": "…"}.': ["a"],
            "not JSON that can be read (too deep, or too long a number).": b"[" * 100_000,
            '"id" is missing.': {"text": "It sails."},
            '"id" must be text or a whole number.': self.ROW | {"id": True},
            '"id" must be one line of 1 to 1000 characters.': self.ROW | {"id": " "},
            "its id is too long.": self.ROW | {"id": "x" * 995},
            '"text" is missing.': {"id": "2"},
            '"text" must be text.': {"id": "2", "text": 7},
            '"text" is empty.': {"id": "2", "text": " \n"},
            '"text" holds a NUL character.': {"id": "2", "text": "a\0b"},
            '"text" holds half of a surrogate pair, which is no character.': {"id": "2", "text": "\ud83d"},
            '"title" must be text, not a number.': self.ROW | {"id": "3", "title": 7},
            '"source" must be text, not true or false.': self.ROW | {"id": "3", "source": True},
            '"published" must be text, not a number.': self.ROW | {"id": "3", "published": 1700000000},
            '"tags" must be a list of words, or words with commas between them.': self.ROW
            | {"id": "3", "tags": 7},
            "its id is taken by line 1.": self.ROW | {"text": "Another."},
        }
        articles, skipped = self.rows(tmp_path, self.ROW, *bad.values(), self.ROW | {"id": "last"})
        assert [one.id for one in articles] == ["dumps/news/1", "dumps/news/last"]
        assert skipped == {f"dumps/news.jsonl:{number}": reason for number, reason in enumerate(bad, start=2)}

    def test_ids_of_any_unicode_form_are_one(self, tmp_path):
        rows = [self.ROW | {"id": unicodedata.normalize(form, "Café")} for form in ("NFD", "NFC")]
        articles, skipped = self.rows(tmp_path, *rows)
        assert [one.id for one in articles] == ["dumps/news/Café"]
        assert list(skipped.values()) == ["its id is taken by line 1."]

    def test_overlong_line_is_left_out_alone(self, tmp_path, monkeypatch):
        monkeypatch.setattr("index.corpus._format.SIZE_LIMIT", 100)
        row = json.dumps(self.ROW).encode()
        long = json.dumps(self.ROW | {"text": "Long. " * 100}).encode()
        articles, skipped = self.rows(tmp_path, b"\xef\xbb\xbf" + long, row, long)
        assert [one.id for one in articles] == ["dumps/news/1"]
        assert list(skipped) == ["dumps/news.jsonl:1", "dumps/news.jsonl:3"]
        assert all("the line is longer than" in reason for reason in skipped.values())

    @pytest.mark.parametrize("content", ["", "\n \n"])
    def test_empty(self, tmp_path, content):
        assert "holds no article" in refusal(tmp_path, "a.jsonl", content)

    def test_binary(self, tmp_path):
        assert "looks binary" in refusal(tmp_path, "a.jsonl", b"\x1f\x8b\x08\x00\x00")
        assert "is UTF-16" in refusal(tmp_path, "a.jsonl", '{"id": "1"}'.encode("utf-16"))
