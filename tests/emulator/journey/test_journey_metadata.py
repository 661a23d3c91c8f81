"""What wallets are told about the authorization server."""

import time
from collections.abc import Callable

import pytest

from tests.support.emulator_trip import Trip

PATH = "/.well-known/oauth-authorization-server"


def test_the_authorization_server_says_where_and_how(trip: Trip) -> None:
    assert trip.get(PATH).json == {
        "issuer": "http://localhost:9000",
        "authorization_endpoint": "http://localhost:9000/v1/oauth/authorize",
        "token_endpoint": "http://localhost:9000/v1/oauth/token",
        "jwks_uri": "http://localhost:9000/.well-known/jwks.json",
        "scopes_supported": ["ldp_vc:StudentCard", "mso_mdoc:nz.kauri.student.1"],
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code"],
        "token_endpoint_auth_methods_supported": ["none"],
        "code_challenge_methods_supported": ["S256"],
        "pre-authorized_grant_anonymous_access_supported": True,
    }


def test_an_older_tenant_has_no_such_document(new_trip: Callable[..., Trip]) -> None:
    older = new_trip(assume={"authorization-server-metadata": "not-found"})
    assert older.get(PATH).status_code == 404


@pytest.mark.parametrize(
    "path", ["/.well-known/openid-configuration", "/.well-known/jwt-vc-issuer", f"{PATH}/kauri"]
)
def test_other_well_known_addresses_are_unknown(trip: Trip, path: str) -> None:
    assert trip.get(path).status_code == 404


def test_slow_metadata_is_served_after_a_wait(trip: Trip, monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[float] = []
    monkeypatch.setattr(time, "sleep", waits.append)
    trip.tenant.state.faults.set({"metadata_delay": 1})
    assert (trip.get(PATH).json or {})["issuer"] == "http://localhost:9000"
    assert waits == [1]


@pytest.mark.parametrize("seconds", [-1, 31, "1", True, 1.5])
def test_metadata_cannot_be_slower_than_half_a_minute(trip: Trip, seconds: object) -> None:
    trip.tenant.state.faults.set({"metadata_delay": 30})
    with pytest.raises(ValueError, match="metadata_delay"):
        trip.tenant.state.faults.set({"clock_skew": 7, "metadata_delay": seconds})
    assert trip.tenant.state.faults.metadata_delay == 30
    assert trip.tenant.state.faults.clock_skew == 0
