"""One WebSocket of the gateway, with its compression, and the session that outlives it."""

from __future__ import annotations

import asyncio
import json
import zlib
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any

from aiohttp import web

from tests.integration.discord_server.model import Json

DISPATCH = 0
REPLAY = 10_000  # events kept for RESUME


class Connection:
    """One WebSocket, with the transport compression its client asked for."""

    def __init__(self, socket: web.WebSocketResponse, request: web.Request) -> None:
        self.socket = socket
        self.session: Session | None = None
        self.ended_here = False
        self._transport = request.transport
        self._pack = _packer(request.query.get("compress"))
        self._queue: asyncio.Queue[str | tuple[int, bytes] | None] = asyncio.Queue()

    def send(self, text: str) -> None:
        """Queues a payload; the writer sends them in order."""
        self._queue.put_nowait(text)

    def close(self, code: int, reason: str = "") -> None:
        """Closes with a code once everything queued is sent."""
        self.ended_here = True
        self._queue.put_nowait((code, reason.encode()))

    def abort(self) -> None:
        """Cuts the line without a close frame, as a broken network does."""
        if self._transport is not None:
            self._transport.abort()
        self._queue.put_nowait(None)

    async def write(self) -> None:
        """Sends what is queued until the connection ends."""
        while True:
            item = await self._queue.get()
            if item is None:
                return
            try:
                if isinstance(item, tuple):
                    await self.socket.close(code=item[0], message=item[1])
                    return
                await self._send(item)
            except (ConnectionError, RuntimeError):
                return

    async def _send(self, text: str) -> None:
        if self._pack is None:
            await self.socket.send_str(text)
        else:
            await self.socket.send_bytes(self._pack(text))


def _packer(compression: str | None) -> Callable[[str], bytes] | None:
    """Returns what turns a payload into the bytes of one binary frame; None for plain text frames.

    discord.py asks for ``zstd-stream`` where the package ``zstandard`` is installed (or Python has zstd, from
    3.14), else for ``zlib-stream``.
    """
    if compression == "zlib-stream":
        deflate = zlib.compressobj()
        return lambda text: deflate.compress(text.encode()) + deflate.flush(zlib.Z_SYNC_FLUSH)
    if compression == "zstd-stream":
        try:
            zstandard: Any = import_module("zstandard")
        except ImportError:
            zstd: Any = import_module("compression.zstd")
            native = zstd.ZstdCompressor()
            return lambda text: bytes(native.compress(text.encode(), mode=zstd.ZstdCompressor.FLUSH_BLOCK))
        stream, block = zstandard.ZstdCompressor().compressobj(), zstandard.COMPRESSOBJ_FLUSH_BLOCK
        return lambda text: bytes(stream.compress(text.encode()) + stream.flush(block))
    return None


@dataclass(eq=False)
class Session:
    """What IDENTIFY starts; it outlives a cut connection so that RESUME can replay what was missed."""

    id: str
    intents: int
    shard: tuple[int, int]
    connection: Connection | None
    sequence: int = 0
    sent: deque[tuple[int, str]] = field(default_factory=lambda: deque(maxlen=REPLAY))

    def dispatch(self, event: str, data: Json) -> None:
        """Sends an event, or keeps it for the resume while the connection is cut."""
        self.sequence += 1
        text = json.dumps({"op": DISPATCH, "t": event, "s": self.sequence, "d": data})
        self.sent.append((self.sequence, text))
        if self.connection is not None:
            self.connection.send(text)

    def missed_since(self, sequence: int) -> list[str] | None:
        """Returns the events after ``sequence``, or None where they are no longer known."""
        if sequence > self.sequence or (self.sent and sequence < self.sent[0][0] - 1):
            return None
        return [text for number, text in self.sent if number > sequence]
