"""The library's HTTP client, at Discord's addresses or others: a proxy, or another server with its API."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Final, cast

import aiohttp
import discord
import yarl
from discord.gateway import DiscordWebSocket
from discord.http import HTTPClient

from bot.discord_io import payloads
from bot.errors import DiscordRefused, DiscordUnreachable
from bot.settings import BotSettings

if TYPE_CHECKING:
    from discord.types.appinfo import AppInfo
    from discord.types.gateway import SessionStartLimit
    from discord.types.user import User

_TRIES: Final = 2
_LIMIT: Final[SessionStartLimit] = {"total": 1, "remaining": 1, "reset_after": 0, "max_concurrency": 1}


def apply(settings: BotSettings) -> None:
    """Set the addresses of the HTTP interface and the file server, for the whole process.

    The library builds every address, also those of interactions and webhooks, from these two.
    """
    discord.http.Route.BASE = settings.api_url
    discord.asset.Asset.BASE = settings.cdn_url


class Connections(HTTPClient):
    """The library's HTTP client, with a gateway of our choice, which counts failed connections.

    The library connects to the gateway that the HTTP interface names, and later resumes at the one that the
    gateway names. Every connection passes through `ws_connect`, so that is where a set address wins.

    Args:
        loop: As the library has it.
        gateway: The address that is always used instead; None to use what is named.

    Attributes:
        me: The user of the bot, once it has logged in.
        unreachable: Set when connecting to the gateway has failed twice in a row.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop, *, gateway: str | None) -> None:
        super().__init__(loop)
        payloads.install()
        self.me: dict[str, Any] = {}
        self.gateway = yarl.URL(gateway) if gateway is not None else None
        self._named: yarl.URL | None = None
        self.failures = 0
        self.unreachable = asyncio.Event()

    async def ws_connect(self, url: str, *, compress: int = 0) -> aiohttp.ClientWebSocketResponse:
        """Connect to the gateway."""
        wanted = yarl.URL(url)
        # For a new session, the library goes back to Discord's own gateway.
        forgotten = wanted.host == DiscordWebSocket.DEFAULT_GATEWAY.host
        chosen = self.gateway or (self._named if forgotten else None)
        if chosen is not None:
            wanted = chosen.with_query(wanted.query)
        try:
            socket = await super().ws_connect(str(wanted), compress=compress)
        except (OSError, aiohttp.ClientError):
            self.failures += 1
            if self.failures >= _TRIES:
                self.unreachable.set()
            raise
        self.failures = 0
        return socket

    async def static_login(self, token: str) -> User:
        """Look up whose token it is.

        Raises:
            DiscordUnreachable: What answers is not an interface like Discord's.
        """
        user = await super().static_login(token)
        if not isinstance(user, dict) or "id" not in user:
            raise DiscordUnreachable(
                f"What answers at {discord.http.Route.BASE} is not Discord. Check BOT_API_URL."
            )
        if user["id"] is None:
            raise DiscordRefused("Discord does not say whose token BOT_TOKEN is. Try again later.")
        self.me = payloads.user(user)
        return cast("User", self.me)

    async def application_info(self) -> AppInfo:
        """Look up the application; its id is that of the bot."""
        found = payloads.application(await super().application_info())
        return cast("AppInfo", {"id": self.me["id"]} | found)

    async def get_bot_gateway(self) -> tuple[int, str, SessionStartLimit]:
        """How many shards are wanted, the gateway's address, and how many more starts are allowed today."""
        found: object = None
        try:
            found = await self.request(discord.http.Route("GET", "/gateway/bot"))
        except discord.HTTPException as error:
            if self.gateway is None:
                raise discord.GatewayNotFound from error
        told = payloads.without_nulls(found) if isinstance(found, dict) else {}
        self._named = yarl.URL(str(told["url"])) if "url" in told else None
        address = self._named or self.gateway
        if address is None:
            raise discord.GatewayNotFound
        return told.get("shards", 1), str(address), told.get("session_start_limit", _LIMIT)
