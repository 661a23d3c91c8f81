"""A real Chromium walks the demo straight to the hook, and back to the tenant's inspector."""

import re
import time
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import PHONE, Demo, Open
from tests.support.factors import code as code_of

DEVICE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}
#: The demo has one person; what their device holds goes from browser to browser.
PASSKEYS: dict[Demo, list[dict[str, Any]]] = {}


def visit(page: Page, demo: Demo, kind: str = "good") -> None:
    """Press a button of the tenant's page of visits."""
    page.goto(f"{demo.tenant}/visits")
    page.locator(f"button[value='{kind}']").click()


#: How a visitor comes to the hook.
Start = Callable[[Page, Demo], None]


def step(page: Page, name: str) -> None:
    """Wait for a step."""
    expect(page.locator(f"main[data-step='{name}']")).to_be_visible()


def to_second_factor(page: Page, demo: Demo, start: Start = visit) -> None:
    """Walk up to the second factor; the terms are asked only once of a person."""
    start(page, demo)
    page.locator("main[data-step]").wait_for()
    if page.locator("main[data-step='terms']").count():
        page.get_by_role("button", name="I accept").click()
    step(page, "second-factor")


def save_codes(page: Page) -> None:
    """Say that the recovery codes are saved; they come once of a person."""
    step(page, "recovery-codes")
    page.get_by_label("I have saved these codes").check()
    page.get_by_role("button", name="Continue").click()
    step(page, "profile")


def to_profile(page: Page, demo: Demo, start: Start = visit) -> None:
    """Walk up to the form with a passkey, which is set up on the first visit."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable", {"enableUI": False})
    made = session.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})
    for credential in PASSKEYS.get(demo, []):
        session.send("WebAuthn.addCredential", {**made, "credential": credential})
    to_second_factor(page, demo, start)
    if PASSKEYS.get(demo):
        page.get_by_role("button", name="Use my passkey").click()
        step(page, "profile")
    else:
        page.get_by_role("button", name=re.compile("^Passkey")).click()
        page.get_by_role("button", name="Set up a passkey").click()
        save_codes(page)
    PASSKEYS[demo] = session.send("WebAuthn.getCredentials", made)["credentials"]


def to_profile_with_an_app(page: Page, demo: Demo, start: Start = visit) -> None:
    """Walk up to the form as a new person whose browser runs no script."""
    to_second_factor(page, demo, start)
    page.get_by_role("button", name=re.compile("^Authenticator app")).click()
    key = page.locator(".key").first.text_content() or ""
    box = page.get_by_label("Code from the app")
    box.fill(code_of(key.replace(" ", ""), int(time.time())))
    page.get_by_role("button", name="Continue").click()
    save_codes(page)


@pytest.mark.parametrize("scripts", [False, True], ids=["without-javascript", "with-javascript"])
def test_a_visitor_goes_from_the_tenant_over_the_hook_and_back(
    fresh_demo: Demo, open_browser: Open, scripts: bool
) -> None:
    page = open_browser(java_script_enabled=scripts)
    blocked: list[str] = []
    page.on("console", lambda message: blocked.append(message.text))
    walk = to_profile if scripts else to_profile_with_an_app
    walk(page, fresh_demo)
    page.get_by_label("Preferred name").fill("Māia")
    page.get_by_label("Pronouns").select_option("she/her")
    page.get_by_label("Date of birth").fill("2001-02-03")
    page.get_by_role("button", name="Continue").click()
    page.wait_for_url(f"{fresh_demo.tenant}/journeys/**")
    answer = page.locator("#answer")
    expect(answer).to_have_attribute("data-verified", "true")
    for text in ("Māia", "she/her", "2001-02-03"):
        expect(answer).to_contain_text(text)
    assert [text for text in blocked if "Content Security Policy" in text] == []


def test_a_second_visit_asks_for_the_passkey_and_shows_no_codes(
    fresh_demo: Demo, open_browser: Open
) -> None:
    for _ in range(2):
        page = open_browser(java_script_enabled=True)
        to_profile(page, fresh_demo)
        expect(page.locator(".progress")).to_have_text(re.compile("Step [24] of [24]"))
    expect(page.locator(".progress")).to_have_text("Step 2 of 2")


def test_terms_that_are_declined_come_back_as_a_refusal(
    fresh_demo: Demo, open_browser: Open
) -> None:
    page = open_browser()
    visit(page, fresh_demo)
    step(page, "terms")
    page.get_by_role("button", name="I don’t accept").click()
    page.wait_for_url(f"{fresh_demo.tenant}/journeys/**")
    expect(page.locator("main")).to_contain_text("terms_declined")


@pytest.mark.parametrize(
    ("button", "code"),
    [("Stop and go back to my wallet", "user_cancelled"), ("This is not me", "not_me")],
)
def test_a_visitor_who_cancels_is_back_at_the_tenant(
    demo: Demo, open_browser: Open, button: str, code: str
) -> None:
    page = open_browser()
    visit(page, demo)
    page.get_by_role("link", name="Not you?").click()
    step(page, "cancel")
    page.get_by_role("button", name=button).click()
    page.wait_for_url(f"{demo.tenant}/journeys/**")
    expect(page.locator("main")).to_contain_text(code)


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        ("expired", "token_expired"),
        ("wrong-audience", "token_audience"),
        ("alg-none", "token_algorithm"),
        ("wrong-secret", "token_signature"),
        ("foreign-return", "token_redirect_url"),
    ],
)
def test_a_bad_visit_ends_on_a_page_that_says_what_to_do(
    demo: Demo, open_browser: Open, kind: str, reason: str
) -> None:
    page = open_browser()
    visit(page, demo, kind)
    expect(page.locator(f"main[data-reason='{reason}']")).to_contain_text("What to do")
    assert page.context.cookies(demo.hook) == []


def test_a_token_that_is_sent_again_leads_back_or_is_refused(
    demo: Demo, open_browser: Open
) -> None:
    first, second = open_browser(), open_browser()
    visit(first, demo)
    first.locator("main[data-step]").wait_for()
    begun = first.url
    visit(first, demo, "replay")
    first.locator("main[data-step]").wait_for()
    assert first.url == begun
    visit(second, demo, "replay")
    expect(second.locator("main[data-reason='token_used_elsewhere']")).to_be_visible()


def test_back_and_reload_after_the_end_never_open_a_form_again(
    demo: Demo, open_browser: Open
) -> None:
    page = open_browser(java_script_enabled=True)
    to_profile(page, demo)
    form = page.url
    page.get_by_label("Preferred name").fill("Rangi")
    page.get_by_role("button", name="Continue").click()
    page.wait_for_url(f"{demo.tenant}/journeys/**")
    page.goto(form)
    page.wait_for_url(re.compile(re.escape(demo.tenant)))
    assert page.locator("main[data-step]").count() == 0


def test_a_form_with_errors_can_be_loaded_again(demo: Demo, open_browser: Open) -> None:
    page = open_browser(java_script_enabled=True)
    to_profile(page, demo)
    page.get_by_label("Preferred name").fill("")
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("alert")).to_be_visible()
    page.reload()
    step(page, "profile")


def test_a_journey_goes_with_the_keyboard_alone(demo: Demo, open_browser: Open) -> None:
    page = open_browser(java_script_enabled=True)
    to_profile(page, demo)
    page.get_by_label("Preferred name").focus()
    page.keyboard.press("Control+A")
    page.keyboard.type("Hine")
    page.keyboard.press("Enter")
    page.wait_for_url(f"{demo.tenant}/journeys/**")
    expect(page.locator("#answer")).to_contain_text("Hine")


def test_an_error_is_a_link_away_from_its_field(demo: Demo, open_browser: Open) -> None:
    page = open_browser(java_script_enabled=True)
    to_profile(page, demo)
    page.get_by_label("Preferred name").fill("")
    page.get_by_label("Date of birth").fill("2001-02-03")
    page.get_by_role("button", name="Continue").click()
    summary = page.get_by_role("alert")
    expect(summary).to_contain_text("Preferred name")
    summary.get_by_role("link").click()
    field = page.get_by_label("Preferred name")
    expect(field).to_be_focused()
    expect(field).to_have_accessible_description(re.compile("Fill this in"))
    expect(page.get_by_label("Date of birth")).to_have_value("2001-02-03")


@pytest.mark.parametrize("width", [320, 390, 1280])
def test_no_page_scrolls_sideways_and_buttons_fit_a_thumb(
    demo: Demo, open_browser: Open, width: int
) -> None:
    page = open_browser(viewport={**PHONE, "width": width}, java_script_enabled=True)
    to_profile(page, demo)
    paths = [page.url, page.url.rsplit("/", 1)[0] + "/cancel", f"{demo.hook}/kauri"]
    for path in paths:
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        for target in page.locator("button, select, input:not([type=hidden]), .leave a").all():
            box = target.bounding_box()
            assert box is not None
            assert box["height"] >= 44


def test_large_text_does_not_break_the_page(demo: Demo, open_browser: Open) -> None:
    page = open_browser(java_script_enabled=True)
    to_profile(page, demo)
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
