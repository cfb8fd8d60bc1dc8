"""Errors as Discord's HTTP API reports them, and those of the test API."""

from __future__ import annotations

from collections.abc import Sequence

from tests.integration.discord_server.model import Json

Path = tuple[str | int, ...]


class ApiError(Exception):
    """A refusal by the HTTP API: status, Discord's code and, for a bad form, what is wrong where."""

    def __init__(self, status: int, code: int, message: str, errors: Json | None = None) -> None:
        super().__init__(f"{status} {message} ({code})" + (f": {errors}" if errors else ""))
        self.status = status
        self.code = code
        self.message = message
        self.errors = errors

    @property
    def where(self) -> set[str]:
        """The dotted paths at which the form is wrong, e.g. ``components.0.components.1.label``."""
        return _paths(self.errors or {})

    def json(self) -> Json:
        """Returns the body of the answer."""
        body: Json = {"message": self.message, "code": self.code}
        if self.errors:
            body["errors"] = self.errors
        return body


def _paths(errors: Json, before: str = "") -> set[str]:
    found = {before} if "_errors" in errors else set()
    for key, value in errors.items():
        if key != "_errors":
            found |= _paths(value, f"{before}.{key}".lstrip("."))
    return found


class Refused(AssertionError):
    """Discord's own client would not let the user do that: unknown command, disabled button."""


class NoAnswer(AssertionError):
    """What a test waited for did not happen in time; the message says what happened instead."""


def unauthorized() -> ApiError:
    return ApiError(401, 0, "401: Unauthorized")


def not_found(what: str, code: int) -> ApiError:
    return ApiError(404, code, f"Unknown {what}")


def unknown_channel() -> ApiError:
    return not_found("Channel", 10003)


def unknown_guild() -> ApiError:
    return not_found("Guild", 10004)


def unknown_message() -> ApiError:
    return not_found("Message", 10008)


def unknown_interaction() -> ApiError:
    return not_found("interaction", 10062)


def unknown_webhook() -> ApiError:
    return not_found("Webhook", 10015)


def already_acknowledged() -> ApiError:
    return ApiError(400, 40060, "Interaction has already been acknowledged.")


def expired_webhook_token() -> ApiError:
    return ApiError(401, 50027, "Invalid Webhook Token")


def missing_access() -> ApiError:
    return ApiError(403, 50001, "Missing Access")


def missing_permissions() -> ApiError:
    return ApiError(403, 50013, "Missing Permissions")


class Problems:
    """Collects what is wrong with a form, each at its path, and raises them together as error 50035."""

    def __init__(self) -> None:
        self._tree: Json = {}

    def add(self, path: Sequence[str | int], code: str, message: str) -> None:
        """Notes a problem with the field at ``path``."""
        node = self._tree
        for part in path:
            node = node.setdefault(str(part), {})
        node.setdefault("_errors", []).append({"code": code, "message": message})

    def length(self, path: Sequence[str | int], value: object, low: int, high: int) -> None:
        """Notes a string or list whose length lies outside ``low`` to ``high``."""
        size = len(value) if isinstance(value, str | list) else 0
        if size < low and not value:
            self.add(path, "BASE_TYPE_REQUIRED", "This field is required")
        elif size > high and low == 0:
            self.add(path, "BASE_TYPE_MAX_LENGTH", f"Must be {high} or fewer in length.")
        elif not low <= size <= high:
            self.add(path, "BASE_TYPE_BAD_LENGTH", f"Must be between {low} and {high} in length.")

    def between(self, path: Sequence[str | int], value: object, low: float, high: float) -> None:
        """Notes a number outside ``low`` to ``high``; None is a field left out."""
        if value is None:
            return
        if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
            self.add(path, "NUMBER_TYPE_MAX", f"int value should be between {low} and {high}.")

    def check(self) -> None:
        """Raises:
        ApiError: 400 with code 50035, if anything was noted.
        """
        if self._tree:
            raise ApiError(400, 50035, "Invalid Form Body", self._tree)
