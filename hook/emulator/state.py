"""All that the stand-in tenant remembers. Nothing outlives it, and `reset` empties it."""

import base64
from dataclasses import dataclass, field
from threading import Lock
from typing import Any

from . import es256
from .events import Events
from .faults import Faults
from .shelf import MOST, Shelf
from .switches import Switches

Json = dict[str, Any]


@dataclass(frozen=True)
class HookConfiguration:
    """The interaction hook of the tenant, as PUT /v1/openid/configuration takes it."""

    url: str
    secret: str = field(repr=False)
    """Standard base64 of 32 bytes."""
    claims: tuple[str, ...] = ()
    timeout: int | None = None
    """sessionTimeoutInSec, seconds."""
    disabled: bool = False

    @property
    def key(self) -> bytes:
        """What tokens to and from the hook are signed with."""
        return base64.b64decode(self.secret)


@dataclass(frozen=True)
class Configuration:
    """A credential configuration: `body` as it was sent, with defaults and its id."""

    id: str
    format: str
    """ldp_vc or mso_mdoc."""
    body: Json

    @property
    def type(self) -> str:
        """The credential's type, which is the doctype of an mDoc."""
        return str(self.body["type"])

    @property
    def scope(self) -> str:
        """The scope that stands for it at the authorization endpoint."""
        return f"{self.format}:{self.type}"


@dataclass(frozen=True)
class PreAuthorized:
    """An offer of the pre-authorized code flow."""

    id: str
    code: str = field(repr=False)
    user_id: str
    configurations: tuple[str, ...]
    claims: Json = field(repr=False)
    expires: float
    persist: tuple[str, ...] = ()
    """claimsToPersist: names of claims that are stored on the user."""
    transaction_code: str = field(default="", repr=False)
    """Six digits; empty when none is asked for."""
    wrong: int = 0
    """How many wrong transaction codes came; three kill the offer."""

    @property
    def stored(self) -> Json:
        """The claims that are stored on the user."""
        return {name: self.claims[name] for name in self.persist}


@dataclass(frozen=True)
class Code:
    """An authorization code (RFC 6749 section 4.1.2): good once, for a short time."""

    journey_id: str
    expires: float


@dataclass(frozen=True)
class AccessToken:
    """What a wallet asks for credentials with."""

    journey_id: str
    expires: float


@dataclass(frozen=True)
class Interaction:
    """One sending of the browser away, to the login or to the hook, found again by its state."""

    journey_id: str
    kind: str
    """login, or for the hook the kind of visit: good, expired, …"""
    started: float
    id: str = ""
    """interactionId in events; the hook's redirectUrl may carry it."""
    token: str = field(default="", repr=False)
    """The session token that went to the hook."""
    ends: float = 0
    """When the hook's session times out."""
    nonce: str = field(default="", repr=False)
    """What the login provider's ID token must repeat."""


@dataclass(frozen=True)
class Session:
    """A browser that logged in before."""

    id: str
    user_id: str
    login_claims: Json


@dataclass(frozen=True)
class Login:
    """What the tenant's own login provider gives for one of its codes."""

    client_id: str
    redirect_uri: str
    claims: Json
    """The claims of the ID token, without its dates."""
    expires: float


@dataclass(frozen=True)
class Hop:
    """One leg of a journey, for the inspector: who asked whom for what, and what it carried."""

    at: float
    title: str
    url: str = ""
    carried: Json = field(default_factory=dict)
    """What it carried, decoded: a token's header and payload, a form, an answer."""
    good: bool = True


@dataclass
class Journey:
    """One person's way to a credential: from the wallet's request to what was issued."""

    id: str
    started: float
    grant: str
    """authorization_code, pre-authorized_code, or visit: to the hook and back, without a wallet."""
    request: dict[str, str] = field(default_factory=dict)
    """The parameters of the authorization request."""
    configurations: tuple[str, ...] = ()
    """Ids of the credential configurations that were asked for."""
    user_id: str = ""
    session_id: str = ""
    """Of the browser's session at the tenant."""
    login_claims: Json = field(default_factory=dict)
    hook_claims: Json = field(default_factory=dict)
    offer_claims: Json = field(default_factory=dict)
    persisted: tuple[str, ...] = ()
    """Names of the claims that were stored on the user."""
    message: str = ""
    """Why the hook refused; empty when it did not."""
    summary: Json = field(default_factory=dict)
    """What OPENID_AUTHORIZE_SUCCESS will say, gathered on the way."""
    hops: list[Hop] = field(default_factory=list)
    issued: list[Json] = field(default_factory=list)
    """Each credential: configuration, format, credential, and origins (claim → where from)."""


@dataclass
class State:
    """The tenant's configuration, its people, and the journeys under way."""

    hook: HookConfiguration | None = None
    hook_lock: Lock = field(default_factory=Lock, repr=False)
    """Held while the hook is changed."""
    providers: Shelf[Json] = field(default_factory=Shelf)
    users: Shelf[Json] = field(default_factory=Shelf)
    claim_sources: Shelf[Json] = field(default_factory=Shelf)
    configurations: Shelf[Configuration] = field(default_factory=Shelf)
    offers: Shelf[PreAuthorized] = field(default_factory=Shelf)
    offer_pages: Shelf[Json] = field(default_factory=Shelf)
    """What the issuer's page shows of the offers that were made there."""
    api_tokens: Shelf[float] = field(default_factory=Shelf)
    """Until when each is good."""
    journeys: Shelf[Journey] = field(default_factory=Shelf)
    interactions: Shelf[Interaction] = field(default_factory=Shelf)
    """By state; that of a login is taken when it is answered."""
    answered: Shelf[Json] = field(default_factory=lambda: Shelf(2 * MOST))
    """By state, what the hook answered first; twice as many, so that none is forgotten while its
    interaction is not."""
    sessions: Shelf[Session] = field(default_factory=Shelf)
    """By the value of the browser's cookie."""
    login_key: es256.PrivateKey = field(default_factory=es256.new_key, repr=False)
    login_clients: Shelf[str] = field(default_factory=Shelf)
    """Secrets, by client id, of those that let people log in at the tenant's own provider."""
    logins: Shelf[Login] = field(default_factory=Shelf)
    """By code; taken when it is exchanged."""
    codes: Shelf[Code] = field(default_factory=Shelf)
    access_tokens: Shelf[AccessToken] = field(default_factory=Shelf)
    events: Events = field(default_factory=Events)
    switches: Switches = field(default_factory=Switches)
    faults: Faults = field(default_factory=Faults)
