"""The server as tests use it: everything in one place, with what it saw."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from types import TracebackType
from typing import Self

from aiohttp import web

from tests.integration.discord_server.acting import Acting
from tests.integration.discord_server.announce import Announce
from tests.integration.discord_server.answers import Answers
from tests.integration.discord_server.building import Building
from tests.integration.discord_server.gateway import Heartbeat
from tests.integration.discord_server.listening import Listening
from tests.integration.discord_server.model import Channel, Guild, Json, User
from tests.integration.discord_server.posting import Posting
from tests.integration.discord_server.routes_application import ApplicationRoutes
from tests.integration.discord_server.routes_guilds import GuildRoutes
from tests.integration.discord_server.routes_interactions import InteractionRoutes
from tests.integration.discord_server.routes_messages import MessageRoutes
from tests.integration.discord_server.run import InteractionRun
from tests.integration.discord_server.view import Message
from tests.integration.discord_server.world import World


class DiscordServer(Listening, Building, Acting):
    """A Discord on 127.0.0.1, for the real client to log in to.

    Args:
        token: The bot token it accepts.
        heartbeat_interval: Seconds between heartbeats that the gateway asks for.
        privileged_intents: The privileged intents switched on "in the developer portal" (bits, none by
            default); a client that identifies with another is closed with 4014.
        announce_gateway: The gateway address that the API and READY name instead of this server's own.
        port: The port to listen on; 0 for a free one.
    """

    def __init__(
        self,
        token: str = "loopback-token",
        *,
        heartbeat_interval: float = 41.25,
        privileged_intents: int = 0,
        announce_gateway: str | None = None,
        port: int = 0,
    ) -> None:
        world = World(token, heartbeat_interval, privileged_intents)
        posting = Posting(world)
        Building.__init__(self, world, Announce(world))
        Acting.__init__(self, world, self, posting, Answers(world, posting))
        Listening.__init__(self, world, port=port, announce_gateway=announce_gateway)
        self.token = token

    async def __aenter__(self) -> Self:
        tables: list[list[web.RouteDef]] = [
            ApplicationRoutes(self.world, self.entry).table(),
            GuildRoutes(self.world, self, self.posting, self.entry).table(),
            MessageRoutes(self.world, self.posting, self.entry).table(),
            InteractionRoutes(self.answers, self.entry).table(),
        ]
        await self.listen(route for table in tables for route in table)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.cut()
        await self.stop()

    # --- the gateway ---

    async def cut(self) -> None:
        """Cuts every gateway connection without a close frame; sessions stay, to be resumed."""
        for each in list(self.world.gateway.connections):
            each.abort()

    async def close_connections(self, code: int) -> None:
        """Closes every gateway connection with a close code."""
        for each in list(self.world.gateway.connections):
            each.close(code)

    async def reconnect(self) -> None:
        """Asks the client to reconnect and resume (opcode 7), as Discord does now and then."""
        self.world.gateway.reconnect()

    async def invalidate_session(self, *, resumable: bool = False) -> None:
        """Declares the session invalid (opcode 9): the client identifies anew, or resumes it."""
        self.world.gateway.invalidate(resumable=resumable)

    def stop_acknowledging(self) -> None:
        """Leaves heartbeats unanswered, so that the client takes the connection for dead."""
        self.world.gateway.acknowledges = False

    # --- reading ---

    @property
    def bot(self) -> User:
        """The bot's account."""
        return self.world.bot

    @property
    def heartbeats(self) -> list[Heartbeat]:
        """Every heartbeat so far, with the time it arrived."""
        return self.world.gateway.heartbeats

    def longest_silence(self, since: float = 0.0) -> float:
        """Returns the most seconds between two heartbeats, both after ``since`` (``time.monotonic()``)."""
        times = [each.at for each in self.heartbeats if each.at >= since]
        return max((later - earlier for earlier, later in pairwise(times)), default=0.0)

    @property
    def identifies(self) -> list[Json]:
        """The data of every IDENTIFY so far."""
        return self.world.gateway.identifies

    @property
    def resumes(self) -> list[Json]:
        """The data of every RESUME so far."""
        return self.world.gateway.resumes

    @property
    def runs(self) -> list[InteractionRun]:
        """Every interaction so far."""
        return list(self.answers.runs.values())

    def skip(self, seconds: float) -> None:
        """Lets seconds pass for deadlines of interactions (3 s to acknowledge, 15 min to follow up)."""
        self.world.skip(seconds)

    def commands(self, guild: Guild | None = None) -> list[Json]:
        """Returns the registered commands: global ones, or those of one guild."""
        return list(self.world.commands.get(guild.id if guild else None, {}).values())

    def messages(self, channel: Channel, seen_by: User | None = None) -> list[Message]:
        """Returns a channel's messages, oldest first, with the ephemeral ones that ``seen_by`` sees."""
        return [
            Message.of(each)
            for each in channel.messages.values()
            if each.viewer is None or each.viewer is seen_by
        ]

    def current(self, message: Message) -> Message | None:
        """Returns what a message looks like now, None if it is gone."""
        stored = self.world.find_message(message.id)
        return Message.of(stored) if stored else None

    async def until(
        self, look: Callable[[], object], within: float = 10.0, missing: str = "it did not happen"
    ) -> None:
        """Waits until ``look`` returns something true; it is called after every change on the server.

        Raises:
            NoAnswer: If it does not in time.
        """
        await self.world.watch.until(lambda: bool(look()), within, lambda: missing)

    async def reply_to(self, message: Message, within: float = 10.0) -> Message:
        """Waits for the bot's reply to a message and returns it.

        Raises:
            NoAnswer: If none comes in time.
        """
        return (await self.replies_to(message, 1, within))[0]

    async def replies_to(self, message: Message, count: int, within: float = 10.0) -> list[Message]:
        """Waits for ``count`` replies of the bot to a message and returns them, oldest first."""
        stored = self.stored(message)

        def look() -> list[Message] | None:
            found = [each for each in stored.replies if each.author is self.bot and each.viewer is None]
            kept = [Message.of(each) for each in found if each.id in stored.channel.messages]
            return kept if len(kept) >= count else None

        return await self.world.watch.until(
            look, within, lambda: f"not {count} replies to {message.content!r}"
        )
