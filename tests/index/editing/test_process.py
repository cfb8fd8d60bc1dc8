"""The process in which articles are previewed and indexed: what it does, and that it ends with its parent."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from index.editing import Editing, _process
from index.editing._process import run_apart
from index.engine import Engine
from index.errors import IndexBusy, StoreError
from index.store import Reader
from index.types import Article, Encoder, Vectors
from tests.index.hashed import HashedEncoder

ROOT = Path(__file__).parents[3]
FAIR = Article("news/fair", "Summer fair", "The fair opens on 4 July 2026. Children pay nothing.")


@pytest.fixture(autouse=True)
def real(in_process: pytest.MonkeyPatch) -> None:
    """Uses the real process."""
    in_process.undo()


def where() -> tuple[int, int, int]:
    return os.getpid(), os.getppid(), os.nice(0)


def busy() -> None:
    raise IndexBusy("Another process is changing the index.")


def lost() -> None:
    raise KeyError("lost")


def end(code: int) -> None:
    os._exit(code)


def hang(path: str) -> None:
    Path(path).write_text(str(os.getpid()))
    time.sleep(60)


def everything(encoder: Encoder) -> tuple[object, ...]:
    """All that an encoder can be asked."""
    counted: list[int] = []
    vectors = encoder.encode_documents(["a", "b c"], counted.append)
    assert np.array_equal(vectors, encoder.encode_documents(["a", "b c"]))
    return (
        *(encoder.fingerprint, encoder.dimension, encoder.max_tokens, encoder.count_tokens(["a", "b c"])),
        *(vectors.tolist(), encoder.encode_queries(["a"]).tolist(), counted),
        [each.spans.tolist() for each in encoder.encode_tokens(["b c"])],
    )


def encode(encoder: Encoder) -> Vectors:
    return encoder.encode_queries(["a"])


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


def test_it_is_another_process_below_the_priority_of_this_one() -> None:
    pid, parent, nice = run_apart(where)
    assert pid != os.getpid()
    assert parent == os.getpid()
    assert nice > os.nice(0)


def test_what_is_raised_there_is_raised_here_with_its_traceback() -> None:
    with pytest.raises(IndexBusy, match="^Another process is changing the index") as caught:
        run_apart(busy)
    assert "in busy" in caught.value.__notes__[0]
    with pytest.raises(KeyError, match="lost"):
        run_apart(lost)


def test_the_encoder_is_that_of_this_process() -> None:
    encoder = HashedEncoder()
    assert run_apart(everything, encoder=encoder) == everything(encoder)
    assert encoder.encoded == ["a", "b c"] * 4


def test_what_the_encoder_raises_ends_the_process() -> None:
    class Broken(HashedEncoder):
        def encode_queries(self, texts: object) -> Vectors:
            raise MemoryError("here")

    with pytest.raises(MemoryError, match="here"):
        run_apart(encode, encoder=Broken())


def test_a_process_that_is_killed_is_one_sentence() -> None:
    with pytest.raises(StoreError, match=r"has ended \(exit code 3\); perhaps there is not enough memory"):
        run_apart(end, 3)


def test_a_process_that_cannot_be_started_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise BlockingIOError(11, "Resource temporarily unavailable")

    monkeypatch.setattr("multiprocessing.context.SpawnProcess.start", refuse)
    with pytest.raises(StoreError, match=r"No process can be started \(Resource temporarily unavailable\)"):
        run_apart(where)


def test_it_is_killed_when_it_takes_too_long(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_process, "TIME_LIMIT", 3.0)
    with pytest.raises(StoreError, match="takes more than 3 seconds"):
        run_apart(hang, str(tmp_path / "pid"))
    wait_until(lambda: not is_running(int((tmp_path / "pid").read_text())))


def test_it_ends_with_the_process_that_waits_for_it(tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text(
        "from index.editing._process import run_apart\n"
        "from tests.index.editing.test_process import hang\n"
        f"if __name__ == '__main__':\n    run_apart(hang, {str(tmp_path / 'pid')!r})\n"
    )
    parent = subprocess.Popen([sys.executable, program], env={**os.environ, "PYTHONPATH": str(ROOT)})
    wait_until(lambda: (tmp_path / "pid").exists() and bool((tmp_path / "pid").read_text()))
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    wait_until(lambda: not is_running(int((tmp_path / "pid").read_text())))


def test_an_article_is_previewed_and_published_there(tmp_path: Path) -> None:
    corpus, folder, encoder = tmp_path / "corpus", tmp_path / "index", HashedEncoder()
    corpus.mkdir()
    editing = Editing(corpus, folder, encoder, patience=0)
    assert editing.preview(FAIR).sentences == ("The fair opens on 4 July 2026.", "Children pay nothing.")
    change = editing.change(FAIR.id, FAIR)
    editing.publish(FAIR)
    assert any("Children pay nothing." in text for text in encoder.encoded)
    engine = Engine(Reader.open(folder, model=encoder.fingerprint), encoder)
    assert engine.article(FAIR.id).text == FAIR.text
    seen = editing.preview(Article("fair", "Fair", "The fair opens on 5 July 2026. Children pay nothing."))
    assert [one.article_id for one in seen.conflicts] == [FAIR.id]
    editing.undo(change)
    assert engine.articles() == []
    engine.close()
    editing.close()
