"""Connects to hosts of the public internet, and to no other.

A host is resolved once and the connection goes to the address that was checked, so that no second look-up
can give another one.
"""

from __future__ import annotations

import contextlib
import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from urllib.parse import SplitResult

from index.errors import ConversionFailed

_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_CONNECT_SECONDS = 10.0


def is_public(address: str) -> bool:
    """Whether an IP address belongs to the public internet, also where it wraps another one."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
        if ip in _NAT64:
            inner = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(str(inner))
        if ip.is_site_local:
            return False
    return ip.is_global and not ip.is_multicast


def ascii_host(parts: SplitResult) -> str:
    """The host of a URL as name servers know it.

    Raises:
        UnicodeError: It cannot be one.
    """
    return (parts.hostname or "").encode("idna").decode("ascii")


@contextlib.contextmanager
def connected(parts: SplitResult, deadline: float, *, allow_private: bool) -> Iterator[socket.socket]:
    """A connection to the host of a URL, with TLS if it is `https`; it is cut at the deadline.

    Args:
        parts: The URL.
        deadline: On the clock of `time.monotonic`.
        allow_private: Whether the host may be on this machine or in a private network.

    Raises:
        ConversionFailed: The host is private, and may not be.
        OSError: It cannot be reached.
    """
    host = ascii_host(parts)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    sock = _dial(_addresses(host, port, allow_private=allow_private), deadline)
    with contextlib.ExitStack() as stack:
        stack.callback(sock.close)
        if parts.scheme == "https":
            context = ssl.create_default_context()
            sock = context.wrap_socket(sock, server_hostname=host, do_handshake_on_connect=False)
            stack.callback(sock.close)
        watch = threading.Timer(max(0.0, deadline - time.monotonic()), _cut, [sock])
        watch.daemon = True
        watch.start()
        stack.callback(watch.cancel)
        if isinstance(sock, ssl.SSLSocket):
            sock.do_handshake()
        yield sock


def _addresses(host: str, port: int, *, allow_private: bool) -> list[tuple[int, tuple[str, int]]]:
    """The addresses of a host that may be connected to, as family and socket address."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    allowed: list[tuple[int, tuple[str, int]]] = [
        (family, (str(place[0]), port))
        for family, _, _, _, place in found
        if allow_private or is_public(str(place[0]))
    ]
    if not allowed:
        raise ConversionFailed(
            f"{host} is on this machine or in a private network, and only public pages are fetched. "
            "Save the page and add the file."
        )
    return allowed


def _dial(addresses: list[tuple[int, tuple[str, int]]], deadline: float) -> socket.socket:
    """Connect to the first address that answers."""
    failure: OSError = TimeoutError("timed out")
    for family, place in addresses:
        remaining = deadline - time.monotonic()
        if remaining <= 0:
            break
        sock = socket.socket(family, socket.SOCK_STREAM)
        sock.settimeout(min(_CONNECT_SECONDS, remaining))
        try:
            sock.connect(place)
        except OSError as error:
            sock.close()
            failure = error
        else:
            return sock
    raise failure


def _cut(sock: socket.socket) -> None:
    """End a connection from another thread: whoever waits for it stops waiting."""
    with contextlib.suppress(OSError):
        socket.socket.shutdown(sock, socket.SHUT_RDWR)  # that of TLS sockets forgets its keys first
