"""Routes of guilds, members, roles, channels, threads and direct-message channels."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from aiohttp import web

from tests.integration.discord_server import errors, form_messages, permissions
from tests.integration.discord_server.building import Building
from tests.integration.discord_server.errors import ApiError, Problems
from tests.integration.discord_server.model import Channel, ChannelKind, Json, Member, Stored
from tests.integration.discord_server.payloads import channel_json, guild_json, member_json, role_json
from tests.integration.discord_server.posting import Posting
from tests.integration.discord_server.wire import Request, reply
from tests.integration.discord_server.world import World


class GuildRoutes:
    """Answers for ``/guilds``, ``/channels/{channel}`` and ``/users/@me/channels``."""

    def __init__(
        self, world: World, building: Building, posting: Posting, entry: Callable[[web.Request], Request]
    ) -> None:
        self.world = world
        self.building = building
        self.posting = posting
        self.entry = entry

    def table(self) -> list[web.RouteDef]:
        """Returns the routes, below the API's root."""
        return [
            web.get("/users/@me/guilds", self.guilds),
            web.delete("/users/@me/guilds/{guild}", self.leave),
            web.post("/users/@me/channels", self.open_dm),
            web.get("/guilds/{guild}", self.guild),
            web.get("/guilds/{guild}/channels", self.guild_channels),
            web.get("/guilds/{guild}/roles", self.roles),
            web.get("/guilds/{guild}/roles/member-counts", self.role_member_counts),
            web.get("/guilds/{guild}/members/{user}", self.member),
            web.get("/guilds/{guild}/threads/active", self.active_threads),
            web.get("/channels/{channel}", self.channel),
            web.patch("/channels/{channel}", self.edit_channel),
            web.delete("/channels/{channel}", self.delete_channel),
            web.post("/channels/{channel}/threads", self.start_thread),
            web.post("/channels/{channel}/messages/{message}/threads", self.start_thread_from_message),
            web.put("/channels/{channel}/thread-members/@me", self.join_thread),
        ]

    async def guilds(self, request: web.Request) -> web.Response:
        return reply([guild_json(each) for each in self.world.guilds.values()])

    async def leave(self, request: web.Request) -> web.Response:
        self.building.remove_guild(self.world.guild(request.match_info["guild"]))
        return web.Response(status=204)

    async def guild(self, request: web.Request) -> web.Response:
        return reply(guild_json(self.world.guild(request.match_info["guild"])))

    async def guild_channels(self, request: web.Request) -> web.Response:
        guild = self.world.guild(request.match_info["guild"])
        return reply([channel_json(each) for each in guild.channels.values() if not each.is_thread])

    async def roles(self, request: web.Request) -> web.Response:
        guild = self.world.guild(request.match_info["guild"])
        return reply([role_json(each) for each in guild.roles.values()])

    async def role_member_counts(self, request: web.Request) -> web.Response:
        guild = self.world.guild(request.match_info["guild"])
        held = Counter(role.id for member in guild.members.values() for role in member.roles)
        return reply({str(role): held[role] for role in guild.roles if role != guild.id})

    async def member(self, request: web.Request) -> web.Response:
        return reply(member_json(self._member(request)))

    def _member(self, request: web.Request) -> Member:
        guild = self.world.guild(request.match_info["guild"])
        member = guild.members.get(int(request.match_info["user"]))
        if member is None:
            raise errors.not_found("Member", 10007)
        return member

    async def active_threads(self, request: web.Request) -> web.Response:
        guild = self.world.guild(request.match_info["guild"])
        threads = [each for each in guild.channels.values() if each.is_thread and not each.archived]
        return reply({"threads": [channel_json(each) for each in threads], "members": []})

    async def open_dm(self, request: web.Request) -> web.Response:
        user = self.world.users.get(int(self.entry(request).json["recipient_id"]))
        if user is None:
            raise errors.not_found("User", 10013)
        return reply(channel_json(self.world.dm(user)))

    async def channel(self, request: web.Request) -> web.Response:
        return reply(channel_json(self.world.channel(request.match_info["channel"])))

    async def edit_channel(self, request: web.Request) -> web.Response:
        channel, payload = self.world.channel(request.match_info["channel"]), self.entry(request).json
        needed = permissions.MANAGE_THREADS if channel.is_thread else 1 << 4
        own = channel.owner is self.world.bot
        if not own and not permissions.in_channel(self.world.bot, channel) & needed:
            raise errors.missing_permissions()
        channel.name = payload.get("name", channel.name)
        channel.archived = payload.get("archived", channel.archived)
        channel.locked = payload.get("locked", channel.locked)
        if channel.parent and "applied_tags" in payload:
            wanted = {int(each) for each in payload["applied_tags"]}
            channel.applied = [tag for tag in channel.parent.tags if tag.id in wanted]
        self.building.announce.channel("CHANNEL_UPDATE", channel)
        return reply(channel_json(channel))

    async def delete_channel(self, request: web.Request) -> web.Response:
        channel = self.world.channel(request.match_info["channel"])
        if not permissions.in_channel(self.world.bot, channel) & (1 << 4 | permissions.MANAGE_THREADS):
            raise errors.missing_permissions()
        data = channel_json(channel)
        self.building.delete_channel(channel)
        return reply(data)

    # --- threads ---

    async def start_thread(self, request: web.Request) -> web.Response:
        parent, entry = self.world.channel(request.match_info["channel"]), self.entry(request)
        thread = self._start(parent, entry.json)
        data = channel_json(thread)
        if parent.kind is ChannelKind.FORUM:
            message = entry.json.get("message") or {}
            form_messages.check_message(message, entry.files)
            stored = self.posting.create(thread, self.world.bot, message, entry.files, message_id=thread.id)
            data["message"] = self.posting.for_bot(stored, content_intent=True)
        return reply(data, 201)

    async def start_thread_from_message(self, request: web.Request) -> web.Response:
        parent = self.world.channel(request.match_info["channel"])
        stored: Stored = self.world.message(parent, request.match_info["message"])
        if stored.id in self.world.channels:
            raise ApiError(400, 160004, "A thread has already been created for this message")
        return reply(channel_json(self._start(parent, self.entry(request).json, stored.id)), 201)

    def _start(self, parent: Channel, payload: Json, thread_id: int | None = None) -> Channel:
        if not permissions.in_channel(self.world.bot, parent) & permissions.CREATE_PUBLIC_THREADS:
            raise errors.missing_permissions()
        problems = Problems()
        problems.length(("name",), payload.get("name"), 1, 100)
        if payload.get("auto_archive_duration", 1440) not in (60, 1440, 4320, 10080):
            problems.add(
                ("auto_archive_duration",),
                "BASE_TYPE_CHOICES",
                "Value must be one of (60, 1440, 4320, 10080).",
            )
        problems.length(("applied_tags",), payload.get("applied_tags") or [], 0, 5)
        problems.check()
        wanted = {int(each) for each in payload.get("applied_tags") or []}
        tags = [tag for tag in parent.tags if tag.id in wanted]
        return self.building.start_thread(parent, self.world.bot, payload["name"], tags, thread_id)

    async def join_thread(self, request: web.Request) -> web.Response:
        self.world.channel(request.match_info["channel"])
        return reply()
