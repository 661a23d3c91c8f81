"""`dev.py demo` with a configuration of one's own: started with its own command."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import requests

import dev
from tests.browser.conftest import free_port

MINE = """
public_url = "https://hook.example.org"
cookie_keys = ["file:none.key"]
vault_keys = ["file:none.key"]

[tenants.rimu-college]
name = "Rimu College"
issuers = ["https://rimu.vii.nz01.mattr.global"]
secrets = ["file:none.secret"]
subject = "email"

[[tenants.rimu-college.steps]]
kind = "notice"
name = "welcome"
title = "Haere mai"
text = "notice.md"
"""


@contextmanager
def demo(config: Path) -> Iterator[tuple[str, str]]:
    """Run the demo; gives the URLs of hook and tenant."""
    hook, tenant = free_port(), free_port()
    ports = ["--hook-port", str(hook), "--tenant-port", str(tenant), "--config", str(config)]
    command = [sys.executable, "dev.py", "demo", *ports]
    with subprocess.Popen(command, cwd=dev.ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert any(line.startswith("Open http") for line in process.stdout)
        yield f"http://localhost:{hook}", f"http://localhost:{tenant}"
        process.send_signal(signal.SIGTERM)
        process.stdout.read()
    assert process.returncode == 0


def test_it_plays_any_flow_whatever_its_secrets_are_and_registers_what_it_reads(
    tmp_path: Path,
) -> None:
    (tmp_path / "mine.toml").write_text(MINE)
    (tmp_path / "notice.md").write_text("Kia ora!")
    browser = requests.Session()
    browser.trust_env = False
    with demo(tmp_path / "mine.toml") as (hook, tenant):
        page = browser.post(f"{tenant}/visit", {"kind": "good"}, timeout=30)
        assert page.url.startswith(f"{hook}/rimu-college/")
        assert page.url.endswith("/welcome")
        assert "ripeka@kauri.example" in page.text
        client = {"client_id": "x", "client_secret": "y", "audience": tenant}
        asked = client | {"grant_type": "client_credentials"}
        token = browser.post(f"{tenant}/oauth/token", json=asked, timeout=30).json()["access_token"]
        headers = {"Authorization": f"Bearer {token}"}
        known = browser.get(f"{tenant}/v1/openid/configuration", headers=headers, timeout=30).json()
        assert known["interactionHook"]["claims"] == ["email"]
