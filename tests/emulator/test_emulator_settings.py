"""How the tenant is set up, run and kept quiet."""

import re
import threading
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest
from werkzeug.serving import BaseWSGIServer

from hook.emulator import Settings, SettingsError, server
from hook.emulator.__main__ import main
from tests.support.emulator_trip import NOON, SECRET, Trip

GOOD: dict[str, Any] = {"hook_url": "http://localhost:8000/kauri", "secret": SECRET}


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"secret": ""}, "secret"),
        ({"secret": "too short".ljust(12, "=")}, "secret"),
        ({"secret": "bm90IGVub3VnaCBieXRlcw=="}, "32 bytes"),
        ({"secret": SECRET.replace("T", "_")}, "standard base64"),
        ({"secret": "ē" * 44}, "standard base64"),
        ({"hook_url": "localhost:8000"}, "hook_url"),
        ({"hook_url": "ftp://localhost/kauri"}, "hook_url"),
        ({"hook_url": "http://localhost:port/"}, "hook_url"),
        ({"tenant_url": "http://localhost:9000/"}, "tenant_url"),
        ({"wallet_url": "http://127.0.0.1:9000/wallet"}, "wallet_url"),
        ({"wallet_redirect": "callback"}, "wallet_redirect"),
    ],
)
def test_a_setting_that_cannot_work_is_refused_by_name(change: dict[str, Any], named: str) -> None:
    assert Settings(**GOOD)
    with pytest.raises(SettingsError, match=named):
        Settings(**(GOOD | change))


def test_the_secret_is_not_shown_by_accident() -> None:
    assert SECRET not in repr(Settings(**GOOD))


def test_only_the_secret_must_be_given() -> None:
    assert Settings.from_env({"EMULATOR_SECRET": SECRET}) == Settings(**GOOD)
    with pytest.raises(SettingsError, match="EMULATOR_SECRET"):
        Settings.from_env({})


def test_every_setting_can_be_given_by_the_environment() -> None:
    env = {
        "EMULATOR_SECRET": SECRET,
        "EMULATOR_HOOK_URL": "https://hook.example/start",
        "EMULATOR_TENANT_URL": "http://tenant.test:9100",
        "EMULATOR_WALLET_URL": "http://wallet.test:9100",
        "EMULATOR_WALLET_REDIRECT": "nz.kauri.wallet://cb",
    }
    assert Settings.from_env(env) == Settings(
        hook_url="https://hook.example/start",
        secret=SECRET,
        tenant_url="http://tenant.test:9100",
        wallet_url="http://wallet.test:9100",
        wallet_redirect="nz.kauri.wallet://cb",
    )


def test_the_wallet_follows_the_tenants_port() -> None:
    env = {"EMULATOR_SECRET": SECRET, "EMULATOR_TENANT_URL": "http://localhost:9123"}
    assert Settings.from_env(env).wallet_url == "http://127.0.0.1:9123"


def test_running_without_a_secret_says_so_in_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("EMULATOR_SECRET", raising=False)
    assert main() == 2
    assert re.fullmatch(r"hook\.emulator: .*EMULATOR_SECRET.*\n", capsys.readouterr().err)


@pytest.fixture
def running(monkeypatch: pytest.MonkeyPatch) -> Iterator[BaseWSGIServer]:
    """Run a server at a port the system chooses."""
    monkeypatch.setattr(Settings, "port", 0)
    made = server.build(Settings(**GOOD))
    thread = threading.Thread(target=made.serve_forever)
    thread.start()
    yield made
    made.shutdown()
    thread.join()


def test_the_log_has_the_path_but_never_the_query(
    running: BaseWSGIServer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "werkzeug")
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
