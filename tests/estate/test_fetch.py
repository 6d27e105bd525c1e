"""One document over HTTPS: whole, of a checked certificate, not too large and not too slow, or a sentence that says why."""

import ipaddress
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from estate import fetch
from estate.errors import UnreachableError, UsageError


@contextmanager
def serving(reply: Callable[[BaseHTTPRequestHandler], None], tls: ssl.SSLContext | None = None) -> Iterator[str]:
    """A server on this machine that answers each request by `reply`."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            reply(self)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    if tls:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http{'s' if tls else ''}://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()


def plain(
    body: bytes, status: int = 200, headers: dict[str, str] | None = None
) -> Callable[[BaseHTTPRequestHandler], None]:
    def reply(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **(headers or {})}.items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(body)

    return reply


def test_a_document_comes_whole_and_one_that_is_not_there_is_said_to_be() -> None:
    with serving(plain(b"dates")) as url:
        assert fetch.get(url, 100, 5) == fetch.Answer(True, b"dates")
    with serving(plain(b"no", 404)) as url:
        assert fetch.get(url, 100, 5).found is False


@pytest.mark.parametrize(
    "url",
    [
        "http://endoflife.date/api",
        "ftp://127.0.0.1/x",
        "file:///etc/passwd",
        "https://",
        "x",
        "http://[::1",
        "https://h:x/",
    ],
)
def test_only_https_is_taken_or_this_machine(url: str) -> None:
    with pytest.raises(UsageError, match="no https address"):
        fetch.check(url)


def test_too_much_is_refused_whatever_was_announced() -> None:
    def endless(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.end_headers()
        try:
            while True:
                handler.wfile.write(b"x" * 4096)
        except OSError:
            pass

    with serving(endless) as url, pytest.raises(UnreachableError, match="more than 10,000 bytes"):
        fetch.get(url, 10_000, 5)


@pytest.mark.parametrize(
    ("begins", "drip"),
    [
        (b"", b"H"),
        (b"HTTP/1.1 200 OK\r\n", b"X"),
        (b"HTTP/1.1 200 OK\r\n\r\n", b"x"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n", b"x"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"0"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n"),
    ],
    ids=["status", "headers", "endless body", "body", "length of a chunk", "chunks"],
)
def test_an_answer_that_drips_is_left_in_time(begins: bytes, drip: bytes) -> None:
    def dripping(handler: BaseHTTPRequestHandler) -> None:
        try:
            handler.wfile.write(begins)
            for _ in range(40):
                handler.wfile.write(drip)
                time.sleep(0.05)
        except OSError:
            pass

    began = time.monotonic()
    with serving(dripping) as url, pytest.raises(UnreachableError, match=r"no whole answer within 0\.5 s"):
        fetch.get(url, 10_000, 0.5)
    assert time.monotonic() - began < 1.8


def test_an_answer_that_is_cut_off_is_none() -> None:
    with (
        serving(plain(b"half", 200, {"Content-Length": "100"})) as url,
        pytest.raises(UnreachableError, match="broke off"),
    ):
        fetch.get(url, 1000, 1)


def test_another_host_is_not_followed_and_another_name_is() -> None:
    away = plain(b"", 302, {"Location": "https://elsewhere.example/"})
    with serving(away) as url, pytest.raises(UnreachableError, match="another place"):
        fetch.get(url, 100, 5)

    def moved(handler: BaseHTTPRequestHandler) -> None:
        plain(b"", 301, {"Location": "/new"})(handler) if handler.path == "/old" else plain(b"dates")(handler)

    with serving(moved) as url:
        assert fetch.get(f"{url}/old", 100, 5).body == b"dates"


def test_a_fault_of_the_server_and_nobody_there_are_told_apart() -> None:
    with serving(plain(b"", 500)) as url, pytest.raises(UnreachableError, match="status 500"):
        fetch.get(url, 100, 5)
    with pytest.raises(UnreachableError, match="could not be reached"):
        fetch.get(url, 100, 5)


def test_a_certificate_that_nobody_vouches_for_is_refused(tmp_path: Path) -> None:
    certificate, key = self_signed(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    with (
        serving(plain(b"dates"), context) as url,
        pytest.raises(UnreachableError, match="certificate does not hold"),
    ):
        fetch.get(url, 100, 5)


def self_signed(folder: Path) -> tuple[Path, Path]:
    """A certificate for this machine that only it itself signed, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False
        )
        .sign(key, hashes.SHA256())
    )
    certificate, private = folder / "certificate.pem", folder / "key.pem"
    certificate.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    return certificate, private
