"""What a tenant refuses, in sentences that tell no value and no secret."""

import json
from typing import Any

import pytest

from hook.platform.client import ANSWER_MOST
from hook.platform.errors import PlatformError
from tests.calls.servers import Script, answer, raw
from tests.platform.played import CLIENT_SECRET, HOOK, TOKEN, Played, said

PATH = "/v1/openid/configuration"
VALUE = "sentinel-value"
LOGIN_SECRET = 'sentinel-"login"-secret'
INVALID = {"location": "body", "msg": "Invalid value", "param": "interactionHook.url"}


def refusal(script: Script) -> PlatformError:
    with Played({HOOK: script}) as tenant, pytest.raises(PlatformError) as caught:
        tenant.client().get(PATH)
    told = str(caught.value)
    assert [word for word in (CLIENT_SECRET, TOKEN, VALUE) if word in told] == []
    assert told.isprintable()
    return caught.value


def test_an_error_names_the_parameter_and_never_its_value() -> None:
    details = [INVALID | {"value": VALUE}, {"param": "id", "msg": f"No such thing: {VALUE}"}]
    details[1]["value"] = VALUE
    error = refusal(said(400, code="BadRequest", message="Validation Error", details=details))
    assert (error.status, error.code) == (400, "BadRequest")
    assert str(error).endswith(
        "refuses this (400 BadRequest, Validation Error). interactionHook.url (body): Invalid "
        "value. id: No such thing: …."
    )


@pytest.mark.parametrize(
    ("value", "echo", "told"),
    [
        ({"clientSecret": VALUE, "scope": [VALUE + "-2"]}, f"Not {VALUE}-2, {VALUE}", "Not …, …"),
        ({"clientSecret": VALUE, "scope": [VALUE + "-2"]}, "Not so", "Not so"),
        ("x" * 500, "x" * 500, "…"),
        ("x" * 500, "y" * 500, "y" * 200),
        (30, "Not 30", "Not 30"),
    ],
)
def test_of_a_value_of_any_shape_no_text_is_told(value: Any, echo: str, told: str) -> None:
    detail = {"param": "provider", "msg": echo, "value": value}
    error = refusal(said(400, message=echo, details=[detail]))
    assert str(error).endswith(f"refuses this (400, {told}). provider: {told}.")


@pytest.mark.parametrize(
    ("echo", "told"),
    [
        (CLIENT_SECRET, "…"),
        (TOKEN, "…"),
        (LOGIN_SECRET, "…"),
        (json.dumps(LOGIN_SECRET), '"…"'),
        ("y" * 190 + CLIENT_SECRET, "y" * 190 + "…"),
        ("sentinel", "sentinel"),
    ],
)
def test_no_secret_that_was_sent_is_told_wherever_it_is_echoed(echo: str, told: str) -> None:
    detail = {"msg": echo, "param": echo, "location": echo}
    platform = said(400, code=echo, message=echo, details=[detail])
    oauth = said(400, error=echo, error_description=echo)
    with Played({"POST /v1/x": platform, "PUT /v1/x": oauth}) as tenant:
        client, body = tenant.client(), {"clientSecret": LOGIN_SECRET}
        with pytest.raises(PlatformError) as caught:
            client.post("/v1/x", body)
        assert caught.value.code == told
        assert str(caught.value).endswith(f"(400 {told}, {told}). {told} ({told}): {told}.")
        with pytest.raises(PlatformError) as caught:
            client.put("/v1/x", body)
        assert str(caught.value).endswith(f"(400 {told}, {told}).")


@pytest.mark.parametrize(("length", "told"), [(100_000, "(404 X)."), (100_001, "(404).")])
def test_an_error_without_end_is_told_by_its_status(length: int, told: str) -> None:
    body = json.dumps({"code": "X"}).encode().ljust(length)
    assert str(refusal(answer(body, "404 So"))).endswith(told)


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ({"code": "NotFound", "message": "Gone"}, "(404 NotFound, Gone)."),
        ({"error": "invalid_request", "error_description": "No"}, "(404 invalid_request, No)."),
        ({"code": 7, "details": "all", "message": None}, "(404)."),
        ({"code": "X", "details": [1, {}, {"msg": "Odd"}]}, "(404 X). Odd."),
        ({"code": "\x1b[31mred\u202e", "message": "two\nlines"}, "(404 [31mred, twolines)."),
        ({"code": "X", "message": "y" * 5000}, f"(404 X, {'y' * 200})."),
        ({"code": "X", "details": [{"msg": "z"}] * 50}, "(404 X)." + " z." * 10),
    ],
)
def test_an_error_of_any_shape_is_one_sentence_that_can_be_read(body: Any, told: str) -> None:
    assert str(refusal(said(404, **body))).endswith(f"refuses this {told}")


@pytest.mark.parametrize("body", [b"", b"<html>", b"[1]", b'{"a":1,"a":2}', b"\xff"])
def test_an_error_without_json_is_told_by_its_status(body: bytes) -> None:
    error = refusal(answer(body, "502 Bad Gateway"))
    assert (error.status, str(error)[-19:]) == (502, "refuses this (502).")


@pytest.mark.parametrize(("status", "hint"), [(401, "`client_id`"), (403, "role"), (429, "Wait")])
def test_an_error_says_what_to_look_at(status: int, hint: str) -> None:
    assert hint in str(refusal(said(status)))


@pytest.mark.parametrize(
    ("script", "told"),
    [
        (answer(b"<html>"), "what it answers makes no sense"),
        (answer(b'{"interactionHook": {}, "interactionHook": {}}'), "makes no sense"),
        (raw(b"220 mail.example ESMTP\r\n"), "makes no sense"),
        (raw(b""), "nothing answers there"),
        (answer(status="302 Found", Location="https://login.example.org"), "sends on to another"),
        (answer(b" " * (ANSWER_MOST + 1)), "longer than anything"),
    ],
)
def test_what_is_no_answer_is_told_in_a_sentence(script: Script, told: str) -> None:
    error = refusal(script)
    assert told in str(error)
    assert error.status == 0
