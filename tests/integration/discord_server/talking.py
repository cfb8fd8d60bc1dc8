"""What users do without a bot: write, reply, post, react, edit and delete."""

from __future__ import annotations

from collections.abc import Sequence

from tests.integration.discord_server import form_messages, permissions
from tests.integration.discord_server.building import Building
from tests.integration.discord_server.errors import Refused
from tests.integration.discord_server.model import Channel, ChannelKind, Json, Stored, Upload, User
from tests.integration.discord_server.payloads import snapshot_json
from tests.integration.discord_server.posting import Posting
from tests.integration.discord_server.view import Message
from tests.integration.discord_server.world import World

CONNECT_WITHIN = 15.0  # seconds that an action waits for the bot to connect


class Talking:
    """A user's keyboard."""

    def __init__(self, world: World, building: Building, posting: Posting) -> None:
        self.world = world
        self.building = building
        self.posting = posting

    async def connected(self, within: float = CONNECT_WITHIN) -> None:
        """Waits until the bot has identified with the gateway.

        Raises:
            NoAnswer: If it does not in time.
        """
        await self.world.watch.until(
            lambda: bool(self.world.gateway.sessions), within, lambda: "the bot did not connect"
        )

    async def say(
        self,
        user: User,
        channel: Channel,
        text: str,
        *,
        reply_to: Message | None = None,
        ping: bool = True,
        files: Sequence[Upload] = (),
        embeds: Sequence[Json] = (),
        forward: Message | None = None,
    ) -> Message:
        """Sends a message as a user, or forwards one; mention the bot with ``server.bot.mention``.

        Raises:
            Refused: If the user may not write there.
            ApiError: If the message breaks a limit.
        """
        await self.connected()
        if not permissions.may_send(user, channel):
            raise Refused(f"{user.name} may not write in {channel.name!r}")
        payload: Json = {"content": text}
        if embeds:
            payload["embeds"] = list(embeds)
        extra: Json = {}
        if forward is None:
            form_messages.check_message(payload, list(files))
        else:
            extra = snapshot_json(forward.raw)
        if reply_to is not None:
            payload["allowed_mentions"] = {"parse": ["users", "roles", "everyone"], "replied_user": ping}
            extra["message_reference"] = {
                "type": 0,
                "message_id": str(reply_to.id),
                "channel_id": str(channel.id),
            }
        kind = 19 if reply_to else 0
        return Message.of(self.posting.create(channel, user, payload, list(files), kind=kind, extra=extra))

    async def post(
        self, user: User, forum: Channel, title: str, text: str, *, tags: Sequence[str] = ()
    ) -> Channel:
        """Starts a post in a forum, or a thread in a text channel, with its first message."""
        await self.connected()
        chosen = [tag for tag in forum.tags if tag.name in tags]
        thread = self.building.start_thread(forum, user, title, chosen)
        starter = (
            thread.id if forum.kind is ChannelKind.FORUM else None
        )  # a post shares its id with its starter
        self.posting.create(thread, user, {"content": text}, [], message_id=starter)
        return thread

    async def edit_message(self, user: User, message: Message, text: str) -> Message:
        """Edits a user's own message."""
        stored = self.stored(message)
        if stored.author is not user:
            raise Refused("only its author edits a message")
        self.posting.edit(stored, {"content": text}, [])
        return Message.of(stored)

    async def delete_message(self, message: Message) -> None:
        """Deletes a message, as its author or a moderator does."""
        self.posting.delete(self.stored(message))

    async def react(self, user: User, message: Message, emoji: str) -> None:
        """Reacts to a message."""
        self.posting.react(self.stored(message), user, emoji)

    async def unreact(self, user: User, message: Message, emoji: str) -> None:
        """Takes a reaction back."""
        self.posting.unreact(self.stored(message), user, emoji)

    def stored(self, message: Message) -> Stored:
        """Returns the server's record of a message.

        Raises:
            Refused: If it is gone.
        """
        stored = self.world.find_message(message.id)
        if stored is None:
            raise Refused("the message is gone")
        return stored
