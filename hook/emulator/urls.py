"""Addresses, put together by a URL library and never by glueing text."""

from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

CALLBACK = "/v1/openid/interaction/callback"


def with_params(url: str, params: dict[str, str]) -> str:
    """Add parameters to a URL that may already have a query, or a scheme of its own."""
    parts = urlsplit(url)
    query = urlencode(params)
    return urlunsplit(parts._replace(query=f"{parts.query}&{query}" if parts.query else query))


def params_of(query: str) -> list[tuple[str, str]]:
    """Read a query in the order it was written, empty values included."""
    return parse_qsl(query, keep_blank_values=True)
