"""Access tokens for codes: both grants, each code once."""

import json
from typing import Any

import pytest
from werkzeug.test import TestResponse

from hook.emulator.api.problems import ApiProblem
from hook.emulator.journey.tokens import bearer
from hook.emulator.state import Journey
from tests.support.emulator_trip import NOON, VERIFIER, ServedTrip, Trip, challenge_of, query_of

PRE_AUTHORIZED = "urn:ietf:params:oauth:grant-type:pre-authorized_code"


def refused(response: TestResponse, error: str, param: str) -> bool:
    """Whether the body is an error in both shapes: OAuth's and that of the platform's documents."""
    body = response.json
    assert body is not None
    (detail,) = body["details"]
    said = (body["error"], detail["param"], detail["location"])
    texts = {body["error_description"], body["message"], detail["msg"]}
    return (
        response.status_code == 400
        and body["code"] == "BadRequest"
        and said == (error, param, "body")
        and len(texts) == 1
    )


def test_a_code_gives_an_access_token_for_an_hour(served: ServedTrip) -> None:
    response = served.token(code=served.code())
    assert response.status_code == 200
    assert response.headers["Cache-Control"] == "no-store"
    body = dict(response.json or {})
    assert len(body.pop("access_token")) >= 32
    assert body == {"token_type": "Bearer", "expires_in": 3600, "scope": "ldp_vc:StudentCard"}
    assert served.events[-2:] == ["OPENID_TOKEN_START", "OPENID_TOKEN_SUCCESS"]


def test_a_code_is_good_once(served: ServedTrip) -> None:
    code = served.code()
    assert served.token(code=code).status_code == 200
    assert refused(served.token(code=code), "invalid_grant", "code")


@pytest.mark.parametrize(
    ("changes", "error", "param"),
    [
        ({"grant_type": None}, "invalid_request", "grant_type"),
        ({"grant_type": "password"}, "unsupported_grant_type", "grant_type"),
        ({"code": None}, "invalid_request", "code"),
        ({"code": "guessed"}, "invalid_grant", "code"),
        ({"client_id": None}, "invalid_request", "client_id"),
        ({"client_id": "another"}, "invalid_grant", "client_id"),
        ({"redirect_uri": None}, "invalid_request", "redirect_uri"),
        ({"redirect_uri": "nz.kauri.wallet://cb/"}, "invalid_grant", "redirect_uri"),
        ({"code_verifier": None}, "invalid_request", "code_verifier"),
        ({"code_verifier": VERIFIER[::-1]}, "invalid_grant", "code_verifier"),
        ({"code_verifier": VERIFIER[:42]}, "invalid_grant", "code_verifier"),
        ({"code_verifier": ["a", "b"]}, "invalid_request", "code_verifier"),
    ],
)
def test_a_request_with_one_wrong_parameter_is_refused_and_leaves_the_code(
    served: ServedTrip, changes: dict[str, Any], error: str, param: str
) -> None:
    code = served.code()
    assert refused(served.token(**({"code": code} | changes)), error, param)
    assert served.tenant.state.events.names()[-1] == "OPENID_TOKEN_FAIL"
    assert served.token(code=code).status_code == 200


@pytest.mark.parametrize(
    ("verifier", "status"),
    [("a" * 42, 400), ("a" * 43, 200), ("a" * 128, 200), ("a" * 129, 400), ("é" * 43, 400)],
)
def test_a_verifier_has_the_length_and_the_letters_of_the_rfc(
    served: ServedTrip, verifier: str, status: int
) -> None:
    arrival = served.to_hook(code_challenge=challenge_of(verifier))
    code = query_of(served.answered(arrival).location)["code"]
    assert served.token(code=code, code_verifier=verifier).status_code == status


@pytest.mark.parametrize(("seconds", "status"), [(299, 200), (300, 400)])
def test_a_code_is_over_after_five_minutes(served: ServedTrip, seconds: int, status: int) -> None:
    code = served.code()
    served.time = NOON + seconds
    assert served.token(code=code).status_code == status


def test_a_code_of_one_journey_gives_the_token_of_that_journey(served: ServedTrip) -> None:
    first, first_journey = served.code(claims={"pronouns": "she/her"}), served.journey
    second = served.code(claims={"pronouns": "he/him"})
    for code, journey in ((second, served.journey), (first, first_journey)):
        token = (served.token(code=code).json or {})["access_token"]
        assert journey_of(served, f"Bearer {token}") is journey


def journey_of(trip: Trip, authorization: str) -> Journey:
    """Ask as the credential endpoint does."""
    headers = {"Authorization": authorization}
    with trip.app.test_request_context("/", headers=headers):
        return bearer(trip.tenant)


@pytest.mark.parametrize("form", ["{}", "Bearer", "Basic {}", "Bearer {}x", "Bearer  {}"])
def test_a_token_is_taken_as_a_bearer_token_only(served: ServedTrip, form: str) -> None:
    token = (served.token(code=served.code()).json or {})["access_token"]
    assert journey_of(served, f"Bearer {token}") is served.journey
    assert journey_of(served, f"bearer {token}") is served.journey
    with pytest.raises(ApiProblem) as caught:
        journey_of(served, form.format(token))
    assert caught.value.status == 401


@pytest.mark.parametrize(("seconds", "good"), [(3599, True), (3600, False)])
def test_a_token_is_over_after_an_hour(served: ServedTrip, seconds: int, good: bool) -> None:
    token = (served.token(code=served.code()).json or {})["access_token"]
    served.time = NOON + seconds
    if good:
        assert journey_of(served, f"Bearer {token}")
    else:
        with pytest.raises(ApiProblem):
            journey_of(served, f"Bearer {token}")


def offer(trip: Trip, **changes: Any) -> dict[str, Any]:
    """Make a pre-authorized offer; gives its code, its user and its transaction code."""
    made = trip.offer("/pre-authorized", "mso_mdoc", **({"claims": {"name": "Ripeka"}} | changes))
    shown = json.loads(query_of(made["uri"])["credential_offer"])
    code = shown["grants"][PRE_AUTHORIZED]["pre-authorized_code"]
    return {"code": code, "user": made["userId"], "transaction": made.get("transactionCode")}


def redeem(trip: Trip, pre_authorized: str, **more: object) -> TestResponse:
    """Ask for a token for an offer's code."""
    form = {"grant_type": PRE_AUTHORIZED, "pre-authorized_code": pre_authorized}
    return trip.post("/v1/oauth/token", form | more)


def test_an_offers_code_gives_a_token_without_login_and_hook(trip: Trip) -> None:
    made = offer(trip)
    response = redeem(trip, made["code"])
    assert response.status_code == 200
    assert (response.json or {})["scope"] == "mso_mdoc:nz.kauri.student.1"
    journey = trip.journey
    assert (journey.grant, journey.user_id) == ("pre-authorized_code", made["user"])
    assert journey.offer_claims == {"name": "Ripeka"}
    assert journey.login_claims == journey.hook_claims == {}
    assert trip.events == ["OPENID_TOKEN_START", "OPENID_TOKEN_SUCCESS"]
    assert refused(redeem(trip, made["code"]), "invalid_grant", "pre-authorized_code")


def test_an_offer_may_ask_for_a_transaction_code(trip: Trip) -> None:
    made = offer(trip, transactionCodeConfiguration={"inputMode": "numeric"})
    right = str(made["transaction"])
    wrong = "000000" if right != "000000" else "111111"
    assert refused(redeem(trip, made["code"]), "invalid_request", "tx_code")
    assert refused(redeem(trip, made["code"], tx_code=wrong), "invalid_grant", "tx_code")
    assert redeem(trip, made["code"], tx_code=right).status_code == 200


def test_an_offer_without_a_transaction_code_takes_none(trip: Trip) -> None:
    made = offer(trip)
    assert refused(redeem(trip, made["code"], tx_code="123456"), "invalid_request", "tx_code")
    assert redeem(trip, made["code"], client_id="any-wallet").status_code == 200
    assert trip.journey.request == {"client_id": "any-wallet"}


def test_the_code_of_an_offer_leaves_the_journey_of_another_code_alone(
    served: ServedTrip,
) -> None:
    code, journey = served.code(), served.journey
    assert redeem(served, offer(served)["code"], code=code).status_code == 200
    assert served.journey is not journey
    assert (journey.grant, journey.offer_claims) == ("authorization_code", {})
    assert served.token(code=code).status_code == 200


def test_three_wrong_transaction_codes_end_an_offer(trip: Trip) -> None:
    made = offer(trip, transactionCodeConfiguration={"inputMode": "numeric"})
    right = str(made["transaction"])
    wrong = "000000" if right != "000000" else "111111"
    for named in ("tx_code", "tx_code", "pre-authorized_code"):
        assert refused(redeem(trip, made["code"], tx_code=wrong), "invalid_grant", named)
    gone = redeem(trip, made["code"], tx_code=right)
    assert refused(gone, "invalid_grant", "pre-authorized_code")


@pytest.mark.parametrize(("seconds", "status"), [(299, 200), (300, 400)])
def test_an_offer_is_over_after_its_time(trip: Trip, seconds: int, status: int) -> None:
    made = offer(trip)
    trip.time = NOON + seconds
    assert redeem(trip, made["code"]).status_code == status


def test_an_offer_needs_its_code(trip: Trip) -> None:
    assert refused(redeem(trip, ""), "invalid_request", "pre-authorized_code")


def test_the_older_path_is_answered_too(trip: Trip) -> None:
    form = {"grant_type": PRE_AUTHORIZED, "pre-authorized_code": offer(trip)["code"]}
    assert trip.post("/core/v1/oauth/token", form).status_code == 200
