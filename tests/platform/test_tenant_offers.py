"""flask tenant offer and flask tenant offers delete, against the stand-in tenant."""

import json
import os
import subprocess
import sys
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from hook.qr import terminal
from tests.platform.desk import ROOT, Desk

UNUSABLE = 2
GRANT = "urn:ietf:params:oauth:grant-type:pre-authorized_code"
PRE_AUTHORIZED = ("--pre-authorized", "--claim", "name=Ripeka", "--no-qr")
DCIP = ('subject  = "email"', 'subject  = "email"\npolicy = "nz-dcip"')


@pytest.fixture
def as_json(desk: Desk) -> str:
    """The id of a configuration for a JSON credential."""
    return _id(desk, "ldp_vc")


@pytest.fixture
def mdoc(desk: Desk) -> str:
    """The id of a configuration for an mDoc."""
    return _id(desk, "mso_mdoc")


def _id(desk: Desk, form: str) -> str:
    return next(c.id for c in desk.tenant.state.configurations.all() if c.format == form)


def offered(uri: str) -> Any:
    (text,) = parse_qs(urlsplit(uri).query)["credential_offer"]
    return json.loads(text)


def test_an_offer_is_a_uri_and_a_code_to_scan(desk: Desk, as_json: str, mdoc: str) -> None:
    told = desk("offer", as_json, mdoc, "--param", "login_hint=r@kauri.nz")
    assert told.status == 0
    uri, *drawn = told.lines
    assert uri.startswith("openid-credential-offer://?")
    assert offered(uri)["credentials"] == [as_json, mdoc]
    assert offered(uri)["request_parameters"] == {"login_hint": "r@kauri.nz"}
    # Colours are left out where there is no terminal.
    plain = terminal(uri).replace("\x1b[97;40m", "").replace("\x1b[0m", "")
    assert drawn == plain.splitlines()


def test_no_code_is_drawn_where_none_is_wanted(desk: Desk, as_json: str) -> None:
    assert len(desk("offer", as_json, "--no-qr").lines) == 1


def test_a_code_in_the_terminal_is_read_as_what_it_is_of() -> None:
    """Light on dark, whatever the terminal's own colours are."""
    lines = terminal("openid-credential-offer://?credential_offer=x").splitlines()
    assert {line[:8] for line in lines} == {"\x1b[97;40m"}
    assert {line[-4:] for line in lines} == {"\x1b[0m"}
    assert set("".join(line[8:-4] for line in lines)) == {"█", "▀", "▄", " "}


def test_what_is_too_long_for_a_code_is_told_beside_its_uri(desk: Desk, as_json: str) -> None:
    told = desk("offer", as_json, "--param", f"login_hint={'x' * 3000}")
    assert told.status == 0
    assert len(told.lines) == 1
    assert told.err == "It is too long for a QR code.\n"


def test_a_pre_authorized_offer_has_its_code_apart(desk: Desk, mdoc: str) -> None:
    told = desk("offer", mdoc, *PRE_AUTHORIZED, "--transaction-code", "by text", "--minutes", "10")
    assert told.status == 0
    (offer,) = desk.tenant.state.offers.all()
    assert told.lines[:-1] == [
        f"id: {offer.id}",
        f"userId: {offer.user_id}",
        "expiresAt: 2026-11-18T11:16:40.000Z",
        f"transactionCode: {offer.transaction_code}",
    ]
    assert offered(told.lines[-1])["grants"][GRANT]["tx_code"]["description"] == "by text"
    assert offer.claims == {"name": "Ripeka"}
    assert offer.persist == ()


def test_an_offer_is_there_for_programs_too(desk: Desk, mdoc: str) -> None:
    found = desk("offer", mdoc, *PRE_AUTHORIZED, "--transaction-code", "", "--json").json
    assert set(found) == {"uri", "id", "userId", "expiresAt", "transactionCode"}
    assert len(found["transactionCode"]) == 6


@pytest.mark.parametrize(
    ("wallet", "start"),
    [
        ("generic", "openid-credential-offer://?"),
        ("govtnz", "https://m.app.govt.nz/openid-credential-offer?"),
        ("govtnz-sandbox", "https://sandbox.m.app.govt.nz/openid-credential-offer?"),
    ],
)
def test_a_wallet_gets_the_offer_as_it_opens_it(
    desk: Desk, as_json: str, wallet: str, start: str
) -> None:
    found = desk("offer", as_json, "--wallet", wallet, "--json").json
    assert found["uri"].startswith(start + "credential_offer=")
    assert offered(found["uri"])["credentials"] == [as_json]


@pytest.mark.parametrize(
    "wrong",
    [
        ("--minutes", "5"),
        ("--claim", "name=Ripeka"),
        ("--pre-authorized", "--param", "login_hint=r"),
        ("--pre-authorized", "--persist", "name"),
    ],
)
def test_options_that_do_not_go_together_make_no_offer(
    desk: Desk, mdoc: str, wrong: tuple[str, ...]
) -> None:
    told = desk("offer", mdoc, *wrong)
    assert (told.status, told.out) == (UNUSABLE, "")
    assert told.err.count("\n") == 1
    assert desk.tenant.state.offers.all() == []


@pytest.mark.parametrize("wrong", ["name", "=Ripeka", ""])
def test_a_claim_has_a_name_and_a_value(desk: Desk, mdoc: str, wrong: str) -> None:
    told = desk("offer", mdoc, "--pre-authorized", "--claim", wrong)
    assert (told.status, desk.tenant.state.offers.all()) == (UNUSABLE, [])
    assert "write NAME=VALUE" in told.err


@pytest.mark.parametrize("minutes", ["0", "11"])
def test_an_offer_lasts_ten_minutes_at_most(desk: Desk, mdoc: str, minutes: str) -> None:
    assert desk("offer", mdoc, *PRE_AUTHORIZED, "--minutes", minutes).status == UNUSABLE
    assert desk("offer", mdoc, *PRE_AUTHORIZED, "--minutes", "10").status == 0


def test_the_policy_is_kept_and_nobody_asked(desk: Desk, mdoc: str) -> None:
    kept = (*PRE_AUTHORIZED, "--transaction-code", "by text", "--persist", "name")
    assert desk("offer", mdoc, *kept).status == 0
    desk.write(DCIP)
    told = desk("offer", mdoc, *kept)
    assert told.status == UNUSABLE
    assert "nz-dcip forbids that anything is persisted" in told.err
    told = desk("offer", mdoc, *PRE_AUTHORIZED)
    assert told.status == UNUSABLE
    assert "--transaction-code" in told.err
    assert len(desk.tenant.state.offers.all()) == 1
    assert desk("offer", mdoc, *kept[:-2]).status == 0


@pytest.mark.parametrize("form", ["ldp_vc", "unknown"])
def test_what_the_tenant_refuses_is_told_with_its_parameter(desk: Desk, form: str) -> None:
    ident = _id(desk, form) if form == "ldp_vc" else "0d1f"
    told = desk("offer", ident, *PRE_AUTHORIZED)
    assert (told.status, told.out) == (UNUSABLE, "")
    assert "credentials[0] (body): Invalid credentials" in told.err
    assert "can take a minute" in told.err
    assert "`flask tenant credentials` lists" in told.err


def test_what_can_be_offered_is_listed_with_name_and_format(
    desk: Desk, as_json: str, mdoc: str
) -> None:
    told = desk("credentials")
    assert told.status == 0
    assert told.lines == [f"{as_json}  Student card (JSON)", f"{mdoc}  Student card (mDoc)"]
    assert desk("credentials", "--json").json == {
        "tenant": "kauri",
        "credentials": [
            {"id": as_json, "name": "Student card", "format": "JSON"},
            {"id": mdoc, "name": "Student card", "format": "mDoc"},
        ],
    }


def test_where_nothing_can_be_offered_that_is_said(desk: Desk, as_json: str, mdoc: str) -> None:
    for ident in (as_json, mdoc):
        desk.tenant.state.configurations.take(ident)
    told = desk("credentials")
    said = f"kauri at {desk.trip.settings.tenant_url} has no credential to offer.\n"
    assert (told.status, told.out, told.err) == (0, "", said)
    assert desk("credentials", "--json").json["credentials"] == []


def test_an_offer_is_taken_back_after_a_yes(desk: Desk, mdoc: str) -> None:
    ident = desk("offer", mdoc, *PRE_AUTHORIZED, "--json").json["id"]
    told = desk("offers", "delete", ident)
    assert told.status == UNUSABLE
    assert "nobody to ask here" in told.err
    assert len(desk.tenant.state.offers.all()) == 1
    told = desk("offers", "delete", ident, "--yes")
    assert (told.status, told.lines) == (0, ["The offer is gone."])
    assert desk.tenant.state.offers.all() == []
    told = desk("offers", "delete", ident, "--yes", "--json")
    assert told.status == UNUSABLE
    assert "(404 NotFound" in told.err
    # What was sent is in `value` of the answer, and is not repeated.
    assert ident not in told.err


def test_help_is_had_without_any_configuration() -> None:
    command = [sys.executable, "-m", "flask", "--app", "app", "tenant", "--help"]
    ran = subprocess.run(
        command,
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "HOOK_CONFIG": "nowhere.toml"},
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )
    assert ran.returncode == 0
    assert all(f"  {name} " in ran.stdout for name in ("apply", "doctor", "offer", "rotate"))
