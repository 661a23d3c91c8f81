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
    """Hash tenant and subject under a secret key; None when the arrival does not name anybody.

    The one place where spellings are made equal (T13), and only where the tenant folds them: white
    space around it, composed characters, capital letters. Anything more could make two people one.
    """
    value = pick(arrival.claims, tenant.subject)
    return key_of(pepper, tenant, value)


def key_of(pepper: bytes, tenant: Tenant, value: object) -> bytes | None:
    """Hash what a tenant calls a subject; None for what names nobody.

    A tenant's issuers are names of one login: the first stands for all, else a second name would
    be a second person, who has no factors yet.
    """
    if not isinstance(value, str) or not visible(value):
        return None
    name = unicodedata.normalize("NFC", value.strip()).lower() if tenant.fold_subject else value
    try:
        message = f"{tenant.issuers[0]}\0{name}".encode()
    except UnicodeEncodeError:
        return None
    return hmac.digest(pepper, message, hashlib.sha256)


def about_key(pepper: bytes, thing: str) -> bytes:
    """Hash something that is counted whoever asks, such as an address; never that of a subject."""
    return hmac.digest(pepper, b"about\0" + thing.encode(), hashlib.sha512)


def person(tenant: Tenant, claims: Mapping[str, Any]) -> str:
    """Give the name for “Signed in as …”; empty when the arrival does not name anybody."""
    for path in tenant.person:
        value = pick(claims, path)
        shown = visible(value)[:_PERSON_MOST] if isinstance(value, str) else ""
        if shown:
            return shown
    return ""
