"""Limits how much members and channels ask of the engine within a minute; kept in memory only.

A question is whatever searches: `/ask`, a mention, a follow-up, *Why this?*, a page of *More*. A look-up
reads an article that is already known, which costs a small part of that.
"""

from __future__ import annotations

import math
import time
from collections import deque
from collections.abc import Callable
from typing import Final

from bot.errors import TooOften
from bot.messages.localization import phrase

LOOK_UPS: Final = 10
"""Look-ups that a member may make for each question that the member may ask."""

_SWEEP: Final = 1000  # keys that are kept before expired ones are deleted


class Window:
    """Limits how often something happens within a time, for each key.

    Args:
        most: How many times; 0 for any number.
        seconds: Within how long.
        clock: A monotonic clock, in seconds.
    """

    def __init__(self, most: int, seconds: float = 60.0, clock: Callable[[], float] = time.monotonic) -> None:
        self._most = most
        self._seconds = seconds
        self._clock = clock
        self._taken: dict[int, deque[float]] = {}

    def wait(self, key: int) -> float:
        """Seconds until the key may go on; 0 if it may now."""
        taken = self._taken.get(key)
        if not self._most or taken is None or len(taken) < self._most:
            return 0.0
        return max(0.0, taken[0] + self._seconds - self._clock())

    def take(self, key: int) -> None:
        """Count one."""
        if not self._most:
            return
        now = self._clock()
        if len(self._taken) >= _SWEEP:
            self._taken = {
                each: times for each, times in self._taken.items() if times[-1] + self._seconds > now
            }
        self._taken.setdefault(key, deque(maxlen=self._most)).append(now)


class Rates:
    """Limits how often members and channels ask.

    Args:
        member: Questions of one member within a minute; 0 for any number.
        channel: Questions in one channel within a minute; 0 for any number.
        clock: A monotonic clock, in seconds.
    """

    def __init__(
        self, member: int = 0, channel: int = 0, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._clock = clock
        self._member, self._channel = Window(member, clock=clock), Window(channel, clock=clock)
        self._look_ups = Window(member * LOOK_UPS, clock=clock)
        self._told: dict[int, float] = {}

    def take(self, member: int, channel: int) -> None:
        """Count a question.

        Raises:
            TooOften: It is one too many; it is not counted.
        """
        own, shared = self._member.wait(member), self._channel.wait(channel)
        if own or shared:
            raise self._refusal(member, max(own, shared), alone=own >= shared)
        self._member.take(member)
        self._channel.take(channel)

    def look_up(self, member: int) -> None:
        """Count a look-up.

        Raises:
            TooOften: It is one too many; it is not counted.
        """
        if wait := self._look_ups.wait(member):
            raise self._refusal(member, wait, alone=True)
        self._look_ups.take(member)

    def _refusal(self, member: int, wait: float, *, alone: bool) -> TooOften:
        now = self._clock()
        self._told = {each: until for each, until in self._told.items() if until > now}
        first = member not in self._told
        self._told.setdefault(member, now + wait)
        when = f"<t:{math.ceil(time.time() + wait)}:R>"
        text = (
            phrase("You have asked a lot within a minute. Please ask again {when}.", when=when)
            if alone
            else phrase("A lot was asked here within a minute. Please ask again {when}.", when=when)
        )
        return TooOften(text, wait, first=first)


class CallRates:
    """Limits how often members notify a role, and roles are notified, within an hour.

    Args:
        member: Calls of one member; 0 for any number.
        role: Calls of one role; 0 for any number.
    """

    def __init__(self, member: int = 3, role: int = 20) -> None:
        self._member, self._role = Window(member, 3600), Window(role, 3600)

    def check(self, member: int, role: int) -> None:
        """Check whether a call is allowed, without counting it.

        Raises:
            TooOften: There were too many within the hour.
        """
        wait = max(self._member.wait(member), self._role.wait(role))
        if wait:
            when = f"<t:{math.ceil(time.time() + wait)}:R>"
            text = phrase(
                "People were notified often within the last hour. Please try again {when}.", when=when
            )
            raise TooOften(text, wait, first=True)

    def take(self, member: int, role: int) -> None:
        """Count a call."""
        self._member.take(member)
        self._role.take(role)
