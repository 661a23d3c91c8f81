"""What the stand-in tenant has to be told, checked once at start."""

import base64
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self
from urllib.parse import SplitResult, urlsplit

LOOPBACK = "127.0.0.1"
# RFC 7518 §3.2: an HS256 key must be at least as long as the hash.
KEY_BYTES = 32


class SettingsError(ValueError):
    """A setting is missing or cannot be used; the text names it and says what it should be."""


def _pretend_person() -> dict[str, str]:
    return {"name": "Ripeka Tamihana", "email": "ripeka@kauri.example"}


@dataclass(frozen=True)
class Settings:
    """Where everybody is, the shared secret, and the person who pretends to be signed in.

    Addresses are written as the browser sees them: the tenant and the wallet are one server that
    answers to two host names. Raises `SettingsError`.
    """

    hook_url: str
    secret: str = field(repr=False)
    tenant_url: str = "http://localhost:9000"
    wallet_url: str = f"http://{LOOPBACK}:9000"
    person: Mapping[str, object] = field(default_factory=_pretend_person)
    wallet_redirect: str | None = None
    hook_log: str | None = None

    def __post_init__(self) -> None:
        """Refuse what would only fail later, in the middle of a visit."""
        _web_address("hook_url", self.hook_url)
        for name in ("tenant_url", "wallet_url"):
            if _web_address(name, getattr(self, name)).path:
                raise SettingsError(f"{name} must stop after the host and port, without a path")
        if self.wallet_redirect is not None and not urlsplit(self.wallet_redirect).scheme:
            raise SettingsError("wallet_redirect must be a whole URL, for example app://callback")
        if len(self.key) < KEY_BYTES:
            raise SettingsError(f"secret must be base64 of at least {KEY_BYTES} bytes")

    @classmethod
    def from_env(cls, env: Mapping[str, str] = os.environ) -> Self:
        """Read the `EMULATOR_…` variables; only the secret has no default."""
        if not env.get("EMULATOR_SECRET"):
            raise SettingsError("set EMULATOR_SECRET to the base64 secret the hook also has")
        tenant_url = env.get("EMULATOR_TENANT_URL", cls.tenant_url)
        return cls(
            hook_url=env.get("EMULATOR_HOOK_URL", "http://localhost:8000/kauri"),
            secret=env["EMULATOR_SECRET"],
            tenant_url=tenant_url,
            wallet_url=env.get("EMULATOR_WALLET_URL") or _beside(tenant_url),
            wallet_redirect=env.get("EMULATOR_WALLET_REDIRECT") or None,
            hook_log=env.get("EMULATOR_HOOK_LOG") or None,
        )

    @property
    def key(self) -> bytes:
        """The secret as bytes: the platform shows it as standard base64, not the URL-safe kind."""
        try:
            return base64.b64decode(self.secret, validate=True)
        except ValueError as error:
            raise SettingsError("secret must be standard base64 text") from error

    @property
    def tenant_host(self) -> str:
        """Host and port of the tenant, as the browser sends them."""
        return urlsplit(self.tenant_url).netloc

    @property
    def wallet_host(self) -> str:
        """Host and port of the wallet, as the browser sends them."""
        return urlsplit(self.wallet_url).netloc

    @property
    def port(self) -> int:
        """The port to listen on."""
        return urlsplit(self.tenant_url).port or 80


def _web_address(name: str, url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:
        usable = False
    if not usable:
        raise SettingsError(f"{name} must be a whole http or https URL, not {url!r}")
    return parts


def _beside(tenant_url: str) -> str:
    """Give the wallet's address: the tenant's port, under a host name of its own."""
    return f"http://{LOOPBACK}:{_web_address('tenant_url', tenant_url).port or 80}"
