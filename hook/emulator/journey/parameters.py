"""What a wallet must say when it asks for authorization, and what is wrong when it does not."""

import re
from collections.abc import Callable
from urllib.parse import urlsplit

from werkzeug.datastructures import MultiDict

from hook.emulator.api.problems import Detail, invalid
from hook.emulator.tenant import Tenant

# RFC 7636 §4.2: base64url of a SHA-256 hash, without padding.
_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")

Rule = tuple[Callable[[str], bool], str]


def _is_address(url: str) -> bool:
    """Tell whether a wallet may be called back there (RFC 6749 section 3.1.2): any scheme."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    whole = parts.scheme and (parts.netloc or parts.path)
    return bool(whole) and "#" not in url and url.isascii() and url.isprintable()


RULES: dict[str, Rule] = {
    "response_type": (lambda value: value == "code", "Must be code"),
    "client_id": (bool, "Must not be empty"),
    "redirect_uri": (_is_address, "Must be an absolute URI without a fragment"),
    "scope": (bool, "Must not be empty"),
    "code_challenge": (
        lambda value: _CHALLENGE.fullmatch(value) is not None,
        "Must be the SHA-256 hash of the verifier as base64url, 43 characters",
    ),
    "code_challenge_method": (lambda value: value == "S256", "Must be S256"),
}


def check(asked: "MultiDict[str, str]") -> dict[str, str]:
    """Give the parameters of an authorization request. Raises `ApiProblem` that names the bad ones.

    RFC 6749 section 4.1.1 and RFC 7636 section 4.3.
    """
    details = [
        Detail(name, "Must not be repeated", "query")
        for name, values in asked.lists()
        if len(values) > 1
    ]
    for name, (is_good, msg) in RULES.items():
        if name not in asked:
            details.append(Detail(name, "Required", "query"))
        elif not is_good(asked[name]):
            details.append(Detail(name, msg, "query", asked[name]))
    if details:
        raise invalid(*details)
    return asked.to_dict()


def configurations(tenant: Tenant, scope: str) -> tuple[str, ...]:
    """Give the ids of the credential configurations that a scope stands for.

    Unknown words are passed over (OpenID4VCI 1.0 section 5.1.2). Raises `ApiProblem` if no word
    is known.
    """
    words = scope.split()
    found = [each.id for each in tenant.state.configurations.all() if each.scope in words]
    if not found:
        raise invalid(Detail("scope", "Stands for no credential configuration", "query", scope))
    return tuple(found)
