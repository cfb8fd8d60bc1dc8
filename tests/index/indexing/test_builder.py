from __future__ import annotations

import io
import json
import sqlite3
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from index.errors import (
    ArticleNotFound,
    CorpusError,
    IndexCorrupt,
    IndexDisk,
    IndexMissing,
    IndexModel,
    IndexVersion,
    ModelError,
    ModelUnavailable,
    NothingToRollBack,
    UsageError,
)
from index.store import Generations, Reader
from index.store._connect import checksum
from index.types import BuildReport, Skipped
from tests.index.library import ARTICLES, Library, Untouchable, WordEncoder

IDS = ("news/bridge", "news/ferry", "rules/borrowing", "welcome")


@pytest.fixture
def library(tmp_path: Path) -> Library:
    return Library(tmp_path).stock()


@pytest.fixture
def built(library: Library) -> Library:
    library.builder().rebuild()
    library.encoder.seen.clear()
    library.progress.clear()
    return library


def fresh(library: Library, where: Path) -> Library:
    """A second index of the same corpus, built in one go."""
    other = Library(where)
    (where).mkdir()
    (where / "corpus").symlink_to(library.corpus)
    other.builder().rebuild()
    return other


def databases(library: Library) -> list[str]:
    return sorted(path.name for path in library.folder.iterdir() if path.suffix == ".db")


def test_the_first_rebuild_adds_everything(library: Library) -> None:
    report = library.builder().rebuild()
    assert (report.added, report.changed, report.removed) == (IDS, (), ())
    assert (report.unchanged, report.skipped, report.split) == (0, (), ())
    assert report.encoded == len(library.encoder.seen) == len(set(library.encoder.seen))
    assert report.sentences == library.content()["counts"].sentences
    assert library.builder().verify() == []


def test_a_rebuild_without_changes_touches_neither_encoder_nor_index(built: Library) -> None:
    before = {path.name: path.stat().st_mtime_ns for path in built.folder.iterdir()}
    report = built.builder(Untouchable()).rebuild()
    assert report == BuildReport(unchanged=4)
    after = {path.name: path.stat().st_mtime_ns for path in built.folder.iterdir()}
    assert {name: after[name] for name in before if name.endswith(("db", "vectors", "current"))} == {
        name: before[name] for name in before if name.endswith(("db", "vectors", "current"))
    }


def test_a_rebuild_encodes_only_what_is_new(built: Library, tmp_path: Path) -> None:
    built.write("welcome.md", "# Welcome to the library\n\nThe library opens at noon. Reading is free.\n")
    (built.corpus / "news/bridge.md").unlink()
    built.write("rules/quiet.md", "# Quiet\n\nPlease be quiet.\n")
    report = built.builder().rebuild()
    assert (report.added, report.changed, report.removed) == (
        ("rules/quiet",),
        ("welcome",),
        ("news/bridge",),
    )
    assert report.unchanged == 2
    assert "The library opens at noon." in built.encoder.seen
    assert "Reading is free." not in built.encoder.seen
    assert not any("bridge" in text for text in built.encoder.seen)
    assert built.content() == fresh(built, tmp_path / "fresh").content()


def test_a_new_title_changes_what_is_embedded_for_chunks_alone(built: Library) -> None:
    built.write("news/ferry.md", ARTICLES["news/ferry.md"].replace("Ferry timetable", "When the ferry sails"))
    report = built.builder().rebuild()
    assert report.changed == ("news/ferry",)
    assert built.encoder.seen
    assert all("When the ferry sails" in text for text in built.encoder.seen)


def test_metadata_alone_needs_no_encoder(built: Library) -> None:
    built.write("news/ferry.md", ARTICLES["news/ferry.md"].replace("Harbour", "Ferries"))
    assert built.builder().rebuild().changed == ("news/ferry",)
    assert built.encoder.seen == []
    assert built.content()["articles"]["news/ferry"]["article"].source == "Saltmere Ferries"


def test_white_space_that_is_no_article_s_changes_nothing(built: Library) -> None:
    built.write("welcome.md", ARTICLES["welcome.md"].replace("\n", "\r\n"))
    assert built.builder(Untouchable()).rebuild() == BuildReport(unchanged=4)
    assert built.builder(Untouchable()).rebuild() == BuildReport(unchanged=4)


def test_an_article_that_moves_to_another_file_is_the_same(built: Library) -> None:
    (built.corpus / "welcome.md").rename(built.corpus / "welcome.markdown")
    assert built.builder(Untouchable()).rebuild() == BuildReport(unchanged=4)
    (built.corpus / "welcome.markdown").unlink()
    assert built.builder(Untouchable()).rebuild() == BuildReport(removed=("welcome",), unchanged=3)


def test_files_that_cannot_be_indexed_are_named_with_the_reason(built: Library) -> None:
    built.write("news/ferry.md", b"\xff\xfeF\0e\0")
    built.write("dump.jsonl", '{"id": "1", "title": "One", "text": "The tide is out."}\n{"id": "2"}\n')
    (built.corpus / "lost.md").symlink_to(built.corpus / "nowhere.md")
    report = built.builder().rebuild()
    assert report.removed == ("news/ferry",)
    assert report.added == ("dump/1",)
    assert [skipped.path for skipped in report.skipped] == ["dump.jsonl:2", "news/ferry.md"]
    assert built.builder(Untouchable()).rebuild().skipped == report.skipped
    built.write("news/ferry.md", ARTICLES["news/ferry.md"])
    assert built.builder().rebuild().added == ("news/ferry",)


def test_a_file_that_cannot_be_opened_is_tried_again(built: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    target = built.corpus / "welcome.md"
    opened: Any = io.open

    def refuse(path: object, *options: Any, **named: Any) -> Any:
        if path == target:
            raise PermissionError(13, "Permission denied")
        return opened(path, *options, **named)

    with monkeypatch.context() as patch:
        patch.setattr(io, "open", refuse)
        report = built.builder().rebuild()
    assert report.removed == ("welcome",)
    assert report.skipped == (Skipped("welcome.md", "welcome.md cannot be read: Permission denied."),)
    assert built.builder().rebuild().added == ("welcome",)


def test_a_text_too_large_is_skipped_without_being_read(built: Library) -> None:
    path = built.write("huge.md", "x")
    with path.open("r+b") as file:
        file.truncate(21 * 1024 * 1024)
    (skipped,) = built.builder().rebuild().skipped
    assert "larger than 20 MiB" in skipped.reason
    assert built.builder(Untouchable()).rebuild().unchanged == 4


def test_names_that_cannot_be_ids_are_skipped_each_time(built: Library) -> None:
    built.write("bell\x07.md", "# Bell\n\nThe bell rings.\n")
    for _ in range(2):
        (skipped,) = built.builder(Untouchable()).rebuild().skipped
        assert (skipped.path, "name" in skipped.reason) == ("bell\\x07.md", True)


def test_a_sentence_too_long_for_the_encoder_is_told(built: Library) -> None:
    built.write("list.md", "# List\n\n" + " and ".join(f"shelf {number}" for number in range(60)) + ".\n")
    assert built.builder().rebuild().split == ("list",)
    assert built.builder().verify() == []


def test_progress_is_told_for_each_stage(library: Library) -> None:
    library.builder().rebuild()
    last = {progress.stage: progress for progress in library.progress}
    assert list(last) == ["comparing", "reading", "cutting", "encoding", "writing"]
    assert all(progress.done == progress.total for progress in last.values())
    assert {stage: progress.unit for stage, progress in last.items()} == {
        "comparing": "files",
        "reading": "files",
        "cutting": "articles",
        "encoding": "texts",
        "writing": "articles",
    }


def test_no_corpus_no_index(tmp_path: Path) -> None:
    library = Library(tmp_path)
    with pytest.raises(CorpusError, match="no folder of articles"):
        library.builder().rebuild()
    assert databases(library) == []
    with pytest.raises(IndexMissing):
        Reader.open(library.folder)


def test_an_article_that_moves_to_a_file_read_otherwise_is_cut_anew(built: Library, tmp_path: Path) -> None:
    built.write("list.txt", "List\n\n# One\n\nFirst.\n")
    built.builder().rebuild()
    (built.corpus / "list.txt").unlink()
    built.write("list.md", "---\ntitle: List\n---\n\n# One\n\nFirst.\n")
    assert built.builder().rebuild().changed == ("list",)
    assert built.content() == fresh(built, tmp_path / "fresh").content()


# Two files, one id


def test_the_first_of_two_files_with_one_id_is_indexed(built: Library, tmp_path: Path) -> None:
    built.write("welcome.markdown", "# Welcome, members\n\nMembers enter by the side door.\n")
    report = built.builder().rebuild()
    assert report.changed == ("welcome",)
    assert report.skipped == (Skipped("welcome.md", 'its id "welcome" is taken by welcome.markdown.'),)
    assert built.builder(Untouchable()).rebuild().skipped == report.skipped
    assert built.content() == fresh(built, tmp_path / "fresh").content()


def test_the_second_takes_over_when_the_first_is_gone(built: Library) -> None:
    built.write("welcome.txt", "Welcome\n\nThe old welcome.\n")
    assert built.builder().rebuild().added == ()
    (built.corpus / "welcome.md").unlink()
    assert built.builder().rebuild().changed == ("welcome",)
    assert built.content()["articles"]["welcome"]["article"].text == "The old welcome."
    assert built.content()["skipped"] == []


def test_the_second_takes_over_when_the_first_can_no_longer_be_read(built: Library) -> None:
    built.write("welcome.txt", "Welcome\n\nThe old welcome.\n")
    built.builder().rebuild()
    built.write("welcome.md", b"\xff\xfe")
    report = built.builder().rebuild()
    assert (report.changed, [skipped.path for skipped in report.skipped]) == (("welcome",), ["welcome.md"])


def test_a_row_may_have_the_id_of_a_file(built: Library, tmp_path: Path) -> None:
    built.write("news.jsonl", json.dumps({"id": "ferry", "title": "Ferry", "text": "No ferry today."}) + "\n")
    report = built.builder().rebuild()
    assert report.changed == ("news/ferry",)  # news.jsonl comes before news/
    assert report.skipped == (Skipped("news/ferry.md", 'its id "news/ferry" is taken by news.jsonl.'),)
    assert built.content() == fresh(built, tmp_path / "fresh").content()


def test_same_text_in_two_articles_is_encoded_once(built: Library) -> None:
    built.write("copy/welcome.md", ARTICLES["welcome.md"])
    assert built.builder().rebuild().added == ("copy/welcome",)
    assert built.encoder.seen == []


# add


def test_add_indexes_just_those_files(built: Library, tmp_path: Path) -> None:
    built.write("unseen.md", "# Unseen\n\nNobody asked for this.\n")
    path = built.write("rules/quiet.md", "# Quiet\n\nPlease be quiet.\n")
    report = built.builder().add([path, built.corpus / "welcome.md"])
    assert (report.added, report.changed, report.removed, report.unchanged) == (("rules/quiet",), (), (), 1)
    assert "unseen" not in built.content()["articles"]
    assert built.builder().rebuild().added == ("unseen",)
    assert built.content() == fresh(built, tmp_path / "fresh").content()


def test_add_of_a_changed_and_of_a_vanished_file(built: Library) -> None:
    path = built.write("welcome.md", "# Welcome\n\nThe library is closed.\n")
    gone = built.corpus / "news/ferry.md"
    gone.unlink()
    report = built.builder().add([path, gone])
    assert (report.changed, report.removed) == (("welcome",), ("news/ferry",))


def test_add_tells_what_it_skipped_and_only_that(built: Library) -> None:
    built.write("old.md", b"\xff\xfe")
    built.builder().rebuild()
    report = built.builder().add([built.write("welcome.txt", "Welcome\n\nAgain.\n")])
    assert report.skipped == (Skipped("welcome.txt", 'its id "welcome" is taken by welcome.md.'),)


def test_add_without_an_index_makes_one_of_everything(library: Library) -> None:
    assert library.builder().add([library.corpus / "welcome.md"]).added == IDS


def test_add_of_a_file_elsewhere_is_refused(built: Library, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="not in the corpus"):
        built.builder().add([tmp_path / "elsewhere.md"])


def test_add_to_an_index_of_another_model_is_refused(built: Library) -> None:
    path = built.write("rules/quiet.md", "# Quiet\n\nPlease be quiet.\n")
    with pytest.raises(IndexModel, match="The files are in the corpus; run `footnote rebuild`"):
        built.builder(WordEncoder("other@2")).add([path])
    with pytest.raises(IndexModel):
        built.builder(max_tokens=20).add([path])


# remove


def test_remove_deletes_from_corpus_and_index_without_a_model(built: Library, tmp_path: Path) -> None:
    report = built.builder(Untouchable()).remove(["welcome", "news/ferry", "welcome"])
    assert report == BuildReport(removed=("news/ferry", "welcome"))
    assert not (built.corpus / "welcome.md").exists()
    assert list(built.content()["articles"]) == ["news/bridge", "rules/borrowing"]
    assert built.content() == fresh(built, tmp_path / "fresh").content()
    assert built.builder(Untouchable()).rebuild() == BuildReport(unchanged=2)


def test_remove_of_rows(built: Library, tmp_path: Path) -> None:
    rows = [{"id": str(number), "title": f"Row {number}", "text": f"Tide {number}."} for number in range(3)]
    built.write("tides.jsonl", "".join(json.dumps(row) + "\n" for row in rows))
    built.builder().rebuild()
    assert built.builder(Untouchable()).remove(["tides/1"]).removed == ("tides/1",)
    assert built.content()["counts"].articles == 6
    assert built.builder(Untouchable()).rebuild() == BuildReport(unchanged=6)
    assert built.content() == fresh(built, tmp_path / "fresh").content()
    assert built.builder(Untouchable()).remove(["tides/0", "tides/2"]).removed == ("tides/0", "tides/2")
    assert not (built.corpus / "tides.jsonl").exists()
    assert built.builder(Untouchable()).rebuild() == BuildReport(unchanged=4)


def test_remove_takes_every_file_of_that_id(built: Library) -> None:
    built.write("welcome.txt", "Welcome\n\nThe old welcome.\n")
    built.builder().rebuild()
    assert built.builder(Untouchable()).remove(["welcome"]).removed == ("welcome",)
    assert not list(built.corpus.glob("welcome.*"))
    assert built.content()["skipped"] == []


def test_remove_of_what_is_only_in_the_index_or_only_in_the_corpus(built: Library) -> None:
    (built.corpus / "welcome.md").unlink()
    built.write("new.md", "# New\n\nNot indexed yet.\n")
    assert built.builder(Untouchable()).remove(["welcome", "new"]).removed == ("new", "welcome")
    assert not (built.corpus / "new.md").exists()
    assert built.builder(Untouchable()).rebuild() == BuildReport(unchanged=3)


def test_remove_without_an_index(library: Library) -> None:
    assert library.builder(Untouchable()).remove(["welcome"]).removed == ("welcome",)
    assert not (library.corpus / "welcome.md").exists()


def refuse_to_delete(monkeypatch: pytest.MonkeyPatch, *names: str) -> None:
    """Let files of these names be deleted by nobody."""
    unlink = Path.unlink

    def refuse(path: Path, missing_ok: bool = False) -> None:
        if path.name in names:
            raise PermissionError(13, "Permission denied", str(path))
        unlink(path, missing_ok)

    monkeypatch.setattr(Path, "unlink", refuse)


@pytest.mark.parametrize(
    "ids", [["welcome", "news/ferry", "news/bridge"], ["news/ferry", "welcome", "news/bridge"]]
)
def test_remove_takes_the_others_when_one_cannot_be_deleted(
    built: Library, ids: list[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    refuse_to_delete(monkeypatch, "ferry.md")
    with pytest.raises(
        CorpusError, match=r"Not removed: news/ferry \(.*ferry.*\)\. Removed: news/bridge, welcome\."
    ):
        built.builder(Untouchable()).remove(ids)
    assert list(built.content()["articles"]) == ["news/ferry", "rules/borrowing"]
    assert built.content() == fresh(built, tmp_path / "fresh").content()


def test_remove_says_why_a_single_article_stays(built: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    refuse_to_delete(monkeypatch, "ferry.md", "welcome.md")
    with pytest.raises(CorpusError, match="^news/ferry.md"):
        built.builder(Untouchable()).remove(["news/ferry"])
    with pytest.raises(CorpusError, match=r"^Not removed: news/ferry \(.*\); welcome \(.*\)\.$"):
        built.builder(Untouchable()).remove(["news/ferry", "welcome"])
    assert set(built.content()["articles"]) == set(IDS)


def test_remove_of_an_unknown_id_removes_nothing(built: Library) -> None:
    with pytest.raises(ArticleNotFound, match='No article has the id "nowhere". Nothing was removed.'):
        built.builder().remove(["welcome", "nowhere"])
    assert (built.corpus / "welcome.md").exists()
    assert "welcome" in built.content()["articles"]


# Generations


def test_a_full_rebuild_is_a_new_database_with_the_old_vectors(built: Library) -> None:
    before = built.content()
    (old,) = databases(built)
    report = built.builder().rebuild(full=True)
    assert report == BuildReport(unchanged=4, sentences=before["counts"].sentences)
    assert built.encoder.seen == []
    assert built.content() == before
    assert databases(built)[0] == old
    built.builder().rebuild(full=True)
    assert len(databases(built)) == 2
    assert old not in databases(built)


def test_a_full_rebuild_reports_against_what_it_replaces(built: Library) -> None:
    built.write("rules/quiet.md", "# Quiet\n\nPlease be quiet.\n")
    built.write("welcome.md", "# Welcome\n\nThe library is closed.\n")
    (built.corpus / "news/ferry.md").unlink()
    report = built.builder().rebuild(full=True)
    assert (report.added, report.changed, report.removed, report.unchanged) == (
        ("rules/quiet",),
        ("welcome",),
        ("news/ferry",),
        2,
    )


@pytest.mark.parametrize(
    ("encoder", "max_tokens"), [(WordEncoder("other@2"), 40), (WordEncoder("words@1"), 24)]
)
def test_another_model_or_limit_makes_a_new_database(
    built: Library, encoder: WordEncoder, max_tokens: int
) -> None:
    report = built.builder(encoder, max_tokens=max_tokens).rebuild()
    assert (report.unchanged, report.added) == (4, ())
    assert len(databases(built)) == 2
    assert ("Reading is free." in encoder.seen) == (encoder.fingerprint == "other@2")
    with (
        pytest.raises(IndexModel)
        if encoder.fingerprint == "other@2"
        else Reader.open(built.folder).snapshot()
    ):
        Reader.open(built.folder, model="words@1")
    assert built.builder(Untouchable(), max_tokens=max_tokens).verify() == []


def test_another_version_of_words_or_reading_makes_a_new_database(
    built: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("index.indexing.builder.READING_VERSION", 99)
    assert built.builder().rebuild().unchanged == 4
    assert len(databases(built)) == 2
    assert built.encoder.seen == []


def words_of_version_1(library: Library) -> None:
    """Leave the index as it was made when words were made otherwise, with one that full text cut in two."""
    connection = sqlite3.connect(Generations(library.folder).current())
    connection.create_function("checksum", -1, checksum)
    connection.executescript(
        """
        CREATE TEMP TABLE kept AS SELECT rowid AS key, terms FROM words;
        DROP TABLE vocabulary;
        DROP TABLE words;
        CREATE VIRTUAL TABLE words USING fts5(terms, tokenize = "ascii tokenchars '.,'");
        CREATE VIRTUAL TABLE vocabulary USING fts5vocab(words, row);
        INSERT INTO words (rowid, terms) SELECT key, terms || ' 3m''s' FROM kept;
        UPDATE meta SET value = json_set(value, '$.words', 1) WHERE name = 'config';
        UPDATE meta SET checksum = checksum(name, value);
        """
    )
    connection.close()


def test_an_index_with_words_of_another_version_is_refused_until_a_rebuild(built: Library) -> None:
    words_of_version_1(built)
    builder = built.builder()
    for refused in (built.content, builder.verify):
        with pytest.raises(IndexVersion, match="words as another version.*Run `footnote rebuild`"):
            refused()
    with pytest.raises(IndexModel, match="run `footnote rebuild`"):
        builder.add([built.corpus / "welcome.md"])
    built.encoder.seen.clear()
    assert builder.rebuild().unchanged == 4
    assert built.encoder.seen == []
    assert builder.verify() == []
    with pytest.raises(IndexVersion, match="words as another version"):
        builder.rollback()
    assert built.content()["counts"].articles == 4


def test_another_format_makes_a_new_database_and_keeps_the_old(
    built: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("index.store._connect.VERSION", 99)
    with pytest.raises(IndexVersion):
        built.builder().add([built.corpus / "welcome.md"])
    assert built.builder().rebuild().added == IDS
    assert len(databases(built)) == 2
    monkeypatch.undo()
    with pytest.raises(IndexVersion):
        built.content()
    assert built.builder().rebuild().unchanged == 0


def test_rollback_goes_back_and_forth(built: Library) -> None:
    before = built.content()
    built.builder(WordEncoder("other@2")).rebuild()
    after = built.content()
    assert built.builder().rollback() == BuildReport(unchanged=4)
    assert built.content() == before
    built.builder(WordEncoder("other@2")).rollback()
    assert built.content() == after


def test_gone_is_gone_after_a_rollback(built: Library) -> None:
    rows = [{"id": str(number), "title": f"Row {number}", "text": f"Tide {number}."} for number in range(2)]
    built.write("tides.jsonl", "".join(json.dumps(row) + "\n" for row in rows))
    built.write("secret.md", "# Secret\n\nThe key is under the mat.\n")
    built.builder().rebuild()
    built.builder().rebuild(full=True)
    built.builder().remove(["welcome", "tides/0"])
    (built.corpus / "news/ferry.md").unlink()
    built.write("secret.md", b"\xff\xfe")
    built.write("rules/quiet.md", "# Quiet\n\nPlease be quiet.\n")
    report = built.builder(Untouchable()).rollback()
    assert report.removed == ("news/ferry", "secret")
    assert list(built.content()["articles"]) == ["news/bridge", "rules/borrowing", "tides/1"]
    assert built.builder().verify() == []
    report = built.builder().rebuild()
    assert (report.added, report.unchanged) == (("rules/quiet",), 3)


def test_an_article_rolled_back_is_brought_up_to_date_by_the_next_rebuild(built: Library) -> None:
    built.builder().rebuild(full=True)
    built.write("welcome.md", "# Welcome\n\nThe library is closed.\n")
    built.builder().rebuild()
    built.builder().rollback()
    assert "opens at ten" in built.content()["articles"]["welcome"]["article"].text
    assert built.builder().rebuild().changed == ("welcome",)


def test_nothing_to_roll_back(built: Library, tmp_path: Path) -> None:
    with pytest.raises(NothingToRollBack):
        built.builder().rollback()
    with pytest.raises(IndexMissing):
        Library(tmp_path / "elsewhere").builder().rollback()


def test_a_damaged_previous_index_is_not_rolled_back_to(built: Library) -> None:
    built.builder().rebuild(full=True)
    before = built.content()
    previous = Generations(built.folder).previous()
    assert previous is not None
    previous.write_bytes(b"minutes of the committee" * 200)
    with pytest.raises(IndexCorrupt):
        built.builder().rollback()
    assert built.content() == before


@pytest.mark.parametrize("keep", [0.0, 0.4, 1.0])
def test_a_damaged_index_is_repaired_by_a_rebuild(built: Library, keep: float) -> None:
    before = built.content()
    path = Generations(built.folder).current()
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * keep)] if keep < 1 else b"\0" * 8192)
    with pytest.raises(IndexCorrupt, match="Run `footnote rebuild`"):
        built.builder().remove(["news/ferry"])
    assert (built.corpus / "news/ferry.md").exists()
    assert built.builder().rebuild().added == IDS
    assert built.content() == before
    assert not path.exists()
    with pytest.raises(NothingToRollBack):
        built.builder().rollback()


def test_a_damaged_pointer_is_repaired_by_a_rebuild(built: Library) -> None:
    before = built.content()
    built.encoder.seen.clear()
    (built.folder / "current").write_text("nonsense\n")
    assert built.builder().verify()
    built.builder().rebuild()
    assert built.builder().verify() == []
    assert built.content() == before
    assert built.encoder.seen == []


def test_vectors_that_do_not_hold_are_not_taken_over(built: Library) -> None:
    connection = sqlite3.connect(Generations(built.folder).current())
    connection.execute("UPDATE vector SET value = zeroblob(64) WHERE key = 1")
    connection.execute("UPDATE vector SET value = x'0000' WHERE key = 2")
    connection.commit()
    connection.close()
    assert "2 vectors are no unit vectors of 32 dimensions." in built.builder().verify()
    assert built.builder().rebuild(full=True).encoded == 2
    assert built.builder().verify() == []


def test_a_new_database_that_is_not_whole_is_not_put_in_use(
    built: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, files = built.content(), databases(built)
    monkeypatch.setattr("index.indexing.builder.verify", lambda *_, **__: ["The moon is in the wrong place."])
    with pytest.raises(IndexCorrupt, match="The moon is in the wrong place"):
        built.builder().rebuild(full=True)
    assert (built.content(), databases(built)) == (before, files)


def test_settings_outlive_full_rebuilds_with_the_same_model(built: Library) -> None:
    built.builder().keep("threshold", "0.42")
    built.builder().rebuild(full=True)
    with Reader.open(built.folder).snapshot() as snapshot:
        assert snapshot.setting("threshold") == "0.42"
    built.builder(WordEncoder("other@2")).rebuild()
    with Reader.open(built.folder).snapshot() as snapshot:
        assert snapshot.setting("threshold") is None


# What goes wrong


def test_what_was_encoded_before_a_failure_is_not_encoded_again(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("index.indexing.builder._BATCH", 2)
    left = [3]

    def fail(_: int) -> None:
        left[0] -= 1
        if left[0] < 0:
            raise ModelUnavailable("The model has left.")

    encoder = WordEncoder(on_encode=fail)
    for full in (False, True):
        left[0] = 3
        with pytest.raises(ModelUnavailable):
            library.builder(encoder).rebuild(full=full)
    with pytest.raises(IndexMissing):
        library.content()
    done = [*encoder.seen[:6], *encoder.seen[8:14]]  # three batches of each attempt; a fourth one failed
    report = library.builder().rebuild()
    assert len(set(done)) == 12
    assert set(done).isdisjoint(library.encoder.seen)
    assert report.encoded == len(library.encoder.seen)
    assert library.builder().verify() == []
    assert len(databases(library)) == 1


def test_an_interrupted_addition_is_taken_up_by_the_next_rebuild(
    built: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("index.indexing.builder._BATCH", 1)
    before = built.content()
    vectors = before["counts"].vectors

    def fail(_: int) -> None:
        if len(built.encoder.seen) > 2:
            raise KeyboardInterrupt

    built.write("rules/quiet.md", "# Quiet\n\nPlease be quiet. Whispering is fine. Humming is not.\n")
    built.encoder._on_encode = fail
    with pytest.raises(KeyboardInterrupt):
        built.builder().rebuild()
    after = built.content()
    assert (after.pop("counts").vectors, before.pop("counts").vectors) == (vectors + 2, vectors)
    assert after == before
    built.encoder = WordEncoder()
    report = built.builder().rebuild()
    assert (report.added, report.encoded) == (("rules/quiet",), 2)
    (built.corpus / "rules/quiet.md").unlink()
    built.builder().rebuild()
    assert built.content()["counts"].vectors == vectors


def test_a_failure_before_anything_was_encoded_leaves_nothing(library: Library) -> None:
    def fail(_: int) -> None:
        raise ModelUnavailable("There is no model.")

    for _ in range(3):
        with pytest.raises(ModelUnavailable):
            library.builder(WordEncoder(on_encode=fail)).rebuild()
    assert databases(library) == []


def test_vectors_that_are_not_numbers_are_refused(built: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    built.write("rules/quiet.md", "# Quiet\n\nPlease be quiet.\n")
    monkeypatch.setattr(
        WordEncoder, "encode_queries", lambda _, texts: np.full((len(texts), 32), np.nan, dtype=np.float32)
    )
    with pytest.raises(ModelError, match="vectors that are not numbers"):
        built.builder().rebuild()
    assert built.builder().verify() == []


def test_an_index_folder_that_cannot_be_made(library: Library) -> None:
    library.folder.write_text("a file in its place")
    with pytest.raises(IndexDisk, match="File exists"):
        library.builder().rebuild()
