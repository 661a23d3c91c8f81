"""How the tenant is set up, started and kept quiet."""

import logging
import os
import re
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from werkzeug.serving import BaseWSGIServer

from hook.emulator import Settings, SettingsError, create_app, create_emulator, server, starting
from hook.emulator.__main__ import main
from hook.emulator.switches import SWITCHES
from tests.support.emulator_trip import NOON, SECRET, Trip

ROOT = Path(__file__).resolve().parents[3]
GOOD: dict[str, Any] = {"hook_url": "http://localhost:8000/kauri", "secret": SECRET}


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"secret": "too short".ljust(12, "=")}, "secret"),
        ({"secret": "bm90IGVub3VnaCBieXRlcw=="}, "32 bytes"),
        ({"secret": SECRET.replace("T", "_")}, "standard base64"),
        ({"secret": "ē" * 44}, "standard base64"),
        ({"hook_url": "localhost:8000"}, "hook_url"),
        ({"hook_url": "ftp://localhost/kauri"}, "hook_url"),
        ({"hook_url": "http://localhost:port/"}, "hook_url"),
        ({"tenant_url": "http://localhost:9000/"}, "tenant_url"),
        ({"tenant_url": "http://kauri.example:9000"}, "tenant_url must be https"),
        ({"tenant_url": "https://kauri.example"}, "gets the hook's secret"),
        ({"hook_url": "http://kauri.example:8000/kauri"}, "hook_url must be https"),
        ({"wallet_url": "http://127.0.0.1:9000/wallet"}, "wallet_url"),
        ({"wallet_redirect": "callback"}, "wallet_redirect"),
        ({"api_client": "cli-7"}, "api_client"),
        ({"api_client": "cli-7:"}, "api_client"),
    ],
)
def test_a_setting_that_cannot_work_is_refused_by_name(change: dict[str, Any], named: str) -> None:
    assert Settings(**GOOD)
    with pytest.raises(SettingsError, match=named):
        Settings(**(GOOD | change))


def test_a_tenant_that_others_may_reach_knows_its_api_client() -> None:
    assert Settings(**GOOD, tenant_url="https://kauri.example", api_client="cli-7:s3")
    assert Settings(**GOOD, tenant_url="https://localhost:9000")


def test_the_secret_is_not_shown_by_accident() -> None:
    assert SECRET not in repr(Settings(**GOOD))


@pytest.mark.parametrize(("text", "seeded"), [("demo", True), ("none", False)])
def test_a_start_is_with_something_or_with_nothing(text: str, seeded: bool) -> None:
    assert Settings.from_env({"EMULATOR_SEED": text}).seed is seeded
    with pytest.raises(SettingsError, match="seed must be demo or none"):
        Settings.from_env({"EMULATOR_SEED": text.upper()})


def test_nothing_must_be_given() -> None:
    assert Settings.from_env({"EMULATOR_SECRET": SECRET}) == Settings(**GOOD)
    assert Settings.from_env({}).secret == ""


def test_every_setting_can_be_given_by_the_environment() -> None:
    env = {
        "EMULATOR_SECRET": SECRET,
        "EMULATOR_HOOK_URL": "https://hook.example/start",
        "EMULATOR_TENANT_URL": "http://localhost:9100",
        "EMULATOR_WALLET_URL": "http://wallet.test:9100",
        "EMULATOR_WALLET_REDIRECT": "nz.kauri.wallet://cb",
        "EMULATOR_HOOK_LOG": "hook.log",
        "EMULATOR_API_CLIENT": "cli-7:s3",
        "EMULATOR_SEED": "none",
        "EMULATOR_ASSUME": "metadata=legacy, redirect-url = plain",
    }
    assert Settings.from_env(env) == Settings(
        hook_url="https://hook.example/start",
        secret=SECRET,
        tenant_url="http://localhost:9100",
        wallet_url="http://wallet.test:9100",
        wallet_redirect="nz.kauri.wallet://cb",
        hook_log="hook.log",
        api_client="cli-7:s3",
        seed=False,
        assume={"metadata": "legacy", "redirect-url": "plain"},
    )


def test_the_wallet_follows_the_tenants_port() -> None:
    env = {"EMULATOR_TENANT_URL": "http://localhost:9123"}
    assert Settings.from_env(env).wallet_url == "http://127.0.0.1:9123"


@pytest.mark.parametrize("assume", ["nothing=keep", "metadata=other"])
def test_an_assumption_that_cannot_be_made_says_so_in_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], assume: str
) -> None:
    monkeypatch.setenv("EMULATOR_ASSUME", assume)
    assert main() == 2
    assert re.fullmatch(r"hook\.emulator: .*(nothing|other).*\n", capsys.readouterr().err)
    with pytest.raises(SystemExit, match=r"^hook\.emulator: "):
        create_app()


def test_flask_starts_it_and_every_assumption_is_said(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("EMULATOR_ASSUME", "metadata=legacy")
    create_app()
    first, *lines = capsys.readouterr().out.splitlines()
    assert first.startswith("Stand-in tenant at http://localhost:9000")
    for name in SWITCHES:
        assert sum(line.startswith(f"  {name} = ") for line in lines) == 1
    assert [line for line in lines if "(not the default)" in line] == [
        "  metadata = legacy (not the default): Issuer metadata has"
        " credential_configurations_supported and credentials_supported."
    ]


def test_the_flask_command_finds_the_app() -> None:
    command = [sys.executable, "-m", "flask", "--app", "hook.emulator", "routes"]
    done = subprocess.run(
        command, cwd=ROOT, env=os.environ, capture_output=True, text=True, check=True
    )
    assert "Stand-in tenant at " in done.stdout
    assert "/v1/oauth/authorize" in done.stdout


@pytest.fixture
def running(monkeypatch: pytest.MonkeyPatch) -> Iterator[BaseWSGIServer]:
    """Run a server at a port the system chooses."""
    monkeypatch.setattr(Settings, "port", 0)
    settings = Settings(**GOOD)
    app = create_emulator(settings)
    made = server.build(app, settings)
    starting.announce(app, settings)
    thread = threading.Thread(target=made.serve_forever, args=(0.05,))
    thread.start()
    yield made
    made.shutdown()
    thread.join()


def test_the_log_has_the_path_but_never_the_query(
    running: BaseWSGIServer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "werkzeug")
    address = f"http://127.0.0.1:{running.server_port}/?session_token=s3cret"
    request = urllib.request.Request(address, headers={"Host": "localhost:9000"})
    with urllib.request.urlopen(request) as response:  # noqa: S310
        assert response.status == 200
    assert "GET / HTTP" in caplog.text
    assert "s3cret" not in caplog.text


def test_only_this_machine_can_reach_it(running: BaseWSGIServer) -> None:
    assert running.host == "127.0.0.1"


def test_time_comes_from_the_clock_it_is_given(trip: Trip) -> None:
    trip.time = NOON + 5.5
    assert trip.arrival()["iat"] == NOON + 5
