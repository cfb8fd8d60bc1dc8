from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from bot.errors import UnknownDraft
from bot.services.drafts import DAY, Draft, Drafts
from index.corpus import Kept
from index.editing import Change
from index.types import Article

POOL = Article(
    "news/pool", "The pool", "It opens at seven – daily.", published="2026-06-01", tags=("swim", "town")
)


@pytest.fixture
def drafts(tmp_path: Path) -> Drafts:
    return Drafts(tmp_path / "state" / "drafts")


@pytest.mark.parametrize(
    "draft",
    [
        Draft(7, "add", POOL.id, POOL.title, POOL),
        Draft(7, "remove", POOL.id, POOL.title),
        Draft(
            7,
            "replace",
            POOL.id,
            POOL.title,
            undo="x" * 16,
            change=Change(POOL.id, (Kept("news/pool.md", b"\xff\x00 bytes"), Kept("a.txt", b"")), "5f3a"),
        ),
    ],
)
def test_what_is_kept_is_read(drafts: Drafts, draft: Draft) -> None:
    name = drafts.keep(draft)
    assert len(name) == 16
    assert drafts.read(name) == draft
    drafts.drop(name)
    drafts.drop(name)
    with pytest.raises(UnknownDraft):
        drafts.read(name)


def test_a_draft_can_be_kept_anew(drafts: Drafts) -> None:
    name = drafts.keep(Draft(7, "add", POOL.id, POOL.title, POOL))
    other = drafts.keep(Draft(8, "remove", POOL.id, POOL.title))
    assert drafts.keep(Draft(7, "add", POOL.id, POOL.title, POOL, undo=other), name) == name
    assert drafts.read(name).undo == other


def test_after_a_day_a_draft_is_gone(drafts: Drafts, tmp_path: Path) -> None:
    drafts.purge()  # nothing was ever kept
    old, new = (drafts.keep(Draft(7, "remove", POOL.id, POOL.title)) for _ in range(2))
    folder = tmp_path / "state" / "drafts"
    (folder / "left-over.tmp").write_text("{")
    for name in (f"{old}.json", "left-over.tmp"):
        os.utime(folder / name, (0, time.time() - DAY - 1))
    with pytest.raises(UnknownDraft):
        drafts.read(old)
    drafts.purge()
    assert [path.name for path in folder.iterdir()] == [f"{new}.json"]
    assert folder.stat().st_mode & 0o077 == 0
