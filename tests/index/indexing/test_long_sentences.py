"""Sentences too long for the encoder."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from index.indexing.long_sentences import split
from index.types import Sentence, SentenceKind


def letters(texts: Sequence[str]) -> list[int]:
    """An encoder that reads one character a token."""
    return [len(text) for text in texts]


def of(text: str) -> Sentence:
    return Sentence(0, len(text), text, SentenceKind.CODE)


def test_code_with_a_gap_wider_than_the_encoder_reads_gives_no_blank_part() -> None:
    listing = "SELECT" + " " * 60 + "name FROM ferries" + "\t" * 40 + "WHERE island = 'Gull'"
    parts = split(of(listing), 8, letters)
    assert all(part.text.strip() == part.text != "" for part in parts)
    assert "".join("".join(part.text.split()) for part in parts) == "".join(listing.split())


@given(st.text(alphabet="ab ,\t\n", min_size=1).map(str.strip).filter(bool), st.integers(1, 6))
def test_parts_hold_every_character_and_none_is_blank(text: str, room: int) -> None:
    parts = split(of(text), room, letters)
    assert all(part.text == text[part.start : part.end] and part.text.strip() for part in parts)
    assert "".join("".join(part.text.split()) for part in parts) == "".join(text.split())


def test_parts_are_marked_where_they_can_be_cited() -> None:
    def kinds(kind: SentenceKind, text: str = "The ferry leaves at noon") -> set[SentenceKind]:
        return {part.kind for part in split(Sentence(7, 7 + len(text), text, kind), 8, letters)}

    assert kinds(SentenceKind.PROSE) == kinds(SentenceKind.ITEM) == {SentenceKind.PART}
    assert kinds(SentenceKind.TABLE) == {SentenceKind.PART}
    assert kinds(SentenceKind.HEADING) == {SentenceKind.HEADING}
    assert kinds(SentenceKind.CODE) == {SentenceKind.CODE}
    assert kinds(SentenceKind.PROSE, "Noon.") == {SentenceKind.PROSE}, "a sentence that fits is whole"
