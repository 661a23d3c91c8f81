"""What is judged: a hook, and what its tenant knows of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from hook.conformance.urls import Origin, origin_of

RETURN_PATH = "/v1/openid/interaction-hook/return"
"""Path of redirectUrl: the platform does not publish its own."""

Fields = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class Target:
    """A hook by its URL, the tenant's URL and secret, and what to put into arrivals and forms."""

    url: str
    iss: str
    aud: str
    secret: bytes = field(repr=False)
    claims: Mapping[str, object] = field(repr=False, default_factory=dict)
    fields: Fields = field(repr=False, default_factory=dict)

    @property
    def origin(self) -> Origin:
        """The origin of the hook: the only one that is ever asked."""
        return origin_of(self.url)

    @property
    def is_https(self) -> bool:
        """Whether the hook is on https."""
        return self.origin[0] == "https"

    @property
    def return_url(self) -> str:
        """Where answers go, without a query of its own."""
        parts = urlsplit(self.iss)
        return f"{parts.scheme}://{parts.netloc}{RETURN_PATH}"
