"""The listening socket, and what every request passes: log, faults, authorization, errors as JSON."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Iterable
from typing import Any

from aiohttp import web

from tests.integration.discord_server import errors, wire
from tests.integration.discord_server.errors import ApiError
from tests.integration.discord_server.wire import API, Fault, Request
from tests.integration.discord_server.world import World

log = logging.getLogger(__name__)

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
ENTRY = web.RequestKey("entry", Request)
GATEWAY = "/gateway-ws"
WITHOUT_TOKEN = ("/interactions/", "/webhooks/")
PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360000000000200"
    "01e221bc330000000049454e44ae426082"
)


class Listening:
    """Serves a world over HTTP and WebSocket on 127.0.0.1."""

    def __init__(self, world: World, *, port: int, announce_gateway: str | None) -> None:
        self.world = world
        self.requests: list[Request] = []
        self.faults: list[Fault] = []
        self._announce_gateway = announce_gateway
        self._port = port
        self._runner: web.AppRunner | None = None

    @property
    def api_url(self) -> str:
        """What BOT_API_URL is set to."""
        return self.world.base_url + API

    @property
    def gateway_url(self) -> str:
        """What BOT_GATEWAY_URL is set to."""
        return self.world.base_url.replace("http", "ws", 1) + GATEWAY

    @property
    def cdn_url(self) -> str:
        """What BOT_CDN_URL is set to."""
        return self.world.base_url + "/cdn"

    async def listen(self, routes: Iterable[web.RouteDef]) -> None:
        """Starts to serve these routes of the API, the gateway and the files."""
        app = web.Application(middlewares=[self._serve], client_max_size=64 * 1024 * 1024)
        for route in routes:
            app.router.add_route(route.method, API + route.path, route.handler)
        app.router.add_get(GATEWAY, self.world.gateway.handle)
        app.router.add_get("/cdn/{path:.*}", self._cdn)
        self._runner = web.AppRunner(app, shutdown_timeout=0.5, handler_cancellation=True)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self._port).start()
        self.world.base_url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        self.world.announced_gateway = self._announce_gateway or self.gateway_url

    async def stop(self) -> None:
        """Stops serving, hanging requests included."""
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    # --- every request ---

    def entry(self, request: web.Request) -> Request:
        """Returns the log's record of a request, its body read."""
        return request[ENTRY]

    @web.middleware
    async def _serve(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        entry = wire.log_entry(request)
        request[ENTRY] = entry
        self.requests.append(entry)
        try:
            response = await self._answer(request, entry, handler)
        except ApiError as error:
            response = wire.reply(error.json(), error.status)
        except web.HTTPException as error:
            response = wire.reply({"message": f"{error.status}: {error.reason}", "code": 0}, error.status)
        except Exception:
            # Either a request too malformed to read, or a fault of this server: never silently a 400.
            log.exception("%s %s could not be served: %s", entry.method, entry.path, entry.body)
            response = wire.reply({"message": "500: Internal Server Error", "code": 0}, 500)
        entry.status = response.status
        self.world.watch.changed()
        return response

    async def _answer(self, request: web.Request, entry: Request, handler: Handler) -> web.StreamResponse:
        entry.body, entry.files = await wire.read_body(request)
        for fault in self.faults:
            if fault.matches(entry):
                struck = await fault.strike(request)
                if struck is not None:
                    return struck
                break
        needs_token = request.path.startswith(API) and not entry.path.startswith(WITHOUT_TOKEN)
        if needs_token and request.headers.get("Authorization") != f"Bot {self.world.token}":
            raise errors.unauthorized()
        return await handler(request)

    async def _cdn(self, request: web.Request) -> web.Response:
        path = "/" + request.match_info["path"]
        if path in self.world.files:
            return web.Response(body=self.world.files[path])
        if path.startswith(("/avatars/", "/embed/avatars/", "/icons/")):
            return web.Response(body=PIXEL, content_type="image/png")
        return web.Response(status=404)

    # --- faults ---

    def fail(
        self, method: str, path: str, status: int = 500, *, code: int = 0, message: str = "", times: int = 1
    ) -> Fault:
        """Answers the next ``times`` matching requests with an error.

        Args:
            method: The HTTP method, ``*`` for any.
            path: Below the API's root, with ``*`` as in file names: ``/channels/*/messages``.
            status: The HTTP status.
            code: Discord's numeric code.
            message: Discord's message.
            times: How many requests are struck.
        """
        return self._fault(Fault(method, path, times, status=status, code=code, message=message))

    def answer(self, method: str, path: str, body: Any, status: int = 200, *, times: int = 99) -> Fault:
        """Answers the next matching requests with a body of the test's choice."""
        return self._fault(Fault(method, path, times, status=status, body=body))

    def rate_limit(
        self, method: str, path: str, retry_after: float, *, whole_bot: bool = False, times: int = 1
    ) -> Fault:
        """Answers the next matching requests with 429, to be retried after so many seconds.

        ``whole_bot`` makes it the global limit instead of the route's.
        """
        return self._fault(Fault(method, path, times, retry_after=retry_after, whole_bot=whole_bot))

    def hang(self, method: str, path: str, seconds: float, *, times: int = 1) -> Fault:
        """Lets the next matching requests wait before they are answered as usual."""
        return self._fault(Fault(method, path, times, hang=seconds))

    def cut_request(self, method: str, path: str, *, times: int = 1) -> Fault:
        """Cuts the connection of the next matching requests instead of answering."""
        return self._fault(Fault(method, path, times, cut=True))

    def _fault(self, fault: Fault) -> Fault:
        self.faults.append(fault)
        return fault
