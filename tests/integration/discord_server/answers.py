"""The bot's answers to interactions: acknowledged in time, once, followed up while the token is valid."""

from __future__ import annotations

from tests.integration.discord_server import errors, form_messages
from tests.integration.discord_server.errors import Problems
from tests.integration.discord_server.form_commands import check_choices
from tests.integration.discord_server.form_components import check_modal
from tests.integration.discord_server.model import Json, Stored, Upload
from tests.integration.discord_server.payloads import user_json
from tests.integration.discord_server.posting import Posting
from tests.integration.discord_server.run import (
    AUTOCOMPLETE,
    CHOICES,
    COMMAND,
    COMPONENT,
    DEFER_REPLY,
    DEFER_UPDATE,
    MODAL,
    MODAL_SUBMIT,
    REPLY,
    UPDATE,
    InteractionRun,
)
from tests.integration.discord_server.world import World

ALLOWED = {
    COMMAND: {REPLY, DEFER_REPLY, MODAL},
    COMPONENT: {REPLY, DEFER_REPLY, DEFER_UPDATE, UPDATE, MODAL},
    AUTOCOMPLETE: {CHOICES},
    MODAL_SUBMIT: {REPLY, DEFER_REPLY, DEFER_UPDATE, UPDATE},
}
TOKEN_VALID_FOR = 15 * 60.0  # seconds
REPLY_MESSAGE, SLASH_MESSAGE, MENU_MESSAGE = 19, 20, 23


class Answers:
    """Keeps the interactions of a world and applies what the bot answers."""

    def __init__(self, world: World, posting: Posting) -> None:
        self.world = world
        self.posting = posting
        self.runs: dict[int, InteractionRun] = {}
        self._by_token: dict[str, InteractionRun] = {}

    def open(self, run: InteractionRun) -> None:
        """Registers an interaction that a user started."""
        self.runs[run.id] = run
        self._by_token[run.token] = run

    # --- POST /interactions/{id}/{token}/callback ---

    def find(self, interaction_id: str, token: str) -> InteractionRun:
        """Returns the interaction of a callback.

        Raises:
            ApiError: 404 unless id and token belong together.
        """
        run = self.runs.get(int(interaction_id))
        if run is None or run.token != token:
            raise errors.unknown_interaction()
        return run

    def acknowledge(self, run: InteractionRun, payload: Json, files: list[Upload]) -> Json:
        """Applies the first response and returns the callback resource.

        Raises:
            ApiError: If it comes twice, too late, or breaks a limit.
        """
        if run.acknowledged is not None:
            raise errors.already_acknowledged()
        if run.expired:
            raise errors.unknown_interaction()
        kind, data = payload.get("type"), payload.get("data") or {}
        if kind not in ALLOWED[run.kind] or (kind in (DEFER_UPDATE, UPDATE) and run.source is None):
            problem = {
                "_errors": [{"code": "BASE_TYPE_CHOICES", "message": f"Type {kind} is not valid here."}]
            }
            raise errors.ApiError(400, 50035, "Invalid Form Body", {"type": problem})
        message = self._apply(run, int(kind), data, files)
        run.acknowledged = int(kind)
        run.acknowledged_after = self.world.now() - run.started
        self.world.watch.changed()
        return self._resource(run, message)

    def _apply(self, run: InteractionRun, kind: int, data: Json, files: list[Upload]) -> Stored | None:
        problems = Problems()
        if kind == REPLY:
            form_messages.check_message(data, files)
            run.original = self._post(run, data, files)
            return run.original
        if kind == DEFER_REPLY:
            # Only EPHEMERAL may be set now; everything else comes with the edit.
            run.original = self._post(
                run, {"flags": int(data.get("flags") or 0) & form_messages.EPHEMERAL}, [], loading=True
            )
            return run.original
        if kind == UPDATE and run.source is not None:
            form_messages.check_message(data, files, before=run.source.raw)
            self._edit_source(run, data, files)
            return run.source
        if kind == MODAL:
            check_modal(problems, data)
            problems.check()
            run.modal_form = data
        elif kind == CHOICES:
            check_choices(problems, ("data", "choices"), data.get("choices") or [])
            problems.check()
            run.offered = data.get("choices") or []
        return None

    def _resource(self, run: InteractionRun, message: Stored | None) -> Json:
        interaction: Json = {"id": str(run.id), "type": run.kind}
        resource: Json = {"type": run.acknowledged}
        if message is not None:
            interaction["response_message_id"] = str(message.id)
            interaction["response_message_loading"] = bool(message.flags & form_messages.LOADING)
            interaction["response_message_ephemeral"] = message.viewer is not None
            resource["message"] = self.posting.for_bot(message, content_intent=True)
        return {"interaction": interaction, "resource": resource}

    # --- /webhooks/{application}/{token} ---

    def by_token(self, application_id: str, token: str) -> InteractionRun:
        """Returns the acknowledged interaction whose token still lets the bot follow up.

        Raises:
            ApiError: 404 before the acknowledgement, 401 after 15 minutes.
        """
        run = self._by_token.get(token)
        if run is None or int(application_id) != self.world.application_id:
            raise errors.unknown_webhook()
        if self.world.now() - run.started > TOKEN_VALID_FOR:
            raise errors.expired_webhook_token()
        if run.acknowledged is None:
            raise errors.unknown_webhook()
        return run

    def follow_up(self, run: InteractionRun, payload: Json, files: list[Upload]) -> Stored:
        """Posts a follow-up; the first one after a deferral takes the place of the "thinking" message."""
        form_messages.check_message(payload, files)
        original = run.original
        if original is not None and original.flags & form_messages.LOADING:
            # Discord ignores SUPPRESS_EMBEDS here (discord-api-docs#4784); the deferral's EPHEMERAL stays.
            flags = int(payload.get("flags") or 0) & form_messages.COMPONENTS_V2
            self._finish(original)
            self.posting.edit(original, payload | {"flags": flags}, files, edited=False)
            return original
        stored = self._post(run, payload, files, original)
        run.extra.append(stored)
        self.world.watch.changed()
        return stored

    def target(self, run: InteractionRun, message_id: str) -> Stored:
        """Returns the message that a webhook route names: ``@original`` or an id.

        Raises:
            ApiError: 404 if the interaction has no such message.
        """
        if message_id == "@original":
            found = run.source if run.acknowledged in (DEFER_UPDATE, UPDATE) else run.original
        else:
            own = [run.original, run.source, *run.extra]
            found = next((each for each in own if each is not None and each.id == int(message_id)), None)
        if found is None or found.id not in found.channel.messages:
            raise errors.unknown_message()
        return found

    def edit(self, run: InteractionRun, stored: Stored, payload: Json, files: list[Upload]) -> None:
        """Edits one of the interaction's messages; a deferred one thereby becomes the answer."""
        form_messages.check_message(payload, files, before=stored.raw)
        if stored is run.source:
            self._edit_source(run, payload, files)
            return
        loading = bool(stored.flags & form_messages.LOADING)
        self._finish(stored)
        self.posting.edit(stored, payload, files, edited=not loading)

    def delete(self, run: InteractionRun, stored: Stored) -> None:
        """Deletes one of the interaction's messages."""
        if stored is run.original:
            run.original = None
            run.original_deleted = True
        run.extra = [each for each in run.extra if each is not stored]
        self.posting.delete(stored)

    # --- messages ---

    @staticmethod
    def _finish(stored: Stored) -> None:
        stored.raw["flags"] = stored.flags & ~form_messages.LOADING

    def _edit_source(self, run: InteractionRun, payload: Json, files: list[Upload]) -> None:
        assert run.source is not None
        run.source_edits += 1
        self.posting.edit(run.source, payload, files)

    def _post(
        self,
        run: InteractionRun,
        payload: Json,
        files: list[Upload],
        after: Stored | None = None,
        *,
        loading: bool = False,
    ) -> Stored:
        private = bool(int(payload.get("flags") or 0) & form_messages.EPHEMERAL)
        replied = after or run.source
        kind = REPLY_MESSAGE if replied else MENU_MESSAGE if run.from_menu else SLASH_MESSAGE
        extra: Json = {
            "application_id": str(self.world.application_id),
            "webhook_id": str(self.world.application_id),
            "interaction_metadata": self._metadata(run),
            "flags": form_messages.LOADING if loading else 0,
        }
        if replied:
            extra["message_reference"] = {
                "type": 0,
                "message_id": str(replied.id),
                "channel_id": str(run.channel.id),
            }
        return self.posting.create(
            run.channel,
            self.world.bot,
            payload,
            files,
            kind=kind,
            viewer=run.user if private else None,
            interaction=run.id,
            extra=extra,
        )

    def _metadata(self, run: InteractionRun) -> Json:
        owners = {"0": str(run.channel.guild.id if run.channel.guild else 0)}
        data: Json = {
            "id": str(run.id),
            "type": run.kind,
            "user": user_json(run.user),
            "authorizing_integration_owners": owners,
        }
        if run.kind == COMPONENT and run.source is not None:
            data["interacted_message_id"] = str(run.source.id)
        if run.kind == MODAL_SUBMIT:
            data["triggering_interaction_metadata"] = {"id": str(run.id), "type": COMMAND} | {
                "user": user_json(run.user),
                "authorizing_integration_owners": owners,
            }
        return data
