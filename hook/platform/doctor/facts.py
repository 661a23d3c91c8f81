"""What doctor looks at: the configuration, and all that the tenant says; each is read once."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeVar

from hook.platform import api
from hook.platform.client import Client
from hook.platform.errors import PlatformError
from hook.platform.models import (
    ClaimSource,
    CredentialConfiguration,
    Metadata,
    Provider,
    Registration,
)
from hook.tenant import Place, Platform, Tenant

T = TypeVar("T")


@dataclass(frozen=True)
class Facts:
    """What is known. What could not be read is None, and `failures` says why, by what it was.

    `registration` is None too while no hook is registered: then `failures` has no "registration".
    """

    tenant: Tenant
    platform: Platform
    places: Sequence[Place]
    failures: Mapping[str, PlatformError] = field(default_factory=dict)
    metadata: Metadata | None = None
    registration: Registration | None = None
    providers: Sequence[Provider] | None = None
    discovery: Mapping[str, Any] | None = None
    configurations: Sequence[CredentialConfiguration] | None = None
    sources: Sequence[ClaimSource] | None = None

    @property
    def provider(self) -> Provider | None:
        """The authentication provider; the platform takes one."""
        return self.providers[0] if self.providers else None


def gather(client: Client, tenant: Tenant, platform: Platform, places: Sequence[Place]) -> Facts:
    """Read all there is to read; what cannot be read is noted, and the rest is read on."""
    reader = _Reader()
    found: dict[str, Any] = {"metadata": reader.read("metadata", api.metadata, client)}
    reader.read("token", Client.authorize, client)
    if "token" not in reader.failures:
        found |= {what: reader.read(what, read, client) for what, read in _WITH_TOKEN.items()}
    for provider in found.get("providers") or ():
        read = partial(api.discovery, provider=provider)
        found["discovery"] = reader.read("discovery", read, client)
    return Facts(tenant, platform, places, reader.failures, **found)


class _Reader:
    """Reads, and keeps why something could not be read."""

    def __init__(self) -> None:
        self.failures: dict[str, PlatformError] = {}

    def read(self, what: str, function: Callable[[Client], T], client: Client) -> T | None:
        try:
            return function(client)
        except PlatformError as error:
            self.failures[what] = error
            return None


_WITH_TOKEN: dict[str, Callable[[Client], object]] = {
    "registration": api.registration,
    "providers": api.providers,
    "configurations": api.configurations,
    "sources": api.claim_sources,
}
