"""What the platform does not publish: each unknown is a switch, set to what is assumed."""

from collections.abc import Mapping
from typing import NamedTuple

from .settings import SettingsError


class Switch(NamedTuple):
    """One unknown: what may be assumed, what is, and the assumption in a sentence."""

    choices: tuple[str, ...]
    default: str
    assumes: str
    """What the default assumes."""


SWITCHES: dict[str, Switch] = {
    # The management API.
    "secret-on-put": Switch(
        ("keep", "rotate"), "keep", "A second PUT of the hook's configuration keeps its secret."
    ),
    "empty-put": Switch(
        ("keep", "remove"), "keep", "PUT {} leaves the hook's configuration as it is."
    ),
    "empty-get": Switch(
        ("empty", "not-found"), "empty", "GET without a configured hook answers 200 with {}."
    ),
    "hook-url-with-query": Switch(
        ("refuse", "accept"), "refuse", "A hook URL with a query is refused with 400."
    ),
    "provider-discovery": Switch(
        ("at-use", "at-create"), "at-use",
        "A provider's discovery document is read when somebody logs in, not when it is created.",
    ),
    "api-audience": Switch(
        ("any", "exact"), "any", "API tokens are given for any audience that is asked for."
    ),
    "transaction-code": Switch(
        ("number", "string"), "number", "transactionCode is a JSON number."
    ),
    "provider-url-on-put": Switch(
        ("refuse", "ignore"), "refuse",
        "A PUT that gives a provider another url is refused with 400.",
    ),
    "offer-claims-persisted": Switch(
        ("at-create", "at-token"), "at-create",
        "claimsToPersist of an offer are stored when it is made, not when its code is redeemed.",
    ),
    # Offers and metadata.
    "offer-grants": Switch(
        ("none", "authorization-code"), "none",
        "Offers of the authorization-code flow carry no grants.",
    ),
    "pre-authorized-code": Switch(
        ("base64", "url-safe"), "base64", "Pre-authorized codes are standard base64, with + and /."
    ),
    "metadata": Switch(
        ("modern", "legacy"), "modern",
        "Issuer metadata has credential_configurations_supported and credentials_supported.",
    ),
    "authorization-server-metadata": Switch(
        ("serve", "not-found"), "serve", "/.well-known/oauth-authorization-server is there."
    ),
    "deleted-configuration": Switch(
        ("refuse", "issue-none"), "refuse",
        "A credential whose configuration was deleted after the offer is refused with 400.",
    ),
    # The journey.
    "client-check": Switch(
        ("open", "listed"), "open", "Any client_id and redirect_uri may ask for authorization."
    ),
    "existing-session": Switch(
        ("ignore", "skip-login", "skip-hook"), "ignore",
        "A browser that was here before logs in again, and goes through the hook again.",
    ),
    "nested-claim-names": Switch(
        ("no", "yes"), "no", "The hook's claims are top-level names, not paths with dots."
    ),
    # Session tokens, out to the hook.
    "session-timeout": Switch(
        ("1200", "600", "300"), "1200", "Without sessionTimeoutInSec a hook session has 1200 s."
    ),
    "token-dates": Switch(
        ("iat-exp", "exp", "none"), "iat-exp",
        "A session token has iat, and exp = iat + the session timeout.",
    ),
    "token-audience": Switch(
        ("exact", "slash", "origin"), "exact", "aud is the hook URL as it was configured."
    ),
    "redirect-url": Switch(
        ("query", "plain"), "query", "redirectUrl carries a query of its own."
    ),
    # Answers, back from the hook.
    "answer-skew": Switch(
        ("30", "0", "300"), "30", "An answer's dates may be off by 30 s."
    ),
    "answer-replay": Switch(
        ("refuse", "accept"), "refuse", "An answer counts once; its state is spent."
    ),
    "refusal": Switch(
        ("access-denied", "page"), "access-denied",
        "After a refusal the wallet gets error=access_denied with the hook's message.",
    ),
    "timed-out": Switch(
        ("page", "wallet"), "page",
        "After its session timed out the person sees an error page, and the wallet gets nothing.",
    ),
    "message-length": Switch(
        ("any", "200"), "any", "error.message may be of any length, and is shown to the person."
    ),
    # Claims and credentials.
    "precedence": Switch(
        ("source-hook-login-user", "login-hook-source-user"), "source-hook-login-user",
        "Of claims with one name the claims source's wins, then hook's, login's, stored ones.",
    ),
    "nested-claims": Switch(
        ("keep", "drop"), "keep", "Claims of the hook may be objects and lists."
    ),
    "request-shape": Switch(
        ("both", "format"), "both",
        "Credentials may be asked for by format and by configuration id.",
    ),
    "missing-claim": Switch(
        ("credential-request-denied", "server-error"), "credential-request-denied",
        "A required mapping without a value is 400 credential_request_denied, naming the claim.",
    ),
}  # fmt: skip


class Switches:
    """How the switches stand. Raises `SettingsError` for a name or a choice there is not."""

    def __init__(self, chosen: Mapping[str, str] | None = None) -> None:
        self._chosen: dict[str, str] = {}
        for name, choice in (chosen or {}).items():
            self.turn(name, choice)

    def turn(self, name: str, choice: str) -> None:
        """Assume something else."""
        if name not in SWITCHES:
            raise SettingsError(f"there is no switch {name!r}; there is {', '.join(SWITCHES)}")
        if choice not in SWITCHES[name].choices:
            choices = ", ".join(SWITCHES[name].choices)
            raise SettingsError(f"{name} cannot be {choice!r}; it can be {choices}")
        self._chosen[name] = choice

    def __getitem__(self, name: str) -> str:
        return self._chosen.get(name, SWITCHES[name].default)

    def lines(self) -> list[str]:
        """Say of each switch how it stands, and what the default would assume."""
        return [
            f"{name} = {self[name]}"
            + ("" if self[name] == switch.default else " (not the default)")
            + f": {switch.assumes}"
            for name, switch in SWITCHES.items()
        ]
