from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.features.context.rendering import BACK, CHECK, EARLIER, LATER, render_check, render_part
from bot.messages.escape import units
from bot.messages.match_results import CHANGED, INTACT, LOST, MOVED, REMOVED
from bot.messages.question_header import quotation, stressed
from bot.messages.reply import CONTENT
from index.types import Article, Context
from tests.bot.features.test_context import around
from tests.bot.written import HOSTILE

PROOF = "0123456789.z.1.abcdef"
LONG = "Every boat that lies at the quay pays to the harbour office. " * 40


def within(front: str, sentence: str, rear: str) -> Context:
    """Returns a sentence that is a paragraph by itself, between two texts."""
    article = Article("rules/quay", "Quay", f"{front}\n\n{sentence}\n\n{rear}")
    start = len(front) + 2
    return Context("intact", article, start, start + len(sentence), "", "")


def labels(context: Context, number: int) -> list[str]:
    return [each.label for each in render_part(context, PROOF, number).buttons]


def test_parts_follow_each_other_and_nothing_is_lost() -> None:
    context = within(LONG, "Nobody pays in winter.", LONG)
    assert labels(context, 0) == [EARLIER, LATER, CHECK]
    assert labels(context, -3) == [LATER, BACK, CHECK] or labels(context, -3) == [LATER, CHECK, BACK]
    assert labels(context, 99) == labels(context, 3)
    parts = [render_part(context, PROOF, number).content for number in (-3, -2, -1)]
    assert sum(part.count("Every boat") for part in parts) == 40
    assert "-# part 1 of 7" in parts[0]


def test_a_short_article_has_no_other_parts() -> None:
    context = around("Ask. ", "All boats must be on land by noon.", "")
    assert labels(context, 0) == [CHECK]
    assert render_part(Context("removed"), PROOF).content == REMOVED


def test_what_became_of_a_sentence_is_said() -> None:
    for status, verdict in (("intact", INTACT), ("moved", MOVED), ("changed", CHANGED)):
        said = render_check(around("", "All boats must be on land.", "", status), PROOF).content
        assert said == (f"**Harbour rules**\n{verdict}\n> All boats must be on land.\n-# citation `{PROOF}`")
    assert render_check(Context("removed"), PROOF).content == f"{REMOVED}\n-# citation `{PROOF}`"
    lost = render_check(around("x", "", "", "changed"), PROOF).content
    assert LOST in lost
    assert ">" not in lost


def test_the_quoted_words_are_read_back_from_messages() -> None:
    answer = "-# Who?\n> “It *leaves*\\* at noon.” ¹\n> “It sinks.” ²"
    assert quotation(answer, "In context ²") == "It sinks."
    assert quotation(answer, "In context") == "It *leaves** at noon."
    assert quotation(answer, "In context ³") == ""
    assert stressed("**Harbour**\n> Ask. **All boats\n> land.** Now.") == "All boats\nland."
    assert stressed("nothing") == ""


@given(HOSTILE.map(lambda text: text * 40), HOSTILE, HOSTILE.map(lambda text: text * 40), st.integers(-9, 9))
def test_no_part_is_over_a_limit(before: str, sentence: str, after: str, number: int) -> None:
    for status in ("intact", "changed"):
        context = around(before, sentence, after, status)
        for reply in (render_part(context, PROOF, number), render_check(context, PROOF)):
            assert 0 < units(reply.content) <= CONTENT
            assert len(reply.buttons) <= 5
            assert all(len(each.action or "") <= 100 for each in reply.buttons)
