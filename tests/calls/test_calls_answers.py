"""What is asked arrives as it was written, and only a whole JSON object comes back."""

import logging
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event, Thread
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from hook.calls import Call, CallFailed, ask, place
from hook.calls.attempt import CALLS_MOST
from tests.calls.servers import (
    OBJECT,
    SECRET,
    TYPED,
    Api,
    Script,
    answer,
    failure,
    local,
    members,
    raw,
    silent,
    slow,
)

HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: 16\r\n"
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
ODD = "a b&c=d/ē+%20"


def refused(script: Script, **options: Any) -> CallFailed:
    with Api(script) as api:
        return failure(local(api, **options))


def accepted(script: Script, **options: Any) -> dict[str, Any]:
    with Api(script) as api:
        return ask(local(api, **options))


def target(api: Api) -> str:
    (request,) = api.requests
    return request.split(b" ")[1].decode()


def test_a_get_brings_back_the_object() -> None:
    with Api() as api:
        assert ask(local(api)) == {"name": "Mere"}
        assert api.requests[0].startswith(b"GET /people HTTP/1.1\r\n")


def test_what_goes_over_the_line_says_who_asks_and_what_is_taken() -> None:
    with Api() as api:
        ask(local(api, headers={"x-api-key": SECRET, "accept": "text/json"}))
        lines = api.requests[0].lower().decode().strip().split("\r\n")[1:]
        assert sorted(lines) == [
            "accept-encoding: identity",
            "accept: text/json",
            "connection: close",
            f"host: localhost:{api.port}",
            "user-agent: interaction-hook",
            f"x-api-key: {SECRET}",
        ]


def test_a_query_is_added_to_the_urls_own() -> None:
    with Api() as api:
        ask(Call("GET", f"{api.url}?of=kauri", query={"é&": ODD}, private=True))
        assert parse_qsl(urlsplit(target(api)).query) == [("of", "kauri"), ("é&", ODD)]
        assert "+" not in target(api)


def test_a_url_without_a_path_is_asked_for_its_root() -> None:
    with Api() as api:
        ask(Call("GET", f"http://localhost:{api.port}", query={"a": "b"}, private=True))
        assert target(api) == "/?a=b"


def test_a_json_body_arrives() -> None:
    with Api() as api:
        ask(local(api, "POST", json={"id": ODD}))
        assert members(api.requests[0]) == {"id": ODD}
        assert b"Content-Type: application/json\r\n" in api.requests[0]


def test_a_form_arrives() -> None:
    with Api() as api:
        ask(local(api, "POST", form={"id": ODD}))
        head, _, body = api.requests[0].partition(b"\r\n\r\n")
        assert parse_qsl(body.decode()) == [("id", ODD)]
        assert b"Content-Type: application/x-www-form-urlencoded\r\n" in head


def test_a_post_may_be_empty() -> None:
    with Api() as api:
        assert ask(local(api, "POST")) == {"name": "Mere"}
        assert b"Content-Length: 0\r\n" in api.requests[0]


@pytest.mark.parametrize("value", ["a\r\nX: b", "a\r\n b", "a\nb", "a\0b", "ē", "\ud800"])
def test_a_header_that_could_be_two_is_not_sent(value: str) -> None:
    with Api() as api:
        failed = failure(local(api, "POST", headers={"X-Id": value}))
        assert (failed.reason, failed.safe, api.visits) == ("malformed", True, 0)


@pytest.mark.parametrize("place", ["query", "json", "form"])
def test_half_a_character_is_not_sent(place: str) -> None:
    method = "GET" if place == "query" else "POST"
    with Api() as api:
        assert ask(local(api, method, **{place: {"id": TYPED}})) == {"name": "Mere"}
        failed = failure(local(api, method, **{place: {"id": TYPED + "\ud800"}}))
        assert (failed.reason, failed.safe, api.visits) == ("malformed", True, 1)


@pytest.mark.parametrize(
    ("method", "options"),
    [
        ("PUT", {}),
        ("get", {}),
        ("GET", {"json": {}}),
        ("GET", {"form": {}}),
        ("POST", {"json": {}, "form": {}}),
        ("POST", {"headers": {"Host": "x"}}),
        ("POST", {"headers": {"transfer-encoding": "chunked"}}),
        ("POST", {"headers": {"Content-Length": "1"}}),
        ("POST", {"headers": {"X Y": "1"}}),
        ("POST", {"headers": {"": "1"}}),
    ],
)
def test_a_call_that_no_value_makes_wrong_is_a_mistake(method: str, options: Any) -> None:
    with pytest.raises(ValueError, match=r"^must be"):
        Call(method, "https://api.example.org/", **options)


def test_a_call_shows_none_of_its_values() -> None:
    hidden = {"x-secret": SECRET}
    call = Call("POST", "https://api.example.org/", hidden, hidden, hidden)
    form = Call("POST", "https://api.example.org/", form=hidden)
    assert "api.example.org" in repr(call)
    assert SECRET not in repr(call) + str(call) + repr(form)


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "307 Temporary", "308 Permanent"])
def test_a_redirect_is_not_followed(status: str) -> None:
    with Api() as other, Api(answer(status=status, Location=other.url)) as api:
        failed = failure(local(api))
        assert (failed.reason, failed.status, failed.safe) == ("redirected", int(status[:3]), False)
        assert (api.visits, other.visits) == (1, 0)


@pytest.mark.parametrize("status", [201, 204, 400, 401, 404, 429, 500, 503])
def test_any_other_status_than_200_is_told(status: int) -> None:
    failed = refused(answer(status=f"{status} So", Retry_After="1"), method="POST")
    assert (failed.reason, failed.status, failed.safe) == ("status", status, False)


def test_the_body_of_another_status_is_not_read() -> None:
    never = slow(b"HTTP/1.1 500 No\r\nContent-Length: 999\r\n\r\n", b" ")
    assert refused(never, timeout=5).reason == "status"


@pytest.mark.parametrize(
    "body",
    [b'{"a": 1, "a": 1}', b'{"a": NaN}', b"[1]", b"", b"<p>", b'{"a": 1', b'{"a": "\xff"}'],
)
def test_what_is_not_one_strict_object_is_not_taken(body: bytes) -> None:
    failed = refused(answer(body))
    assert (failed.reason, failed.safe) == ("not_json", False)


@pytest.mark.parametrize(
    "data",
    [
        b"220 mail.example ESMTP\r\n",
        b"HTTP/1.1 two hundred\r\n\r\n",
        b"HTTP/9.9 200 OK\r\n\r\n{}",
        HEAD,
        HEAD + b"\r\n" + OBJECT[:-1],
        b"HTTP/1.1 200 OK\r\nContent-Length: 16\r\nContent-Length: 2\r\n\r\n" + OBJECT,
        CHUNKED + b"10\r\n" + OBJECT,
        CHUNKED + b"-1\r\n" + OBJECT,
        CHUNKED + b"zz\r\n" + OBJECT,
        HEAD + b"X: " + b"y" * 65_536 + b"\r\n\r\n" + OBJECT,
        HEAD + b"X: y\r\n" * 200 + b"\r\n" + OBJECT,
    ],
)
def test_what_is_not_http_is_malformed(data: bytes) -> None:
    failed = refused(raw(data))
    assert (failed.reason, failed.safe) == ("malformed", False)


@pytest.mark.parametrize(
    "data",
    [
        HEAD + b"\r\n" + OBJECT,
        b"HTTP/1.1 200 OK\r\n\r\n" + OBJECT,
        b"HTTP/1.0 200\r\n\r\n" + OBJECT,
        b"HTTP/1.1 100 Continue\r\n\r\n" + HEAD + b"\r\n" + OBJECT,
        HEAD + b"X: " + b"y" * 9_000 + b"\r\n\r\n" + OBJECT,
        CHUNKED + b"10\r\n" + OBJECT + b"\r\n0\r\n\r\n",
        CHUNKED + b"".join(b"1\r\n%c\r\n" % byte for byte in OBJECT) + b"0\r\n\r\n",
    ],
)
def test_every_way_to_send_a_whole_body_is_taken(data: bytes) -> None:
    assert accepted(raw(data)) == {"name": "Mere"}


@pytest.mark.parametrize("encoding", ["gzip", "br", "identity"])
def test_an_encoded_answer_is_not_decoded(encoding: str) -> None:
    assert refused(answer(Content_Encoding=encoding)).reason == "malformed"
    assert accepted(answer(Content_Language=encoding)) == {"name": "Mere"}


@pytest.mark.parametrize(
    "head", [b"HTTP/1.1 200 OK\r\nContent-Length: 16\r\n\r\n", b"HTTP/1.1 200 OK\r\n\r\n"]
)
def test_an_answer_may_be_as_large_as_allowed_and_no_larger(head: bytes) -> None:
    assert accepted(raw(head + OBJECT), answer_most=16) == {"name": "Mere"}
    failed = refused(raw(head + OBJECT), answer_most=15)
    assert (failed.reason, failed.safe) == ("too_large", False)


def test_an_answer_in_chunks_is_counted_too() -> None:
    data = CHUNKED + b"10\r\n" + OBJECT + b"\r\n0\r\n\r\n"
    assert accepted(raw(data), answer_most=16) == {"name": "Mere"}
    assert refused(raw(data), answer_most=15).reason == "too_large"


@pytest.mark.parametrize(
    ("data", "rest"),
    [
        (b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
        (CHUNKED + b"0\r\n", b"X: y\r\n"),
        (CHUNKED, b"1;" + b"x" * 60_000 + b"\r\n{\r\n"),
    ],
    ids=["interim answers", "trailers", "extensions of chunks"],
)
def test_what_surrounds_a_body_has_a_limit_too(data: bytes, rest: bytes) -> None:
    def endless(client: Any, ended: Event) -> None:
        client.sendall(data)
        while not ended.is_set():
            client.sendall(rest * 100)

    assert refused(endless, timeout=300).reason == "too_large"


@pytest.mark.parametrize(
    ("data", "rest"),
    [
        (b"", b"HTTP/1.1 200 OK\r\n"),
        (b"HTTP/1.1 200 OK\r\n", b"X-Slow: yes\r\n"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n", b" "),
        (b"HTTP/1.1 200 OK\r\n\r\n", b" "),
        (CHUNKED, b"1\r\n{\r\n"),
    ],
    ids=["status", "header", "body", "body without an end", "chunks"],
)
def test_a_trickle_ends_at_the_deadline(data: bytes, rest: bytes) -> None:
    failed = refused(slow(data, rest), timeout=2)
    assert (failed.reason, failed.safe) == ("timeout", False)


def test_a_server_that_says_nothing_ends_at_the_deadline() -> None:
    failed = refused(silent, timeout=2)
    assert (failed.reason, failed.safe) == ("timeout", False)


def test_a_server_that_reads_nothing_ends_at_the_deadline() -> None:
    with Api(mute=True) as api:
        body = {"id": "x" * 30_000_000}
        failed = failure(local(api, "POST", json=body, timeout=5))
        assert (failed.reason, failed.safe) == ("timeout", False)


def test_a_server_that_takes_a_moment_is_waited_for() -> None:
    def thoughtful(client: Any, ended: Event) -> None:
        ended.wait(0.2)
        answer()(client, ended)

    assert accepted(thoughtful) == {"name": "Mere"}


def test_a_server_that_hangs_up_may_have_acted() -> None:
    failed = refused(raw(b""), method="POST")
    assert (failed.reason, failed.safe) == ("unreachable", False)


def test_an_odd_head_is_logged_by_nobody(caplog: pytest.LogCaptureFixture) -> None:
    data = HEAD + b"no colon " + SECRET.encode() + b"\r\n\r\n" + OBJECT
    with caplog.at_level(logging.DEBUG), Api(raw(data)) as api:
        ask(local(api, query={"id": TYPED}))
        assert api.visits == 1
    assert caplog.text == ""


def test_only_so_many_calls_are_made_at_once() -> None:
    all_in, go = Barrier(CALLS_MOST + 1), Event()
    answers: list[dict[str, Any]] = []

    def held(client: Any, ended: Event) -> None:
        all_in.wait(60)
        go.wait(60)
        answer()(client, ended)

    with Api(held) as api, Api() as other:
        call = local(api, timeout=60)
        threads = [Thread(target=lambda: answers.append(ask(call))) for _ in range(CALLS_MOST)]
        for thread in threads:
            thread.start()
        all_in.wait(60)
        failed = failure(local(other))
        assert (failed.reason, failed.safe, other.visits) == ("busy", True, 0)
        go.set()
        for thread in threads:
            thread.join(60)
        assert answers == [{"name": "Mere"}] * CALLS_MOST
        assert ask(local(other)) == {"name": "Mere"}


def test_a_place_is_kept_from_one_call_to_the_next() -> None:
    all_in, go = Barrier(CALLS_MOST + 1), Event()

    def twice() -> list[dict[str, Any]]:
        with place():
            all_in.wait(60)
            go.wait(60)
            return [ask(local(api)), ask(local(api))]

    with Api() as api, ThreadPoolExecutor(CALLS_MOST) as pool:
        calls = [pool.submit(twice) for _ in range(CALLS_MOST)]
        all_in.wait(60)
        failed = failure(local(api))
        go.set()
        assert [call.result() for call in calls] == [[{"name": "Mere"}] * 2] * CALLS_MOST
        assert (failed.reason, failed.safe) == ("busy", True)
        assert ask(local(api)) == {"name": "Mere"}


def test_calls_that_failed_keep_no_place() -> None:
    with Api(answer(b"[]")) as api:
        reasons = [failure(local(api)).reason for _ in range(CALLS_MOST + 1)]
    assert set(reasons) == {"not_json"}
