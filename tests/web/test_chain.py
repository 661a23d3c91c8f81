"""Hooks in a chain: tenant, hook, another hook, and all the way back, in one visitor's browsers."""

import base64
import hashlib
import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.client import HTTPConnection
from pathlib import Path
from typing import Any, get_args
from urllib.parse import urlencode, urlsplit

import pytest
from flask import Flask

from hook.testing.hooks import NOTICE, PROFILE, TERMS, Clock, MakeHook
from hook.testing.html import Html
from hook.testing.tokens import (
    HEADER,
    HOOK_URL,
    NOW,
    OTHER_SECRET,
    SECRET,
    payload,
    read_answer,
    sign,
)
from hook.testing.visitor import Seen, Values, Visitor
from tests.support.foreign_hook import ClaimFault, Fault, ForeignHook, TokenFault

THIRD = base64.b64encode(hashlib.sha256(b"third").digest()).decode()
ISSUERS, SECRETS = "HOOK__TENANTS__KAURI__ISSUERS", "HOOK__TENANTS__KAURI__SECRETS"
SECOND, LAST = "https://id.rimu.example", "http://localhost:5001"
TAKE = '[{ claim = "spoken", answer = "pronouns", max_bytes = 20 }]'
CITY = """
[[tenants.kauri.steps]]
kind = "claims_form"
name = "address"
title = "Where do you live?"
[[tenants.kauri.steps.fields]]
claim = "address.city"
label = "City"
type = "text"
{more}
"""


def handoff(
    *more: str,
    url: str = f"{SECOND}/kauri",
    known: str = "RIMU_SECRET",
    send: str = '[{ arrival = "name" }, { arrival = "email" }]',
    take: str = TAKE,
    refused: str = "terms_declined",
) -> str:
    """The TOML of a handoff."""
    return f"""
[[tenants.kauri.steps]]
kind = "handoff"
name = "identity"
title = "Confirm your identity"
text = "We take you elsewhere."
url = "{url}"
secrets = ["env:{known}"]
send = {send}
take = {take}
refusals = [{{ message = "{refused}", code = "no_thanks", text = "You did not want it." }}]
""" + "\n".join(more)


@dataclass
class Trip:
    """One visitor, with a tab at each of the hooks that this software runs."""

    visitors: dict[str, Visitor]
    seen: Seen = field(init=False)

    def begin(self, **changes: Any) -> Seen:
        """Come from the tenant to the first hook."""
        self.at = next(iter(self.visitors.values()))
        self.seen = self.at.arrive(**changes)
        return self.seen

    def send(self, values: Values | None = None) -> Seen:
        """Send the form that is seen."""
        self.seen = self.at.send(values)
        return self.seen

    def hop(self, url: str = "") -> Seen:
        """Follow the page that leads to the next hook, or open a URL."""
        parts = urlsplit(url or self.seen.return_url)
        self.at = self.visitors[f"{parts.scheme}://{parts.netloc}"]
        self.seen = self.at.get(f"{parts.path}?{parts.query}")
        return self.seen

    def go(self, **values: str) -> Seen:
        """Send the form and go where its page leads."""
        assert self.send(dict(values)).page == "leave"
        return self.hop()

    def cancel(self, reason: str) -> Seen:
        """Take the way out, and follow it."""
        self.seen = self.at.cancel(reason)
        return self.hop()


Chain = Callable[..., Trip]


@pytest.fixture
def hook_at(make_hook: MakeHook, tmp_path: Path) -> Callable[..., Flask]:
    """Make a hook of the chain: its URL, whom it accepts, its secret."""

    def make(text: str, url: str, issuer: str, known: str = "RIMU_SECRET") -> Flask:
        database = f"sqlite:///{tmp_path}/{hashlib.sha256(url.encode()).hexdigest()}.db"
        environ = {
            "HOOK__PUBLIC_URL": url,
            ISSUERS: f'["{issuer}"]',
            SECRETS: f'["env:{known}"]',
            "THIRD_SECRET": THIRD,
            "HOOK_COOKIE_KEY": hashlib.sha256(url.encode()).hexdigest(),
        }
        return make_hook(text, database=database, environ=environ)

    return make


@pytest.fixture
def chain(make_hook: MakeHook, hook_at: Callable[..., Flask]) -> Chain:
    """Make a trip over two hooks."""

    def make(first: str = "", second: str = PROFILE) -> Trip:
        one = Visitor(make_hook(first or handoff() + NOTICE))
        two = Visitor(hook_at(second, SECOND, HOOK_URL))
        two.origin = SECOND
        return Trip({one.origin: one, SECOND: two})

    return make


def signed_at(url: str, secret: str, body: dict[str, Any]) -> str:
    """The URL with a token of this payload, signed with this secret."""
    given = sign(json.dumps(HEADER).encode(), json.dumps(body).encode(), secret)
    return f"{url}?session_token={given}"


PRONOUNS: Values = {"pronouns": "she/her"}


class TestTwo:
    """Two hooks of this software."""

    def test_the_claims_of_the_second_come_to_the_tenant_by_way_of_the_first(
        self, chain: Chain
    ) -> None:
        trip = chain()
        assert trip.begin().step == "identity"
        page = trip.go()
        assert page.step == "profile"
        assert "Signed in as Ripeka Tamihana" in page.text
        assert trip.send(PRONOUNS).page == "leave"
        assert trip.hop().step == "welcome"
        found = trip.send().answer
        assert found["claims"] == {"spoken": "she/her"}
        assert (found["iss"], found["exp"] - found["iat"]) == (HOOK_URL, 60)

    def test_three_in_a_row(self, make_hook: MakeHook, hook_at: Callable[..., Flask]) -> None:
        middle = handoff(url=f"{LAST}/kauri", known="THIRD_SECRET", send='[{ arrival = "email" }]')
        taken = TAKE.replace('"pronouns"', '"spoken"')
        apps = {
            "https://hook.example.org": make_hook(handoff(take=taken)),
            SECOND: hook_at(middle, SECOND, HOOK_URL),
            LAST: hook_at(PROFILE, LAST, f"{SECOND}/kauri", "THIRD_SECRET"),
        }
        trip = Trip({url: Visitor(app) for url, app in apps.items()})
        for url, visitor in trip.visitors.items():
            visitor.origin = url
        trip.begin()
        trip.go()
        page = trip.go()
        assert (page.step, "Ripeka" in page.html) == ("profile", False)
        trip.send(PRONOUNS)
        assert trip.hop().page == "leave"
        assert trip.hop().answer["claims"] == {"spoken": "she/her"}

    @pytest.mark.parametrize(
        ("refused", "code"),
        [("terms_declined", "no_thanks"), ("step_failed", "refused_elsewhere")],
    )
    def test_a_refusal_travels_back(self, chain: Chain, refused: str, code: str) -> None:
        trip = chain(handoff(refused=refused), TERMS + PROFILE)
        trip.begin()
        trip.go()
        declined = read_answer(trip.send({"answer": "decline"}).return_url, OTHER_SECRET)
        assert declined["error"] == {"message": "terms_declined"}
        assert trip.hop().page == "stopped"
        assert trip.at.get(f"{trip.seen.url}?leave=yes").answer["error"] == {"message": code}

    @pytest.mark.parametrize("reason", ["user_cancelled", "not_me"])
    def test_whoever_cancels_there_is_back_here_and_may_go_again(
        self, chain: Chain, reason: str
    ) -> None:
        trip = chain()
        trip.begin()
        trip.go()
        assert trip.cancel(reason).step == "identity"
        assert "You stopped there." in trip.seen.text
        assert trip.go().step == "profile"
        trip.send(PRONOUNS)
        assert trip.hop().step == "welcome"

    def test_a_claim_inside_another_arrives_where_the_second_looks_for_it(
        self, chain: Chain
    ) -> None:
        """A dot goes into an object, in the protocol of both."""
        shown = CITY.replace("{more}", 'from_arrival = "address.city"\neditable = false')
        first = CITY.replace("{more}", "") + handoff(
            send='[{ arrival = "name" }, { arrival = "email" }, { claim = "address.city" }]'
        )
        trip = chain(first, shown + PROFILE)
        trip.begin()
        assert trip.send({"address.city": "Ōtautahi"}).step == "identity"
        assert trip.go().step == "address"
        assert "Ōtautahi" in trip.seen.text

    def test_what_was_done_there_before_the_way_back_was_lost_is_still_known(
        self, chain: Chain, clock: Clock
    ) -> None:
        trip = chain()
        trip.begin()
        trip.go()
        late = trip.send(PRONOUNS).return_url
        clock.turn(90)
        assert trip.hop(late).step == "identity"
        assert "can’t be used" in trip.seen.text
        assert trip.go().page == "leave"
        assert trip.hop().step == "welcome"


class TestTime:
    """No session outlives the one before it."""

    @pytest.mark.parametrize(
        ("timeout", "passed", "left"), [("60m", 0, 630), ("60m", 400, 230), ("60m", 615, 16)]
    )
    def test_the_second_is_over_when_the_first_is(
        self, chain: Chain, clock: Clock, timeout: str, passed: int, left: int
    ) -> None:
        """`left` has the leeway in it; in the last half minute one more second there is no harm."""
        trip = chain(handoff(f'timeout = "{timeout}"'))
        first = trip.begin()
        clock.turn(passed)
        assert trip.go().step == "profile"
        clock.turn(left - 1)
        assert trip.at.reload().status == 200
        clock.turn(30 if passed > 600 else 1)
        assert trip.at.reload().reason == "journey_over_time"
        assert trip.hop(f"https://hook.example.org{first.url}").reason == "journey_over_time"

    def test_whoever_took_too_long_there_may_go_again(self, chain: Chain, clock: Clock) -> None:
        trip = chain(handoff('timeout = "1m"') + NOTICE)
        here = trip.begin(exp=NOW + 3_600)
        assert trip.go().step == "profile"
        clock.turn(90)
        assert trip.at.reload().reason == "journey_over_time"
        assert trip.hop(f"https://hook.example.org{here.url}").step == "identity"
        assert trip.go().step == "profile"
        trip.send(PRONOUNS)
        assert trip.hop().step == "welcome"

    def test_whoever_came_back_too_late_may_go_again(self, chain: Chain, clock: Clock) -> None:
        """The second hook repeats its answer for ten minutes; then only a new visit gives one."""
        trip = chain()
        trip.begin(exp=NOW + 3_600)
        trip.go()
        late = trip.send(PRONOUNS).return_url
        clock.turn(601)
        assert trip.hop(late).step == "identity"
        assert trip.go(anew="yes").step == "profile"
        trip.send(PRONOUNS)
        assert trip.hop().step == "welcome"


class TestMixedUp:
    """Every token is good for one hop in one direction."""

    def test_each_hop_has_its_secret(self, chain: Chain) -> None:
        trip = chain()
        trip.begin()
        trip.go()
        url = trip.send(PRONOUNS).return_url
        wrong = signed_at(url.partition("?")[0], SECRET, read_answer(url, OTHER_SECRET))
        assert trip.hop(wrong).step == "identity"
        assert trip.hop(url).step == "welcome"

    def test_no_token_can_stand_for_another_whoever_signed_it(self, chain: Chain) -> None:
        """Each token is brought to each other place, signed with the secret of that place."""
        trip = chain(handoff(take="[]") + NOTICE, NOTICE)
        trip.begin()
        tokens = {"arrival": payload(), "sent": read_answer(trip.send().return_url, OTHER_SECRET)}
        back = str(tokens["sent"]["redirectUrl"])
        trip.hop()
        answered = trip.send().return_url
        tokens["back"] = read_answer(answered, OTHER_SECRET)
        for name in ("arrival", "sent"):
            assert trip.hop(signed_at(back, OTHER_SECRET, tokens[name])).step == "identity"
        assert trip.hop(answered).step == "welcome"
        tokens["ended"] = trip.send().answer
        for url, secret, own in (
            (f"{SECOND}/kauri", OTHER_SECRET, "sent"),
            (HOOK_URL, SECRET, "arrival"),
        ):
            for name in {*tokens} - {own}:
                reason = trip.hop(signed_at(url, secret, tokens[name])).reason
                assert reason in ("token_issuer", "token_audience")
            assert trip.hop(signed_at(url, secret, tokens[own])).page == "leave"

    def test_two_hooks_on_one_machine_do_not_take_each_others_cookie(
        self, hook_at: Callable[..., Flask], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A browser keeps cookies by host, whatever the port: both are localhost."""
        here = "http://localhost:5000"
        tenant = ("https://kauri.vii.nz01.mattr.global", "KAURI_SECRET")
        one = hook_at(handoff(url=f"{LAST}/kauri"), here, *tenant)
        apps = {"5000": one.wsgi_app, "5001": hook_at(PROFILE, LAST, f"{here}/kauri").wsgi_app}
        monkeypatch.setattr(one, "wsgi_app", lambda sent, do: apps[sent["SERVER_PORT"]](sent, do))
        browser = one.test_client()
        trip = Trip({url: Visitor(one, browser) for url in (here, LAST)})
        for url, visitor in trip.visitors.items():
            visitor.origin = url
        assert trip.begin(aud=f"{here}/kauri").step == "identity"
        assert trip.go().step == "profile"
        trip.send(PRONOUNS)
        assert trip.hop().page == "leave"


@pytest.fixture
def foreign(clock: Clock) -> ForeignHook:
    """A hook of another team, which goes by the time of day."""
    clock.now = int(time.time())
    return ForeignHook(OTHER_SECRET, accepts_issuers=[HOOK_URL])


def to_the_library(make_hook: MakeHook, foreign: ForeignHook, clock: Clock) -> Visitor:
    """A visitor at the page from which they go to the foreign hook."""
    take = '[{ claim = "card", answer = "library_card", max_bytes = 20 }]'
    visitor = Visitor(make_hook(handoff(url=foreign.url, take=take, refused="no_card") + NOTICE))
    page = visitor.arrive(iat=clock.now, exp=clock.now + 600)
    assert page.step == "identity"
    return visitor


def bring(visitor: Visitor, url: str) -> Seen:
    parts = urlsplit(url)
    assert f"{parts.scheme}://{parts.netloc}" == visitor.origin
    return visitor.get(f"{parts.path}?{parts.query}" if parts.query else parts.path)


class TestForeign:
    """A hook that was written by others, from the description of the protocol."""

    def test_it_is_walked_over_the_wire(
        self, make_hook: MakeHook, foreign: ForeignHook, clock: Clock
    ) -> None:
        with foreign:
            visitor = to_the_library(make_hook, foreign, clock)
            parts = urlsplit(visitor.send().return_url)
            wire = HTTPConnection("127.0.0.1", parts.port or 0, timeout=10)
            wire.request("GET", f"{parts.path}?{parts.query}")
            form = Html(wire.getresponse().read().decode())
            (visit,) = (each["value"] for each in form.all("input") if each["name"] == "visit")
            body = urlencode({"visit": visit, "card": "Ā-17", "answer": "ok"})
            wire.request("POST", parts.path, body)
            response = wire.getresponse()
            wire.close()
            assert bring(visitor, response.headers["Location"]).step == "welcome"
        assert visitor.send().answer["claims"] == {"card": "Ā-17"}
        (seen,) = foreign.seen
        assert seen["claims"] == {"name": "Ripeka Tamihana", "email": "ripeka@kauri.example"}

    @pytest.mark.parametrize(
        "fault", [*get_args(TokenFault), "no_token", "claims_and_error", "large_claim"]
    )
    def test_what_it_cannot_have_meant_is_no_answer(
        self, make_hook: MakeHook, foreign: ForeignHook, clock: Clock, fault: Fault
    ) -> None:
        visitor = to_the_library(make_hook, foreign, clock)
        foreign.faults = {fault}
        page = bring(visitor, foreign.leave(foreign.arrive(visitor.send().return_url), "A-17"))
        assert page.step == "identity"
        foreign.faults = set()
        page = bring(visitor, foreign.leave(foreign.arrive(visitor.send().return_url), "A-17"))
        assert page.step == "welcome"

    @pytest.mark.parametrize("fault", [None, *get_args(ClaimFault)])
    def test_what_it_says_is_taken_as_configured(
        self, make_hook: MakeHook, foreign: ForeignHook, clock: Clock, fault: Fault | None
    ) -> None:
        visitor = to_the_library(make_hook, foreign, clock)
        foreign.faults = set() if fault is None else {fault}
        page = bring(visitor, foreign.leave(foreign.arrive(visitor.send().return_url), "A-17"))
        if fault in (None, "extra_claims"):
            assert page.step == "welcome"
            assert visitor.send().answer["claims"] == {"card": "A-17"}
        elif fault in ("claims_and_error", "large_claim", "neither"):
            assert page.step == "identity"
        else:
            answer = visitor.get(f"{page.url}?leave=yes").answer
            assert answer["error"] == {"message": "handoff_failed"}

    def test_it_refuses(self, make_hook: MakeHook, foreign: ForeignHook, clock: Clock) -> None:
        visitor = to_the_library(make_hook, foreign, clock)
        page = bring(visitor, foreign.leave(foreign.arrive(visitor.send().return_url), None))
        assert "You did not want it." in page.text
        assert visitor.get(f"{page.url}?leave=yes").answer["error"] == {"message": "no_thanks"}

    def test_the_same_answer_twice_counts_once(
        self, make_hook: MakeHook, foreign: ForeignHook, clock: Clock
    ) -> None:
        visitor = to_the_library(make_hook, foreign, clock)
        foreign.faults = {"same_answer_twice"}
        visit = foreign.arrive(visitor.send().return_url)
        url = foreign.leave(visit, "A-17")
        assert foreign.leave(visit, "B-18") == url
        for _ in range(2):
            assert bring(visitor, url).step == "welcome"
        assert visitor.send().answer["claims"] == {"card": "A-17"}
