"""What is asked of an API."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from hook.calls.url import check_url

_HEADER = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_OWN = {"accept-encoding", "connection", "content-length", "host", "te", "transfer-encoding"}
# How many bodies a method may have.
_BODIES = {"GET": (0,), "POST": (0, 1), "PUT": (1,), "DELETE": (0,)}


def check_header(name: str) -> str:
    """Give the name of a header back that a call may have. Raises ValueError."""
    if not _HEADER.fullmatch(name) or name.lower() in _OWN:
        raise ValueError("must be the name of a header, and none that each call sets itself")
    return name


@dataclass(frozen=True)
class Call:
    """What to ask of an API. Raises ValueError for what no value of a visitor could make wrong."""

    method: str
    """GET, POST, PUT or DELETE; a POST may have a body, a PUT has one."""
    url: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    query: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Added to the URL's own query, percent-encoded."""
    json: Mapping[str, Any] | None = field(default=None, repr=False)
    """The body, as application/json."""
    form: Mapping[str, str] | None = field(default=None, repr=False)
    """The body, as application/x-www-form-urlencoded."""
    timeout: float = 10
    """Seconds for everything together: resolving, connecting, sending, reading."""
    answer_most: int = 65_536
    """Bytes of the answer's body."""
    private: bool = False
    """Whether this machine and private networks may be asked."""
    ca_file: str = ""
    """Authorities in PEM that are trusted besides the system's; read once in a process."""

    def __post_init__(self) -> None:
        check_url(self.url)
        bodies = [body for body in (self.json, self.form) if body is not None]
        if len(bodies) not in _BODIES.get(self.method, ()):
            raise ValueError(
                "must be a GET or DELETE without a body, a POST with at most one, a PUT with one"
            )
        for name in self.headers:
            check_header(name)
