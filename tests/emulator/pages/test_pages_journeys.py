"""The inspector: one journey from beginning to end."""

import html
import re

import pytest

from hook.emulator.journey import checks
from hook.emulator.switches import Switches
from tests.support.emulator_trip import ServedTrip, Trip
from tests.support.emulator_wallet import Holder, shown


def inspected(trip: Trip) -> str:
    """The inspector's page of the latest journey."""
    return trip.get(f"/journeys/{trip.journey.id}").text


def test_a_visit_ends_at_the_inspector_with_the_answer_and_the_arrival(trip: Trip) -> None:
    arrival = trip.arrival()
    answer = trip.answer(arrival, claims={"pronouns": "</pre><b>ia"})
    page = trip.get(trip.come_back(arrival, trip.sign(answer)).location).text
    assert '<main data-page="journey" data-outcome="answered">' in page
    assert re.search(r'<pre [^>]*id="answer" data-verified="true">', page)
    assert shown(page, "answer") == answer
    assert shown(page, "answer-header") == {"alg": "HS256", "typ": "JWT"}
    assert shown(page, "arrival") == arrival
    assert "&lt;/pre&gt;&lt;b&gt;ia</dd>" in page


def test_every_check_of_a_believed_answer_is_named(trip: Trip) -> None:
    page = html.unescape(trip.get(trip.finish().location).text)
    for name in (*checks.CHECKS, checks.SIGNED, checks.KNOWN_STATE, checks.ONLY_ANSWER):
        assert f"<li>{name}</li>" in page


def test_an_answer_that_is_not_believed_is_not_called_verified(trip: Trip) -> None:
    trip.finish(iss="https://stranger.example")
    page = inspected(trip)
    assert 'data-outcome="failed"' in page
    assert shown(page, "answer")["iss"] == "https://stranger.example"
    assert "data-verified" not in page
    assert re.search(r'<blockquote id="message">iss is', page)


def test_a_bad_second_answer_does_not_take_the_place_of_the_good_one(trip: Trip) -> None:
    arrival = trip.arrival()
    good = trip.sign(trip.answer(arrival))
    trip.come_back(arrival, good)
    trip.come_back(arrival, trip.sign(trip.answer(arrival, claims={"late": True})))
    page = inspected(trip)
    assert shown(page, "answer")["claims"] == {"pronouns": "she/her"}
    assert page.count('id="answer"') == page.count('data-verified="true"') == 1


def test_the_whole_return_url_is_counted(trip: Trip) -> None:
    arrival = trip.arrival()
    token = trip.sign(trip.answer(arrival))
    page = trip.get(trip.come_back(arrival, token).location).text
    length = len(f"{arrival['redirectUrl']}&session_token={token}")
    assert f'<p id="url-length"><strong>{length:,}</strong> of 2,000' in page
    assert "Too long" not in page


def test_a_return_url_over_the_budget_is_warned_of(trip: Trip) -> None:
    assert "Too long" in trip.get(trip.finish(claims={"story": "a" * 1500}).location).text


def test_a_refusal_is_shown_with_the_hooks_message(trip: Trip) -> None:
    response = trip.finish(claims=None, error={"message": "Identity <i>not</i> shown"})
    page = trip.get(response.location).text
    assert 'data-outcome="refused"' in page
    assert '<blockquote id="message">Identity &lt;i&gt;not&lt;/i&gt; shown</blockquote>' in page


@pytest.mark.parametrize(
    ("kind", "called", "outcome"),
    [("good", "A visit", "under-way"), ("expired", "A visit: Expired", "silent")],
)
def test_a_visit_is_called_by_its_kind_and_a_bad_one_gets_nothing_back(
    trip: Trip, kind: str, called: str, outcome: str
) -> None:
    trip.visit(kind)
    for page in (trip.get("/").text, inspected(trip)):
        assert f'data-outcome="{outcome}"' in page
        assert ("Nothing came back (that is right)" in page) is (kind != "good")
    assert f"<strong>{called}</strong>" in trip.get("/").text
    assert f"{called}, straight to the hook" in inspected(trip)


def test_a_bad_visit_that_was_answered_went_wrong(trip: Trip) -> None:
    arrival = trip.arrival("expired")
    assert 'data-outcome="silent"' in inspected(trip)
    trip.come_back(arrival, trip.sign(trip.answer(arrival)))
    assert 'data-outcome="failed"' in inspected(trip)


def test_a_visit_under_way_is_shown_as_far_as_it_got(trip: Trip) -> None:
    arrival = trip.arrival()
    page = inspected(trip)
    assert 'data-outcome="under-way"' in page
    assert shown(page, "arrival") == arrival
    assert 'id="answer"' not in page
    assert 'id="url-length"' not in page


def test_the_whole_way_is_shown_hop_by_hop_with_every_token_decoded(served: ServedTrip) -> None:
    holder = Holder(served)
    holder.walk(holder.offer("ldp_vc"))
    page = inspected(served)
    assert 'data-outcome="issued"' in page
    titles = re.findall(r"<h3>(.*?) <span", page)
    assert titles == [
        "Wallet to tenant",
        "Tenant to login provider",
        "Login provider to tenant",
        "Tenant to hook",
        "Hook to tenant",
        "Tenant to wallet",
        "Wallet to tenant: token",
        "Credential issued",
    ]
    assert "Id token: payload" in page
    assert 'data-claim="pronouns" data-origin="hook"' in page
    assert 'data-claim="email" data-origin="login"' in page


def test_nothing_kept_on_the_user_is_said_in_words(served: ServedTrip) -> None:
    holder = Holder(served)
    holder.walk(holder.offer("ldp_vc"))
    page = inspected(served)
    assert "Nothing: the user object has no claims." in page
    assert shown(page, "user")["claims"] == {}


def test_what_is_kept_on_the_user_is_named(served: ServedTrip) -> None:
    holder = Holder(served)
    holder.walk(holder.offer("ldp_vc"), claimsToPersist=["pronouns"])
    page = inspected(served)
    assert "In this journey: pronouns." in page
    assert shown(page, "user")["claims"] == {"pronouns": "she/her"}
    holder.walk(holder.offer("ldp_vc"))
    assert "Nothing in this journey; the claims below are of an earlier one." in inspected(served)


def test_events_stand_under_the_platforms_names(trip: Trip) -> None:
    trip.finish()
    names = re.findall(r"<summary>(OPENID_\w+)</summary>", inspected(trip))
    assert names == ["OPENID_INTERACTION_HOOK_START", "OPENID_INTERACTION_HOOK_SUCCESS"]


def test_a_login_that_was_cancelled_is_a_refusal(served: ServedTrip) -> None:
    served.log_in(served.authorize().location, answer="cancel")
    page = inspected(served)
    assert 'data-outcome="refused"' in page
    assert "The person cancelled" in page


def test_a_program_gets_a_journey_as_json(served: ServedTrip) -> None:
    holder = Holder(served)
    holder.walk(holder.offer("ldp_vc"))
    told = served.get(f"/journeys/{served.journey.id}.json").get_json()
    assert told["outcome"] == "issued"
    assert told["hookClaims"] == {"pronouns": "she/her"}
    assert told["persisted"] == []
    assert told["issued"][0]["origins"]["pronouns"] == "hook"
    assert [hop["title"] for hop in told["hops"]] == [hop.title for hop in served.journey.hops]


def test_a_wallet_gets_the_journey_of_its_own_token(served: ServedTrip) -> None:
    token = served.token(code=served.code()).get_json()["access_token"]
    url = served.settings.tenant_url + "/journeys/mine.json"
    headers = {"Authorization": f"Bearer {token}"}
    assert served.browser.get(url, headers=headers).get_json()["id"] == served.journey.id
    assert served.browser.get(url, headers={"Authorization": "Bearer x"}).status_code == 401
    assert served.browser.get(url).status_code == 401


def test_a_wallets_state_leads_to_its_journey(served: ServedTrip) -> None:
    served.authorize(state="w1")
    first = served.journey.id
    served.authorize(state="w2")
    assert served.get("/journeys?state=w1").location.endswith(f"/journeys/{first}")
    assert served.get("/journeys?state=w3").location.endswith("/#journeys")
    assert served.get("/journeys").location.endswith("/#journeys")


@pytest.mark.parametrize("path", ["/journeys/another", "/journeys/another.json"])
def test_a_journey_that_is_not_remembered_is_not_found(trip: Trip, path: str) -> None:
    trip.finish()
    assert trip.get(path.replace("another", trip.journey.id)).status_code == 200
    assert trip.get(path).status_code == 404


def test_a_token_that_was_sent_twice_is_shown_twice(trip: Trip) -> None:
    trip.tenant.state.switches = Switches()
    trip.visit()
    trip.visit("replay")
    page = inspected(trip)
    assert page.count("<h3>Tenant to hook") == 2
    assert page.count('id="arrival"') == 1
