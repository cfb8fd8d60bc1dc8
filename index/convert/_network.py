"""Connects to hosts of the public internet, and to no other.

A host is resolved once, and the connection goes to the address that was checked: a second look-up could
return another one.
"""

from __future__ import annotations

import contextlib
import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from concurrent.futures import Future
from typing import Final
from urllib.parse import SplitResult

from index.errors import ConversionFailed

_CONNECT_SECONDS: Final = 10.0

# From IANA's registries of special-purpose addresses and of multicast; `ipaddress` knows them as they were
# when its version of Python was released.
_SPECIAL_IPV4: Final = tuple(
    ipaddress.IPv4Network(block)
    for block in (
        *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12"),
        *("192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15"),
        *("198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4"),
    )
)
_GLOBAL_UNICAST: Final = ipaddress.IPv6Network("2000::/3")
"""All that IANA has given to the public internet, apart from the prefix of NAT64."""
_SPECIAL_IPV6: Final = tuple(
    ipaddress.IPv6Network(block) for block in ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")
)
"""The blocks within it that hold no web servers: Teredo and other protocols, documentation, 6to4."""
_NAT64: Final = ipaddress.IPv6Network("64:ff9b::/96")


def is_public(address: str) -> bool:
    """Return whether an IP address belongs to the public internet.

    An IPv6 address that stands for an IPv4 address is public if that is, and if networks still use its kind:
    IPv4-mapped addresses and those of NAT64. Addresses of Teredo and 6to4 never are.
    """
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        if ip.ipv4_mapped is None and ip not in _NAT64:
            return ip in _GLOBAL_UNICAST and not any(ip in block for block in _SPECIAL_IPV6)
        ip = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
    return not any(ip in block for block in _SPECIAL_IPV4)


def ascii_host(parts: SplitResult) -> str:
    """Return the host of a URL as name servers know it.

    Raises:
        UnicodeError: It cannot be the name of a host.
    """
    return (parts.hostname or "").encode("idna").decode("ascii")


@contextlib.contextmanager
def connected(parts: SplitResult, deadline: float, *, allow_private: bool) -> Iterator[socket.socket]:
    """Connect to the host of a URL, with TLS if it is `https`; the connection is cut at the deadline.

    Args:
        parts: The URL.
        deadline: On the clock of `time.monotonic`; it bounds the look-up of the host, too.
        allow_private: Whether the host may be on this machine or in a private network.

    Raises:
        ConversionFailed: The host is private, and may not be.
        OSError: It cannot be reached.
    """
    host = ascii_host(parts)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    sock = _dial(_addresses(host, port, deadline, allow_private=allow_private), deadline)
    with contextlib.ExitStack() as stack:
        stack.callback(sock.close)
        if parts.scheme == "https":
            context = ssl.create_default_context()
            # A connection that ends without the closing message of TLS may have been cut: that is an error.
            sock = context.wrap_socket(
                sock, server_hostname=host, do_handshake_on_connect=False, suppress_ragged_eofs=False
            )
            stack.callback(sock.close)
        watch = threading.Timer(max(0.0, deadline - time.monotonic()), _cut, [sock])
        watch.daemon = True
        watch.start()
        stack.callback(watch.cancel)
        if isinstance(sock, ssl.SSLSocket):
            sock.do_handshake()
        yield sock


def _addresses(
    host: str, port: int, deadline: float, *, allow_private: bool
) -> list[tuple[int, tuple[str, int]]]:
    """Return the addresses of a host that may be connected to, as family and socket address."""
    allowed = [
        (family, (address, port))
        for family, address in _resolve(host, port, deadline)
        if allow_private or is_public(address)
    ]
    if not allowed:
        raise ConversionFailed(
            f"{host} is on this machine or in a private network, and only public pages are fetched. "
            "Save the page and add the file."
        )
    return allowed


def _resolve(host: str, port: int, deadline: float) -> list[tuple[int, str]]:
    """Look up a host until the deadline, in a thread: the system's own look-up has no time limit."""
    answer: Future[list[tuple[int, str]]] = Future()

    def look_up() -> None:
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except Exception as error:  # raised where it is waited for
            answer.set_exception(error)
        else:
            answer.set_result([(family, str(place[0])) for family, _, _, _, place in found])

    threading.Thread(target=look_up, name="footnote-look-up", daemon=True).start()
    return answer.result(max(0.0, deadline - time.monotonic()))


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
    """End a connection from another thread, so that whoever waits for it stops waiting."""
    with contextlib.suppress(OSError):
        socket.socket.shutdown(sock, socket.SHUT_RDWR)  # that of TLS sockets forgets its keys first
