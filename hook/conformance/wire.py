"""One request over HTTP, bounded in time and size."""

import socket
import ssl
import urllib.request
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from http.client import HTTPConnection, HTTPException, HTTPMessage, HTTPResponse
from http.cookiejar import CookieJar
from threading import Lock, Timer
from types import TracebackType
from typing import Self

from hook.conformance.urls import PORTS, origin_of, request_target

BODY_MOST = 1_000_000
"""Longest page that is read, bytes."""
USER_AGENT = "hook-conformance/1"


@dataclass(frozen=True)
class Asked:
    """A request."""

    url: str
    method: str = "GET"
    body: str | None = field(default=None, repr=False)
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Reply:
    """What came back for a request."""

    asked: Asked
    status: int
    headers: HTTPMessage
    text: str = field(repr=False)

    def all(self, name: str) -> Iterable[str]:
        """Give all headers of a name."""
        return map(str, self.headers.get_all(name, []))


class NoReply(Exception):
    """Nothing usable came back; the text says what happened instead."""


def ask(asked: Asked, jar: CookieJar, seconds: float) -> Reply:
    """Send one request with a browser's cookies, and keep those that come. Raises NoReply.

    Follows nothing and uses no proxy; reads BODY_MOST bytes at most.
    """
    wanted = urllib.request.Request(asked.url)  # noqa: S310 - never opened, the jar reads it
    jar.add_cookie_header(wanted)
    cookie = wanted.get_header("Cookie")
    headers = {"User-Agent": USER_AGENT, "Accept": "text/html", "Accept-Language": "en"}
    headers |= dict(asked.headers) | ({"Cookie": cookie} if cookie else {})
    with _Line(asked.url, seconds) as line:
        response = line.exchange(asked, headers)
        jar.extract_cookies(response, wanted)
        text = line.read(response)
    return Reply(asked, response.status, response.headers, text)


class _Line:
    """A connection that ends when its time is up, however slowly the other side talks."""

    def __init__(self, url: str, seconds: float) -> None:
        self._seconds, self._over = seconds, False
        self._scheme, self._host, self._port = origin_of(url)
        self._lock, self._timer = Lock(), Timer(seconds, self._cut)
        self._socket: socket.socket | None = None

    def __enter__(self) -> Self:
        self._timer.daemon = True
        self._timer.start()
        try:
            self._connect()
        except BaseException:
            self._close()
            raise
        return self

    def __exit__(self, kind: object, error: object, where: TracebackType | None) -> None:
        self._close()

    def exchange(self, asked: Asked, headers: dict[str, str]) -> HTTPResponse:
        """Send the request and read the head of what comes."""
        connection = HTTPConnection(self._host, self._port)
        connection.sock = self._socket
        # Else the Host header would name 443, too.
        connection.default_port = PORTS[self._scheme]
        try:
            target = request_target(asked.url)
            connection.request(asked.method, target, asked.body, headers)
            return connection.getresponse()
        except (OSError, HTTPException, ValueError) as error:
            raise self._reason(error) from None

    def read(self, response: HTTPResponse) -> str:
        """Read the body."""
        try:
            with response:
                data = response.read(BODY_MOST + 1)
        except (OSError, HTTPException, ValueError) as error:
            raise self._reason(error) from None
        if self._over:
            raise self._reason(TimeoutError())
        if len(data) > BODY_MOST:
            raise NoReply(f"a page of more than {BODY_MOST:,} bytes")
        return data.decode("utf-8", "replace")

    def _connect(self) -> None:
        try:
            self._keep(socket.create_connection((self._host, self._port), self._seconds))
            if self._scheme == "https":
                self._encrypt()
        except (OSError, ValueError) as error:
            raise self._reason(error, "nothing answers at this address") from None

    def _encrypt(self) -> None:
        assert self._socket is not None  # noqa: S101 - for the types; it is connected
        secure = _context().wrap_socket(
            self._socket, server_hostname=self._host, do_handshake_on_connect=False
        )
        self._keep(secure)
        secure.do_handshake()

    def _keep(self, sock: socket.socket) -> None:
        with self._lock:
            self._socket = sock
            if self._over:
                raise TimeoutError

    def _cut(self) -> None:
        with self._lock:
            self._over = True
            if self._socket is not None:
                _shut(self._socket)

    def _close(self) -> None:
        self._timer.cancel()
        if self._socket is not None:
            self._socket.close()

    def _reason(self, error: Exception, closed: str = "") -> NoReply:
        if self._over or isinstance(error, TimeoutError):
            return NoReply(f"no answer within {round(self._seconds, 1):g} seconds")
        if isinstance(error, ssl.SSLCertVerificationError):
            return NoReply("a certificate that this machine does not trust")
        if isinstance(error, ssl.SSLError):
            return NoReply("no secure connection")
        if isinstance(error, OSError):
            return NoReply(closed or "the connection was closed before an answer came")
        return NoReply("something that is not HTTP")


def _shut(sock: socket.socket) -> None:
    try:
        sock.shutdown(socket.SHUT_RDWR)
    except OSError:
        # The other side was quicker.
        return


@lru_cache(maxsize=1)
def _context() -> ssl.SSLContext:
    return ssl.create_default_context()
