"""The load: visitors who walk whole journeys over kept connections, as cheaply as Python can.

It shares the machine's cores with the server it asks, so one process with plain sockets and a
little `find` in place of an HTTP library: it needs about as much as it takes to send and receive.
"""

import math
import selectors
import socket
import time
from collections.abc import Callable, Generator, Iterable, Iterator
from dataclasses import dataclass, field

from bench.visitors import HOST, Visitor

KINDS = ("arrive", "page", "submit", "answer")
CONNECTIONS = 64
PATIENCE = 30
"""Seconds without any reply after which a round is given up."""
_SAMPLE = 25

# What a phone's browser sends with a navigation; the cookie and the form are added to it.
_HEAD = (
    f" HTTP/1.1\r\nHost: {HOST}\r\n"
    "User-Agent: Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/156.0.0.0 Mobile Safari/537.36\r\n"
    "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8\r\n"
    "Accept-Language: en-NZ,en;q=0.9\r\nAccept-Encoding: gzip, deflate, br\r\n"
    "Upgrade-Insecure-Requests: 1\r\n"
    "Sec-Fetch-Mode: navigate\r\nSec-Fetch-Dest: document\r\n"
)


class LoadError(Exception):
    """The server did not do what a journey needs; numbers of such a round mean nothing."""


@dataclass(frozen=True)
class Reply:
    """One response; `head` is everything before the body."""

    head: bytes
    body: bytes

    def expect(self, status: int) -> "Reply":
        """Give the reply itself if it has this status. Raises LoadError."""
        if int(self.head[9:12]) != status:
            raise LoadError(f"{int(self.head[9:12])} where {status} was due")
        return self

    def header(self, name: str) -> str:
        """Give the value of a header. Raises LoadError."""
        return _between(self.head + b"\r\n", f"\r\n{name}: ", "\r\n")


@dataclass
class Round:
    """What was seen between `begin` and `end`; latencies in seconds by kind of request."""

    begin: float
    end: float
    journeys: int = 0
    latencies: dict[str, list[float]] = field(default_factory=lambda: {kind: [] for kind in KINDS})
    finished: list[tuple[Visitor, bytes]] = field(default_factory=list)
    cpu: float = 0
    """Seconds of processor time that the load itself took for one request."""

    @property
    def rate(self) -> float:
        """Journeys in a second."""
        return self.journeys / (self.end - self.begin)


def journey(visitor: Visitor) -> Generator[str, Reply, bytes]:
    """Walk one journey: give requests, take replies, return the page at the end."""
    arrived = (yield f"GET {visitor.path}{_HEAD}Sec-Fetch-Site: cross-site\r\n\r\n").expect(303)
    cookie = f"Sec-Fetch-Site: same-origin\r\nCookie: {_until(arrived.header('Set-Cookie'), ';')}"
    step = arrived.header("Location")
    page = (yield f"GET {step}{_HEAD}{cookie}\r\n\r\n").expect(200)
    form_token = _between(page.body, 'name="_csrf" type="hidden" value="', '"')
    body = f"{visitor.flow.sent}&_csrf={form_token}"
    moved = yield (
        f"POST {step}{_HEAD}{cookie}\r\nOrigin: https://{HOST}\r\n"
        f"Referer: https://{HOST}{step}\r\n"
        f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n\r\n"
        f"{body}"
    )
    end = moved.expect(303).header("Location")
    return (yield f"GET {end}{_HEAD}{cookie}\r\n\r\n").expect(200).body


def walk(
    port: int,
    visitors: Iterable[Visitor],
    connections: int = CONNECTIONS,
    lead: float = 0,
    seconds: float = math.inf,
    watch: Callable[[Reply], object] | None = None,
) -> Round:
    """Let visitors walk, `connections` at a time, until the time is over or all have been.

    The first `lead` seconds are not counted: all start at once, which is not how visitors come.
    Whoever is under way at the end still gets to the end, so that no server has work left over.
    `watch` is shown every reply.
    """
    begin = time.perf_counter() + lead
    seen = Round(begin, begin + seconds)
    coming = _until_over(iter(visitors), seen)
    walkers: list[_Walker] = []
    used, requests = time.process_time(), 0
    with selectors.DefaultSelector() as readable:
        try:
            for _ in range(connections):
                walkers.append(_Walker(port, seen, coming, watch))
                if walkers[-1].start():
                    readable.register(walkers[-1].socket, selectors.EVENT_READ, walkers[-1])
            while readable.get_map():
                ready = readable.select(PATIENCE)
                if not ready:
                    raise LoadError(f"no reply for {PATIENCE} s")
                for key, _ in ready:
                    if not key.data.receive():
                        readable.unregister(key.fileobj)
        finally:
            for walker in walkers:
                walker.socket.close()
                requests += walker.requests
    seen.cpu = (time.process_time() - used) / max(requests, 1)
    return seen


class _Walker:
    """One connection and whoever walks on it."""

    def __init__(
        self,
        port: int,
        seen: Round,
        coming: Iterator[Visitor],
        watch: Callable[[Reply], object] | None,
    ) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.requests = 0
        self._seen, self._coming, self._watch = seen, coming, watch
        self._buffer = b""

    def start(self) -> bool:
        """Begin the next visitor's journey; False when nobody comes any more."""
        visitor = next(self._coming, None)
        if visitor is not None:
            self._visitor, self._walk, self._kind = visitor, journey(visitor), 0
            self._send(next(self._walk))
        return visitor is not None

    def receive(self) -> bool:
        """Take what has come; once it is a whole reply, go on. False when all is done."""
        got = self.socket.recv(65_536)
        if not got:
            raise LoadError("the server closed a connection")
        self._buffer += got
        head, mark, body = self._buffer.partition(b"\r\n\r\n")
        if not mark:
            return True
        reply = Reply(head, body)
        if len(body) < int(reply.header("Content-Length")):
            return True
        self._buffer = b""
        return self._go_on(reply)

    def _go_on(self, reply: Reply) -> bool:
        now, seen = time.perf_counter(), self._seen
        counts = seen.begin <= now < seen.end
        if counts:
            seen.latencies[KINDS[self._kind]].append(now - self._sent_at)
        self._kind += 1
        if self._watch:
            self._watch(reply)
        try:
            self._send(self._walk.send(reply))
        except StopIteration as over:
            seen.journeys += counts
            if seen.journeys % _SAMPLE == 1:
                seen.finished.append((self._visitor, over.value))
            return self.start()
        return True

    def _send(self, request: str) -> None:
        self.requests += 1
        self._sent_at = time.perf_counter()
        self.socket.sendall(request.encode())


def _until_over(visitors: Iterator[Visitor], seen: Round) -> Iterator[Visitor]:
    for visitor in visitors:
        if time.perf_counter() >= seen.end:
            return
        yield visitor
    seen.end = min(seen.end, time.perf_counter())


def _between(text: bytes, before: str, after: str) -> str:
    _, found, rest = text.partition(before.encode())
    if not found:
        raise LoadError(f"no {before.strip()!r} in a reply")
    return rest.partition(after.encode())[0].decode()


def _until(text: str, mark: str) -> str:
    return text.partition(mark)[0]
