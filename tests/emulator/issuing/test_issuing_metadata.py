"""What wallets can find out of the tenant."""

from collections.abc import Callable

import pytest

from tests.support.issuing import CONTEXT, Desk

ISSUER = "/.well-known/openid-credential-issuer"
OAUTH = {
    "issuer", "authorization_endpoint", "token_endpoint", "scopes_supported",
    "response_types_supported", "response_modes_supported", "grant_types_supported",
    "code_challenge_methods_supported",
}  # fmt: skip
BOTH = {"credential_issuer", "credential_endpoint", "credentials_supported", "mdoc_iacas_uri"}


def test_todays_metadata_has_all_in_one_document(desk: Desk) -> None:
    told = desk.document(ISSUER)
    assert told.keys() == OAUTH | BOTH | {"jwks_uri", "credential_configurations_supported"}
    assert told["credential_issuer"] == told["issuer"] == "http://localhost:9000"
    assert told["scopes_supported"] == ["ldp_vc:StudentCard", "mso_mdoc:nz.kauri.student.1"]
    assert told["code_challenge_methods_supported"] == ["S256"]
    card = told["credential_configurations_supported"][desk.configuration()]
    assert card["credential_definition"] == {
        "@context": [CONTEXT],
        "type": ["VerifiableCredential", "StudentCard"],
    }
    assert card["cryptographic_binding_methods_supported"] == ["did:key"]
    metadata = card["credential_metadata"]
    assert metadata["display"][0]["name"] == "Student card"
    assert metadata["display"][0]["background_color"] == "#003F5C"
    assert {"path": ["credentialSubject", "name"], "mandatory": True} in metadata["claims"]
    mobile = told["credential_configurations_supported"][desk.configuration("mso_mdoc")]
    assert mobile["doctype"] == "nz.kauri.student.1"
    assert {"path": ["nz.kauri.student.1", "name"], "mandatory": True} in (
        mobile["credential_metadata"]["claims"]
    )


def test_older_metadata_has_one_list_and_no_keys(new_desk: Callable[..., Desk]) -> None:
    desk = new_desk(assume={"metadata": "legacy"})
    told = desk.document(ISSUER)
    assert told.keys() == OAUTH | BOTH
    card, mobile = told["credentials_supported"]
    assert card == {
        "id": desk.configuration(),
        "format": "ldp_vc",
        "scope": "ldp_vc:StudentCard",
        "@context": [CONTEXT],
        "type": ["VerifiableCredential", "StudentCard"],
        "credentialSubject": {},
        "cryptographic_binding_methods_supported": "did:key",
        "cryptographic_suites_supported": "Ed25519Signature2018",
    }
    assert (mobile["doctype"], mobile["cryptographic_suites_supported"]) == (
        "nz.kauri.student.1",
        "ES256",
    )


def test_todays_metadata_has_the_older_list_too(desk: Desk) -> None:
    card, mobile = desk.document(ISSUER)["credentials_supported"]
    assert card["cryptographic_binding_methods_supported"] == ["did:key"]
    assert mobile["cryptographic_binding_methods_supported"] == ["mso"]


def test_metadata_may_be_kept_for_ten_minutes(desk: Desk) -> None:
    assert desk.get(ISSUER).headers["Cache-Control"] == "max-age=600"


def test_metadata_follows_the_configurations(desk: Desk) -> None:
    key = desk.configuration()
    desk.tenant.state.configurations.take(key)
    assert list(desk.document(ISSUER)["credential_configurations_supported"]) == [
        desk.configuration("mso_mdoc")
    ]


def test_every_address_in_the_metadata_is_there(desk: Desk) -> None:
    told = desk.document(ISSUER)
    assert desk.get(told["jwks_uri"]).status_code == 200
    assert desk.get(told["mdoc_iacas_uri"]).status_code == 200
    assert desk.browser.post(told["credential_endpoint"], json={}).status_code == 401
    assert desk.browser.post(told["token_endpoint"], data={}).status_code == 400
    assert desk.get(told["authorization_endpoint"]).status_code == 400


def test_the_keys_are_public_and_each_tenants_own(
    desk: Desk, new_desk: Callable[..., Desk]
) -> None:
    documents = [each.document("/.well-known/jwks.json") for each in (desk, new_desk())]
    for document in documents:
        one, other = document["keys"]
        assert (one["kty"], one["crv"], one["alg"]) == ("OKP", "Ed25519", "EdDSA")
        assert (other["kty"], other["crv"], other["alg"]) == ("EC", "P-256", "ES256")
        assert "d" not in one.keys() | other.keys()
    ours, theirs = ({key["x"] for key in document["keys"]} for document in documents)
    assert not ours & theirs


def test_the_keys_stay_when_the_tenant_is_reset(desk: Desk) -> None:
    before = desk.document("/.well-known/did.json")
    desk.tenant.empty()
    assert desk.document("/.well-known/did.json") == before


def test_the_tenants_did_is_of_its_host(desk: Desk) -> None:
    response = desk.get("/.well-known/did.json")
    document = response.get_json(force=True)
    assert response.content_type == "application/did+json"
    assert document["id"] == "did:web:localhost%3A9000"
    (method,) = document["verificationMethod"]
    assert document["assertionMethod"] == [method["id"]]
    assert method["controller"] == document["id"]


@pytest.mark.parametrize(
    "name", ["openid-configuration", "jwt-vc-issuer", "did-configuration.json"]
)
def test_every_other_well_known_is_not_there(desk: Desk, name: str) -> None:
    assert desk.get(f"/.well-known/{name}").status_code == 404


def test_a_fault_makes_metadata_slow(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []
    monkeypatch.setattr("time.sleep", slept.append)
    desk.get(ISSUER)
    assert sum(slept) == 0
    desk.tenant.state.faults.metadata_delay = 7
    desk.get(ISSUER)
    assert sum(slept) == 7
