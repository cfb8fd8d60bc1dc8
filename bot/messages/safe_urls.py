"""Makes addresses from articles safe for messages and buttons."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import quote, urlsplit

BUTTON: Final = 512
"""Characters of the address of a link button."""

_UNSAFE: Final = re.compile(r"[^!#$%&*+,\-./0-9:;=?@A-Z_a-z~\[\]]")
_HOST: Final = re.compile(r"[0-9a-z](?:[0-9a-z.-]{0,250}[0-9a-z])?\.?|\[[0-9a-f:.]+\]")
_PUBLIC_HOST: Final = re.compile(
    r"(?:[0-9a-z](?:[0-9a-z-]{0,61}[0-9a-z])?\.)+(?:[a-z]{2,63}|xn--[0-9a-z-]{2,59})"
)


def web_address(url: str | None) -> str | None:
    """The address, percent-encoded so that nothing in it can end a Markdown link.

    Returns:
        None unless it is http or https with a host, and without a user name, which only serves to deceive.
    """
    if not url:
        return None
    try:
        parts = urlsplit(url.strip())
        host = (parts.hostname or "").encode("idna" if not url.isascii() else "ascii").decode()
        port = f":{parts.port}" if parts.port is not None else ""
    except ValueError:  # UnicodeError is one
        return None
    host = f"[{host}]" if ":" in host else host
    if parts.scheme not in ("http", "https") or "@" in parts.netloc or not _HOST.fullmatch(host):
        return None
    rest = url.strip()[len(parts.scheme) + 3 + len(parts.netloc) :]
    return f"{parts.scheme}://{host}{port}" + _UNSAFE.sub(
        lambda match: quote(match[0], safe="", errors="replace"), rest
    )


def button_address(url: str | None) -> str | None:
    """The address if Discord accepts it for a button, else None."""
    address = web_address(url)
    if address is None or len(address) > BUTTON:
        return None
    return address if _PUBLIC_HOST.fullmatch(urlsplit(address).hostname or "") else None
