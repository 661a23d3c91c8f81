"""A real Chromium goes the whole way: offer, wallet, login, the hook's steps, a card."""

import json
import re
import urllib.request
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import PHONE, Demo, Open
from tests.browser.test_walk import Start, step, to_profile, to_profile_with_an_app

Api = Callable[..., dict[str, Any]]


def offer(page: Page, demo: Demo, flow: str = "authorization-code") -> None:
    """Make an offer of all there is at the issuer's page."""
    page.goto(demo.tenant)
    for box in page.locator(f"form:has(button[value='{flow}']) [name='credentials']").all():
        box.check()
    page.locator(f"button[value='{flow}']").click()
    expect(page.locator("main[data-page='offer'] svg.qr")).to_be_visible()


def accept(page: Page) -> None:
    """Open the offer in the wallet, and say yes."""
    page.get_by_role("link", name="Open in the pretend wallet").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Would you like")
    page.get_by_role("button", name=re.compile("Get (it|them)")).click()


def from_offer_as(name: str, email: str) -> Start:
    """Make a way to come to the hook: by an offer and a login, as a person new to the hook."""

    def start(page: Page, demo: Demo) -> None:
        offer(page, demo)
        accept(page)
        expect(page.get_by_role("heading", name="Log in")).to_be_visible()
        page.get_by_label("Name").fill(name)
        page.get_by_label("E-mail address").fill(email)
        page.get_by_role("button", name="Log in").click()

    return start


def fill_profile(page: Page, demo: Demo) -> None:
    """Fill in the last step, and wait for the wallet."""
    page.get_by_label("Preferred name").fill("Māia")
    page.get_by_label("Pronouns").select_option("she/her")
    page.get_by_label("Date of birth").fill("2001-02-03")
    page.get_by_role("button", name="Continue").click()
    page.wait_for_url(f"{demo.wallet}/")


def cards(page: Page) -> dict[str, str]:
    """The addresses of the cards in the wallet, by format as the card has it."""
    links = page.locator(".deck a").all()
    found = {link.locator(".kind").inner_text(): link.get_attribute("href") for link in links}
    return {kind: href for kind, href in found.items() if href}


def read(page: Page) -> Any:
    """What a program reads on the card."""
    return json.loads(page.locator("#credential").inner_text())


@pytest.fixture
def api(demo: Demo) -> Api:
    """The management API, as an issuer's own system uses it."""

    def ask(path: str, body: dict[str, Any], **headers: str) -> dict[str, Any]:
        data = json.dumps(body).encode()
        sent = {"Content-Type": "application/json", **headers}
        request = urllib.request.Request(demo.tenant + path, data, sent)  # noqa: S310
        with urllib.request.urlopen(request) as answer:  # noqa: S310
            found: dict[str, Any] = json.loads(answer.read())
        return found

    client = {"client_id": "test", "client_secret": "test", "audience": demo.tenant}
    token = ask("/oauth/token", client | {"grant_type": "client_credentials"})["access_token"]
    return lambda path, body: ask(path, body, Authorization=f"Bearer {token}")


def test_a_person_goes_from_an_offer_to_cards_that_show_the_hooks_claims(
    demo: Demo, open_browser: Open, api: Api
) -> None:
    page = open_browser(java_script_enabled=True)
    blocked: list[str] = []
    page.on("console", lambda message: blocked.append(message.text))
    to_profile(page, demo, from_offer_as("Wiremu Kauri", "wiremu@kauri.example"))
    fill_profile(page, demo)
    found = cards(page)
    assert set(found) == {"JSON credential", "Mobile document"}
    for kind, href in found.items():
        page.goto(demo.wallet + href)
        claims = page.locator("#card-claims")
        for text in ("Māia", "she/her", "3 February 2001", "Wiremu Kauri"):
            expect(claims).to_contain_text(text)
        expect(page.locator("[data-claim='pronouns']")).to_have_attribute("data-origin", "hook")
        expect(page.locator("[data-claim='name']")).to_have_attribute("data-origin", "login")
        if kind == "Mobile document":
            said = read(page)["nameSpaces"]["nz.kauri.student.1"]
        else:
            said = read(page)["credentialSubject"]
        assert said["birth_date"] == "2001-02-03"
    page.get_by_role("link", name=re.compile("inspector")).click()
    expect(page.locator("main")).to_have_attribute("data-outcome", "issued")
    expect(page.locator("#kept")).to_have_text("Nothing: the user object has no claims.")
    assert [text for text in blocked if "Content Security Policy" in text] == []
    subject = json.loads(page.locator("#user").inner_text())["authenticationProvider"]["subjectId"]
    search = {"authenticationProvider": {"subjectId": subject}}
    (user,) = api("/v1/users/search", search)["data"]
    assert user["claims"] == {}


def test_it_goes_without_javascript(demo: Demo, open_browser: Open) -> None:
    page = open_browser(java_script_enabled=False)
    start = from_offer_as("Hine Kauri", "hine@kauri.example")
    to_profile_with_an_app(page, demo, start)
    fill_profile(page, demo)
    page.goto(demo.wallet + cards(page)["JSON credential"])
    expect(page.locator("#card-claims")).to_contain_text("Māia")
    expect(page.locator("#card-claims")).to_contain_text("hine@kauri.example")


def test_a_person_who_stops_at_the_hook_is_told_so_by_the_wallet(
    demo: Demo, open_browser: Open
) -> None:
    page = open_browser()
    from_offer_as("Rangi Kauri", "rangi@kauri.example")(page, demo)
    step(page, "terms")
    page.get_by_role("link", name="Not you?").click()
    page.get_by_role("button", name="Stop and go back to my wallet").click()
    page.wait_for_url(f"{demo.wallet}/refusals/**")
    expect(page.get_by_role("heading", level=1)).to_have_text("No credential this time")
    expect(page.locator("#message")).to_have_text("user_cancelled")
    page.get_by_role("link", name=re.compile("inspector")).click()
    expect(page.locator("main")).to_have_attribute("data-outcome", "refused")


def test_a_wrong_transaction_code_is_corrected(demo: Demo, open_browser: Open) -> None:
    page = open_browser()
    offer(page, demo, "pre-authorized")
    code = page.locator("#transaction-code").inner_text()
    page.get_by_role("link", name="Open in the pretend wallet").click()
    box, button = page.get_by_label("Transaction code"), page.get_by_role("button", name="Get it")
    box.fill("000000")
    button.click()
    expect(page.get_by_role("alert")).to_contain_text("The transaction code is wrong")
    expect(box).to_have_accessible_description(re.compile("The transaction code is wrong"))
    box.fill(code)
    button.click()
    expect(page.locator("#card-claims")).to_contain_text("Ripeka Tamihana")
    expect(page.locator("[data-claim='name']")).to_have_attribute("data-origin", "offer")


def test_the_way_goes_with_the_keyboard_alone(demo: Demo, open_browser: Open) -> None:
    page = open_browser()
    offer(page, demo)
    link = page.get_by_role("link", name="Open in the pretend wallet")
    link.focus()
    page.keyboard.press("Enter")
    page.get_by_role("button", name=re.compile("Get (it|them)")).focus()
    page.keyboard.press("Enter")
    page.get_by_label("E-mail address").focus()
    page.keyboard.press("Enter")
    page.locator("main[data-step]").wait_for()


@pytest.mark.parametrize("width", [320, 390, 1280])
def test_no_page_of_the_tenant_or_the_wallet_scrolls_sideways(
    demo: Demo, open_browser: Open, width: int
) -> None:
    page = open_browser(viewport={**PHONE, "width": width}, java_script_enabled=True)
    offer(page, demo, "pre-authorized")
    made, code = page.url, page.locator("#transaction-code").inner_text()
    page.get_by_role("link", name="Open in the pretend wallet").click()
    asked = page.url
    page.get_by_label("Transaction code").fill(code)
    page.get_by_role("button", name="Get it").click()
    page.wait_for_url(f"{demo.wallet}/cards/**")
    card = page.url
    page.get_by_role("link", name=re.compile("inspector")).click()
    paths = [demo.tenant, f"{demo.tenant}/visits", made, page.url, demo.wallet, asked, card]
    for size in ("100%", "200%"):
        for path in paths:
            page.goto(path)
            page.evaluate(f"document.documentElement.style.fontSize = '{size}'")
            assert page.evaluate("document.documentElement.scrollWidth") <= width, path
            targets = "button, select, summary, nav a, input:not([type=hidden], [type=checkbox])"
            for target in page.locator(targets).filter(visible=True).all():
                box = target.bounding_box()
                assert box, path
                assert box["height"] >= 44, path
