import base64
import hashlib
import re
from html.parser import HTMLParser
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from index.evaluation import Evidence, compare, measure
from index.evaluation.report import render
from tests.index.evaluation.made import row

VOID = {"meta", "br", "hr", "img", "input", "link"}
HOSTILE = (
    '<script>alert(1)</script><img src="//evil.example/x" onerror=alert(1)>\u202e"\'&amp;</style>\x00\x1b[31m'
)


class Page(HTMLParser):
    """Every element with its attributes, in order; complains about what is not closed in turn."""

    def __init__(self, html):
        super().__init__()
        self.elements: list[tuple[str, dict[str, Any]]] = []
        self.text: list[str] = []
        self._open: list[str] = []
        self.feed(html)
        self.close()
        assert not self._open

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self._open.pop() == tag

    def handle_data(self, data):
        if self._open[-1:] != ["style"]:
            self.text.append(data)

    def all(self, name):
        return [attrs for tag, attrs in self.elements if tag == name]


def some_rows(better=False):
    """Right, wrong, declined and unanswerable questions of all confidences."""
    rows = []
    for i in range(60):
        confidence = i / 60
        kind = i % 4
        rows.append(
            row(
                f"q{i}",
                question=f"Question number {i}?",
                answerable=kind != 3,
                answered=confidence > 0.5,
                gold=[kind == 0 or (better and kind == 1), kind == 2],
                confidence=confidence,
                passage_rank=None if kind == 2 else 1,
            )
        )
    return rows


def page(**fields):
    return Page(render({"labelled": measure([row(**fields)])}))


def test_the_page_is_whole_and_asks_for_nothing():
    before, after = some_rows(), some_rows(better=True)
    html = render(
        {"labelled": measure(after), "other": measure(before)},
        facts=[("Model", "all-MiniLM-L6-v2")],
        comparisons={"labelled": compare(before, after, resamples=20)},
    )
    parsed = Page(html)
    names = {tag for tag, _ in parsed.elements}
    assert not names & {"script", "link", "img", "iframe", "object", "base", "form"}
    attributes = {name for _, attrs in parsed.elements for name in attrs}
    assert not attributes & {"src", "style", "xlink:href"}
    assert not any(name.startswith("on") for name in attributes)
    assert {attrs["href"] for attrs in parsed.all("a")} == {"#set-0", "#set-1"}
    assert "url(" not in html
    assert "@import" not in html


def test_the_policy_allows_the_style_of_the_page_and_nothing_else():
    html = render({"labelled": measure([row()])})
    (style,) = re.findall(r"<style>(.*?)</style>", html, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = next(attrs["content"] for attrs in Page(html).all("meta") if "http-equiv" in attrs)
    assert policy.startswith(f"default-src 'none'; style-src 'sha256-{digest}';")


def test_ids_are_unique_and_links_lead_somewhere():
    parsed = Page(render({"a": measure([row()]), "b": measure([row()])}))
    ids = [attrs["id"] for _, attrs in parsed.elements if "id" in attrs]
    assert len(ids) == len(set(ids))
    assert {attrs["href"].removeprefix("#") for attrs in parsed.all("a")} <= set(ids)
    assert {attrs["aria-labelledby"] for attrs in parsed.all("section")} <= set(ids)


def test_the_tables_have_what_can_be_answered_at_which_risk():
    metrics = measure([row(f"q{i}", confidence=i / 60, gold=[i > 20]) for i in range(60)])
    text = Page(render({"labelled": metrics})).text
    assert [text.count(title) for title in ("Risk and coverage", "Reliability")] == [1, 1]
    bins = text[text.index("Reliability") :]
    assert sum(f"{one.low:.1f} – {one.high:.1f}" in bins for one in metrics.reliability) == 10


def test_hostile_text_stays_text():
    html = render(
        {
            HOSTILE: measure(
                [
                    row(
                        id=HOSTILE,
                        question=HOSTILE,
                        text=HOSTILE,
                        gold=[False],
                        evidence=(Evidence(HOSTILE, HOSTILE),),
                    ),
                    row("lone half", question="Wh\ud83dat?", gold=[False]),
                ]
            )
        },
        title=HOSTILE,
        facts=[(HOSTILE, HOSTILE)],
    )
    parsed = Page(html)
    assert not {tag for tag, _ in parsed.elements} & {"script", "img"}
    assert "\x00" not in html
    assert "\x1b" not in html
    assert "Wh\ufffdat?" in html
    html.encode("utf-8")
    assert any("<script>alert(1)</script>" in text for text in parsed.text)


@given(st.text(), st.text())
def test_any_text_leaves_the_page_whole(question, title):
    html = render({title: measure([row(question=question, text=question, gold=[False])])}, title=title)
    Page(html)
    html.encode("utf-8")


def test_long_text_is_cut_at_a_word():
    html = render({"labelled": measure([row("x" * 200, gold=[False], text="concrete " * 200)])})
    quote = re.search(r'<blockquote class="other"><bdi>(.*?)</bdi>', html)
    assert quote is not None
    assert quote[1] == "concrete " * 46 + "…"
    assert f"<bdi>{'x' * 80} …</bdi>" in html


def test_questions_that_went_wrong_are_shown_with_their_sentences():
    rows = [
        row("sure", question="Who built it?", gold=[False], text="It rained.", confidence=0.95),
        row("less sure", question="Who paid for it?", gold=[False], text="It snowed.", confidence=0.6),
        row("shy", question="When was it built?", answered=False, confidence=0.4),
        row("lost", question="How high is it?", answered=False, gold=[], confidence=0.01),
        row("tempted", question="Who flew over it?", answerable=False, gold=[False], confidence=0.7),
    ]
    text = " ".join("".join(Page(render({"labelled": measure(rows)})).text).split())
    wrong, declined, missing = (
        text.rindex(title)
        for title in (
            "Answered wrong3",
            "Declined though answerable2",
            "No gold sentence among the candidates3",
        )
    )
    assert (
        wrong
        < text.index("Who built it?")
        < text.index("Who flew over it?")
        < text.index("Who paid for it?")
        < declined
    )
    assert declined < text.index("When was it built?") < text.index("How high is it?") < missing
    assert "answered at confidence 0.950" in text
    assert "not gold · The dam, news/dam" in text
    assert "Reason given: No article says so." in text
    assert "No sentence at all." in text
    assert "Nothing in the articles answers this." in text
    assert "expected · news/dam" in text


def test_lists_are_kept_short():
    text = "".join(Page(render({"labelled": measure([row(f"q{i}", gold=[False]) for i in range(40)])})).text)
    assert "40, the first 15 of them here" in text


def test_changed_questions_are_shown_with_both_sentences():
    before = [row("a", gold=[False], text="It rained."), row("b"), row("c", gold=[]), row("d", gold=[False])]
    after = [row("a"), row("b", answered=False), row("c"), row("d", gold=[False], answered=False)]
    comparison = compare(before, after, resamples=20)
    html = render({"labelled": measure(after)}, comparisons={"labelled": comparison})
    text = "".join(Page(html).text)
    assert "answered wrong (0.90) → right (0.90)" in text
    assert "right (0.90) → declined with the right sentence at hand (0.90)" in text
    assert "Before: not gold" in text
    assert "After: gold" in text
    assert "Before and after: gold" in text
    assert "4 questions in both runs, 0 in only one." in text
    assert "+0.500" in text


def test_what_got_worse_is_marked_so():
    good, bad = [row(f"q{i}") for i in range(9)], [row(f"q{i}", gold=[False]) for i in range(9)]
    for before, after, hit, error in ((good, bad, "bad", "bad"), (bad, good, "good", "good")):
        html = render(
            {"labelled": measure(after)}, comparisons={"labelled": compare(before, after, resamples=20)}
        )
        cells = dict(
            re.findall(
                r'<th scope="row">([^<]+)</th><td>[^<]*</td><td>[^<]*</td><td><span class="(\w+)-', html
            )
        )
        # A lower Brier score is better, a lower hit rate is not.
        assert (cells["Sentence hit@1"], cells["Brier score"]) == (hit, error)
    html = render({"labelled": measure(good)}, comparisons={"labelled": compare(good, good, resamples=20)})
    assert 'class="open-text"' in html


def test_a_set_without_judged_questions_is_told_plainly():
    html = render({"labelled": measure([row(answerable=None, gold=[False])]), "empty": measure([])})
    parsed = Page(html)
    assert "Questions: 1; 0 known to be answerable, 0 known not to be." in "".join(parsed.text)


def test_a_set_of_only_unanswerable_questions_has_no_curve():
    parsed = Page(render({"labelled": measure([row(answerable=False, gold=[False], answered=False)])}))
    assert "Risk and coverage" not in parsed.text
    assert "no answerable question" in "".join(parsed.text)


def test_same_run_same_page():
    sets = {"labelled": measure(some_rows())}
    assert render(sets) == render(sets)
