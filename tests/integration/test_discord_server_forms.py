"""Discord's limits on commands and modals, one step below and one step above, in the server's checks."""

from __future__ import annotations

from typing import Any

import pytest

from tests.integration.discord_server.errors import ApiError, Problems
from tests.integration.discord_server.form_commands import check_commands
from tests.integration.discord_server.form_components import check_modal
from tests.integration.discord_server.model import Json

BUTTON = {"type": 2, "style": 2, "label": "In context", "custom_id": "context"}
MENU = {"type": 3, "custom_id": "rate", "options": [{"label": "Good", "value": "good"}]}
TEXT = {"type": 10, "content": "Tell us more"}


def row(component: Json) -> Json:
    return {"type": 1, "components": [component]}


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
    ("data.components.0.component.type", modal(label(MENU)), modal(label(BUTTON))),
    (
        "data.components.0.components.0.label",
        modal(row(field(label="x" * 45))),
        modal(row(field(label="x" * 46))),
    ),
    ("data.components.0.type", modal(TEXT), modal(BUTTON)),
]


@pytest.mark.parametrize(("where", "fits", "breaks"), COMMANDS)
def test_commands(where: str, fits: list[Json], breaks: list[Json]) -> None:
    check_commands(fits)
    with pytest.raises(ApiError) as caught:
        check_commands(breaks)
    assert (caught.value.status, caught.value.code) == (400, 50035)
    assert where in caught.value.where


@pytest.mark.parametrize(("where", "fits", "breaks"), MODALS)
def test_modals(where: str, fits: Json, breaks: Json) -> None:
    problems = Problems()
    check_modal(problems, fits)
    problems.check()
    check_modal(problems, breaks)
    with pytest.raises(ApiError) as caught:
        problems.check()
    assert where in caught.value.where


def test_numbers_of_commands() -> None:
    for kind, most in ((1, 100), (2, 15), (3, 15)):
        each = {"type": kind, "description": "Asks" if kind == 1 else ""}
        check_commands([each | {"name": f"ask{number}"} for number in range(most)])
        with pytest.raises(ApiError, match="30032"):
            check_commands([each | {"name": f"ask{number}"} for number in range(most + 1)])
