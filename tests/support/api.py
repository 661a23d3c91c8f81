"""Somebody else's API: a small real HTTP server on 127.0.0.1 that answers as a test says.

with Api() as api:
    api.will("/people", failing(500), says({"name": "Mere"}))   # in turn; the last one stays
    ...
    (request,) = api.asked("/people")                            # there as soon as it is answered
"""

import json
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Lock, Semaphore, Thread
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

HOST = "127.0.0.1"
PATIENCE = 60.0


@dataclass(frozen=True)
class Sent:
    """A request as it came."""

    method: str
    target: str
    headers: Message = field(repr=False)
    body: bytes = field(repr=False)

    @property
    def path(self) -> str:
        return urlsplit(self.target).path

    @property
    def query(self) -> dict[str, list[str]]:
        return parse_qs(urlsplit(self.target).query, keep_blank_values=True, strict_parsing=True)

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True)
class Reply:
    """What is answered."""

    body: bytes
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


Script = Callable[[Sent, Event], Reply | None]
"""Answers a request, or hangs up (None); stops waiting when the event is set."""


def says(value: object, status: int = 200) -> Script:
    """Answer with JSON."""
    return lambda _, __: Reply(json.dumps(value).encode(), status)


def sends(body: bytes, status: int = 200, **headers: str) -> Script:
    """Answer with any bytes."""
    return lambda _, __: Reply(body, status, headers)


def failing(status: int) -> Script:
    """Answer with a status and an object that would do with 200."""
    return says({"employment": {"start": "2019-02-01"}}, status)


def hangs_up(_: Sent, __: Event) -> None:
    """Take a request and hang up."""


def says_nothing(_: Sent, ended: Event) -> None:
    """Take a request and never answer."""
    ended.wait(PATIENCE)


class Held:
    """Requests that were taken and are not answered yet."""

    def __init__(self, script: Script) -> None:
        self._script = script
        self._came = Semaphore(0)
        self._go = Event()

    def __call__(self, sent: Sent, ended: Event) -> Reply | None:
        self._came.release()
        self._go.wait(PATIENCE)
        return self._script(sent, ended)

    def came(self, patience: float = PATIENCE) -> bool:
        """Wait for one more request; False when none comes."""
        return self._came.acquire(timeout=patience)

    def go(self) -> None:
        """Answer them all."""
        self._go.set()


class Api:
    """Listens until it is closed; a context manager."""

    def __init__(self) -> None:
        self._scripts: dict[str, list[Script]] = {}
        self._sent: dict[str, list[Sent]] = defaultdict(list)
        self._lock = Lock()
        self._ended = Event()

    def __enter__(self) -> Self:
        self._server = _Server((HOST, 0), _handler(self._answer))
        self._thread = Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._server.shutdown()
        self._thread.join(PATIENCE)
        self._server.server_close()

    def url(self, path: str = "/people") -> str:
        """Give the URL of a path."""
        return f"http://localhost:{self._server.server_address[1]}{path}"

    def will(self, path: str, *scripts: Script) -> None:
        """Set what a path answers, in turn; the last one stays."""
        with self._lock:
            self._scripts[path] = list(scripts)

    def asked(self, path: str = "/people") -> list[Sent]:
        """Give the requests for a path, in order."""
        with self._lock:
            return list(self._sent[path])

    @contextmanager
    def held(self, path: str, script: Script) -> Iterator[Held]:
        """Take requests for a path and answer them only when told, or at the end."""
        held = Held(script)
        self.will(path, held)
        try:
            yield held
        finally:
            held.go()

    def _answer(self, sent: Sent) -> Reply | None:
        with self._lock:
            self._sent[sent.path].append(sent)
            scripts = self._scripts.get(sent.path, [failing(404)])
            script = scripts.pop(0) if len(scripts) > 1 else scripts[0]
        return script(sent, self._ended)


class _Server(ThreadingHTTPServer):
    daemon_threads = False


def _handler(answer: Callable[[Sent], Reply | None]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._serve()

        def do_POST(self) -> None:
            self._serve()

        def log_message(self, *_: object) -> None:
            """Say nothing: what is asked has values in it."""

        def _serve(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            reply = answer(Sent(self.command, self.path, self.headers, body))
            # Whoever asked may be gone.
            with suppress(OSError):
                self._say(reply)

        def _say(self, reply: Reply | None) -> None:
            if reply is None:
                return
            self.send_response(reply.status)
            for name, value in {"Content-Length": str(len(reply.body)), **reply.headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(reply.body)

    return Handler
