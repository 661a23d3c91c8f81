"""From the wallet through login and hook to a credential, which others verify."""

from collections.abc import Callable

from hook.emulator.state import Json
from tests.support.emulator_trip import ServedTrip, query_of
from tests.support.issuing import MOBILE, STUDENT, Holder, issued, presented, unbase64url, verified

Serve = Callable[..., ServedTrip]


def credential(trip: ServedTrip, holder: Holder, wanted: Json) -> object:
    """Walk the whole journey; gives the credential."""
    scope = f"{wanted['format']}:{wanted.get('doctype', 'StudentCard')}"
    code = query_of(trip.answered(trip.to_hook(scope=scope)).location)["code"]
    token = trip.token(code=code).get_json()["access_token"]
    tenant = trip.settings.tenant_url
    jwt = holder.proof(trip.time, payload={"aud": tenant})
    response = trip.browser.post(
        f"{tenant}/v1/openid/credential",
        json=wanted | {"proof": {"proof_type": "jwt", "jwt": jwt}},
        headers={"Authorization": f"Bearer {token}"},
    )
    return issued(response)


def test_a_json_credential_with_the_hooks_claims_is_verified_by_others(serve: Serve) -> None:
    trip, holder = serve(), Holder()
    found = credential(trip, holder, STUDENT)
    assert isinstance(found, dict)
    assert found["credentialSubject"] == {
        "id": holder.did,
        "name": "Ripeka Tamihana",
        "email": "ripeka@kauri.example",
        "pronouns": "she/her",
    }
    assert verified(trip, found) == [{"verified": True, "errors": []}]


def test_a_mobile_document_with_the_hooks_claims_is_verified_by_others(serve: Serve) -> None:
    trip, holder = serve(), Holder()
    found = credential(trip, holder, MOBILE)
    assert isinstance(found, str)
    (result,) = presented(trip, holder, MOBILE["doctype"], unbase64url(found))
    assert result["elements"][MOBILE["doctype"]]["pronouns"] == "she/her"
    assert {status for _, status in result["checks"]} == {"PASSED"}
