"""The pages a person sees and automation reads."""

import ast
import html
import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from hook import emulator
from hook.emulator.arrivals import KINDS
from tests.support.emulator_trip import Trip


def shown(page: str, element: str) -> dict[str, object]:
    """Read the JSON a page shows in the element with this id."""
    match = re.search(rf'<pre id="{element}"[^>]*>(.*?)</pre>', page, re.DOTALL)
    assert match
    payload = json.loads(html.unescape(match[1]))
    assert isinstance(payload, dict)
    return payload


def test_the_home_page_says_who_is_signed_in_and_offers_every_visit(trip: Trip) -> None:
    page = trip.get("/").text
    assert '<main data-page="home">' in page
    assert "Ripeka Tamihana" in page
    for name, kind in KINDS.items():
        assert f'name="kind" value="{name}"' in page
        assert html.escape(kind.expected) in page.replace("&#39;", "&#x27;")


def test_the_replay_button_wakes_up_after_the_first_good_visit(trip: Trip) -> None:
    asleep = 'value="replay" disabled'
    assert asleep in trip.get("/").text
    trip.visit()
    assert asleep not in trip.get("/").text


def test_the_wallet_shows_the_verified_answer_and_the_arrival(trip: Trip) -> None:
    arrival = trip.arrival()
    answer = trip.answer(arrival, claims={"pronouns": "</pre><b>ia"})
    page = trip.get(trip.come_back(arrival, trip.sign(answer)).location).text
    assert '<main data-page="result">' in page
    assert "<h1>Verified</h1>" in page
    assert '<pre id="answer" data-verified="true"' in page
    assert shown(page, "answer") == answer
    assert shown(page, "answer-header") == {"alg": "HS256", "typ": "JWT"}
    assert shown(page, "arrival") == arrival


def test_the_wallet_lists_every_check_of_an_accepted_answer(trip: Trip) -> None:
    page = html.unescape(trip.get(trip.finish().location).text)
    for name in (*emulator.checks.CHECKS, emulator.checks.SIGNED, emulator.checks.ONLY_ANSWER):
        assert f"<li>{name}</li>" in page


def test_the_wallet_counts_the_whole_return_url(trip: Trip) -> None:
    arrival = trip.arrival()
    token = trip.sign(trip.answer(arrival))
    page = trip.get(trip.come_back(arrival, token).location).text
    length = len(f"{arrival['redirectUrl']}&session_token={token}")
    assert f"<strong>{length:,}</strong> of 2,000" in page
    assert "Too long" not in page


def test_the_wallet_warns_of_a_return_url_over_the_budget(trip: Trip) -> None:
    page = trip.get(trip.finish(claims={"story": "a" * 1500}).location).text
    assert "Too long" in page


def test_the_wallet_shows_a_refusal_with_the_hooks_message(trip: Trip) -> None:
    response = trip.finish(claims=None, error={"message": "Identity <i>not</i> shown"})
    page = trip.get(response.location).text
    assert '<main data-page="refused">' in page
    assert "Identity &lt;i&gt;not&lt;/i&gt; shown</blockquote>" in page
    assert "<h1>Verified</h1>" not in page


def test_the_wallet_knows_no_code_it_was_not_given(trip: Trip) -> None:
    location = trip.finish().location
    assert trip.get(location).status_code == 200
    assert trip.get(location + "x").status_code == 404


def test_only_the_wallets_origin_serves_the_wallet(trip: Trip) -> None:
    location = trip.finish().location
    at_tenant = location.replace("127.0.0.1", "localhost")
    assert trip.get(location).status_code == 200
    assert trip.get(at_tenant).status_code == 404


def test_the_wallets_origin_leads_to_the_tenant_and_takes_no_visit(trip: Trip) -> None:
    assert trip.get("http://127.0.0.1:9000/").location == "http://localhost:9000/"
    wallet = trip.browser.post("http://127.0.0.1:9000/visit", data={"kind": "good"})
    assert (wallet.status_code, trip.press("good").status_code) == (404, 303)


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
def test_both_origins_serve_the_stylesheet(trip: Trip, host: str) -> None:
    with trip.get(f"http://{host}:9000/static/emulator.css") as response:
        assert response.status_code == 200


@pytest.mark.parametrize("url", ["/", "/nowhere", "/static/emulator.css"])
def test_no_page_is_stored_or_limits_where_forms_lead(trip: Trip, url: str) -> None:
    with trip.get(url) as response:
        assert response.headers["Cache-Control"] == "no-store"
        policy = response.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "form-action" not in policy


def test_one_server_can_be_tenant_and_wallet_at_other_addresses(
    new_trip: Callable[..., Trip],
) -> None:
    trip = new_trip(tenant_url="http://tenant.test", wallet_url="http://wallet.test:81")
    response = trip.finish()
    assert response.location.startswith("http://wallet.test:81/wallet?code=")
    assert 'href="http://tenant.test/"' in trip.get(response.location).text


def test_the_stand_in_shares_no_code_with_the_hook() -> None:
    for module in Path(emulator.__path__[0]).rglob("*.py"):
        for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom):
                assert node.level <= 1, module
                assert node.level == 1 or not (node.module or "").startswith("hook"), module
            if isinstance(node, ast.Import):
                assert not any(name.name.startswith("hook") for name in node.names), module
