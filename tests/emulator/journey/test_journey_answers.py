"""What the tenant says to an answer. Every refusal has a twin that is accepted."""

from collections.abc import Callable
from typing import Any

import pytest
from werkzeug.test import TestResponse

from hook.emulator.journey import checks
from tests.support.emulator_trip import NOON, Trip, query_of


def accepted(response: TestResponse) -> bool:
    return response.status_code == 302 and response.location.startswith(
        "http://localhost:9000/journeys/"
    )


def refused(response: TestResponse, reason: str, page: str = "bad-answer") -> bool:
    text = response.text
    shown = text[text.index('id="reason"') :] if response.status_code == 400 else ""
    end = "</blockquote>" if page == "bad-answer" else "</p>"
    return f'data-page="{page}"' in text and reason in shown.partition(end)[0]


def repeated(response: TestResponse, journey: str) -> bool:
    page = response.text
    shown = "What came first stands" in page and "cannot be believed" not in page
    return response.status_code == 409 and shown and f'href="{journey}"' in page


def test_a_visit_with_a_proper_answer_ends_where_its_journey_is_shown(trip: Trip) -> None:
    response = trip.finish()
    assert accepted(response)
    assert response.location == f"http://localhost:9000/journeys/{trip.journey.id}"


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"iss": "http://localhost:8000/other"}, "iss"),
        ({"iss": "http://localhost:8000/kauri/"}, "iss"),
        ({"iss": None}, "iss"),
        ({"aud": "http://localhost:9001"}, "aud"),
        ({"aud": ["http://localhost:9000"]}, "aud"),
        ({"aud": None}, "aud"),
        ({"iat": None}, "iat and exp"),
        ({"exp": None}, "iat and exp"),
        ({"exp": True}, "iat and exp"),
        ({"exp": str(NOON + 60)}, "iat and exp"),
        ({"exp": NOON + 61}, "61 seconds"),
        ({"exp": NOON}, "0 seconds"),
        ({"iat": NOON + 31, "exp": NOON + 91}, "from now"),
        ({"iat": NOON - 90, "exp": NOON - 30}, "expired"),
        ({"iat": -(10**400), "exp": 60 - 10**400}, "iat and exp"),
        ({"iat": 10**400, "exp": 10**400 + 60}, "iat and exp"),
        ({"iat": -(10**4299), "exp": 9 * 10**4299}, "iat and exp"),
        ({"state": "q3Zt0-1bXv9KfLm2Rp7sY"}, "state"),
        ({"state": 7}, "state"),
        ({"state": None}, "state"),
        ({"claims": None}, "exactly one"),
        ({"error": {"message": "No"}}, "exactly one"),
        ({"claims": ["pronouns"]}, "not an object"),
        ({"claims": None, "error": "No"}, "message"),
        ({"claims": None, "error": {"message": ""}}, "message"),
        ({"claims": None, "error": {"message": 7}}, "message"),
        ({"claimsToPersist": ["pronouns", "email"]}, "email"),
        ({"claimsToPersist": "pronouns"}, "list"),
        ({"claimsToPersist": [7]}, "list"),
    ],
)
def test_an_answer_with_one_wrong_member_is_refused_by_name(
    trip: Trip, changes: dict[str, Any], reason: str
) -> None:
    assert accepted(trip.finish())
    assert refused(trip.finish(**changes), reason)


@pytest.mark.parametrize(
    "changes",
    [
        {"iat": NOON + 30, "exp": NOON + 90},
        {"iat": NOON - 89, "exp": NOON - 29},
        {"exp": NOON + 1},
        {"claims": {}},
        {"claimsToPersist": ["pronouns"]},
        {"claimsToPersist": None},
        {"claims": None, "error": {"message": "No"}},
        {"claims": None, "claimsToPersist": None, "error": {"message": "No"}},
    ],
)
def test_an_answer_at_the_edge_of_what_is_allowed_is_accepted(
    trip: Trip, changes: dict[str, Any]
) -> None:
    assert accepted(trip.finish(**changes))


def test_an_answer_signed_with_another_secret_is_refused(trip: Trip) -> None:
    arrival = trip.arrival()
    answer = trip.answer(arrival)
    assert refused(trip.come_back(arrival, trip.sign(answer, key=bytes(32))), "signature")
    assert accepted(trip.come_back(arrival, trip.sign(answer)))


def test_an_answer_with_another_algorithm_is_refused(trip: Trip) -> None:
    arrival = trip.arrival()
    answer = trip.answer(arrival)
    longer = trip.sign(answer, key=trip.settings.key * 2, algorithm="HS512")
    assert refused(trip.come_back(arrival, longer), "alg")
    assert accepted(trip.come_back(arrival, trip.sign(answer)))


def test_one_state_takes_one_answer(trip: Trip) -> None:
    arrival = trip.arrival()
    token = trip.sign(trip.answer(arrival))
    assert accepted(trip.come_back(arrival, token))
    other = trip.sign(trip.answer(arrival, claims={"pronouns": "he/him"}))
    assert refused(trip.come_back(arrival, other), "answered before")


@pytest.mark.parametrize("later", [0, 30, 4000])
@pytest.mark.parametrize("is_signed_anew", [True, False])
def test_an_answer_that_comes_once_more_changes_nothing_and_says_so(
    trip: Trip, later: int, is_signed_anew: bool
) -> None:
    arrival = trip.arrival()
    token = trip.sign(trip.answer(arrival))
    journey = trip.come_back(arrival, token).location
    before = (trip.get(f"{journey}.json").json or {})["outcome"]
    trip.time = NOON + later
    again = trip.sign(trip.answer(arrival)) if is_signed_anew else token
    assert repeated(trip.come_back(arrival, again), journey)
    assert (trip.get(f"{journey}.json").json or {})["outcome"] == before == "answered"
    assert trip.hop.title == "Hook to tenant, once more"
    assert trip.events[-1] == "OPENID_INTERACTION_HOOK_SUCCESS"


def test_an_answer_that_comes_once_more_with_a_strangers_signature_is_refused(trip: Trip) -> None:
    arrival = trip.arrival()
    answer = trip.answer(arrival)
    journey = trip.come_back(arrival, trip.sign(answer)).location
    assert refused(trip.come_back(arrival, trip.sign(answer, key=b"a" * 32)), "signature")
    assert repeated(trip.come_back(arrival, trip.sign(answer)), journey)


def test_a_refused_answer_does_not_use_the_state_up(trip: Trip) -> None:
    arrival = trip.arrival()
    assert refused(trip.come_back(arrival, trip.sign(trip.answer(arrival, aud="x"))), "aud")
    assert accepted(trip.come_back(arrival, trip.sign(trip.answer(arrival))))


def test_an_answer_after_the_session_ended_is_refused(trip: Trip) -> None:
    for seconds, verdict in ((1229, True), (1230, False)):
        trip.time = NOON
        arrival = trip.arrival()
        trip.time = NOON + seconds
        answer = trip.answer(arrival, iat=NOON + seconds, exp=NOON + seconds + 60)
        response = trip.come_back(arrival, trip.sign(answer))
        assert accepted(response) if verdict else refused(response, "session", "timed-out")


def test_the_query_of_the_redirect_url_must_come_back(trip: Trip) -> None:
    arrival = trip.arrival()
    token = trip.sign(trip.answer(arrival))
    address = arrival["redirectUrl"]
    bare = address.partition("?")[0]
    assert refused(trip.get(f"{bare}?session_token={token}"), "query")
    assert refused(trip.get(f"{address}&utm=1&session_token={token}"), "query")
    assert accepted(trip.get(f"{address}&session_token={token}"))


def test_a_return_glued_with_a_second_question_mark_is_refused(trip: Trip) -> None:
    arrival = trip.arrival()
    token = trip.sign(trip.answer(arrival))
    assert refused(trip.get(f"{arrival['redirectUrl']}?session_token={token}"), "session_token")
    assert accepted(trip.get(f"{arrival['redirectUrl']}&session_token={token}"))


def test_two_answers_in_one_address_are_refused(trip: Trip) -> None:
    arrival = trip.arrival()
    token = trip.sign(trip.answer(arrival))
    twice = f"{arrival['redirectUrl']}&session_token={token}&session_token={token}"
    assert refused(trip.get(twice), "there are 2")
    assert accepted(trip.come_back(arrival, token))


@pytest.mark.parametrize("kind", ["expired", "wrong-audience", "wrong-secret", "alg-none"])
def test_a_hook_that_answers_a_bad_visit_is_found_out(trip: Trip, kind: str) -> None:
    assert accepted(trip.finish())
    arrival = trip.arrival(kind)
    answer = trip.answer(arrival, iss=trip.settings.hook_url)
    assert refused(trip.come_back(arrival, trip.sign(answer)), f"had to refuse ({kind})")


def test_a_replayed_visit_still_takes_only_one_answer(trip: Trip) -> None:
    arrival = trip.arrival()
    assert trip.arrival("replay") == arrival
    journey = trip.come_back(arrival, trip.sign(trip.answer(arrival))).location
    assert trip.arrival("replay") == arrival
    assert repeated(trip.come_back(arrival, trip.sign(trip.answer(arrival))), journey)
    other = trip.sign(trip.answer(arrival, claims={}))
    assert refused(trip.come_back(arrival, other), "answered before")


def test_the_refusal_page_lists_what_was_in_order(trip: Trip) -> None:
    page = trip.finish(claims=None).text
    assert "aud is this tenant" in page
    assert "claimsToPersist names only" not in page


def test_the_hop_of_an_answer_names_every_check_it_passed(trip: Trip) -> None:
    assert accepted(trip.finish())
    carried = trip.hop.carried
    assert carried["checks"] == [
        checks.SIGNED, checks.KNOWN_STATE, *checks.CHECKS, checks.ONLY_ANSWER
    ]  # fmt: skip
    assert carried["session_token"]["payload"]["claims"] == {"pronouns": "she/her"}
    assert trip.hop.good


def test_the_hop_of_a_refused_answer_says_why_and_what_was_in_order(trip: Trip) -> None:
    trip.finish(aud="x")
    assert not trip.hop.good
    assert trip.hop.carried["checks"][-1] == "iss is the hook's URL"
    assert "aud is 'x'" in trip.hop.carried["reason"]


def test_the_length_of_the_whole_return_url_is_kept(trip: Trip) -> None:
    arrival = trip.arrival()
    token = trip.sign(trip.answer(arrival))
    trip.come_back(arrival, token)
    whole = f"{arrival['redirectUrl']}&session_token={token}"
    assert trip.hop.carried["url_length"] == len(whole)


def test_a_visit_stores_nothing_as_nobody_logged_in(trip: Trip) -> None:
    assert accepted(trip.finish(claimsToPersist=["pronouns"]))
    assert trip.journey.hook_claims == {"pronouns": "she/her"}
    assert trip.journey.persisted == ()
    assert trip.tenant.state.users.all() == []


def test_no_answer_is_believed_once_the_hook_is_gone(trip: Trip) -> None:
    arrival = trip.arrival()
    hook, trip.tenant.state.hook = trip.tenant.state.hook, None
    answer = trip.sign(trip.answer(arrival))
    assert refused(trip.come_back(arrival, answer), "no hook")
    trip.tenant.state.hook = hook
    assert accepted(trip.come_back(arrival, answer))


@pytest.mark.parametrize("kind", ["good", "expired"])
def test_the_way_to_the_hook_and_back_is_told_in_the_platforms_words(trip: Trip, kind: str) -> None:
    arrival = trip.arrival(kind)
    trip.come_back(arrival, trip.sign(trip.answer(arrival)))
    verdict = "SUCCESS" if kind == "good" else "FAIL"
    assert trip.events == [
        "OPENID_INTERACTION_HOOK_START", f"OPENID_INTERACTION_HOOK_{verdict}"
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "params"),
    [
        ({}, {"code"}),
        ({"claims": None, "error": {"message": "No"}}, {"error", "error_description"}),
    ],
)
def test_a_visit_may_end_in_a_wallet_of_ones_own(
    new_trip: Callable[..., Trip], changes: dict[str, Any], params: set[str]
) -> None:
    trip = new_trip(wallet_redirect="nz.kauri.wallet://cb")
    response = trip.finish(**changes)
    assert response.location.startswith("nz.kauri.wallet://cb?")
    assert query_of(response.location).keys() == params


def test_the_code_of_a_visit_gives_no_token(new_trip: Callable[..., Trip]) -> None:
    trip = new_trip(wallet_redirect="nz.kauri.wallet://cb")
    code = query_of(trip.finish().location)["code"]
    response = trip.token(code=code)
    assert (response.status_code, (response.json or {})["error"]) == (400, "invalid_grant")
