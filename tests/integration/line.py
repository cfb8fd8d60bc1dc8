"""A line between the bot and a gateway on 127.0.0.1, which a test can cut, leave dead, or let go wrong."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from types import TracebackType
from typing import Literal, Self
from urllib.parse import urlsplit

Mode = Literal["through", "silent", "unavailable", "no goodbye"]


class Line:
    """Forwards connections to a gateway.

    Args:
        gateway_url: The gateway's address.

    Attributes:
        mode: What becomes of connections: `through` forwards; `silent` accepts and says nothing, as a black
            hole does; `unavailable` answers 503; `no goodbye` forwards until the client closes the WebSocket,
            and does not acknowledge that.
        waiting: How many connections are open that nothing is said on.
    """

    def __init__(self, gateway_url: str) -> None:
        parts = urlsplit(gateway_url)
        self._host, self._port, self._path = str(parts.hostname), int(parts.port or 0), parts.path
        self.mode: Mode = "through"
        self.waiting = 0
        self._open: set[asyncio.StreamWriter] = set()
        self._closing = asyncio.Event()
        self._server: asyncio.Server | None = None

    @property
    def url(self) -> str:
        """The address for the bot to connect to."""
        assert self._server is not None
        return f"ws://127.0.0.1:{self._server.sockets[0].getsockname()[1]}{self._path}"

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", 0)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._server is not None
        self._server.close()
        self._closing.set()
        self.cut()
        await asyncio.sleep(0.05)  # for those who forward to notice

    def cut(self) -> None:
        """Cut every connection."""
        for each in list(self._open):
            each.transport.abort()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open.add(writer)
        try:
            if self.mode == "silent":
                self.waiting += 1
                with suppress(OSError):
                    while await reader.read(65536):
                        pass
                self.waiting -= 1
            elif self.mode == "unavailable":
                await reader.readuntil(b"\r\n\r\n")
                writer.write(b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n")
                await writer.drain()
            else:
                await self._forward(reader, writer)
        finally:
            self._open.discard(writer)
            writer.close()

    async def _forward(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection(self._host, self._port)
        self._open.add(back)
        forth = asyncio.create_task(self._copy(reader, back))
        try:
            await self._copy(there, writer)
            if self.mode == "no goodbye":
                await self._closing.wait()  # neither the acknowledgement nor the connection's end arrives
        finally:
            forth.cancel()
            self._open.discard(back)
            back.close()

    async def _copy(self, source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while data := await source.read(65536):
                if self.mode == "silent" or (self.mode == "no goodbye" and data[0] == 0x88):
                    continue
                target.write(data)
                await target.drain()
