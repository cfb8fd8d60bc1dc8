"""The command line as a user runs it: real processes, the real model, a terminal and pipes."""

from __future__ import annotations

import json
import os
import pty
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from tests.commands import assert_only_notes

ROOT = Path(__file__).parents[2]
ARTICLE = (
    "Mali thanks Russia for its veto\n\nRussia vetoed a resolution in August that would have prolonged UN "
    "sanctions on Mali. At least 64 people were killed in an attack in northern Mali on Thursday.\n"
)


@pytest.fixture
def index(tmp_path: Path) -> dict[str, Any]:
    """How to start `python -m index` with a corpus of its own."""
    (tmp_path / "corpus").mkdir()
    (tmp_path / "corpus" / "mali.txt").write_text(ARTICLE, encoding="utf-8")
    own = {"INDEX_CORPUS": str(tmp_path / "corpus"), "INDEX_DIR": str(tmp_path / "index"), "TERM": "xterm"}
    return {"cwd": ROOT, "env": os.environ | own, "stdout": subprocess.PIPE}


def command(*words: str) -> list[str]:
    return [sys.executable, "-m", "index", *words]


def rebuild_on_a_terminal(index: dict[str, Any]) -> tuple[str, str]:
    """What a rebuild writes to stdout, and what the terminal shows of it meanwhile."""
    ours, theirs = pty.openpty()
    shown = bytearray()

    def watch() -> None:
        try:
            while data := os.read(ours, 4096):
                shown.extend(data)
        except OSError:  # how Linux says that nobody writes any more
            pass

    with subprocess.Popen(command("rebuild"), stderr=theirs, **index) as process:
        os.close(theirs)
        watcher = threading.Thread(target=watch)
        watcher.start()
        assert process.stdout is not None
        out = process.stdout.read().decode()
        watcher.join()
    os.close(ours)
    assert process.returncode == 0
    return out, shown.decode()


def test_from_articles_to_answers(index: dict[str, Any]) -> None:
    out, shown = rebuild_on_a_terminal(index)
    assert out == "added mali\n1 added, 0 changed, 0 removed, 0 unchanged, 0 skipped\n"
    assert "encoding" in shown
    assert "texts" in shown

    again = subprocess.run(command("rebuild"), stderr=subprocess.PIPE, check=True, **index)
    assert again.stdout == b"0 added, 0 changed, 0 removed, 1 unchanged, 0 skipped\n"
    assert again.stderr == b""  # a pipe is shown no bars

    batch = command("ask", "--batch", "-")
    with subprocess.Popen(batch, stdin=subprocess.PIPE, stderr=subprocess.PIPE, **index) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        for name, question in (
            ("dead", "How many people were killed in northern Mali?"),
            ("president", "Who is the president of France?"),
        ):
            process.stdin.write(json.dumps({"id": name, "question": question}).encode() + b"\n")
            process.stdin.flush()
            answer = json.loads(process.stdout.readline())  # comes before the next question is there
            assert (answer["id"], answer["question"]) == (name, question)
            assert answer["candidates"][0]["article_id"] == "mali"
            if name == "dead":
                assert "64 people" in answer["candidates"][0]["text"]
        process.send_signal(signal.SIGINT)
        assert process.stderr.read().decode().startswith("Interrupted. ")
    assert process.returncode == 130


TAPES = (
    "Notes of the archive\n\n3M's tapes are kept in the cellar of the archive. 4chan's founder sent the "
    "archive a letter in 2019. Łukasz Ørsted restored 5G's first mast in Straßburg.\n"
)


def said(index: dict[str, Any], *words: str) -> str:
    """What a command writes, which has to succeed."""
    done = subprocess.run(command(*words), stderr=subprocess.PIPE, check=False, **index)
    assert done.returncode == 0, done.stderr.decode()
    assert_only_notes(done.returncode, done.stderr.decode())
    return str(done.stdout.decode())


def test_words_of_digits_with_apostrophes_and_letters_of_other_alphabets(
    index: dict[str, Any], tmp_path: Path
) -> None:
    (tmp_path / "corpus" / "archive.txt").write_text(TAPES, encoding="utf-8")
    assert said(index, "rebuild").startswith("added archive\nadded mali\n")
    assert said(index, "verify") == "The index is whole.\n"

    later = tmp_path / "later.txt"
    later.write_text("Remarks\n\n2mThat's a 2D'ish picture, said the archivist.\n", encoding="utf-8")
    said(index, "add", str(later))
    assert said(index, "verify") == "The index is whole.\n"

    for question, quoted in (
        ("Where are 3M's tapes kept?", "in the cellar"),
        ("What did 4chan’s founder send?", "a letter in 2019"),
        ("What did Lukasz Orsted restore in Strassburg?", "first mast"),
        ("Who said that it is a 2D'ish picture?", "the archivist"),
    ):
        answer = json.loads(said(index, "ask", question, "--json"))
        assert quoted in answer["candidates"][0]["text"], question
        assert not (answer["reason"] or "").count("occurs in none"), question
    assert said(index, "rebuild", "--full").endswith("3 unchanged, 0 skipped\n")
    assert said(index, "verify") == "The index is whole.\n"
