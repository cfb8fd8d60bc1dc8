"""What holds of the rendering of any text."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.render import Dialect, detect, render_markdown
from tests.hostile import PIECES
from tests.index.render.shown import check

SPECIAL = st.sampled_from(
    [*PIECES, *(f"\n{piece}" for piece in PIECES), "\n", "\n\n", "Spawn", " is north. "]
)
TEXTS = st.one_of(st.text(max_size=60), st.lists(SPECIAL, max_size=24).map("".join))


@pytest.mark.parametrize("dialect", [None, *Dialect])
@settings(max_examples=250, deadline=None)
@given(text=TEXTS)
def test_any_text_renders_with_exact_spans(dialect: Dialect | None, text: str) -> None:
    rendered = render_markdown(text, dialect=dialect)
    check(text, rendered)
    assert render_markdown(text, dialect=dialect) == rendered


@given(text=TEXTS, name=st.sampled_from(["", "a.mdx", "b.md"]))
def test_any_text_has_a_dialect(text: str, name: str) -> None:
    assert detect(text, name=name) in Dialect


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=40))
def test_fenced_code_is_exact(code: str) -> None:
    if "\r" in code or "\0" in code:
        return
    code = code.rstrip("\n")
    rendered = render_markdown(f"Run this:\n\n~~~~~~~~\n{code}\n~~~~~~~~\n\nDone.", dialect=Dialect.MARKDOWN)
    fenced = [rendered.text[each.start : each.end] for each in rendered.blocks[1:-1]]
    if not any(set(line.strip()) == {"~"} for line in code.split("\n")):
        assert fenced == ([code] if code else [])
