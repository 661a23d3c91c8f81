"""The demo, started with its own command, and a real Chromium."""

import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.conftest import absent

ROOT = Path(__file__).resolve().parents[2]
NAMES = ("chromium", "chromium-browser", "google-chrome")
SWITCHES = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
PHONE = {"width": 390, "height": 844}
# A machine that has much else to do is slow, not wrong.
PATIENCE = 10_000
expect.set_options(timeout=PATIENCE)

Open = Callable[..., Page]


@dataclass(frozen=True)
class Demo:
    """Where the two apps of the demo are."""

    hook: str
    tenant: str
    wallet: str


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def started(*options: str) -> Iterator[Demo]:
    """Run `dev.py demo`, as the README says, on ports of its own; options may be added."""
    hook, tenant = _free_port(), _free_port()
    ports = ["--hook-port", str(hook), "--tenant-port", str(tenant)]
    command = [sys.executable, "dev.py", "demo", *ports, *options]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        opened = any(line.startswith("Open http") for line in process.stdout)
        assert opened, "the demo printed no page to open"
        yield Demo(
            hook=f"http://localhost:{hook}",
            tenant=f"http://localhost:{tenant}",
            wallet=f"http://127.0.0.1:{tenant}",
        )
        process.send_signal(signal.SIGTERM)
        process.stdout.read()
    assert process.returncode == 0


@pytest.fixture(scope="session")
def demo() -> Iterator[Demo]:
    """One demo for all tests."""
    with started() as demo:
        yield demo


@pytest.fixture
def fresh_demo() -> Iterator[Demo]:
    """A demo that nobody has been to."""
    with started() as demo:
        yield demo


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One Chromium for all tests; each opens contexts of its own."""
    path = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    if path is None:
        absent("Chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=SWITCHES)
        yield browser
        browser.close()


@pytest.fixture
def open_browser(chromium: Browser) -> Iterator[Open]:
    """Open a new browser (cookies of its own), a phone with JavaScript off unless told else."""
    contexts = []

    def open_one(**options: Any) -> Page:
        settings = {"viewport": PHONE, "java_script_enabled": False, **options}
        contexts.append(chromium.new_context(**settings))
        page: Page = contexts[-1].new_page()
        page.set_default_timeout(PATIENCE)
        return page

    yield open_one
    for context in contexts:
        context.close()
