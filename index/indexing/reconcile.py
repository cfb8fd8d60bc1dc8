"""Carries out a plan: makes the index say what the corpus says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from index.indexing.plan import Plan
from index.indexing.prepare import prepare
from index.store import ReadRepository, Writer
from index.types import BuildReport, Encoder, OnProgress, Progress


def carry_out(
    writer: Writer,
    plan: Plan,
    encoder: Encoder,
    *,
    max_tokens: int,
    overlap: int,
    finished: bool,
    caches: Sequence[ReadRepository],
    on_progress: OnProgress,
) -> BuildReport:
    """Make the index what the plan says: vectors first, then everything else in one transaction.

    Args:
        writer: The index.
        plan: Made from it.
        encoder: Touched only if there are new or changed articles.
        max_tokens: Longest chunk; the model's own limit where that is lower.
        overlap: How many sentences a chunk repeats of the one before.
        finished: Whether the plan covers the whole corpus.
        caches: Other generations made with the same model, whose vectors are taken over.
        on_progress: Told how far the work has come.

    Returns:
        What was done; `unchanged` counts only articles of files that were read.
    """
    prepared = prepare(
        writer,
        plan.fresh,
        encoder,
        max_tokens=max_tokens,
        overlap=overlap,
        caches=caches,
        on_progress=on_progress,
    )
    if plan:
        with writer.change(finished=finished):
            for file in plan.files:
                writer.put_file(file)
            for article_id, name in plan.moved.items():
                writer.move(article_id, name)
            for done, row in enumerate(prepared.rows, start=1):
                writer.put(row)
                on_progress(Progress("writing", done, len(prepared.rows), "articles"))
            for name, article_id in plan.shadows:
                writer.shadow(name, article_id)
            for article_id in plan.removed:
                writer.drop(article_id)
            for name in plan.gone:
                writer.drop_file(name)
    with writer.snapshot() as snapshot:
        skipped = snapshot.skipped(None if finished else [row.path for row in plan.files])
    return BuildReport(
        added=tuple(sorted(plan.added)),
        changed=tuple(sorted(plan.changed)),
        removed=tuple(plan.removed),
        unchanged=plan.same,
        skipped=(*skipped, *plan.nameless),
        sentences=prepared.sentences,
        encoded=prepared.encoded,
        split=prepared.split,
    )


def forget(writer: Writer, corpus: Path, known: dict[str, tuple[str, bytes]]) -> set[str]:
    """Take articles that the corpus no longer holds out of the index.

    Args:
        writer: The index.
        corpus: The folder of the articles.
        known: The articles, as `ReadRepository.owners` gives them.

    Returns:
        The ids that went: those, and any others of a file that is gone.
    """
    touched = {file for file, _ in known.values()} | writer.claiming(known)
    gone = {file for file in touched if not (corpus / file).exists()}
    removed = set(known) | set(writer.articles_of(gone))
    with writer.change():
        for article_id in removed:
            writer.drop(article_id)
            writer.unshadow(article_id)
        for file in gone:
            writer.drop_file(file)
        for file in touched - gone:
            writer.look_again(file)  # a dump without some rows; its hash is learnt by the next rebuild
    return removed


def retract(writer: Writer, plan: Plan) -> tuple[str, ...]:
    """Take articles that the corpus no longer holds out of an older index; returns their ids.

    Files that have changed since are left for the next rebuild to read.
    """
    with writer.change():
        for article_id in plan.removed:
            writer.drop(article_id)
        for row in plan.files:
            writer.look_again(row.path)
        for file in plan.gone:
            writer.drop_file(file)
    return tuple(plan.removed)


def compared(report: BuildReport, before: dict[str, bytes], after: dict[str, bytes]) -> BuildReport:
    """A report on a new database in terms of the one that it replaces."""
    both = before.keys() & after.keys()
    changed = [article_id for article_id in both if before[article_id] != after[article_id]]
    return replace(
        report,
        added=tuple(sorted(after.keys() - before.keys())),
        changed=tuple(sorted(changed)),
        removed=tuple(sorted(before.keys() - after.keys())),
        unchanged=len(both) - len(changed),
    )
