"""What the tenant sends to the hook: the proper session token, and each classic bad one."""

import re
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest

from hook.emulator.arrivals import KINDS
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
