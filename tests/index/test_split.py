from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from index.markup import plain
from index.split import split
from index.types import Sentence, SentenceKind


def words(texts: Sequence[str]) -> list[int]:
    return [len(text.split()) for text in texts]


def letters(texts: Sequence[str]) -> list[int]:
    return [len(text) for text in texts]


def parts(text: str, room: int, count=words) -> list[str]:
    return [part.text for part in split(Sentence(0, len(text), text), room, count)]


def test_clauses_come_first():
    text = "The ferry sails at seven, or at eight if fog lies on the bay, and it returns at noon."
    assert parts(text, 9) == [
        "The ferry sails at seven,",
        "or at eight if fog lies on the bay,",
        "and it returns at noon.",
    ]


def test_words_come_next():
    assert parts("one two three four five six seven", 3) == ["one two three", "four five six", "seven"]


def test_a_word_is_cut_when_nothing_else_is_left():
    assert parts("x" * 30, 12, letters) == ["x" * 12, "x" * 12, "x" * 6]


def test_offsets_and_kind_are_those_of_the_sentence():
    found = split(Sentence(100, 115, "salt, iron, tin", SentenceKind.ITEM), 2, words)
    assert found == [
        Sentence(100, 111, "salt, iron,", SentenceKind.ITEM),
        Sentence(112, 115, "tin", SentenceKind.ITEM),
    ]


@given(st.text(min_size=1).map(str.strip).filter(bool), st.integers(1, 20))
def test_any_sentence(text, room):
    position = 0
    for part in split(Sentence(0, len(text), text), room, letters):
        assert part.text == text[part.start : part.end] == part.text.strip() != ""
        assert not text[position : part.start].strip()
        assert len(plain(part.text)) <= room or len(part.text) == 1
        position = part.end
    assert position == len(text)
