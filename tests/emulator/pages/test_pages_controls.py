"""The forms that change the tenant."""

import re
from collections.abc import Callable

import pytest

from hook.emulator.faults import Faults
from hook.emulator.switches import SWITCHES
from tests.support.emulator_trip import Trip


def test_every_assumption_can_be_seen_and_changed(trip: Trip) -> None:
    page = trip.get("/").text
    for name, switch in SWITCHES.items():
        select = re.search(rf'<select id="{name}".*?</select>', page, re.DOTALL)
        assert select
        assert f"<option selected>{switch.default}</option>" in select[0]
        assert select[0].count("<option") == len(switch.choices)


def test_an_assumption_that_is_changed_counts_and_is_marked(trip: Trip) -> None:
    assert 'class="changed"' not in trip.get("/").text
    changed = trip.post("/switches", {"metadata": "legacy", "redirect-url": "plain"})
    assert changed.status_code == 303
    assert trip.tenant.state.switches["metadata"] == "legacy"
    page = trip.get("/").text
    assert page.count('class="changed"') == 2
    assert "2 changed" in page
    assert "credential_configurations_supported" not in (
        trip.get("/.well-known/openid-credential-issuer").text
    )


@pytest.mark.parametrize("wrong", [{"metadata": "other"}, {"nothing": "keep"}])
def test_a_form_with_one_wrong_assumption_changes_nothing(
    trip: Trip, wrong: dict[str, str]
) -> None:
    right = {"redirect-url": "plain"}
    assert trip.post("/switches", right | wrong).status_code == 400
    assert trip.tenant.state.switches["redirect-url"] == "query"
    assert trip.post("/switches", right).status_code == 303
    assert trip.tenant.state.switches["redirect-url"] == "plain"


def test_faults_go_on_with_a_tick_and_off_without(trip: Trip) -> None:
    trip.post("/faults", {"hook_disabled": "on", "clock_skew": "-90"})
    assert trip.tenant.state.faults == Faults(hook_disabled=True, clock_skew=-90)
    page = trip.get("/").text
    assert 'name="hook_disabled" value="on" checked' in page
    assert 'name="clock_skew" value="-90"' in page
    trip.post("/faults", {"clock_skew": ""})
    assert trip.tenant.state.faults == Faults()


@pytest.mark.parametrize("wrong", [{"metadata_delay": "31"}, {"clock_skew": "soon"}])
def test_a_fault_that_cannot_be_is_refused(trip: Trip, wrong: dict[str, str]) -> None:
    assert trip.post("/faults", {"metadata_delay": "30"}).status_code == 303
    assert trip.post("/faults", wrong).status_code == 400
    assert trip.tenant.state.faults.metadata_delay == 30


def test_a_fresh_start_forgets_all_but_what_was_there_at_the_start(trip: Trip) -> None:
    trip.visit()
    trip.post("/switches", {"metadata": "legacy"})
    trip.post("/faults", {"api_down": "on"})
    trip.tenant.state.hook = None
    assert trip.post("/reset", {}).status_code == 303
    state = trip.tenant.state
    assert (state.journeys.all(), state.faults) == ([], Faults())
    assert state.switches["metadata"] == "modern"
    assert state.hook
    assert state.hook.secret == trip.settings.secret


FORMS = [
    ("http://localhost:9000", "/offers"),
    ("http://localhost:9000", "/visit"),
    ("http://localhost:9000", "/switches"),
    ("http://localhost:9000", "/faults"),
    ("http://localhost:9000", "/reset"),
    ("http://localhost:9000", "/idp/authorize"),
    ("http://127.0.0.1:9000", "/accept"),
    ("http://127.0.0.1:9000", "/cards/1/remove"),
]
STRANGERS = [
    {"Origin": "https://stranger.example"},
    {"Origin": "null"},
    {"Origin": "http://localhost:8000"},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Sec-Fetch-Site": "none", "Origin": "null"},
]


@pytest.mark.parametrize(("origin", "path"), FORMS)
@pytest.mark.parametrize("headers", STRANGERS)
def test_no_other_sites_page_can_send_a_form(
    trip: Trip, origin: str, path: str, headers: dict[str, str]
) -> None:
    assert trip.browser.post(origin + path, headers=headers).status_code == 403
    own = {"Origin": origin, "Sec-Fetch-Site": "same-origin"}
    assert trip.browser.post(origin + path, headers=own).status_code != 403
    assert trip.browser.post(origin + path).status_code != 403


def test_the_wallets_page_cannot_press_the_tenants_buttons(trip: Trip) -> None:
    own, others = ({"Origin": url} for url in (trip.settings.tenant_url, trip.settings.wallet_url))
    url = trip.settings.tenant_url + "/reset"
    assert trip.browser.post(url, headers=others).status_code == 403
    assert trip.browser.post(url, headers=own).status_code == 303


def test_behind_https_our_own_pages_may_still_send_forms(new_trip: Callable[..., Trip]) -> None:
    # What ends the encryption passes requests on without it.
    url, own = "https://localhost", {"Origin": "https://localhost"}
    trip = new_trip(tenant_url=url)
    assert trip.browser.post("http://localhost/reset", headers=own).status_code == 303
    others = {"Origin": "http://localhost"}
    assert trip.browser.post("http://localhost/reset", headers=others).status_code == 403


def test_wallets_in_a_browser_may_ask_for_a_token(trip: Trip) -> None:
    url, headers = (
        trip.settings.tenant_url + "/v1/oauth/token",
        {"Origin": "https://wallet.example"},
    )
    assert trip.browser.post(url, headers=headers).status_code == 400
