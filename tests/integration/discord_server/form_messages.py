"""Checks a message that is sent or edited against Discord's limits."""

from __future__ import annotations

from typing import Any

from tests.integration.discord_server.errors import ApiError, Path, Problems
from tests.integration.discord_server.form_components import check_components
from tests.integration.discord_server.model import Json, Upload

SUPPRESS_EMBEDS = 1 << 2
EPHEMERAL = 1 << 6
LOADING = 1 << 7
SUPPRESS_NOTIFICATIONS = 1 << 12
COMPONENTS_V2 = 1 << 15

MAX_CONTENT = 2000
MAX_FILE_BYTES = 10 * 1024 * 1024
MAX_REQUEST_BYTES = 25 * 1024 * 1024
EMBED_TEXT = {"title": 256, "description": 4096}


def check_message(payload: Json, files: list[Upload], *, before: Json | None = None) -> None:
    """Checks a message's JSON and files; ``before`` is the message being edited.

    Raises:
        ApiError: 400 with Discord's error tree, or 413 for files that are too big.
    """
    flags = int(payload.get("flags") or 0) | int(before.get("flags", 0) if before else 0)
    problems = Problems()
    problems.length(("content",), payload.get("content") or "", 0, MAX_CONTENT)
    _check_embeds(problems, payload.get("embeds") or [])
    if flags & COMPONENTS_V2:
        _check_only_v2(problems, payload)
    if payload.get("components"):
        check_components(problems, payload["components"], v2=bool(flags & COMPONENTS_V2))
    _check_allowed_mentions(problems, payload.get("allowed_mentions") or {})
    problems.length(("nonce",), str(payload.get("nonce") or ""), 0, 25)
    problems.length(("attachments",), payload.get("attachments") or [], 0, 10)
    _check_attachment_names(problems, payload, files)
    problems.check()
    _check_sizes(files)
    if _is_empty(payload, files, before or {}):
        raise ApiError(400, 50006, "Cannot send an empty message")


def _check_only_v2(problems: Problems, payload: Json) -> None:
    for name in ("content", "embeds", "sticker_ids", "poll"):
        if payload.get(name):
            message = f"The '{name}' field cannot be used when using MessageFlags.IS_COMPONENTS_V2"
            problems.add((name,), "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2", message)


def _check_attachment_names(problems: Problems, payload: Json, files: list[Upload]) -> None:
    if len(files) > 10:
        problems.add(("files",), "BASE_TYPE_MAX_LENGTH", "Must be 10 or fewer in length.")
    for index, each in enumerate(files):
        problems.length(("files", index, "filename"), each.filename, 1, 1024)
    for index, each in enumerate(payload.get("attachments") or []):
        problems.length(("attachments", index, "description"), each.get("description") or "", 0, 1024)


def _check_sizes(files: list[Upload]) -> None:
    sizes = [len(each.data) for each in files]
    if sum(sizes) > MAX_REQUEST_BYTES or any(size > MAX_FILE_BYTES for size in sizes):
        raise ApiError(413, 40005, "Request entity too large")


def _is_empty(payload: Json, files: list[Upload], before: Json) -> bool:
    if files:
        return False
    after = {**before, **payload}
    text = (after.get("content") or "").strip()
    return not (
        text
        or any(after.get(each) for each in ("embeds", "components", "attachments", "sticker_ids", "poll"))
    )


def _check_embeds(problems: Problems, embeds: list[Json]) -> None:
    problems.length(("embeds",), embeds, 0, 10)
    total = 0
    for index, embed in enumerate(embeds):
        path: Path = ("embeds", index)
        total += _check_embed(problems, path, embed)
    if total > 6000:
        message = "Embed size exceeds maximum size of 6000"
        problems.add(("embeds",), "MAX_EMBED_SIZE_EXCEEDED", message)


def _check_embed(problems: Problems, path: Path, embed: Json) -> int:
    texts: list[tuple[Path, Any, int, int]] = [
        ((name,), embed.get(name) or "", 0, limit) for name, limit in EMBED_TEXT.items()
    ]
    texts.append((("footer", "text"), (embed.get("footer") or {}).get("text") or "", 0, 2048))
    texts.append((("author", "name"), (embed.get("author") or {}).get("name") or "", 0, 256))
    fields = embed.get("fields") or []
    problems.length((*path, "fields"), fields, 0, 25)
    for index, field in enumerate(fields):
        texts.append((("fields", index, "name"), field.get("name"), 1, 256))
        texts.append((("fields", index, "value"), field.get("value"), 1, 1024))
    for where, text, low, high in texts:
        problems.length((*path, *where), text, low, high)
    url = embed.get("url")
    if url and not str(url).startswith(("http://", "https://", "attachment://")):
        problems.add((*path, "url"), "URL_TYPE_INVALID_URL", "Not a well formed URL.")
    return sum(len(str(text or "").strip()) for _, text, _, _ in texts)


def _check_allowed_mentions(problems: Problems, allowed: Json) -> None:
    parse = allowed.get("parse") or []
    for index, each in enumerate(parse):
        if each not in {"users", "roles", "everyone"}:
            message = "Value must be one of ('users', 'roles', 'everyone')."
            problems.add(("allowed_mentions", "parse", index), "BASE_TYPE_CHOICES", message)
    for name in ("users", "roles"):
        problems.length(("allowed_mentions", name), allowed.get(name) or [], 0, 100)
        if name in parse and allowed.get(name):
            message = f'parse:["{name}"] and {name}: [ids...] are mutually exclusive.'
            problems.add(("allowed_mentions",), "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE", message)
