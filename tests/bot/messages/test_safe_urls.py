from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.messages.safe_urls import BUTTON, button_address, web_address


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("https://example.org/a#:~:text=Tea%2C,pot", "https://example.org/a#:~:text=Tea%2C,pot"),
        (
            "https://en.wikipedia.org/wiki/Mercury_(planet)",
            "https://en.wikipedia.org/wiki/Mercury_%28planet%29",
        ),
        ("https://example.org/a b>c\\d'e\"", "https://example.org/a%20b%3Ec%5Cd%27e%22"),
        ("HTTP://Example.ORG:8080?q=é", "http://example.org:8080?q=%C3%A9"),
        ("https://bücher.example/ü", "https://xn--bcher-kva.example/%C3%BC"),
        ("http://localhost:8000/x", "http://localhost:8000/x"),
        ("http://[::1]:80/x", "http://[::1]:80/x"),
        (" https://example.org ", "https://example.org"),
        ("https://example.org/\ud800", "https://example.org/%3F"),
    ],
)
def test_addresses_are_made_safe(url: str, address: str) -> None:
    assert web_address(url) == address


@pytest.mark.parametrize(
    "url",
    [
        None,
        "",
        "javascript:alert(1)",
        "ftp://example.org",
        "//example.org",
        "https://",
        "https://paypal.com@evil.example/",
        "https://exa mple.org",
        "https://exam<ple.org",
        "https://example.org:99999",
        "https://[::1",
        "https://" + "ü" * 80 + ".example",
        "https://a..ü",
    ],
)
def test_what_is_no_web_address_is_left_out(url: str | None) -> None:
    assert web_address(url) is None
    assert button_address(url) is None


def test_buttons_take_only_what_discord_accepts() -> None:
    assert button_address("https://example.org/" + "a" * 492) is not None
    assert button_address("https://example.org/" + "a" * (BUTTON - 19)) is None
    assert button_address("http://localhost:8000/x") is None
    assert button_address("http://127.0.0.1/x") is None
    assert button_address("https://bücher.example/") == "https://xn--bcher-kva.example/"


@given(st.one_of(st.text(max_size=60), st.text(max_size=60).map(lambda text: f"https://example.org/{text}")))
def test_no_address_ends_a_markdown_link(url: str) -> None:
    address = web_address(url)
    if address is not None:
        assert address.isascii()
        assert not set(address) & set(" <>()\\\"'`|\n")
