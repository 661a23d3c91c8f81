"""Addresses: the tenant's own that others are told, what is added to them and read from them."""

from collections.abc import Mapping
from urllib.parse import parse_qsl, urlencode

AUTHORIZE = "/v1/oauth/authorize"
TOKEN = "/v1/oauth/token"
LOGIN_CALLBACK = "/v1/oauth/authentication/callback"
HOOK_CALLBACK = "/v1/openid/interaction/callback"
"""The platform does not publish this one."""


def with_params(url: str, params: Mapping[str, str]) -> str:
    """Add parameters to an absolute URL without fragment, of any scheme; it may have a query.

    The rest stays to the letter: the library's way back turns app:///cb into app:/cb.
    """
    path, _, query = url.partition("?")
    added = urlencode(params)
    return f"{path}?{query}&{added}" if query else f"{path}?{added}"


def params_of(query: str) -> list[tuple[str, str]]:
    """Read a query in the order it was written, empty values included."""
    return parse_qsl(query, keep_blank_values=True)
