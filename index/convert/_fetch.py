"""Fetches a web page: the only request that Footnote makes by itself, when an operator adds a URL.

The address comes from a person, the page and its redirects from strangers: each host is checked before it
is connected to. Size, time and the number of redirects are limited, and a page that was cut short is refused.
"""

from __future__ import annotations

import http.client
import socket
import ssl
import time
import zlib
from contextlib import closing
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import SplitResult, quote, urldefrag, urljoin, urlsplit

from index.convert._network import ascii_host, connected
from index.errors import ConversionFailed

SIZE_LIMIT = 20 * 1024 * 1024
"""Largest page, in bytes, after decompression."""

TIME_LIMIT = 30.0
"""Seconds for the whole fetch: looking up hosts, connecting, redirects and the page itself."""

REDIRECT_LIMIT = 5

_HEADERS = {
    "User-Agent": "Mozilla/5.0 (compatible; Footnote)",
    "Accept": "text/html,application/xhtml+xml,application/pdf,text/plain;q=0.9,*/*;q=0.5",
    "Accept-Encoding": "gzip",
    "Connection": "close",
}
_PIECE = 64 * 1024
_ANY_HEADER = zlib.MAX_WBITS | 32  # that of gzip, or that of zlib, which HTTP calls deflate
_REFUSALS = {
    401: "wants a password",
    403: "is not open to programs",
    404: "does not exist",
    410: "does not exist any more",
    429: "wants fewer requests",
    451: "is blocked for legal reasons",
}


@dataclass(frozen=True, slots=True)
class Response:
    """A page that was fetched.

    Attributes:
        url: Its address, after all redirects.
        data: The content, decompressed.
        kind: The media type in lower case, or `""`.
        charset: The encoding that the server declares.
    """

    url: str
    data: bytes
    kind: str
    charset: str | None


def fetch(url: str, *, allow_private: bool = False) -> Response:
    """Fetch a page.

    Args:
        url: Its `http` or `https` address.
        allow_private: Whether it may be on this machine or in a private network.

    Raises:
        ConversionFailed: It cannot be fetched; one sentence says why.
    """
    deadline = time.monotonic() + TIME_LIMIT
    here = urldefrag(url).url
    for _ in range(REDIRECT_LIMIT + 1):
        parts = _checked(here)
        try:
            answer = _ask(parts, here, deadline, allow_private=allow_private)
        except (OSError, http.client.HTTPException, zlib.error, UnicodeError) as error:
            late = time.monotonic() >= deadline
            reason = f"no answer in {TIME_LIMIT:.0f} seconds" if late else _reason(error)
            raise ConversionFailed(f"{here} cannot be fetched: {reason}.") from error
        if isinstance(answer, Response):
            return answer
        here = urldefrag(answer).url
    raise ConversionFailed(f"{url} redirects more than {REDIRECT_LIMIT} times.")


def _checked(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        sound = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        sound = False
    if not sound:
        raise ConversionFailed(f"{url} is not a web address. It must begin with http:// or https://.")
    if parts.username is not None or parts.password is not None:
        raise ConversionFailed(
            f"The address at {parts.hostname} contains a user name or password. Remove it."
        )
    return parts


def _ask(parts: SplitResult, url: str, deadline: float, *, allow_private: bool) -> Response | str:
    """Make one request; returns the page, or the address that it redirects to."""
    target = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~")
    if parts.query:
        target += "?" + quote(parts.query, safe="/%:@!$&'()*+,;=~?")
    secure = parts.scheme == "https"
    kind = http.client.HTTPSConnection if secure else http.client.HTTPConnection
    with (
        connected(parts, deadline, allow_private=allow_private) as sock,
        closing(kind(ascii_host(parts), parts.port)) as connection,
    ):
        connection.sock = sock
        connection.request("GET", target, headers=_HEADERS)
        with closing(connection.getresponse()) as response:
            place = response.headers.get("Location")
            if 300 <= response.status < 400 and place:
                return urljoin(url, place)
            if response.status != HTTPStatus.OK:
                refusal = _REFUSALS.get(response.status, "does not answer as it should")
                raise ConversionFailed(f"{url} {refusal} (HTTP {response.status}).")
            data = _body(response, url)
            if time.monotonic() >= deadline:  # it was cut, which may look like its end
                raise TimeoutError
            headers = response.headers
            media = headers.get_content_type() if "Content-Type" in headers else ""
            return Response(url, data, media, headers.get_content_charset())


def _body(response: http.client.HTTPResponse, url: str) -> bytes:
    """Read the content and decompress it, up to the limit.

    Raises:
        ConversionFailed: It is too large, or compressed in a way that was not asked for.
        HTTPException: The connection was closed before all of it had arrived.
    """
    coding = response.headers.get("Content-Encoding", "identity").strip().lower()
    if coding not in ("identity", "gzip", "x-gzip", "deflate", ""):
        raise ConversionFailed(f"{url} is compressed in a way that was not asked for ({coding}).")
    data = bytearray()
    stream = None if coding in ("identity", "") else zlib.decompressobj(_ANY_HEADER)
    while piece := response.read1(_PIECE):
        if stream is None:
            data += piece
        else:
            stream = _decompress(stream, piece, data)
        if len(data) > SIZE_LIMIT:
            raise ConversionFailed(f"{url} is larger than {SIZE_LIMIT // 1024**2} MiB.")
    if response.length or (stream and not stream.eof):
        raise http.client.IncompleteRead(b"")
    return bytes(data)


def _decompress(stream: zlib._Decompress, piece: bytes, data: bytearray) -> zlib._Decompress:
    """Append the decompressed content to `data`, up to the limit; returns the stream for the next piece."""
    while piece and len(data) <= SIZE_LIMIT:
        if stream.eof:  # gzip allows several streams, one after the other
            stream = zlib.decompressobj(_ANY_HEADER)
        data += stream.decompress(piece, SIZE_LIMIT + 1 - len(data))
        piece = stream.unused_data
    return stream


def _reason(error: Exception) -> str:
    """Say in a user's words why a connection failed."""
    if isinstance(error, socket.gaierror):
        return "no such host is known"
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate is not valid ({error.verify_message})"
    if isinstance(error, http.client.IncompleteRead | ssl.SSLEOFError):
        return "the connection broke off before the end of the page"
    if isinstance(error, ssl.SSLError):
        return "it does not speak TLS as it should"
    if isinstance(error, OSError):
        return error.strerror.lower() if error.strerror else "the connection timed out"
    return "it does not speak HTTP as it should"
