"""The page with every way to visit the hook, and what all pages have in common."""

import html
import re
from collections.abc import Callable

import pytest

from hook.emulator.journey.visits import KINDS
from tests.support.emulator_trip import Trip


def test_the_page_says_who_is_signed_in_and_offers_every_visit(trip: Trip) -> None:
    page = html.unescape(trip.get("/visits").text)
    assert '<main data-page="visits">' in page
    assert "Ripeka Tamihana" in page
    for name, kind in KINDS.items():
        assert f'name="kind" value="{name}"' in page
        assert kind.expected in page


def test_the_replay_button_wakes_up_after_the_first_good_visit(trip: Trip) -> None:
    asleep = 'value="replay" disabled'
    assert asleep in trip.get("/visits").text
    trip.visit()
    assert asleep not in trip.get("/visits").text


def test_without_a_hook_no_button_can_be_pressed(trip: Trip) -> None:
    assert 'value="good" disabled' not in trip.get("/visits").text
    trip.tenant.state.hook = None
    assert 'value="good" disabled' in trip.get("/visits").text


@pytest.mark.parametrize("fault", [True, False])
def test_a_hook_that_is_skipped_is_not_called_missing(trip: Trip, fault: bool) -> None:
    trip.post("/faults", {"hook_disabled": "on"} if fault else {})
    visits, home = trip.get("/visits").text, trip.get("/").text
    assert ('value="good" disabled' in visits) is fault
    assert ("The fault “Skip the hook” is on." in visits) is fault
    assert "No hook is configured" not in visits
    for page in (visits, home):
        assert ('id="faults-on"' in page) is fault
    assert ('id="hook-state">enabled' in home) is not fault


def test_every_button_is_called_what_it_shows(trip: Trip) -> None:
    page = trip.get("/visits").text
    shown = re.findall(r'<button [^>]*aria-label="([^"]*)"[^>]*>([^<]*)</button>', page)
    assert len(shown) == len(KINDS) - 1
    # WCAG 2.2, 2.5.3: who speaks to the page says what is seen.
    assert all(name.startswith(text) for name, text in shown)
    assert len({name for name, _ in shown}) == len(shown)


def test_an_address_elsewhere_says_where_the_tenant_is(trip: Trip) -> None:
    for path in ("/visits", "/v1/openid/configuration"):
        elsewhere = trip.get(f"http://stranger.example:9001{path}")
        assert elsewhere.status_code == 404
        assert "http://localhost:9000 (EMULATOR_TENANT_URL)" in elsewhere.text
    assert "EMULATOR_TENANT_URL" not in trip.get("/nowhere").text


def test_each_host_name_serves_its_own_pages_only(trip: Trip) -> None:
    assert trip.get("http://localhost:9000/visits").status_code == 200
    assert trip.get("http://127.0.0.1:9000/visits").status_code == 404
    assert trip.get("http://stranger.example:9000/visits").status_code == 404


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
@pytest.mark.parametrize("name", ["emulator.css", "icon.svg"])
def test_both_origins_serve_static_files(trip: Trip, host: str, name: str) -> None:
    with trip.get(f"http://{host}:9000/static/{name}") as response:
        assert response.status_code == 200


@pytest.mark.parametrize("url", ["/", "/visits", "/nowhere", "http://127.0.0.1:9000/"])
def test_no_page_is_stored_or_limits_where_forms_lead(trip: Trip, url: str) -> None:
    response = trip.get(url)
    assert response.headers["Cache-Control"] == "no-store"
    policy = response.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "form-action" not in policy


def test_metadata_may_be_kept_as_long_as_the_platforms(trip: Trip) -> None:
    response = trip.get("/.well-known/openid-credential-issuer")
    assert response.headers["Cache-Control"] == "max-age=600"


def test_pages_lead_to_both_host_names_wherever_they_are(
    new_trip: Callable[..., Trip],
) -> None:
    urls = {"tenant_url": "https://tenant.test", "wallet_url": "http://wallet.test:81"}
    trip = new_trip(**urls, api_client="cli-7:s3")
    assert 'href="http://wallet.test:81/"' in trip.get("/").text
    assert 'href="https://tenant.test/"' in trip.get("http://wallet.test:81/").text
