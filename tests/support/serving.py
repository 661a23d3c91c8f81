"""Real servers on ports of their own, for apps that know their address before they start."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from flask import Flask
from werkzeug.serving import WSGIRequestHandler, make_server


class QuietHandler(WSGIRequestHandler):
    """Writes no log: addresses have codes and tokens in them."""

    def log_request(self, *_: object) -> None:
        """Say nothing."""


def free_port() -> socket.socket:
    """Take a port of this machine; nobody else can have it while the socket is open."""
    return socket.create_server(("127.0.0.1", 0))


@contextmanager
def deaf_port() -> Iterator[int]:
    """Take a port at 127.0.0.1 and answer nobody: no one else can, so that nobody does."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield port_of(taken)


def port_of(taken: socket.socket) -> int:
    """The number of a port that was taken."""
    return int(taken.getsockname()[1])


@contextmanager
def serving(app: Flask, taken: socket.socket) -> Iterator[None]:
    """Serve an app at a port that was taken; lets it go at the end."""
    server = make_server(
        "127.0.0.1", 0, app, threaded=True, request_handler=QuietHandler, fd=taken.fileno()
    )
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
        taken.close()
