"""Who a visitor is, from the claims of the arrival."""

import hashlib
import hmac
import unicodedata
from collections.abc import Mapping
from typing import Any

from hook.claims import pick
from hook.tenant import Tenant
from hook.texts import visible
from hook.tokens import Arrival

_PERSON_MOST = 80


def subject_key(pepper: bytes, tenant: Tenant, arrival: Arrival) -> bytes | None:
    """Hash issuer and subject under a secret key; None when the arrival does not name anybody.

    The one place where spellings are made equal (T13), and only where the tenant folds them: white
    space around it, composed characters, capital letters. Anything more could make two people one.
    """
    value = pick(arrival.claims, tenant.subject)
    if not isinstance(value, str) or not visible(value):
        return None
    name = unicodedata.normalize("NFC", value.strip()).lower() if tenant.fold_subject else value
    message = f"{arrival.sender.iss}\0{name}".encode()
    return hmac.digest(pepper, message, hashlib.sha256)


def person(tenant: Tenant, claims: Mapping[str, Any]) -> str:
    """Give the name for “Signed in as …”; empty when the arrival does not name anybody."""
    for path in tenant.person:
        value = pick(claims, path)
        shown = visible(value)[:_PERSON_MOST] if isinstance(value, str) else ""
        if shown:
            return shown
    return ""
