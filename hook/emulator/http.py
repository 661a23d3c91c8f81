"""One request to somebody else: the login provider, a claims source; for the wallet, the tenant."""

import io
import json
import socket
import ssl
import time
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from typing import Any, cast
from urllib.parse import SplitResult, urlencode, urlsplit

ANSWER_MOST = 1_000_000
PORTS = {"http": 80, "https": 443}


class Unreachable(Exception):
    """Nobody answered in time; the text says why."""


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        """Read the body as JSON. Raises ValueError."""
        try:
            return json.loads(self.body)
        except RecursionError as error:
            raise ValueError("The JSON is nested too deeply") from error


class _Line(io.RawIOBase):
    """A connected socket, as http.client uses one: over at a time, however slowly it drips."""

    def __init__(self, sock: socket.socket, ends: float) -> None:
        self._sock, self._ends = sock, ends

    def sendall(self, data: bytes) -> None:
        self._sock.settimeout(_left(self._ends))
        self._sock.sendall(data)

    def makefile(self, _mode: str) -> io.BufferedReader:
        return io.BufferedReader(self)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self._sock.settimeout(_left(self._ends))
        return self._sock.recv_into(buffer)

    def close(self) -> None:
        """Leave that to whoever connected: http.client closes before it has read all."""


def fetch(
    url: str,
    *,
    method: str = "GET",
    headers: Mapping[str, str] | None = None,
    body: Any = None,
    form: Mapping[str, str] | None = None,
    timeout: float = 10,
) -> Answer:
    """Make one request, with a JSON body or a form; follows no redirect. Raises `Unreachable`.

    Takes a timeout in seconds for all of it, but for finding the address of a name, which takes
    as long as this machine lets it; any status is an answer.
    """
    sent = dict(headers or {})
    data = None
    if body is not None:
        sent["Content-Type"], data = "application/json", json.dumps(body).encode()
    elif form is not None:
        sent["Content-Type"] = "application/x-www-form-urlencoded"
        data = urlencode(form).encode()
    try:
        return _exchanged(_web(url), method, data, sent, timeout)
    except (OSError, ValueError, HTTPException) as error:
        raise Unreachable(type(error).__name__) from error


def _web(url: str) -> SplitResult:
    parts = urlsplit(url)
    if parts.scheme not in PORTS or not parts.hostname:
        raise Unreachable("this is no address of http or https")
    return parts


def _exchanged(
    parts: SplitResult, method: str, data: bytes | None, headers: dict[str, str], timeout: float
) -> Answer:
    addresses = socket.getaddrinfo(
        parts.hostname, parts.port or PORTS[parts.scheme], type=socket.SOCK_STREAM
    )
    ends = time.monotonic() + timeout
    with ExitStack() as stack:
        sock = stack.enter_context(_connected([each[4] for each in addresses], ends))
        if parts.scheme == "https":
            sock.settimeout(_left(ends))
            context = ssl.create_default_context()
            sock = stack.enter_context(context.wrap_socket(sock, server_hostname=parts.hostname))
        connection = HTTPConnection("connected")
        connection.sock = cast(socket.socket, _Line(sock, ends))
        own = {"Host": parts.netloc.rpartition("@")[2], "Connection": "close"}
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection.request(method, target, data, own | headers)
        answer = connection.getresponse()
        return Answer(answer.status, dict(answer.headers), answer.read(ANSWER_MOST))


def _connected(addresses: list[Any], ends: float) -> socket.socket:
    """Connect to the first address that can be reached. Raises OSError."""
    failure = OSError("a name without an address")
    for address in addresses:
        try:
            return socket.create_connection(address[:2], _left(ends))
        except OSError as error:
            failure = error
    raise failure


def _left(ends: float) -> float:
    """Give the seconds until a time of the monotonic clock. Raises TimeoutError after it."""
    left = ends - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left
