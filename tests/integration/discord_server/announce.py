"""Events about guilds, channels, roles and members, and the greeting of a new session."""

from __future__ import annotations

from tests.integration.discord_server import gateway
from tests.integration.discord_server.connection import Session
from tests.integration.discord_server.model import Channel, Guild, Json, Member, Role
from tests.integration.discord_server.payloads import (
    channel_json,
    guild_create_json,
    member_json,
    role_json,
    user_json,
)
from tests.integration.discord_server.world import World


class Announce:
    """Tells the gateway's sessions what changed in a world."""

    def __init__(self, world: World) -> None:
        self.world = world
        world.gateway.on_identify = self._greet
        world.gateway.on_request_members = self._send_members

    def _greet(self, session: Session) -> None:
        guilds = [
            each for each in self.world.guilds.values() if self.world.gateway.reaches(session, 0, each.id)
        ]
        listed = guilds if session.intents & gateway.GUILDS else []
        ready = {
            "v": 10,
            "user": user_json(self.world.bot)
            | {"verified": True, "mfa_enabled": False, "email": None, "flags": 0},
            "guilds": [{"id": str(each.id), "unavailable": True} for each in listed],
            "session_id": session.id,
            "session_type": "normal",
            "resume_gateway_url": self.world.announced_gateway,
            "shard": list(session.shard),
            "application": {"id": str(self.world.application_id), "flags": self.world.application()["flags"]},
            "private_channels": [],
        }
        session.dispatch("READY", ready)
        for each in listed:
            self._send_guild(session, each)

    def _send_guild(self, session: Session, guild: Guild) -> None:
        all_members = bool(session.intents & gateway.GUILD_MEMBERS)
        session.dispatch("GUILD_CREATE", guild_create_json(guild, self.world.bot, all_members=all_members))

    def guild(self, guild: Guild) -> None:
        """Tells connected clients that the bot joined a guild."""
        for session in self.world.gateway.sessions.values():
            if self.world.gateway.reaches(session, gateway.GUILDS, guild.id):
                self._send_guild(session, guild)

    def guild_gone(self, guild: Guild) -> None:
        """Tells connected clients that the bot is no longer in a guild."""
        self.world.gateway.dispatch(
            "GUILD_DELETE", {"id": str(guild.id)}, intents=gateway.GUILDS, guild_id=guild.id
        )

    def channel(self, event: str, channel: Channel) -> None:
        """Dispatches CHANNEL_CREATE, _UPDATE, _DELETE or the THREAD_ equivalents."""
        if channel.guild is None:
            return
        if channel.is_thread:
            event = event.replace("CHANNEL", "THREAD")
        data = channel_json(channel)
        if event == "THREAD_CREATE":
            data["newly_created"] = True
        self.world.gateway.dispatch(event, data, intents=gateway.GUILDS, guild_id=channel.guild.id)

    def role(self, event: str, guild: Guild, role: Role) -> None:
        """Dispatches GUILD_ROLE_CREATE or _UPDATE."""
        data = {"guild_id": str(guild.id), "role": role_json(role)}
        self.world.gateway.dispatch(event, data, intents=gateway.GUILDS, guild_id=guild.id)

    def member(self, event: str, guild: Guild, member: Member) -> None:
        """Dispatches GUILD_MEMBER_ADD, _UPDATE or _REMOVE; those of others only with the members intent."""
        intents = 0 if member.user is self.world.bot else gateway.GUILD_MEMBERS
        data = member_json(member) | {"guild_id": str(guild.id)}
        self.world.gateway.dispatch(event, data, intents=intents, guild_id=guild.id)

    def _send_members(self, session: Session, data: Json) -> None:
        guild = self.world.guild(data["guild_id"])
        wanted = {int(each) for each in data.get("user_ids") or []}
        query = str(data.get("query") or "")
        found = [
            member_json(member)
            for member in guild.members.values()
            if member.user.id in wanted or (not wanted and member.user.name.startswith(query))
        ]
        chunk = {
            "guild_id": str(guild.id),
            "members": found,
            "chunk_index": 0,
            "chunk_count": 1,
            "not_found": [],
        }
        session.dispatch(
            "GUILD_MEMBERS_CHUNK", chunk | ({"nonce": data["nonce"]} if data.get("nonce") else {})
        )
