"""Who a visitor is, from the claims of the arrival."""

import hashlib
import hmac
import unicodedata
from collections.abc import Mapping
from typing import Any

from hook.claims import pick
from hook.tenant import Tenant
from hook.tokens import Arrival

_PERSON_MOST = 80


def subject_key(pepper: bytes, tenant: Tenant, arrival: Arrival) -> bytes | None:
    """Hash issuer and subject under a secret key; None when the arrival does not name anybody.

    The one place where spellings are made equal (T13): white space around it, Unicode form, and
    capital letters where the tenant folds them.
    """
    value = pick(arrival.claims, tenant.subject)
    if not isinstance(value, str) or not value.strip():
        return None
    name = unicodedata.normalize("NFKC", value).strip()
    if tenant.fold_subject:
        name = unicodedata.normalize("NFKC", name.casefold())
    message = f"{arrival.sender.iss}\0{name}".encode()
    return hmac.digest(pepper, message, hashlib.sha256)


def person(tenant: Tenant, claims: Mapping[str, Any]) -> str:
    """Give the name for “Signed in as …”; empty when the arrival does not name anybody."""
    for path in tenant.person:
        value = pick(claims, path)
        shown = _visible(value)[:_PERSON_MOST] if isinstance(value, str) else ""
        if shown:
            return shown
    return ""


def _visible(text: str) -> str:
    return "".join(c for c in text if unicodedata.category(c) not in ("Cc", "Cf", "Cs")).strip()
