from __future__ import annotations

import base64

import pytest

from bot.token import bot_id, flaw


def made(bot_id: bytes = b"123456789012345678") -> str:
    """Returns a token of the right form."""
    return f"{base64.urlsafe_b64encode(bot_id).decode().rstrip('=')}.GabcDE.{'x-_Y' * 9}zz"


@pytest.mark.parametrize(
    ("token", "says"),
    [
        (f"Bot {made()}", "the word Bot"),
        (f"{made()} ", "spaces"),
        (f'"{made()}"', "quotation marks"),
        ("<your token>", "spaces"),
        ("tökén", "letters that no token has"),
        ("0123456789abcdef" * 4, "public key"),
        ("123456789012345678", "id of the application"),
        ("aBcDeFgHiJkLmNoPqRsTuVwXyZ012345", "three parts"),
        (made()[:-30], "three parts"),
        (made(b"not the number"), "not the number of a bot"),
        (f"a{made()}", "not the number of a bot"),
        (f"aaaaaaaaaaaaaaaaaaaaa.GabcDE.{'x' * 38}", "not the number of a bot"),
    ],
)
def test_what_cannot_be_a_token_is_told_apart_without_repeating_it(token: str, says: str) -> None:
    said = flaw(token, official=True)
    assert said is not None
    assert says in said
    assert token not in said


def test_what_may_be_a_token_passes() -> None:
    assert flaw(made(), official=True) is None
    assert flaw("loopback-token", official=False) is None
    assert flaw("loopback token", official=False) is not None


def test_a_token_tells_the_number_of_its_bot() -> None:
    assert bot_id(made()) == 123456789012345678
    assert bot_id(made(b"not the number")) is None
    assert bot_id("loopback-token") is None
    assert bot_id(f"aaaaaaaaaaaaaaaaaaaaa.GabcDE.{'x' * 38}") is None
