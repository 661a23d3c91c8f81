"""Runs the kit against a hook, as the command does."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import urlsplit

from hook.conformance import catalogue
from hook.conformance.budget import Budget
from hook.conformance.by_hand import ByHand
from hook.conformance.checks import Verdict
from hook.conformance.judging import Report, judge
from hook.conformance.run import Run
from hook.conformance.target import Fields, Target
from tests.conformance.careless_tokens import KEY, TENANT

CLAIMS = {"email": "ripeka@kauri.example", "name": "Ripeka Tamihana"}


def target(url: str, fields: Fields | None = None, **changes: Any) -> Target:
    """What the kit is told of a hook."""
    told = {"iss": TENANT, "aud": url, "secret": KEY, "claims": CLAIMS, **changes}
    return Target(url, fields=fields or {}, **told)


def run_of(
    url: str,
    budget: Budget | None = None,
    hand: ByHand | None = None,
    fields: Fields | None = None,
    **changes: Any,
) -> Run:
    """A run that has not begun."""
    return Run(target(url, fields, **changes), budget or Budget(600), hand)


def report_of(run: Run, *names: str) -> Report:
    """Make all checks, or those that are named and what they rest on."""
    return judge(run, catalogue.chosen(names))


def verdicts(report: Report) -> dict[str, Verdict]:
    """The verdict of each check."""
    return {result.check.name: result.verdict for result in report.results}


def named(report: Report, verdict: Verdict) -> set[str]:
    """The checks with a verdict."""
    return {name for name, each in verdicts(report).items() if each is verdict}


def came(report: Report, name: str) -> str:
    """What came back in a check, in words."""
    return next(each.judgement.came for each in report.results if each.check.name == name)


Reply = tuple[int, str, Mapping[str, str]]
"""Status, body, headers."""


@dataclass
class Pages:
    """Serves what a function makes of method, path and body; a context manager."""

    answer: Callable[[str, str, str], Reply]
    requests: list[tuple[str, str, str]] = field(default_factory=list)

    def __enter__(self) -> Self:
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Pages, self))
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    @property
    def url(self) -> str:
        return f"http://localhost:{self._server.server_port}/hook"


class _Pages(BaseHTTPRequestHandler):
    timeout = 10

    def __init__(self, pages: Pages, *args: Any) -> None:
        self.pages = pages
        super().__init__(*args)

    def do_GET(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self._answer()

    def do_HEAD(self) -> None:
        self._answer()

    def _answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", "0"))).decode()
        path = urlsplit(self.path).path
        self.pages.requests.append((self.command, path, body))
        status, text, headers = self.pages.answer(self.command, path, body)
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(text.encode())))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(text.encode())

    def log_message(self, *args: object) -> None:
        """Say nothing."""
