"""lookup: asks another system, server to server, while the visitor waits on a page."""

import json
import logging
import socket
import sqlite3
import time
from base64 import b64encode
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from contextlib import closing, contextmanager, nullcontext
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from hook.calls.attempt import CALLS_MOST
from hook.errors import ConfigError
from hook.testing.hooks import NOTICE, Clock, MakeHook
from hook.testing.mail import Authority
from hook.testing.tokens import TENANT_URL
from hook.testing.visitor import Seen, Values, Visitor
from hook.testing.watch import Log, rows, watched_log
from tests.support.api import (
    Api,
    Held,
    Script,
    Sent,
    failing,
    hangs_up,
    says,
    says_nothing,
    sends,
)
from tests.support.crowd import Tab, gunicorn

GOOD = says({"employment": {"start": "2019-02-01"}, "salary": 1})
NO = says({"error": {"message": "on_leave"}})
TAKE = '[{ claim = "since", answer = "employment.start", max_bytes = 12 }]'
REFUSALS = """[
  { message = "on_leave", code = "staff_on_leave", text = "You are on <b>leave</b>.", todo = "A." },
  { message = "not_found", code = "not_employed", text = "You are not in the directory." },
]"""
KEY = '{ header = "X-Api-Key", value = "env:DIRECTORY_KEY" }'
SECRETS = {"DIRECTORY_KEY": "open-sesame-83", "CLIENT_SECRET": "s:e cret/83"}
FORM = """
[[tenants.kauri.steps]]
kind = "claims_form"
name = "form"
title = "Your number"
[[tenants.kauri.steps.fields]]
claim = "staff.number"
label = "Staff number"
type = "text"
max_length = 40
[[tenants.kauri.steps.fields]]
claim = "nickname"
label = "Nickname"
type = "text"
max_length = 20
"""
MORE = FORM.replace('"form"', '"more"').replace("staff.number", "desk").replace("nickname", "floor")
NUMBER = '[{ claim = "staff.number", name = "no" }]'
SEND = '[{ arrival = "email", name = "mail" }]'
GATE = """
[[tenants.kauri.steps]]
kind = "gate"
name = "since"
title = "Too new"
require = { claim = "since", equals = "2019-02-01" }
code = "too_new"
text = "You are too new."
"""
A_CLAIM = '{ claim = "a", max_bytes = 9 }'
B_CLAIM = '{ claim = "b", max_bytes = 9 }'
A_REFUSAL = '{ message = "says_a", code = "code_a", text = "A" }'
B_REFUSAL = '{ message = "says_b", code = "code_b", text = "B" }'
MAIL = "ripeka@kauri.example"
OPTIONAL = {"required": "false"}
MAY_REFUSE = {**OPTIONAL, "refusals": REFUSALS}
ONCE = '"POST"'


def lookup(url: str, /, **changes: str) -> str:
    """The TOML of a lookup; a change to "" leaves an option out."""
    options = {
        "url": f'"{url}"',
        "private_addresses": "true",
        "timeout": "20",
        "send": SEND,
        "take": TAKE,
        **changes,
    }
    lines = "\n".join(f"{option} = {value}" for option, value in options.items() if value)
    return f"""
[[tenants.kauri.steps]]
kind = "lookup"
name = "staff"
title = "Checking your employment"
{lines}
"""


@pytest.fixture
def api() -> Iterator[Api]:
    with Api() as api:
        api.will("/people", GOOD)
        yield api


@pytest.fixture
def log() -> Iterator[Log]:
    with watched_log() as log:
        yield log


def come(app: Flask, state: str = "one", **claims: Any) -> Visitor:
    visitor = Visitor(app)
    person = {"name": "Ripeka Tamihana", "email": MAIL}
    visitor.arrive(state=state, claims={**person, **claims})
    return visitor


def load(visitor: Visitor) -> Seen:
    """Do what the page does by itself after a second."""
    assert visitor.seen is not None
    assert visitor.seen.step == "staff"
    assert visitor.seen.return_url == "?go=yes", "it loads itself once more"
    return visitor.get(visitor.seen.url + visitor.seen.return_url)


def looked_up(app: Flask, **claims: Any) -> Visitor:
    visitor = come(app, **claims)
    load(visitor)
    return visitor


@contextmanager
def crowd_at(
    app: Flask, api: Api, most: int = CALLS_MOST
) -> Iterator[tuple[ThreadPoolExecutor, Held]]:
    """So many others have a call under way; gives a pool with room for one more."""
    others = [come(app, f"{n}", email=f"{n}@kauri.example") for n in range(most)]
    for other in others:
        while now(other).step != "staff":
            other.send()
    with ThreadPoolExecutor(most + 1) as pool, api.held("/people", GOOD) as held:
        calls = [pool.submit(load, other) for other in others]
        assert all(held.came() for _ in others)
        yield pool, held
        held.go()
        wait(calls)


def waits(seen: Seen) -> bool:
    """Does the page say that it waits its turn, and look again by itself in ten seconds?"""
    found = '<meta http-equiv="refresh" content="10; url=?go=yes">' in seen.html
    assert found is ("goes on by itself" in seen.text)
    assert not (found and "few seconds" in seen.text)
    return found


def counted(app: Flask) -> dict[tuple[bytes, str], int]:
    """How many calls of a minute and of a day each person has spent."""
    limits = [row for row in rows(app)["attempts"] if " a " in row["name"]]
    return {(row["subject"], row["name"]): row["spent"] for row in limits}


def now(visitor: Visitor) -> Seen:
    assert visitor.seen is not None
    return visitor.seen


def leave(visitor: Visitor) -> dict[str, Any]:
    """The answer that a visitor is sent back with, after the page that says why."""
    assert now(visitor).page == "stopped"
    (link,) = (each for each in now(visitor).reader.links if each.endswith("leave=yes"))
    answer = visitor.get(link).answer
    assert "claims" not in answer
    return answer


def error_of(visitor: Visitor) -> str:
    return str(leave(visitor)["error"]["message"])


def buttons(seen: Seen) -> set[str]:
    return {each.get("name", "") for each in seen.reader.controls if each["tag"] == "button"}


def came(
    make_hook: MakeHook, api: Api, method: str, values: dict[str, Any], paths: list[str]
) -> dict[str, Any]:
    """What reaches the API of an arrival claim with these members, by the paths inside it."""
    send = ", ".join(f'{{ arrival = "about.{path}", name = "{path}" }}' for path in paths)
    looked_up(make_hook(lookup(api.url(), send=f"[{send}]", method=f'"{method}"')), about=values)
    (sent,) = api.asked()
    assert (sent.method, method == "GET" or not sent.query) == (method, True)
    return {name: value for name, (value,) in sent.query.items()} if method == "GET" else sent.json


class TestSent:
    def test_a_get_has_the_values_in_its_query(self, make_hook: MakeHook, api: Api) -> None:
        looked_up(make_hook(lookup(api.url("/people") + "?v=1") + NOTICE))
        (sent,) = api.asked()
        assert (sent.method, sent.body) == ("GET", b"")
        assert sent.query == {"v": ["1"], "mail": [MAIL]}

    @pytest.mark.parametrize("method", ["GET", "POST"])
    def test_values_arrive_as_they_were(self, make_hook: MakeHook, api: Api, method: str) -> None:
        values = {"text": "Ōtepoti & co = ?#+%", "zero": 0, "part": 1.5, "no": False}
        texts = {"text": values["text"], "zero": "0", "part": "1.5", "no": "false"}
        lists = {"list": ["a", 1], "object": {"a": "ā"}}
        texts |= {"list": '["a",1]', "object": '{"a":"ā"}'}
        sent = came(make_hook, api, method, {**values, **lists}, [*texts])
        assert sent == ({**values, **lists} if method == "POST" else texts)

    @pytest.mark.parametrize("method", ["GET", "POST"])
    def test_what_is_missing_is_left_out(self, make_hook: MakeHook, api: Api, method: str) -> None:
        values: dict[str, Any] = {"text": "x", "none": None, "object": {}}
        paths = ["text", "none", "object.a", "text.a", "other"]
        assert came(make_hook, api, method, values, paths) == {"text": "x"}

    def test_a_post_is_one_json_object_even_without_values(
        self, make_hook: MakeHook, api: Api
    ) -> None:
        looked_up(make_hook(lookup(api.url(), send="", method=ONCE)))
        (sent,) = api.asked()
        assert (sent.method, sent.target, sent.json) == ("POST", "/people", {})
        assert sent.headers["Content-Type"] == "application/json"

    def test_claims_of_earlier_steps_are_sent(self, make_hook: MakeHook, api: Api) -> None:
        visitor = come(make_hook(FORM + lookup(api.url(), send=NUMBER)))
        visitor.send({"staff.number": "A 7"})
        load(visitor)
        assert api.asked()[0].query == {"no": ["A 7"]}
        assert now(visitor).answer["claims"] == {
            "staff": {"number": "A 7"},
            "since": "2019-02-01",
        }

    def test_of_the_visitor_nothing_else_is_sent(self, make_hook: MakeHook, api: Api) -> None:
        looked_up(make_hook(lookup(api.url(), send='[{ arrival = "email" }]')))
        (sent,) = api.asked()
        assert not {"Cookie", "Referer", "Origin", "X-Forwarded-For"} & set(sent.headers)
        assert "Ripeka" not in sent.target + str(sent.headers)

    def test_the_key_stands_in_its_header(self, make_hook: MakeHook, api: Api) -> None:
        looked_up(make_hook(lookup(api.url(), key=KEY), environ=SECRETS))
        looked_up(make_hook(lookup(api.url())), state="two")
        keys = [sent.headers["X-Api-Key"] for sent in api.asked()]
        assert keys == [SECRETS["DIRECTORY_KEY"], None]

    def test_a_key_without_a_header_of_its_own_is_the_authorization(
        self, make_hook: MakeHook, api: Api
    ) -> None:
        bearer = {"DIRECTORY_KEY": "Bearer open-83"}
        key = '{ value = "env:DIRECTORY_KEY" }'
        looked_up(make_hook(lookup(api.url(), key=key), environ=bearer))
        assert [sent.headers["Authorization"] for sent in api.asked()] == ["Bearer open-83"]


def oauth(api: Api, **changes: str) -> str:
    client = f"""{{ token_url = "{api.url("/token")}", client_id = "hook 1",
    client_secret = "env:CLIENT_SECRET", scope = "staff.read" }}""".replace("\n", " ")
    return lookup(api.url(), oauth=client, **changes)


def token(text: str) -> Script:
    return says({"access_token": text, "token_type": "Bearer", "expires_in": 3600})


def bearers(api: Api) -> list[str]:
    return [sent.headers["Authorization"].removeprefix("Bearer ") for sent in api.asked()]


class TestOauth:
    def test_a_token_is_asked_for_once_and_sent_with_each_call(
        self, make_hook: MakeHook, api: Api
    ) -> None:
        api.will("/token", token("first"), token("second"))
        app = make_hook(oauth(api), environ=SECRETS)
        assert now(looked_up(app)).answer["claims"] == {"since": "2019-02-01"}
        looked_up(app, state="two")
        (asked,) = api.asked("/token")
        assert asked.body == b"grant_type=client_credentials&scope=staff.read"
        basic = b64encode(b"hook+1:s%3Ae+cret%2F83").decode()
        assert asked.headers["Authorization"] == f"Basic {basic}"
        assert bearers(api) == ["first", "first"]

    @pytest.mark.parametrize("method", ["GET", "POST"])
    def test_a_token_that_is_refused_is_renewed_at_once(
        self, make_hook: MakeHook, api: Api, method: str
    ) -> None:
        api.will("/token", token("first"), token("second"))
        api.will("/people", failing(401), GOOD)
        app = make_hook(oauth(api, method=f'"{method}"'), environ=SECRETS)
        assert now(looked_up(app)).answer["claims"] == {"since": "2019-02-01"}
        assert bearers(api) == ["first", "second"]

    def test_a_token_that_is_refused_twice_is_a_failure(
        self, make_hook: MakeHook, api: Api, log: Log
    ) -> None:
        api.will("/token", token("first"), token("second"))
        api.will("/people", failing(401))
        visitor = looked_up(make_hook(oauth(api), environ=SECRETS))
        assert "try again" in now(visitor).text
        assert bearers(api) == ["first", "second"]
        assert log.reasons("step_stays") == ["call_status"]

    @pytest.mark.parametrize("status", [400, 401, 404])
    def test_without_a_token_nobody_is_asked_and_even_a_post_may_be_tried_again(
        self, make_hook: MakeHook, api: Api, status: int
    ) -> None:
        api.will("/token", failing(status), token("second"))
        visitor = looked_up(make_hook(oauth(api, method=ONCE), environ=SECRETS))
        assert "try again" in now(visitor).text
        assert api.asked() == []
        assert visitor.send().answer["claims"] == {"since": "2019-02-01"}
        assert bearers(api) == ["second"]

    def test_a_key_that_is_refused_is_not_sent_again(self, make_hook: MakeHook, api: Api) -> None:
        api.will("/people", failing(401))
        visitor = looked_up(make_hook(lookup(api.url(), key=KEY), environ=SECRETS))
        assert "try again" in now(visitor).text
        assert len(api.asked()) == 1


def taking(api: Api, value: object, more: str = "") -> str:
    """A lookup that takes one value, of up to 12 bytes, and is answered with this."""
    api.will("/people", says({"x": value, "y": "else"}))
    return lookup(api.url(), take=f'[{{ claim = "deep.x", answer = "x", max_bytes = 12{more} }}]')


class TestTaken:
    def test_plain_values_become_claims_and_the_rest_is_dropped(
        self, make_hook: MakeHook, api: Api
    ) -> None:
        values = ["Ōta", 7, 0, -1.5, True, False, ["a", 1, True, 0.5], "0123456789", "a\nb"]
        named = {f"x{number}": value for number, value in enumerate(values)}
        api.will("/people", says({"in": {**named, "y": "else"}, "z": "else"}))
        take = ", ".join(
            f'{{ claim = "out.{x}", answer = "in.{x}", max_bytes = 16 }}' for x in named
        )
        visitor = looked_up(make_hook(lookup(api.url(), take=f"[{take}]")))
        # As JSON, in which 1 is not true.
        assert json.dumps(now(visitor).answer["claims"]) == json.dumps({"out": named})

    @pytest.mark.parametrize(
        "value",
        [None, "", {"a": 1}, [None], [["a"]], "\u202ea", "a\x07", "a\u2028b", ["a", "\r"]],
        ids=ascii,
    )
    def test_any_other_value_is_missing(
        self, make_hook: MakeHook, api: Api, log: Log, value: Any
    ) -> None:
        assert error_of(looked_up(make_hook(taking(api, value)))) == "lookup_failed"
        assert log.reasons("step_denied") == ["claim_missing"]
        optional = make_hook(taking(api, value, ", required = false"))
        assert now(looked_up(optional, state="two")).answer["claims"] == {}

    @pytest.mark.parametrize(
        ("fits", "value"),
        [("ÀÀÀÀÀ", "ÀÀÀÀÀa"), (10**11, 10**12), (["a" * 8], ["a" * 9])],
        ids=ascii,
    )
    def test_a_value_of_more_bytes_makes_the_answer_useless(
        self, make_hook: MakeHook, api: Api, log: Log, fits: Any, value: Any
    ) -> None:
        app = make_hook(taking(api, fits))
        assert now(looked_up(app)).answer["claims"] == {"deep": {"x": fits}}
        taking(api, value)
        assert error_of(looked_up(app, state="two")) == "lookup_failed"
        assert log.reasons("step_denied") == ["claim_too_long"]

    def test_without_a_path_of_its_own_it_stands_at_the_claims(
        self, make_hook: MakeHook, api: Api
    ) -> None:
        api.will("/people", says({"job": {"title": "Cook"}, "job.title": "no"}))
        take = '[{ claim = "job.title", max_bytes = 20 }]'
        seen = now(looked_up(make_hook(lookup(api.url(), take=take))))
        assert seen.answer["claims"] == {"job": {"title": "Cook"}}

    @pytest.mark.parametrize(("start", "passes"), [("2019-02-01", True), ("2026-02-01", False)])
    def test_later_steps_judge_what_was_taken(
        self, make_hook: MakeHook, api: Api, start: str, passes: bool
    ) -> None:
        api.will("/people", says({"employment": {"start": start}}))
        visitor = looked_up(make_hook(lookup(api.url()) + GATE + NOTICE))
        assert (now(visitor).step == "welcome") is passes
        assert passes or error_of(visitor) == "too_new"

    @pytest.mark.parametrize(("path", "fits"), [(100, True), (1_400, False)])
    def test_what_does_not_fit_into_this_return_url_is_not_taken(
        self, make_hook: MakeHook, api: Api, path: int, fits: bool
    ) -> None:
        api.will("/people", says({"employment": {"start": "x" * 200}}))
        app = make_hook(lookup(api.url(), take=TAKE.replace("12", "202")))
        visitor = Visitor(app)
        visitor.arrive(redirectUrl=f"{TENANT_URL}/{'p' * path}")
        load(visitor)
        assert fits or error_of(visitor) == "lookup_failed"
        assert not fits or len(now(visitor).answer["claims"]["since"]) == 200


class TestRefusals:
    @pytest.mark.parametrize(
        ("answer", "code", "words"),
        [
            (NO, "staff_on_leave", "You are on <b>leave</b>. What to do: A."),
            (says({"error": {"message": "not_found"}}), "not_employed", "not in the directory"),
            (failing(404), "not_employed", "not in the directory"),
            (sends(b"gone", 404), "not_employed", "not in the directory"),
            (says({"error": {"message": "On_leave"}}), "refused_elsewhere", "says no"),
        ],
        ids=["mapped", "not found", "404", "404 without JSON", "unmapped"],
    )
    def test_it_ends_the_journey_with_the_code_of_its_message(
        self, make_hook: MakeHook, api: Api, answer: Script, code: str, words: str
    ) -> None:
        api.will("/people", answer)
        visitor = looked_up(make_hook(lookup(api.url(), refusals=REFUSALS) + NOTICE))
        assert words in now(visitor).text
        assert "<b>" not in now(visitor).html
        assert error_of(visitor) == code
        assert len(api.asked()) == 1

    @pytest.mark.parametrize("change", [{"method": ONCE}, {"required": "false"}], ids=str)
    @pytest.mark.parametrize(
        ("answer", "code"),
        [
            (NO, "staff_on_leave"),
            (failing(404), "not_employed"),
            (says({"error": {"message": "other"}}), "refused_elsewhere"),
        ],
        ids=["mapped", "404", "unmapped"],
    )
    def test_a_post_or_an_optional_lookup_is_refused_alike(
        self, make_hook: MakeHook, api: Api, change: dict[str, str], answer: Script, code: str
    ) -> None:
        app = make_hook(lookup(api.url(), refusals=REFUSALS, **change) + NOTICE)
        assert now(looked_up(app)).step == "welcome"
        api.will("/people", answer)
        assert error_of(looked_up(app, state="two")) == code

    def test_the_codes_are_none_of_the_systems_own_words(
        self, make_hook: MakeHook, api: Api, log: Log
    ) -> None:
        api.will("/people", says({"error": {"message": "Sentinel"}}))
        visitor = looked_up(make_hook(lookup(api.url()) + NOTICE))
        assert "Sentinel" not in now(visitor).html + str(leave(visitor))
        assert "Sentinel" not in log

    def test_claims_beside_an_error_are_not_taken(self, make_hook: MakeHook, api: Api) -> None:
        both = {"employment": {"start": "2019-02-01"}, "error": {"message": "on_leave"}}
        api.will("/people", says(both))
        visitor = looked_up(make_hook(lookup(api.url(), refusals=REFUSALS)))
        assert error_of(visitor) == "staff_on_leave"

    def test_an_optional_lookup_that_finds_nobody_goes_on_where_no_code_is_given_for_it(
        self, make_hook: MakeHook, api: Api, log: Log
    ) -> None:
        api.will("/people", failing(404))
        assert error_of(looked_up(make_hook(lookup(api.url())))) == "refused_elsewhere"
        app = make_hook(lookup(api.url(), required="false"))
        assert now(looked_up(app, state="two")).answer["claims"] == {}
        assert log.reasons("step_done") == ["not_found"]

    @pytest.mark.parametrize(
        "error", ["on_leave", [], {}, {"message": ""}, {"message": 1}], ids=repr
    )
    def test_an_error_in_other_words_is_no_usable_answer(
        self, make_hook: MakeHook, api: Api, log: Log, error: Any
    ) -> None:
        api.will("/people", says({"employment": {"start": "2019-02-01"}, "error": error}))
        visitor = looked_up(make_hook(lookup(api.url(), refusals=REFUSALS)))
        assert error_of(visitor) == "lookup_failed"
        assert log.reasons("step_denied") == ["error_malformed"]


FAILURES: dict[str, tuple[Script, str]] = {
    "500": (failing(500), "status"),
    "201": (failing(201), "status"),
    "redirect": (sends(b"", 302, Location="/elsewhere"), "redirected"),
    "too large": (sends(b'{"a": "' + b"x" * 100 + b'"}'), "too_large"),
    "no JSON": (sends(b"<p>Kia ora"), "not_json"),
    "no object": (sends(b'["on_leave"]'), "not_json"),
    "hung up": (hangs_up, "unreachable"),
}
SMALL = {"max_answer_bytes": "100"}


class TestFailures:
    @pytest.mark.parametrize("failure", FAILURES)
    def test_the_visitor_may_try_again_and_then_all_is_well(
        self, make_hook: MakeHook, api: Api, log: Log, failure: str
    ) -> None:
        script, reason = FAILURES[failure]
        api.will("/people", script, GOOD)
        visitor = looked_up(make_hook(lookup(api.url(), **SMALL)))
        page = now(visitor)
        assert (page.status, page.step, page.return_url) == (200, "staff", "")
        assert "We got no answer" in page.text
        assert buttons(page) == {""}
        assert log.reasons("step_stays") == [f"call_{reason}"]
        assert visitor.send().answer["claims"] == {"since": "2019-02-01"}
        assert (len(api.asked()), len(api.asked("/elsewhere"))) == (2, 0)

    @pytest.mark.parametrize("failure", FAILURES)
    def test_a_post_that_was_sent_is_never_sent_again(
        self, make_hook: MakeHook, api: Api, failure: str
    ) -> None:
        api.will("/people", FAILURES[failure][0], GOOD)
        visitor = looked_up(make_hook(lookup(api.url(), method=ONCE, **SMALL) + NOTICE))
        assert error_of(visitor) == "lookup_failed"
        visitor.reload()
        assert len(api.asked()) == 1

    def test_an_optional_post_goes_on_at_once(self, make_hook: MakeHook, api: Api) -> None:
        api.will("/people", failing(500), GOOD)
        app = make_hook(lookup(api.url(), method=ONCE, required="false") + NOTICE)
        visitor = looked_up(app)
        assert now(visitor).step == "welcome"
        assert visitor.send().answer["claims"] == {}
        assert len(api.asked()) == 1

    @pytest.mark.parametrize("required", [True, False])
    def test_after_three_tries_it_is_over(
        self, make_hook: MakeHook, api: Api, log: Log, required: bool
    ) -> None:
        api.will("/people", failing(500), hangs_up, failing(503), GOOD)
        visitor = looked_up(make_hook(lookup(api.url(), required=str(required).lower())))
        assert visitor.send().step == "staff"
        visitor.send()
        assert len(api.asked()) == 3
        assert log.reasons("step_denied" if required else "step_done") == ["call_status"]
        if required:
            assert error_of(visitor) == "lookup_failed"
        else:
            assert now(visitor).answer["claims"] == {}

    def test_without_need_the_visitor_may_go_on(self, make_hook: MakeHook, api: Api) -> None:
        api.will("/people", failing(500))
        visitor = looked_up(make_hook(lookup(api.url(), required="false") + NOTICE))
        assert buttons(now(visitor)) == {"", "without"}
        assert visitor.send({"without": "yes"}).step == "welcome"
        assert visitor.send().answer["claims"] == {}
        assert len(api.asked()) == 1

    def test_with_need_nobody_goes_on_without(self, make_hook: MakeHook, api: Api) -> None:
        api.will("/people", failing(500))
        visitor = looked_up(make_hook(lookup(api.url()) + NOTICE))
        assert visitor.send({"without": "yes"}).step == "staff"
        assert len(api.asked()) == 2


class TestTries:
    @pytest.mark.parametrize("method", ["GET", "POST"])
    def test_a_server_that_never_answers_is_left_after_the_timeout(
        self, make_hook: MakeHook, api: Api, log: Log, method: str
    ) -> None:
        api.will("/people", says_nothing)
        visitor = looked_up(make_hook(lookup(api.url(), timeout="1", method=f'"{method}"')))
        assert len(api.asked()) == 1
        assert (now(visitor).step == "staff") is (method == "GET")
        assert method == "GET" or error_of(visitor) == "lookup_failed"
        assert log.reasons("step_stays") + log.reasons("step_denied") == ["call_timeout"]

    @pytest.mark.parametrize("method", ["GET", "POST"])
    def test_where_nobody_listens_even_a_post_may_be_tried_three_times(
        self, make_hook: MakeHook, log: Log, method: str
    ) -> None:
        with socket.create_server(("127.0.0.1", 0)) as closed:
            url = f"http://localhost:{closed.getsockname()[1]}/"
        visitor = looked_up(make_hook(lookup(url, method=f'"{method}"')))
        assert visitor.send().step == "staff"
        visitor.send()
        assert error_of(visitor) == "lookup_failed"
        assert log.reasons("step_stays") == ["call_unreachable"] * 2

    @pytest.mark.parametrize("private", ["", "false", "true"])
    def test_addresses_of_this_machine_are_refused_unless_they_are_allowed(
        self, make_hook: MakeHook, api: Api, log: Log, private: str
    ) -> None:
        url = api.url().replace("http:", "https:")
        looked_up(make_hook(lookup(url, private_addresses=private) + NOTICE))
        # Where it may be asked, it turns out not to speak TLS.
        reason = "call_tls" if private == "true" else "call_address_refused"
        assert log.reasons("step_stays") == [reason]
        assert api.asked() == []

    def test_after_a_failure_only_the_visitor_asks_again(
        self, make_hook: MakeHook, api: Api
    ) -> None:
        api.will("/people", failing(500))
        visitor = looked_up(make_hook(lookup(api.url())))
        for _ in range(4):
            assert visitor.reload().step == "staff"
            assert visitor.get(f"{now(visitor).url}?go=yes").step == "staff"
        assert len(api.asked()) == 1

    def test_another_journey_has_tries_of_its_own(self, make_hook: MakeHook, api: Api) -> None:
        api.will("/people", failing(500))
        app = make_hook(lookup(api.url()))
        for state in ("one", "two"):
            visitor = looked_up(app, state=state)
            visitor.send()
            visitor.send()
            assert error_of(visitor) == "lookup_failed"
        assert len(api.asked()) == 6

    def test_all_tabs_together_have_three(self, make_hook: MakeHook, api: Api) -> None:
        visitor = come(make_hook(lookup(api.url())))
        tabs = [Tab.of(visitor).open(visitor.app) for _ in range(3)]
        with ThreadPoolExecutor() as pool, api.held("/people", failing(500)) as held:
            calls = [pool.submit(load, tab) for tab in tabs]
            assert held.came()
            while held.came(patience=0.3):
                pass
            held.go()
            wait(calls)
        for _ in range(3):
            if visitor.reload().step:
                visitor.send()
        assert len(api.asked()) == 3
        assert error_of(visitor) == "lookup_failed"

    def test_a_person_has_six_calls_a_minute_and_the_seventh_waits_on_the_page(
        self, make_hook: MakeHook, api: Api, clock: Clock, log: Log
    ) -> None:
        visitor = come(make_hook(FORM + lookup(api.url(), send=NUMBER) + NOTICE))
        form = now(visitor).url
        for number in range(6):
            visitor.get(form)
            visitor.send({"staff.number": f"{number}"})
            assert load(visitor).step == "welcome"
        visitor.get(form)
        visitor.send({"staff.number": "6"})
        for passed in (0, 59):
            clock.turn(passed)
            waiting = load(visitor)
            assert (waiting.status, waiting.step, waits(waiting)) == (200, "staff", True)
        assert len(api.asked()) == 6
        assert log.reasons("step_stays") == ["calls_too_fast"] * 2
        other = come(visitor.app, "other", email="mere@kauri.example")
        other.send({"staff.number": "6"})
        assert load(other).step == "welcome"
        clock.turn(10)
        assert load(visitor).step == "welcome"
        assert [sent.query["no"] for sent in api.asked()[5:]] == [["5"], ["6"], ["6"]]

    @pytest.mark.parametrize(
        "options",
        [{}, OPTIONAL, MAY_REFUSE],
        ids=["required", "optional", "may refuse"],
    )
    def test_after_fifty_calls_a_day_nobody_gets_past_a_refusal(
        self, make_hook: MakeHook, api: Api, clock: Clock, log: Log, options: dict[str, str]
    ) -> None:
        app = make_hook(lookup(api.url(), **options) + NOTICE)
        for number in range(51):
            clock.turn(10)
            visitor = Visitor(app)
            dates: dict[str, Any] = {"iat": clock.now, "exp": clock.now + 600}
            visitor.arrive(state=f"{number}", claims={"name": "Ripeka", "email": MAIL}, **dates)
            assert (load(visitor).step == "welcome") is (number < 50)
        assert error_of(visitor) == "lookup_failed"
        assert log.reasons("step_denied") == ["calls_spent"]
        assert len(api.asked()) == 50

    @pytest.mark.parametrize("method", ["GET", "POST"])
    def test_where_others_are_asking_the_page_says_so_and_goes_on_by_itself(
        self, make_hook: MakeHook, api: Api, clock: Clock, log: Log, method: str
    ) -> None:
        app = make_hook(lookup(api.url(), method=f'"{method}"') + NOTICE)
        visitor = come(app)
        assert not waits(now(visitor))
        with crowd_at(app, api):
            waiting = load(visitor)
        assert (waiting.status, waiting.step, waits(waiting)) == (200, "staff", True)
        assert "We got no answer" not in waiting.text
        assert log.reasons("step_stays") == ["call_busy"]
        clock.turn(10)
        assert load(visitor).step == "welcome"
        assert len(api.asked()) == CALLS_MOST + 1

    def test_to_wait_costs_none_of_a_persons_calls(
        self, make_hook: MakeHook, api: Api, clock: Clock
    ) -> None:
        app = make_hook(lookup(api.url()) + NOTICE)
        visitor = come(app)
        with crowd_at(app, api):
            before = counted(app)
            for _ in range(7):
                assert waits(load(visitor))
                clock.turn(10)
            assert counted(app) == before
        assert load(visitor).step == "welcome"
        assert counted(app) != before

    @pytest.mark.parametrize("by_button", [False, True])
    def test_whoever_is_early_asks_nobody_and_waits_on(
        self, make_hook: MakeHook, api: Api, clock: Clock, by_button: bool
    ) -> None:
        app = make_hook(lookup(api.url()) + NOTICE)
        visitor = come(app)
        again: Callable[[], Seen] = visitor.send if by_button else partial(load, visitor)
        with crowd_at(app, api):
            load(visitor)
        clock.turn(9)
        before = rows(app)
        assert waits(again())
        assert rows(app) == before
        clock.turn(1)
        assert again().step == "welcome"

    @pytest.mark.parametrize("options", [{}, OPTIONAL], ids=["required", "optional"])
    def test_whoever_tries_again_in_a_crowd_waits_and_may_still_go_on_without(
        self, make_hook: MakeHook, api: Api, clock: Clock, options: dict[str, str]
    ) -> None:
        api.will("/people", failing(500))
        app = make_hook(lookup(api.url(), **options) + NOTICE)
        visitor = looked_up(app)
        with crowd_at(app, api):
            assert waits(visitor.send())
        assert ("without" in buttons(now(visitor))) is bool(options)
        api.will("/people", failing(500), GOOD)
        clock.turn(10)
        assert "We got no answer" in load(visitor).text
        assert visitor.send().step == "welcome"

    @pytest.mark.parametrize("method", ["GET", "POST"])
    def test_a_second_press_in_a_crowd_does_not_lose_the_answer(
        self, make_hook: MakeHook, api: Api, method: str
    ) -> None:
        app = make_hook(lookup(api.url(), method=f'"{method}"') + NOTICE)
        visitor = come(app)
        tab = Tab.of(visitor).open(app)
        with crowd_at(app, api, CALLS_MOST - 1) as (pool, held):
            call = pool.submit(load, visitor)
            assert held.came()
            assert not waits(tab.send())
            held.go()
            assert call.result().step == "welcome"
        assert len(api.asked()) == CALLS_MOST

    def test_while_calls_run_the_server_answers_everybody_else(
        self, make_hook: MakeHook, api: Api, tmp_path: Path
    ) -> None:
        make_hook(lookup(api.url()) + NOTICE)
        (tmp_path / "served.py").write_text("from hook import create_app\n\napp = create_app()\n")
        with gunicorn(tmp_path, "served:app", HOOK_WORKERS="1") as server:
            dates: dict[str, Any] = {"iat": int(time.time()), "exp": int(time.time()) + 600}
            visitors = [Visitor(server) for _ in range(2 * CALLS_MOST)]
            for number, visitor in enumerate(visitors):
                person = {"name": "Ripeka", "email": f"{number}@kauri.example"}
                visitor.arrive(state=f"{number}", claims=person, **dates)
            late = Visitor(server)
            with ThreadPoolExecutor(len(visitors)) as pool, api.held("/people", GOOD) as held:
                calls = [pool.submit(load, visitor) for visitor in visitors]
                assert all(held.came() for _ in range(CALLS_MOST))
                under_way = set(calls)
                while len(under_way) > CALLS_MOST:
                    under_way = wait(under_way, return_when=FIRST_COMPLETED).not_done
                assert late.arrive(state="late", **dates).step == "staff"
                held.go()
            steps = sorted(call.result().step for call in calls)
        assert steps == ["staff"] * CALLS_MOST + ["welcome"] * CALLS_MOST

    @pytest.mark.parametrize(("method", "asked"), [("GET", 2), ("POST", 1)])
    def test_where_the_process_dies_in_a_call_a_post_is_not_sent_again(
        self, make_hook: MakeHook, api: Api, tmp_path: Path, clock: Clock, method: str, asked: int
    ) -> None:
        """What it leaves behind is its database as it was while the call was under way."""

        def dies(sent: Sent, _: object) -> None:
            before, after = (sqlite3.connect(tmp_path / name) for name in ("hook.db", "left.db"))
            with closing(before), closing(after):
                before.backup(after)

        api.will("/people", dies, GOOD)
        flow = lookup(api.url(), method=f'"{method}"')
        visitor = come(make_hook(flow))
        tab = Tab.of(visitor)
        load(visitor)
        clock.turn(100)
        left = tab.open(make_hook(flow, database=f"sqlite:///{tmp_path}/left.db"))
        load(left)
        assert len(api.asked()) == asked
        if method == "GET":
            assert now(left).answer["claims"] == {"since": "2019-02-01"}
        else:
            assert error_of(left) == "lookup_failed"


def while_under_way(visitor: Visitor, api: Api, script: Script, others: int) -> Seen:
    """Let the page load itself, and press the button in other tabs before the answer is there."""
    tabs = [Tab.of(visitor).open(visitor.app) for _ in range(others)]
    journey = now(visitor).url.rpartition("/")[0]
    with ThreadPoolExecutor() as pool, api.held("/people", script) as held:
        first = pool.submit(load, visitor)
        assert held.came()
        pressed = [pool.submit(tab.send) for tab in tabs]
        wait(pressed, timeout=0.5)
        held.go()
        wait([first, *pressed])
    return visitor.get(journey)


class TestAtOnce:
    @pytest.mark.parametrize(("method", "others"), [("GET", 1), ("POST", 1), ("GET", 3)])
    def test_a_button_pressed_while_the_call_runs_does_not_end_the_journey(
        self, make_hook: MakeHook, api: Api, method: str, others: int
    ) -> None:
        visitor = come(make_hook(lookup(api.url(), method=f'"{method}"') + NOTICE))
        assert while_under_way(visitor, api, GOOD, others).step == "welcome"
        assert visitor.send().answer["claims"] == {"since": "2019-02-01"}
        assert len(api.asked()) <= (3 if method == "GET" else 1)

    @pytest.mark.parametrize(("method", "others"), [("GET", 1), ("POST", 1), ("GET", 3)])
    def test_nobody_runs_from_a_refusal_by_pressing_twice(
        self, make_hook: MakeHook, api: Api, method: str, others: int
    ) -> None:
        options = {"method": f'"{method}"', "required": "false", "refusals": REFUSALS}
        visitor = come(make_hook(lookup(api.url(), **options) + NOTICE))
        while_under_way(visitor, api, NO, others)
        assert error_of(visitor) == "staff_on_leave"

    @pytest.mark.parametrize("number", ["7", "8"], ids=["not sent", "sent"])
    @pytest.mark.parametrize("method", ["GET", "POST"])
    @pytest.mark.parametrize(
        ("options", "code"), [(OPTIONAL, "refused_elsewhere"), (MAY_REFUSE, "staff_on_leave")]
    )
    def test_nobody_runs_from_a_refusal_by_changing_a_form_while_the_call_runs(
        self,
        make_hook: MakeHook,
        api: Api,
        options: dict[str, str],
        code: str,
        method: str,
        number: str,
    ) -> None:
        """What is sent is asked about anew; the refusal of what was not changed counts."""
        asking = lookup(api.url(), method=f'"{method}"', send=NUMBER, **options)
        visitor = come(make_hook(FORM + asking + NOTICE))
        form = now(visitor).url
        visitor.send({"staff.number": "7", "nickname": "Rip"})
        tab = Tab.of(visitor).open(visitor.app)
        with ThreadPoolExecutor() as pool, api.held("/people", NO) as held:
            call = pool.submit(load, visitor)
            assert held.came()
            tab.get(form)
            assert tab.send({"staff.number": number, "nickname": "Rips"}).step == "staff"
            held.go()
            assert (call.result().step == "staff") is (number != "7")
        if number != "7":
            load(visitor)
        assert error_of(visitor) == code
        assert len(api.asked()) == (1 if number == "7" else 2)

    @pytest.mark.parametrize(
        ("method", "options", "code"),
        [
            ("GET", OPTIONAL, "refused_elsewhere"),
            ("GET", MAY_REFUSE, "staff_on_leave"),
            ("POST", OPTIONAL, "lookup_failed"),
            ("POST", MAY_REFUSE, "lookup_failed"),
        ],
    )
    @pytest.mark.parametrize("crowd", [False, True], ids=["alone", "in a crowd"])
    def test_nobody_runs_from_a_refusal_by_going_back_while_the_call_runs(
        self,
        make_hook: MakeHook,
        api: Api,
        clock: Clock,
        method: str,
        options: dict[str, str],
        code: str,
        crowd: bool,
    ) -> None:
        """The refusal is lost with the place it was for: a POST is not sent again to hear it."""
        app = make_hook(FORM + MORE + lookup(api.url(), method=f'"{method}"', **options) + NOTICE)
        visitor = come(app)
        visitor.send({"staff.number": "7"})
        more = now(visitor).url
        visitor.send({"desk": "1"})
        tab = Tab.of(visitor).open(app)
        with ThreadPoolExecutor() as pool, api.held("/people", NO) as held:
            call = pool.submit(load, visitor)
            assert held.came()
            tab.get(more)
            assert tab.send({"desk": "1", "_back": "yes"}).step == "form"
            held.go()
            assert call.result().step == "more"
        assert visitor.send({"desk": "1"}).step == "staff"
        clock.turn(100)
        with crowd_at(app, api) if crowd else nullcontext():
            load(visitor)
        api.will("/people", NO)
        if now(visitor).step == "staff":
            clock.turn(10)
            load(visitor)
        assert error_of(visitor) == code

    @pytest.mark.parametrize("method", ["GET", "POST"])
    @pytest.mark.parametrize(
        ("second", "asked"),
        [
            ({"staff.number": "7", "nickname": "Rip"}, ["7"]),
            ({"staff.number": "7", "nickname": "Rips"}, ["7"]),
            ({"staff.number": "8", "nickname": "Rip"}, ["7", "8"]),
        ],
        ids=["nothing changed", "other claim changed", "sent claim changed"],
    )
    def test_an_answer_counts_although_something_was_kept_meanwhile_that_does_not_matter(
        self, make_hook: MakeHook, api: Api, method: str, second: Values, asked: list[str]
    ) -> None:
        asking = lookup(api.url(), method=f'"{method}"', send=NUMBER)
        visitor = come(make_hook(FORM + asking + NOTICE))
        form = now(visitor).url
        visitor.send({"staff.number": "7", "nickname": "Rip"})
        tab = Tab.of(visitor).open(visitor.app)
        with ThreadPoolExecutor() as pool, api.held("/people", GOOD) as held:
            call = pool.submit(load, visitor)
            assert held.came()
            tab.get(form)
            assert tab.send(second).step == "staff"
            held.go()
            assert (call.result().step == "welcome") is (len(asked) == 1)
        if now(visitor).step == "staff":
            load(visitor)
        number, nickname = second.values()
        claims = {"staff": {"number": number}, "nickname": nickname, "since": "2019-02-01"}
        assert visitor.send().answer["claims"] == claims
        sent = [each.query["no"] if method == "GET" else [each.json["no"]] for each in api.asked()]
        assert sent == [[each] for each in asked]

    def test_nobody_goes_on_without_before_it_was_asked(
        self, make_hook: MakeHook, api: Api
    ) -> None:
        api.will("/people", NO)
        visitor = come(make_hook(lookup(api.url(), required="false", refusals=REFUSALS) + NOTICE))
        assert buttons(now(visitor)) == {""}
        visitor.send({"without": "yes"})
        if now(visitor).step == "staff":
            load(visitor)
        assert error_of(visitor) == "staff_on_leave"

    def test_who_cancels_while_the_call_runs_has_cancelled(
        self, make_hook: MakeHook, api: Api
    ) -> None:
        visitor = come(make_hook(lookup(api.url()) + NOTICE))
        tab = Tab.of(visitor).open(visitor.app)
        with ThreadPoolExecutor() as pool, api.held("/people", GOOD) as held:
            call = pool.submit(load, visitor)
            assert held.came()
            cancelled = tab.cancel().answer
            held.go()
            seen = call.result()
        assert cancelled["error"] == {"message": "user_cancelled"}
        assert seen.answer["error"] == {"message": "user_cancelled"}


class TestPage:
    def test_it_says_what_happens_and_asks_nobody_yet(self, make_hook: MakeHook, api: Api) -> None:
        app = make_hook(lookup(api.url(), text='"A <b>moment</b>, please."'))
        visitor = come(app)
        page = visitor.reload()
        assert "A <b>moment</b>, please." in page.text
        assert "<b>" not in page.html
        assert "<script" not in page.html
        assert '<meta http-equiv="refresh" content="1; url=?go=yes">' in page.html
        assert buttons(page) == {""}
        assert "no-store" in page.response.headers["Cache-Control"]
        assert api.asked() == []

    def test_the_button_does_the_same(self, make_hook: MakeHook, api: Api) -> None:
        visitor = come(make_hook(lookup(api.url())))
        assert visitor.send().answer["claims"] == {"since": "2019-02-01"}
        assert len(api.asked()) == 1

    @pytest.mark.parametrize(
        ("method", "headers", "asks"),
        [
            ("GET", {}, True),
            ("HEAD", {}, False),
            ("GET", {"Sec-Purpose": "prefetch;prerender"}, False),
            ("GET", {"Purpose": "prefetch"}, False),
            ("GET", {"Sec-Fetch-Dest": "iframe"}, False),
            ("GET", {"Sec-Fetch-Dest": "image"}, False),
        ],
    )
    def test_only_a_visitor_who_opens_it_makes_the_call(
        self, make_hook: MakeHook, api: Api, method: str, headers: dict[str, str], asks: bool
    ) -> None:
        visitor = come(make_hook(lookup(api.url())))
        visitor.browser.open(
            f"{now(visitor).url}?go=yes",
            method=method,
            headers=headers,
            base_url=visitor.origin,
        )
        assert len(api.asked()) == asks

    @pytest.mark.parametrize("query", ["", "?go=yes"])
    def test_nobody_sees_it_or_asks_in_another_browser(
        self, make_hook: MakeHook, api: Api, query: str
    ) -> None:
        visitor = come(make_hook(lookup(api.url())))
        stranger = Visitor(visitor.app).get(now(visitor).url + query)
        assert (stranger.status, stranger.reason) == (404, "journey_unknown")
        assert api.asked() == []

    @pytest.mark.parametrize("query", ["", "?go=yes"])
    def test_once_it_is_done_its_url_asks_nobody(
        self, make_hook: MakeHook, api: Api, query: str
    ) -> None:
        visitor = come(make_hook(lookup(api.url()) + NOTICE))
        url = now(visitor).url
        assert load(visitor).step == "welcome"
        assert visitor.get(url + query).step == "welcome"
        assert len(api.asked()) == 1

    def test_before_its_turn_its_url_asks_nobody(self, make_hook: MakeHook, api: Api) -> None:
        visitor = come(make_hook(NOTICE + lookup(api.url())))
        url = now(visitor).url.replace("/welcome", "/staff")
        assert visitor.get(f"{url}?go=yes").step == "welcome"
        assert api.asked() == []


class TestFlow:
    @pytest.mark.parametrize(
        ("second", "asked"),
        [
            ({"staff.number": "8", "nickname": "Rip"}, ["7", "8"]),
            ({"staff.number": "7", "nickname": "Rip"}, ["7"]),
            ({"staff.number": "7", "nickname": "other"}, ["7"]),
        ],
        ids=["sent claim changed", "nothing changed", "other claim changed"],
    )
    def test_it_asks_again_when_a_claim_that_is_sent_is_changed(
        self, make_hook: MakeHook, api: Api, second: Values, asked: list[str]
    ) -> None:
        flow = FORM + lookup(api.url(), send=NUMBER) + NOTICE
        visitor = come(make_hook(flow))
        form = now(visitor).url
        visitor.send({"staff.number": "7", "nickname": "Rip"})
        assert load(visitor).step == "welcome"
        api.will("/people", says({"employment": {"start": "2020-01-01"}}))
        assert visitor.get(form).step == "form"
        seen = visitor.send(second)
        if seen.step == "staff":
            seen = load(visitor)
        assert seen.step == "welcome"
        assert [sent.query["no"] for sent in api.asked()] == [[each] for each in asked]
        since = "2019-02-01" if len(asked) == 1 else "2020-01-01"
        assert visitor.send().answer["claims"]["since"] == since

    def test_a_new_answer_without_a_value_takes_the_old_claim_away(
        self, make_hook: MakeHook, api: Api
    ) -> None:
        take = TAKE.replace("12", "12, required = false")
        visitor = come(make_hook(FORM + lookup(api.url(), send=NUMBER, take=take) + NOTICE))
        form = now(visitor).url
        visitor.send({"staff.number": "7"})
        load(visitor)
        api.will("/people", says({}))
        visitor.get(form)
        visitor.send({"staff.number": "8"})
        load(visitor)
        assert visitor.send().answer["claims"] == {"staff": {"number": "8"}}

    @pytest.mark.parametrize("country", ["NZ", "FR"])
    def test_when_it_is_not_wanted_nobody_is_asked(
        self, make_hook: MakeHook, api: Api, country: str
    ) -> None:
        when = '{ arrival = "country", equals = "NZ" }'
        visitor = come(make_hook(lookup(api.url(), when=when) + NOTICE), country=country)
        assert (now(visitor).step == "staff") is (country == "NZ")
        visitor.get(now(visitor).url.replace("/welcome", "/staff") + "?go=yes")
        assert len(api.asked()) == (country == "NZ")


def test_secrets_and_what_was_typed_stand_in_no_log_page_or_row(
    make_hook: MakeHook, api: Api, caplog: pytest.LogCaptureFixture
) -> None:
    for name in ("hook", "werkzeug", "flask"):
        caplog.set_level(logging.DEBUG, name)
    api.will("/token", token("Token-83"))
    api.will("/people", failing(500), sends(b"", 302, Location="/x"), says({"x": "Answer-83"}))
    visitor = come(make_hook(FORM + oauth(api, send=NUMBER, key=KEY), environ=SECRETS))
    visitor.send({"staff.number": "Typed-83"})
    pages = [load(visitor).html, visitor.send().html, visitor.send().html]
    assert now(visitor).page == "stopped"
    assert [sent.query for sent in api.asked()] == [{"no": ["Typed-83"]}] * 3
    assert '"reason":"call_status"' in caplog.text
    told = "".join(pages) + caplog.text + str(rows(visitor.app))
    hidden = (*SECRETS.values(), "Token-83", "Typed-83", "Answer-83", "localhost", MAIL)
    assert [word for word in hidden if word in told] == []


class TestStart:
    """What is a mistake before anybody comes; the configuration without it is none."""

    API = "https://directory.kauri.example/people"

    def mistakes(self, make_hook: MakeHook, flow: str, **environ: str) -> dict[str, str]:
        with pytest.raises(ConfigError) as refused:
            make_hook(flow, environ=environ)
        assert "open-sesame" not in str(refused.value)
        return {each.key.partition("steps")[2]: each.problem for each in refused.value.mistakes}

    @pytest.mark.parametrize(
        ("url", "problem"),
        [
            ("http://directory.kauri.example/people", "must start with https://"),
            ("http://127.0.0.1/people", "must start with https://"),
            ("https://me:open-sesame@kauri.example/", "must not hold a user or password"),
            ("https://kauri.example/#people", "must not hold a fragment"),
            ("https:///people", "must name a host"),
        ],
        ids=["http", "http on an address", "user", "fragment", "no host"],
    )
    def test_a_url_that_cannot_be_asked(self, make_hook: MakeHook, url: str, problem: str) -> None:
        assert make_hook(lookup("http://localhost:8080/people"))
        (found,) = self.mistakes(make_hook, lookup(url)).items()
        assert found[0] == "[0].url"
        assert found[1].startswith(problem)

    @pytest.mark.parametrize(
        ("options", "key", "problem"),
        [
            ({"url": ""}, "url", "this is missing"),
            ({"method": '"PUT"'}, "method", "use 'GET' or 'POST'"),
            ({"timeout": "0"}, "timeout", "use 1 or more"),
            ({"timeout": "21"}, "timeout", "use 20 or less"),
            ({"max_answer_bytes": "99"}, "max_answer_bytes", "use 100 or more"),
            ({"key": KEY.replace("DIRECTORY", "NO")}, "key.value", "the environment variable NO"),
            ({"key": "{ header = 'X' }"}, "key.value", "this is missing"),
            ({"key": KEY.replace("X-Api-Key", "X:")}, "key.header", "must be the name of a header"),
            ({"key": KEY.replace("}", ", a = 1 }")}, "key.a", "there is no such option"),
            ({"unknown": "1"}, "unknown", "there is no such option"),
            ({"send": "[{}]"}, "send[0]", "use one of arrival and claim"),
            ({"send": '[{ arrival = "a", claim = "b" }]'}, "send[0]", "use one of arrival and"),
            ({"send": '[{ arrival = "a", as = "b" }]'}, "send[0].as", "there is no such option"),
            ({"take": '[{ claim = "a" }]'}, "take[0].max_bytes", "this is missing"),
            ({"take": '[{ max_bytes = 1 }]'}, "take[0].claim", "this is missing"),
            ({"take": TAKE.replace("12", "12, a = 1")}, "take[0].a", "there is no such option"),
            ({"refusals": '[{ message = "a", code = "my_code" }]'}, "refusals[0].text", "this is"),
            ({"refusals": REFUSALS.replace("staff_on_leave", "user_cancelled")},
             "refusals[0].code", "this code has a meaning of its own"),
            ({"ca_file": '"none.pem"'}, "ca_file", "this file cannot be read"),
        ],
    )  # fmt: skip
    def test_an_option_that_is_wrong_is_told_with_its_key(
        self, make_hook: MakeHook, options: dict[str, str], key: str, problem: str
    ) -> None:
        assert make_hook(lookup(self.API, key=KEY, refusals=REFUSALS), environ=SECRETS)
        found = self.mistakes(make_hook, lookup(self.API, **options), **SECRETS)
        assert next(iter(found)).startswith(f"[0].{key}"), found
        assert next(iter(found.values())).startswith(problem), found

    @pytest.mark.parametrize(
        ("was", "wrong", "key"),
        [
            ("https:", "http:", "token_url"),
            ('token_url = "https://a.example", ', "", "token_url"),
            ('client_id = "a", ', "", "client_id"),
            (', client_secret = "env:CLIENT_SECRET"', "", "client_secret"),
            ("env:CLIENT_SECRET", "env:NONE", "client_secret"),
            (" }", ", x = 1 }", "x"),
        ],
    )
    def test_an_oauth_client_that_is_wrong(
        self, make_hook: MakeHook, was: str, wrong: str, key: str
    ) -> None:
        right = (
            '{ token_url = "https://a.example", client_id = "a", '
            'client_secret = "env:CLIENT_SECRET" }'
        )
        assert make_hook(lookup(self.API, oauth=right), environ=SECRETS)
        flow = lookup(self.API, oauth=right.replace(was, wrong))
        assert list(self.mistakes(make_hook, flow, **SECRETS)) == [f"[0].oauth.{key}"]

    @pytest.mark.parametrize("flow", ["", "later"])
    def test_a_claim_that_no_earlier_step_writes_cannot_be_sent(
        self, make_hook: MakeHook, flow: str
    ) -> None:
        asking = lookup(self.API, send=NUMBER)
        assert make_hook(FORM + asking)
        (found,) = self.mistakes(make_hook, asking + (FORM if flow else "")).items()
        assert found[0].startswith("[0]")
        assert "staff.number" in found[1]

    @pytest.mark.parametrize(
        ("right", "was", "wrong"),
        [
            (f"take = [{A_CLAIM}, {B_CLAIM}]", '"b"', '"a"'),
            (f"take = [{A_CLAIM}, {B_CLAIM}]", '"b"', '"a.b"'),
            ('send = [{ arrival = "a" }, { arrival = "b", name = "c" }]', '"c"', '"a"'),
            (f"refusals = [{A_REFUSAL}, {B_REFUSAL}]", "says_b", "says_a"),
            (f"refusals = [{A_REFUSAL}, {B_REFUSAL}]", "code_b", "code_a"),
            (f"key = {KEY}", "X-Api-Key", "Host"),
            (f"key = {KEY}", "X-Api-Key", "Content-Length"),
            ('ca_file = "ca.pem"', "ca.pem", "terms.md"),
        ],
        ids=[
            "one claim twice",
            "a claim in a claim",
            "one name twice",
            "one message twice",
            "one code with two texts",
            "the header Host",
            "the header Content-Length",
            "no certificate in the file",
        ],
    )
    def test_what_could_never_work_or_would_hide_another(
        self, make_hook: MakeHook, tmp_path: Path, right: str, was: str, wrong: str
    ) -> None:
        Authority(tmp_path)
        flow = lookup(self.API, send="", take="")
        assert make_hook(flow + right, environ=SECRETS)
        found = self.mistakes(make_hook, flow + right.replace(was, wrong), **SECRETS)
        assert next(iter(found)).startswith("[0]")

    def test_an_answer_that_could_not_travel(self, make_hook: MakeHook) -> None:
        assert make_hook(lookup(self.API, take='[{ claim = "a", max_bytes = 900 }]'))
        take = '[{ claim = "a", max_bytes = 900 }, { claim = "b", max_bytes = 901 }]'
        (problem,) = self.mistakes(make_hook, lookup(self.API, take=take)).values()
        assert "the longest possible answer passes 2000 characters" in problem
        assert "first b with 901 bytes" in problem

    def test_its_arrival_claims_are_among_those_to_register(self, make_hook: MakeHook) -> None:
        app = make_hook(lookup(self.API, send='[{ arrival = "address.city" }]'))
        assert "address" in app.extensions["hook"].config.tenants["kauri"].reads()
