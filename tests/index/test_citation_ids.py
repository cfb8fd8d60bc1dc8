import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.citation_ids import CitationId, id_hash, make, matches, parse, quotation_hash
from index.errors import UsageError

QUOTE = "At least 64 individuals were murdered in the attack."


def test_a_citation_id_names_article_span_and_words():
    citation_id = make("news/mali", 100, 100 + len(QUOTE), QUOTE)
    assert citation_id == f"{id_hash('news/mali')}.2s.1g.{quotation_hash(QUOTE)}"
    assert parse(citation_id) == CitationId(id_hash("news/mali"), 100, 52, quotation_hash(QUOTE))
    assert parse(citation_id).end == 152


def test_citation_ids_stay_valid_from_one_release_to_the_next():
    assert make("news/mali", 0, len(QUOTE), QUOTE) == "2f6c8d8bed.0.1g.3d1504"


def test_a_citation_id_proves_a_quotation():
    citation_id = parse(make("news/mali", 7, 7 + len(QUOTE), QUOTE))
    assert citation_id.proves(QUOTE)
    assert not citation_id.proves(QUOTE.replace("64", "46"))
    assert not citation_id.proves(QUOTE + " ")
    assert matches(citation_id, "news/mali")
    assert not matches(citation_id, "news/mali-2")


@given(st.text(), st.integers(0, 2**40), st.text(min_size=1))
def test_any_citation(article_id, start, text):
    citation_id = make(article_id, start, start + len(text), text)
    assert re.fullmatch(r"[0-9a-z.]{1,40}", citation_id)
    parsed = parse(citation_id)
    assert (parsed.start, parsed.length) == (start, len(text))
    assert parsed.proves(text)
    assert matches(parsed, article_id)


@pytest.mark.parametrize(
    "citation_id",
    [
        "",
        "hello",
        "3f0c2d91ab.1k.2v",
        "3f0c2d91ab.1k.0.9e41c7",
        "3f0c2d91ab.01k.2v.9e41c7",
        "3F0C2D91AB.1k.2v.9e41c7",
        "3f0c2d91ab.1k.2v.9e41c7\n",
        "3f0c2d91ab.1k.2v.9e41c7.1",
        "3f0c2d91ab.-1.2v.9e41c7",
        "3f0c2d91ab.١.2v.9e41c7",
        "3f0c2d91ab." + "z" * 11 + ".2v.9e41c7",
    ],
)
def test_what_is_no_citation_id(citation_id):
    with pytest.raises(UsageError, match="not a citation id"):
        parse(citation_id)


@given(st.text())
def test_any_text_is_a_citation_id_or_refused(text):
    try:
        parsed = parse(text)
    except UsageError:
        return
    assert parsed.length
