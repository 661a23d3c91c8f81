"""The issuer's page: offers to make, and the page of one."""

import hashlib
import html
import re

import pytest

from tests.emulator.conftest import Serve
from tests.support.emulator_trip import NOON, SECRET, ServedTrip, Trip, query_of
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
        ({"credentials": []}, "Tick at least one credential."),
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
    assert "<title>Error: " in refused.text
    assert len(trip.tenant.state.offer_pages.all()) == 1


@pytest.mark.parametrize("flow", ["authorization-code", "pre-authorized"])
def test_an_offer_of_nothing_is_refused_at_its_own_form(trip: Trip, flow: str) -> None:
    page = trip.post("/offers", {"flow": flow}).text
    assert re.findall(r'<fieldset aria-describedby="(.*?)"', page) == [f"{flow}-error"]
    assert page.count(f'<p class="warning" id="{flow}-error">') == 1
    form = {"flow": flow, "credentials": ids(trip, "mso_mdoc")}
    assert trip.post("/offers", form).status_code == 303


def test_claims_that_are_no_json_are_marked_and_kept_as_typed(trip: Trip) -> None:
    form = {"credentials": ids(trip, "mso_mdoc"), "flow": "pre-authorized", "claims": "{<"}
    page = trip.post("/offers", form).text
    assert 'aria-invalid="true" aria-describedby="claims-error">{&lt;</textarea>' in page
    assert 'name="transaction_code" value="yes">' in page
    assert 'aria-invalid="true"' not in trip.get("/").text


def test_without_a_credential_there_is_no_button_to_offer_one(trip: Trip) -> None:
    assert trip.get("/").text.count("Make the offer</button>") == 2
    trip.tenant.state.configurations.take(ids(trip, "mso_mdoc")[0])
    page = trip.get("/").text
    assert page.count("Make the offer</button>") == 1
    assert "no mobile document to offer" in page
    trip.tenant.state.configurations.clear()
    page = trip.get("/").text
    assert "Make the offer</button>" not in page
    assert "no credential to offer" in page


def test_the_latest_offers_lead_back_to_their_pages_and_say_how_long_they_are_good(
    trip: Trip,
) -> None:
    assert 'id="offers"' not in trip.get("/").text
    form = {"credentials": ids(trip, "mso_mdoc"), "flow": "pre-authorized"}
    made = trip.post("/offers", form).location
    for later, said in ((0, "good for 5 minutes"), (299, "less than a minute"), (300, "over")):
        trip.time = NOON + later
        page = trip.get("/").text
        link = re.search(r'href="(/offers/[^"]+)">(.*?)</li>', page, re.DOTALL)
        assert link
        assert made.endswith(link[1])
        assert said in link[2]
        assert said in trip.get(made).text
    trip.tenant.state.offers.clear()
    assert "taken or ended" in trip.get(made).text


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
