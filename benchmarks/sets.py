"""The evaluation sets, indexed."""

from __future__ import annotations

import shutil
from pathlib import Path

from index.evaluation import Question, load_questions
from index.indexing.builder import Builder
from index.types import Encoder

SETS = ("squad", "clapnq", "qed", "mtrag")


def indexed(folder: Path, cache: Path, encoder: Encoder) -> tuple[Path, list[Question]]:
    """Index a set's articles.

    Args:
        folder: Holds `articles.jsonl` and `questions.jsonl`.
        cache: Where corpora and indexes are kept.
        encoder: Encodes the articles.

    Returns:
        The folder of the index, and the questions.
    """
    corpus, index = cache / folder.name / "corpus", cache / folder.name / "index"
    corpus.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(folder / "articles.jsonl", corpus / "articles.jsonl")
    Builder(corpus, index, encoder).rebuild()
    return index, load_questions(folder / "questions.jsonl")
