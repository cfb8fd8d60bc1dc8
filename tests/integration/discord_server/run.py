"""One interaction: what a user started, what the bot did with it, and waiting for that."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from tests.integration.discord_server import form_messages
from tests.integration.discord_server.errors import ApiError, NoAnswer
from tests.integration.discord_server.model import Channel, Json, Stored, User
from tests.integration.discord_server.view import Message
from tests.integration.discord_server.world import World

COMMAND, COMPONENT, AUTOCOMPLETE, MODAL_SUBMIT = 2, 3, 4, 5
PONG, REPLY, DEFER_REPLY, DEFER_UPDATE, UPDATE, CHOICES, MODAL = 1, 4, 5, 6, 7, 8, 9
ACKNOWLEDGE_WITHIN = 3.0  # seconds

T = TypeVar("T")


@dataclass(eq=False)
class InteractionRun:
    """One interaction from the user's click to the bot's last word, for a test to look at and wait for."""

    id: int
    token: str
    kind: int
    user: User
    channel: Channel
    data: Json
    started: float
    world: World = field(repr=False)
    source: Stored | None = None
    from_menu: bool = False
    acknowledged: int | None = None
    acknowledged_after: float | None = None
    original: Stored | None = None
    original_deleted: bool = False
    source_edits: int = 0
    extra: list[Stored] = field(default_factory=list)
    modal_form: Json | None = None
    offered: list[Json] | None = None
    refusals: list[ApiError] = field(default_factory=list)

    @property
    def expired(self) -> bool:
        """Whether three seconds passed without acknowledgement, so that the user was told it failed."""
        return self.acknowledged is None and self.world.now() - self.started > ACKNOWLEDGE_WITHIN

    @property
    def settled(self) -> bool:
        """Whether the answer that ``response`` waits for is there."""
        return self._answer() is not None

    @property
    def followups(self) -> list[Message]:
        """The further messages after the first answer, as they are now."""
        return [Message.of(each) for each in self.extra]

    async def response(self, within: float = 10.0) -> Message:
        """Waits for the answer and returns it as the user sees it now.

        The answer is the first message that is no longer "thinking": a reply, an edited or replaced
        deferral, the message a button changed, or the first follow-up after a silent deferral.

        Raises:
            NoAnswer: If there is none in time, or the bot opened a modal instead.
        """

        def look() -> Stored | None:
            if self.acknowledged == MODAL:
                raise NoAnswer(f"the bot opened a modal; wait for it with modal() ({self.story()})")
            return self._answer()

        return Message.of(await self.until(look, within, "no answer"))

    async def modal(self, within: float = 10.0) -> Json:
        """Waits for the bot to open a modal and returns its form (``title``, ``custom_id``, ``components``).

        Raises:
            NoAnswer: If it does not in time.
        """
        return await self.until(lambda: self.modal_form, within, "no modal")

    async def followup(self, number: int = 1, within: float = 10.0) -> Message:
        """Waits for the ``number``-th message after the first answer (counted from 1).

        Raises:
            NoAnswer: If it does not come in time.
        """

        def look() -> Stored | None:
            return self.extra[number - 1] if len(self.extra) >= number else None

        return Message.of(await self.until(look, within, f"no follow-up {number}"))

    async def choices(self, within: float = ACKNOWLEDGE_WITHIN) -> list[Json]:
        """Waits for the choices of an autocomplete, each with ``name`` and ``value``.

        Raises:
            NoAnswer: If they do not come in time.
        """
        return await self.until(lambda: self.offered, within, "no choices")

    async def until(self, look: Callable[[], T | None], within: float, missing: str) -> T:
        """Waits until ``look`` returns something; on failure says ``missing`` and the story so far.

        Fails as soon as the bot let the time to acknowledge pass: no answer can come any more.
        """

        def look_in_time() -> T | None:
            if self.expired:
                raise NoAnswer(f"{missing}: the application did not respond; {self.story()}")
            return look()

        return await self.world.watch.until(look_in_time, within, lambda: f"{missing}; {self.story()}")

    def story(self) -> str:
        """Says in a line what the bot did with this interaction, for failures."""
        said = [f"interaction {self.data.get('name') or self.data.get('custom_id')!r} by {self.user.name}"]
        if self.acknowledged is None:
            said.append("was never acknowledged")
        else:
            said.append(
                f"was acknowledged with type {self.acknowledged} after {self.acknowledged_after or 0:.3f} s"
            )
        said += [f"the API refused: {each}" for each in self.refusals]
        return ", ".join(said)

    def _answer(self) -> Stored | None:
        if self.original is not None and not self.original.flags & form_messages.LOADING:
            return self.original
        if self.source_edits and self.source is not None:
            return self.source
        return self.extra[0] if self.extra else None
