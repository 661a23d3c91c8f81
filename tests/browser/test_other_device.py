"""A desktop lends one step to a phone: two real browsers, each with cookies of its own."""

import re
import secrets
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
import segno
from flask import Flask
from playwright.sync_api import Page, expect
from werkzeug.serving import make_server

from hook import build_app
from hook.config.load import load
from hook.testing.hooks import ENVIRON, NOTICE, PROFILE, Clock, write_config
from hook.testing.tokens import token
from tests.browser.conftest import Open

DESKTOP = {"width": 1_280, "height": 800}
MOVABLE = PROFILE.replace('title = "', 'other_device = true\ntitle = "', 1)
#: The page waits five seconds before it looks again.
PATIENCE = 20_000
WIDER = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"


@dataclass
class Hook:
    """A hook on this machine."""

    url: str
    app: Flask
    clock: Clock

    def come(self, page: Page) -> None:
        """Begin a journey of somebody new, up to the step that may be lent."""
        now = self.clock.now
        claims = {"name": "Ripeka Tamihana", "email": f"{secrets.token_hex(8)}@kauri.example"}
        aud, state = f"{self.url}/kauri", secrets.token_hex(8)
        sent = token(aud=aud, claims=claims, state=state, iat=now, exp=now + 600)
        page.goto(f"{self.url}/kauri?session_token={sent}")
        at(page, "profile")

    def pass_of(self, page: Page) -> str:
        """The address that the QR code on this page should hold."""
        journey_id = page.url.split("/")[4]
        stored = self.app.extensions["hook"].store.find_anyones("kauri", journey_id)
        return f"{self.url}/kauri/on/{journey_id}/{stored.journey.progress.lent.token}"


@pytest.fixture(scope="module")
def hook(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hook]:
    """One hook for all tests; each has a person of its own."""
    folder = tmp_path_factory.mktemp("hook")
    path = write_config(folder, f"sqlite:///{folder}/hook.db", MOVABLE + NOTICE)
    server = make_server("127.0.0.1", 0, lambda environ, start: app(environ, start), threaded=True)
    url = f"http://localhost:{server.server_port}"
    path.write_text(path.read_text().replace("https://hook.example.org", url))
    clock = Clock(int(time.time()))
    app = build_app(load(path, ENVIRON), clock)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield Hook(url, app, clock)
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
        app.extensions["hook"].store.close()


def at(page: Page, step: str) -> None:
    expect(page.locator(f"main[data-step='{step}']")).to_be_visible(timeout=PATIENCE)


def on(page: Page, name: str) -> None:
    expect(page.locator(f"main[data-page='{name}']")).to_be_visible(timeout=PATIENCE)


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name).click()


def lend(hook: Hook, page: Page) -> str:
    """Ask for another device; the address of the pass."""
    hook.come(page)
    press(page, "Do this on another device")
    on(page, "lent")
    return hook.pass_of(page)


def fits(page: Page) -> None:
    """Nothing is wider than the screen, and every button can be hit by a thumb."""
    assert page.evaluate(WIDER) <= 0
    for button in page.get_by_role("button").all():
        box = button.bounding_box()
        assert box is not None
        assert box["height"] >= 44


@pytest.mark.parametrize("scripts", [False, True], ids=["without-javascript", "with-javascript"])
def test_the_phone_does_the_step_and_the_desktop_goes_on_by_itself(
    hook: Hook, open_browser: Open, scripts: bool
) -> None:
    desktop = open_browser(viewport=DESKTOP, java_script_enabled=scripts)
    address = lend(hook, desktop)
    phone = open_browser(java_script_enabled=scripts, has_touch=True, is_mobile=True)
    complaints: list[str] = []
    phone.on("console", lambda message: complaints.append(message.text))
    phone.goto(address)
    on(phone, "pass")
    fits(phone)
    expect(phone.locator("main")).to_contain_text("Ripeka Tamihana")
    press(phone, "Yes, go on here")
    at(phone, "profile")
    fits(phone)
    expect(desktop.get_by_role("status")).to_contain_text("Your other", timeout=PATIENCE)
    press(phone, "Continue")
    expect(phone.get_by_role("alert")).to_be_visible()
    phone.get_by_label("Pronouns").select_option("she/her")
    press(phone, "Continue")
    on(phone, "over")
    fits(phone)
    at(desktop, "welcome")
    expect(desktop.locator("main[data-page='lent']")).to_have_count(0)
    assert [text for text in complaints if "Content Security Policy" in text] == []


def test_a_camera_reads_the_address_of_the_pass(hook: Hook, open_browser: Open) -> None:
    desktop = open_browser(viewport=DESKTOP)
    address = lend(hook, desktop)
    expected = segno.make_qr(address, error="l")
    drawn = re.findall(r'\bd="([^"]+)"', expected.svg_inline(border=4, dark="#000", light="#fff"))
    picture = desktop.locator("svg.qr")
    box = picture.bounding_box()
    assert box is not None
    # A module must be some pixels wide for a camera, with the quiet zone of four around.
    assert box["width"] / expected.symbol_size(border=4)[0] >= 3
    assert desktop.evaluate(WIDER) <= 0
    assert [path.get_attribute("d") for path in picture.locator("path").all()] == drawn


def test_a_step_that_is_done_here_instead_is_gone_on_the_phone(
    hook: Hook, open_browser: Open
) -> None:
    desktop, phone = open_browser(viewport=DESKTOP), open_browser()
    phone.goto(lend(hook, desktop))
    press(phone, "Yes, go on here")
    at(phone, "profile")
    press(desktop, "Do it here instead")
    at(desktop, "profile")
    phone.get_by_label("Pronouns").select_option("he/him")
    press(phone, "Continue")
    on(phone, "error")
    fits(phone)
    desktop.get_by_label("Pronouns").select_option("she/her")
    press(desktop, "Continue")
    at(desktop, "welcome")
