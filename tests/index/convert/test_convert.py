import io
import subprocess
import sys
from pathlib import Path

import pytest

from index import corpus
from index.convert import convert, is_url
from index.errors import ConversionFailed, UnreadableFile, UnsupportedFormat, UsageError


def test_heavy_libraries_are_not_imported_before_they_are_needed():
    code = (
        "import sys, index.convert, index.corpus\n"
        "heavy = {'trafilatura', 'lxml', 'pypdf', 'mammoth', 'torch', 'faiss'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("origin", ["http://a.example", "HTTPS://a.example/b?c"])
def test_addresses(origin):
    assert is_url(origin)


@pytest.mark.parametrize(
    "origin", ["-", "a.html", "ftp://a.example", "notes about http://a.example", Path("http:/a")]
)
def test_files(origin):
    assert not is_url(origin)


class TestFile:
    def test_article_can_be_written_and_read_back(self, tmp_path):
        path = tmp_path / "ferry-times.html"
        path.write_text("<html><body><p>The ferry sails at ten.</p></body></html>")
        article = convert(path, collection="harbour")
        assert article.id == "harbour/ferry-times"
        written = corpus.write(tmp_path / "corpus", article)
        assert corpus.read(tmp_path / "corpus", written) == ([article], [])

    def test_editors_words_go_before_those_found(self, tmp_path):
        html = "<html lang=en><title>Ferry</title><meta name=date content=2024-01-01><p>It sails.</html>"
        article = convert(
            "page.html",
            html.encode(),
            title="Ferries:\nwinter",
            url="https://harbour.example/ferry",
            source="Harbour office",
            published="2026-10-12",
            language="en-GB",
            tags=["ferry", "winter"],
        )
        assert article.title == "Ferries: winter"
        assert article.id == "ferries-winter"
        assert article.url == "https://harbour.example/ferry"
        assert article.source == "Harbour office"
        assert article.published == "2026-10-12"
        assert article.language == "en-GB"
        assert article.tags == ("ferry", "winter")

    @pytest.mark.parametrize(
        ("field", "value"), [("url", "harbour"), ("published", "soon"), ("language", "?"), ("title", "\x07")]
    )
    def test_editors_mistakes_are_refused(self, field, value):
        with pytest.raises(UsageError, match="cannot be kept"):
            convert("page.html", b"<p>The ferry sails.", **{field: value})

    def test_missing_unreadable_and_too_large(self, tmp_path, monkeypatch):
        with pytest.raises(UnreadableFile, match=r"gone\.pdf cannot be read: No such file"):
            convert(tmp_path / "gone.pdf")
        with pytest.raises(UnreadableFile, match="cannot be read: Is a directory"):
            convert(tmp_path)
        monkeypatch.setattr("index.convert.SIZE_LIMIT", 10)
        with pytest.raises(UnreadableFile, match="is larger than"):
            convert("page.html", b"<p>The ferry sails.")

    @pytest.mark.parametrize(
        ("name", "data"),
        [
            ("old.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"),
            ("letter.rtf", b"{\\rtf1 The ferry}"),
            ("letter.odt", b"PK\x03\x04\x14\x00mimetypeapplication/vnd.oasis.opendocument.text"),
            ("photo.png", b"\x89PNG\r\n"),
            ("table.csv", b"day,hour\nMonday,ten\n"),
            ("noname", b"a\x00b"),
            ("dump.jsonl", b'{"id": "1", "text": "x"}'),
        ],
    )
    def test_other_formats(self, name, data):
        with pytest.raises(UnsupportedFormat, match=f"{name} is not in a format that can be read"):
            convert(name, data)

    def test_markdown_and_text(self):
        article = convert("a.md", b"---\ntitle: Ferry\ntags: [a]\nsource: Office\n---\n\nIt *sails*.\n")
        assert (article.title, article.tags, article.source, article.text) == (
            "Ferry",
            ("a",),
            "Office",
            "It *sails*.",
        )
        article = convert("a.txt", b"Ferry\n\nIt sails.\n")
        assert (article.title, article.text) == ("Ferry", "It sails.")
        article = convert("a.txt", b"Ferry\n\nIt sails.\n", title="Harbour")
        assert (article.title, article.text) == ("Harbour", "Ferry\n\nIt sails.")
        assert convert("README", b"# Ferry\n\nIt sails.").title == "Ferry"
        with pytest.raises(UnreadableFile, match=r"a\.md: the front matter .* is not closed"):
            convert("a.md", b"---\ntitle: Ferry\n")


class TestStandardInput:
    def convert(self, monkeypatch, data: bytes):
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(data)))
        return convert("-")

    def test_plain_text(self, monkeypatch):
        article = self.convert(monkeypatch, b"Winter ferry\n\nIt sails at ten.\n")
        assert (article.id, article.title, article.text) == (
            "winter-ferry",
            "Winter ferry",
            "It sails at ten.",
        )

    def test_markdown(self, monkeypatch):
        article = self.convert(monkeypatch, "\ufeff---\ntitle: Ferry\n---\nIt sails.".encode())
        assert (article.title, article.text) == ("Ferry", "It sails.")
        article = self.convert(
            monkeypatch, b"See [the pier](https://pier.example), where the ferry sails at ten."
        )
        assert article.title == "See [the pier](https://pier.example), where the ferry sails at ten."
        article = self.convert(monkeypatch, b"<p align=center>Logo</p>\n\n# Ferry\n\nIt sails.")
        assert article.title == "Ferry"

    @pytest.mark.parametrize(
        "start",
        [
            "<!DOCTYPE html>",
            "\ufeff\n<html>",
            "<!-- a --> <body>",
            "<?xml version='1.0'?><html>",
            "<div class=a>",
        ],
    )
    def test_html(self, monkeypatch, start):
        article = self.convert(monkeypatch, f"{start}<p>The <b>ferry</b> sails at ten.</p>".encode())
        assert (article.title, article.text) == ("The ferry sails at ten.",) * 2

    def test_not_text(self, monkeypatch):
        with pytest.raises(UnreadableFile, match="Standard input is not UTF-8"):
            self.convert(monkeypatch, b"caf\xe9")
        with pytest.raises(UnreadableFile, match="Standard input: there is no text in it"):
            self.convert(monkeypatch, b"\n")
        with pytest.raises(UnsupportedFormat, match="Standard input is not in a format"):
            self.convert(monkeypatch, b"\x7fELF\x00")


class TestPageGiven:
    """A page whose content the caller has already: nothing is fetched."""

    def test_address_is_kept_without_its_fragment(self):
        article = convert("https://www.harbour.example/ferry%20times.html#top", b"<p>The ferry sails at ten.")
        assert article.url == "https://www.harbour.example/ferry%20times.html"
        assert article.source == "harbour.example"
        assert article.title == "Ferry times"
        assert convert("https://harbour.example/", b"<p>The ferry sails.").title == "harbour.example"

    def test_no_address(self):
        with pytest.raises(UsageError, match="is not a web address"):
            convert("https://[::1/ferry", b"<p>The ferry sails at ten.")

    def test_canonical_address_of_the_same_host_only(self):
        html = "<html><head><link rel=canonical href='https://{}/a'></head><body><p>It sails at ten.</html>"
        for host, url in [
            ("harbour.example", "https://harbour.example/a"),
            ("other.example", "https://harbour.example/b?c=1"),
        ]:
            article = convert("https://harbour.example/b?c=1", html.format(host).encode())
            assert article.url == url

    def test_other_formats_by_what_they_hold(self):
        article = convert("https://harbour.example/v1.2", "Ferry\n\nZum Café.".encode("latin-1"))
        assert (article.title, article.text, article.url) == (
            "Ferry",
            "Zum Café.",
            "https://harbour.example/v1.2",
        )
        with pytest.raises(ConversionFailed, match="is a damaged PDF"):
            convert("https://harbour.example/report", b"%PDF-1.7")
        with pytest.raises(UnsupportedFormat):
            convert("https://harbour.example/photo", b"\x89PNG\r\n")
