"""What a checked configuration is: the tenants, and what is common to them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from hook.mail import Server
from hook.policies import NONE, Policy
from hook.steps.base import Step

Flow = tuple[Step, ...]


@dataclass(frozen=True)
class Platform:
    """How commands reach a tenant's management API; `client_secret` says only where that is."""

    url: str
    auth_url: str
    audience: str
    client_id: str
    client_secret: str


@dataclass(frozen=True)
class Place:
    """Where one of a tenant's secrets is kept, and what is there; None while nothing is.

    It is a variable, a file, or neither: then the secret stands in the configuration itself.
    """

    variable: str = ""
    file: Path | None = None
    secret: bytes | None = field(default=None, repr=False)

    def __str__(self) -> str:
        if self.file is not None:
            return f"the file {self.file.name}"
        return f"the variable {self.variable}" if self.variable else "the configuration file"


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
    mail: str
    persist: tuple[str, ...]
    return_origins: tuple[str, ...]
    allow_missing_exp: bool
    session_timeout: int | None
    locale: str
    flow: Flow = ()
    policy: Policy = NONE
    platform: Platform | None = None

    @property
    def hook_url(self) -> str:
        """The hook URL as the platform knows it."""
        return self.audiences[0]

    def reads(self) -> frozenset[str]:
        """Name the arrival claims that are looked at, whole ones as the platform lists them."""
        steps = frozenset().union(*(step.looks_at() for step in self.flow))
        told = {self.mail} if any(step.proves() for step in self.flow) else set()
        paths = {self.subject, *self.person, *told, *steps}
        return frozenset(path.partition(".")[0] for path in paths)


@dataclass(frozen=True)
class Config:
    """The whole configuration, checked."""

    public_url: str
    database: str = field(repr=False)
    cookie_keys: tuple[str, ...] = field(repr=False)
    vault_keys: tuple[bytes, ...] = field(repr=False)
    tenants: Mapping[str, Tenant]
    warnings: tuple[str, ...]
    smtp: Server | None = None

    @property
    def is_local(self) -> bool:
        """True for http on localhost: cookies cannot be Secure there."""
        return self.public_url.startswith("http://")
