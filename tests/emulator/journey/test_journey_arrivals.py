"""What the tenant sends to the hook: the proper session token, and each classic bad one."""

import re
from collections.abc import Callable
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest

from hook.emulator.journey.visits import KINDS
from tests.support.emulator_trip import NOON, Trip


def believed(trip: Trip, token: str) -> bool:
    """Ask PyJWT what a careful hook would say, by the trip's clock."""
    settings = trip.settings
    try:
        payload = jwt.decode(
            token,
            settings.key,
            algorithms=["HS256"],
            audience=settings.hook_url,
            issuer=settings.tenant_url,
            options={"verify_exp": False, "verify_iat": False},
        )
    except jwt.InvalidTokenError:
        return False
    at_tenant = payload["redirectUrl"].startswith(settings.tenant_url + "/")
    return payload["exp"] > trip.time and bool(at_tenant)


def test_a_visit_goes_to_the_hook_with_the_token_as_its_only_parameter(trip: Trip) -> None:
    response = trip.press("good")
    target = urlsplit(response.location)
    assert response.status_code == 303
    assert target._replace(query="").geturl() == trip.settings.hook_url
    assert list(parse_qs(target.query)) == ["session_token"]


def test_a_good_token_has_the_platforms_form(trip: Trip) -> None:
    token = trip.visit()
    payload = jwt.decode(token, options={"verify_signature": False})
    assert jwt.get_unverified_header(token) == {"alg": "HS256", "typ": "JWT"}
    assert re.fullmatch(r"[\w-]{21}", payload.pop("state"))
    assert re.fullmatch(
        r"http://localhost:9000/v1/openid/interaction/callback\?interaction=[\w-]+",
        payload.pop("redirectUrl"),
    )
    assert payload == {
        "iss": "http://localhost:9000",
        "aud": "http://localhost:8000/kauri",
        "iat": NOON,
        "exp": NOON + 1200,
        "claims": {"name": "Ripeka Tamihana", "email": "ripeka@kauri.example"},
    }


def test_every_visit_has_a_state_and_an_interaction_of_its_own(trip: Trip) -> None:
    first, second = trip.arrival(), trip.arrival()
    assert first["state"] != second["state"]
    assert first["redirectUrl"] != second["redirectUrl"]


@pytest.mark.parametrize("kind", [name for name in KINDS if name not in ("good", "replay")])
def test_a_careful_reader_believes_the_good_token_and_not_the_bad_one(
    trip: Trip, kind: str
) -> None:
    assert believed(trip, trip.visit())
    assert not believed(trip, trip.visit(kind))


@pytest.mark.parametrize(
    ("kind", "differs"),
    [
        ("expired", {"iat", "exp"}),
        ("wrong-audience", {"aud"}),
        ("wrong-secret", set()),
        ("alg-none", set()),
        ("foreign-return", {"redirectUrl"}),
    ],
)
def test_a_bad_token_differs_from_a_good_one_in_one_thing(
    trip: Trip, kind: str, differs: set[str]
) -> None:
    good, bad = trip.arrival(), trip.arrival(kind)
    good["redirectUrl"] = re.sub("=.*", "=", good["redirectUrl"])
    bad["redirectUrl"] = re.sub("=.*", "=", bad["redirectUrl"])
    assert {name for name in good if good[name] != bad[name]} - {"state"} == differs


def test_a_replay_is_the_last_good_token_to_the_letter(trip: Trip) -> None:
    trip.visit()
    last = trip.visit()
    trip.visit("expired")
    assert trip.visit("replay") == last


def test_there_is_no_replay_before_the_first_good_visit(trip: Trip) -> None:
    assert trip.press("replay").status_code == 409
    trip.visit()
    assert trip.press("replay").status_code == 303


def test_a_visit_nobody_knows_is_refused(trip: Trip) -> None:
    assert trip.press("good").status_code == 303
    assert trip.press("<b>").status_code == 400
    assert b"<b>" not in trip.press("<b>").data


NewTrip = Callable[..., Trip]


@pytest.mark.parametrize(
    ("choice", "audience"),
    [
        ("exact", "http://localhost:8000/kauri"),
        ("slash", "http://localhost:8000/kauri/"),
        ("origin", "http://localhost:8000"),
    ],
)
def test_the_audience_is_spelled_as_is_switched_and_the_answer_has_to_follow(
    new_trip: NewTrip, choice: str, audience: str
) -> None:
    trip = new_trip(assume={"token-audience": choice})
    arrival = trip.arrival()
    assert arrival["aud"] == audience
    other = trip.answer(arrival, iss="http://localhost:8000/other")
    assert trip.come_back(arrival, trip.sign(other)).status_code == 400
    assert trip.come_back(arrival, trip.sign(trip.answer(arrival))).status_code == 302


@pytest.mark.parametrize(
    ("choice", "dates"),
    [("iat-exp", {"iat": NOON, "exp": NOON + 1200}), ("exp", {"exp": NOON + 1200}), ("none", {})],
)
def test_a_token_has_the_dates_that_are_switched(
    new_trip: NewTrip, choice: str, dates: dict[str, int]
) -> None:
    arrival = new_trip(assume={"token-dates": choice}).arrival()
    assert {name: arrival[name] for name in ("iat", "exp") if name in arrival} == dates


def test_a_session_ends_in_time_whatever_the_token_says(new_trip: NewTrip) -> None:
    trip = new_trip(assume={"token-dates": "none", "session-timeout": "300"})
    arrival = trip.arrival()
    trip.time = NOON + 330
    assert trip.come_back(arrival, trip.sign(trip.answer(arrival))).status_code == 400
    trip.time = NOON + 329
    assert trip.come_back(arrival, trip.sign(trip.answer(arrival))).status_code == 302


def test_the_configured_time_out_counts_before_the_assumed_one(trip: Trip) -> None:
    assert trip.arrival()["exp"] == NOON + 1200
    hook = trip.tenant.state.hook
    assert hook
    trip.tenant.state.hook = replace(hook, timeout=60)
    assert trip.arrival()["exp"] == NOON + 60


def test_the_redirect_url_may_be_without_a_query(new_trip: NewTrip) -> None:
    trip = new_trip(assume={"redirect-url": "plain"})
    arrival = trip.arrival()
    assert arrival["redirectUrl"] == "http://localhost:9000/v1/openid/interaction/callback"
    assert trip.come_back(arrival, trip.sign(trip.answer(arrival))).status_code == 302


@pytest.mark.parametrize(
    ("choice", "got"),
    [
        ("no", {"name": "Rip", "address.city": "Ōtautahi"}),
        ("yes", {"name": "Rip", "address": {"city": "Otepoti", "street": {"no": 7}}}),
    ],
)
def test_the_hook_gets_the_claims_it_is_configured_for(
    new_trip: NewTrip, choice: str, got: dict[str, object]
) -> None:
    person = {
        "name": "Rip",
        "email": "rip@kauri.example",
        "address.city": "Ōtautahi",
        "address": {"city": "Otepoti", "street": {"no": 7, "name": "Rata"}, "country": "NZ"},
    }
    trip = new_trip(person=person, assume={"nested-claim-names": choice})
    hook = trip.tenant.state.hook
    assert hook
    names = ("name", "address.city", "address.street.no", "address.gate.no", "name.first", "phone")
    trip.tenant.state.hook = replace(hook, claims=names)
    assert trip.arrival()["claims"] == got


def test_a_hook_that_is_configured_for_no_claims_gets_none(trip: Trip) -> None:
    hook = trip.tenant.state.hook
    assert hook
    trip.tenant.state.hook = replace(hook, claims=())
    assert trip.arrival()["claims"] == {}


def test_a_skewed_clock_is_seen_in_the_token(trip: Trip) -> None:
    trip.tenant.state.faults.set({"clock_skew": -90})
    assert trip.arrival()["iat"] == NOON - 90


@pytest.mark.parametrize("why", ["none", "disabled", "fault"])
def test_there_is_no_visit_to_a_hook_that_is_not_there(trip: Trip, why: str) -> None:
    assert trip.press("good").status_code == 303
    hook = trip.tenant.state.hook
    assert hook
    match why:
        case "none":
            trip.tenant.state.hook = None
        case "disabled":
            trip.tenant.state.hook = replace(hook, disabled=True)
        case "fault":
            trip.tenant.state.faults.set({"hook_disabled": True})
    assert trip.press("good").status_code == 409


def test_every_visit_is_a_journey_and_a_replay_is_a_hop_of_the_one_it_repeats(trip: Trip) -> None:
    trip.visit()
    assert (trip.journey.grant, len(trip.journey.hops)) == ("visit", 1)
    trip.visit("expired")
    assert trip.hop.carried["visit"] == "expired"
    trip.visit("replay")
    assert [len(journey.hops) for journey in trip.tenant.state.journeys.all()] == [2, 1]
