"""Where a call goes: to an address that was checked, over TLS that was checked, or nowhere."""

import socket
import ssl
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from hook.calls import Call, ask
from hook.calls.names import RESOLVING_MOST
from hook.testing.mail import Authority
from tests.calls.servers import HOST, PUBLIC, TYPED, Api, Names, failure, local

NAME = "api.example.org"
PUBLIC_6 = "2606:4700:4700::1111"


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def api(authority: Authority) -> Iterator[Api]:
    """An API over TLS that has a certificate for NAME."""
    with Api(tls=authority.context(NAME), name=NAME) as api:
        yield api


def trusting(api: Api, authority: Authority, **options: Any) -> Call:
    right: dict[str, Any] = {"ca_file": str(authority.ca_file), "timeout": 30}
    return Call("POST", api.url, **(right | options))


def verdict(monkeypatch: pytest.MonkeyPatch, *addresses: str, private: bool = False) -> str:
    """Whether addresses are connected to, where nobody listens."""
    names = Names([list(addresses)]).install(monkeypatch)
    failed = failure(Call("POST", f"https://{NAME}/", private=private))
    assert failed.safe
    assert names.reached == (list(addresses) if failed.reason == "unreachable" else [])
    return failed.reason


def test_a_public_address_is_asked_under_its_name(
    api: Api, authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = Names([[PUBLIC]], api.port).install(monkeypatch)
    assert ask(trusting(api, authority)) == {"name": "Mere"}
    assert (names.asked, names.reached) == ([NAME], [PUBLIC])
    assert f"\r\nHost: {NAME}:{api.port}\r\n".encode() in api.requests[0]


def test_the_port_of_the_scheme_is_not_in_the_host_header(
    api: Api, authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    Names([[PUBLIC]], api.port).install(monkeypatch)
    ask(Call("GET", f"https://{NAME}:443/", ca_file=str(authority.ca_file)))
    assert f"\r\nHost: {NAME}\r\n".encode() in api.requests[0]


def test_a_name_that_is_rebound_is_looked_up_only_once(
    api: Api, authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = Names([[PUBLIC], ["10.0.0.1"]], api.port).install(monkeypatch)
    assert ask(trusting(api, authority)) == {"name": "Mere"}
    assert (names.asked, names.reached) == ([NAME], [PUBLIC])
    failed = failure(trusting(api, authority))
    assert (failed.reason, failed.safe, names.reached) == ("address_refused", True, [PUBLIC])


@pytest.mark.parametrize("other", ["10.0.0.1", "::1", "169.254.169.254", "fe80::1%eth0"])
def test_one_address_that_is_refused_refuses_them_all(
    monkeypatch: pytest.MonkeyPatch, other: str
) -> None:
    assert verdict(monkeypatch, PUBLIC, other) == "address_refused"


def test_several_public_addresses_are_tried_in_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    assert verdict(monkeypatch, PUBLIC_6, PUBLIC) == "unreachable"


@pytest.mark.parametrize(
    "address",
    [
        PUBLIC,
        PUBLIC_6,
        f"::ffff:{PUBLIC}",
        "2002:5db8:d70e::1",  # PUBLIC by 6to4
        "64:ff9b::5db8:d70e",  # PUBLIC by NAT64
        "2001:0:5db8:d70e::a247:28f1",  # PUBLIC by Teredo, as server and as client
    ],
)
def test_a_public_address_may_be_asked(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    assert verdict(monkeypatch, address) == "unreachable"


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "127.9.9.9",
        "10.0.0.1",
        "172.16.0.1",
        "192.168.0.1",
        "::1",
        "fd00::1",
        "::ffff:10.0.0.1",
        "2002:a00:1::1",
        "64:ff9b::a00:1",
        "2001:0:a00:1::f5ff:fffe",
        "2001:0:a00:1::a247:28f1",
        "2001:0:5db8:d70e::f5ff:fffe",
    ],
)
def test_a_private_address_may_be_asked_only_where_that_is_allowed(
    monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    assert verdict(monkeypatch, address) == "address_refused"
    assert verdict(monkeypatch, address, private=True) == "unreachable"


@pytest.mark.parametrize("private", [False, True])
@pytest.mark.parametrize(
    "address",
    [
        "0.0.0.0",  # noqa: S104 - an address to refuse, nothing binds to it
        "0.1.2.3",
        "169.254.169.254",
        "100.64.0.1",
        "192.0.0.192",
        "192.0.2.1",
        "198.18.0.1",
        "224.0.1.1",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::7f00:1",
        "::ffff:0:7f00:1",
        "::ffff:0.0.0.0",
        "::ffff:169.254.169.254",
        "2002:a9fe:a9fe::1",
        "64:ff9b::a9fe:a9fe",
        "64:ff9b:1::a00:1",
        "2001:0:a9fe:a9fe::f5ff:fffe",
        "fe80::1",
        "fe80::1%eth0",
        "fec0::1",
        "fd00:ec2::254",
        "fd00:ec2:0:ffff::1",
        "fd00:42::42",
        "fd20:ce::254",
        "100::1",
        "2001:db8::1",
        "ff02::1",
        "ff0e::1",
        "no address",
    ],
)
def test_some_addresses_may_never_be_asked(
    monkeypatch: pytest.MonkeyPatch, address: str, private: bool
) -> None:
    assert verdict(monkeypatch, address, private=private) == "address_refused"


@pytest.mark.parametrize("host", ["127.0.0.1", "[::1]", "2130706433", "0x7f.1", "localhost"])
def test_a_spelling_of_this_machine_is_refused(host: str) -> None:
    failed = failure(Call("GET", f"https://{host}/"))
    assert (failed.reason, failed.safe) == ("address_refused", True)


def test_this_machine_is_asked_where_that_is_allowed() -> None:
    with Api() as api:
        assert failure(local(api, private=False)).reason == "address_refused"
        assert api.visits == 0
        assert ask(local(api, private=True)) == {"name": "Mere"}


@pytest.mark.parametrize("error", [socket.gaierror(-2, TYPED), UnicodeError(TYPED)])
def test_a_name_that_leads_nowhere_is_unknown(
    monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def unknown(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    failed = failure(Call("POST", f"https://{NAME}/"))
    assert (failed.reason, failed.safe) == ("name_unknown", True)


def test_a_name_without_any_address_is_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    assert verdict(monkeypatch) == "name_unknown"


def test_look_ups_that_hang_end_at_the_deadline_and_do_not_pile_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    real, go = socket.getaddrinfo, threading.Event()
    asked: list[str] = []

    def hang(host: str, *_: Any, **__: Any) -> Any:
        asked.append(host)
        go.wait(60)
        return []

    monkeypatch.setattr(socket, "getaddrinfo", hang)
    call = Call("POST", f"https://{NAME}/", timeout=0.2)
    before = set(threading.enumerate())
    failures = [failure(call) for _ in range(RESOLVING_MOST + 1)]
    left_behind = set(threading.enumerate()) - before
    go.set()
    for thread in left_behind:
        thread.join(60)
    assert [failed.reason for failed in failures] == [*["timeout"] * RESOLVING_MOST, "busy"]
    assert all(failed.safe for failed in failures)
    assert asked == [NAME] * len(left_behind) == [NAME] * RESOLVING_MOST

    monkeypatch.setattr(socket, "getaddrinfo", real)
    with Api() as api:
        assert ask(local(api)) == {"name": "Mere"}


def test_where_nobody_listens_nothing_was_sent() -> None:
    with Api() as api:
        call = local(api, "POST")
    failed = failure(call)
    assert (failed.reason, failed.safe) == ("unreachable", True)


def test_an_address_where_nobody_listens_leaves_the_other(monkeypatch: pytest.MonkeyPatch) -> None:
    with Api() as api:
        Names([["127.0.0.2", HOST]]).answers_only(monkeypatch)
        assert ask(local(api)) == {"name": "Mere"}


def test_a_connection_that_nobody_takes_ends_at_the_deadline(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    Names([[HOST]]).answers_only(monkeypatch)
    with socket.create_server((HOST, 0), backlog=0) as full:
        waiting = [socket.socket() for _ in range(4)]
        for client in waiting:
            client.setblocking(False)
            client.connect_ex(full.getsockname())
        port = full.getsockname()[1]
        failed = failure(Call("POST", f"http://localhost:{port}/", private=True, timeout=0.5))
        for client in waiting:
            client.close()
    assert (failed.reason, failed.safe) == ("timeout", True)


def test_a_handshake_that_nobody_answers_ends_at_the_deadline(authority: Authority) -> None:
    with Api(mute=True, tls=authority.context(HOST), name=HOST) as api:
        failed = failure(trusting(api, authority, private=True, timeout=0.5))
    assert (failed.reason, failed.safe) == ("timeout", True)


def test_a_certificate_for_an_address_is_taken(authority: Authority) -> None:
    with Api(tls=authority.context(HOST), name=HOST) as api:
        assert ask(trusting(api, authority, private=True)) == {"name": "Mere"}


def test_a_certificate_of_an_unknown_authority_is_refused(authority: Authority) -> None:
    with Api(tls=authority.context(HOST), name=HOST) as api:
        failed = failure(trusting(api, authority, private=True, ca_file=""))
        assert (failed.reason, failed.safe, api.requests) == ("tls", True, [])


def test_a_certificate_for_another_name_is_refused(
    authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Api(tls=authority.context("other.example.org"), name=NAME) as api:
        Names([[PUBLIC]], api.port).install(monkeypatch)
        failed = failure(trusting(api, authority))
        assert (failed.reason, failed.safe, api.requests) == ("tls", True, [])


def test_authorities_that_cannot_be_read_are_a_failure(
    authority: Authority, tmp_path: Path
) -> None:
    with Api(tls=authority.context(HOST), name=HOST) as api:
        absent = str(tmp_path / TYPED)
        failed = failure(trusting(api, authority, private=True, ca_file=absent))
        assert (failed.reason, failed.safe) == ("tls", True)


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion.TLSv1_1:DeprecationWarning")
def test_an_old_tls_is_not_spoken(authority: Authority) -> None:
    tls = authority.context(HOST)
    tls.set_ciphers("ALL:@SECLEVEL=0")
    tls.minimum_version = tls.maximum_version = ssl.TLSVersion.TLSv1_1
    with Api(tls=tls, name=HOST) as api:
        assert failure(trusting(api, authority, private=True)).reason == "tls"
    tls = authority.context(HOST)
    tls.maximum_version = ssl.TLSVersion.TLSv1_2
    with Api(tls=tls, name=HOST) as api:
        assert ask(trusting(api, authority, private=True)) == {"name": "Mere"}


@pytest.mark.parametrize("name", ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"])
def test_a_proxy_in_the_environment_is_not_used(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    with Api() as proxy, Api() as api:
        monkeypatch.setenv(name, proxy.url)
        monkeypatch.delenv("no_proxy", raising=False)
        monkeypatch.delenv("NO_PROXY", raising=False)
        assert ask(local(api)) == {"name": "Mere"}
        assert (api.visits, proxy.visits) == (1, 0)
