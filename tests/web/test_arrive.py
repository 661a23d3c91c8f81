"""The way in and the way out, from outside: what a visitor sees, what is kept, what is logged."""

import os
import secrets
import socket
import subprocess
import sys
import time
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPResponse
from http.cookies import SimpleCookie
from itertools import product
from json import dumps
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, Response, request_finished
from hypothesis import example, given, settings
from hypothesis import strategies as st
from werkzeug.test import TestResponse

from hook.errors import PUBLIC
from hook.refusals import ANSWER_CODES
from hook.testing.hooks import (
    ENVIRON,
    NOTICE,
    PROFILE,
    TERMS,
    Clock,
    MakeHook,
    make_app,
    write_config,
)
from hook.testing.tokens import (
    HEADER,
    HOOK_URL,
    NOW,
    OTHER_SECRET,
    SECRET,
    STATE,
    TENANT_URL,
    payload,
    read_answer,
    sign,
    token,
)
from hook.testing.visitor import Seen, Visitor
from hook.testing.watch import Log, Rows, rows, watched_log

ROOT = Path(__file__).resolve().parents[2]
COOKIE, HOST = "__Host-hook", "hook.example.org"
NAME = "Ripeka Tamihana"
FLOW = TERMS + PROFILE
RIMU_URL = "https://rimu.vii.nz01.mattr.global"
RIMU_HOOK = "https://hook.example.org/rimu"
RIMU = f"""
[tenants.rimu]
name = "Rimu College"
issuers = ["{RIMU_URL}"]
secrets = ["env:RIMU_SECRET"]
subject = "email"
[[tenants.rimu.steps]]
kind = "notice"
name = "welcome"
title = "Welcome to Rimu"
text = "notice.md"
"""
RIMU_LIKE_KAURI = {"HOOK__TENANTS__RIMU__SECRETS": '["env:KAURI_SECRET"]'}
TEXTS = """
[[tenants.kauri.steps]]
kind = "claims_form"
name = "texts"
title = "A few words"
""" + "".join(
    f"""
[[tenants.kauri.steps.fields]]
claim = "{claim}"
label = "{claim}"
type = "text"
max_length = {length}
"""
    for claim, length in (("motto", 60), ("address.street", 40), ("note", 40))
)
ROTATED = {"HOOK__TENANTS__KAURI__SECRETS": '["env:RIMU_SECRET", "env:KAURI_SECRET"]'}
REPLACED = {"HOOK__TENANTS__KAURI__SECRETS": '["env:RIMU_SECRET"]'}


def with_raw(member: str, raw: str) -> str:
    """A token with one member of its payload as this JSON text."""
    body = dumps(payload(**{member: None}))[:-1] + f',"{member}":{raw}}}'
    return sign(dumps(HEADER).encode(), body.encode())


def of_length(length: int, **changes: Any) -> str:
    """A good token of exactly this many characters."""
    for kid, pad in product(("", "k", "kk"), range(length)):
        made = token({**HEADER, "kid": kid}, nonce="n" * pad, **changes)
        if len(made) == length:
            return made
    raise AssertionError("no token has this length")


QUERIES: dict[str, dict[str, Any]] = {
    code: {"session_token": sent}
    for code, sent in {
        "parameter_repeated": [token(), token()],
        "prefetch": token(),
        "token_too_long": of_length(4001),
        "token_malformed": token() + "=",
        "token_header": token({**HEADER, "crit": ["exp"]}),
        "token_algorithm": token({**HEADER, "alg": "none"}),
        "token_signature": token(secret=OTHER_SECRET),
        "token_payload": with_raw("state", f'"{STATE}","state":"{STATE}"'),
        "token_issuer": token(iss=f"{TENANT_URL}/"),
        "token_audience": token(aud=f"{HOOK_URL}/"),
        "token_dates": token(exp=str(NOW + 600)),
        "token_not_yet": token(iat=NOW + 31),
        "token_expired": token(exp=NOW - 30),
        "token_lifetime": token(exp=NOW + 86_431),
        "token_exp_missing": token(exp=None),
        "token_iat_missing": token(exp=None, iat=None),
        "token_state": token(state=17),
        "token_claims": token(claims=["email"]),
        "token_redirect_url": token(redirectUrl="https://evil.example/"),
        "answer_too_long": token(redirectUrl=f"{TENANT_URL}/{'p' * 1700}"),
    }.items()
} | {"token_missing": {}}
SWITCHES = {"token_iat_missing": "allow_missing_exp = true\n"}
AHEAD = [
    {"Sec-Purpose": "prefetch"},
    {"Sec-Purpose": "prefetch;prerender"},
    {"Purpose": "prefetch"},
    {"X-Moz": "prefetch"},
]


@pytest.fixture
def log() -> Iterator[Log]:
    """The audit lines of this test."""
    with watched_log() as watched:
        yield watched


def kept(app: Flask) -> Rows:
    """What is stored of visitors: everything but the hook's own secrets."""
    return {table: found for table, found in rows(app).items() if table != "meta"}


def count(app: Flask) -> int:
    """How many rows are stored of visitors."""
    return sum(len(found) for found in kept(app).values())


def cookie_set(seen: Seen) -> bool:
    return "Set-Cookie" in seen.response.headers


def tells(text: str | Log, sent: str) -> bool:
    """Whether a text tells a token, or a part of it that is its own."""
    return any(part in text for part in sent.split(".")[1:] if len(part) > 20)


def arrive_raw(app: Flask, sent: str = "", base: str = "https://hook.example.org") -> TestResponse:
    """The bare response to an arrival."""
    query = {"session_token": sent or token()}
    return app.test_client().get("/kauri", query_string=query, base_url=base)


def finish(visitor: Visitor) -> Seen:
    """Walk from the terms to the way back."""
    visitor.send({"answer": "accept"})
    return visitor.send({"pronouns": "she/her"})


def decline(visitor: Visitor) -> Seen:
    return visitor.send({"answer": "decline"})


# A refused visitor: T1 to T12 from outside.


def test_every_reason_to_refuse_an_arrival_has_its_case_here() -> None:
    ways = {"parameter_repeated", "prefetch", "answer_too_long"}
    codes = {code for code in PUBLIC if code.startswith("token_")} | ways
    assert {*QUERIES, "token_used_elsewhere"} == codes


@pytest.mark.parametrize("code", QUERIES)
def test_a_refused_visitor_reads_why_and_leaves_nothing_behind(
    make_hook: MakeHook, log: Log, code: str
) -> None:
    app = make_hook(SWITCHES.get(code, "") + FLOW)
    visitor, public = Visitor(app), PUBLIC[code]
    headers = AHEAD[0] if code == "prefetch" else {}
    seen = visitor.get("/kauri", query_string=QUERIES[code], headers=headers)
    assert (seen.page, seen.reason, seen.status) == ("error", code, public.status)
    assert 400 <= seen.status < 500
    assert public.happened in seen.text
    assert public.todo in seen.text
    assert not cookie_set(seen)
    assert count(app) == 0
    assert log.reasons("request_refused" if code == "prefetch" else "arrival_refused") == [code]
    assert visitor.arrive().step == "terms"


@pytest.mark.parametrize("code", [code for code in QUERIES if code != "token_missing"])
def test_neither_page_nor_log_of_a_refused_visitor_tells_the_token(
    make_hook: MakeHook, log: Log, code: str
) -> None:
    headers = AHEAD[0] if code == "prefetch" else {}
    app = make_hook(SWITCHES.get(code, "") + FLOW)
    seen = Visitor(app).get("/kauri", query_string=QUERIES[code], headers=headers)
    told = [tells(text, str(QUERIES[code])) for text in (seen.html, log, seen.text)]
    assert told == [False, False, False]
    assert log.events("request", status=seen.status)


def test_the_page_of_a_refused_visitor_tells_its_address_to_nobody(visitor: Visitor) -> None:
    """Its address holds the token, and a style sheet is asked for from it (T48)."""
    refused = visitor.arrive(token(exp=NOW - 30))
    assert refused.response.headers["Referrer-Policy"] == "no-referrer"
    assert arrive_raw(visitor.app).headers["Referrer-Policy"] == "no-referrer"


DEEP = '{"email":"a@kauri.example","x":%s%s}'
SIGNED = {
    "a number past all numbers": ("claims", '{"email":"a@kauri.example","x":1e400}'),
    "lists 500 deep": ("claims", DEEP % ("[" * 500, "]" * 500)),
    "lists 900 deep": ("claims", DEEP % ("[" * 900, "]" * 900)),
    "lists 1,000 deep": ("claims", DEEP % ("[" * 1000, "]" * 1000)),
    "2,000 digits": ("claims", DEEP % ("9" * 1000, "9" * 1000)),
    "NUL in a claim": ("claims", r'{"email":"a\u0000@kauri.example"}'),
    "a lone surrogate in a claim": ("claims", r'{"email":"a\ud800@kauri.example"}'),
    "odd characters in claims": (
        "claims",
        r'{"email":"a\ud83d\ude00@kauri.example","\u2028":"\u0001\ufffe"}',
    ),
    "NUL in state": ("state", r'"\u0000"'),
    "a lone surrogate in state": ("state", r'"\udc00"'),
    "odd characters in state": ("state", r'"\u0001\u007f\u2028\ufeff\ufffe"'),
}


@pytest.mark.parametrize("case", SIGNED)
def test_nothing_that_a_tenant_signs_makes_the_hook_fail(
    database: str, make_hook: MakeHook, log: Log, case: str
) -> None:
    app = make_hook(database=database)
    seen = Visitor(app).arrive(with_raw(*SIGNED[case]))
    assert log.events("failed") == []
    assert (seen.step, count(app)) == ("terms", 1) or (seen.status, count(app)) == (400, 0)


@pytest.mark.parametrize(
    ("late", "reason"), [(29, ""), (30, "token_expired"), (31, "token_expired")]
)
def test_a_token_may_be_late_by_the_leeway(visitor: Visitor, late: int, reason: str) -> None:
    seen = visitor.arrive(exp=NOW - late)
    assert (seen.step, seen.reason) == ("" if reason else "terms", reason)


@pytest.mark.parametrize(("early", "reason"), [(29, ""), (30, ""), (31, "token_not_yet")])
def test_a_token_may_be_early_by_the_leeway(visitor: Visitor, early: int, reason: str) -> None:
    seen = visitor.arrive(iat=NOW + early)
    assert (seen.step, seen.reason) == ("" if reason else "terms", reason)


@pytest.mark.parametrize(("age", "let_in"), [(299, True), (331, False)])
def test_who_comes_after_the_tenants_session_is_not_let_in_only_to_be_stopped(
    make_hook: MakeHook, age: int, let_in: bool
) -> None:
    app = make_hook("session_timeout = 300\n" + FLOW)
    seen = Visitor(app).arrive(iat=NOW - age)
    assert (seen.step == "terms", count(app) == 1) == (let_in, let_in)
    assert 200 <= seen.status < 500


def test_the_log_says_which_switch_a_token_without_exp_needs(make_hook: MakeHook, log: Log) -> None:
    assert Visitor(make_hook()).arrive(exp=None).reason == "token_exp_missing"
    (line,) = log.events("arrival_refused")
    assert "allow_missing_exp" in line["detail"]
    visitor = Visitor(make_hook("allow_missing_exp = true\n" + FLOW))
    assert visitor.arrive(exp=None).step == "terms"


def test_4000_characters_are_let_in_and_4001_are_not(visitor: Visitor) -> None:
    assert visitor.arrive(of_length(4001)).reason == "token_too_long"
    assert visitor.arrive(of_length(4000)).step == "terms"


def test_an_answer_sent_back_in_opens_nothing(visitor: Visitor) -> None:
    visitor.arrive()
    answer = finish(visitor).return_url.rpartition("session_token=")[2]
    before = count(visitor.app)
    assert visitor.arrive(answer).reason == "token_issuer"
    assert count(visitor.app) == before


# T54: only a GET by a person opens a journey.


@pytest.mark.parametrize("headers", AHEAD, ids=str)
def test_what_is_loaded_ahead_of_time_consumes_nothing(
    make_hook: MakeHook, headers: dict[str, str]
) -> None:
    app = make_hook()
    query = {"session_token": token()}
    ahead = Visitor(app).get("/kauri", query_string=query, headers=headers)
    assert (ahead.status, ahead.reason, cookie_set(ahead)) == (403, "prefetch", False)
    assert count(app) == 0
    opened = Visitor(app).get("/kauri", query_string=query, headers={"Sec-Purpose": "other"})
    assert opened.step == "terms"


@pytest.mark.parametrize("method", ["HEAD", "OPTIONS", "POST", "PUT", "DELETE", "PATCH"])
def test_no_other_method_than_get_consumes_anything(make_hook: MakeHook, method: str) -> None:
    app = make_hook()
    visitor = Visitor(app)
    response = visitor.browser.open(
        "/kauri", method=method, query_string={"session_token": token()}, base_url=visitor.origin
    )
    assert response.status_code in ((200,) if method in ("HEAD", "OPTIONS") else (405, 411))
    assert (count(app), "Set-Cookie" in response.headers) == (0, False)
    assert Visitor(app).arrive().step == "terms"


@pytest.mark.parametrize("more", ["&a=1&a=2", "&session_token=", "&session_token=x", "&=1&="])
def test_a_parameter_that_comes_twice_is_refused(visitor: Visitor, more: str) -> None:
    seen = visitor.get("/kauri", query_string=f"session_token={token()}{more}")
    assert seen.reason == "parameter_repeated"
    assert visitor.get("/kauri", query_string=f"session_token={token()}&a=1&b=1").step == "terms"


@pytest.mark.parametrize("path", ["/kauri/", "/kauri"])
def test_the_hook_url_may_end_in_a_slash(visitor: Visitor, path: str) -> None:
    assert visitor.arrive(path=path).step == "terms"


@pytest.mark.parametrize("path", ["/", "/tawa", "/Kauri", "/kauri%00", "//kauri"])
def test_an_address_of_no_tenant_is_not_found(visitor: Visitor, path: str) -> None:
    seen = visitor.arrive(path=path)
    assert (seen.status, seen.reason, cookie_set(seen)) == (404, "not_found", False)
    assert count(visitor.app) == 0


# T14, T15: one journey for each arrival.


def test_the_same_token_in_the_same_browser_resumes_the_journey(
    database: str, make_hook: MakeHook, log: Log
) -> None:
    app = make_hook(database=database)
    visitor = Visitor(app)
    visitor.arrive()
    where = visitor.send({"answer": "accept"}).url
    before = kept(app)
    again = visitor.arrive()
    assert (again.step, again.url) == ("profile", where)
    assert kept(app) == before
    assert (len(log.events("arrival_opened")), len(log.events("arrival_resumed"))) == (1, 1)


def test_in_another_browser_the_same_token_is_refused_and_shows_nothing(
    database: str, make_hook: MakeHook, log: Log
) -> None:
    app = make_hook(database=database)
    first, second = Visitor(app), Visitor(app)
    first.arrive()
    first.send({"answer": "accept"})
    before = kept(app)
    seen = second.arrive()
    assert (seen.status, seen.reason) == (409, "token_used_elsewhere")
    assert PUBLIC["token_used_elsewhere"].todo in seen.text
    assert [word in seen.html.lower() for word in ("ripeka", "about you")] == [False] * 2
    assert not cookie_set(seen)
    assert kept(app) == before
    assert not tells(log, token())
    assert log.reasons("arrival_refused") == ["token_used_elsewhere"]
    assert first.reload().step == "profile"
    assert second.arrive(state="another").step == "profile"


@pytest.mark.parametrize(
    "changes",
    [
        {"exp": NOW + 601},
        {"claims": {"email": "aroha@kauri.example"}},
        {"redirectUrl": f"{TENANT_URL}/elsewhere"},
        {"nonce": "1"},
    ],
    ids=str,
)
def test_another_token_for_the_same_state_is_the_same_arrival(
    make_hook: MakeHook, changes: dict[str, Any]
) -> None:
    """The text of a token is no key to replays: issuer and state are."""
    app = make_hook()
    first = Visitor(app)
    first.arrive()
    assert NAME in first.arrive(**changes).text
    assert count(app) == 1
    assert Visitor(app).arrive(**changes).reason == "token_used_elsewhere"
    assert Visitor(app).arrive(**changes, state="another").step == "terms"


def test_after_the_end_the_same_token_repeats_the_outcome(visitor: Visitor) -> None:
    visitor.arrive()
    answer = finish(visitor).answer
    assert visitor.arrive().answer == answer
    assert Visitor(visitor.app).arrive().reason == "token_used_elsewhere"


# T16: many tenants.


@pytest.mark.parametrize(
    ("environ", "changes", "reason"),
    [
        ({}, {}, "token_signature"),
        (RIMU_LIKE_KAURI, {}, "token_issuer"),
        (RIMU_LIKE_KAURI, {"iss": RIMU_URL}, "token_audience"),
        (RIMU_LIKE_KAURI, {"iss": RIMU_URL, "aud": RIMU_HOOK}, "token_redirect_url"),
        (
            RIMU_LIKE_KAURI,
            {"iss": RIMU_URL, "aud": RIMU_HOOK, "redirectUrl": f"{RIMU_URL}/callback"},
            "",
        ),
    ],
)
def test_a_token_of_one_tenant_opens_nothing_at_another(
    make_hook: MakeHook, environ: dict[str, str], changes: dict[str, str], reason: str
) -> None:
    """Not even where both were given one secret."""
    app = make_hook(FLOW + RIMU, environ=environ)
    seen = Visitor(app).arrive(path="/rimu", **changes)
    assert (seen.reason, seen.step, count(app)) == (
        reason,
        *(("", 0) if reason else ("welcome", 1)),
    )
    assert Visitor(app).arrive(state="another").step == "terms"


def test_the_journeys_of_two_tenants_never_meet(make_hook: MakeHook) -> None:
    visitor = Visitor(make_hook(FLOW + RIMU))
    at_kauri = visitor.arrive().url
    sent = token(secret=OTHER_SECRET, iss=RIMU_URL, aud=RIMU_HOOK, redirectUrl=f"{RIMU_URL}/cb")
    assert visitor.arrive(sent, path="/rimu").step == "welcome"
    assert visitor.get(at_kauri.replace("/kauri/", "/rimu/")).reason == "journey_unknown"
    assert visitor.get(at_kauri).step == "terms"


def test_two_issuers_of_one_tenant_may_use_the_same_state(make_hook: MakeHook) -> None:
    custom = "https://id.kauri.example"
    issuers = {"HOOK__TENANTS__KAURI__ISSUERS": f'["{TENANT_URL}", "{custom}"]'}
    app = make_hook(environ=issuers)
    other = {"iss": custom, "redirectUrl": f"{custom}/callback"}
    assert Visitor(app).arrive().step == Visitor(app).arrive(**other).step == "terms"
    assert count(app) == 2


# T13, T17: whose journey it is.


@pytest.mark.parametrize(
    "email", [None, "", "  ", "\u00a0", 17, True, ["a@b.example"], {"a": "b"}], ids=repr
)
def test_without_a_subject_no_step_keeps_a_record(visitor: Visitor, email: object) -> None:
    seen = visitor.arrive(claims={"name": NAME, "email": email})
    assert seen.answer["error"] == {"message": "subject_missing"}
    assert visitor.arrive(claims={"name": NAME, "email": "a@b.example"}, state="2").step == "terms"


@pytest.mark.parametrize(
    ("email", "step"),
    [
        ("ripeka@kauri.example", "profile"),
        (" RIPEKA@Kauri.Example\n", "profile"),
        ("ｒipeka@kauri.example", "terms"),  # noqa: RUF001 - a full-width letter
        ("ripeka@kauri.example.nz", "terms"),
        ("ripeka+1@kauri.example", "terms"),
    ],
)
def test_one_person_is_one_subject_however_spelled(visitor: Visitor, email: str, step: str) -> None:
    visitor.arrive()
    finish(visitor)
    assert visitor.arrive(state="2", claims={"email": email}).step == step


def test_the_same_address_is_one_person_at_all_issuers_of_a_tenant_and_another_at_another_tenant(
    make_hook: MakeHook,
) -> None:
    custom = "https://id.kauri.example"
    issuers = {"HOOK__TENANTS__KAURI__ISSUERS": f'["{TENANT_URL}", "{custom}"]'}
    rimu_terms = TERMS.replace("tenants.kauri", "tenants.rimu")
    visitor = Visitor(make_hook(FLOW + RIMU + rimu_terms, environ=issuers))
    visitor.arrive()
    finish(visitor)
    other = {"iss": custom, "redirectUrl": f"{custom}/callback"}
    assert visitor.arrive(state="2", **other).step == "profile"
    assert visitor.arrive(state="3").step == "profile"
    mere = {"name": "Mere", "email": "mere@kauri.example"}
    assert visitor.arrive(state="4", **other, claims=mere).step == "terms"
    sent = token(secret=OTHER_SECRET, iss=RIMU_URL, aud=RIMU_HOOK, redirectUrl=f"{RIMU_URL}/cb")
    assert visitor.arrive(sent, path="/rimu").step == "welcome"
    assert visitor.send({}).step == "terms"


def test_every_page_says_whose_journey_it_is(visitor: Visitor) -> None:
    """A visitor who was handed somebody else's token can see it (login CSRF)."""
    pages = [visitor.arrive(), visitor.send({"answer": "accept"}), visitor.send({})]
    cancel = next(link for link in pages[-1].reader.links if link.endswith("/cancel"))
    pages.append(visitor.get(cancel))
    assert [page.step for page in pages] == ["terms", "profile", "profile", "cancel"]
    assert [f"Signed in as {NAME}" in page.text for page in pages] == [True] * 4


def test_nobody_is_shown_a_page_of_a_nameless_journey(make_hook: MakeHook) -> None:
    visitor = Visitor(make_hook(NOTICE))
    assert visitor.arrive(claims=None).answer["error"] == {"message": "subject_missing"}
    assert visitor.arrive(state="2", claims={"name": NAME}).step == "welcome"


# The token after the arrival, and the cookie.


@contextmanager
def everything_sent(app: Flask) -> Iterator[list[str]]:
    """All that the app answers: headers and pages."""
    said: list[str] = []

    def keep(_app: Flask, response: Response, **_more: object) -> None:
        said.append(f"{response.headers}{response.get_data(as_text=True)}")

    with request_finished.connected_to(keep, app):
        yield said


def test_after_the_arrival_the_token_is_nowhere(visitor: Visitor, log: Log) -> None:
    with everything_sent(visitor.app) as said:
        visitor.arrive()
        finish(visitor)
        visitor.arrive()
    assert len(said) > 6
    told = [tells(text, token()) for text in said]
    assert told == [False] * len(said)
    assert not tells(log, token())
    assert not tells(str(rows(visitor.app)), token())


def test_an_arrival_goes_on_to_a_clean_address(visitor: Visitor) -> None:
    response = arrive_raw(visitor.app)
    location = response.headers["Location"]
    assert response.status_code == 303
    assert location.startswith("/kauri/")
    assert "?" not in location
    assert response.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("public_url", "name", "secure"),
    [("https://hook.example.org", COOKIE, True), ("http://localhost:8000", "hook-8000", False)],
)
def test_the_cookie_is_as_narrow_as_can_be(
    make_hook: MakeHook, public_url: str, name: str, secure: bool
) -> None:
    app = make_hook(environ={"HOOK__PUBLIC_URL": public_url})
    response = arrive_raw(app, token(aud=f"{public_url}/kauri"), public_url)
    (header,) = response.headers.getlist("Set-Cookie")
    ((found, cookie),) = SimpleCookie(header).items()
    assert len(header.encode()) < 300
    assert found == name
    assert bool(cookie["secure"]) is secure
    assert cookie["httponly"]
    assert (cookie["samesite"], cookie["path"], cookie["domain"]) == ("Lax", "/", "")


def test_the_cookie_stays_the_same_and_says_nothing_of_the_visitor(visitor: Visitor) -> None:
    values = []
    for state in ("1", "2"):
        visitor.arrive(state=state)
        cookie = visitor.browser.get_cookie(COOKIE, domain=HOST)
        assert cookie is not None
        values.append(cookie.value)
    assert values[0] == values[1]
    other = SimpleCookie(arrive_raw(visitor.app).headers["Set-Cookie"])[COOKIE].value
    assert other != values[0]


# Rotation of the shared secret (T58).


@pytest.mark.parametrize("secret", [SECRET, OTHER_SECRET], ids=["previous", "current"])
def test_an_answer_is_signed_with_the_secret_that_verified_the_arrival(
    make_hook: MakeHook, secret: str
) -> None:
    visitor = Visitor(make_hook(environ=ROTATED))
    visitor.arrive(token(secret=secret))
    assert read_answer(finish(visitor).return_url, secret)["state"] == STATE


def carried_on(app: Flask, visitor: Visitor) -> Visitor:
    """The same browser at the same page, after the hook was started anew."""
    cookie = visitor.browser.get_cookie(COOKIE, domain=HOST)
    assert cookie is not None
    assert visitor.seen is not None
    later = Visitor(app)
    later.browser.set_cookie(COOKIE, cookie.value, domain=HOST)
    later.get(visitor.seen.url)
    return later


def test_a_journey_outlives_the_rotation_of_its_secret(make_hook: MakeHook) -> None:
    visitor = Visitor(make_hook())
    visitor.arrive()
    assert finish(carried_on(make_hook(environ=ROTATED), visitor)).answer["state"] == STATE


def test_a_journey_whose_secret_was_removed_ends_without_an_answer(
    make_hook: MakeHook, log: Log
) -> None:
    visitor = Visitor(make_hook())
    visitor.arrive()
    seen = finish(carried_on(make_hook(environ=REPLACED), visitor))
    assert (seen.page, seen.return_url) == ("done", "")
    assert "start again from your wallet" in seen.text
    assert "session_token" not in seen.html
    assert log.reasons("answer_lost") == ["secret_removed"]


# Issue §4: the answer.


def test_an_answer_says_what_was_asked_for_and_nothing_else(visitor: Visitor, clock: Clock) -> None:
    visitor.arrive()
    clock.turn(45)
    seen = finish(visitor)
    assert seen.return_url.startswith(f"{payload()['redirectUrl']}&session_token=")
    assert seen.answer == {
        "iss": HOOK_URL,
        "aud": TENANT_URL,
        "iat": NOW + 45,
        "exp": NOW + 105,
        "state": STATE,
        "claims": {"pronouns": "she/her"},
        "claimsToPersist": [],
    }


def test_a_reload_gives_the_same_answer_with_a_new_minute(visitor: Visitor, clock: Clock) -> None:
    visitor.arrive()
    answer = finish(visitor).answer
    clock.turn(50)
    assert visitor.reload().answer == {**answer, "iat": NOW + 50, "exp": NOW + 110}


def test_an_audience_that_came_as_a_list_goes_back_as_the_issuer(visitor: Visitor) -> None:
    visitor.arrive(aud=[HOOK_URL])
    assert finish(visitor).answer["iss"] == HOOK_URL


@pytest.mark.parametrize(
    "state",
    [
        "x",
        " q3 Zt0 ",
        "Kia ora, e hoa! Ngā mihi",
        "\U0001f426\U0001f1f3\U0001f1ff\u200d",
        "\"'`<>&;\\/%22%5C",
        "e\u0301 \u00e9 \ufb01",
        "\u202eabc\u2066",
        "\n\t\r\x01\x7f\x85\u2028",
        '{"state":"x"}',
        "s" * 400,
    ],
    ids=ascii,
)
def test_state_goes_back_as_it_came(visitor: Visitor, state: str) -> None:
    visitor.arrive(state=state)
    assert finish(visitor).answer["state"] == state


def test_no_claim_goes_back_that_no_step_asked_for(visitor: Visitor) -> None:
    visitor.arrive(claims={"name": NAME, "email": "ripeka@kauri.example", "role": "student"})
    visitor.send({"answer": "accept", "role": "staff"})
    seen = visitor.send({"pronouns": "she/her", "role": "staff", "claimsToPersist": "role"})
    assert seen.answer["claims"] == {"pronouns": "she/her"}
    assert seen.answer["claimsToPersist"] == []


def test_only_what_persist_names_is_persisted(make_hook: MakeHook) -> None:
    visitor = Visitor(make_hook('persist = ["motto"]\n' + TEXTS))
    for state, motto, persisted in (("1", "Ka mua", ["motto"]), ("2", "", [])):
        visitor.arrive(state=state)
        answer = visitor.send({"motto": motto, "note": "a note"}).answer
        assert answer["claimsToPersist"] == persisted
        assert answer["claims"]["note"] == "a note"


REFUSALS: dict[str, Callable[[Visitor], Seen]] = {
    "user_cancelled": Visitor.cancel,
    "not_me": lambda visitor: visitor.cancel("not_me"),
    "terms_declined": decline,
    "subject_missing": lambda visitor: visitor.arrive(state="2", claims={"name": NAME}),
}


@pytest.mark.parametrize("code", REFUSALS)
def test_a_refusal_goes_back_as_a_code_without_claims(visitor: Visitor, code: str) -> None:
    assert code in ANSWER_CODES
    visitor.arrive()
    answer = REFUSALS[code](visitor).answer
    assert answer["error"] == {"message": code}
    assert answer.keys() == {"iss", "aud", "iat", "exp", "state", "error"}
    assert answer["exp"] - answer["iat"] == 60


def test_claims_given_before_a_refusal_do_not_go_back(make_hook: MakeHook) -> None:
    visitor = Visitor(make_hook(PROFILE + TERMS))
    visitor.arrive()
    visitor.send({"pronouns": "she/her"})
    assert "claims" not in decline(visitor).answer
    visitor.arrive(state="2")
    visitor.send({"pronouns": "she/her"})
    assert visitor.send({"answer": "accept"}).answer["claims"] == {"pronouns": "she/her"}


@pytest.mark.parametrize(
    "path",
    ["/cb", "/cb?", "", "?a=1&a=2", "/cb?q=%2f+%zz&&b;c='\"<>|&amp;", ":443/cb?next=https://x.nz/"],
)
def test_the_redirect_url_keeps_its_own_query(visitor: Visitor, path: str) -> None:
    visitor.arrive(redirectUrl=TENANT_URL + path)
    url = finish(visitor).return_url.rpartition("session_token=")[0]
    sign_before = "" if path.endswith("?") else "&" if "?" in path else "?"
    assert url == TENANT_URL + path + sign_before


@pytest.fixture(scope="module")
def texts_hook(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """A hook that asks for three texts, as long as its configuration may allow."""
    folder = tmp_path_factory.mktemp("texts")
    app = make_app(folder, f"sqlite:///{folder}/hook.db", TEXTS, Clock())
    yield app
    app.extensions["hook"].store.close()


LETTERS = st.characters(categories=["L", "N", "P", "So"], exclude_characters="\ufffd")


def text(length: int) -> st.SearchStrategy[str]:
    """Anything a field of this length takes, its longest often."""
    return st.text(LETTERS, max_size=length) | st.text(LETTERS, min_size=length, max_size=length)


@settings(deadline=None, max_examples=80)
@given(
    typed=st.fixed_dictionaries({"motto": text(60), "address.street": text(40), "note": text(40)}),
    path=st.integers(0, 1700) | st.integers(1000, 1640),
    state=st.text(LETTERS, max_size=100),
)
@example(typed={"motto": "\U0001f426" * 60}, path=300, state="\U0001f426" * 100)
@example(typed={"motto": '"' * 60, "note": "\\" * 40}, path=1180, state='"' * 20)
@example(typed={"motto": "m"}, path=1560, state="")
@example(typed={}, path=1600, state="")
def test_no_answer_passes_2000_characters_or_is_cut(
    texts_hook: Flask, typed: Mapping[str, str], path: int, state: str
) -> None:
    visitor = Visitor(texts_hook)
    seen = visitor.arrive(
        state=secrets.token_hex(8) + state, redirectUrl=f"{TENANT_URL}/{'p' * path}"
    )
    if not seen.reason:
        seen = visitor.send(dict(typed))
    if seen.page != "leave":
        assert seen.reason == "answer_too_long" or (seen.status, seen.step) == (422, "texts")
        return
    assert len(seen.return_url) <= 2000
    if seen.answer.get("error"):
        assert seen.answer["error"] == {"message": "answer_too_long"}
    else:
        assert flat(seen.answer["claims"]) == {
            claim: unicodedata.normalize("NFC", value) for claim, value in typed.items() if value
        }


def flat(claims: Mapping[str, Any]) -> dict[str, str]:
    """The claims of the three texts by the names of their fields."""
    street = claims.get("address", {})
    top = {name: value for name, value in claims.items() if name != "address"}
    return top | {f"address.{name}": value for name, value in street.items()}


def test_a_journey_through_texts_meets_every_kind_of_end(texts_hook: Flask) -> None:
    """The twin of the property: each of its branches is really taken."""
    ends = []
    for path, motto in ((0, "m" * 60), (1560, "m" * 60), (1700, "")):
        visitor = Visitor(texts_hook)
        seen = visitor.arrive(state=f"end {path}", redirectUrl=f"{TENANT_URL}/{'p' * path}")
        seen = seen if seen.reason else visitor.send({"motto": motto})
        ends.append(seen.page or seen.status)
    assert ends == ["leave", 422, "error"]


# gunicorn as it is deployed.


@contextmanager
def served(folder: Path) -> Iterator[int]:
    """Serve the hook with the gunicorn settings of the repository; gives the port."""
    write_config(folder, f"sqlite:///{folder}/hook.db", FLOW)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    environ = {
        **os.environ,
        **ENVIRON,
        "HOOK_CONFIG": str(folder / "config.toml"),
        "HOOK_BIND": f"127.0.0.1:{port}",
        "HOOK_WORKERS": "1",
    }
    command = [sys.executable, "-m", "gunicorn", "-c", "gunicorn.conf.py", "app:app"]
    with (folder / "server.log").open("wb") as out:
        server = subprocess.Popen(
            command, cwd=ROOT, env=environ, stdout=out, stderr=subprocess.STDOUT
        )
    try:
        _wait(server, port)
        yield port
    finally:
        server.terminate()
        server.wait(20)


def _wait(server: subprocess.Popen[bytes], port: int) -> None:
    for _ in range(600):
        try:
            if ask(port, "/healthz").status == 200:
                return
        except OSError:
            pass
        try:
            server.wait(0.05)
        except subprocess.TimeoutExpired:
            continue
        break
    pytest.fail("gunicorn does not answer")


def ask(port: int, path: str, cookie: str = "") -> HTTPResponse:
    """Ask the server once; the body stays readable."""
    connection = HTTPConnection("127.0.0.1", port, timeout=20)
    connection.request("GET", path, headers={"Cookie": cookie, "Connection": "close"})
    return connection.getresponse()


def test_a_token_of_4000_characters_comes_through_gunicorn(tmp_path: Path) -> None:
    now = int(time.time())
    fits, passes, huge = (of_length(size, iat=now, exp=now + 600) for size in (4000, 4001, 9000))
    with served(tmp_path) as port:
        arrived = ask(port, f"/kauri?session_token={fits}")
        cookie = (arrived.getheader("Set-Cookie") or "").partition(";")[0]
        page = ask(port, arrived.getheader("Location") or "", cookie).read().decode()
        refused = ask(port, f"/kauri?session_token={passes}")
        unread = ask(port, f"/kauri?session_token={huge}")
    assert (arrived.status, 'data-step="terms"' in page) == (303, True)
    assert (refused.status, b"token_too_long" in refused.read()) == (400, True)
    assert 400 <= unread.status < 500
    said = (tmp_path / "server.log").read_text()
    assert '"reason":"token_too_long"' in said
    assert [tells(said, sent) for sent in (fits, passes, huge)] == [False] * 3
