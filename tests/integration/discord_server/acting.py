"""What users do with a bot: run commands, press buttons, choose in menus and fill in forms."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from secrets import token_urlsafe
from typing import Any

from tests.integration.discord_server import form_messages, modals, permissions, run
from tests.integration.discord_server.answers import Answers
from tests.integration.discord_server.building import Building
from tests.integration.discord_server.errors import Refused
from tests.integration.discord_server.form_commands import CHAT, MESSAGE, USER
from tests.integration.discord_server.form_components import BUTTON, SELECTS, TEXT_SELECT, walk
from tests.integration.discord_server.invoking import Invoking
from tests.integration.discord_server.model import Channel, Json, Role, Stored, User
from tests.integration.discord_server.payloads import channel_json, member_json, user_json
from tests.integration.discord_server.posting import Posting
from tests.integration.discord_server.run import InteractionRun
from tests.integration.discord_server.talking import Talking
from tests.integration.discord_server.view import Message
from tests.integration.discord_server.world import World

COMMAND_WITHIN = 2.0  # seconds that an action waits for its command to be registered


class Acting(Talking):
    """Runs commands, presses buttons and fills in forms as users do."""

    def __init__(self, world: World, building: Building, posting: Posting, answers: Answers) -> None:
        super().__init__(world, building, posting)
        self.answers = answers
        self.invoking = Invoking(world, posting.compose.attachment)

    # --- commands ---

    async def slash(self, user: User, channel: Channel, command: str, /, **options: Any) -> InteractionRun:
        """Runs a slash command, e.g. ``slash(ana, general, "corpus add", title="Loans")``.

        Raises:
            Refused: If Discord's client would not offer it or not accept the options.
        """
        name, *path = command.removeprefix("/").split()
        found = await self._command(user, channel, name, CHAT)
        data = self.invoking.fill(channel, found, path, options)
        return self._start(run.COMMAND, user, channel, data)

    async def autocomplete(
        self, user: User, channel: Channel, command: str, option: str, typed: str, /, **others: Any
    ) -> list[Json]:
        """Types into an option and returns the choices the bot offers, each with ``name`` and ``value``."""
        name, *path = command.removeprefix("/").split()
        found = await self._command(user, channel, name, CHAT)
        data = self.invoking.fill(channel, found, path, {**others, option: typed}, focused=option)
        return await self._start(run.AUTOCOMPLETE, user, channel, data).choices()

    async def context_menu(
        self, name: str, user: User, target: Message | User, channel: Channel | None = None
    ) -> InteractionRun:
        """Chooses an app command from the menu of a message, or of a user (then ``channel`` says where)."""
        stored = self.stored(target) if isinstance(target, Message) else None
        where = stored.channel if stored else channel
        assert where is not None, "say in which channel the user menu is opened"
        found = await self._command(user, where, name, MESSAGE if stored else USER)
        resolved: Json = {}
        data: Json = {"id": found["id"], "name": found["name"], "type": found["type"], "resolved": resolved}
        if found.get("guild_id"):
            data["guild_id"] = found["guild_id"]
        if stored:
            resolved["messages"] = {str(stored.id): self.posting.for_bot(stored, content_intent=True)}
            data["target_id"] = str(stored.id)
        elif isinstance(target, User):
            data["target_id"] = self.invoking.resolve(where, target, resolved)
        return self._start(run.COMMAND, user, where, data, from_menu=True)

    async def _command(self, user: User, channel: Channel, name: str, kind: int) -> Json:
        await self.connected()

        def missing() -> str:
            return f"{name!r} is not offered to {user.name}; there are {self.invoking.offered(user, channel)}"

        def look() -> Json | None:
            return self.invoking.find(user, channel, name, kind)

        if self.invoking.registered(channel, name, kind) and look() is None:
            raise Refused(missing())
        try:
            return await self.world.watch.until(look, COMMAND_WITHIN, missing)
        except AssertionError as error:
            raise Refused(str(error)) from None

    # --- components ---

    async def press(self, user: User, message: Message, which: str) -> InteractionRun:
        """Presses a button, named by its label or custom id.

        Raises:
            Refused: If the message or button is gone, disabled, a link, or not visible to the user.
        """
        stored = self._visible(user, message)
        button = Message.of(stored).button(which)
        if button.disabled or button.custom_id is None:
            raise Refused(
                f"button {which!r} is " + ("disabled" if button.disabled else f"a link to {button.url}")
            )
        data = {"custom_id": button.custom_id, "component_type": BUTTON}
        return self._start(run.COMPONENT, user, stored.channel, data, source=stored)

    async def choose(
        self, user: User, message: Message, *values: str | User | Role | Channel, menu: str | None = None
    ) -> InteractionRun:
        """Chooses in a select menu, by label or value; ``menu``: its custom id or placeholder, if several."""
        stored = self._visible(user, message)
        menus = [each for each in walk(stored.raw["components"]) if each["type"] in SELECTS]
        found = next(
            (each for each in menus if menu in (None, each["custom_id"], each.get("placeholder"))), None
        )
        if found is None or found.get("disabled"):
            raise Refused(
                f"no menu {menu!r} to choose from; there are {[each['custom_id'] for each in menus]}"
            )
        low = found.get("min_values")
        if not (1 if low is None else low) <= len(values) <= (found.get("max_values") or 1):
            raise Refused(f"the menu does not take {len(values)} values")
        resolved: Json = {}
        chosen = [self._selected(stored.channel, found, each, resolved) for each in values]
        data: Json = {"custom_id": found["custom_id"], "component_type": found["type"], "values": chosen}
        data |= {"resolved": resolved} if resolved else {}
        return self._start(run.COMPONENT, user, stored.channel, data, source=stored)

    def _selected(
        self, channel: Channel, menu: Json, value: str | User | Role | Channel, resolved: Json
    ) -> str:
        if not isinstance(value, str):
            return self.invoking.resolve(channel, value, resolved)
        for each in menu.get("options", []) if menu["type"] == TEXT_SELECT else []:
            if value in (each["label"], each["value"]):
                return str(each["value"])
        raise Refused(f"the menu does not offer {value!r}")

    async def submit_modal(
        self, user: User, opened: InteractionRun, values: Mapping[str, Any]
    ) -> InteractionRun:
        """Fills in and submits the modal that an interaction opened; ``values`` by label or custom id."""
        form = await opened.modal()
        data = modals.fill(
            form, values, lambda value, resolved: self.invoking.resolve(opened.channel, value, resolved)
        )
        return self._start(run.MODAL_SUBMIT, user, opened.channel, data, source=opened.source)

    def interact(
        self, kind: int, user: User, channel: Channel, data: Json, source: Message | None = None
    ) -> InteractionRun:
        """Sends an interaction as it is, as Discord may after commands or rights have changed."""
        return self._start(kind, user, channel, data, source=self.stored(source) if source else None)

    # --- parts ---

    def _visible(self, user: User, message: Message) -> Stored:
        stored = self.stored(message)
        if stored.viewer not in (None, user) or not permissions.in_channel(user, stored.channel):
            raise Refused(f"{user.name} does not see this message")
        return stored

    def _start(
        self,
        kind: int,
        user: User,
        channel: Channel,
        data: Json,
        *,
        source: Stored | None = None,
        from_menu: bool = False,
    ) -> InteractionRun:
        number = self.world.ids.next()
        started = InteractionRun(
            number,
            token_urlsafe(32),
            kind,
            user,
            channel,
            data,
            self.world.now(),
            self.world,
            source,
            from_menu,
        )
        self.answers.open(started)
        # Those who wait look again when the time to acknowledge is over.
        asyncio.get_running_loop().call_later(run.ACKNOWLEDGE_WITHIN + 0.01, self.world.watch.changed)
        guild_id = channel.guild.id if channel.guild else None
        self.world.gateway.dispatch("INTERACTION_CREATE", self._payload(started), guild_id=guild_id)
        return started

    def _payload(self, started: InteractionRun) -> Json:
        channel, user = started.channel, started.user
        granted = str(permissions.in_channel(user, channel))
        payload: Json = {
            "id": str(started.id),
            "application_id": str(self.world.application_id),
            "type": started.kind,
            "token": started.token,
            "version": 1,
            "data": started.data,
            "channel_id": str(channel.id),
            "channel": channel_json(channel) | {"permissions": granted},
            "app_permissions": str(permissions.in_channel(self.world.bot, channel)),
            "locale": user.locale,
            "entitlements": [],
            "authorizing_integration_owners": {"0": str(channel.guild.id if channel.guild else 0)},
            "context": 0 if channel.guild else 1,
            "attachment_size_limit": form_messages.MAX_FILE_BYTES,
        }
        if started.source is not None:
            payload["message"] = self.posting.for_bot(started.source, content_intent=True)
        member = self.world.member(user, channel)
        if channel.guild is None or member is None:
            return payload | {"user": user_json(user)}
        guild = {"id": str(channel.guild.id), "locale": channel.guild.locale, "features": ["COMMUNITY"]}
        payload |= {"guild_id": guild["id"], "guild": guild, "guild_locale": channel.guild.locale}
        return payload | {"member": member_json(member) | {"permissions": granted}}
