"""Which URLs may be asked, by what can be seen of them alone."""

import re
from ipaddress import IPv6Address
from urllib.parse import SplitResult, urlsplit

from hook.urls import is_local

# RFC 3986: what else a parser meets, it reads in its own way.
_CHARACTERS = re.compile(r"[A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=%-]+")
_NAME = re.compile(r"[a-z0-9_-]+(\.[a-z0-9_-]+)*")


def check_url(url: str) -> str:
    """Give back a URL that may be asked; raises ValueError with what would be right.

    Where its name leads to is checked with each call.
    """
    if not _CHARACTERS.fullmatch(url):
        raise ValueError(
            "must be a URL in ASCII without spaces; write others as %…, names as xn--…"
        )
    parts = _split(url)
    if parts.scheme != "https" and not (parts.scheme == "http" and is_local(url)):
        raise ValueError("must start with https://; http:// is for localhost only")
    if "@" in parts.netloc:
        raise ValueError("must not hold a user or password; they belong into a header")
    if "#" in url:
        raise ValueError("must not hold a fragment (#…); no server is ever sent one")
    if not _is_host(parts):
        raise ValueError("must name a host, as api.example.org, 192.0.2.1 or [2001:db8::1]")
    return url


def _split(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        # Its text holds the URL.
        raise ValueError("must be a URL with a port of 1 to 65535, or without any") from None
    if port == 0:
        raise ValueError("must be a URL with a port of 1 to 65535, or without any")
    return parts


def _is_host(parts: SplitResult) -> bool:
    host = parts.hostname or ""
    if not parts.netloc.startswith("["):
        return bool(_NAME.fullmatch(host))
    try:
        # A zone (%eth0) is about this machine's cables, and no part of a name.
        return IPv6Address(host).scope_id is None
    except ValueError:
        return False
