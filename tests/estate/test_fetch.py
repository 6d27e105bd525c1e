"""One document over HTTPS: whole, of a checked certificate, not too large and not too slow, or a sentence that says why."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from estate import fetch
from estate.errors import UnreachableError, UsageError


@contextmanager
def serving(reply: Callable[[BaseHTTPRequestHandler], None]) -> Iterator[str]:
    """A server on this machine that answers each request by `reply`."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            reply(self)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
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


def test_an_answer_that_drips_is_left_in_time() -> None:
    def dripping(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.end_headers()
        try:
            for _ in range(100):
                handler.wfile.write(b"x")
                handler.wfile.flush()
                time.sleep(0.05)
        except OSError:
            pass

    began = time.monotonic()
    with serving(dripping) as url, pytest.raises(UnreachableError, match=r"within 0\.5 s"):
        fetch.get(url, 10_000, 0.5)
    assert time.monotonic() - began < 3


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
