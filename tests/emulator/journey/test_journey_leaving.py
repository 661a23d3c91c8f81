"""The way from the hook's answer to the wallet."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.support.emulator_trip import NOON, ServedTrip, query_of

Serve = Callable[..., ServedTrip]

WHOLE_WAY = [
    "OPENID_AUTHORIZE_START",
    "OPENID_AUTHENTICATION_PROVIDER_AUTHORIZE_START",
    "OPENID_AUTHENTICATION_PROVIDER_AUTHORIZE_SUCCESS",
    "OPENID_INTERACTION_HOOK_START",
    "OPENID_INTERACTION_HOOK_SUCCESS",
    "OPENID_AUTHORIZE_SUCCESS",
]


def test_after_a_good_answer_the_wallet_gets_a_code_and_its_state(served: ServedTrip) -> None:
    response = served.answered(served.to_hook())
    assert response.status_code == 302
    assert response.location.startswith("nz.kauri.wallet://cb?")
    params = query_of(response.location)
    assert params.pop("code")
    assert params == {"state": "w1"}


@pytest.mark.parametrize(
    ("redirect_uri", "start"),
    [
        ("nz.kauri.wallet:/cb", "nz.kauri.wallet:/cb?code="),
        ("app:///cb", "app:///cb?code="),
        ("https://wallet.example/cb?a=1", "https://wallet.example/cb?a=1&code="),
    ],
)
def test_a_journey_can_end_in_any_wallet(served: ServedTrip, redirect_uri: str, start: str) -> None:
    response = served.answered(served.to_hook(redirect_uri=redirect_uri))
    assert response.location.startswith(start)


def test_a_wallet_that_sent_no_state_gets_none(served: ServedTrip) -> None:
    params = query_of(served.answered(served.to_hook(state=None)).location)
    assert params.keys() == {"code"}


def test_the_journey_is_told_in_the_platforms_words_and_order(served: ServedTrip) -> None:
    served.answered(served.to_hook())
    assert served.events == WHOLE_WAY
    told = served.tenant.state.events.of(served.journey.id)[-1].data
    journey = served.journey
    assert told["existingSession"] is False
    assert told["existingUser"] is False
    assert told["login"]["authenticationProvider"]["claims"] == journey.login_claims
    assert told["interactionHook"]["claims"] == {"pronouns": "she/her"}
    assert told["interactionHook"]["interactionId"] != told["login"]["interactionId"]
    assert (told["userId"], told["sessionId"]) == (journey.user_id, journey.session_id)


def test_the_inspector_gets_every_hop(served: ServedTrip) -> None:
    served.answered(served.to_hook())
    assert [(hop.title, hop.good) for hop in served.journey.hops] == [
        ("Wallet to tenant", True),
        ("Tenant to login provider", True),
        ("Login provider to tenant", True),
        ("Tenant to hook", True),
        ("Hook to tenant", True),
        ("Tenant to wallet", True),
    ]


def test_nothing_is_persisted_unless_the_hook_lists_it(served: ServedTrip) -> None:
    claims = {"pronouns": "she/her", "preferred_name": "Rip"}
    served.answered(served.to_hook(), claims=claims)
    assert [user["claims"] for user in served.tenant.state.users.all()] == [{}]
    served.answered(served.to_hook(), claims=claims, claimsToPersist=["preferred_name"])
    (user,) = served.tenant.state.users.all()
    assert user["claims"] == {"preferred_name": "Rip"}
    assert served.journey.persisted == ("preferred_name",)
    assert served.journey.hook_claims == claims


def test_nothing_is_persisted_from_an_answer_that_is_not_believed(served: ServedTrip) -> None:
    listed = {"claimsToPersist": ["pronouns"]}
    arrival = served.to_hook()
    assert served.answered(arrival, aud="x", **listed).status_code == 400
    assert [user["claims"] for user in served.tenant.state.users.all()] == [{}]
    assert served.journey.hook_claims == {}
    assert served.answered(arrival, **listed).status_code == 302
    assert [user["claims"] for user in served.tenant.state.users.all()] == [{"pronouns": "she/her"}]


def test_a_refusal_is_told_to_the_wallet_with_the_hooks_message(served: ServedTrip) -> None:
    refusal = {"claims": None, "error": {"message": "Kāore & no"}}
    response = served.answered(served.to_hook(), **refusal)
    assert query_of(response.location) == {
        "error": "access_denied", "error_description": "Kāore & no", "state": "w1"
    }  # fmt: skip
    assert served.journey.message == "Kāore & no"
    assert served.events[-2:] == ["OPENID_INTERACTION_HOOK_FAIL", "OPENID_AUTHORIZE_FAIL"]
    assert served.tenant.state.codes.all() == []


def test_a_refusal_may_be_a_page(serve: Serve) -> None:
    served = serve(assume={"refusal": "page"})
    refusal = {"claims": None, "error": {"message": "Not <b>today</b>"}}
    response = served.answered(served.to_hook(), **refusal)
    assert response.status_code == 403
    assert "Not &lt;b&gt;today&lt;/b&gt;" in response.text
    assert served.events[-1] == "OPENID_AUTHORIZE_FAIL"


@pytest.mark.parametrize(("length", "accepted"), [(200, True), (201, False)])
def test_the_length_of_a_refusals_message_may_be_limited(
    serve: Serve, length: int, accepted: bool
) -> None:
    refusal = {"claims": None, "error": {"message": "n" * length}}
    unlimited, limited = serve(), serve(assume={"message-length": "200"})
    assert unlimited.answered(unlimited.to_hook(), **refusal).status_code == 302
    response = limited.answered(limited.to_hook(), **refusal)
    assert response.status_code == (302 if accepted else 400)
    assert ("201 characters" in response.text) is not accepted


@pytest.mark.parametrize(
    ("choice", "kept"),
    [("keep", {"a": 1, "b": {"c": 2}, "d": [3]}), ("drop", {"a": 1})],
)
def test_nested_claims_are_kept_unless_that_is_switched(
    serve: Serve, choice: str, kept: dict[str, Any]
) -> None:
    served = serve(assume={"nested-claims": choice})
    claims = {"a": 1, "b": {"c": 2}, "d": [3]}
    served.answered(served.to_hook(), claims=claims, claimsToPersist=["a", "b"])
    assert served.journey.hook_claims == kept
    (user,) = served.tenant.state.users.all()
    assert user["claims"] == {name: kept[name] for name in ("a", "b") if name in kept}


def test_one_state_takes_one_answer_unless_that_is_switched(serve: Serve) -> None:
    strict, lenient = serve(), serve(assume={"answer-replay": "accept"})
    for served, status in ((strict, 409), (lenient, 302)):
        arrival = served.to_hook()
        assert served.answered(arrival).status_code == 302
        assert served.answered(arrival).status_code == status


@pytest.mark.parametrize(("skew", "off"), [("0", 0), ("30", 29), ("300", 299)])
def test_an_answers_dates_may_be_off_as_far_as_is_switched(
    serve: Serve, skew: str, off: int
) -> None:
    served = serve(assume={"answer-skew": skew})
    late, early = NOON - 59 - off, NOON + off
    for issued in (late, early):
        good = {"iat": issued, "exp": issued + 60}
        assert served.answered(served.to_hook(), **good).status_code == 302
    for issued in (late - 1 - (off > 0), early + 1 + (off > 0)):
        bad = {"iat": issued, "exp": issued + 60}
        assert served.answered(served.to_hook(), **bad).status_code == 400


def test_after_a_time_out_the_person_sees_a_page_and_the_wallet_nothing(
    served: ServedTrip,
) -> None:
    arrival = served.to_hook()
    served.time = NOON + 1230
    response = served.answered(arrival)
    assert response.status_code == 400
    assert "session had already ended" in response.text
    assert "cannot be believed" not in response.text
    for url in (f"{served.settings.wallet_url}/", f"/journeys/{served.journey.id}"):
        assert f'{url}">' in response.text
    assert served.events[-1] == "OPENID_INTERACTION_HOOK_FAIL"
    served.time = NOON + 1229
    assert served.answered(arrival).status_code == 302


def test_a_time_out_may_be_told_to_the_wallet(serve: Serve) -> None:
    served = serve(assume={"timed-out": "wallet"})
    arrival = served.to_hook()
    served.time = NOON + 1230
    told = query_of(served.answered(arrival).location)
    assert (told["error"], told["state"]) == ("access_denied", "w1")
    assert served.events[-2:] == ["OPENID_INTERACTION_HOOK_FAIL", "OPENID_AUTHORIZE_FAIL"]


def test_what_was_told_to_the_wallet_cannot_be_answered_any_more(serve: Serve) -> None:
    served = serve(assume={"timed-out": "wallet"})
    arrival = served.to_hook()
    served.tenant.state.faults.set({"session_timed_out": True})
    assert "error" in query_of(served.answered(arrival).location)
    served.tenant.state.faults.set({"session_timed_out": False})
    assert "What came first stands" in served.answered(arrival).text
    assert "answered before" in served.answered(arrival, claims={}).text


def test_a_time_out_can_be_forced(served: ServedTrip) -> None:
    arrival = served.to_hook()
    served.tenant.state.faults.set({"session_timed_out": True})
    response = served.answered(arrival)
    assert response.status_code == 400
    assert "“Hook sessions have timed out” is on" in response.text
    served.tenant.state.faults.set({"session_timed_out": False})
    assert served.answered(arrival).status_code == 302


def test_without_a_hook_the_login_leads_straight_to_the_wallet(served: ServedTrip) -> None:
    served.tenant.state.hook = None
    response = served.log_in(served.authorize().location)
    assert query_of(response.location).keys() == {"code", "state"}
    assert served.events == [name for name in WHOLE_WAY if "HOOK" not in name]
    told = served.tenant.state.events.of(served.journey.id)[-1].data
    assert "interactionHook" not in told


@pytest.mark.parametrize(
    ("way", "why"), [("configuration", "disabled in its configuration"), ("fault", "Skip the hook")]
)
def test_a_disabled_hook_is_passed_by_and_the_inspector_says_why(
    served: ServedTrip, way: str, why: str
) -> None:
    assert "/kauri?" in served.log_in(served.authorize().location).location
    if way == "fault":
        served.tenant.state.faults.set({"hook_disabled": True})
    else:
        hook = {"url": served.settings.hook_url, "disabled": True}
        served.manage("PUT", "/v1/openid/configuration", {"interactionHook": hook})
    response = served.log_in(served.authorize().location)
    assert query_of(response.location).keys() == {"code", "state"}
    page = served.get(f"/journeys/{served.journey.id}").text
    assert "The hook was skipped" in page
    assert why in page
