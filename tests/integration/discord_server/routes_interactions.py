"""Routes that answer interactions; the token in the path is their only authorization."""

from __future__ import annotations

from collections.abc import Callable

from aiohttp import web

from tests.integration.discord_server.answers import Answers
from tests.integration.discord_server.errors import ApiError
from tests.integration.discord_server.run import InteractionRun
from tests.integration.discord_server.wire import Request, reply


class InteractionRoutes:
    """Answers for ``/interactions/.../callback`` and ``/webhooks/{app}/{token}``."""

    def __init__(self, answers: Answers, entry: Callable[[web.Request], Request]) -> None:
        self.answers = answers
        self.entry = entry

    def table(self) -> list[web.RouteDef]:
        """Returns the routes, below the API's root."""
        webhook = "/webhooks/{app}/{token}"
        return [
            web.post("/interactions/{interaction}/{token}/callback", self.callback),
            web.post(webhook, self.follow_up),
            web.get(webhook + "/messages/{message}", self.get),
            web.patch(webhook + "/messages/{message}", self.edit),
            web.delete(webhook + "/messages/{message}", self.delete),
        ]

    async def callback(self, request: web.Request) -> web.Response:
        entry = self.entry(request)
        run = self.answers.find(request.match_info["interaction"], request.match_info["token"])
        try:
            resource = self.answers.acknowledge(run, entry.json, entry.files)
        except ApiError as error:
            run.refusals.append(error)
            raise
        wanted = request.query.get("with_response", "").lower() in ("1", "true")
        return reply(resource if wanted else None)

    async def follow_up(self, request: web.Request) -> web.Response:
        run, entry = self._run(request), self.entry(request)
        try:
            stored = self.answers.follow_up(run, entry.json, entry.files)
        except ApiError as error:
            run.refusals.append(error)
            raise
        return reply(self.answers.posting.for_bot(stored, content_intent=True))

    async def get(self, request: web.Request) -> web.Response:
        stored = self.answers.target(self._run(request), request.match_info["message"])
        return reply(self.answers.posting.for_bot(stored, content_intent=True))

    async def edit(self, request: web.Request) -> web.Response:
        run, entry = self._run(request), self.entry(request)
        try:
            stored = self.answers.target(run, request.match_info["message"])
            self.answers.edit(run, stored, entry.json, entry.files)
        except ApiError as error:
            run.refusals.append(error)
            raise
        return reply(self.answers.posting.for_bot(stored, content_intent=True))

    async def delete(self, request: web.Request) -> web.Response:
        run = self._run(request)
        self.answers.delete(run, self.answers.target(run, request.match_info["message"]))
        return reply()

    def _run(self, request: web.Request) -> InteractionRun:
        return self.answers.by_token(request.match_info["app"], request.match_info["token"])
