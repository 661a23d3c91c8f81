"""The platform's rules for addresses that it sends browsers or requests to."""

import re
from ipaddress import ip_address
from typing import Annotated
from urllib.parse import SplitResult, urlsplit

from pydantic import AfterValidator

from hook.emulator.settings import LOCAL

_NAME = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)(\.(?!-)[a-z0-9-]{1,63}(?<!-))*", re.IGNORECASE)
# What browsers take for an IPv4 address, however it is spelled (WHATWG URL, “ends in a number”).
_NUMBER = re.compile(r"(\d+|0x[0-9a-f]*)", re.IGNORECASE)


def parts_of(url: str) -> SplitResult:
    """Take a URL apart that may be used: https, a host with a name. Raises ValueError."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    if parts.port == 0 or not url.isascii() or re.search(r"\s", url):
        raise ValueError("Invalid value: not a URL")
    if _is_ip(host):
        raise ValueError("Invalid value: the host must be a name, not an IP address")
    if not _NAME.fullmatch(host):
        raise ValueError("Invalid value: not a URL")
    if parts.scheme != "https" and (parts.scheme, host) != ("http", LOCAL):
        raise ValueError("Invalid value: https is required")
    return parts


def checked(url: str) -> str:
    """Give back a URL that may be used, and has a query perhaps. Raises ValueError."""
    parts_of(url)
    return url


def plain(url: str) -> str:
    """Give back a URL that may be used and has no query. Raises ValueError."""
    parts_of(url)
    if "?" in url:
        raise ValueError("Invalid value: a query is not allowed")
    return url


Address = Annotated[str, AfterValidator(checked)]
PlainAddress = Annotated[str, AfterValidator(plain)]


def _is_ip(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return bool(_NUMBER.fullmatch(host.rstrip(".").rpartition(".")[2]))
    return True
