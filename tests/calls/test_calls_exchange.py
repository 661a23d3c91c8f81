"""What an API says with any status can be read, within the same bounds."""

from typing import Any

import pytest

from hook.calls import Answer, Call, ask, exchange
from tests.calls.servers import OBJECT, SECRET, Api, Script, answer, failure, local, members, raw

NO = b'{"code": "BadRequest"}'


def exchanged(script: Script, method: str = "GET", **options: Any) -> Answer:
    with Api(script) as api:
        return exchange(local(api, method, **options))


def reason(script: Script, **options: Any) -> str:
    with Api(script) as api:
        return failure(local(api, **options), exchange).reason


@pytest.mark.parametrize("status", [200, 201, 400, 401, 404, 409, 429, 500, 503])
def test_any_status_comes_with_its_body(status: int) -> None:
    given = exchanged(answer(NO, f"{status} So"))
    assert (given.status, given.body) == (status, NO)


def test_an_answer_without_a_body_is_one_too() -> None:
    given = exchanged(raw(b"HTTP/1.1 204 No Content\r\n\r\n"), "DELETE")
    assert (given.status, given.body) == (204, b"")


def test_a_body_that_is_no_json_is_left_to_the_reader() -> None:
    assert exchanged(answer(b"<p>", "502 Bad Gateway")).body == b"<p>"


def test_a_body_is_not_in_what_is_printed_of_an_answer() -> None:
    assert SECRET not in repr(exchanged(answer(SECRET.encode())))


def test_a_redirect_is_not_followed_and_no_answer() -> None:
    with Api() as other:
        assert reason(answer(status="302 Found", Location=other.url)) == "redirected"
        assert other.visits == 0


def test_a_change_of_protocol_is_no_answer() -> None:
    assert reason(raw(b"HTTP/1.1 101 Switching Protocols\r\n\r\n")) == "status"


@pytest.mark.parametrize("status", ["200 OK", "400 Bad Request"])
def test_a_body_is_bounded_whatever_the_status(status: str) -> None:
    assert exchanged(answer(OBJECT, status), answer_most=16).body == OBJECT
    assert reason(answer(OBJECT, status), answer_most=15) == "too_large"


@pytest.mark.parametrize("status", ["200 OK", "400 Bad Request"])
def test_an_encoded_body_is_not_taken_whatever_the_status(status: str) -> None:
    assert reason(answer(NO, status, Content_Encoding="gzip")) == "malformed"


def test_a_put_sends_what_is_to_be_there() -> None:
    with Api() as api:
        assert ask(local(api, "PUT", json={"disabled": False})) == {"name": "Mere"}
        assert api.requests[0].startswith(b"PUT /people HTTP/1.1\r\n")
        assert members(api.requests[0]) == {"disabled": False}


def test_a_delete_sends_nothing_but_what_is_to_go() -> None:
    with Api() as api:
        ask(local(api, "DELETE"))
        head, _, body = api.requests[0].partition(b"\r\n\r\n")
        assert head.startswith(b"DELETE /people HTTP/1.1\r\n")
        assert body == b""


@pytest.mark.parametrize(
    ("method", "options"),
    [("PUT", {}), ("PUT", {"json": {}, "form": {}}), ("DELETE", {"json": {}}), ("PATCH", {})],
)
def test_a_method_has_the_bodies_that_it_may(method: str, options: Any) -> None:
    with pytest.raises(ValueError, match=r"^must be"):
        Call(method, "https://api.example.org/", **options)
