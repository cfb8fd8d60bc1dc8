"""Messages: composing them from a request, storing, editing, deleting, and telling the gateway."""

from __future__ import annotations

import copy

from tests.integration.discord_server import form_messages, gateway, permissions
from tests.integration.discord_server.composing import Composing
from tests.integration.discord_server.connection import Session
from tests.integration.discord_server.model import Channel, Json, Stored, Upload, User, timestamp
from tests.integration.discord_server.payloads import member_json, user_json
from tests.integration.discord_server.world import World

EDITABLE_FLAGS = form_messages.SUPPRESS_EMBEDS | form_messages.COMPONENTS_V2
SENDABLE_FLAGS = EDITABLE_FLAGS | form_messages.SUPPRESS_NOTIFICATIONS
BLANKED = {"content": "", "embeds": [], "attachments": [], "components": [], "message_snapshots": []}


class Posting:
    """Creates, edits and deletes messages in a world."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.compose = Composing(world)

    def create(
        self,
        channel: Channel,
        author: User,
        payload: Json,
        files: list[Upload],
        *,
        kind: int = 0,
        viewer: User | None = None,
        interaction: int | None = None,
        extra: Json | None = None,
        message_id: int | None = None,
    ) -> Stored:
        """Stores a checked message and dispatches MESSAGE_CREATE unless only ``viewer`` sees it."""
        message_id = message_id or self.world.ids.next()
        raw: Json = {
            "id": str(message_id),
            "channel_id": str(channel.id),
            "author": user_json(author),
            "type": kind,
            "timestamp": timestamp(),
            "edited_timestamp": None,
            "tts": bool(payload.get("tts")),
            "pinned": False,
            "content": "",
            "embeds": [],
            "components": [],
            "attachments": [],
            "flags": 0,
        } | (extra or {})
        if payload.get("nonce"):
            raw["nonce"] = payload["nonce"]
        stored = Stored(raw, channel, author, viewer=viewer, interaction=interaction)
        self.compose.write(stored, payload, files)
        raw["flags"] |= int(payload.get("flags") or 0) & SENDABLE_FLAGS
        if viewer is not None:
            raw["flags"] |= form_messages.EPHEMERAL
        channel.messages[message_id] = stored
        replied = channel.messages.get(int((raw.get("message_reference") or {}).get("message_id", 0)))
        if replied is not None:
            replied.replies.append(stored)
        self._dispatch("MESSAGE_CREATE", stored)
        self.world.watch.changed()
        return stored

    def edit(self, stored: Stored, payload: Json, files: list[Upload], *, edited: bool = True) -> None:
        """Applies a checked edit and dispatches MESSAGE_UPDATE."""
        self.compose.write(stored, payload, files)
        if payload.get("flags") is not None:
            asked = int(payload["flags"])
            kept = stored.flags & ~form_messages.SUPPRESS_EMBEDS  # Components V2 cannot be taken back
            stored.raw["flags"] = kept | (asked & EDITABLE_FLAGS)
        if edited:
            stored.raw["edited_timestamp"] = timestamp()
        self._dispatch("MESSAGE_UPDATE", stored)
        self.world.watch.changed()

    def delete(self, stored: Stored) -> None:
        """Removes a message and dispatches MESSAGE_DELETE."""
        channel = stored.channel
        channel.messages.pop(stored.id, None)
        if stored.viewer is None:
            data = {"id": str(stored.id), "channel_id": str(channel.id)}
            if channel.guild:
                data["guild_id"] = str(channel.guild.id)
            self._to_readers("MESSAGE_DELETE", channel, lambda session: data)
        self.world.watch.changed()

    # --- what the bot gets to read ---

    def for_bot(self, stored: Stored, *, content_intent: bool) -> Json:
        """Returns a message as the bot may see it: blanked where Discord withholds content from it."""
        raw = copy.deepcopy(stored.raw)
        if not (content_intent or self._addressed(stored)):
            raw |= copy.deepcopy(BLANKED)
        reference = raw.get("message_reference")
        if reference and raw["type"] == 19:
            target = self.world.find_message(int(reference["message_id"]))
            raw["referenced_message"] = (
                self.for_bot(target, content_intent=content_intent) if target else None
            )
        return raw

    def _addressed(self, stored: Stored) -> bool:
        bot = self.world.bot
        mentioned = any(each["id"] == str(bot.id) for each in stored.raw["mentions"])
        return stored.author is bot or stored.channel.guild is None or mentioned

    def _dispatch(self, event: str, stored: Stored) -> None:
        if stored.viewer is not None:
            return
        channel = stored.channel
        extra: Json = {"guild_id": str(channel.guild.id)} if channel.guild else {}
        member = self.world.member(stored.author, channel)
        if member is not None:
            extra["member"] = member_json(member, with_user=False)

        def data(session: Session) -> Json:
            content = bool(session.intents & gateway.MESSAGE_CONTENT)
            return self.for_bot(stored, content_intent=content) | extra

        self._to_readers(event, channel, data)

    def _to_readers(self, event: str, channel: Channel, data: gateway.Builder) -> None:
        if not permissions.in_channel(self.world.bot, channel):
            return
        intents = gateway.GUILD_MESSAGES if channel.guild else gateway.DIRECT_MESSAGES
        guild_id = channel.guild.id if channel.guild else None
        self.world.gateway.dispatch(event, data, intents=intents, guild_id=guild_id)

    # --- reactions ---

    def react(self, stored: Stored, user: User, emoji: str) -> None:
        """Adds a user's reaction and dispatches MESSAGE_REACTION_ADD."""
        users = stored.reactions.setdefault(emoji, [])
        if user not in users:
            users.append(user)
            self._reaction_changed("MESSAGE_REACTION_ADD", stored, user, emoji)

    def unreact(self, stored: Stored, user: User, emoji: str) -> None:
        """Takes a user's reaction back and dispatches MESSAGE_REACTION_REMOVE."""
        if user in stored.reactions.get(emoji, []):
            stored.reactions[emoji].remove(user)
            self._reaction_changed("MESSAGE_REACTION_REMOVE", stored, user, emoji)

    def _reaction_changed(self, event: str, stored: Stored, user: User, emoji: str) -> None:
        channel, name = stored.channel, emoji.partition(":")[0]
        stored.raw["reactions"] = [
            {
                "emoji": {"id": None, "name": each},
                "count": len(users),
                "count_details": {"burst": 0, "normal": len(users)},
                "burst_colors": [],
                "me": self.world.bot in users,
                "me_burst": False,
            }
            for each, users in stored.reactions.items()
            if users
        ]
        data: Json = {
            "user_id": str(user.id),
            "channel_id": str(channel.id),
            "message_id": str(stored.id),
            "message_author_id": str(stored.author.id),
            "emoji": {"id": None, "name": name},
            "burst": False,
            "type": 0,
        }
        member = self.world.member(user, channel)
        if channel.guild and member:
            data |= {"guild_id": str(channel.guild.id), "member": member_json(member)}
        intents = gateway.GUILD_REACTIONS if channel.guild else gateway.DIRECT_REACTIONS
        guild_id = channel.guild.id if channel.guild else None
        self.world.gateway.dispatch(event, data, intents=intents, guild_id=guild_id)
        self.world.watch.changed()
