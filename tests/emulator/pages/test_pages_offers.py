"""The issuer's page: offers to make, and the page of one."""

import hashlib
import html
import re

import pytest

from tests.emulator.conftest import Serve
from tests.support.emulator_trip import SECRET, ServedTrip, Trip, query_of
from tests.support.emulator_wallet import Holder


def make(trip: Trip, **form: object) -> str:
    """Make an offer at the page; gives the page of the offer."""
    made = trip.post("/offers", form)
    assert made.status_code == 303, made.text
    return trip.get(made.location).text


def uri_of(page: str) -> str:
    """The offer's link."""
    match = re.search(r'<pre id="uri"[^>]*>(.*?)</pre>', page)
    assert match
    return html.unescape(match[1])


def ids(trip: Trip, kind: str) -> list[str]:
    """The ids of the tenant's configurations of a format."""
    return [each.id for each in trip.tenant.state.configurations.all() if each.format == kind]


def test_the_page_offers_every_credential_the_tenant_has(trip: Trip) -> None:
    page = trip.get("/").text
    assert '<main data-page="home">' in page
    (json_card,), (mobile,) = ids(trip, "ldp_vc"), ids(trip, "mso_mdoc")
    assert page.count(f'name="credentials" value="{json_card}"') == 1
    assert page.count(f'name="credentials" value="{mobile}"') == 2


def test_an_offer_has_a_link_a_qr_code_and_a_way_to_the_wallet(served: ServedTrip) -> None:
    page = make(served, credentials=ids(served, "ldp_vc"), login_hint=" hine@kauri.example ")
    holder, uri = Holder(served), uri_of(page)
    assert uri == holder.offer("ldp_vc", login_hint="hine@kauri.example")
    assert re.search(r'<svg [^>]*class="qr"', page)
    link = re.search(r'<a class="button main" href="([^"]*)"', page)
    assert link
    assert holder.get(html.unescape(link[1])).text == holder.look(uri).text
    assert 'id="transaction-code"' not in page


def test_an_offer_without_a_hint_carries_no_parameters(trip: Trip) -> None:
    assert "login_hint" in uri_of(make(trip, credentials=ids(trip, "ldp_vc"), login_hint="a"))
    assert "login_hint" not in uri_of(make(trip, credentials=ids(trip, "ldp_vc"), login_hint=" "))


def test_a_pre_authorized_offer_shows_its_transaction_code(served: ServedTrip) -> None:
    form = {"credentials": ids(served, "mso_mdoc"), "flow": "pre-authorized"}
    claims = '{"name": "Hine"}'
    page = make(served, **form, claims=claims, transaction_code="yes")
    code = re.search(r'id="transaction-code">(\d{6})<', page)
    assert code
    back = Holder(served).accept(uri_of(page), tx_code=code[1])
    assert "Hine" in Holder(served).get(back.location).text
    assert 'id="transaction-code"' not in make(served, **form, claims=claims)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"credentials": []}, "credentials"),
        ({"credentials": ["nothing"]}, "unknown id"),
        ({"claims": "{"}, "not a JSON object"),
        ({"claims": "[]"}, "not a JSON object"),
    ],
)
def test_an_offer_that_cannot_be_made_is_explained(
    trip: Trip, change: dict[str, object], said: str
) -> None:
    form = {"credentials": ids(trip, "mso_mdoc"), "flow": "pre-authorized", "claims": ""}
    assert trip.post("/offers", form).status_code == 303
    refused = trip.post("/offers", form | change)
    assert refused.status_code == 400
    assert said in refused.text


def test_only_mobile_documents_can_be_pre_authorized(trip: Trip) -> None:
    form = {"credentials": ids(trip, "ldp_vc"), "flow": "pre-authorized"}
    assert "not an mDoc" in trip.post("/offers", form).text


def test_an_offer_that_is_not_remembered_is_not_found(trip: Trip) -> None:
    page = trip.post("/offers", {"credentials": ids(trip, "ldp_vc")}).location
    assert trip.get(page).status_code == 200
    assert trip.get("/offers/another").status_code == 404
    trip.post("/reset", {})
    assert trip.get(page).status_code == 404


def test_the_hook_is_shown_with_a_fingerprint_and_never_with_its_secret(trip: Trip) -> None:
    page = trip.get("/").text
    assert trip.settings.hook_url in page
    fingerprint = hashlib.sha256(trip.settings.key).hexdigest()[:12]
    assert f'<code id="fingerprint">{fingerprint}</code>' in page
    assert SECRET not in html.unescape(page)


def test_without_a_hook_the_page_says_how_to_set_one(serve: Serve) -> None:
    page = serve(secret="").get("/").text
    assert "PUT /v1/openid/configuration" in page
    assert 'id="fingerprint"' not in page


def test_the_latest_journeys_are_listed_with_their_outcome(served: ServedTrip) -> None:
    assert "Nobody has been here yet." in served.get("/").text
    holder = Holder(served)
    holder.accept(holder.offer("ldp_vc"))
    served.get(holder.accept(holder.offer("ldp_vc")).location)
    holder.walk(holder.offer("ldp_vc"))
    holder.walk(holder.offer("ldp_vc"), claims=None, error={"message": "no"})
    page = served.get("/").text
    listed = re.findall(r'href="/journeys/([^"]+)" data-outcome="([^"]+)"', page)
    assert [outcome for _, outcome in listed] == ["refused", "issued", "under-way"]
    assert all(served.get(f"/journeys/{key}").status_code == 200 for key, _ in listed)


def test_the_wallets_link_is_the_offer_unchanged(trip: Trip) -> None:
    page = make(trip, credentials=ids(trip, "ldp_vc"))
    link = re.search(r'<a class="button main" href="([^"]*)"', page)
    assert link
    assert query_of(html.unescape(link[1])) == query_of(uri_of(page))
