"""Plays the tenant's address on this machine, for a browser that a person drives."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import urlsplit

from hook.conformance.given import Unusable
from hook.conformance.target import RETURN_PATH
from hook.conformance.urls import origin_of, tokens_in

_HOSTS = ("localhost", "127.0.0.1")
_PAGE = (
    '<!doctype html><html lang="en"><title>The answer has come</title>'
    "<p>The answer has come. You can close this page.</p></html>"
)
_LINE_MOST = 5.0


@contextmanager
def listening(iss: str, say: Callable[[str], None]) -> Iterator[Callable[[str, float], str]]:
    """Listen where the tenant would be; gives a function that waits for a browser.

    Takes the tenant's URL, which has to be http on this machine, and a function that shows a
    person the link to open. Raises Unusable.
    """
    scheme, host, port = origin_of(iss)
    if scheme != "http" or host not in _HOSTS:
        raise Unusable("--listen needs a tenant on this machine: --iss http://localhost:PORT.")
    try:
        server = _Tenant(port)
    except OSError:
        raise Unusable(f"Port {port} is taken: end what listens there, or take another.") from None

    def wait(link: str, seconds: float) -> str:
        say(link)
        return server.wait(iss, seconds)

    with server:
        yield wait


class _Tenant(HTTPServer):
    def __init__(self, port: int) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.came = ""

    def wait(self, iss: str, seconds: float) -> str:
        end = time.monotonic() + seconds
        while not self.came and (left := end - time.monotonic()) > 0:
            self.timeout = left
            self.handle_request()
        parts = urlsplit(iss)
        return f"{parts.scheme}://{parts.netloc}{self.came}" if self.came else ""


class _Handler(BaseHTTPRequestHandler):
    # One that connects and says nothing must not keep the others waiting.
    timeout = _LINE_MOST
    server: _Tenant

    def do_GET(self) -> None:
        is_answer = urlsplit(self.path).path == RETURN_PATH and bool(tokens_in(self.path))
        content = _PAGE.encode() if is_answer else b""
        self.send_response(200 if is_answer else 404)
        for name, value in (
            ("Content-Type", "text/html; charset=utf-8"),
            ("Content-Length", str(len(content))),
            ("Cache-Control", "no-store"),
            ("Referrer-Policy", "no-referrer"),
        ):
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)
        if is_answer:
            self.server.came = self.path

    def log_message(self, *args: object) -> None:
        """Say nothing: the address holds a token."""
