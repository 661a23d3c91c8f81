"""Who somebody says they are, as claims."""

import hashlib
from collections.abc import Collection, Mapping
from typing import Any


def complaints(typed: Mapping[str, str]) -> dict[str, str]:
    """Say what is wrong with what was typed, by field."""
    errors = {}
    if not typed["name"]:
        errors["name"] = "Please type a name."
    local, _, domain = typed["email"].rpartition("@")
    if not local or not domain or any(each.isspace() for each in typed["email"]):
        errors["email"] = "Please type an e-mail address, such as ripeka@kauri.example."
    return errors


def claims(
    known: Mapping[str, Any], typed: Mapping[str, str], scopes: Collection[str]
) -> dict[str, Any]:
    """Give the claims that the scopes ask for (OpenID Connect Core 1.0 section 5.4)."""
    given = {**known, "name": typed["name"]} if "profile" in scopes else {}
    given.pop("email", None)
    if "email" in scopes:
        given |= {"email": typed["email"], "email_verified": True}
    return given | {"sub": subject(typed["email"])}


def subject(email: str) -> str:
    """Give the same subject for the same e-mail address, whatever the name."""
    return hashlib.sha256(email.lower().encode()).hexdigest()[:24]
