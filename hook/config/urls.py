"""What URLs of the configuration must be; each check gives the URL back or raises ValueError."""

import re
from urllib.parse import urlsplit

from pydantic import ValidationInfo

from hook.config.secrets import warn
from hook.urls import is_local, origin_of

# The last label begins with a letter, so that no spelling of an IP address is a name.
HOST = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?")
# SQLite in memory would be another database for each connection.
_DATABASE = re.compile(r"sqlite:///[^:].*|postgresql://.+")
# Hosts of tenants that have no domain of their own; the region says who gives tokens.
_TENANT = re.compile(r"https://[a-z0-9-]+\.vii\.([a-z0-9-]+)\.mattr\.global")


def public_url(url: str) -> str:
    """Check a URL that browsers see: scheme and host name, no more."""
    return _bare(url, "hook.example.org")


def api_url(url: str) -> str:
    """Check where a tenant is asked: scheme and host name, to which paths are added; or empty."""
    return _api(url, "kauri.vii.nz01.mattr.global")


def auth_url(url: str) -> str:
    """Check where API tokens are had: scheme and host name, to which a path is added; or empty."""
    return _api(url, "auth.nz01.mattr.global")


def _api(url: str, example: str) -> str:
    checked = _bare(url, example) if url else ""
    if urlsplit(checked).port == 0:
        raise ValueError("no server has the port 0")
    return checked


def _bare(url: str, example: str) -> str:
    origin = _origin(url)
    parts = urlsplit(url)
    if not HOST.fullmatch(parts.hostname or "") or " " in url:
        raise ValueError(f"use a host name such as {example}; an IP address is not taken")
    if parts.path not in ("", "/") or parts.query or parts.fragment or "@" in parts.netloc:
        raise ValueError(f"only scheme and host, such as https://{example}")
    return origin


def token_host(url: str) -> str:
    """Give the host that gives API tokens for a tenant at mattr.global; empty where none is known.

    The region is taken as it is: there are more than are written down anywhere.
    """
    found = _TENANT.fullmatch(url)
    return f"https://auth.{found[1]}.mattr.global" if found else ""


def issuer(url: str, info: ValidationInfo) -> str:
    """Check a URL that is the `iss` of tokens, to the letter."""
    _origin(url)
    if url.endswith("/"):
        warn(info, "an issuer ends with a slash; it must be the token's iss to the letter")
    return url


def return_origin(url: str) -> str:
    """Check an origin that visitors may be sent back to."""
    origin = _origin(url)
    if urlsplit(url).path not in ("", "/") or any(sign in url for sign in "?#@"):
        raise ValueError("only scheme, host and port, such as https://example.org")
    return origin


def database(url: str) -> str:
    """Check the URL of a database."""
    try:
        port = urlsplit(url).port
    except ValueError:
        port = -1
    if not _DATABASE.fullmatch(url) or port == -1:
        raise ValueError(
            "use sqlite:///file.db or postgresql://user@host:port/database; "
            "a variable goes into HOOK__DATABASE"
        )
    return url


def _origin(url: str) -> str:
    try:
        origin = origin_of(url)
    except ValueError:
        raise ValueError("use a URL such as https://example.org") from None
    if url.startswith("http://") and not is_local(url):
        raise ValueError("http is for localhost only; use https")
    return origin
