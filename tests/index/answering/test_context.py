from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index import citation_ids
from index.answering.context import context_of
from index.citation_ids import CitationId, parse
from index.text.sentences import segment
from index.types import Article

SENTENCE = "The last ferry leaves at 6.40 pm."
TEXT = (
    "The timetable changes on Monday.\n\n"
    f"In winter, days are short. {SENTENCE} Tickets cost £2.\n \t\n"
    "The harbour café closes at noon.\n"
)


def of(text: str, sentence: str = SENTENCE) -> CitationId:
    start = text.index(sentence)
    return parse(citation_ids.make("news/ferry", start, start + len(sentence), sentence))


def article(text: str, article_id: str = "news/ferry") -> Article:
    return Article(article_id, "Ferries", text)


def test_an_intact_sentence_stands_in_its_paragraph() -> None:
    seen = context_of(of(TEXT), [article(TEXT)])
    assert seen.status == "intact"
    assert seen.article == article(TEXT)
    assert TEXT[seen.start : seen.end] == SENTENCE
    assert seen.before == "In winter, days are short. "
    assert seen.after == " Tickets cost £2."


@pytest.mark.parametrize(
    ("text", "before", "after"),
    [(SENTENCE, "", ""), (f"{SENTENCE}\n\nNext.", "", ""), (f"First.\n\n{SENTENCE} Then.", "", " Then.")],
)
def test_a_paragraph_may_end_with_the_article(text: str, before: str, after: str) -> None:
    seen = context_of(of(text), [article(text)])
    assert (seen.status, seen.before, seen.after) == ("intact", before, after)


def test_a_sentence_that_moved_is_found_where_it_is() -> None:
    text = f"A new beginning.\n\n{TEXT}"
    seen = context_of(of(TEXT), [article(text)])
    assert seen.status == "moved"
    assert text[seen.start : seen.end] == SENTENCE
    assert seen.before == "In winter, days are short. "


def test_of_a_sentence_that_changed_what_stands_there_now_is_shown() -> None:
    text = TEXT.replace("6.40", "7.15")
    seen = context_of(of(TEXT), [article(text)])
    assert seen.status == "changed"
    assert text[seen.start : seen.end] == "The last ferry leaves at 7.15 pm."


def test_of_an_article_that_became_short_its_last_sentence_is_shown() -> None:
    seen = context_of(of(TEXT), [article("Ferries. No more.")])
    assert (seen.status, seen.start, seen.end, seen.before) == ("changed", 9, 17, "Ferries. ")


def test_an_article_that_is_gone_is_removed() -> None:
    seen = context_of(of(TEXT), [])
    assert (seen.status, seen.article, seen.start, seen.end) == ("removed", None, 0, 0)


def test_an_article_without_a_sentence_has_nothing_to_show() -> None:
    assert context_of(of(TEXT), [article(" \n")]).status == "removed"


def test_of_articles_with_one_hash_the_right_one_is_taken() -> None:
    other = article("Something else altogether. And more of it, and more.", "news/other")
    assert context_of(of(TEXT), [other, article(TEXT)]).article == article(TEXT)
    moved = article(f"Today. {TEXT}")
    assert context_of(of(TEXT), [other, moved]).article == moved
    assert context_of(of(TEXT), [other]).status == "changed"


_PARAGRAPHS = st.lists(
    st.sampled_from(
        ["The ferry left.", "Dr. Adeyemi waits. She waves.", "- One thing.\n- Another.", "## Prices", "£2!"]
    ),
    min_size=1,
    max_size=6,
).map("\n\n".join)


@given(_PARAGRAPHS, st.data())
def test_every_sentence_is_found_again_between_what_surrounds_it(text: str, data: st.DataObject) -> None:
    sentence = data.draw(st.sampled_from(segment(text)))
    proof = parse(citation_ids.make("news/ferry", sentence.start, sentence.end, sentence.text))
    seen = context_of(proof, [article(text)])
    assert (seen.status, seen.start, seen.end) == ("intact", sentence.start, sentence.end)
    around = f"{seen.before}{sentence.text}{seen.after}"
    assert "\n\n" not in around
    assert text[seen.start - len(seen.before) : seen.end + len(seen.after)] == around


@given(_PARAGRAPHS, st.text(max_size=60), st.integers(0, 10**6), st.integers(1, 10**6))
def test_any_citation_id_is_answered_within_the_article(
    text: str, words: str, start: int, length: int
) -> None:
    proof = parse(citation_ids.make("news/ferry", start, start + length, words))
    seen = context_of(proof, [article(text)])
    assert seen.status in ("intact", "moved", "changed")
    assert 0 <= seen.start < seen.end <= len(text)


def test_of_a_changed_article_the_sentence_most_like_the_quoted_one_is_found() -> None:
    text = "New tickets.\n\nDogs travel free. The last ferry leaves at 7 pm.\n\nThe café closes."
    seen = context_of(of(TEXT), [article(text)], SENTENCE)
    assert (seen.status, text[seen.start : seen.end]) == ("changed", "The last ferry leaves at 7 pm.")
    strange = context_of(of(TEXT), [article("Nothing alike. At all.")], SENTENCE)
    assert strange.status == "changed"
