"""What wallets are told about the authorization server (RFC 8414 section 2)."""

from flask import abort

from hook.emulator.state import Json
from hook.emulator.tenant import Tenant
from hook.emulator.urls import AUTHORIZE, TOKEN


def authorization_server(tenant: Tenant) -> Json:
    """Give the document at /.well-known/oauth-authorization-server."""
    if tenant.state.switches["authorization-server-metadata"] == "not-found":
        abort(404)
    tenant.state.faults.delay_metadata()
    base = tenant.settings.tenant_url
    scopes = dict.fromkeys(each.scope for each in tenant.state.configurations.all())
    return {
        "issuer": base,
        "authorization_endpoint": base + AUTHORIZE,
        "token_endpoint": base + TOKEN,
        "jwks_uri": f"{base}/.well-known/jwks.json",
        "scopes_supported": list(scopes),
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code"],
        "token_endpoint_auth_methods_supported": ["none"],
        "code_challenge_methods_supported": ["S256"],
        # OpenID4VCI 1.0 section 12.3 spells it so, hyphen and underscores.
        "pre-authorized_grant_anonymous_access_supported": True,
    }
