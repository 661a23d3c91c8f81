"""flask tenant export: what the tenant has, as a file without secrets."""

import tomllib

from tests.platform.desk import HOOK_URL, Desk


def test_an_export_is_toml_without_any_secret_and_json_on_request(desk: Desk) -> None:
    assert desk("apply", "--yes").status == 0
    told = desk("export")
    found = tomllib.loads(told.out)
    assert found["interactionHook"] == {
        "url": HOOK_URL,
        "claims": ["email", "name"],
        "sessionTimeoutInSec": 600,
        "disabled": False,
    }
    assert found["provider"]["url"] == desk.trip.settings.idp_url
    assert "clientSecret" not in found["provider"]
    assert desk("export", "--json").json == found
    assert desk.secret not in told.out + told.err


def test_an_export_of_nothing_says_so_beside_it(desk: Desk) -> None:
    name = f"kauri at {desk.trip.settings.tenant_url}"
    assert "neither" not in desk("export").err
    assert desk("provider", "delete", "--yes").status == 0
    told = desk("export")
    said = f"{name} has neither a hook nor an authentication provider.\n"
    assert (told.status, told.out, told.err) == (0, "", said)
