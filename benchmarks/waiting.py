"""Compares how PyTorch's threads wait: `python -m benchmarks.waiting` writes docs/benchmarks.md.

Each setting runs in processes of its own, in turn with the others: alone on the machine, and beside one busy
process for each core. Only ratios within a run count.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.document import markdown_table, write_section
from index.embedding import SentenceEncoder
from index.indexing.builder import Builder

ROUNDS = 2
VARIABLES = ("OMP_WAIT_POLICY", "GOMP_SPINCOUNT", "OMP_NUM_THREADS", "INDEX_THREADS")
SETTINGS = {
    "spin 300,000 times (GNU OpenMP's default)": {"GOMP_SPINCOUNT": "300000"},
    "spin 10,000 times": {"GOMP_SPINCOUNT": "10000"},
    "spin 1,000 times (Footnote's default)": {},
    "sleep at once": {"OMP_WAIT_POLICY": "PASSIVE"},
    "one thread": {"OMP_NUM_THREADS": "1", "INDEX_THREADS": "1"},
}
_WORK = """
import json, sys, time
from index.engine import Engine
from index.settings import IndexSettings
engine = Engine.open(IndexSettings(dir=sys.argv[1], _env_file=None))
questions = json.loads(sys.argv[2])
engine.warm()
def timed(work):
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin
asked = [timed(lambda: engine.ask(question)) for question in questions]
short = [timed(lambda: engine.encoder.encode_queries([question])) for question in questions * 3]
texts = [f"{question} {number}" for number in range(20) for question in questions]
rebuilt = timed(lambda: engine.encoder.encode_documents(texts))
print(json.dumps([sorted(asked)[len(asked) // 2], max(asked), sorted(short)[len(short) // 2], rebuilt]))
"""
QUESTIONS = (
    "When is the library open on Saturdays?",
    "How do I become a member?",
    "What happens if I return a book late?",
    "Who may borrow the bread machine?",
    "Where do I park my bike during the repair evening?",
    "How long can I keep a tool?",
    "May I bring my dog?",
    "What does a membership cost?",
)
COLUMNS = ("question, median", "question, slowest", "short pass, median", "160 texts")


def measure(index: Path, variables: dict[str, str]) -> list[float]:
    """Seconds of `COLUMNS` in a fresh process."""
    environment = {name: value for name, value in os.environ.items() if name not in VARIABLES} | variables
    done = subprocess.run(
        [sys.executable, "-c", _WORK, str(index), json.dumps(QUESTIONS)],
        env=environment,
        capture_output=True,
        check=True,
        text=True,
    )
    found: list[float] = json.loads(done.stdout)
    return found


@contextmanager
def busy(processes: int) -> Iterator[None]:
    """Keeps the machine busy with processes that only compute."""
    started = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(processes)]
    try:
        yield
    finally:
        for process in started:
            process.kill()
            process.wait()


def main() -> None:
    """Measure, and write the section."""
    with tempfile.TemporaryDirectory() as folder:
        index = Path(folder) / "index"
        Builder(Path("corpus"), index, SentenceEncoder()).rebuild()
        rows = []
        for title, load in (("alone", 0), ("beside a busy process for each core", os.cpu_count() or 1)):
            runs: dict[str, list[list[float]]] = {name: [] for name in SETTINGS}
            with busy(load):
                for _ in range(ROUNDS):
                    for name, variables in SETTINGS.items():
                        runs[name].append(measure(index, variables))
            for name, found in runs.items():
                medians = [statistics.median(column) for column in zip(*found, strict=True)]
                rows.append([title, name, *(f"{1000 * seconds:,.0f} ms" for seconds in medians)])
                print(rows[-1], file=sys.stderr, flush=True)
    table = markdown_table(("machine", "threads", *COLUMNS), rows)
    text = (
        "A question, the encoding of one question, and the encoding of 160 short texts, on two cores. "
        f"Medians of {ROUNDS} processes for each setting, which take turns. "
        "Made by `python -m benchmarks.waiting`."
    )
    write_section(Path("docs/benchmarks.md"), "waiting", f"## How threads wait\n\n{text}\n\n{table}")


if __name__ == "__main__":
    main()
