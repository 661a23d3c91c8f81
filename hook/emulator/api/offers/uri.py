"""The URI of an offer: by value, for wallets that are registered for its scheme."""

import json
from urllib.parse import quote, urlencode

from hook.emulator.state import Json
from hook.emulator.tenant import Tenant

SCHEME = "openid-credential-offer://"


def offer_uri(tenant: Tenant, configurations: tuple[str, ...], more: Json) -> str:
    """Write an offer of credentials (OpenID4VCI section 4.1.1), with further members."""
    # Wallets of older drafts read `credentials`, those of today the other name.
    offer = {
        "credential_issuer": tenant.settings.tenant_url,
        "credentials": configurations,
        "credential_configuration_ids": configurations,
    } | more
    text = json.dumps(offer, separators=(",", ":"))
    # By %20, not +: who decodes this as plain percent-encoding must get spaces too.
    return f"{SCHEME}?{urlencode({'credential_offer': text}, quote_via=quote)}"
