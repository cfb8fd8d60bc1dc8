"""Every HTTP request on its way in: its body, the log of requests, and faults on demand."""

from __future__ import annotations

import asyncio
import json
import time
from dataclasses import dataclass, field
from fnmatch import fnmatch
from typing import Any

from aiohttp import BodyPartReader, web

from tests.integration.discord_server.errors import ApiError
from tests.integration.discord_server.model import Json, Upload

API = "/api/v10"
CONTENT_TYPE = "application/json"
HEADERS = {"Via": "1.1 discord"}  # discord.py takes a 429 without Via for a ban by Cloudflare and gives up


@dataclass(eq=False)
class Request:
    """One request as the log keeps it; ``path`` is below the API's root, ``status`` None until answered."""

    method: str
    path: str
    at: float
    query: dict[str, str] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    body: Any = None
    files: list[Upload] = field(default_factory=list)
    status: int | None = None

    @property
    def json(self) -> Json:
        """The body, where it is an object; else an empty one."""
        return self.body if isinstance(self.body, dict) else {}


@dataclass(eq=False)
class Fault:
    """What happens to the next ``times`` requests that match; ``hits`` counts those it happened to."""

    method: str
    path: str
    times: int
    status: int | None = None
    retry_after: float | None = None
    whole_bot: bool = False
    code: int = 0
    message: str = ""
    hang: float = 0.0
    cut: bool = False
    body: Any = None
    hits: int = 0

    def matches(self, request: Request) -> bool:
        """Says whether the fault strikes this request."""
        left = self.hits < self.times
        return left and self.method in ("*", request.method) and fnmatch(request.path, self.path)

    async def strike(self, request: web.Request) -> web.Response | None:
        """Does the damage; None lets the request go on to be answered as usual (after a hang)."""
        self.hits += 1
        if self.hang:
            await asyncio.sleep(self.hang)
        if self.cut and request.transport is not None:
            request.transport.abort()
            return web.Response()
        if self.retry_after is not None:
            return rate_limited(self.retry_after, whole_bot=self.whole_bot)
        if self.status is not None and self.body is not None:
            return reply(self.body, self.status)
        if self.status is not None:
            return reply(
                {"message": self.message or f"{self.status}: fault on demand", "code": self.code}, self.status
            )
        return None


def rate_limited(retry_after: float, *, whole_bot: bool) -> web.Response:
    """Returns Discord's 429, for one route or for the whole bot."""
    headers = {
        "Retry-After": str(max(1, round(retry_after))),
        "X-RateLimit-Scope": "global" if whole_bot else "user",
        "X-RateLimit-Reset-After": f"{retry_after:.3f}",
    }
    if whole_bot:
        headers["X-RateLimit-Global"] = "true"
    body = {"message": "You are being rate limited.", "retry_after": retry_after, "global": whole_bot}
    return reply(body, 429, headers)


def reply(data: Any = None, status: int = 200, headers: dict[str, str] | None = None) -> web.Response:
    """Returns a JSON answer, or an empty 204 for None.

    The content type is ``CONTENT_TYPE``; unpatched, discord.py parses nothing but ``application/json``.
    """
    extra = HEADERS | (headers or {})
    if data is None:
        return web.Response(status=204, headers=extra)
    extra = {"Content-Type": CONTENT_TYPE} | extra
    return web.Response(body=json.dumps(data).encode(), status=status, headers=extra)


async def read_body(request: web.Request) -> tuple[Any, list[Upload]]:
    """Returns the JSON of a request (of its ``payload_json`` part in a form) and its files.

    Raises:
        ApiError: 400 if the body is no JSON.
    """
    try:
        if request.content_type != "multipart/form-data":
            raw = await request.read()
            return (json.loads(raw) if raw else None), []
        payload: Any = {}
        files: list[Upload] = []
        async for part in await request.multipart():
            if not isinstance(part, BodyPartReader):
                continue
            data = await part.read(decode=True)
            if part.name == "payload_json":
                payload = json.loads(data)
            else:
                content_type = part.headers.get("Content-Type", "application/octet-stream")
                files.append(Upload(part.filename or "", bytes(data), content_type))
    except ValueError:
        raise ApiError(400, 50109, "The request body contains invalid JSON.") from None
    return payload, files


def log_entry(request: web.Request) -> Request:
    """Returns the log's record of a request, its body still unread."""
    return Request(
        request.method,
        request.path.removeprefix(API),
        time.monotonic(),
        dict(request.query),
        dict(request.headers),
    )
