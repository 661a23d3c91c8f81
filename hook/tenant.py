"""What a checked configuration is: the tenants, and what is common to them."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from hook.steps.base import Step

Flow = tuple[Step, ...]


@dataclass(frozen=True)
class Tenant:
    """One tenant: who sends visitors, with which secrets, through which flow."""

    slug: str
    name: str
    issuers: tuple[str, ...]
    audiences: tuple[str, ...]
    secrets: tuple[bytes, ...] = field(repr=False)
    subject: str
    fold_subject: bool
    person: tuple[str, ...]
    persist: tuple[str, ...]
    return_origins: tuple[str, ...]
    allow_missing_exp: bool
    session_timeout: int | None
    locale: str
    flow: Flow = ()

    @property
    def hook_url(self) -> str:
        """The hook URL as the platform knows it."""
        return self.audiences[0]


@dataclass(frozen=True)
class Config:
    """The whole configuration, checked."""

    public_url: str
    database: str = field(repr=False)
    cookie_keys: tuple[str, ...] = field(repr=False)
    vault_keys: tuple[bytes, ...] = field(repr=False)
    tenants: Mapping[str, Tenant]
    warnings: tuple[str, ...]

    @property
    def is_local(self) -> bool:
        """True for http on localhost: cookies cannot be Secure there."""
        return self.public_url.startswith("http://")
