"""How much typing errors cost.

`python -m benchmarks.typos ../shared/eval` writes a section of docs/benchmarks.md. The same questions are
asked as they are, in lower case without punctuation, and with one and two of their longer words misspelt by
one letter each: swapped, left out, put in or replaced. Seeds are fixed.
"""

from __future__ import annotations

import random
import re
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from benchmarks.document import markdown_table, write_section
from benchmarks.sets import indexed
from index.embedding import SentenceEncoder
from index.engine import Engine
from index.evaluation import evaluate, number
from index.store import Reader

SETS = ("squad", "qed")
SAMPLE = 120
"""Answerable questions of a set, evenly spread."""
LONG = 5
"""Letters of a word that is misspelt, at least."""


def misspell(word: str, chance: random.Random) -> str:
    """Change one letter inside a word, never the first or the last."""
    place = chance.randrange(1, len(word) - 2)
    before, letter, after = word[:place], word[place], word[place + 1 :]
    other = chance.choice("etaoinsr".replace(letter, ""))
    changed = (
        f"{before}{after[0]}{letter}{after[1:]}",
        f"{before}{after}",
        f"{before}{other}{letter}{after}",
        f"{before}{other}{after}",
    )
    return chance.choice([each for each in changed if each != word])


def misspelt(question: str, words: int, chance: random.Random) -> str:
    """A question with so many of its longer words misspelt, or all of them if there are fewer."""
    parts = question.split()
    long = [place for place, part in enumerate(parts) if part.isalpha() and len(part) >= LONG]
    for place in chance.sample(long, min(words, len(long))):
        parts[place] = misspell(parts[place], chance)
    return " ".join(parts)


def typings() -> dict[str, Callable[[str], str]]:
    """Ways to type a question, each with chances of its own."""
    one, two = random.Random(1), random.Random(2)
    return {
        "as it is": lambda question: question,
        "lower case, no punctuation": lambda question: re.sub(r"[^\w\s'’-]", "", question.lower()),
        "one word misspelt": lambda question: misspelt(question, 1, one),
        "two words misspelt": lambda question: misspelt(question, 2, two),
    }


def main(folder: Path) -> None:
    """Ask a sample of each set in every way, and write the section."""
    encoder = SentenceEncoder()
    rows = []
    with tempfile.TemporaryDirectory() as cache:
        for name in SETS:
            index, questions = indexed(folder / name, Path(cache), encoder)
            answerable = [question for question in questions if question.answerable]
            sample = answerable[:: -(-len(answerable) // SAMPLE)]
            engine = Engine(Reader.open(index, model=encoder.fingerprint), encoder)
            for typing, typed in typings().items():
                metrics = evaluate(sample, (engine.ask(typed(one.question)) for one in sample))
                answered = sum(row.answered for row in metrics.rows) / len(sample)
                hits = (metrics.sentence_hit_1, metrics.sentence_hit_3, metrics.candidates_hit_10)
                rows.append([name, typing, *(number(figure) for figure in (*hits, answered))])
    told = "Only answerable questions; `answered` is the share that was not declined."
    table = markdown_table(["set", "typed", "hit@1", "hit@3", "gold in 10", "answered"], rows)
    write_section(Path("docs/benchmarks.md"), "typos", f"## Typing errors\n\n{told}\n\n{table}")


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "../shared/eval"))
