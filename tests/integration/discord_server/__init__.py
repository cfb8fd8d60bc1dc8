"""A small Discord on 127.0.0.1 with which the real, unpatched discord.py logs in, for tests and for trying.

It speaks the part of HTTP API v10 and of the gateway that a bot like ours uses, holds messages, components,
modals, commands and interactions to Discord's limits and deadlines, and lets a test act as members do::

    async with DiscordServer() as server:                  # token, heartbeat_interval, privileged_intents
        guild = server.add_guild("Reading room")
        general = server.add_channel(guild, "general")     # kind="forum", tags=["solved"], hidden=True
        ana = server.add_member(guild, "ana")              # permissions=, roles=, locale=
        ...                                                # start the bot with server.api_url and the rest
        run = await server.slash(ana, general, "ask", question="Who founded it?", private=True)
        answer = await run.response()                      # .content .ephemeral .buttons .text .previews .raw
        shown = await (await server.press(ana, answer, "In context")).response()

Actions wait for the bot to connect and its command to be registered; ``response()``, ``followup(n)``,
``modal()``, ``choices()``, ``server.reply_to(message)`` and ``server.until(...)`` wait for what they name
and fail with ``NoAnswer``, which tells what the bot did instead. ``Refused`` is what Discord's own client
would not let a member do. Faults: ``fail``, ``rate_limit``, ``hang``, ``cut_request`` for HTTP, ``cut``,
``close_connections``, ``reconnect``, ``invalidate_session``, ``stop_acknowledging`` for the gateway,
``forbid`` for permissions, ``skip`` for deadlines. What it saw: ``requests``, ``heartbeats``,
``longest_silence()``, ``identifies``, ``resumes``, ``runs``, ``messages(channel, seen_by=...)``. Try a bot
by hand with ``python -m tests.integration.discord_server python -m bot``.

What the client needs to talk to this server (or to any other Discord-compatible one), as read in discord.py
2.7.1:

- ``discord.http.Route.BASE`` is the API's address. Interaction responses and webhooks build their URLs with
  the same ``Route``, so they follow.
- ``discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY`` (a ``yarl.URL``) is where ``Client`` connects first:
  it never asks ``GET /gateway``. ``AutoShardedClient`` does ask ``GET /gateway/bot`` and connects to the
  address named there, and every client resumes at the ``resume_gateway_url`` of READY. For a set gateway
  address to win over what the API names, override ``HTTPClient.get_bot_gateway`` and
  ``DiscordWebSocket.from_client``'s ``gateway`` argument (or the ``gateway`` attribute after READY);
  ``DiscordServer(announce_gateway=...)`` names a wrong one to try that.
- ``discord.asset.Asset.BASE`` is the address of avatars and icons; attachments carry their own URLs.
- The content type of answers must be exactly ``application/json``; with a charset discord.py leaves the
  text unparsed.
- A 429 without a ``Via`` header is taken for a ban and raised at once.
- Transport compression is ``zstd-stream`` if the package ``zstandard`` can be imported, else
  ``zlib-stream``.
- A connection cut during a request is raised to the caller as ``aiohttp.ClientError`` (only errno 54 and
  10054 are retried, Linux has 104). 500, 502, 504 and 524 are retried after 1, 3, 5 ... seconds; 503 is
  raised at once on ordinary routes. An interaction's routes retry every 5xx.
- ``Client`` waits ``guild_ready_timeout`` (2 s, a keyword of the client) after the last GUILD_CREATE before
  ``on_ready``, and 5 s in ``before_identify_hook`` before it identifies again; interactions are handled
  from the first moment.
- A press of a button whose view is not registered is dropped silently: only ``DynamicItem`` and
  ``add_view`` survive a restart. A modal lives in memory only; state that its answer needs belongs into its
  ``custom_id``, read in ``on_interaction``.
"""

from tests.integration.discord_server.building import Permissions
from tests.integration.discord_server.connection import Session
from tests.integration.discord_server.errors import ApiError, NoAnswer, Refused
from tests.integration.discord_server.gateway import Heartbeat
from tests.integration.discord_server.model import Channel, Guild, Role, Tag, Upload, User
from tests.integration.discord_server.run import InteractionRun
from tests.integration.discord_server.server import DiscordServer
from tests.integration.discord_server.view import Button, Message
from tests.integration.discord_server.wire import Fault, Request

__all__ = [
    "ApiError",
    "Button",
    "Channel",
    "DiscordServer",
    "Fault",
    "Guild",
    "Heartbeat",
    "InteractionRun",
    "Message",
    "NoAnswer",
    "Permissions",
    "Refused",
    "Request",
    "Role",
    "Session",
    "Tag",
    "Upload",
    "User",
]
