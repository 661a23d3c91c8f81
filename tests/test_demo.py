"""`dev.py demo` with a configuration of one's own: started with its own command."""

from pathlib import Path

import requests

from tests.browser.conftest import started

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


def test_it_plays_any_flow_whatever_its_secrets_are_and_registers_what_it_reads(
    tmp_path: Path,
) -> None:
    (tmp_path / "mine.toml").write_text(MINE)
    (tmp_path / "notice.md").write_text("Kia ora!")
    browser = requests.Session()
    browser.trust_env = False
    with started("--config", str(tmp_path / "mine.toml")) as demo:
        page = browser.post(f"{demo.tenant}/visit", {"kind": "good"}, timeout=30)
        assert page.url.startswith(f"{demo.hook}/rimu-college/")
        assert page.url.endswith("/welcome")
        assert "ripeka@kauri.example" in page.text
        client = {"client_id": "x", "client_secret": "y", "audience": demo.tenant}
        asked = client | {"grant_type": "client_credentials"}
        answer = browser.post(f"{demo.tenant}/oauth/token", json=asked, timeout=30)
        headers = {"Authorization": f"Bearer {answer.json()['access_token']}"}
        known = browser.get(f"{demo.tenant}/v1/openid/configuration", headers=headers, timeout=30)
        assert known.json()["interactionHook"]["claims"] == ["email"]
