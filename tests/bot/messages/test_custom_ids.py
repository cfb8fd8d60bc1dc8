"""Custom ids are read as they are written, and those in old messages go on being read."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.messages import custom_ids
from bot.messages.custom_ids import LONGEST, Kind

KINDS = {name: each for name, each in vars(custom_ids).items() if isinstance(each, Kind)}

POSTED: list[tuple[str, str, dict[str, Any]]] = [
    ("IN_CONTEXT", "context:3f0c2d91ab.1k.2v.9e41c7", {"citation_id": "3f0c2d91ab.1k.2v.9e41c7"}),
    ("PAGE", "page:3f0c.1k:-12", {"citation_id": "3f0c.1k", "number": -12}),
    ("CHECK", "check:3f0c", {"citation_id": "3f0c"}),
    ("FOLLOW_UP", "follow", {}),
    ("FOLLOW_UP_FORM", "follow", {}),
    ("WHY", "why", {}),
    ("MORE", "more", {"first": None}),
    ("MORE", "more:3", {"first": 3}),
    ("SHARE", "share", {}),
    ("HUMAN", "human", {"answer": None}),
    ("HUMAN", "human:12345678901234567890", {"answer": 12345678901234567890}),
    ("VERDICT", "verdict:good", {"verdict": "good"}),
    ("VERDICT", "verdict:bad", {"verdict": "bad"}),
    ("VERDICT_FORM", "verdict:form", {}),
    ("ARTICLES", "articles", {}),
    ("PUBLISH", "corpus-do:abcdefgh-_345678", {"draft": "abcdefgh-_345678"}),
    ("DISCARD", "corpus-discard:abcdefgh12345678", {"draft": "abcdefgh12345678"}),
    ("UNDO", "corpus-undo:abcdefgh12345678", {"draft": "abcdefgh12345678"}),
    ("GAP", "corpus-gap:7", {"question": 7}),
    ("ADD_FORM", "corpus-add:", {"collection": ""}),
    ("ADD_FORM", "corpus-add:news", {"collection": "news"}),
    ("REPLACE_FORM", "corpus-replace:a:b\n/c", {"article_id": "a:b\n/c"}),
    ("SETTING", "setup:0:collections", {"channel": 0, "name": "collections", "value": None}),
    ("SETTING", "setup:42:private:yes", {"channel": 42, "name": "private", "value": "yes"}),
    ("SETTING_FORM", "setup:42:confidence", {"channel": 42, "name": "confidence"}),
]


@pytest.mark.parametrize(("name", "custom_id", "fields"), POSTED)
def test_what_was_posted_goes_on_being_read_and_written(
    name: str, custom_id: str, fields: dict[str, Any]
) -> None:
    kind = KINDS[name]
    assert kind.parse(custom_id) == fields
    assert kind.encode(*(each for each in fields.values() if each is not None)) == custom_id
    others = [each for each in KINDS.values() if each.is_form is kind.is_form and each is not kind]
    assert [each.name for each in others if each.parse(custom_id) is not None] == []


def test_every_kind_has_an_example() -> None:
    assert {name for name, _, _ in POSTED} == set(KINDS)


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        (custom_ids.IN_CONTEXT, ("x" * 41,)),
        (custom_ids.IN_CONTEXT, ()),
        (custom_ids.VERDICT, ("form",)),
        (custom_ids.PAGE, ("3f0c", "x")),
        (custom_ids.ADD_FORM, ("x" * LONGEST,)),
    ],
)
def test_what_could_not_be_read_again_is_not_written(kind: Kind, values: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match=kind.name):
        kind.encode(*values)


@given(st.one_of(st.text(), st.sampled_from(POSTED).flatmap(lambda row: st.text().map(row[1].__add__))))
def test_whatever_is_read_is_written_the_same(custom_id: str) -> None:
    for kind in KINDS.values():
        fields = kind.parse(custom_id)
        if fields is not None and len(custom_id) <= LONGEST:
            again = kind.encode(*(each for each in fields.values() if each is not None))
            assert kind.parse(again) == fields
