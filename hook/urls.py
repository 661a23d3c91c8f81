"""The few things to know of a URL."""

from urllib.parse import urlencode, urlsplit, urlunsplit

_PORTS = {"https": 443, "http": 80}


def origin_of(url: str) -> str:
    """Give scheme, host and port of an http or https URL (RFC 6454 section 4); raises ValueError.

    The port is left out where it is the scheme's own, as browsers write it in `Origin`.
    """
    parts = urlsplit(url)
    if parts.scheme not in _PORTS or not parts.hostname:
        raise ValueError("not an http or https URL")
    port = _PORTS[parts.scheme] if parts.port is None else parts.port
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return f"{parts.scheme}://{host}" + ("" if port == _PORTS[parts.scheme] else f":{port}")


def is_local(url: str) -> bool:
    """Tell whether a URL is on this machine, where http is allowed."""
    return urlsplit(url).hostname == "localhost"


def with_query(url: str, **added: str) -> str:
    """Add to the query of a URL; what stands there stays as it is."""
    parts = urlsplit(url)
    more = urlencode(added)
    return urlunsplit(parts._replace(query=f"{parts.query}&{more}" if parts.query else more))
