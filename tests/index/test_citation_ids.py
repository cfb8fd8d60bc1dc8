import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.citation_ids import Receipt, article_hash, make, matches, parse, text_hash
from index.errors import UsageError

QUOTE = "At least 64 individuals were murdered in the attack."


def test_a_receipt_names_article_span_and_words():
    receipt = make("news/mali", 100, 100 + len(QUOTE), QUOTE)
    assert receipt == f"{article_hash('news/mali')}.2s.1g.{text_hash(QUOTE)}"
    assert parse(receipt) == Receipt(article_hash("news/mali"), 100, 52, text_hash(QUOTE))
    assert parse(receipt).end == 152


def test_receipts_stay_valid_from_one_release_to_the_next():
    assert make("news/mali", 0, len(QUOTE), QUOTE) == "2f6c8d8bed.0.1g.3d1504"


def test_a_receipt_proves_a_quotation():
    receipt = parse(make("news/mali", 7, 7 + len(QUOTE), QUOTE))
    assert receipt.proves(QUOTE)
    assert not receipt.proves(QUOTE.replace("64", "46"))
    assert not receipt.proves(QUOTE + " ")
    assert matches(receipt, "news/mali")
    assert not matches(receipt, "news/mali-2")


@given(st.text(), st.integers(0, 2**40), st.text(min_size=1))
def test_any_citation(article_id, start, text):
    receipt = make(article_id, start, start + len(text), text)
    assert re.fullmatch(r"[0-9a-z.]{1,40}", receipt)
    parsed = parse(receipt)
    assert (parsed.start, parsed.length) == (start, len(text))
    assert parsed.proves(text)
    assert matches(parsed, article_id)


@pytest.mark.parametrize(
    "receipt",
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
def test_what_is_no_receipt(receipt):
    with pytest.raises(UsageError, match="not a receipt"):
        parse(receipt)


@given(st.text())
def test_any_text_is_a_receipt_or_refused(text):
    try:
        parsed = parse(text)
    except UsageError:
        return
    assert parsed.length
