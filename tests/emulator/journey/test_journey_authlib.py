"""The whole journey with a wallet on Authlib, over real HTTP."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from hook import build_app
from hook.config.load import load
from hook.testing.hooks import ENVIRON, HEAD, PROFILE, TERMS, Clock
from hook.testing.tokens import SECRET
from tests.emulator.authlib_wallet import AuthlibWallet, Refused
from tests.emulator.plain_browser import Browser
from tests.support.emulator_trip import NOON, ServedTrip, query_of
from tests.support.serving import free_port, port_of, serving

Serve = Callable[..., ServedTrip]
METADATA = {
    "modern": {},
    "legacy": {"metadata": "legacy", "authorization-server-metadata": "not-found"},
}
REFUSAL = {"claims": None, "error": {"message": "Identity check not passed"}}


@pytest.fixture(autouse=True)
def _plain_http(monkeypatch: pytest.MonkeyPatch) -> None:
    # Authlib speaks https only, unless it is told that this is a test.
    monkeypatch.setenv("AUTHLIB_INSECURE_TRANSPORT", "1")


@pytest.fixture(params=METADATA)
def tenant(request: pytest.FixtureRequest, serve: Serve) -> ServedTrip:
    """A tenant with today's metadata, and one with the older kind."""
    return serve(assume=METADATA[request.param])


def wallet_with_offer(trip: ServedTrip, **more: Any) -> AuthlibWallet:
    return AuthlibWallet(trip.offer("", "ldp_vc", **more)["uri"], int(trip.time))


def log_in(trip: ServedTrip, wallet: AuthlibWallet) -> tuple[Browser, dict[str, Any]]:
    """Go to the hook, which is played by hand: the browser stands still there."""
    browser = Browser(stops_at=trip.settings.hook_url)
    browser.open(wallet.authorization_url())
    assert browser.main["data-page"] == "login"
    browser.send(answer="login")
    return browser, trip.arrived(browser.url)


def come_back(trip: ServedTrip, browser: Browser, arrival: dict[str, Any], **changes: Any) -> None:
    token = trip.sign(trip.answer(arrival, **changes))
    browser.open(f"{arrival['redirectUrl']}&session_token={token}")


def test_a_wallet_gets_a_credential_with_the_hooks_claims(tenant: ServedTrip) -> None:
    wallet = wallet_with_offer(tenant, request_parameters={"login_hint": "wi@kauri.example"})
    browser, arrival = log_in(tenant, wallet)
    assert arrival["claims"] == {"name": "Ripeka Tamihana", "email": "wi@kauri.example"}
    come_back(tenant, browser, arrival)
    token = wallet.redeem(browser.url)
    assert (token["token_type"], token["scope"]) == ("Bearer", "ldp_vc:StudentCard")
    subject = wallet.credential()["credential"]["credentialSubject"]
    assert subject.pop("id").startswith("did:")
    assert subject == {
        "name": "Ripeka Tamihana", "email": "wi@kauri.example", "pronouns": "she/her"
    }  # fmt: skip
    assert [user["claims"] for user in tenant.tenant.state.users.all()] == [{}]


def test_a_wallet_gets_a_credential_for_a_pre_authorized_offer(tenant: ServedTrip) -> None:
    asked = {"claims": {"name": "Ripeka"}, "transactionCodeConfiguration": {"inputMode": "numeric"}}
    made = tenant.offer("/pre-authorized", "mso_mdoc", **asked)
    wallet = AuthlibWallet(made["uri"], NOON)
    with pytest.raises(Refused) as caught:
        wallet.redeem_offer()
    assert caught.value.error == "invalid_request"
    token = wallet.redeem_offer(str(made["transactionCode"]))
    assert token["scope"] == "mso_mdoc:nz.kauri.student.1"
    assert wallet.credential()["format"] == "mso_mdoc"
    (issued,) = tenant.journey.issued
    assert issued["claims"]["name"] == "Ripeka"


def test_a_wallet_is_told_that_the_hook_refused(tenant: ServedTrip) -> None:
    wallet = wallet_with_offer(tenant)
    browser, arrival = log_in(tenant, wallet)
    come_back(tenant, browser, arrival, **REFUSAL)
    with pytest.raises(Refused, match="Identity check not passed") as caught:
        wallet.redeem(browser.url)
    assert caught.value.error == "access_denied"


def test_a_wallet_is_told_that_the_login_was_cancelled(tenant: ServedTrip) -> None:
    wallet, browser = wallet_with_offer(tenant), Browser()
    browser.open(wallet.authorization_url())
    browser.send(answer="cancel")
    with pytest.raises(Refused, match="cancelled") as caught:
        wallet.redeem(browser.url)
    assert caught.value.error == "access_denied"


def test_after_a_time_out_the_person_stays_at_the_tenant(tenant: ServedTrip) -> None:
    wallet = wallet_with_offer(tenant)
    browser, arrival = log_in(tenant, wallet)
    tenant.time = NOON + 1230
    come_back(tenant, browser, arrival)
    assert (browser.status, browser.main["data-page"]) == (400, "timed-out")
    assert browser.url.startswith(tenant.settings.tenant_url)


def test_a_wallet_gets_no_second_token_for_a_code(tenant: ServedTrip) -> None:
    wallet = wallet_with_offer(tenant)
    browser, arrival = log_in(tenant, wallet)
    come_back(tenant, browser, arrival)
    assert wallet.redeem(browser.url)["access_token"]
    with pytest.raises(Refused) as caught:
        wallet.redeem(browser.url)
    assert caught.value.error == "invalid_grant"


@pytest.fixture
def with_hook(serve: Serve, tmp_path: Path) -> Iterator[ServedTrip]:
    """A tenant whose hook is ours, with terms and a form, on a port of its own."""
    port = free_port()
    hook_url = f"http://localhost:{port_of(port)}"
    trip = serve(hook_url=f"{hook_url}/kauri", secret=SECRET)
    config = HEAD.replace("https://hook.example.org", hook_url)
    config = config.replace("https://kauri.vii.nz01.mattr.global", trip.settings.tenant_url)
    config = config.replace("{database}", f"sqlite:///{tmp_path}/hook.db")
    (tmp_path / "terms.md").write_text("Be *kind*.\n")
    (tmp_path / "config.toml").write_text(config + TERMS + PROFILE)
    app = build_app(load(tmp_path / "config.toml", ENVIRON), Clock(NOON))
    with serving(app, port):
        yield trip
    app.extensions["hook"].store.close()


def test_what_a_person_types_into_our_hook_is_in_the_credential(with_hook: ServedTrip) -> None:
    wallet, browser = wallet_with_offer(with_hook), Browser()
    browser.open(wallet.authorization_url())
    browser.send(answer="login")
    assert browser.main["data-step"] == "terms"
    browser.send(answer="accept")
    assert browser.main["data-step"] == "profile"
    browser.send(pronouns="they/them")
    assert browser.url.startswith("nz.kauri.wallet://cb?code=")
    wallet.redeem(browser.url)
    subject = wallet.credential()["credential"]["credentialSubject"]
    assert (subject["name"], subject["pronouns"]) == ("Ripeka Tamihana", "they/them")
    (issued,) = with_hook.journey.issued
    assert (issued["origins"]["name"], issued["origins"]["pronouns"]) == ("login", "hook")
    assert [user["claims"] for user in with_hook.tenant.state.users.all()] == [{}]


def test_who_declines_at_our_hook_gets_no_code(with_hook: ServedTrip) -> None:
    wallet, browser = wallet_with_offer(with_hook), Browser()
    browser.open(wallet.authorization_url())
    browser.send(answer="login")
    browser.send(answer="decline")
    assert query_of(browser.url)["error_description"] == "terms_declined"
    with pytest.raises(Refused, match="terms_declined"):
        wallet.redeem(browser.url)
    assert with_hook.tenant.state.codes.all() == []
