"""What wallets can find out of the tenant: what it issues, and its public keys."""

from typing import Any

from flask import Response, jsonify, make_response

from hook.emulator import urls
from hook.emulator.state import Configuration, Json
from hook.emulator.tenant import Tenant

from . import did, rdf
from .keys import Keys

ISSUER = "/.well-known/openid-credential-issuer"
JWKS = "/.well-known/jwks.json"
DID = "/.well-known/did.json"
IACAS = "/v1/openid/iacas"
"""The platform publishes the address in its metadata only."""
CREDENTIAL = "/v1/openid/credential"

CACHED = "max-age=600"


def issuer(tenant: Tenant) -> Response:
    """Answer with the issuer's metadata (OpenID4VCI 1.0 section 12.2), as its switch stands."""
    tenant.state.faults.delay_metadata()
    legacy = tenant.state.switches["metadata"] == "legacy"
    answer = make_response(jsonify(document(tenant, legacy=legacy)))
    answer.headers["Cache-Control"] = CACHED
    return answer


def jwks(_: Tenant, keys: Keys) -> Response:
    """Answer with the tenant's public keys."""
    return jsonify(keys.jwks())


def did_document(tenant: Tenant, keys: Keys) -> Response:
    """Answer with the document of the tenant's DID."""
    answer = jsonify(keys.did_document(did.web(tenant.settings.tenant_host)))
    answer.content_type = "application/did+json"
    return answer


def iacas(_: Tenant, keys: Keys) -> Response:
    """Answer with the root certificate of mDocs."""
    return jsonify(keys.iacas())


def document(tenant: Tenant, *, legacy: bool) -> Json:
    """Write the metadata: what RFC 8414 has and what OpenID4VCI has, in one document."""
    url, configurations = tenant.settings.tenant_url, tenant.state.configurations.all()
    written: Json = {
        "issuer": url,
        "authorization_endpoint": f"{url}{urls.AUTHORIZE}",
        "token_endpoint": f"{url}{urls.TOKEN}",
        "scopes_supported": list(dict.fromkeys(each.scope for each in configurations)),
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code"],
        "code_challenge_methods_supported": ["S256"],
        "credential_issuer": url,
        "credential_endpoint": f"{url}{CREDENTIAL}",
        "credentials_supported": [_supported(each, legacy=legacy) for each in configurations],
        "mdoc_iacas_uri": f"{url}{IACAS}",
    }
    if not legacy:
        written["jwks_uri"] = f"{url}{JWKS}"
        configured = {each.id: _configuration(each) for each in configurations}
        written["credential_configurations_supported"] = configured
    return written


def look(each: Configuration) -> Json:
    """Give what a configuration says of its colours and pictures."""
    body = each.body
    return body.get("branding") or body.get("credentialBranding") or {}


def name(each: Configuration) -> str:
    """Give what people call a credential."""
    return str(look(each).get("name") or each.body.get("name") or each.type)


def _supported(each: Configuration, *, legacy: bool) -> Json:
    """Write a configuration as older wallets read it."""
    mobile = each.format == "mso_mdoc"
    binding, suite = ("mso", "ES256") if mobile else ("did:key", "Ed25519Signature2018")
    shown = _common(each) | {
        "cryptographic_binding_methods_supported": binding if legacy else [binding],
        "cryptographic_suites_supported": suite if legacy else [suite],
    }
    if mobile:
        return shown | {"doctype": each.type}
    return shown | _definition(each) | {"credentialSubject": {}}


def _configuration(each: Configuration) -> Json:
    """Write a configuration as wallets of OpenID4VCI 1.0 read it."""
    # It says no more than the platform does; proofs of the other kind of key are accepted, too.
    if each.format == "mso_mdoc":
        shown: Json = {
            "doctype": each.type,
            "credential_signing_alg_values_supported": [-7],
            "cryptographic_binding_methods_supported": ["cose_key"],
        }
    else:
        shown = {
            "credential_definition": _definition(each),
            "credential_signing_alg_values_supported": ["Ed25519Signature2018"],
            "cryptographic_binding_methods_supported": ["did:key"],
        }
    algorithm = "ES256" if each.format == "mso_mdoc" else "EdDSA"
    proofs = {"jwt": {"proof_signing_alg_values_supported": [algorithm]}}
    metadata = {"display": [_display(each)], "claims": _claims(each)}
    return _common(each) | shown | {
        "proof_types_supported": proofs,
        "credential_metadata": metadata,
    }  # fmt: skip


def _common(each: Configuration) -> Json:
    return {"format": each.format, "id": each.id, "scope": each.scope}


def _definition(each: Configuration) -> Json:
    types = ["VerifiableCredential", each.type, *(each.body.get("additionalTypes") or ())]
    return {"@context": [rdf.CONTEXT, *(each.body.get("contexts") or ())], "type": types}


def _display(each: Configuration) -> Json:
    """Write how a wallet shows a credential, as far as the configuration says it."""
    body, seen = each.body, look(each)
    shown = {
        "name": name(each),
        "description": seen.get("description") or body.get("description"),
        "locale": "en",
        "background_color": seen.get("backgroundColor"),
        "background_image": _link(seen.get("watermarkImage") or seen.get("watermarkImageUrl")),
        "logo": _link(seen.get("issuerLogo") or (body.get("issuer") or {}).get("logoUrl")),
    }
    return {member: value for member, value in shown.items() if value}


def _link(uri: Any) -> Json | None:
    return {"uri": uri} if uri else None


def _claims(each: Configuration) -> list[Json]:
    """Say which claims a credential has, and where (OpenID4VCI 1.0 appendix C)."""
    mappings = each.body.get("claimMappings") or {}
    spaces = mappings if each.format == "mso_mdoc" else {"credentialSubject": mappings}
    return [
        {"path": [space, claim], "mandatory": bool(mapping.get("required"))}
        for space, elements in spaces.items()
        for claim, mapping in elements.items()
    ]
