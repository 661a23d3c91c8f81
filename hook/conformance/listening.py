"""Plays the tenant's address on this machine, for a browser that a person drives."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import urlsplit

from hook.conformance.by_hand import Wait
from hook.conformance.given import Unusable
from hook.conformance.target import RETURN_PATH
from hook.conformance.urls import origin_of, tokens_in

_HOSTS = ("localhost", "127.0.0.1")
_PAGE = '<!doctype html><html lang="en"><title>{title}</title><p>{title}. {text}</p></html>'
_CAME = _PAGE.format(title="The answer has come", text="You can close this page.")
_OTHER = _PAGE.format(
    title="This answer is not the one that is waited for",
    text="Its state is another. The kit waits on, and judges this one if no other comes in time.",
)
_LINE_MOST = 5.0


@contextmanager
def listening(iss: str, say: Callable[[str], None]) -> Iterator[Wait]:
    """Listen where the tenant would be; gives a function that waits for a browser.

    Takes the tenant's URL, which has to be http on this machine, and a function that shows a
    person the link to open. Raises Unusable.
    """
    scheme, host, port = origin_of(iss)
    if scheme != "http" or host not in _HOSTS:
        raise Unusable("--listen needs a tenant on this machine: --iss http://localhost:PORT.")
    try:
        server = _Tenant(iss, port)
    except OSError:
        raise Unusable(f"Port {port} is taken: end what listens there, or take another.") from None

    def wait(link: str, is_answer: Callable[[str], bool], seconds: float) -> str:
        say(link)
        return server.wait(is_answer, seconds)

    with server:
        yield wait


class _Tenant(HTTPServer):
    def __init__(self, iss: str, port: int) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        parts = urlsplit(iss)
        self._origin = f"{parts.scheme}://{parts.netloc}"
        self._is_answer: Callable[[str], bool] = bool
        self._came, self._is_over = "", False

    def wait(self, is_answer: Callable[[str], bool], seconds: float) -> str:
        """Wait for the answer; anybody can come here, so another one counts only at the end."""
        self._is_answer = is_answer
        end = time.monotonic() + seconds
        while not self._is_over and (left := end - time.monotonic()) > 0:
            self.timeout = left
            self.handle_request()
        return self._came

    def take(self, path: str) -> bool:
        """Take where a browser came to; tells whether that is what is waited for."""
        self._came = self._origin + path
        self._is_over = self._is_answer(self._came)
        return self._is_over


class _Handler(BaseHTTPRequestHandler):
    # One that connects and says nothing must not keep the others waiting.
    timeout = _LINE_MOST
    server: _Tenant

    def do_GET(self) -> None:
        if self.path.partition("?")[0] != RETURN_PATH or not tokens_in(self.path):
            self._say(404, "")
        elif self.server.take(self.path):
            self._say(200, _CAME)
        else:
            self._say(400, _OTHER)

    def _say(self, status: int, page: str) -> None:
        content = page.encode()
        self.send_response(status)
        for name, value in (
            ("Content-Type", "text/html; charset=utf-8"),
            ("Content-Length", str(len(content))),
            ("Cache-Control", "no-store"),
            ("Referrer-Policy", "no-referrer"),
        ):
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *args: object) -> None:
        """Say nothing: the address holds a token."""
