"""Which credential a request wants, in all the shapes that wallets say it in."""

from collections.abc import Sequence
from typing import Any

from hook.emulator.shelf import Shelf
from hook.emulator.state import Configuration

from .refusals import Refused

Json = dict[str, Any]

FORMATS = ("ldp_vc", "mso_mdoc")
BY_ID = ("credential_configuration_id", "credential_identifier", "proofs")
"""What only requests by configuration id have (OpenID4VCI 1.0 section 8.2)."""


def checked(body: Any, *, by_id: bool) -> Json:
    """Check that a body is a credential request at all. Raises `Refused`.

    `by_id` says whether it may be one by configuration id, beside one by format.
    """
    if not isinstance(body, dict):
        raise Refused("invalid_credential_request", "The body must be a JSON object")
    known = sorted(name for name in BY_ID if name in body)
    if known and not by_id:
        names = ", ".join(known)
        text = f"This tenant is asked for credentials by format, and does not know {names}"
        raise Refused("invalid_credential_request", text)
    return body


def configuration(
    body: Json, granted: Sequence[str], kept: Shelf[Configuration]
) -> Configuration | None:
    """Find what is wanted among what the token is for; None if that was deleted since.

    Raises `Refused`.
    """
    if "credential_configuration_id" in body:
        key = body["credential_configuration_id"]
        found = [each for each in kept.all() if each.id == key]
        gone = key in granted
        unknown = Refused("unknown_credential_configuration", "There is no such configuration")
    else:
        _check_format(body)
        found = [each for each in kept.all() if _is_like(each, body)]
        gone = any(kept.get(key) is None for key in granted)
        unknown = Refused("unsupported_credential_type", "No configuration is of this type")
    wanted = next((each for each in found if each.id in granted), None)
    if wanted is None and found:
        text = "The token is not for this credential"
        raise Refused("credential_request_denied", text)
    if wanted is None and not gone:
        raise unknown
    return wanted


def proof(body: Json) -> Any:
    """Give the one proof that a request has, whatever it is. Raises `Refused`."""
    single, several = body.get("proof"), body.get("proofs")
    if isinstance(single, dict) and several is None and single.get("proof_type") == "jwt":
        return single.get("jwt")
    tokens = several.get("jwt") if isinstance(several, dict) and single is None else None
    if isinstance(tokens, list) and len(tokens) == 1:
        return tokens[0]
    text = "Send one proof: proof with proof_type jwt, or proofs with one jwt"
    raise Refused("invalid_proof", text)


def _check_format(body: Json) -> None:
    if "format" not in body:
        text = "The request needs a format or a credential_configuration_id"
        raise Refused("invalid_credential_request", text)
    if body["format"] not in FORMATS:
        raise Refused("unsupported_credential_format", f"Formats are {' and '.join(FORMATS)}")


def _is_like(each: Configuration, body: Json) -> bool:
    """Tell whether a request by format (drafts 11 to 13) means a configuration."""
    if each.format != body["format"]:
        return False
    if each.format == "mso_mdoc":
        return bool(each.type == body.get("doctype"))
    definition = body.get("credential_definition")
    types = definition.get("type") if isinstance(definition, dict) else None
    return isinstance(types, list) and each.type in types
