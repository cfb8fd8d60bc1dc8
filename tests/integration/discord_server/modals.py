"""Filling in a modal as a user does: what is typed, chosen or attached, as Discord's client checks it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from tests.integration.discord_server.errors import Refused
from tests.integration.discord_server.form_components import (
    FILE_UPLOAD,
    LABEL,
    ROW,
    SELECTS,
    TEXT,
    TEXT_INPUT,
    TEXT_SELECT,
)
from tests.integration.discord_server.model import Json

CHECKBOX = 23
MANY = SELECTS | {FILE_UPLOAD, 22}

Resolve = Callable[[Any, Json], str]


def fill(form: Json, values: Mapping[str, Any], resolve: Resolve) -> Json:
    """Returns the ``data`` of a modal submission.

    Args:
        form: The modal as the bot sent it.
        values: What the user enters, by label or custom id: text, a list of choices, uploads, or True.
        resolve: Notes an object under ``resolved`` and returns its id.

    Raises:
        Refused: For a field that is not there, is required, or takes something else.
    """
    left = dict(values)
    resolved: Json = {}
    components = [_part(part, left, resolved, resolve) for part in form["components"]]
    if left:
        raise Refused(f"the form has no field {sorted(left)}")
    data: Json = {"custom_id": form["custom_id"], "components": components}
    return data | ({"resolved": resolved} if resolved else {})


def _part(part: Json, left: dict[str, Any], resolved: Json, resolve: Resolve) -> Json:
    if part["type"] == TEXT:
        return {"type": TEXT, "id": part.get("id", 0)}
    if part["type"] == LABEL:
        field, label = part["component"], part["label"]
        return {
            "type": LABEL,
            "id": part.get("id", 0),
            "component": _field(field, label, left, resolved, resolve),
        }
    field = part["components"][0]
    return {"type": ROW, "components": [_field(field, field.get("label"), left, resolved, resolve)]}


def _field(field: Json, label: str | None, left: dict[str, Any], resolved: Json, resolve: Resolve) -> Json:
    entry: Json = {"type": field["type"], "id": field.get("id", 0), "custom_id": field["custom_id"]}
    missing = object()
    value = left.pop(field["custom_id"], missing)
    if value is missing:
        value = left.pop(label or "", missing)
    if field["type"] == TEXT_INPUT:
        return entry | {"value": _text(field, label, field.get("value") or "" if value is missing else value)}
    if field["type"] in MANY:
        chosen = [] if value is missing else [value] if isinstance(value, str) else list(value)
        low, high = field.get("min_values"), field.get("max_values") or 1
        low = (1 if low is None else low) if field.get("required") is not False else 0
        if not low <= len(chosen) <= high:
            raise Refused(f"field {label!r} takes {low} to {high} values, not {len(chosen)}")
        return entry | {"values": [_choice(field, label, each, resolved, resolve) for each in chosen]}
    if field["type"] == CHECKBOX:
        return entry | {"value": bool(field.get("default")) if value is missing else bool(value)}
    if value is missing and field.get("required", True):
        raise Refused(f"field {label!r} is required")
    return entry | {"value": None if value is missing else _choice(field, label, value, resolved, resolve)}


def _text(field: Json, label: str | None, text: str) -> str:
    low = field.get("min_length") or (1 if field.get("required", True) else 0)
    high = field.get("max_length") or 4000
    empty_is_fine = not text and not field.get("required", True)
    if not (empty_is_fine or low <= len(text) <= high):
        raise Refused(f"field {label!r} takes {low} to {high} characters, not {len(text)}")
    return text


def _choice(field: Json, label: str | None, value: Any, resolved: Json, resolve: Resolve) -> str:
    if field["type"] not in (TEXT_SELECT, 21, 22):
        return resolve(value, resolved)
    options = {each["label"]: each["value"] for each in field.get("options", [])}
    if value not in options and value not in options.values():
        raise Refused(f"field {label!r} offers {list(options)}, not {value!r}")
    return str(options.get(value, value))
