"""Discord's limits on messages, one step below and one step above, in the loopback server's checks."""

from __future__ import annotations

from typing import Any

import pytest

from tests.integration.discord_server.errors import ApiError
from tests.integration.discord_server.form_messages import COMPONENTS_V2, check_message
from tests.integration.discord_server.model import Json, Upload

MEBIBYTE = 1024 * 1024


def row(*components: Json) -> Json:
    return {"type": 1, "components": list(components)}


def button(**changes: Any) -> Json:
    return {"type": 2, "style": 2, "label": "In context", "custom_id": f"id{id(changes)}"} | changes


def link(length: int) -> Json:
    return {"type": 2, "style": 5, "label": "Source", "url": "https://library.example/".ljust(length, "x")}


def select(count: int, **changes: Any) -> Json:
    listed = [{"label": f"Article {each}", "value": str(each)} for each in range(count)]
    return {"type": 3, "custom_id": "rate", "options": listed} | changes


def text(length: int) -> Json:
    return {"type": 10, "content": "x" * length}


def v2(*components: Json) -> Json:
    return {"flags": COMPONENTS_V2, "components": list(components)}


def buttons(count: int) -> list[Json]:
    return [{"type": 2, "style": 1, "label": "Next", "custom_id": f"next:{each}"} for each in range(count)]


MESSAGES: list[tuple[str, Json, Json]] = [
    ("content", {"content": "x" * 2000}, {"content": "x" * 2001}),
    ("embeds", {"embeds": [{"title": "T"}] * 10}, {"embeds": [{"title": "T"}] * 11}),
    ("embeds.0.title", {"embeds": [{"title": "x" * 256}]}, {"embeds": [{"title": "x" * 257}]}),
    (
        "embeds.0.description",
        {"embeds": [{"description": "x" * 4096}]},
        {"embeds": [{"description": "x" * 4097}]},
    ),
    (
        "embeds.0.footer.text",
        {"embeds": [{"footer": {"text": "x" * 2048}}]},
        {"embeds": [{"footer": {"text": "x" * 2049}}]},
    ),
    (
        "embeds.0.author.name",
        {"embeds": [{"author": {"name": "x" * 256}}]},
        {"embeds": [{"author": {"name": "x" * 257}}]},
    ),
    (
        "embeds.0.fields",
        {"embeds": [{"fields": [{"name": "N", "value": "V"}] * 25}]},
        {"embeds": [{"fields": [{"name": "N", "value": "V"}] * 26}]},
    ),
    (
        "embeds.0.fields.0.value",
        {"embeds": [{"fields": [{"name": "N", "value": "x" * 1024}]}]},
        {"embeds": [{"fields": [{"name": "N", "value": "x" * 1025}]}]},
    ),
    (
        "embeds",
        {"embeds": [{"description": "x" * 3000}] * 2},
        {"embeds": [{"description": "x" * 3001}, {"description": "x" * 3000}]},
    ),
    (
        "embeds.0.url",
        {"embeds": [{"title": "T", "url": "https://x.example"}]},
        {"embeds": [{"title": "T", "url": "x.example"}]},
    ),
    (
        "components",
        {"components": [row(each) for each in buttons(5)]},
        {"components": [row(each) for each in buttons(6)]},
    ),
    ("components.0.components", {"components": [row(*buttons(5))]}, {"components": [row(*buttons(6))]}),
    (
        "components.0.components.0.label",
        {"components": [row(button(label="x" * 80))]},
        {"components": [row(button(label="x" * 81))]},
    ),
    (
        "components.0.components.0.label",
        {"components": [row(button(emoji={"name": "👍"}))]},
        {"components": [row(button(label=None))]},
    ),
    (
        "components.0.components.0.custom_id",
        {"components": [row(button(custom_id="x" * 100))]},
        {"components": [row(button(custom_id="x" * 101))]},
    ),
    ("components.0.components.0.url", {"components": [row(link(512))]}, {"components": [row(link(513))]}),
    (
        "components.0.components.0.url",
        {"components": [row(link(30))]},
        {"components": [row(link(30) | {"url": "file:///etc"})]},
    ),
    (
        "components.0.components.0.custom_id",
        {"components": [row(link(30))]},
        {"components": [row(link(30) | {"custom_id": "x"})]},
    ),
    (
        "components.0.components.0.style",
        {"components": [row(button())]},
        {"components": [row(button(style=9))]},
    ),
    (
        "components",
        {"components": [row(button())]},
        {"components": [row(button(custom_id="a"), button(custom_id="a"))]},
    ),
    (
        "components.0.components.0.options",
        {"components": [row(select(25))]},
        {"components": [row(select(26))]},
    ),
    ("components.0.components", {"components": [row(select(2))]}, {"components": [row(select(2), button())]}),
    (
        "components.0.components.0.placeholder",
        {"components": [row(select(1, placeholder="x" * 150))]},
        {"components": [row(select(1, placeholder="x" * 151))]},
    ),
    (
        "components.0.components.0.options.1.value",
        {"components": [row(select(1))]},
        {"components": [row(select(1, options=[{"label": "A", "value": "a"}] * 2))]},
    ),
    (
        "components.0.components.0.max_values",
        {"components": [row(select(1, max_values=1))]},
        {"components": [row(select(1, max_values=26))]},
    ),
    ("components.0.type", {"components": [row(button())]}, {"components": [text(5)]}),
    ("components", v2(text(4000)), v2(text(4000), text(1))),
    ("components", v2(*[text(1)] * 40), v2(*[text(1)] * 41)),
    ("content", v2(text(1)), v2(text(1)) | {"content": "Plain"}),
    (
        "components.0.components",
        v2({"type": 17, "components": [text(1)]}),
        v2({"type": 17, "components": []}),
    ),
    (
        "components.0.components.0.type",
        v2({"type": 17, "components": [text(1)]}),
        v2({"type": 17, "components": [{"type": 17, "components": [text(1)]}]}),
    ),
    (
        "components.0.accessory",
        v2({"type": 9, "components": [text(1)], "accessory": button()}),
        v2({"type": 9, "components": [text(1)]}),
    ),
    ("components.0.items", v2({"type": 12, "items": [{}] * 10}), v2({"type": 12, "items": [{}] * 11})),
    ("nonce", {"content": "Hi", "nonce": "x" * 25}, {"content": "Hi", "nonce": "x" * 26}),
    (
        "allowed_mentions.users",
        {"content": "Hi", "allowed_mentions": {"users": ["1"] * 100}},
        {"content": "Hi", "allowed_mentions": {"users": ["1"] * 101}},
    ),
    (
        "allowed_mentions",
        {"content": "Hi", "allowed_mentions": {"parse": ["users"]}},
        {"content": "Hi", "allowed_mentions": {"parse": ["users"], "users": ["1"]}},
    ),
    (
        "allowed_mentions.parse.0",
        {"content": "Hi", "allowed_mentions": {"parse": []}},
        {"content": "Hi", "allowed_mentions": {"parse": ["all"]}},
    ),
]


@pytest.mark.parametrize(("where", "fits", "breaks"), MESSAGES)
def test_messages(where: str, fits: Json, breaks: Json) -> None:
    check_message(fits, [])
    with pytest.raises(ApiError) as caught:
        check_message(breaks, [])
    assert (caught.value.status, caught.value.code) == (400, 50035)
    assert where in caught.value.where


def test_files_and_empty_messages() -> None:
    big = Upload("big.bin", bytes(10 * MEBIBYTE))
    check_message({}, [big])
    check_message({}, [big, big])
    for files in ([Upload("bigger.bin", bytes(10 * MEBIBYTE + 1))], [big] * 3):
        with pytest.raises(ApiError, match="40005"):
            check_message({}, files)
    with pytest.raises(ApiError, match="50035"):
        check_message({}, [Upload("small.md", b"")] * 11)
    empties: list[Json] = [{}, {"content": " \n"}, {"content": None, "embeds": []}]
    for empty in empties:
        with pytest.raises(ApiError, match="50006"):
            check_message(empty, [])
    check_message({"content": ""}, [], before={"content": "Before", "embeds": [{"title": "Kept"}]})
    with pytest.raises(ApiError, match="50006"):
        check_message({"content": ""}, [], before={"content": "Before"})
