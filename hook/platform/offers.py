"""Credential offers: what is asked for, when that must not be, and how a wallet is given one."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any
from urllib.parse import urlsplit

from hook.claims import nest, overlap
from hook.platform import api
from hook.platform.client import Client
from hook.platform.errors import PlatformError
from hook.platform.models import Offer
from hook.policies import Policy

MINUTES_MOST = 10
# A wallet that is opened by a web address takes the same query there.
WALLETS = {
    "generic": "",
    "govtnz": "https://m.app.govt.nz/openid-credential-offer",
    "govtnz-sandbox": "https://sandbox.m.app.govt.nz/openid-credential-offer",
}
_NEW = (
    "`flask tenant credentials` lists what there is. A configuration that was made or changed just "
    "now can take a minute until it is offered, and ten until wallets see it."
)
# What the platform says of an id that it does not know.
_UNKNOWN = "Invalid credentials"

Pairs = Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Asked:
    """What an offer is to be: `ids` of credential configurations, and by which way.

    `params` go along to the login; the rest is for pre-authorized offers, where the hook has no
    part: `claims` by dotted path, which of them to `persist`, what the wallet says about the
    `transaction_code` (None: there is none), and for how many minutes it is good.
    """

    ids: Sequence[str]
    params: Pairs = field(default=(), repr=False)
    pre_authorized: bool = False
    claims: Pairs = field(default=(), repr=False)
    persist: Sequence[str] = ()
    transaction_code: str | None = None
    minutes: int | None = None

    def objection(self, policy: Policy) -> str:
        """Say in a sentence why it must not be made; empty if it may."""
        if not self.pre_authorized:
            return self._only_pre_authorized()
        if self.params:
            return "A pre-authorized offer has no login: --param means nothing there."
        if self.persist and not policy.persists:
            return f"Nothing was offered: {policy.forbids('that anything is persisted')}."
        if self.transaction_code is None and not policy.offers_without_code:
            forbidden = policy.forbids("offers without a transaction code")
            return f"Nothing was offered: {forbidden}. Use --transaction-code."
        return self._wrong_claims()

    def body(self) -> dict[str, Any]:
        """Give what is sent."""
        code = self.transaction_code
        described = {"description": code} if code else {}
        parts = {
            "credentials": list(self.ids),
            "request_parameters": dict(self.params),
            "claims": nest(dict(self.claims)),
            "claimsToPersist": list(self.persist),
            "transactionCodeConfiguration": (
                None if code is None else {"inputMode": "numeric", **described}
            ),
            "expiresIn": {"minutes": self.minutes} if self.minutes else None,
        }
        return {name: value for name, value in parts.items() if value}

    def _only_pre_authorized(self) -> str:
        given = {
            "--claim": self.claims,
            "--persist": self.persist,
            "--transaction-code": self.transaction_code is not None,
            "--minutes": self.minutes,
        }
        used = next((option for option, value in given.items() if value), "")
        return f"{used} goes with --pre-authorized only." if used else ""

    def _wrong_claims(self) -> str:
        names = [name for name, _ in self.claims]
        twice = [name for name, other in combinations(names, 2) if overlap(name, other)]
        if twice:
            return f"The claim {twice[0]} is given twice, or another stands inside it."
        unknown = sorted(set(self.persist) - {name.partition(".")[0] for name in names})
        return f"--persist names {unknown[0]}, which is no claim of this offer." if unknown else ""


def make(client: Client, asked: Asked) -> Offer:
    """Make the offer; raises PlatformError."""
    try:
        create = api.offer_pre_authorized if asked.pre_authorized else api.offer
        return create(client, asked.body())
    except PlatformError as error:
        if error.status == 400 and _UNKNOWN in str(error):
            raise PlatformError(f"{error} {_NEW}", error.status, error.code) from None
        raise


def for_wallet(uri: str, wallet: str) -> str:
    """Write an offer's URI as one of WALLETS is opened; raises PlatformError for another URI."""
    parts = urlsplit(uri)
    if parts.scheme != "openid-credential-offer" or not parts.query:
        raise PlatformError("The tenant answers with something that is no offer.")
    return f"{WALLETS[wallet]}?{parts.query}" if WALLETS[wallet] else uri
