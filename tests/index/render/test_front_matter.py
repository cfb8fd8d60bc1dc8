"""Front matter is data and never text."""

from __future__ import annotations

import pytest

from index.render import render_markdown
from index.render._front_matter import LIMIT


@pytest.mark.parametrize(
    ("source", "fields"),
    [
        ("---\nTitle: Rules\ntags: [1.10, no]\n---\nBody.", {"title": "Rules", "tags": ["1.10", "no"]}),
        ("\ufeff\n\n---\r\ntitle: Rules\r\n...\r\nBody.", {"title": "Rules"}),
        ("---\nmenu:\n  Main: {order: 3}\nnil:\n---\nBody.", {"menu": {"main": {"order": "3"}}, "nil": None}),
        ('+++\ntitle = "Rules"\ndraft = false\ntags = ["a", 2]\n[menu]\nMain = 1\n+++\nBody.',
         {"title": "Rules", "draft": "false", "tags": ["a", "2"], "menu": {"main": "1"}}),
        ("---\n# a comment\n---\nBody.", {}),
        ("---\ntitle: {{ unreadable\n---\nBody.", {}),
        ("---\na: &x 1\nb: *x\n---\nBody.", {"a": "1", "b": None}),
        ("---\n- a\n- b\n---\nBody.", {}),
        ("+++\ntitle = nonsense\n+++\nBody.", {}),
        (f"---\na: {'[' * 40}{']' * 40}\n---\nBody.", {}),
        (f"---\na: {'x' * LIMIT}\n---\nBody.", {}),
        ("---\ntitle: Never closed\ntags: x\n\nBody.", {}),
    ],
)  # fmt: skip
def test_front_matter(source: str, fields: dict[str, object]) -> None:
    rendered = render_markdown(source)
    assert rendered.text == "Body."
    if "Never closed" not in source:
        assert rendered.front_matter == fields
    assert rendered.left_out["front matter"] == 1


@pytest.mark.parametrize(
    ("fields", "hidden"),
    [
        ("draft: true", True),
        ("draft: Yes", True),
        ("published: false", True),
        ("draft: false", False),
        ("published: 2024-05-01", False),
        ("title: x", False),
    ],
)
def test_a_page_that_is_not_published(fields: str, hidden: bool) -> None:
    assert render_markdown(f"---\n{fields}\n---\nBody.").hidden is hidden


@pytest.mark.parametrize(
    "source", ["---\n\nBetween two rules.\n\n---\n\nEnd.", "---\nNo field here, just text\n---\nEnd."]
)
def test_two_rules_are_no_front_matter(source: str) -> None:
    rendered = render_markdown(source)
    assert rendered.text.endswith("End.") and len(rendered.blocks) == 2
    assert rendered.front_matter == {}


def test_a_rule_in_the_body_is_no_front_matter() -> None:
    assert render_markdown("Intro.\n\n---\ntitle: x\n---\n").text == "Intro.\n\ntitle: x"
