"""What a step page weighs on its way to a phone."""

import gzip
import re
import urllib.request
from dataclasses import dataclass

_LINK = re.compile(r'<(?:link|script|img)[^>]*? (?:href|src)="(/[^"]+)"')
_NO_PROXY = urllib.request.build_opener(urllib.request.ProxyHandler({}))


@dataclass(frozen=True)
class Part:
    """One file of a page, bytes."""

    name: str
    plain: int
    compressed: int


def weigh(port: int, page: bytes) -> list[Part]:
    """Weigh a page and all that it links to from its own site, each compressed by gzip."""
    parts = [_part("HTML", page)]
    for path in _LINK.findall(page.decode()):
        with _NO_PROXY.open(f"http://127.0.0.1:{port}{path}", timeout=10) as response:
            parts.append(_part(path.partition("?")[0], response.read()))
    return parts


def _part(name: str, data: bytes) -> Part:
    return Part(name, len(data), len(gzip.compress(data, 6)))
