"""Reads the sets of `../shared` into packed data.

`eval/` only measures: the questions of communities and four public sets. `train/communities/` holds whole
documentations with questions; eight projects are left out and judge. The other sets of `train/` are the
mixture; of some, whole titles are left out, to see that nothing is unlearned.
"""

from __future__ import annotations

import gzip
import json
import logging
import random
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final

from benchmarks.models.bm25 import BM25
from benchmarks.models.corpora import Role
from benchmarks.models.gold import CommunityGold, Gold, SentenceGold
from benchmarks.models.packing import Packed, Packer
from index.corpus import one_line, parse_text
from index.errors import UnreadableFile
from index.retrieval.question import understand
from index.store import chunk_text
from index.text.words import terms
from index.types import Article, Turn

Row = dict[str, Any]

PUBLIC_SETS: Final = ("squad", "clapnq", "qed", "mtrag")
LEFT_OUT: Final = frozenset(
    {"cryptomator", "handbrake", "helix", "luanti", "wsl", "headscale", "navidrome", "jitsi"}
)
"""Eight projects of eight themes; never trained on, and what is chosen is chosen by them."""
MIXTURE: Final = {
    "squad_train": 20908,
    "squad2_train_unanswerable": 4991,
    "squad_train_lower": 1337,
    "squad_train_sentence_pairs": 1800,
    "squadshifts_new_wiki": 6500,
    "squadshifts_reddit": 9671,
    "tydiqa_en": 3555,
    "selqa": 2316,
    "onestopqa": 1377,
    "integreat_en": 702,
    "faq_docs": 5608,
    "dstc9_faq": 3000,
    "dstc11_turns": 2362,
    "synthetic_unanswerable": 1500,
    "boolq_train": 4000,
    "fairytaleqa": 2500,
    "bioasq": 2500,
    "nq_swap": 1497,
    "chunking_eval": 471,
    "musique_sample": 165,
    "policyqa": 1000,
    "medquad": 1000,
    "qamr": 1000,
    "hotpotqa_sample": 1000,
    "quoref_contrast": 700,
    "ares_synthetic": 1000,
}
"""The sets of the mixture, and how many rows of each are taken at most."""
MIXTURE_LEFT_OUT: Final = {
    "squad_train": 700,
    "squadshifts_reddit": 400,
    "tydiqa_en": 350,
    "integreat_en": 200,
    "selqa": 200,
    "faq_docs": 300,
}
"""About how many of these rows are left out, by whole titles."""
SEED: Final = 5
_MOST_GOLD_CHUNKS: Final = 3
"""Chunks of a row whose label is its whole passage."""

_log = logging.getLogger(__name__)


def pack_sets(shared: Path, packer: Packer) -> None:
    """Pack every set that is there."""
    _pack_communities(packer, shared / "eval" / "community" / "questions.jsonl", "community")
    for name in PUBLIC_SETS:
        folder = shared / "eval" / name
        if (folder / "questions.jsonl").exists():
            articles = [(row["id"], _article(row)) for row in _rows(folder / "articles.jsonl")]
            questions = [row for row in _rows(folder / "questions.jsonl") if row["answerable"] is not None]
            _pack_corpus(packer, (name, name, "test"), articles, questions, SentenceGold())
    for path in sorted((shared / "train" / "communities").glob("*/questions.jsonl")):
        _pack_communities(packer, path, path.parent.name)
    chance = random.Random(SEED)
    for name, most in MIXTURE.items():
        path = shared / "train" / f"{name}.jsonl.gz"
        if path.exists():
            _pack_set_of_mixture(packer, name, _sample(_rows(path), most, chance), chance)


def _pack_communities(packer: Packer, path: Path, group: str) -> None:
    """Pack the communities of one file of questions; each has its articles beside it."""
    rows = list(_rows(path)) if path.exists() else []
    for name in sorted({row["community"] for row in rows}):
        folder = path.parent / name / "articles"
        role: Role = "test" if group == "community" else "dev" if name in LEFT_OUT else "train"
        questions = [row for row in rows if row["community"] == name and row["answerable"] is not None]
        _pack_corpus(packer, (name, group, role), _articles(folder), questions, CommunityGold(folder))


def _pack_corpus(
    packer: Packer,
    corpus: tuple[str, str, Role],
    articles: Iterable[tuple[str, Article]],
    questions: Iterable[Row],
    gold: Gold,
) -> None:
    """Pack articles, and questions with the passages that BM25 finds for them."""
    packer.begin(*corpus)
    first_chunk = packer.next_chunk
    packed = {name: packer.add_article(article) for name, article in articles if article.text.strip()}
    passages = (chunk for one in packed.values() for chunk in one.chunks)
    lexical = BM25([terms(chunk_text(chunk.context, chunk.text)) for chunk in passages])
    for row in questions:
        query = understand(row["question"], [Turn(text) for text in _asked_before(row)])
        units, chunks = _gold_of(row.get("evidence") or (), packed, gold)
        found = [first_chunk + number for number in lexical.best(query.terms)]
        packer.add_question(
            query.text,
            answerable=row["answerable"],
            gold_units=units,
            gold_chunks=chunks,
            lexical=found,
        )
    _tell(packer)


def _gold_of(evidence: Sequence[Row], packed: dict[str, Packed], gold: Gold) -> tuple[list[int], list[int]]:
    """The units and chunks that hold one of the evidences."""
    units: list[int] = []
    chunks: list[int] = []
    for one in evidence:
        for name in gold.articles(packed, one["article_id"]):
            article = packed[name]
            for number, unit in enumerate(article.units, article.first_unit):
                if gold.unit(unit.text, one["text"], name):
                    units.append(number)
            for number, chunk in enumerate(article.chunks, article.first_chunk):
                if gold.passage(chunk.text, one["text"], name):
                    chunks.append(number)
    return units, chunks


def _pack_set_of_mixture(packer: Packer, name: str, rows: list[Row], chance: random.Random) -> None:
    left_out = _left_out(rows, MIXTURE_LEFT_OUT[name], chance) if name in MIXTURE_LEFT_OUT else set()
    roles: tuple[Role, Role] = ("mix", "mixdev")
    for role in roles:
        chosen = [row for row in rows if (row["passage"] in left_out) == (role == "mixdev")]
        if chosen:
            packer.begin(name, "mixture", role)
            _pack_rows(packer, chosen)
            _tell(packer)


def _left_out(rows: Sequence[Row], wanted: int, chance: random.Random) -> set[str]:
    """The passages of titles that are left out: titles at random, until they have that many rows."""
    sizes = Counter(_title(row) for row in rows)
    titles = list(sizes)
    chance.shuffle(titles)
    chosen: set[str] = set()
    count = 0
    for title in titles:
        if count >= wanted:
            break
        if sizes[title] <= wanted:
            chosen.add(title)
            count += sizes[title]
    return {row["passage"] for row in rows if _title(row) in chosen}


def _pack_rows(packer: Packer, rows: Iterable[Row]) -> None:
    """Pack rows of a question with its passage; the passages of one corpus are each other's negatives."""
    packed: dict[tuple[str, str], Packed] = {}
    for row in rows:
        title = " ".join((row.get("title") or "").replace("_", " ").split())
        key = row["passage"], row.get("title") or ""
        if not row["passage"].strip():
            continue
        if key not in packed:
            article = Article(id=f"a{len(packed)}", title=title, text=row["passage"])
            packed[key] = packer.add_article(article, markdown=False)
        passage = packed[key]
        if not passage.chunks:
            continue
        answerable = _is_answerable(row)
        units = _labelled_units(row, passage) if answerable else []
        numbers = range(passage.first_chunk, passage.first_chunk + len(passage.chunks))
        whole = numbers[:_MOST_GOLD_CHUNKS] if answerable and not units else ()
        packer.add_question(
            understand(row["question"]).text, answerable=answerable, gold_units=units, gold_chunks=whole
        )


def _is_answerable(row: Row) -> bool:
    """Whether the passage answers; without spans and without a sentence it does not."""
    return row.get("answerable") is not False and not (row.get("answers") == [] and not row.get("sentence"))


def _labelled_units(row: Row, passage: Packed) -> list[int]:
    """The units where an answer begins, or that share most of their length with a labelled sentence."""
    if row.get("level") in ("passage", "faq"):
        return []
    units = list(enumerate(passage.units, passage.first_unit))
    starts = [one["start"] for one in row.get("answers") or ()]
    if starts:
        return [number for number, unit in units if any(unit.start <= start < unit.end for start in starts)]
    labelled = row.get("sentences") or row.get("sentence") or []
    spans = labelled if labelled and isinstance(labelled[0], list) else [labelled] if labelled else []
    return [
        number
        for number, unit in units
        if any(
            min(unit.end, end) - max(unit.start, start) > 0.5 * min(end - start, unit.end - unit.start)
            for start, end in spans
        )
    ]


def _articles(folder: Path) -> Iterator[tuple[str, Article]]:
    """Every article of a folder by its path; files that cannot be read are left out."""
    names = (path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
    for path in sorted(names, key=_files_first):
        name = path.as_posix()
        try:
            article_id = name.removesuffix(path.suffix)
            yield name, parse_text((folder / path).read_bytes(), name, article_id, markdown=True)
        except UnreadableFile as error:
            _log.info("  left out %s", error)


def _files_first(path: Path) -> list[tuple[bool, str]]:
    """Sorts the files of a folder before those of its folders."""
    return [(place < len(path.parts) - 1, part) for place, part in enumerate(path.parts)]


def _article(row: Row) -> Article:
    title = row.get("title") or one_line(row["text"], 80)
    return Article(id=row["id"], title=title, text=row["text"])


def _asked_before(row: Row) -> list[str]:
    """What the member said in earlier turns."""
    turns = [one if isinstance(one, dict) else {"text": one} for one in row.get("turns") or ()]
    return [turn["text"] for turn in turns if turn.get("speaker", "user") == "user"]


def _title(row: Row) -> str:
    return str(row.get("title") or row["passage"])


def _sample(rows: Iterable[Row], most: int, chance: random.Random) -> list[Row]:
    shuffled = list(rows)
    chance.shuffle(shuffled)
    return shuffled[:most]


def _rows(path: Path) -> Iterator[Row]:
    data = path.read_bytes()
    lines = gzip.decompress(data) if path.suffix == ".gz" else data
    return map(json.loads, lines.splitlines())


def _tell(packer: Packer) -> None:
    corpus = packer.end()
    sizes = {name: stop - first for name, (first, stop) in corpus.spans().items()}
    counts = ", ".join(f"{size} {name}" for name, size in sizes.items())
    _log.info("%s %s: %s", corpus.role, corpus.name, counts)
