"""Addresses: where they begin, and whether they lead back."""

import re
from collections.abc import Iterable
from urllib.parse import quote, urlencode, urljoin, urlsplit

Origin = tuple[str, str, int]
PORTS = {"http": 80, "https": 443}
"""The ports that an address need not name."""
THIS_MACHINE = ("localhost", "127.0.0.1", "::1")
"""Hosts that no network lies between."""
_TOKENS = re.compile(r"[?&]session_token=([^&#]*)")


def origin_of(url: str) -> Origin:
    """Give scheme, host and port of an http(s) URL (RFC 6454 section 4). Raises ValueError."""
    parts = urlsplit(url)
    if parts.scheme not in PORTS or not parts.hostname:
        raise ValueError("no http(s) address")
    return parts.scheme, parts.hostname, parts.port or PORTS[parts.scheme]


def is_at(url: str, origin: Origin) -> bool:
    """Tell whether a URL has this origin; one that cannot be read has none."""
    try:
        return origin_of(url) == origin
    except ValueError:
        return False


def is_same_place(url: str, other: str) -> bool:
    """Tell whether two URLs differ in nothing but query and fragment."""
    try:
        return (origin_of(url), urlsplit(url).path) == (origin_of(other), urlsplit(other).path)
    except ValueError:
        return False


def joined(base: str, target: str) -> str:
    """Give the URL that a link on a page leads to; empty for one that cannot be read."""
    try:
        return urljoin(base, target.strip()).partition("#")[0]
    except ValueError:
        return ""


def with_query(url: str, pairs: Iterable[tuple[str, str]]) -> str:
    """Add a query to a URL that has none."""
    query = urlencode(list(pairs))
    return f"{url}?{query}" if query else url


def request_target(url: str) -> str:
    """Give what stands in the request line; what may not stand there is escaped."""
    parts = urlsplit(url)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    # Headers are read as Latin-1: so the bytes of the server come back as they were.
    return quote(target, safe="%/:=&?~+!$,;'@()*[]", encoding="latin-1", errors="replace")


def tokens_in(url: str) -> list[str]:
    """Give all session tokens of a URL, also one that was glued behind a second question mark."""
    return _TOKENS.findall(re.sub(r"\?", "&", url.partition("#")[0]))
