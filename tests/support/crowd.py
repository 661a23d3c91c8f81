"""Many at once: threads, processes and real servers, all at one hook."""

import multiprocessing
import multiprocessing.synchronize
import os
import re
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from http.client import HTTPConnection
from pathlib import Path
from threading import BrokenBarrierError
from typing import NamedTuple, TypeVar

from flask import Flask, Response, request
from werkzeug.exceptions import BadGateway

from hook import build_app
from hook.config.load import load
from hook.testing.hooks import ENVIRON, Clock
from hook.testing.visitor import Seen, Visitor

R = TypeVar("R")
Go = Callable[[], None]
A = TypeVar("A")
Act = Callable[[A, int, Go], R]
"""Prepares at this app as this number, calls `go` to wait for all others, then acts."""

ROOT = Path(__file__).resolve().parents[2]
COOKIE = "__Host-hook"
HOST = "hook.example.org"
PATIENCE = 60.0
_Barrier = threading.Barrier | multiprocessing.synchronize.Barrier
_met: list[_Barrier] = []


class Reached(NamedTuple):
    """Where a request led, in what can be sent between processes."""

    status: int
    step: str
    page: str
    reason: str
    url: str
    return_url: str


def reached(seen: Seen) -> Reached:
    return Reached(seen.status, seen.step, seen.page, seen.reason, seen.url, seen.return_url)


@dataclass(frozen=True)
class Tab:
    """One more tab of a browser that is known already; it can be opened in any process."""

    cookie: str
    path: str = ""

    @classmethod
    def of(cls, visitor: Visitor) -> "Tab":
        """Take the browser of a visitor, at the page that they see."""
        cookie = visitor.browser.get_cookie(COOKIE, domain=HOST)
        assert cookie is not None
        assert visitor.seen is not None
        return cls(cookie.value, visitor.seen.url)

    def open(self, app: Flask) -> Visitor:
        """Open the page in a tab of its own."""
        visitor = Visitor(app)
        visitor.browser.set_cookie(COOKIE, self.cookie, domain=HOST)
        if self.path:
            visitor.get(self.path)
        return visitor


def crowd(app: A, count: int, act: Act[A, R], first: int = 0, meet: Go | None = None) -> list[R]:
    """Let many act at one moment, each in a thread of its own."""
    barrier = threading.Barrier(count, action=meet)

    def one(number: int) -> R:
        try:
            return act(app, first + number, partial(_wait, barrier))
        except BaseException:
            # Whoever fails before the start must not keep the others waiting.
            barrier.abort()
            raise

    with ThreadPoolExecutor(count) as pool:
        return _results([pool.submit(one, number) for number in range(count)])


def _results(works: list[Future[R]]) -> list[R]:
    wait(works, PATIENCE)
    failures = [failure for work in works if (failure := work.exception(0)) is not None]
    # Those who waited for one who failed can only say that; the one who failed knows why.
    for failure in sorted(failures, key=lambda failure: isinstance(failure, BrokenBarrierError)):
        raise failure
    return [work.result() for work in works]


@dataclass(frozen=True)
class Place:
    """Where a hook's configuration is and what time it is there: any process can serve it."""

    folder: Path
    now: int

    def serve(self) -> Flask:
        """Build the app of the configuration."""
        return build_app(load(self.folder / "config.toml", ENVIRON), Clock(self.now))


class Machines:
    """Processes that start empty, not as copies, as several machines do."""

    def __init__(self, count: int) -> None:
        context = multiprocessing.get_context("spawn")
        self._count, self._barrier = count, context.Barrier(count)
        self._pool = ProcessPoolExecutor(count, context, _join, (self._barrier,))

    def each(self, work: Callable[[int, Go], R]) -> list[R]:
        """Let every process do the same work once; calling `go` it waits for all others."""
        self._barrier.reset()
        works = [self._pool.submit(_work, work, number) for number in range(self._count)]
        return _results(works)

    def crowd(self, place: Place, count: int, act: Act[Flask, R]) -> list[R]:
        """Let many act at one moment at one hook, as many on each machine."""
        parts = self.each(partial(_part, place, count // self._count, act))
        return [result for part in parts for result in part]

    def close(self) -> None:
        """End the processes."""
        self._pool.shutdown()


def _join(barrier: _Barrier) -> None:
    _met.append(barrier)


def _wait(barrier: _Barrier) -> None:
    barrier.wait(PATIENCE)


def _work(work: Callable[[int, Go], R], number: int) -> R:
    try:
        return work(number, partial(_wait, _met[0]))
    except BaseException:
        _met[0].abort()
        raise


def _part(place: Place, count: int, act: Act[Flask, R], number: int, go: Go) -> list[R]:
    app = place.serve()
    try:
        return crowd(app, count, act, number * count, go)
    finally:
        app.extensions["hook"].store.close()


@contextmanager
def gunicorn(folder: Path, module: str, **environ: str) -> Iterator[Flask]:
    """Serve a module's `app` with gunicorn as it is deployed, on a port that is free.

    Gives an app that hands every request on to it, so that a Visitor can walk there.
    """
    command = [sys.executable, "-m", "gunicorn", "-c", str(ROOT / "gunicorn.conf.py"), module]
    process = subprocess.Popen(
        command,
        cwd=folder,
        env={**os.environ, **server_environ(folder), "HOOK_BIND": "127.0.0.1:0", **environ},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    with process:
        try:
            yield _forward(_port(process))
        finally:
            process.terminate()


def server_environ(folder: Path) -> dict[str, str]:
    """Give what a command needs to find the hook and its configuration."""
    path = os.pathsep.join((str(folder), str(ROOT)))
    return {**ENVIRON, "PYTHONPATH": path, "HOOK_CONFIG": str(folder / "config.toml")}


def _port(process: subprocess.Popen[str]) -> int:
    assert process.stderr is not None
    said = []
    for line in process.stderr:
        said.append(line)
        if listening := re.search(r"Listening at: http://127\.0\.0\.1:(\d+)", line):
            return int(listening[1])
    raise AssertionError("gunicorn ended:\n" + "".join(said))


def _forward(port: int) -> Flask:
    app = Flask("forward", static_folder=None)

    @app.route("/", defaults={"path": ""}, methods=["GET", "POST"])
    @app.route("/<path:path>", methods=["GET", "POST"])
    def forward(path: str) -> Response:
        address = request.full_path if request.query_string else request.path
        connection = HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
        try:
            connection.request(request.method, address, request.get_data(), dict(request.headers))
            answer = connection.getresponse()
            return Response(answer.read(), answer.status, answer.getheaders())
        except OSError:
            # What a proxy says when a server hangs up.
            raise BadGateway from None
        finally:
            connection.close()

    return app
