"""The gateway: sessions that outlive connections, heartbeats, resume, and events filtered by intents."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable
from dataclasses import dataclass

from aiohttp import WSMsgType, web

from tests.integration.discord_server.connection import Connection, Session
from tests.integration.discord_server.model import Json
from tests.integration.discord_server.watch import Watch

HEARTBEAT, IDENTIFY, RESUME, RECONNECT = 1, 2, 6, 7
REQUEST_MEMBERS, INVALID_SESSION, HELLO, HEARTBEAT_ACK = 8, 9, 10, 11
IGNORED = {3, 4}  # presence and voice updates

GUILDS, GUILD_MEMBERS, PRESENCES, GUILD_MESSAGES = 1 << 0, 1 << 1, 1 << 8, 1 << 9
GUILD_REACTIONS, DIRECT_MESSAGES, DIRECT_REACTIONS, MESSAGE_CONTENT = 1 << 10, 1 << 12, 1 << 13, 1 << 15
PRIVILEGED = GUILD_MEMBERS | PRESENCES | MESSAGE_CONTENT
MAX_CLIENT_PAYLOAD = 4096  # bytes; Discord closes with 4002 beyond it


@dataclass(frozen=True)
class Heartbeat:
    """One heartbeat as it arrived; ``at`` is ``time.monotonic()`` in seconds."""

    at: float
    session: str | None
    sequence: int | None


Builder = Callable[[Session], Json]  # makes an event's data as one session may see it


class Gateway:
    """Accepts connections and hands events to the sessions that may see them."""

    def __init__(self, watch: Watch, token: str, heartbeat_interval: float, enabled_intents: int) -> None:
        self.token = token
        self.heartbeat_interval = heartbeat_interval
        self.enabled_intents = enabled_intents
        self.sessions: dict[str, Session] = {}
        self.connections: set[Connection] = set()
        self.heartbeats: list[Heartbeat] = []
        self.identifies: list[Json] = []
        self.resumes: list[Json] = []
        self.acknowledges = True
        self.on_identify: Callable[[Session], None] = lambda session: None
        self.on_request_members: Callable[[Session, Json], None] = lambda session, data: None
        self._watch = watch

    async def handle(self, request: web.Request) -> web.WebSocketResponse:
        """Serves one WebSocket from upgrade to close."""
        socket = web.WebSocketResponse(compress=False, timeout=1.0)
        await socket.prepare(request)
        connection = Connection(socket, request)
        self.connections.add(connection)
        writer = asyncio.create_task(connection.write())
        connection.send(_op(HELLO, {"heartbeat_interval": round(self.heartbeat_interval * 1000)}))
        try:
            async for message in socket:
                if message.type is WSMsgType.TEXT:
                    self._receive(connection, message.data)
        finally:
            writer.cancel()
            self.connections.discard(connection)
            self._forget(connection, socket.close_code)
            self._watch.changed()
        return socket

    def _forget(self, connection: Connection, code: int | None) -> None:
        session = connection.session
        if session is None or session.connection is not connection:
            return
        session.connection = None
        if code in (1000, 1001) and not connection.ended_here:  # the client said goodbye
            self.sessions.pop(session.id, None)

    def _receive(self, connection: Connection, text: str) -> None:
        try:
            payload = json.loads(text)
            op, data = payload["op"], payload.get("d")
        except (ValueError, KeyError, TypeError):
            connection.close(4002, "Error while decoding payload.")
            return
        if len(text.encode()) > MAX_CLIENT_PAYLOAD:
            connection.close(4002, "Payload too large.")
        elif op == HEARTBEAT:
            self._heartbeat(connection, data)
        elif op == IDENTIFY:
            self._identify(connection, data)
        elif op == RESUME:
            self._resume(connection, data)
        elif connection.session is None:
            connection.close(4003, "Not authenticated.")
        elif op == REQUEST_MEMBERS:
            self.on_request_members(connection.session, data)
        elif op not in IGNORED:
            connection.close(4001, "Unknown opcode.")

    def _heartbeat(self, connection: Connection, sequence: int | None) -> None:
        session = connection.session.id if connection.session else None
        self.heartbeats.append(Heartbeat(time.monotonic(), session, sequence))
        if self.acknowledges:
            connection.send(_op(HEARTBEAT_ACK, None))
        self._watch.changed()

    def _identify(self, connection: Connection, data: Json) -> None:
        self.identifies.append(data)
        intents = int(data.get("intents", 0))
        shard = tuple(data.get("shard") or (0, 1))
        if connection.session is not None:
            connection.close(4005, "Already authenticated.")
        elif data.get("token") != self.token:
            connection.close(4004, "Authentication failed.")
        elif not 0 <= shard[0] < shard[1]:
            connection.close(4010, "Invalid shard.")
        elif intents >= 1 << 26:
            connection.close(4013, "Invalid intent(s).")
        elif intents & PRIVILEGED & ~self.enabled_intents:
            connection.close(4014, "Disallowed intent(s).")
        else:
            session = Session(f"session-{len(self.identifies)}", intents, (shard[0], shard[1]), connection)
            connection.session = session
            self.sessions[session.id] = session
            self.on_identify(session)
        self._watch.changed()

    def _resume(self, connection: Connection, data: Json) -> None:
        self.resumes.append(data)
        session = self.sessions.get(str(data.get("session_id")))
        missed = session.missed_since(int(data.get("seq") or 0)) if session else None
        if data.get("token") != self.token:
            connection.close(4004, "Authentication failed.")
        elif session is None or missed is None:
            connection.send(_op(INVALID_SESSION, False))
        else:
            session.connection = connection
            connection.session = session
            for text in missed:
                connection.send(text)
            session.dispatch("RESUMED", {})
        self._watch.changed()

    def dispatch(
        self, event: str, data: Json | Builder, *, intents: int = 0, guild_id: int | None = None
    ) -> None:
        """Sends an event to each session of the guild's shard with any of ``intents`` (0: to all)."""
        for session in self.sessions.values():
            if self.reaches(session, intents, guild_id):
                session.dispatch(event, data(session) if callable(data) else data)

    @staticmethod
    def reaches(session: Session, intents: int, guild_id: int | None) -> bool:
        """Says whether a session gets an event; what belongs to no guild goes to shard 0."""
        wanted = not intents or bool(session.intents & intents)
        return wanted and ((guild_id or 0) >> 22) % session.shard[1] == session.shard[0]

    def reconnect(self) -> None:
        """Asks every client to reconnect and resume (opcode 7)."""
        for each in self.connections:
            each.send(_op(RECONNECT, None))

    def invalidate(self, *, resumable: bool) -> None:
        """Tells every client that its session is no longer valid (opcode 9)."""
        if not resumable:
            self.sessions.clear()
        for each in self.connections:
            each.send(_op(INVALID_SESSION, resumable))


def _op(op: int, data: object) -> str:
    return json.dumps({"op": op, "d": data, "s": None, "t": None})
