"""One attempt of a call: what comes back, or why nothing does."""

import socket
from collections.abc import Container, Iterator
from contextlib import closing, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException, HTTPResponse
from threading import BoundedSemaphore
from typing import Any, cast
from urllib.parse import urlsplit

from hook import strict_json
from hook.calls.call import Call
from hook.calls.connect import connect, encrypt
from hook.calls.failure import CallFailed, Deadline
from hook.calls.line import Line
from hook.calls.names import resolve
from hook.calls.request import Request, write

CALLS_MOST = 4
"""How many calls a process makes at once: fewer than it has threads (gunicorn.conf.py)."""

# What an answer may have besides its body: head, interim answers, trailers.
_HEAD_MOST = 65_536
# A chunk of one byte takes six.
_CHUNKED = 6

_calls = BoundedSemaphore(CALLS_MOST)
_has_place = ContextVar("_has_place", default=False)


@dataclass(frozen=True)
class Answer:
    """What came back: the status and the whole body."""

    status: int
    body: bytes = field(repr=False)


@contextmanager
def place() -> Iterator[None]:
    """Hold one of CALLS_MOST places, in which calls are made one after the other.

    Raises CallFailed busy at once where none is free. A call outside of it takes one for itself.
    """
    if _has_place.get():
        yield
        return
    if not _calls.acquire(blocking=False):
        raise CallFailed("busy", safe=True)
    before = _has_place.set(True)
    try:
        yield
    finally:
        _has_place.reset(before)
        _calls.release()


def ask(call: Call) -> dict[str, Any]:
    """Make one attempt, as exchange() does, and give the JSON object of a 200; raises CallFailed.

    The body of any other status is not read.
    """
    answer = _guarded(call, (200,))
    try:
        return strict_json.read_object(answer.body)
    except ValueError:
        raise CallFailed("not_json") from None


def exchange(call: Call) -> Answer:
    """Make one attempt and give the answer, whatever its status; raises CallFailed.

    Follows no redirect, uses no proxy, keeps no cookie and no connection. CALLS_MOST at once.
    """
    return _guarded(call, range(200, 600))


def _guarded(call: Call, wanted: Container[int]) -> Answer:
    with place():
        return _attempt(call, wanted, Deadline(call.timeout))


def _attempt(call: Call, wanted: Container[int], deadline: Deadline) -> Answer:
    try:
        request = write(call)
        sock = _reach(call, deadline)
    except CallFailed as failed:
        # Nothing has been sent so far.
        failed.safe = True
        raise
    with closing(sock):
        line = Line(sock, deadline, _HEAD_MOST + _CHUNKED * call.answer_most)
        return _talk(request, line, wanted, call.answer_most)


def _reach(call: Call, deadline: Deadline) -> socket.socket:
    parts = urlsplit(call.url)
    host, https = parts.hostname or "", parts.scheme == "https"
    addresses = resolve(host, parts.port or (443 if https else 80), call.private, deadline)
    sock = connect(addresses, deadline)
    return encrypt(sock, host, call.ca_file, deadline) if https else sock


def _talk(request: Request, line: Line, wanted: Container[int], most: int) -> Answer:
    # The host would only be used to connect, and the line is connected.
    connection = HTTPConnection("connected")
    connection.sock = cast(socket.socket, line)
    try:
        connection.request(request.method, request.target, request.body, request.headers)
        with closing(connection.getresponse()) as response:
            _check(response, wanted)
            return Answer(response.status, _read(response, most))
    except OSError:
        raise CallFailed("unreachable") from None
    except (HTTPException, ValueError):
        raise CallFailed("malformed") from None
    finally:
        connection.close()


def _check(answer: HTTPResponse, wanted: Container[int]) -> None:
    status = answer.status
    if 300 <= status < 400:
        raise CallFailed("redirected", status=status)
    if status not in wanted:
        raise CallFailed("status", status=status)
    # No encoding was asked for, and decoded the body could be larger than what was counted; two
    # lengths are two answers (RFC 9112 section 6.3).
    lengths = answer.headers.get_all("Content-Length", [])
    if "Content-Encoding" in answer.headers or len(lengths) > 1:
        raise CallFailed("malformed")


def _read(response: HTTPResponse, most: int) -> bytes:
    data = b""
    # Only the reading that finds the end tells whether something is missing.
    while piece := response.read(most + 1 - len(data)):
        data += piece
        if len(data) > most:
            raise CallFailed("too_large")
    if response.length:
        raise CallFailed("malformed")
    return data
