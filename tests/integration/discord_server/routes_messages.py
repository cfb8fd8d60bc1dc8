"""Routes of the messages in a channel, their reactions, and "typing"."""

from __future__ import annotations

from collections.abc import Callable

from aiohttp import web

from tests.integration.discord_server import errors, form_messages, permissions
from tests.integration.discord_server.errors import ApiError
from tests.integration.discord_server.model import Channel, ChannelKind, Json, Stored, Upload
from tests.integration.discord_server.payloads import user_json
from tests.integration.discord_server.posting import Posting
from tests.integration.discord_server.wire import Request, reply
from tests.integration.discord_server.world import World

PLAIN, REPLY = 0, 19
MAX_REACTIONS = 20


class MessageRoutes:
    """Answers for ``/channels/{channel}/messages`` and what hangs below."""

    def __init__(self, world: World, posting: Posting, entry: Callable[[web.Request], Request]) -> None:
        self.world = world
        self.posting = posting
        self.entry = entry

    def table(self) -> list[web.RouteDef]:
        """Returns the routes, below the API's root."""
        root = "/channels/{channel}/messages"
        reactions = root + "/{message}/reactions/{emoji}"
        return [
            web.post("/channels/{channel}/typing", self.typing),
            web.get(root, self.history),
            web.post(root, self.send),
            web.get(root + "/{message}", self.get),
            web.patch(root + "/{message}", self.edit),
            web.delete(root + "/{message}", self.delete),
            web.put(reactions + "/@me", self.react),
            web.delete(reactions + "/{user}", self.unreact),
            web.get(reactions, self.reactors),
        ]

    def _channel(self, request: web.Request, needed: int = 0) -> Channel:
        channel = self.world.channel(request.match_info["channel"])
        if needed & ~permissions.in_channel(self.world.bot, channel):
            raise errors.missing_permissions()
        return channel

    def _message(self, request: web.Request, needed: int = 0) -> Stored:
        return self.world.message(self._channel(request, needed), request.match_info["message"])

    def _json(self, stored: Stored) -> Json:
        return self.posting.for_bot(stored, content_intent=self.world.sees_content())

    async def typing(self, request: web.Request) -> web.Response:
        channel = self._channel(request)
        if not permissions.may_send(self.world.bot, channel):
            raise errors.missing_permissions()
        return reply()

    async def history(self, request: web.Request) -> web.Response:
        channel = self._channel(request, permissions.READ_MESSAGE_HISTORY)
        before = int(request.query.get("before", 1 << 63))
        after = int(request.query.get("after", 0))
        found = [
            each for each in channel.messages.values() if each.viewer is None and after < each.id < before
        ]
        found.sort(key=lambda each: each.id, reverse="after" not in request.query)
        found = found[: int(request.query.get("limit", 50))]
        found.sort(key=lambda each: each.id, reverse=True)
        return reply([self._json(each) for each in found])

    async def get(self, request: web.Request) -> web.Response:
        return reply(self._json(self._message(request, permissions.READ_MESSAGE_HISTORY)))

    async def send(self, request: web.Request) -> web.Response:
        channel, entry = self._channel(request), self.entry(request)
        payload, files = entry.json, entry.files
        self._check_may_send(channel, payload, files)
        form_messages.check_message(payload, files)
        known = self._same_nonce(channel, payload)
        if known is not None:
            return reply(self._json(known))
        reference = self._reference(channel, payload)
        extra = {"message_reference": reference} if reference else {}
        kind = REPLY if reference else PLAIN
        stored = self.posting.create(channel, self.world.bot, payload, files, kind=kind, extra=extra)
        return reply(self._json(stored))

    def _check_may_send(self, channel: Channel, payload: Json, files: list[Upload]) -> None:
        bot = self.world.bot
        if channel.kind is ChannelKind.FORUM:
            raise ApiError(400, 50008, "Cannot send messages in a non-text channel")
        if channel.recipient is not None and not channel.recipient.accepts_dms:
            raise ApiError(403, 50007, "Cannot send messages to this user")
        granted = permissions.in_channel(bot, channel)
        denied = not permissions.may_send(bot, channel)
        denied = denied or bool(files and not granted & permissions.ATTACH_FILES)
        denied = denied or bool(payload.get("embeds") and not granted & permissions.EMBED_LINKS)
        if denied or (channel.locked and not granted & permissions.MANAGE_THREADS):
            raise errors.missing_permissions()

    @staticmethod
    def _same_nonce(channel: Channel, payload: Json) -> Stored | None:
        if not payload.get("enforce_nonce"):
            return None
        return next(
            (each for each in channel.messages.values() if each.raw.get("nonce") == payload["nonce"]), None
        )

    def _reference(self, channel: Channel, payload: Json) -> Json | None:
        reference = payload.get("message_reference")
        if not reference:
            return None
        if not permissions.in_channel(self.world.bot, channel) & permissions.READ_MESSAGE_HISTORY:
            raise ApiError(403, 160002, "Cannot reply without permission to read message history")
        target = channel.messages.get(int(reference["message_id"]))
        if target is None or target.viewer is not None:
            if reference.get("fail_if_not_exists", True):
                problem = {"_errors": [{"code": "REPLIES_UNKNOWN_MESSAGE", "message": "Unknown message"}]}
                raise ApiError(400, 50035, "Invalid Form Body", {"message_reference": problem})
            return None
        data: Json = {"type": 0, "message_id": str(target.id), "channel_id": str(channel.id)}
        return data | ({"guild_id": str(channel.guild.id)} if channel.guild else {})

    async def edit(self, request: web.Request) -> web.Response:
        stored, entry = self._message(request), self.entry(request)
        if stored.author is not self.world.bot:
            raise ApiError(403, 50005, "Cannot edit a message authored by another user")
        form_messages.check_message(entry.json, entry.files, before=stored.raw)
        self.posting.edit(stored, entry.json, entry.files)
        return reply(self._json(stored))

    async def delete(self, request: web.Request) -> web.Response:
        stored = self._message(request)
        granted = permissions.in_channel(self.world.bot, stored.channel)
        if stored.author is not self.world.bot and not granted & permissions.MANAGE_MESSAGES:
            raise errors.missing_permissions()
        self.posting.delete(stored)
        return reply()

    # --- reactions ---

    async def react(self, request: web.Request) -> web.Response:
        needed = permissions.ADD_REACTIONS | permissions.READ_MESSAGE_HISTORY
        stored, emoji = self._message(request, needed), request.match_info["emoji"]
        if emoji not in stored.reactions and len(stored.reactions) >= MAX_REACTIONS:
            raise ApiError(400, 30010, "Maximum number of reactions reached (20)")
        self.posting.react(stored, self.world.bot, emoji)
        return reply()

    async def unreact(self, request: web.Request) -> web.Response:
        stored, who = self._message(request), request.match_info["user"]
        user = self.world.bot if who == "@me" else self.world.users[int(who)]
        granted = permissions.in_channel(self.world.bot, stored.channel)
        if user is not self.world.bot and not granted & permissions.MANAGE_MESSAGES:
            raise errors.missing_permissions()
        self.posting.unreact(stored, user, request.match_info["emoji"])
        return reply()

    async def reactors(self, request: web.Request) -> web.Response:
        stored = self._message(request)
        return reply([user_json(each) for each in stored.reactions.get(request.match_info["emoji"], [])])
