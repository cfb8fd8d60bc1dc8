from __future__ import annotations

from bot.features.corpus.rendering import UNCHANGED, render_overview, render_proposal
from bot.messages.escape import units
from bot.services.drafts import Proposal
from index.editing import Conflict, CorpusOverview, Preview, Twin
from index.types import Article, ArticleCard, Difference, Skipped

LONG = "𝔽 *wide* @everyone " * 200


def test_however_long_everything_is_a_preview_fits_into_a_message() -> None:
    article = Article("news/" + "x" * 900, LONG, LONG, url="https://saltmere.example/" + "y" * 3000)
    conflict = Conflict(LONG, LONG, "news/other", LONG, (Difference.NUMBERS, Difference.DATES))
    seen = Preview((LONG,) * 9, (Twin("news/twin", LONG, 0.75),) * 9, (conflict,) * 9)
    old = Article("news/" + "x" * 900, LONG[1:], LONG[1:], LONG, LONG, LONG, LONG, (LONG,) * 9)
    replaced = render_proposal(Proposal("n" * 16, "replace", article, seen, old, True, False))
    assert units(replaced.content) <= 2000
    shown = render_proposal(Proposal("n" * 16, "add", article, seen, None, True, False))
    assert units(shown.content) <= 2000
    assert "yyy" not in shown.content
    assert "-# … and " in shown.content
    assert r"\@everyone" in shown.content
    assert [each.label for each in shown.buttons] == ["Publish", "Discard"]
    assert all(len(each.action or "") <= 100 for each in shown.buttons)
    short = Article("fair", "Fair", "It is in July.", url="https://saltmere.example/fair")
    few = Preview(("It is in July.",), (), (conflict,))
    shown = render_proposal(Proposal("n" * 16, "add", short, few))
    assert "Address: <https://saltmere.example/fair>" in shown.content
    assert "only 1 sentence can be quoted" in shown.content
    assert "Differs in numbers and dates from" in shown.content


def test_a_removal_is_asked_about() -> None:
    shown = render_proposal(Proposal("n" * 16, "remove", Article("fair", " ", "It is in July.")))
    assert shown.content.startswith("Remove **fair** (fair)?")
    assert [each.label for each in shown.buttons] == ["Remove", "Discard"]


def test_a_replacement_names_every_field_that_changes() -> None:
    old = Article("a", "Fair", "In July.", None, "Council", "2026-06-01", "en", ("summer", "town"))
    new = Article("a", "Fête", "In May.", "https://saltmere.example/fair", None, "2026-05-01", "fr", ())
    seen = Preview(("In May.",))
    lines = render_proposal(Proposal("n" * 16, "replace", new, seen, old)).content.split("\n")
    assert lines[4:12] == [
        "What changes:",
        "- Title: Fair → Fête",
        r"- Address: none → https\://saltmere.example/fair",
        "- Source: Council → none",
        "- Date: 2026-06-01 → 2026-05-01",
        "- Language: en → fr",
        "- Tags: summer, town → none",
        "- Text",
    ]
    same = render_proposal(Proposal("", "replace", old, seen, old))
    assert UNCHANGED in same.content
    assert "What changes" not in same.content
    assert same.buttons == ()


def test_the_overview_fits_into_a_message() -> None:
    cards = tuple(ArticleCard(f"c{n}/x", LONG, collection=f"c{n}" + "z" * 200) for n in range(40))
    skipped = tuple(Skipped(f"c/{n}.md", LONG) for n in range(40))
    shown = render_overview(CorpusOverview(cards, 1_790_812_800.5, skipped))
    assert units(shown.content) <= 2000
    assert shown.content.startswith("**40 articles**, last changed <t:1790812800:R>\n- c0zzz")
    some = render_overview(
        CorpusOverview((), None, tuple(Skipped(f"{n}.md", "it is empty.") for n in range(9)))
    )
    assert some.content.split("\n")[:2] == [
        "**0 articles**",
        "Files or rows left out: 9",
    ]
    assert some.content.endswith("- … `footnote rebuild` lists them all.")
    assert "Without a date" not in some.content
