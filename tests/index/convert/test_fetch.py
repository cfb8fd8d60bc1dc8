import gzip
import ipaddress
import socket
import ssl
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from index.convert import _fetch, _network, convert
from index.errors import ConversionFailed
from tests.index.pdf_maker import Print, make_pdf

PAGE = (
    "<html><head><title>The ferry | Harbour</title><meta property='og:site_name' content='Harbour'></head>"
    "<body><article><p>The ferry sails at ten, says the café on the pier.</p></article></body></html>"
)
CERTIFICATE = Path(__file__).with_name("loopback.pem")  # of this loopback server alone: its key is no secret
HTML = "text/html; charset=utf-8"


SPECIAL = (
    # IANA's registry of special-purpose IPv4 addresses; those in 192.0.0.0/24 and 192.88.99.0/24 that are
    # reachable from everywhere belong to protocols and not to web servers. Multicast has its own registry.
    *("0.0.0.0/8", "0.0.0.0/32", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16"),
    *("172.16.0.0/12", "192.0.0.0/24", "192.0.0.0/29", "192.0.0.8/32", "192.0.0.9/32", "192.0.0.10/32"),
    *("192.0.0.170/32", "192.0.0.171/32", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16"),
    *("198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4"),
    *("255.255.255.255/32", "169.254.169.254/32"),
    # IANA's registry of special-purpose IPv6 addresses, IPv4-compatible, translated and site-local addresses,
    # multicast, and what no registry has given to anyone.
    *("::1/128", "::/128", "::/96", "::ffff:0:0:0/96", "64:ff9b:1::/48", "100::/64", "100:0:0:1::/64"),
    *("2001::/23", "2001::/32", "2001:1::1/128", "2001:1::2/128", "2001:1::3/128", "2001:2::/48"),
    *("2001:3::/32", "2001:4:112::/48", "2001:10::/28", "2001:20::/28", "2001:30::/28", "2001:db8::/32"),
    *("2002::/16", "3fff::/20", "5f00::/16", "fc00::/7", "fd00:ec2::254/128", "fe80::/10", "fec0::/10"),
    *("ff00::/8", "4000::/3", "8000::/1", "::/3", "64:ff9b:0:1::/64"),
)
PUBLIC = (
    *("1.1.1.0/24", "93.184.216.34/32", "192.31.196.0/24", "192.52.193.0/24", "192.175.48.0/24"),
    *("100.63.255.255/32", "100.128.0.0/32", "172.32.0.0/32", "192.0.1.0/24", "198.20.0.0/32"),
    *("2001:200::/23", "2003::/16", "2606:4700::1111/128", "2620:4f:8000::/48", "2a00::/12"),
)

IP = ipaddress.IPv4Address | ipaddress.IPv6Address


def some_of(block: str) -> list[IP]:
    """The first, the middle and the last address of a block."""
    network = ipaddress.ip_network(block)
    return [network[0], network[network.num_addresses // 2], network[-1]]


def wrapping(address: IP) -> Iterator[str]:
    """IPv6 addresses that stand for an IPv4 address, in every way there is."""
    if isinstance(address, ipaddress.IPv4Address):
        high, low = divmod(int(address), 0x10000)
        yield from (
            f"{prefix}{address}" for prefix in ("::ffff:", "::", "::ffff:0:", "64:ff9b::", "64:ff9b:1::")
        )
        yield f"2002:{high:x}:{low:x}::1"
        yield f"2001:0:4136:e378:8000:63bf:{high ^ 0xFFFF:x}:{low ^ 0xFFFF:x}"


class Site(ThreadingHTTPServer):
    """A web site on the loopback; `seen` holds the paths asked for."""

    daemon_threads = True

    def __init__(self, context: ssl.SSLContext | None = None, host: str = "127.0.0.1") -> None:
        super().__init__((host, 0), Page)
        self.seen: list[str] = []
        self.asked: dict[str, str] = {}
        self.over = threading.Event()
        self.secure = context is not None
        if context:
            self.socket = context.wrap_socket(self.socket, server_side=True)

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that breaks off is what these tests are about."""

    def url(self, path: str = "/") -> str:
        return f"http{'s' if self.secure else ''}://127.0.0.1:{self.server_port}{path}"


class Page(BaseHTTPRequestHandler):
    """Everything that can go wrong on a web site."""

    server: Site

    def log_message(self, *args: object) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        self.server.seen.append(self.path)
        self.server.asked = dict(self.headers)
        name, _, rest = self.path.strip("/").partition("/")
        pages: dict[str, Callable[[str], None]] = {
            "status": lambda rest: self.answer(b"", status=int(rest)),
            "kind": lambda rest: self.answer(PAGE.encode(), rest),
            "latin": lambda rest: self.answer(PAGE.encode("latin-1"), "text/html; charset=ISO-8859-1"),
            "pdf": lambda rest: self.answer(make_pdf([[Print("The ferry sails.", 700)]]), "application/pdf"),
            "text": lambda rest: self.answer("Ferry\n\nZum Café.".encode(), "text/plain"),
            "markdown": lambda rest: self.answer(b"# Ferry\n\nIt sails.", "text/markdown"),
            "gzip": lambda rest: self.answer(gzip.compress(PAGE.encode()), HTML, packing="gzip"),
            "deflate": lambda rest: self.answer(zlib.compress(PAGE.encode()), HTML, packing="deflate"),
            "brotli": lambda rest: self.answer(b"\x0b\x02", HTML, packing="br"),
            "broken-gzip": lambda rest: self.answer(b"no gzip at all", HTML, packing="gzip"),
            "bomb": lambda rest: self.answer(gzip.compress(b" " * 1_000_000), HTML, packing="gzip"),
            "large": lambda rest: self.answer(b" " * 300_000),
            "cut": lambda rest: self.answer(PAGE.encode(), length=5_000),
            "cut-gzip": lambda rest: self.answer(
                gzip.compress(PAGE.encode())[: -int(rest)], HTML, packing="gzip"
            ),
            "cut-deflate": lambda rest: self.answer(
                zlib.compress(PAGE.encode())[:-3], HTML, packing="deflate"
            ),
            "empty-gzip": lambda rest: self.answer(b"", HTML, packing="gzip"),
            "two-gzips": self.two_gzips,
            "chunks": self.chunks,
            "unsaid": self.unsaid,
            "redirect": lambda rest: self.redirect(rest),
            "loop": lambda rest: self.redirect("/loop"),
            "hops": lambda rest: self.redirect(f"/hops/{int(rest) - 1}" if int(rest) else "/"),
            "lost": lambda rest: self.answer(b"", status=302),
            "nonsense": self.nonsense,
            "drip-head": self.drip_head,
            "drip-body": self.drip_body,
        }
        pages.get(name, lambda rest: self.answer(PAGE.encode()))(rest)

    def answer(
        self,
        data: bytes,
        kind: str = HTML,
        *,
        status: int = 200,
        packing: str = "",
        length: int | None = None,
    ) -> None:
        self.send_response(status)
        if kind:
            self.send_header("Content-Type", kind)
        if packing:
            self.send_header("Content-Encoding", packing)
        self.send_header("Content-Length", str(len(data) if length is None else length))
        self.end_headers()
        self.wfile.write(data)

    def redirect(self, place: str) -> None:
        self.send_response(302)
        self.send_header("Location", place.replace("PORT", str(self.server.server_port)))
        self.end_headers()

    def two_gzips(self, rest: str) -> None:
        head, tail = PAGE[:80].encode(), PAGE[80:].encode()
        self.answer(gzip.compress(head) + gzip.compress(tail), HTML, packing="gzip")

    def chunks(self, rest: str) -> None:
        """Send the page in chunks, of which the last ones are missing."""
        self.head()
        sent = [b"%x\r\n%b\r\n" % (len(piece), piece) for piece in (PAGE[:90].encode(), PAGE[90:].encode())]
        self.wfile.write(
            {"whole": b"".join(sent) + b"0\r\n\r\n", "between": sent[0], "within": sent[0][:-40]}[rest]
        )

    def head(self) -> None:
        self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\n")

    def unsaid(self, rest: str) -> None:
        """Send a page whose end is that of the connection."""
        self.wfile.write(b"HTTP/1.0 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n" + PAGE.encode())
        if rest and isinstance(self.connection, ssl.SSLSocket):
            self.connection.unwrap()

    def nonsense(self, rest: str) -> None:
        self.wfile.write(b"SSH-2.0-OpenSSH_9.6\r\n")

    def drip_head(self, rest: str) -> None:
        self.wfile.write(b"HTTP/1.1 200 OK\r\n")
        self.drip(b"X-Slow: yes\r\n")

    def drip_body(self, rest: str) -> None:
        self.send_response(200)
        self.send_header("Content-Type", HTML)
        self.end_headers()
        self.drip(b"<p>The ferry sails. ")

    def drip(self, data: bytes) -> None:
        while not self.server.over.wait(0.05):
            self.wfile.write(data)
            self.wfile.flush()


@contextmanager
def serving(site: Site) -> Iterator[Site]:
    thread = threading.Thread(target=site.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield site
    finally:
        site.over.set()
        site.shutdown()
        site.server_close()
        thread.join()


@pytest.fixture
def site() -> Iterator[Site]:
    with serving(Site()) as running:
        yield running


def refusal(url: str, *, allow_private: bool = True) -> str:
    with pytest.raises(ConversionFailed) as caught:
        convert(url, allow_private=allow_private)
    return str(caught.value)


class TestPage:
    def test_article(self, site):
        article = convert(site.url("/caf%C3%A9/the ferry?q=1&r=ü#pier"), allow_private=True, collection="web")
        assert article.id == "web/the-ferry"
        assert article.title == "The ferry"
        assert article.text == "The ferry sails at ten, says the café on the pier."
        assert article.source == "Harbour"
        assert article.url == site.url("/caf%C3%A9/the%20ferry?q=1&r=ü")
        assert site.seen == ["/caf%C3%A9/the%20ferry?q=1&r=%C3%BC"]
        assert site.asked["Host"] == f"127.0.0.1:{site.server_port}"
        assert "Footnote" in site.asked["User-Agent"]

    @pytest.mark.parametrize(
        "path",
        [
            *("/latin", "/gzip", "/two-gzips", "/deflate", "/chunks/whole", "/unsaid"),
            *("/kind/", "/kind/application/octet-stream"),
        ],
    )
    def test_encodings_and_packings(self, site, path):
        article = convert(site.url(path), allow_private=True)
        assert article.text == "The ferry sails at ten, says the café on the pier."

    def test_other_formats(self, site):
        article = convert(site.url("/pdf"), allow_private=True)
        assert (article.title, article.text, article.source) == ("Pdf", "The ferry sails.", "127.0.0.1")
        article = convert(site.url("/text"), allow_private=True)
        assert (article.title, article.text) == ("Ferry", "Zum Café.")
        article = convert(site.url("/markdown"), allow_private=True)
        assert (article.title, article.text) == ("Ferry", "# Ferry\n\nIt sails.")

    def test_redirects(self, site):
        article = convert(site.url("/hops/3"), allow_private=True)
        assert article.url == site.url("/")
        assert site.seen == ["/hops/3", "/hops/2", "/hops/1", "/hops/0", "/"]

    def test_secure(self, monkeypatch):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(CERTIFICATE)
        with serving(Site(context)) as site:
            assert "its certificate is not valid (self-signed certificate" in refusal(site.url())
            monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
            article = convert(site.url(), allow_private=True)
            assert article.url == site.url("/")
            assert convert(site.url("/unsaid/closed"), allow_private=True).title == "The ferry"
            assert "broke off before the end of the page" in refusal(site.url("/unsaid"))

    def test_secure_address_of_an_insecure_server(self, site):
        assert "does not speak TLS as it should" in refusal(site.url().replace("http:", "https:"))


class TestRefusals:
    @pytest.mark.parametrize(
        ("path", "reason"),
        [
            ("/status/404", "does not exist (HTTP 404)."),
            ("/status/403", "is not open to programs (HTTP 403)."),
            ("/status/429", "wants fewer requests (HTTP 429)."),
            ("/status/500", "does not answer as it should (HTTP 500)."),
            ("/status/204", "does not answer as it should (HTTP 204)."),
            ("/lost", "does not answer as it should (HTTP 302)."),
            ("/loop", "redirects more than 5 times."),
            ("/hops/9", "redirects more than 5 times."),
            ("/redirect/file:///etc/passwd", "file:///etc/passwd is not a web address."),
            ("/redirect/ftp://harbour.example/", "is not a web address."),
            ("/redirect/http://[::1", "is not a web address."),
            ("/redirect/http://me:secret@127.0.0.1:PORT/", "contains a user name or password."),
            ("/kind/image/png", "is not an article but image/png."),
            ("/kind/video/mp4; x=y", "is not an article but video/mp4."),
            ("/brotli", "is compressed in a way that was not asked for (br)."),
            ("/broken-gzip", "cannot be fetched: it does not speak HTTP as it should."),
            ("/nonsense", "cannot be fetched: it does not speak HTTP as it should."),
            *(
                (path, "cannot be fetched: the connection broke off before the end of the page.")
                for path in (
                    *("/cut", "/cut-gzip/1", "/cut-gzip/9", "/cut-gzip/60", "/cut-deflate", "/empty-gzip"),
                    *("/chunks/between", "/chunks/within"),
                )
            ),
        ],
    )
    def test_one_sentence(self, site, path, reason):
        said = refusal(site.url(path))
        assert reason in said
        assert "secret" not in said

    @pytest.mark.parametrize("path", ["/large", "/bomb"])
    def test_size(self, site, path, monkeypatch):
        monkeypatch.setattr(_fetch, "SIZE_LIMIT", 200_000)
        assert "is larger than" in refusal(site.url(path))

    @pytest.mark.parametrize("path", ["/drip-head", "/drip-body"])
    def test_time(self, site, path, monkeypatch):
        monkeypatch.setattr(_fetch, "TIME_LIMIT", 0.5)
        start = time.monotonic()
        assert "cannot be fetched: no answer in 0 seconds" in refusal(site.url(path))
        assert time.monotonic() - start < 5

    def test_time_is_up_before_it_begins(self, site, monkeypatch):
        monkeypatch.setattr(_fetch, "TIME_LIMIT", 0.0)
        assert "no answer in 0 seconds" in refusal(site.url())
        assert site.seen == []

    def test_looking_up_the_host_takes_part_of_the_time(self, site, monkeypatch):
        def resolve(*args: object, **how: object) -> list[object]:
            site.over.wait(20)
            return []

        monkeypatch.setattr(socket, "getaddrinfo", resolve)
        monkeypatch.setattr(_fetch, "TIME_LIMIT", 0.2)
        start = time.monotonic()
        assert "cannot be fetched: no answer in 0 seconds" in refusal("http://slow.example/")
        assert time.monotonic() - start < 5

    def test_nobody_listens(self):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        assert refusal(f"http://127.0.0.1:{port}/") == (
            f"http://127.0.0.1:{port}/ cannot be fetched: connection refused."
        )

    def test_unknown_host(self, monkeypatch):
        assert "no such host is known" in refusal("http://no-such-host.invalid/")
        assert "cannot be fetched" in refusal(f"http://{'x' * 70}.example/")

    def test_error_without_a_reason(self):
        assert _fetch._reason(TimeoutError()) == "the connection timed out"


class TestPrivate:
    @pytest.mark.parametrize(
        "host",
        [
            "127.0.0.1",
            "localhost",
            "127.1",
            "2130706433",
            "0x7f000001",
            "[::1]",
            "[::ffff:127.0.0.1]",
            "0.0.0.0",
        ],
    )
    def test_this_machine_in_any_spelling(self, site, host):
        said = refusal(f"http://{host}:{site.server_port}/", allow_private=False)
        assert "is on this machine or in a private network" in said
        assert site.seen == []

    def test_redirect_is_checked_again(self, site, monkeypatch):
        monkeypatch.setattr(_network, "is_public", lambda address: address == "127.0.0.1")
        said = refusal(site.url("/redirect/http://127.0.0.2:PORT/secret"), allow_private=False)
        assert said.startswith("127.0.0.2 is on this machine")
        assert site.seen == ["/redirect/http://127.0.0.2:PORT/secret"]

    def test_only_the_address_that_was_checked_is_connected_to(self, site, monkeypatch):
        answers = iter([["127.0.0.9", "127.0.0.1"], ["127.0.0.9"]])

        def resolve(host: str, port: int, **rest: object) -> list[tuple[object, ...]]:
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in next(answers)]

        monkeypatch.setattr(socket, "getaddrinfo", resolve)
        monkeypatch.setattr(_network, "is_public", lambda address: address != "127.0.0.9")
        article = convert(f"http://rebinding.example:{site.server_port}/")
        assert article.title == "The ferry"
        assert site.asked["Host"] == f"rebinding.example:{site.server_port}"
        assert "is on this machine" in refusal(
            f"http://rebinding.example:{site.server_port}/", allow_private=False
        )

    @pytest.mark.parametrize("block", SPECIAL)
    def test_addresses_of_special_purpose(self, block):
        for address in some_of(block):
            assert not _network.is_public(str(address))
            for wrapped in wrapping(address):
                assert not _network.is_public(wrapped)

    @pytest.mark.parametrize("block", PUBLIC)
    def test_public_addresses(self, block):
        for address in some_of(block):
            assert _network.is_public(str(address))
            if address.version == 4:
                assert _network.is_public(f"::ffff:{address}")
                assert _network.is_public(f"64:ff9b::{address}")

    def test_an_interface_makes_no_difference(self):
        assert not _network.is_public("fe80::1%eth0")


def test_second_address_is_tried(site, monkeypatch):
    def resolve(host: str, port: int, **rest: object) -> list[tuple[object, ...]]:
        return [
            (socket.AF_INET, socket.SOCK_STREAM, 6, "", (place, port)) for place in ("127.0.0.3", "127.0.0.1")
        ]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    assert convert(site.url(), allow_private=True).title == "The ferry"
