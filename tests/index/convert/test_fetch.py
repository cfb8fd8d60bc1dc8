import gzip
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
        "path", ["/latin", "/gzip", "/deflate", "/kind/", "/kind/application/octet-stream"]
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
            ("/redirect/file:///etc/passwd", "file:///etc/passwd is no web address."),
            ("/redirect/ftp://harbour.example/", "is no web address."),
            ("/redirect/http://[::1", "is no web address."),
            ("/redirect/http://me:secret@127.0.0.1:PORT/", "holds a user name or password."),
            ("/kind/image/png", "is no article but image/png."),
            ("/kind/video/mp4; x=y", "is no article but video/mp4."),
            ("/brotli", "is packed in a way that was not asked for (br)."),
            ("/broken-gzip", "cannot be fetched: it does not speak HTTP as it should."),
            ("/nonsense", "cannot be fetched: it does not speak HTTP as it should."),
            ("/cut", "cannot be fetched: the connection broke off."),
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

    @pytest.mark.parametrize(
        "address",
        [
            "10.0.0.1",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "127.0.0.1",
            "0.0.0.0",
            "100.64.0.1",
            "224.0.0.1",
        ]
        + ["255.255.255.255", "::1", "::", "fe80::1%eth0", "fd00::1", "fec0::1", "ff02::1", "::ffff:10.0.0.1"]
        + ["2002:7f00:1::", "64:ff9b::a00:1", "2001:0:4136:e378:8000:63bf:80ff:fffe", "2001:db8::1"],
    )
    def test_private_addresses(self, address):
        assert not _network.is_public(address)

    @pytest.mark.parametrize(
        "address", ["1.1.1.1", "93.184.216.34", "2606:4700::1111", "64:ff9b::101:101", "::ffff:1.1.1.1"]
    )
    def test_public_addresses(self, address):
        assert _network.is_public(address)


def test_second_address_is_tried(site, monkeypatch):
    def resolve(host: str, port: int, **rest: object) -> list[tuple[object, ...]]:
        return [
            (socket.AF_INET, socket.SOCK_STREAM, 6, "", (place, port)) for place in ("127.0.0.3", "127.0.0.1")
        ]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    assert convert(site.url(), allow_private=True).title == "The ferry"
