"""flask tenant doctor: from a tenant that has nothing to one that is well."""

import socket
from typing import Any

import pytest

from hook.emulator.state import HookConfiguration
from tests.platform.desk import HOOK_URL, Desk, Told

DCIP = ('subject  = "email"', 'subject  = "email"\npolicy = "nz-dcip"')
SECRET = "q3sTUvWxYz0123456789abcdefghijklmnopqrstuvw="


def errors(told: Told) -> list[str]:
    return [line for line in told.lines if line.startswith("error: ")]


def checks(desk: Desk, **environ: str) -> dict[str, str]:
    found: Any = desk("doctor", "--json", **environ).json["findings"]
    return {finding["check"]: finding["level"] for finding in found}


def test_what_apply_mends_is_an_error_before_and_none_after(desk: Desk) -> None:
    told = desk("doctor")
    assert told.status == 1
    assert errors(told) == ["error: The tenant has no interaction hook."]
    assert "  What mends it: Run `flask tenant apply`." in told.lines
    assert desk("apply", "--yes").status == 0
    told = desk("doctor")
    assert (told.status, errors(told)) == (0, [])
    assert told.lines[-1] == f"kauri at {desk.trip.settings.tenant_url}: 2 notes."


def test_a_tenant_without_credentials_is_a_warning(desk: Desk) -> None:
    assert desk("apply", "--yes").status == 0
    assert "credentials" not in checks(desk)
    for configuration in desk.tenant.state.configurations.all():
        desk.tenant.state.configurations.take(configuration.id)
    told = desk("doctor")
    assert told.status == 0
    assert "warning: There is no credential to offer." in told.lines


def test_findings_are_there_for_programs_too(desk: Desk) -> None:
    told = desk("doctor", "--json")
    assert told.status == 1
    first = told.json["findings"][0]
    assert set(first) == {"level", "check", "what", "why", "mend"}
    assert (first["level"], first["check"]) == ("error", "registered")


def test_many_things_amiss_are_all_found_at_once(desk: Desk) -> None:
    desk.kept.write_text(SECRET + "\n", encoding="ascii")
    desk.tenant.state.hook = HookConfiguration(
        HOOK_URL + "/", "mB7rCq0h1Vw3o5xZ2k8uJ4tYp6sLdNeFgHiKaQyXzTU=", ("phone",), 30, True
    )
    (provider,) = desk.tenant.state.providers.all()
    provider |= {"scope": ["openid"], "claimsToPersist": ["sub"]}
    desk.write(DCIP)
    found = checks(desk)
    assert {check for check, level in found.items() if level == "error"} == {
        "disabled", "hook_url", "secret", "claims_missing", "timeout", "scopes", "persist",
        "mapping_required",
    }  # fmt: skip
    assert found["claims_unused"] == "warning"


def test_a_client_that_is_refused_is_found_and_the_rest_left_out(desk: Desk) -> None:
    assert checks(desk, KAURI_API_SECRET="another") == {"token": "error"}
    told = desk("doctor", KAURI_API_SECRET="another")
    assert told.status == 1
    assert "401 access_denied" in told.out


def test_a_tenant_that_is_away_is_found(desk: Desk) -> None:
    url = desk.trip.settings.tenant_url
    gone = f"http://localhost:{_unused()}"
    desk.write((f'["{url}"]', f'["{gone}"]'))
    assert checks(desk)["metadata"] == "error"
    desk.write((f'auth_url      = "{url}"', f'auth_url      = "{gone}"'))
    assert checks(desk) == {"token": "error"}


def test_a_secret_that_is_kept_elsewhere_is_a_warning(desk: Desk) -> None:
    assert "  What mends it: Run `flask tenant apply`." in desk("doctor").lines
    desk.write(('"file:kauri.secret"', '"env:KAURI_SECRET"'))
    print_it = "`flask tenant apply --print-secret`"
    assert f"  What mends it: Run {print_it}." in desk("doctor").lines
    assert desk("apply", "--yes", "--print-secret").status == 0
    assert checks(desk)["secret_absent"] == "warning"
    assert desk("doctor").status == 0
    assert f"{print_it} gets it." in desk("doctor").out
    assert "secret_absent" not in checks(desk, KAURI_SECRET=desk.secret)
    assert checks(desk, KAURI_SECRET=SECRET)["secret"] == "error"


def test_no_secret_is_told_whatever_is_found(desk: Desk) -> None:
    assert desk("apply", "--yes").status == 0
    desk.kept.write_text(SECRET + "\n", encoding="ascii")
    told = desk("doctor")
    assert [word for word in (SECRET, desk.secret) if word in told.out + told.err] == []


@pytest.mark.parametrize("kept", [[], ["email"]])
def test_the_policy_makes_what_the_tenant_keeps_an_error(desk: Desk, kept: list[str]) -> None:
    assert desk("apply", "--yes").status == 0
    (provider,) = desk.tenant.state.providers.all()
    provider["claimsToPersist"] = kept
    assert desk("doctor").status == 0
    desk.write(DCIP)
    assert desk("doctor").status == (1 if kept else 0)


def _unused() -> int:
    """A port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port
