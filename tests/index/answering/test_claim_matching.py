"""What somebody says, beside the articles of the small index."""

from __future__ import annotations

from index.engine import Engine
from index.types import Comparison, Likeness, Match
from tests.index.conftest import Town


def told(comparison: Comparison) -> list[tuple[str, list[tuple[Likeness, str, str]]]]:
    def row(match: Match) -> tuple[Likeness, str, str]:
        return match.likeness, " and ".join(match.differences), match.citation.article_id

    return [(claim.text, [row(each) for each in claim.matches]) for claim in comparison.claims]


def test_each_claim_is_put_beside_its_nearest_sentence(engine: Engine) -> None:
    said = "The library opens at 9 am from Tuesday to Saturday. lol ok! "
    said += "the last ferry leaves Saltmere at 7.40 pm"
    found = engine.compare(f"{said}\nzebras graze quietly elsewhere")
    assert told(found) == [
        (
            "The library opens at 9 am from Tuesday to Saturday.",
            [(Likeness.VERBATIM, "", "library/hours")],
        ),
        (
            "the last ferry leaves Saltmere at 7.40 pm",
            [(Likeness.DIFFERS, "numbers", "news/ferry")],
        ),
        ("zebras graze quietly elsewhere", []),
    ]
    for claim in found.claims:
        for match in claim.matches:
            cited = match.citation
            assert engine.article(cited.article_id).text[cited.start : cited.end] == cited.text
            assert cited.citation_id


def test_where_articles_disagree_both_are_shown(engine: Engine, town: Town) -> None:
    town.write("old", "They grow beans and squash. Volunteers grow dahlias on 4 beds.\n")
    town.write("new", "Volunteers grow dahlias on 6 beds.\n")
    town.builder.rebuild()
    [(_, matches)] = told(engine.compare("Volunteers grow dahlias on 6 beds!"))
    assert matches == [(Likeness.VERBATIM, "", "new"), (Likeness.DIFFERS, "numbers", "old")]


def test_a_claim_that_leans_on_the_one_before_is_found_with_it(engine: Engine) -> None:
    found = engine.compare("The Old Bridge over the Wend is closed. They found cracks in it in August.")
    assert found.claims[1].matches[0].citation.article_id == "news/bridge"


def test_only_a_few_claims_are_looked_for_each_once(engine: Engine) -> None:
    text = " ".join(f"Captain number {n} sails the ferry home." for n in range(5))
    assert (len(engine.compare(text).claims), engine.compare(text).left_out) == (3, 2)
    assert len(engine.compare("Dogs travel free. Dogs travel free.").claims) == 1


def test_what_one_sentence_says_one_after_the_other_is_looked_for_apart(engine: Engine) -> None:
    said = "the last ferry leaves Saltmere at 7.40 pm, zebras graze quietly elsewhere "
    said += "and tickets cost £4.50 for adults"
    assert [(text, [each[0] for each in matches]) for text, matches in told(engine.compare(said))] == [
        ("the last ferry leaves Saltmere at 7.40 pm", [Likeness.DIFFERS]),
        ("zebras graze quietly elsewhere", []),
        ("tickets cost £4.50 for adults", [Likeness.PART]),
    ]
    whole = "Volunteers grow beans, squash and dahlias."
    assert [claim.text for claim in engine.compare(whole).claims] == [whole]
    many = engine.compare(f"{said}. They grow beans. Zebras, llamas and okapis graze. Dogs travel free.")
    assert (len(many.claims), many.left_out) == (4, 2)


def test_collections_and_texts_without_claims(engine: Engine) -> None:
    said = "The library opens at 9 am from Tuesday to Saturday."
    assert engine.compare(said, collections=["news"]).claims[0].matches == ()
    assert [claim.text for claim in engine.compare("ferry").claims] == ["ferry"]
    for nothing in ("", "🙂 ?!", "\n\n", "so it is"):
        assert engine.compare(nothing) == Comparison(())
