"""Checks message components and modals against Discord's limits (classic action rows and Components V2)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.integration.discord_server.errors import Path, Problems
from tests.integration.discord_server.model import Json

ROW, BUTTON, TEXT_SELECT, TEXT_INPUT, SECTION, TEXT, THUMBNAIL = 1, 2, 3, 4, 9, 10, 11
GALLERY, FILE, SEPARATOR, CONTAINER, LABEL, FILE_UPLOAD = 12, 13, 14, 17, 18, 19
SELECTS = {3, 5, 6, 7, 8}
MODAL_INPUTS = SELECTS | {TEXT_INPUT, FILE_UPLOAD, 21, 22, 23}
TOP_LEVEL_V2 = {ROW, SECTION, TEXT, GALLERY, FILE, SEPARATOR, CONTAINER}
IN_CONTAINER = TOP_LEVEL_V2 - {CONTAINER}
LINK, PREMIUM = 5, 6

MAX_ROWS = 5
MAX_V2_COMPONENTS = 40
MAX_V2_TEXT = 4000


def walk(components: list[Json]) -> Iterator[Json]:
    """Yields every component in reading order, nested ones included."""
    for each in components:
        yield each
        yield from walk(each.get("components", []))
        for slot in ("accessory", "component"):
            if isinstance(each.get(slot), dict):
                yield from walk([each[slot]])


def check_components(problems: Problems, components: Any, *, v2: bool) -> None:
    """Checks the ``components`` of a message; ``v2`` says whether it carries the Components V2 flag."""
    if not isinstance(components, list):
        problems.add(("components",), "BASE_TYPE_BAD_TYPE", "Only list values are allowed.")
        return
    if v2:
        _check_v2(problems, components)
    else:
        problems.length(("components",), components, 0, MAX_ROWS)
        for index, each in enumerate(components):
            _check_child(problems, ("components", index), each, {ROW})
    _check_unique(problems, components)


def _check_v2(problems: Problems, components: list[Json]) -> None:
    everything = list(walk(components))
    if not 1 <= len(everything) <= MAX_V2_COMPONENTS:
        problems.add(("components",), "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 40 in length.")
    if sum(len(each.get("content", "")) for each in everything) > MAX_V2_TEXT:
        message = "The total length of all displayable text must be 4000 or fewer."
        problems.add(("components",), "COMPONENT_MAX_TOTAL_TEXT_LENGTH", message)
    for index, each in enumerate(components):
        _check_child(problems, ("components", index), each, TOP_LEVEL_V2)


def _check_unique(problems: Problems, components: list[Json]) -> None:
    seen: set[str] = set()
    for each in walk(components):
        custom_id = each.get("custom_id")
        if custom_id in seen:
            message = f"Component custom id cannot be duplicated: {custom_id}"
            problems.add(("components",), "COMPONENT_CUSTOM_ID_DUPLICATED", message)
        if custom_id:
            seen.add(custom_id)


def _check_child(problems: Problems, path: Path, component: Json, allowed: set[int]) -> None:
    kind = component.get("type")
    if kind not in allowed:
        values = ", ".join(str(each) for each in sorted(allowed))
        message = f'Value of field "type" must be one of ({values}).'
        problems.add((*path, "type"), "UNION_TYPE_CHOICES", message)
        return
    if kind == ROW:
        _check_row(problems, path, component)
    elif kind == BUTTON:
        _check_button(problems, path, component)
    elif kind in SELECTS:
        _check_select(problems, path, component)
    elif kind == TEXT:
        problems.length((*path, "content"), component.get("content"), 1, MAX_V2_TEXT)
    elif kind == CONTAINER:
        problems.length((*path, "components"), component.get("components"), 1, MAX_V2_COMPONENTS)
        for index, each in enumerate(component.get("components", [])):
            _check_child(problems, (*path, "components", index), each, IN_CONTAINER)
    elif kind == SECTION:
        _check_section(problems, path, component)
    elif kind == GALLERY:
        problems.length((*path, "items"), component.get("items"), 1, 10)


def _check_section(problems: Problems, path: Path, section: Json) -> None:
    problems.length((*path, "components"), section.get("components"), 1, 3)
    for index, each in enumerate(section.get("components", [])):
        _check_child(problems, (*path, "components", index), each, {TEXT})
    if not section.get("accessory"):
        problems.add((*path, "accessory"), "BASE_TYPE_REQUIRED", "This field is required")
    else:
        _check_child(problems, (*path, "accessory"), section["accessory"], {BUTTON, THUMBNAIL})


def _check_row(problems: Problems, path: Path, row: Json) -> None:
    children = row.get("components", [])
    problems.length((*path, "components"), children, 1, 5)
    selects = [each for each in children if each.get("type") in SELECTS]
    if selects and len(children) > 1:
        message = "A row holds either up to five buttons or one select menu"
        problems.add((*path, "components"), "COMPONENT_LAYOUT_WIDTH_EXCEEDED", message)
    for index, each in enumerate(children):
        _check_child(problems, (*path, "components", index), each, SELECTS | {BUTTON})


def _check_button(problems: Problems, path: Path, button: Json) -> None:
    style = button.get("style")
    problems.between((*path, "style"), style if style is not None else -1, 1, PREMIUM)
    if button.get("label") is not None:
        problems.length((*path, "label"), button["label"], 0, 80)
    elif not button.get("emoji") and style != PREMIUM:
        message = "A button must have a label or an emoji"
        problems.add((*path, "label"), "BUTTON_COMPONENT_LABEL_OR_EMOJI_REQUIRED", message)
    if style == LINK:
        _check_url(problems, (*path, "url"), button.get("url"))
        if button.get("custom_id"):
            message = "A custom id and url cannot both be specified"
            problems.add((*path, "custom_id"), "BUTTON_COMPONENT_CUSTOM_ID_URL_MUTUALLY_EXCLUSIVE", message)
    elif style != PREMIUM:
        problems.length((*path, "custom_id"), button.get("custom_id"), 1, 100)


def _check_url(problems: Problems, path: Path, url: Any) -> None:
    problems.length(path, url, 1, 512)
    if isinstance(url, str) and not url.startswith(("http://", "https://", "discord://")):
        message = "Scheme must be one of ('http', 'https', 'discord')."
        problems.add(path, "URL_TYPE_INVALID_SCHEME", message)


def _check_select(problems: Problems, path: Path, select: Json) -> None:
    problems.length((*path, "custom_id"), select.get("custom_id"), 1, 100)
    problems.length((*path, "placeholder"), select.get("placeholder") or "", 0, 150)
    problems.between((*path, "min_values"), select.get("min_values"), 0, 25)
    problems.between((*path, "max_values"), select.get("max_values"), 1, 25)
    if select["type"] != TEXT_SELECT:
        return
    options = select.get("options", [])
    problems.length((*path, "options"), options, 1, 25)
    values = [option.get("value") for option in options]
    for index, option in enumerate(options):
        for name in ("label", "value"):
            problems.length((*path, "options", index, name), option.get(name), 1, 100)
        problems.length((*path, "options", index, "description"), option.get("description") or "", 0, 100)
        if values.index(option.get("value")) != index:
            message = "The specified option value is already used"
            problems.add(
                (*path, "options", index, "value"), "SELECT_COMPONENT_OPTION_VALUE_DUPLICATED", message
            )


def check_modal(problems: Problems, modal: Json) -> None:
    """Checks the ``data`` of an interaction response of type MODAL."""
    components = modal.get("components", [])
    problems.length(("data", "custom_id"), modal.get("custom_id"), 1, 100)
    problems.length(("data", "title"), modal.get("title"), 1, 45)
    problems.length(("data", "components"), components, 1, 5)
    for index, each in enumerate(components):
        path: Path = ("data", "components", index)
        if each.get("type") == LABEL:
            problems.length((*path, "label"), each.get("label"), 1, 45)
            problems.length((*path, "description"), each.get("description") or "", 0, 100)
            _check_modal_input(problems, (*path, "component"), each.get("component") or {})
        elif each.get("type") == ROW:
            problems.length((*path, "components"), each.get("components"), 1, 1)
            for child in each.get("components", []):
                problems.length((*path, "components", 0, "label"), child.get("label"), 1, 45)
                _check_modal_input(problems, (*path, "components", 0), child)
        else:
            _check_child(problems, path, each, {TEXT})


def _check_modal_input(problems: Problems, path: Path, component: Json) -> None:
    kind = component.get("type")
    if kind not in MODAL_INPUTS:
        problems.add((*path, "type"), "UNION_TYPE_CHOICES", "This component cannot be in a modal.")
    elif kind in SELECTS:
        _check_select(problems, path, component)
    else:
        problems.length((*path, "custom_id"), component.get("custom_id"), 1, 100)
    if kind == TEXT_INPUT:
        problems.between((*path, "style"), component.get("style", 1), 1, 2)
        problems.between((*path, "min_length"), component.get("min_length"), 0, 4000)
        problems.between((*path, "max_length"), component.get("max_length"), 1, 4000)
        problems.length((*path, "placeholder"), component.get("placeholder") or "", 0, 100)
        problems.length(
            (*path, "value"), component.get("value") or "", 0, component.get("max_length") or 4000
        )
