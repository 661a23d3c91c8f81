"""Requests to somebody else, who may be slow, or no web server at all."""

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from hook.emulator import http
from hook.emulator.http import Unreachable
from hook.testing.mail import Authority
from tests.support.api import Api, sends

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 17\r\n\r\n"
BODY = b'{"number": "K-1"}'
PACE = 0.05
"""Seconds between one byte and the next: far less than any patience here."""
SHORT, LONG = 0.5, 60.0

Drip = Callable[..., str]
"""Takes what comes at once, what then comes byte by byte, and TLS perhaps; gives the address."""


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def drip() -> Iterator[Drip]:
    ended = threading.Event()
    threads: list[threading.Thread] = []
    server = socket.create_server(("127.0.0.1", 0))

    def serve(at_once: bytes, slowly: bytes, tls: ssl.SSLContext | None) -> None:
        line, _ = server.accept()
        # Whoever asked may be gone.
        with line, suppress(OSError):
            talk(tls.wrap_socket(line, server_side=True) if tls else line, at_once, slowly)

    def talk(line: socket.socket, at_once: bytes, slowly: bytes) -> None:
        with line:
            line.recv(65_536)
            line.sendall(at_once)
            for byte in slowly:
                if ended.wait(PACE):
                    return
                line.sendall(bytes([byte]))

    def started(at_once: bytes, slowly: bytes, tls: ssl.SSLContext | None = None) -> str:
        threads.append(threading.Thread(target=serve, args=(at_once, slowly, tls)))
        threads[-1].start()
        return f"http{'s' if tls else ''}://localhost:{server.getsockname()[1]}/"

    yield started
    ended.set()
    for thread in threads:
        thread.join()
    server.close()


@pytest.mark.parametrize("encrypted", [False, True])
@pytest.mark.parametrize(("at_once", "slowly"), [(b"", HEAD + BODY), (HEAD, BODY)])
def test_an_answer_that_drips_counts_only_if_all_of_it_comes_in_time(
    drip: Drip,
    authority: Authority,
    monkeypatch: pytest.MonkeyPatch,
    at_once: bytes,
    slowly: bytes,
    encrypted: bool,
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.ca_file))
    tls = authority.context("localhost") if encrypted else None
    assert len(slowly) * PACE > SHORT
    with pytest.raises(Unreachable, match="TimeoutError"):
        http.fetch(drip(at_once, slowly, tls), timeout=SHORT)
    assert http.fetch(drip(at_once, slowly, tls), timeout=LONG).json() == {"number": "K-1"}


def test_only_a_certificate_for_the_name_from_somebody_known_will_do(
    drip: Drip, authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    right, other = (authority.context(name) for name in ("localhost", "other.example"))
    with pytest.raises(Unreachable, match="SSLCertVerificationError"):
        http.fetch(drip(HEAD + BODY, b"", right))
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.ca_file))
    with pytest.raises(Unreachable, match="SSLCertVerificationError"):
        http.fetch(drip(HEAD + BODY, b"", other))
    assert http.fetch(drip(HEAD + BODY, b"", right)).body == BODY


def test_a_file_is_not_opened(tmp_path: Path) -> None:
    file = tmp_path / "answer.json"
    file.write_bytes(BODY)
    with pytest.raises(Unreachable, match="no address of http or https"):
        http.fetch(file.as_uri())
    with Api() as api:
        api.will("/answer.json", sends(file.read_bytes()))
        assert http.fetch(api.url("/answer.json")).body == BODY


@pytest.mark.parametrize("scheme", ["ftp", "gopher", "data", ""])
def test_nobody_is_asked_in_another_way_than_that_of_the_web(scheme: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"{scheme}://127.0.0.1:{server.getsockname()[1]}/"
        with pytest.raises(Unreachable, match="no address of http or https"):
            http.fetch(address, timeout=SHORT)
        server.setblocking(False)
        with pytest.raises(BlockingIOError):
            server.accept()


@pytest.mark.parametrize("url", ["http://", "http:///path", "http://[", "http://a:port/", "a/b"])
def test_what_is_no_address_is_said_to_be_unreachable(url: str) -> None:
    with pytest.raises(Unreachable):
        http.fetch(url)


def test_an_address_is_asked_as_it_is_written() -> None:
    with Api() as api:
        api.will("/a//b", sends(BODY))
        url = api.url("/a//b?c=d%20e&f=")
        assert http.fetch(url, method="POST", form={"g": "h i"}).status == 200
        (asked,) = api.asked("/a//b")
        assert (asked.method, asked.target, asked.body) == ("POST", "/a//b?c=d%20e&f=", b"g=h+i")
        assert asked.headers["Host"] == url.split("/")[2]
        assert asked.headers["Content-Type"] == "application/x-www-form-urlencoded"


def test_a_redirect_is_not_followed() -> None:
    with Api() as api:
        api.will("/here", sends(b"", 302, Location=api.url("/there")))
        api.will("/there", sends(BODY))
        assert http.fetch(api.url("/here")).status == 302
        assert api.asked("/there") == []


def test_what_is_nested_too_deeply_is_no_json() -> None:
    def answer(depth: int) -> http.Answer:
        return http.Answer(200, {}, b"[" * depth + b"]" * depth)

    assert answer(100).json()
    with pytest.raises(ValueError, match="nested too deeply"):
        answer(100_000).json()
