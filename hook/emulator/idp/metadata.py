"""What the login provider says of itself (OpenID Connect Discovery 1.0 section 3)."""

from hook.emulator import es256
from hook.emulator.state import Json
from hook.emulator.tenant import Tenant


def discovery(tenant: Tenant) -> Json:
    """Give the discovery document."""
    issuer = tenant.settings.idp_url
    return {
        "issuer": issuer,
        "authorization_endpoint": f"{issuer}/authorize",
        "token_endpoint": f"{issuer}/token",
        "jwks_uri": f"{issuer}/jwks",
        "scopes_supported": ["openid", "profile", "email"],
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["ES256"],
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
        "claims_supported": ["sub", *tenant.settings.person, "email_verified"],
        "prompt_values_supported": ["login", "none"],
    }


def jwks(tenant: Tenant) -> Json:
    """Give the key that ID tokens are signed with (RFC 7517 section 5)."""
    return {"keys": [es256.public_jwk(tenant.state.login_key) | {"use": "sig", "alg": "ES256"}]}
