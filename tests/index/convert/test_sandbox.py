"""The sandboxed process: what it is given, where its limits are, and that it never outlives its parent."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from index.convert import Limits, _sandbox, convert
from index.errors import ConversionFailed, UnreadableFile, UsageError
from index.settings import IndexSettings, load
from index.types import Article
from tests.index.convert.test_docx import W, docx, par
from tests.index.pdf_maker import Print, make_pdf

ROOT = Path(__file__).parents[3]
run = _sandbox.run


@pytest.fixture(autouse=True)
def real(in_process: pytest.MonkeyPatch, monkeypatch: pytest.MonkeyPatch) -> None:
    """Converts in the real process, which is measured where the tests are."""
    in_process.undo()
    if measured := os.environ.get("COVERAGE_PROCESS_CONFIG"):
        monkeypatch.setitem(_sandbox.ENVIRONMENT, "COVERAGE_PROCESS_CONFIG", measured)


@pytest.fixture
def serving(monkeypatch: pytest.MonkeyPatch) -> None:
    """Has the process do what `tests/index/convert/serving.py` lets a document say."""
    monkeypatch.setattr(_sandbox, "_MODULE", "tests.index.convert.serving")


def deed(content: str, limits: Limits | None = None, **request: Any) -> Article:
    return run(content.encode("utf-8", "surrogatepass"), request, "a.pdf", limits or Limits())


def refusal(call: Callable[[], object]) -> str:
    with pytest.raises(ConversionFailed) as caught:
        call()
    assert "\n" not in str(caught.value)
    return str(caught.value)


def wait_until(is_so: Callable[[], bool]) -> None:
    end = time.monotonic() + 10
    while not is_so():
        assert time.monotonic() < end
        time.sleep(0.02)


def is_running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


class TestDocuments:
    @pytest.mark.parametrize(
        ("name", "data"),
        [
            ("page.html", "<html lang=de><title>Fähre</title><p>Sie fährt um zehn.".encode()),
            ("page.html", b"<meta charset=latin-1><p>Zum Caf\xe9."),
            ("letter.docx", docx(par("Be kind."))),
            ("print.pdf", make_pdf([[Print("The ferry sails.", 700)]], {"Title": "Ferry"})),
        ],
    )
    def test_the_article_is_the_same_as_without_it(self, name, data, in_process, monkeypatch):
        described: dict[str, Any] = {"collection": "town", "tags": ("b", "a"), "source": "Office"}
        made = convert(name, data, **described)
        assert made.text
        assert (made.source, made.tags, made.collection) == ("Office", ("b", "a"), "town")
        monkeypatch.setattr(_sandbox, "run", lambda content, request, *_: _here(content, request))
        assert convert(name, data, **described) == made

    def test_what_is_wrong_is_told_in_the_same_words(self):
        with pytest.raises(ConversionFailed, match=r"a\.pdf is a damaged PDF"):
            convert("a.pdf", b"%PDF-1.4")
        with pytest.raises(UsageError, match='"published" must be a date'):
            convert("a.html", b"<p>Be kind.", published="soon")

    @pytest.mark.parametrize("memory", [256, 272, 288, 304, 336, 400])
    def test_with_too_little_memory_it_is_refused_and_never_cut(self, memory):
        text = " ".join(f"The ferry number {number} sails at ten." for number in range(60_000))
        for name, data in (("a.html", f"<p>{text}".encode()), ("a.docx", docx(par(text)))):
            try:
                assert convert(name, data, limits=Limits(memory=memory)).text == text
            except ConversionFailed as error:
                assert f"takes more than {memory} MiB of memory" in str(error)

    def test_settings(self):
        values = load(IndexSettings, convert_seconds=5, convert_memory=300, convert_output=2)
        assert Limits.of(values) == Limits(5, 300, 2)
        assert Limits.of(load(IndexSettings)) == Limits(60, 1024, 50)


def _here(content: bytes, request: dict[str, Any]) -> Article:
    from index.convert._conversion import make_article

    return make_article(content, **request)


@pytest.mark.usefixtures("serving")
class TestProcess:
    def test_it_gets_no_secrets_no_files_and_no_more_than_its_limits(self, monkeypatch):
        monkeypatch.setenv("BOT_TOKEN", "secret")
        with (ROOT / "README.md").open() as file:
            os.set_inheritable(file.fileno(), True)
            made = json.loads(deed("about", Limits(7.5, 300, 2)).text)
        assert set(made["environment"]) <= {
            *(*_sandbox.ENVIRONMENT, "PYTHONPATH", "TMPDIR", "LC_CTYPE"),
        }
        assert made["files"][1:] == ["/dev/null"] * 2
        assert len(made["others"]) <= 1  # the list itself
        assert made["group"]
        assert made["nice"] >= 10
        assert Path(made["folder"]).name.startswith("footnote-")
        assert not Path(made["folder"]).exists()
        wanted = {
            "RLIMIT_AS": 300 * 2**20,
            "RLIMIT_CPU": 9,
            "RLIMIT_FSIZE": 2 * 2**20,
            "RLIMIT_NOFILE": 64,
            "RLIMIT_CORE": 0,
        }
        assert made["limits"] == {kind: [value, value] for kind, value in wanted.items()}

    @pytest.mark.parametrize("text", ["", "é 中 👩\u200d👧", "\ud800 half", '"\\\n\x00'])
    def test_any_text_comes_back(self, text):
        made = deed(f"say {text}")
        assert (made.text, made.tags) == (text, ("b", "c"))

    def test_time(self, tmp_path):
        said = refusal(lambda: deed(f"hang {tmp_path / 'who'}", Limits(seconds=2)))
        assert said == (
            "a.pdf takes more than 2 seconds to convert. Split it, or save it as text and add that."
        )
        _, started, folder = (tmp_path / "who").read_text().split()
        wait_until(lambda: not is_running(int(started)))
        assert not Path(folder).exists()

    def test_memory(self):
        said = refusal(lambda: deed(f"memory {2**29}", Limits(memory=300)))
        assert "a.pdf takes more than 300 MiB of memory to convert." in said
        assert deed(f"memory {2**24}", Limits(memory=300)).text == str(2**24)

    def test_output(self):
        said = refusal(lambda: deed(f"large {2**21}", Limits(output=1)))
        assert said == "a.pdf becomes more than 1 MiB of text. Split it, and add the parts."
        assert len(deed(f"large {2**19}", Limits(output=1)).text) == 2**19

    @pytest.mark.parametrize("without", ["limits", "module"])
    def test_time_and_output_hold_where_the_system_has_no_limits(self, without, tmp_path):
        said = refusal(lambda: deed(f"large {2**21}", Limits(output=1), without=without))
        assert "becomes more than 1 MiB" in said
        hanging = f"hang {tmp_path / 'who'}"
        assert "takes more than 2" in refusal(lambda: deed(hanging, Limits(seconds=2), without=without))

    def test_a_crash_is_one_sentence(self):
        assert refusal(lambda: deed("abort")) == (
            "a.pdf crashes its converter (exit code -6). Save it in another format and add that."
        )
        assert "(exit code 7)" in refusal(lambda: deed("exit 7"))
        assert deed("say on").text == "on"

    def test_failures(self):
        with pytest.raises(UnreadableFile, match=r"^It is no text\.$"):
            deed("fail file")
        assert refusal(lambda: deed("fail lost")) == (
            "a.pdf cannot be converted: its converter fails (KeyError). "
            "Save it in another format and add that."
        )

    def test_without_a_process_or_room_for_files_it_is_one_sentence(self, monkeypatch):
        def full(*_: object, **__: object) -> None:
            raise OSError(28, "No space left on device")

        for place in ("tempfile.mkdtemp", "subprocess.Popen"):
            with monkeypatch.context() as patch:
                patch.setattr(place, full)
                said = refusal(lambda: deed("say on"))
            assert said.startswith("a.pdf cannot be converted: no process or temporary file can be made (No")

    def test_an_interrupt_ends_it(self, tmp_path, monkeypatch):
        def interrupted(process: subprocess.Popen[bytes], seconds: float) -> int:
            wait_until((tmp_path / "who").exists)
            raise KeyboardInterrupt

        with monkeypatch.context() as patch:
            patch.setattr(subprocess.Popen, "wait", interrupted)
            with pytest.raises(KeyboardInterrupt):
                deed(f"hang {tmp_path / 'who'}")
        pid, started, _ = map(str, (tmp_path / "who").read_text().split())
        wait_until(lambda: not is_running(int(pid)) and not is_running(int(started)))

    def test_it_ends_with_the_process_that_waits_for_it(self, tmp_path):
        program = (
            "from index.convert import Limits, _sandbox\n"
            "_sandbox._MODULE = 'tests.index.convert.serving'\n"
            f"_sandbox.run(b'hang {tmp_path / 'who'}', {{}}, 'a', Limits())\n"
        )
        parent = subprocess.Popen([sys.executable, "-c", program], cwd=ROOT)
        wait_until(lambda: (tmp_path / "who").exists() and bool((tmp_path / "who").read_text()))
        parent.send_signal(signal.SIGKILL)
        parent.wait()
        pid, started, folder = (tmp_path / "who").read_text().split()
        wait_until(lambda: not is_running(int(pid)) and not is_running(int(started)))
        wait_until(lambda: not Path(folder).exists())


ROW = f"<w:tr>{'<w:tc><w:p><w:r><w:t>a</w:t></w:r></w:p></w:tc>' * 1000}</w:tr>"
NESTED = 200_000


def objects(*bodies: bytes) -> bytes:
    """A PDF of these objects, the first of which is its catalogue."""
    data, offsets = b"%PDF-1.5\n", []
    for number, body in enumerate(bodies, start=1):
        offsets.append(len(data))
        data += b"%d 0 obj\n%b\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    return data + b"xref\n0 %d\n0000000000 65535 f \n%btrailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d" % (
        len(bodies) + 1,
        table,
        len(bodies) + 1,
        len(data),
    )


def packed(data: bytes, more: bytes = b"") -> bytes:
    """A compressed stream of a PDF."""
    small = zlib.compress(data, 9)
    return b"<< /Length %d /Filter /FlateDecode %b >>\nstream\n%b\nendstream" % (len(small), more, small)


CATALOG = b"<< /Type /Catalog /Pages 2 0 R >>"
FONT = b"<< /Font << /F << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >>"


def page(content: bytes, *more: bytes) -> bytes:
    """A PDF of one page with this content."""
    leaf = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources %b >>" % FONT
    return objects(CATALOG, b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>", leaf, packed(content), *more)


HOSTILE = {
    "cells.docx": lambda: docx(f"<w:tbl>{ROW * 800}</w:tbl>"),
    "empty-cells.docx": lambda: docx("<w:tbl><w:tr>" + "<w:tc/>" * 4_000_000 + "</w:tr></w:tbl>"),
    "paragraphs.docx": lambda: docx(par("a") * 300_000),
    "nested.docx": lambda: docx("<w:p>" * NESTED + "</w:p>" * NESTED),
    "picture.docx": lambda: docx(par("a"), more={"word/media/a.png": "\0" * 300_000_000}),
    "part.docx": lambda: docx(
        more={
            "word/document.bin": f"<w:document {W}><w:body>{par('a') * 1_000_000}</w:body></w:document>",
            "_rels/.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
            '<Relationship Id="r1" Target="word/document.bin" Type="http://schemas.openxmlformats.org/'
            'officeDocument/2006/relationships/officeDocument"/></Relationships>',
        }
    ),
    "divs.html": lambda: b"<div>" * 1_000_000 + b"a",
    "spans.html": lambda: b"<b>" * 1_000_000 + b"a",
    "tables.html": lambda: b"<table><tr><td>a" * 200_000,
    "cells.html": lambda: b"<table>" + (b"<tr>" + b"<td>a" * 1000) * 1000,
    "attributes.html": lambda: b"<p " + b"".join(b"a%d " % n for n in range(300_000)) + b">a",
    "recursive.pdf": lambda: objects(CATALOG, b"<< /Type /Pages /Kids [2 0 R 2 0 R] /Count 9 >>"),
    "fan.pdf": lambda: objects(
        CATALOG,
        *(b"<< /Type /Pages /Kids [%d 0 R %d 0 R] /Count 9 >>" % (n, n) for n in range(3, 63)),
        b"<< /Type /Page /MediaBox [0 0 9 9] >>",
    ),
    "letters.pdf": lambda: page(b"BT /F 9 Tf " + b"(a) Tj " * 5_000_000 + b"ET"),
    "string.pdf": lambda: page(b"BT /F 9 Tf (" + b"word " * 10_000_000 + b") Tj ET"),
    "states.pdf": lambda: page(b"q " * 20_000_000),
    "arrays.pdf": lambda: page(b"BT /F 9 Tf " + b"[" * 2_000_000 + b" Tj ET"),
    "objects.pdf": lambda: page(
        b"BT /F 9 Tf (a) Tj ET",
        packed(
            b" ".join(b"%d %d" % (n, n * 6) for n in range(5, 200_000)) + b" " + b"<<>>  " * 200_000,
            b"/Type /ObjStm /N 199995 /First 2577783",
        ),
    ),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_document_is_refused_or_converted_within_the_limits(name: str) -> None:
    data = HOSTILE[name]()
    assert len(data) < 8 * 2**20  # as much as an editor can attach
    begin = time.monotonic()
    try:
        made = convert(name, data, limits=Limits(seconds=4, memory=512))
    except ConversionFailed as error:
        assert str(error).startswith(name)
        assert "\n" not in str(error)
    else:
        assert made.text
    assert time.monotonic() - begin < 8
    assert convert("b.html", b"<p>The next one is read.").text == "The next one is read."
