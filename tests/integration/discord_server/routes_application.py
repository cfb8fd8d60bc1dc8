"""Routes of the application itself: its user, the gateway's address, and its commands."""

from __future__ import annotations

from collections.abc import Callable

from aiohttp import web

from tests.integration.discord_server import errors
from tests.integration.discord_server.errors import Problems
from tests.integration.discord_server.form_commands import CHAT, check_command, check_commands
from tests.integration.discord_server.model import Json
from tests.integration.discord_server.payloads import user_json
from tests.integration.discord_server.wire import Request, reply
from tests.integration.discord_server.world import World

DEFAULTS: Json = {
    "type": CHAT,
    "description": "",
    "default_member_permissions": None,
    "dm_permission": True,
    "contexts": None,
    "integration_types": [0],
    "nsfw": False,
    "name_localizations": None,
    "description_localizations": None,
}


class ApplicationRoutes:
    """Answers for ``/users/@me``, ``/applications`` and ``/gateway``."""

    def __init__(self, world: World, entry: Callable[[web.Request], Request]) -> None:
        self.world = world
        self.entry = entry

    def table(self) -> list[web.RouteDef]:
        """Returns the routes, below the API's root."""
        routes = [
            web.get("/users/@me", self.me),
            web.get("/users/{user}", self.user),
            web.get("/oauth2/applications/@me", self.application),
            web.get("/applications/@me", self.application),
            web.get("/gateway", self.gateway),
            web.get("/gateway/bot", self.gateway),
            web.get("/applications/{app}/guilds/{guild}/commands/permissions", self.permissions),
        ]
        for scope in ("/applications/{app}/commands", "/applications/{app}/guilds/{guild}/commands"):
            routes += [
                web.get(scope, self.list_commands),
                web.put(scope, self.replace_commands),
                web.post(scope, self.upsert_command),
                web.get(scope + "/{command}", self.get_command),
                web.patch(scope + "/{command}", self.patch_command),
                web.delete(scope + "/{command}", self.delete_command),
            ]
        return routes

    async def me(self, request: web.Request) -> web.Response:
        return reply(
            user_json(self.world.bot) | {"verified": True, "mfa_enabled": False, "email": None, "flags": 0}
        )

    async def user(self, request: web.Request) -> web.Response:
        user = self.world.users.get(int(request.match_info["user"]))
        if user is None:
            raise errors.not_found("User", 10013)
        return reply(user_json(user))

    async def application(self, request: web.Request) -> web.Response:
        return reply(self.world.application())

    async def gateway(self, request: web.Request) -> web.Response:
        used = len(self.world.gateway.identifies)
        limit = {"total": 1000, "remaining": 1000 - used, "reset_after": 86_400_000, "max_concurrency": 1}
        return reply(
            {"url": self.world.announced_gateway, "shards": self.world.shards, "session_start_limit": limit}
        )

    async def permissions(self, request: web.Request) -> web.Response:
        self._scope(request)
        return reply([])

    # --- commands ---

    def _scope(self, request: web.Request) -> tuple[int | None, dict[int, Json]]:
        if int(request.match_info["app"]) != self.world.application_id:
            raise errors.not_found("Application", 10002)
        guild = request.match_info.get("guild")
        guild_id = self.world.guild(guild).id if guild else None
        return guild_id, self.world.commands.setdefault(guild_id, {})

    def _command(self, request: web.Request) -> tuple[int | None, dict[int, Json], Json]:
        guild_id, commands = self._scope(request)
        command = commands.get(int(request.match_info["command"]))
        if command is None:
            raise errors.not_found("application command", 10063)
        return guild_id, commands, command

    def _store(self, guild_id: int | None, commands: dict[int, Json], payload: Json) -> Json:
        """Keeps a command; one of the same type and name is replaced under its old id, as on Discord."""
        key = (payload.get("type", CHAT), payload["name"])
        old = next((each["id"] for each in commands.values() if (each["type"], each["name"]) == key), None)
        number = int(old or self.world.ids.next())
        command = DEFAULTS | payload | {"id": str(number), "version": str(self.world.ids.next())}
        command["application_id"] = str(self.world.application_id)
        if guild_id is not None:
            command["guild_id"] = str(guild_id)
        commands[number] = command
        self.world.watch.changed()
        return command

    async def list_commands(self, request: web.Request) -> web.Response:
        _, commands = self._scope(request)
        if request.query.get("with_localizations", "").lower() in ("true", "1"):
            return reply(list(commands.values()))
        return reply([_in_english(each) for each in commands.values()])

    async def replace_commands(self, request: web.Request) -> web.Response:
        guild_id, commands = self._scope(request)
        payload = self.entry(request).body
        check_commands(payload)
        before = dict(commands)
        commands.clear()
        for each in payload:
            same = [
                old
                for old in before.values()
                if (old["type"], old["name"]) == (each.get("type", CHAT), each["name"])
            ]
            commands.update({int(old["id"]): old for old in same})
            self._store(guild_id, commands, each)
        return reply(list(commands.values()))

    async def upsert_command(self, request: web.Request) -> web.Response:
        guild_id, commands = self._scope(request)
        payload = self.entry(request).json
        self._check(payload)
        return reply(self._store(guild_id, commands, payload), 201)

    async def get_command(self, request: web.Request) -> web.Response:
        return reply(self._command(request)[2])

    async def patch_command(self, request: web.Request) -> web.Response:
        guild_id, commands, command = self._command(request)
        payload = command | self.entry(request).json
        self._check(payload)
        del commands[int(command["id"])]
        commands[int(command["id"])] = payload
        return reply(self._store(guild_id, commands, payload))

    async def delete_command(self, request: web.Request) -> web.Response:
        _, commands, command = self._command(request)
        del commands[int(command["id"])]
        self.world.watch.changed()
        return reply()

    @staticmethod
    def _check(payload: Json) -> None:
        problems = Problems()
        check_command(problems, (), payload)
        problems.check()


def _in_english(command: Json) -> Json:
    """A command, or an option, without its translations, which Discord leaves out unless asked for them."""
    kept = {name: value for name, value in command.items() if not name.endswith("_localizations")}
    if "options" in kept:
        kept["options"] = [_in_english(each) for each in kept["options"]]
    return kept
