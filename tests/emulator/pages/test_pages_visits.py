"""The page with every way to visit the hook, and what all pages have in common."""

import html
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
    trip = new_trip(tenant_url="https://tenant.test", wallet_url="http://wallet.test:81")
    assert 'href="http://wallet.test:81/"' in trip.get("/").text
    assert 'href="https://tenant.test/"' in trip.get("http://wallet.test:81/").text
