"""The names that the field's terms replaced are gone: identifiers, modules and words of the documents.

A name that comes back here is a second word for something that has one. Strings are left alone: some are the
keys of files and of JSON that other programs read.
"""

from __future__ import annotations

import io
import re
import tokenize
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).parents[1]
SOURCES: Final = sorted(
    path
    for folder in ("bot", "index", "tests", "benchmarks", "docs")
    for path in (ROOT / folder).rglob("*.py")
)
DOCUMENTS: Final = sorted(
    [
        *ROOT.glob("*.md"),
        *(ROOT / "docs").glob("*.md"),
        *(ROOT / "corpus").rglob("*.md"),
        ROOT / ".env.example",
    ]
)
HISTORY: Final = ("CHANGELOG.md", "CONTRIBUTING.md")
"""Documents that say what was renamed."""

IDENTIFIERS: Final = frozenset(
    "beyond desk donors golden golden_questions judge judgement ledger monitor overheard promise pulse"
    " say_counted sayer shelf smalltalk speak speak_to stopwatch surround surroundings tally told_in_full"
    " unasked visitor workshop article_hash text_hash recipe Recipe Beyond Desk Doctor"
    " Donors Found Judgement Ledger Pulse Receipt Shelf Stopwatch"
    " SentenceReader Tally Visitor Workshop".split()
)
MODULES: Final = frozenset(
    "_answer _answers _article _claim _copy _donors _gold _ledger _phrase _places _work alike app"
    " beyond block build changes choose chat chunk claims compare decline deliver desk dotenv evidence"
    " facts failures follow holding judgement kept lead likeness link long_sentences manage measures"
    " monitor newfile pages places prepare preview proposals pulse query receipt reconcile render"
    " retrieve sentence several shelf smalltalk split stopping stopwatch suggest surround surroundings"
    " tally verdicts visible workshop".split()
)
WORDS: Final = re.compile(
    r"\b(?:judgement|golden|ledger|donors?|recipes?|tally|workshop|surroundings|INDEX_READER)\b",
    re.IGNORECASE,
)
OTHERS: Final = {"visitor": {"index/convert/_pdf.py"}}
"""Names of other libraries, and where they are used."""


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_no_old_identifier_is_used(path: Path) -> None:
    tokens = tokenize.generate_tokens(io.StringIO(path.read_text(encoding="utf-8")).readline)
    names = {token.string for token in tokens if token.type == tokenize.NAME}
    old = {name for name in names if name.lstrip("_") in IDENTIFIERS}
    here = path.relative_to(ROOT).as_posix()
    assert not {name for name in old if here not in OTHERS.get(name, ())}


def test_no_module_has_an_old_name() -> None:
    paths = [
        path.relative_to(ROOT) for path in SOURCES if path.relative_to(ROOT).parts[0] in ("bot", "index")
    ]
    assert not [path for path in paths if path.stem in MODULES]


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_no_document_uses_an_old_word(path: Path) -> None:
    if path.name not in HISTORY:
        assert not WORDS.findall(path.read_text(encoding="utf-8"))
