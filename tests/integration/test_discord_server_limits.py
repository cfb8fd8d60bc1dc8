"""Each of Discord's limits, one step below and one step above, in the loopback server's own checks."""

from __future__ import annotations

from typing import Any

import pytest

from tests.integration.discord_server.errors import ApiError, Problems
from tests.integration.discord_server.form_commands import check_commands
from tests.integration.discord_server.form_components import check_modal
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


def command(**changes: Any) -> Json:
    return {"type": 1, "name": "ask", "description": "Asks the articles"} | changes


def option(**changes: Any) -> Json:
    return {"type": 3, "name": "question", "description": "What to find"} | changes


def many(count: int, **changes: Any) -> list[Json]:
    return [option(name=f"option{each}", **changes) for each in range(count)]


COMMANDS: list[tuple[str, list[Json], list[Json]]] = [
    ("0.name", [command(name="x" * 32)], [command(name="x" * 33)]),
    ("0.name", [command(name="fr-ågå_1")], [command(name="Ask")]),
    ("0.name", [command()], [command(name="ask this")]),
    ("1.name", [command(), command(name="show")], [command(), command()]),
    ("0.description", [command(description="x" * 100)], [command(description="x" * 101)]),
    ("0.description", [command()], [command(description="")]),
    (
        "0.description",
        [command(type=3, name="Ask about this", description="")],
        [command(type=3, name="Ask about this")],
    ),
    (
        "0.name_localizations.de",
        [command(name_localizations={"de": "frag"})],
        [command(name_localizations={"de": "Frag"})],
    ),
    (
        "0.name_localizations.xx",
        [command(name_localizations={"fr": "demande"})],
        [command(name_localizations={"xx": "ask"})],
    ),
    ("0.options", [command(options=many(25))], [command(options=many(26))]),
    (
        "0.options.1",
        [command(options=[option(required=True), option(name="private")])],
        [command(options=[option(), option(name="private", required=True)])],
    ),
    ("0.options.1.name", [command(options=many(2))], [command(options=[option(), option()])]),
    (
        "0.options.0.choices",
        [command(options=[option(choices=[{"name": "A", "value": "a"}] * 25)])],
        [command(options=[option(choices=[{"name": "A", "value": "a"}] * 26)])],
    ),
    (
        "0.options.0.choices.0.name",
        [command(options=[option(choices=[{"name": "x" * 100, "value": "a"}])])],
        [command(options=[option(choices=[{"name": "x" * 101, "value": "a"}])])],
    ),
    (
        "0.options.0.choices.0.value",
        [command(options=[option(choices=[{"name": "A", "value": 1}])])],
        [command(options=[option(choices=[{"name": "A"}])])],
    ),
    (
        "0.options.0.max_length",
        [command(options=[option(max_length=6000)])],
        [command(options=[option(max_length=6001)])],
    ),
    (
        "0.options.0.autocomplete",
        [command(options=[option(autocomplete=True)])],
        [command(options=[option(autocomplete=True, type=6)])],
    ),
    ("0.options.0.type", [command(options=[option(type=11)])], [command(options=[option(type=12)])]),
    (
        "0.options.0.options.0.type",
        [command(options=[option(type=2, options=[option(type=1)])])],
        [command(options=[option(type=2, options=[option(type=2)])])],
    ),
    (
        "0.name",
        [command(options=many(25, choices=[{"name": "A" * 80, "value": "a" * 80}]))],
        [command(options=many(25, choices=[{"name": "A" * 80, "value": "a" * 80}] * 2))],
    ),
]


def modal(*components: Json, **changes: Any) -> Json:
    return {"custom_id": "follow-up", "title": "Follow up", "components": list(components)} | changes


def label(component: Json, **changes: Any) -> Json:
    return {"type": 18, "label": "Your question", "component": component} | changes


def field(**changes: Any) -> Json:
    return {"type": 4, "custom_id": "question", "style": 2} | changes


MODALS: list[tuple[str, Json, Json]] = [
    ("data.title", modal(label(field()), title="x" * 45), modal(label(field()), title="x" * 46)),
    (
        "data.custom_id",
        modal(label(field()), custom_id="x" * 100),
        modal(label(field()), custom_id="x" * 101),
    ),
    ("data.components", modal(*[label(field())] * 5), modal(*[label(field())] * 6)),
    ("data.components.0.label", modal(label(field(), label="x" * 45)), modal(label(field(), label="x" * 46))),
    (
        "data.components.0.description",
        modal(label(field(), description="x" * 100)),
        modal(label(field(), description="x" * 101)),
    ),
    (
        "data.components.0.component.max_length",
        modal(label(field(max_length=4000))),
        modal(label(field(max_length=4001))),
    ),
    (
        "data.components.0.component.placeholder",
        modal(label(field(placeholder="x" * 100))),
        modal(label(field(placeholder="x" * 101))),
    ),
    ("data.components.0.component.type", modal(label(select(2))), modal(label(button()))),
    (
        "data.components.0.components.0.label",
        modal(row(field(label="x" * 45))),
        modal(row(field(label="x" * 46))),
    ),
    ("data.components.0.type", modal(text(5)), modal(button())),
]


def paths(errors: Json | None, before: str = "") -> set[str]:
    """Returns where Discord's error tree notes a problem, as dotted paths."""
    found = set()
    for key, value in (errors or {}).items():
        if key == "_errors":
            found.add(before)
        else:
            found |= paths(value, f"{before}.{key}".lstrip("."))
    return found


@pytest.mark.parametrize(("where", "fits", "breaks"), MESSAGES)
def test_messages(where: str, fits: Json, breaks: Json) -> None:
    check_message(fits, [])
    with pytest.raises(ApiError) as caught:
        check_message(breaks, [])
    assert (caught.value.status, caught.value.code) == (400, 50035)
    assert where in paths(caught.value.errors)


@pytest.mark.parametrize(("where", "fits", "breaks"), COMMANDS)
def test_commands(where: str, fits: list[Json], breaks: list[Json]) -> None:
    check_commands(fits)
    with pytest.raises(ApiError) as caught:
        check_commands(breaks)
    assert (caught.value.status, caught.value.code) == (400, 50035)
    assert where in paths(caught.value.errors)


@pytest.mark.parametrize(("where", "fits", "breaks"), MODALS)
def test_modals(where: str, fits: Json, breaks: Json) -> None:
    problems = Problems()
    check_modal(problems, fits)
    problems.check()
    check_modal(problems, breaks)
    with pytest.raises(ApiError) as caught:
        problems.check()
    assert where in paths(caught.value.errors)


def test_numbers_of_commands() -> None:
    for kind, most in ((1, 100), (2, 15), (3, 15)):
        each = {"type": kind, "description": "Asks" if kind == 1 else ""}
        check_commands([each | {"name": f"ask{number}"} for number in range(most)])
        with pytest.raises(ApiError, match="30032"):
            check_commands([each | {"name": f"ask{number}"} for number in range(most + 1)])


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
