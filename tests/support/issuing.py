"""A wallet's side of issuing, and verifiers that did not make what they verify.

Proofs are made with PyJWT, signatures verified by libraries for Node.js.
"""

import base64
import json
from pathlib import Path
from typing import Any

import cbor2
import jwt
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from jwt.algorithms import ECAlgorithm, OKPAlgorithm
from werkzeug.test import TestResponse

from hook.emulator.journey import tokens
from hook.emulator.state import Journey, Json
from tests.support.emulator_trip import Trip, changed
from tests.support.node import node_folder, run_script

VERIFIER = Path(__file__).resolve().parents[1] / "emulator" / "verifier"
TENANT = "http://localhost:9000"
CONTEXT = "https://www.w3.org/2018/credentials/v1"
STUDENT: Json = {
    "format": "ldp_vc",
    "credential_definition": {
        "@context": [CONTEXT],
        "type": ["VerifiableCredential", "StudentCard"],
    },
}
MOBILE: Json = {"format": "mso_mdoc", "doctype": "nz.kauri.student.1"}


class Holder:
    """A wallet's key of its own."""

    def __init__(self, algorithm: str = "ES256") -> None:
        self.algorithm = algorithm
        self.key = generate_private_key(SECP256R1())
        if algorithm == "EdDSA":
            self.okp = Ed25519PrivateKey.generate()

    @property
    def private(self) -> Any:
        """The key that signs."""
        return self.okp if self.algorithm == "EdDSA" else self.key

    @property
    def private_jwk(self) -> Json:
        """The key with its private half."""
        kind = OKPAlgorithm if self.algorithm == "EdDSA" else ECAlgorithm
        written: Json = json.loads(kind.to_jwk(self.private))
        return {name: written[name] for name in ("kty", "crv", "x", "y", "d") if name in written}

    @property
    def jwk(self) -> Json:
        """The key's public half."""
        return {name: value for name, value in self.private_jwk.items() if name != "d"}

    @property
    def did(self) -> str:
        """The did:jwk of the key."""
        written = json.dumps(self.jwk, separators=(",", ":")).encode()
        return f"did:jwk:{base64.urlsafe_b64encode(written).rstrip(b'=').decode()}"

    def proof(self, now: float, header: Json | None = None, payload: Json | None = None) -> str:
        """Show that the key is held; a change of None takes a member away."""
        said = changed({"aud": TENANT, "iat": int(now)}, payload or {})
        headers: Json = {"typ": "openid4vci-proof+jwt", "jwk": self.jwk} | (header or {})
        # PyJWT leaves out a typ of None.
        named = {name: each for name, each in headers.items() if each is not None or name == "typ"}
        return jwt.encode(said, self.private, self.algorithm, headers=named)


class Desk(Trip):
    """A stand-in tenant, and wallets that have an access token already."""

    def configuration(self, kind: str = "ldp_vc") -> str:
        """The id of the first configuration of a format."""
        kept = self.tenant.state.configurations.all()
        return next(each.id for each in kept if each.format == kind)

    def granted(self, *configurations: str, **known: Any) -> str:
        """An access token of a journey; without configurations for all there are."""
        every = tuple(each.id for each in self.tenant.state.configurations.all())
        claims = {"name": "Ripeka Tamihana", "email": "ripeka@kauri.example"}
        said = {"login_claims": claims, "hook_claims": {"pronouns": "she/her"}} | known
        number = len(self.tenant.state.journeys.all())
        journey = Journey(
            f"j{number}", self.time, "authorization_code", configurations=configurations or every,
            **said,
        )  # fmt: skip
        self.tenant.state.journeys.put(journey.id, journey)
        return tokens.issue(self.tenant, journey)

    def asked(self, token: str, body: Any) -> TestResponse:
        """Ask for a credential."""
        return self.browser.post(
            f"{self.settings.tenant_url}/v1/openid/credential",
            json=body,
            headers={"Authorization": f"Bearer {token}"},
        )

    def wanted(self, body: Json, holder: Holder | None = None, **known: Any) -> TestResponse:
        """Ask for a credential with a proof, of a journey with these claims."""
        proof = {"proof_type": "jwt", "jwt": (holder or Holder()).proof(self.time)}
        return self.asked(self.granted(**known), {"proof": proof} | body)

    def document(self, path: str) -> Any:
        """Read one of the tenant's public documents."""
        response = self.get(path)
        assert response.status_code == 200
        return response.get_json(force=True)


def issued(response: TestResponse) -> Any:
    """The credential of an answer."""
    body = response.get_json()
    assert response.status_code == 200, body
    return body["credential"]


def refusal(response: TestResponse) -> tuple[int, str]:
    """The status and the error of an answer, which is shaped as OpenID4VCI has it."""
    body = response.get_json()
    assert set(body) == {"error", "error_description"}, body
    return response.status_code, body["error"]


def verified(desk: Trip, *credentials: Json) -> list[Json]:
    """What @digitalbazaar/vc makes of JSON credentials, at the tenant's time."""
    document = desk.get("/.well-known/did.json").get_json(force=True)
    (method,) = document["verificationMethod"]
    documents = {
        document["id"]: document,
        method["id"]: {"@context": document["@context"]} | method,
    }
    given = {"credentials": credentials, "documents": documents, "now": desk.time}
    results: list[Json] = run_script(node_folder(VERIFIER), "json_credentials.mjs", given)
    return results


def presented(desk: Trip, holder: Holder, doctype: str, *credentials: bytes) -> list[Json]:
    """What @auth0/mdl makes of mobile documents that it presents with the holder's key."""
    (root,) = desk.get("/v1/openid/iacas").get_json()["iacas"]
    documents = [
        {"response": _response(each, doctype), "doctype": doctype, "key": holder.private_jwk}
        for each in credentials
    ]
    given = {"documents": documents, "roots": [_pem(root["certificate"])], "now": desk.time}
    results: list[Json] = run_script(node_folder(VERIFIER), "mobile_documents.mjs", given)
    return results


def unbase64url(text: str) -> bytes:
    """Decode without padding."""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _response(issuer_signed: bytes, doctype: str) -> str:
    """Wrap IssuerSigned as a device does, byte by byte as it came."""
    document = b"\xa2" + cbor2.dumps("docType") + cbor2.dumps(doctype)
    document += cbor2.dumps("issuerSigned") + issuer_signed
    response = b"\xa3" + cbor2.dumps("version") + cbor2.dumps("1.0")
    response += cbor2.dumps("documents") + b"\x81" + document
    return base64.b64encode(response + cbor2.dumps("status") + cbor2.dumps(0)).decode()


def _pem(certificate: str) -> str:
    return f"-----BEGIN CERTIFICATE-----\n{certificate}\n-----END CERTIFICATE-----\n"
