"""What the stand-in tenant has to be told, checked once at start."""

import base64
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self
from urllib.parse import SplitResult, urlsplit

LOOPBACK = "127.0.0.1"
LOCAL = "localhost"
"""The one host that may do without https: somebody tries things out on their machine."""
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
    secret: str = field(default="", repr=False)
    """Standard base64. Empty: no hook is configured until PUT /v1/openid/configuration."""
    tenant_url: str = "http://localhost:9000"
    wallet_url: str = f"http://{LOOPBACK}:9000"
    person: Mapping[str, object] = field(default_factory=_pretend_person)
    wallet_redirect: str | None = None
    hook_log: str | None = None
    api_client: str = field(default="", repr=False)
    """`id:secret` of the one API client; empty: any client gets an API token."""
    clients: tuple[str, ...] = ("pretend-wallet",)
    """Wallets that the tenant knows, by client_id; all may come unless switched otherwise."""
    seed: bool = True
    """Whether it starts with a hook, a login provider and credentials to offer."""
    assume: Mapping[str, str] = field(default_factory=dict)
    """Switches that do not stand at their default."""

    def __post_init__(self) -> None:
        """Refuse what would only fail later, in the middle of a visit."""
        _web_address("hook_url", self.hook_url)
        for name in ("tenant_url", "wallet_url"):
            if _web_address(name, getattr(self, name)).path:
                raise SettingsError(f"{name} must stop after the host and port, without a path")
        for name in ("tenant_url", "hook_url"):
            parts = urlsplit(getattr(self, name))
            if parts.scheme == "http" and parts.hostname != LOCAL:
                raise SettingsError(f"{name} must be https, or http on localhost")
        _check_client(self.api_client, urlsplit(self.tenant_url).hostname)
        if self.wallet_redirect is not None and not urlsplit(self.wallet_redirect).scheme:
            raise SettingsError("wallet_redirect must be a whole URL, for example app://callback")
        if self.secret and len(self.key) < KEY_BYTES:
            raise SettingsError(f"secret must be base64 of at least {KEY_BYTES} bytes")

    @classmethod
    def from_env(cls, env: Mapping[str, str] = os.environ) -> Self:
        """Read the `EMULATOR_…` variables; all have a default."""
        tenant_url = env.get("EMULATOR_TENANT_URL", cls.tenant_url)
        return cls(
            hook_url=env.get("EMULATOR_HOOK_URL", "http://localhost:8000/kauri"),
            secret=env.get("EMULATOR_SECRET", ""),
            tenant_url=tenant_url,
            wallet_url=env.get("EMULATOR_WALLET_URL") or _beside(tenant_url),
            wallet_redirect=env.get("EMULATOR_WALLET_REDIRECT") or None,
            hook_log=env.get("EMULATOR_HOOK_LOG") or None,
            api_client=env.get("EMULATOR_API_CLIENT", ""),
            clients=_names(env.get("EMULATOR_CLIENTS", "")) or cls.clients,
            seed=_seed(env.get("EMULATOR_SEED", "demo")),
            assume=_pairs(env.get("EMULATOR_ASSUME", "")),
        )

    @property
    def key(self) -> bytes:
        """The secret as bytes: the platform shows it as standard base64, not the URL-safe kind."""
        try:
            return base64.b64decode(self.secret, validate=True)
        except ValueError as error:
            raise SettingsError("secret must be standard base64 text") from error

    @property
    def idp_url(self) -> str:
        """Where the small login provider is: its issuer, without a slash at the end."""
        return f"{self.tenant_url}/idp"

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


def _check_client(client: str, host: str | None) -> None:
    if client and not all(client.partition(":")):
        raise SettingsError("api_client must be an id and a secret with a colon between")
    if host != LOCAL and not client:
        text = "without it anybody who reaches the tenant gets the hook's secret"
        raise SettingsError(f"api_client must be set where tenant_url is not localhost: {text}")


def _seed(text: str) -> bool:
    if text not in ("demo", "none"):
        raise SettingsError(f"seed must be demo or none, not {text!r}")
    return text == "demo"


def _names(text: str) -> tuple[str, ...]:
    return tuple(each.strip() for each in text.split(",") if each.strip())


def _pairs(text: str) -> dict[str, str]:
    pairs = [each.strip().partition("=") for each in text.split(",") if each.strip()]
    return {name.strip(): choice.strip() for name, _, choice in pairs}


def _beside(tenant_url: str) -> str:
    """Give the wallet's address: the tenant's port, under a host name of its own."""
    return f"http://{LOOPBACK}:{_web_address('tenant_url', tenant_url).port or 80}"
