import re
import time
from collections.abc import Sequence

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from index.errors import UsageError
from index.indexing.chunks import Chunked, Chunker, split_sentence
from index.text.markup import plain
from index.text.sentences import segment
from index.types import Article, Sentence, SentenceKind


def wordpieces(texts: Sequence[str]) -> list[int]:
    """Counts as a WordPiece tokenizer does: words in pieces, marks one by one, and two special tokens."""
    return [2 + len(re.findall(r"\w{1,5}|[^\w\s]", text)) for text in texts]


def utf8_bytes(texts: Sequence[str]) -> list[int]:
    """Counts so that a joined text has more tokens than its parts."""
    return [2 + len(text.encode("utf-8", "surrogatepass")) for text in texts]


def cut(text: str, size: int = 64, *, title: str = "Ferries", count=wordpieces, overlap: int = 1) -> Chunked:
    article = Article("travel/ferries", title, text)
    chunked = Chunker(count, size, overlap=overlap).chunk(article, segment(text))
    check(text, chunked, size, count)
    return chunked


def check(text: str, chunked: Chunked, size: int, count) -> None:
    """What holds of any article whatever."""
    sentences, position, reached = chunked.sentences, 0, -1
    for sentence in sentences:
        assert text[sentence.start : sentence.end] == sentence.text == sentence.text.strip() != ""
        assert sentence.start >= position and not text[position : sentence.start].strip()
        position = sentence.end
    assert not text[position:].strip()
    for chunk in chunked.chunks:
        assert chunk.text == text[chunk.start : chunk.end]
        assert (chunk.start, chunk.end) == (sentences[chunk.first].start, sentences[chunk.last].end)
        assert chunk.first <= reached + 1 and chunk.last > reached, "all sentences, and progress"
        reached = chunk.last
        assert count([plain(chunk.embedded)])[0] <= size or len(chunk.text) == 1
        kinds = [
            sentences[index].kind is SentenceKind.HEADING for index in range(chunk.first, chunk.last + 1)
        ]
        assert kinds == sorted(kinds, reverse=True), "a heading only at the front"
    assert reached == len(sentences) - 1


PROSE = " ".join(
    f"On day {day} the ferry left the old harbour at seven and came back at noon with {day + 40} aboard."
    for day in range(1, 30)
)

ARTICLE = f"""\
Introduction without a heading.

# Ferries

## Timetable

{PROSE}

### On Sundays

No ferry runs before nine.

## Fares

- Adults pay 4 euros.
- Children pay nothing.

Closing
=======

# Appendix
"""


def test_overlapping_chunks_of_whole_sentences():
    chunked = cut(PROSE)
    assert len(chunked.chunks) > 9
    assert not chunked.split
    assert chunked.sentences == segment(PROSE)
    for before, after in zip(chunked.chunks, chunked.chunks[1:], strict=False):
        assert after.first == before.last
    assert {chunk.context for chunk in chunked.chunks} == {"Ferries"}
    assert {chunk.heading for chunk in chunked.chunks} == {""}
    assert chunked.chunks[0].embedded.startswith("Ferries\nOn day 1 the ferry")


def test_without_overlap_each_sentence_is_in_one_chunk():
    chunks = cut(PROSE, overlap=0).chunks
    assert [chunk.first for chunk in chunks[1:]] == [chunk.last + 1 for chunk in chunks[:-1]]


def test_more_overlap_never_costs_progress():
    chunks = cut(PROSE, size=100, overlap=9).chunks
    assert all(after.first > before.first for before, after in zip(chunks, chunks[1:], strict=False))
    assert all(after.first <= before.last for before, after in zip(chunks, chunks[1:], strict=False))


def test_chunks_fill_the_encoder():
    sizes = wordpieces([plain(chunk.embedded) for chunk in cut(PROSE, 128).chunks[:-1]])
    assert min(sizes) > 128 - 30


def test_headings_start_chunks():
    chunked = cut(ARTICLE, 200)
    headings = [chunk.heading for chunk in chunked.chunks]
    assert list(dict.fromkeys(headings)) == [
        "",
        "Ferries > Timetable",
        "Ferries > Timetable > On Sundays",
        "Ferries > Fares",
        "Appendix",
    ]
    by_heading = {chunk.heading: chunk for chunk in reversed(chunked.chunks)}
    assert by_heading["Ferries > Fares"].text == "## Fares\n\n- Adults pay 4 euros.\n- Children pay nothing."
    assert by_heading["Ferries > Fares"].context == "Ferries > Fares", (
        "a heading like the title is not repeated"
    )
    assert by_heading["Ferries > Timetable"].text.startswith("# Ferries\n\n## Timetable\n\nOn day 1")
    assert by_heading["Appendix"].text == "Closing\n=======\n\n# Appendix", "nothing follows these"


def test_a_heading_is_not_left_alone():
    long = "The ferry " + "crosses the bay " * 18 + "daily."
    chunked = cut(f"# Where and when the ferries cross\n\n{long} {long}")
    assert not any(chunk.text.startswith("#") and "\n" not in chunk.text for chunk in chunked.chunks)
    assert chunked.chunks[0].context == "", "left out for want of room"


def test_a_long_context_is_shortened():
    title = "A history of the ferries that crossed the bay between the old harbour and the lighthouse " * 3
    contexts = {chunk.context for chunk in cut(PROSE, title=title).chunks}
    assert contexts == {"A history of the ferries that crossed the bay between the"}
    assert wordpieces(list(contexts))[0] - 2 <= 64 // 3
    assert {chunk.context for chunk in cut(PROSE, title="新" * 500).chunks} == {"新" * 60}
    assert {chunk.context for chunk in cut(PROSE, title="§" * 500).chunks} == {""}


def test_a_deep_heading_keeps_the_nearest_names():
    text = "# Crossings of the outer bay in winter\n\n## Fares and reductions for children\n\n" + PROSE
    assert cut(text, title="Ferries of Saltmere").chunks[0].context == (
        "Ferries of Saltmere > Fares and reductions for children"
    )


def test_a_sentence_too_long_is_split_at_clauses():
    text = "Short one. It carries " + "timber and iron, coal and salt, " * 12 + "and nothing else. Done."
    chunked = cut(text)
    assert chunked.split
    parts = [sentence.text for sentence in chunked.sentences]
    assert parts[0] == "Short one."
    assert parts[-1] == "Done."
    assert all(part.endswith(",") for part in parts[1:-2])
    assert " ".join(parts) == text


def test_a_sentence_without_clauses_is_split_at_words():
    text = "ferry " * 200
    parts = [sentence.text for sentence in cut(text).sentences]
    assert set(" ".join(parts).split()) == {"ferry"}
    assert len(parts) < 6


def test_text_without_spaces_is_split_anywhere():
    text = "渡轮每天早上七点离开老港口，" * 30
    assert all(sentence.text.endswith("，") for sentence in cut(text).sentences)
    assert len(cut("x" * 5000).sentences) > 16


def test_a_sign_that_is_too_long_by_itself_is_kept_whole():
    chunked = cut("ab", 16, title="", count=lambda texts: [2 + 20 * len(text) for text in texts])
    assert [chunk.text for chunk in chunked.chunks] == ["a", "b"]


@pytest.mark.parametrize("text", ["", "\n \n"])
def test_an_article_without_sentences(text):
    assert cut(text) == Chunked([], [], split=False)


def test_wrong_sizes_are_refused():
    with pytest.raises(UsageError, match="at least 16 tokens, not 15"):
        Chunker(wordpieces, 15)
    with pytest.raises(UsageError, match="overlap by -1"):
        Chunker(wordpieces, 64, overlap=-1)


def test_counting_takes_few_calls():
    calls = []

    def count(texts: Sequence[str]) -> list[int]:
        calls.append(len(texts))
        return wordpieces(texts)

    cut(PROSE, count=count)
    assert len(calls) <= 4 + len(cut(PROSE).chunks), (
        "sentences, contexts and chunks, and the checks of this test"
    )


PARTS = st.sampled_from(
    [
        "The ferry left. ",
        "It came back at noon, full of people. ",
        "# Fares\n\n",
        "## Sundays\n\n",
        "\n\n",
        "- salt\n",
    ]
    + [
        "word " * 40,
        "x" * 90,
        "东京很大。",
        "渡轮" * 30,
        "[a](https://example.com/%s) " % ("p/" * 20),
        "`",
        "*b*",
        "🎉" * 9,
    ]
    + ["Title\n===\n\n", "| a | b |\n|---|---|\n| 1 | 2 |\n", "&amp;", "<b>", "!", "\n"]
)


@given(
    st.lists(PARTS, max_size=15).map("".join),
    st.integers(16, 90),
    st.sampled_from(["", "Ferries", "`", "[a](b", "A long title of many words " * 5, "船" * 99]),
    st.integers(0, 3),
)
@example("# A\n\n" * 20 + "Text.", 16, "", 1)
@example("`[a](https://example.com/a/b/c/d/e/f/g/h/i)`", 20, "`", 1)
def test_any_article(text, size, title, overlap):
    cut(text, size, title=title, overlap=overlap)
    cut(text, size, title=title, overlap=overlap, count=utf8_bytes)


@given(st.text(max_size=300), st.integers(16, 64))
def test_any_text(text, size):
    assert cut(text, size) == cut(text, size)
    cut(text, size, count=utf8_bytes)


@pytest.mark.parametrize("unit", ["x", "word ", "word, ", "# a\n", "The end. ", "字", "- a\n"])
def test_time_grows_with_the_length_only(unit):
    begin = time.process_time()
    cut(unit * (200_000 // len(unit)))
    assert time.process_time() - begin < 5


def letters(texts: Sequence[str]) -> list[int]:
    """An encoder that reads one character a token."""
    return [len(text) for text in texts]


def of(text: str) -> Sentence:
    return Sentence(0, len(text), text, SentenceKind.CODE)


def test_code_with_a_gap_wider_than_the_encoder_reads_gives_no_blank_part() -> None:
    listing = "SELECT" + " " * 60 + "name FROM ferries" + "\t" * 40 + "WHERE island = 'Gull'"
    parts = split_sentence(of(listing), 8, letters)
    assert all(part.text.strip() == part.text != "" for part in parts)
    assert "".join("".join(part.text.split()) for part in parts) == "".join(listing.split())


@given(st.text(alphabet="ab ,\t\n", min_size=1).map(str.strip).filter(bool), st.integers(1, 6))
def test_parts_hold_every_character_and_none_is_blank(text: str, room: int) -> None:
    parts = split_sentence(of(text), room, letters)
    assert all(part.text == text[part.start : part.end] and part.text.strip() for part in parts)
    assert "".join("".join(part.text.split()) for part in parts) == "".join(text.split())


def test_parts_are_marked_where_they_can_be_cited() -> None:
    def kinds(kind: SentenceKind, text: str = "The ferry leaves at noon") -> set[SentenceKind]:
        return {part.kind for part in split_sentence(Sentence(7, 7 + len(text), text, kind), 8, letters)}

    assert kinds(SentenceKind.PROSE) == kinds(SentenceKind.ITEM) == {SentenceKind.PART}
    assert kinds(SentenceKind.TABLE) == {SentenceKind.PART}
    assert kinds(SentenceKind.HEADING) == {SentenceKind.HEADING}
    assert kinds(SentenceKind.CODE) == {SentenceKind.CODE}
    assert kinds(SentenceKind.PROSE, "Noon.") == {SentenceKind.PROSE}, "a sentence that fits is whole"
