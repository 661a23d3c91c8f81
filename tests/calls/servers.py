"""Real servers on 127.0.0.1 that answer as they are told, and names that lead where they are told.

with Api(answer(b'{"name": "Mere"}')) as api:
    ask(Call("GET", api.url, private=True))
    (request,) = api.requests       # there as soon as the answer is
"""

import json
import socket
import ssl
import traceback
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from threading import Event, Thread
from typing import Any, Self

import pytest

from hook.calls import Call, CallFailed, ask

HOST = "127.0.0.1"
PUBLIC = "93.184.215.14"
OBJECT = b'{"name": "Mere"}'
SECRET = "open-sesame"
TYPED = "Ripeka-was-here"

Script = Callable[[socket.socket, Event], None]
"""Says something to a client whose request was read; ends when the event is set."""


def answer(body: bytes = OBJECT, status: str = "200 OK", **headers: str) -> Script:
    """Answer a request whole; `_` in a header's name stands for `-`."""
    fields = {"Content_Length": str(len(body))} | headers
    lines = [f"{name.replace('_', '-')}: {value}" for name, value in fields.items()]
    head = "\r\n".join([f"HTTP/1.1 {status}", *lines, "", ""]).encode()
    return raw(head + body)


def raw(data: bytes) -> Script:
    """Send bytes and hang up."""
    return lambda client, _: client.sendall(data)


def slow(data: bytes, rest: bytes) -> Script:
    """Send bytes at once and the rest one by one, which would take minutes."""

    def script(client: socket.socket, ended: Event) -> None:
        client.sendall(data)
        for byte in rest * 1000:
            if ended.wait(0.02):
                return
            client.sendall(bytes([byte]))

    return script


def silent(_: socket.socket, ended: Event) -> None:
    """Say nothing."""
    ended.wait(60)


@dataclass
class Api:
    """Listens on 127.0.0.1; a context manager."""

    script: Script = field(default_factory=answer)
    tls: ssl.SSLContext | None = None
    name: str = "localhost"
    """The host name in `url`."""
    mute: bool = False
    """Lets clients in and does not even read, nor shake hands."""

    requests: list[bytes] = field(default_factory=list)
    """The requests as they came, whole."""
    visits: int = 0
    """Connections, with or without a request."""

    def __enter__(self) -> Self:
        self._ended = Event()
        self._listening = socket.create_server((HOST, 0))
        self._threads = [Thread(target=self._accept)]
        self._threads[0].start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        with suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(60)
        self._listening.close()

    @property
    def port(self) -> int:
        port: int = self._listening.getsockname()[1]
        return port

    @property
    def url(self) -> str:
        return f"{'https' if self.tls else 'http'}://{self.name}:{self.port}/people"

    def _accept(self) -> None:
        while not self._ended.is_set():
            try:
                client, _ = self._listening.accept()
            except OSError:
                return
            self.visits += 1
            thread = Thread(target=self._serve, args=(client,))
            self._threads.append(thread)
            thread.start()

    def _serve(self, client: socket.socket) -> None:
        client.settimeout(60)
        with client, suppress(OSError):
            if self.mute:
                self._ended.wait(20)
                return
            with self.tls.wrap_socket(client, server_side=True) if self.tls else client as line:
                request = _read(line)
                if request:
                    self.requests.append(request)
                    self.script(line, self._ended)


def _read(client: socket.socket) -> bytes:
    data = b""
    while b"\r\n\r\n" not in data:
        piece = client.recv(4096)
        if not piece:
            return b""
        data += piece
    head, _, body = data.partition(b"\r\n\r\n")
    lengths = [line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
    length = int(lengths[0].split(b":")[1]) if lengths else 0
    while len(body) < length:
        body += client.recv(4096)
    return head + b"\r\n\r\n" + body


@dataclass
class Names:
    """Plays the resolver, and the net: all that is connected to leads to one server."""

    answers: list[list[str]]
    """The addresses of each look-up in turn; the last stands for all further ones."""
    port: int = 0
    """Of the server on 127.0.0.1, or 0 when nobody answers."""
    asked: list[str] = field(default_factory=list)
    reached: list[str] = field(default_factory=list)
    """The addresses that were connected to."""

    def install(self, monkeypatch: pytest.MonkeyPatch) -> Self:
        """Play resolver and net."""
        connect = socket.socket.connect

        def reach(sock: socket.socket, address: Any) -> None:
            self.reached.append(address[0])
            if not self.port:
                raise ConnectionRefusedError
            connect(sock, (HOST, self.port))

        monkeypatch.setattr(socket.socket, "connect", reach)
        return self.answers_only(monkeypatch)

    def answers_only(self, monkeypatch: pytest.MonkeyPatch) -> Self:
        """Play the resolver; what it answers is really connected to."""

        def look_up(host: str, port: int, *_: Any, **__: Any) -> list[Any]:
            addresses = self.answers[min(len(self.asked), len(self.answers) - 1)]
            self.asked.append(host)
            return [_found(address, port) for address in addresses]

        monkeypatch.setattr(socket, "getaddrinfo", look_up)
        return self


def failure(call: Call, ask: Callable[[Call], object] = ask) -> CallFailed:
    """Make a call that fails; nothing it says holds a secret, a value or where it went."""
    with pytest.raises(CallFailed) as caught:
        ask(call)
    return checked(caught.value)


def checked(failed: CallFailed) -> CallFailed:
    """Give back a failure that says nothing but its reason."""
    told = "".join(traceback.format_exception(failed)) + repr(failed)
    lines = [line for line in told.splitlines() if not line.startswith("    ")]
    hidden = (SECRET, TYPED, HOST, PUBLIC, "localhost", "Mere", "api.example", "During handling")
    assert [word for word in hidden if word in "\n".join(lines)] == []
    assert str(failed) == failed.reason
    return failed


def local(api: Api, method: str = "GET", **options: Any) -> Call:
    """A call of a server on this machine that is right; options change it."""
    return Call(method, api.url, **({"private": True, "timeout": 30} | options))


def members(request: bytes) -> Any:
    """What a request's JSON body holds."""
    return json.loads(request.partition(b"\r\n\r\n")[2])


def _found(address: str, port: int) -> Any:
    if ":" in address:
        return (socket.AF_INET6, socket.SOCK_STREAM, 6, "", (address, port, 0, 0))
    return (socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))
