"""Load the configuration for the commands that manage a tenant, before there is a shared secret."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hook.config.load import check, read
from hook.config.secrets import Source, is_absent, shared_secret, shown_name
from hook.config.secrets import read as read_secret
from hook.errors import ConfigError, Mistake
from hook.tenant import Place, Platform, Tenant


@dataclass(frozen=True)
class Managed:
    """One tenant, how its API is reached, and where its secrets are kept: current first."""

    tenant: Tenant
    platform: Platform
    client_secret: str = field(repr=False)
    places: tuple[Place, ...]


@dataclass(frozen=True)
class Management:
    """The tenants of a configuration, for the commands only: no hook can be run with it."""

    tenants: Mapping[str, Tenant]
    _source: Source = field(repr=False)
    _written: Mapping[str, Any] = field(repr=False)

    def of(self, slug: str) -> Managed:
        """Give one tenant, with the secret of its API client; raises ConfigError."""
        tenant = self.tenants[slug]
        key = f"tenants.{slug}.platform"
        if tenant.platform is None:
            problem = "this is missing; it says how the tenant is reached (docs/tenant.md)"
            raise ConfigError([Mistake(key, problem)])
        try:
            secret = read_secret(tenant.platform.client_secret, self._source)
        except ValueError as error:
            raise ConfigError([Mistake(f"{key}.client_secret", str(error))]) from None
        places = tuple(self._place(each) for each in self._written[slug]["secrets"])
        return Managed(tenant, tenant.platform, secret or "", places)

    def _place(self, written: str) -> Place:
        secret = None
        if not is_absent(written, self._source):
            secret = shared_secret(read_secret(written, self._source) or written)
        scheme, _, where = written.partition(":")
        match scheme:
            case "file":
                return Place(file=self._source.folder / where, secret=secret)
            case "env":
                return Place(variable=shown_name(where), secret=secret)
            case _:
                return Place(secret=secret)


def load_management(
    path: Path | None = None, environ: Mapping[str, str] | None = None
) -> Management:
    """Load as the hook does, but do without secrets that are not there; raises ConfigError.

    None of them is used here. Which of a tenant's own are there is told by its places; a random
    value that nobody knows stands in for each other, so that all else can be checked.
    """
    data, source = read(path, environ, managing=True)
    return Management(check(data, source).tenants, source, data["tenants"])
