"""Fetches one document over HTTPS: for tables of dates and prices that others publish.

Certificates are checked. Plain HTTP is taken from this machine alone, so that a stand-in can answer in a test.
"""

import http.client
import ipaddress
import ssl
import threading
import time
import urllib.error
import urllib.request
from concurrent.futures import Future
from dataclasses import dataclass
from typing import IO
from urllib.parse import urlsplit

from estate.errors import DecantError, UnreachableError, UsageError

_PIECE = 1 << 16
_AGENT = "decant"
_NOT_FOUND = (404, 410)
_MEND = "check the address and the way out of this network, then try again"


@dataclass(frozen=True)
class Answer:
    """What came back. `found` is False where the server says that it has no such document."""

    found: bool
    body: bytes = b""


def check(url: str) -> None:
    """Raise `UsageError` where `url` is no HTTPS address; plain HTTP is taken for this machine itself."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        _ = parts.port
    except ValueError:
        parts, host = urlsplit(""), ""
    if host and (parts.scheme == "https" or (parts.scheme == "http" and _is_here(host))):
        return
    raise UsageError(f"{url!r} is no https address", "give one that begins with https://")


def get(url: str, limit: int, seconds: float) -> Answer:
    """Fetch `url`: at most `limit` bytes within `seconds`, whatever the time is spent on.

    Raises `UsageError` as `check` does, and `UnreachableError` where no whole answer came: no way there, a certificate
    that does not hold, another status than found or not found, too much, or too slow.
    """
    check(url)
    came: Future[Answer] = Future()

    def ask() -> None:
        try:
            came.set_result(_ask(url, limit, seconds))
        except DecantError as wrong:
            came.set_exception(wrong)
        except BaseException as bug:  # whoever waits must hear of it, and it ends this thread all the same
            came.set_exception(bug)
            raise

    # A time-out of the socket begins anew with each byte, so that headers or pieces that drip would hold us for ever,
    # and looking a name up has none. Whoever asks is therefore left behind when the time is over; it ends with us.
    threading.Thread(target=ask, name="fetch", daemon=True).start()
    try:
        return came.result(seconds)
    except TimeoutError:
        raise _too_slow(urlsplit(url).hostname or "", seconds) from None


def _ask(url: str, limit: int, seconds: float) -> Answer:
    host, ends = urlsplit(url).hostname or "", time.monotonic() + seconds
    opener = urllib.request.build_opener(
        urllib.request.HTTPSHandler(context=ssl.create_default_context()),
        # What runs here is asked directly; everything else as the machine's own settings say.
        *([urllib.request.ProxyHandler({})] if _is_here(host) else []),
        _SameHost(host),
    )
    request = urllib.request.Request(url, headers={"User-Agent": _AGENT, "Accept": "application/json"})  # noqa: S310 - checked
    try:
        with opener.open(request, timeout=seconds) as answer:
            return Answer(True, _body(answer, host, limit, ends))
    except urllib.error.HTTPError as wrong:
        with wrong:
            if wrong.code in _NOT_FOUND:
                return Answer(False)
            raise UnreachableError(f"{host} answered with status {wrong.code}", _MEND) from None
    except TimeoutError:
        raise _too_slow(host, seconds) from None
    except urllib.error.URLError as wrong:
        if isinstance(wrong.reason, TimeoutError):
            raise _too_slow(host, seconds) from None
        raise UnreachableError(f"{host} could not be reached ({_said(wrong.reason)})", _MEND) from None
    except (OSError, http.client.HTTPException, ValueError) as wrong:
        raise UnreachableError(f"{host} gave no answer that can be read ({_said(wrong)})", _MEND) from None


def _body(answer: http.client.HTTPResponse, host: str, limit: int, ends: float) -> bytes:
    found = bytearray()
    # What has come so far, and no waiting for the rest, so that one who was left behind soon ends.
    while piece := answer.read1(min(_PIECE, limit + 1 - len(found))):
        found += piece
        if len(found) > limit:
            raise UnreachableError(f"{host} answered with more than {limit:,} bytes", _MEND)
        if time.monotonic() > ends:
            raise TimeoutError
    if answer.length:
        raise UnreachableError(f"{host} broke off before the end of its answer", _MEND)
    return bytes(found)


def _too_slow(host: str, seconds: float) -> UnreachableError:
    return UnreachableError(f"{host} gave no whole answer within {seconds:g} s", _MEND)


def _said(wrong: object) -> str:
    """What went wrong, in a line: the words of a certificate's fault, of the system, or the kind of error."""
    if isinstance(wrong, ssl.SSLCertVerificationError):
        return f"its certificate does not hold: {wrong.verify_message}"
    if isinstance(wrong, OSError) and wrong.strerror:
        return wrong.strerror[:1].lower() + wrong.strerror[1:]
    return " ".join(str(wrong).split())[:200] or type(wrong).__name__


def _is_here(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


class _SameHost(urllib.request.HTTPRedirectHandler):
    """Follows a document that has another name now, never to another host or from HTTPS to HTTP."""

    max_redirections = 3

    def __init__(self, host: str) -> None:
        self._host = host

    def redirect_request(
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: http.client.HTTPMessage,
        newurl: str,
    ) -> urllib.request.Request | None:  # fmt: skip
        """The request to follow with; raises `UnreachableError` for one that leads elsewhere."""
        old, new = urlsplit(req.full_url), urlsplit(newurl)
        if (new.scheme, new.hostname) != (old.scheme, self._host):
            raise UnreachableError(f"{self._host} sends on to another place, which is not followed", _MEND)
        return super().redirect_request(req, fp, code, msg, headers, newurl)
