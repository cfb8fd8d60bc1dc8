from __future__ import annotations

import pytest

from bot.discord_io.rate_limits import Rates, Window
from bot.errors import TooOften


class Clock:
    """Stands still until it is set."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


def test_a_window_slides() -> None:
    clock = Clock()
    window = Window(2, 60, clock)
    window.take(7)
    clock.now += 30
    window.take(7)
    assert window.wait(7) == 30
    assert window.wait(8) == 0
    clock.now += 30
    assert window.wait(7) == 0
    window.take(7)
    assert window.wait(7) == 30


def test_none_is_any_number() -> None:
    window = Window(0)
    for _ in range(9):
        window.take(7)
    assert window.wait(7) == 0


def test_those_of_the_past_are_forgotten() -> None:
    clock = Clock()
    window = Window(1, 60, clock)
    for key in range(1000):
        window.take(key)
    clock.now += 61
    window.take(5000)
    assert list(window._taken) == [5000]


def test_a_member_is_told_once_until_the_wait_is_over() -> None:
    clock = Clock()
    rates = Rates(1, 2, clock)
    rates.take(1, 10)
    with pytest.raises(TooOften, match="You have asked a lot") as first:
        rates.take(1, 10)
    with pytest.raises(TooOften) as second:
        rates.take(1, 10)
    assert (first.value.first, second.value.first, first.value.wait) == (True, False, 60)
    rates.take(2, 10)
    with pytest.raises(TooOften, match="A lot was asked here"):
        rates.take(3, 10)
    clock.now += 60
    rates.take(1, 10)
    with pytest.raises(TooOften) as third:
        rates.take(1, 10)
    assert third.value.first
