"""What the tenant asks of an answer before it believes it.

Each check returns a complaint, or nothing where all is well. The platform does not publish its
own checks; these hold the hook to what the platform's documents and samples promise.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeGuard

from hook.emulator import jws
from hook.emulator.state import HookConfiguration, Interaction
from hook.emulator.tenant import Tenant
from hook.emulator.urls import params_of

from .arrivals import audience as hook_audience

LONGEST_LIFE = 60
LATEST = 10**12
"""Seconds since 1970; a number beyond it is no date."""


class Refused(Exception):
    """An answer that failed a check, after those it passed; `check` is the name of that check."""

    def __init__(self, complaint: str, passed: tuple[str, ...] = (), check: str = "") -> None:
        super().__init__(complaint)
        self.passed = passed
        self.check = check


@dataclass(frozen=True)
class Evidence:
    """A signed answer and everything it is compared with."""

    tenant: Tenant
    hook: HookConfiguration
    payload: jws.Json
    query: str
    interaction: Interaction
    now: float

    @property
    def leeway(self) -> int:
        """Seconds that clocks may differ."""
        return int(self.tenant.state.switches["answer-skew"])


def issuer(evidence: Evidence) -> str:
    """The hook swaps the arrival's iss and aud (both first-party samples do)."""
    wanted = hook_audience(evidence.tenant, evidence.hook)
    return _differs("iss", evidence.payload.get("iss"), wanted)


def audience(evidence: Evidence) -> str:
    """See `issuer`; an array of one would be another audience (RFC 7519 §4.1.3)."""
    return _differs("aud", evidence.payload.get("aud"), evidence.tenant.settings.tenant_url)


def lifetime(evidence: Evidence) -> str:
    """The answer lives a minute; clocks may differ a little (RFC 7519 §4.1.4, §4.1.6)."""
    issued, expires = evidence.payload.get("iat"), evidence.payload.get("exp")
    if not _is_date(issued) or not _is_date(expires):
        return "iat and exp must both be there, as whole seconds since 1970"
    if not 0 < expires - issued <= LONGEST_LIFE:
        return f"exp is {expires - issued} seconds after iat; 1 to {LONGEST_LIFE} are allowed"
    if evidence.now >= expires + evidence.leeway:
        return f"it expired {evidence.now - expires:.0f} seconds ago (exp)"
    if evidence.now < issued - evidence.leeway:
        return f"it was issued {issued - evidence.now:.0f} seconds from now (iat)"
    return ""


def deserved(evidence: Evidence) -> str:
    """A bad visit gets no answer, however well signed: the hook should have refused it."""
    kind = evidence.interaction.kind
    return "" if kind == "good" else f"it answers a visit the hook had to refuse ({kind})"


def session_alive(evidence: Evidence) -> str:
    """After its time-out the platform shows an error page instead of going on."""
    ended = evidence.now >= evidence.interaction.ends + evidence.leeway
    timed_out = ended or evidence.tenant.state.faults.session_timed_out
    return "the visit's session had already ended" if timed_out else ""


def whole_address(evidence: Evidence) -> str:
    """What redirectUrl carried must come back, or the tenant cannot find the interaction."""
    sent = jws.read(evidence.interaction.token).payload["redirectUrl"]
    back = [pair for pair in params_of(evidence.query) if pair[0] != "session_token"]
    return _differs("the rest of the query", back, params_of(sent.partition("?")[2]))


def one_outcome(evidence: Evidence) -> str:
    """Claims or a refusal, never both; a refusal is an object with a message."""
    if ("claims" in evidence.payload) == ("error" in evidence.payload):
        return "exactly one of claims and error is expected"
    if "claims" in evidence.payload:
        return "" if isinstance(evidence.payload["claims"], dict) else "claims is not an object"
    error = evidence.payload["error"]
    message = error.get("message") if isinstance(error, dict) else None
    return "" if message and isinstance(message, str) else "error has no message"


def short_message(evidence: Evidence) -> str:
    """The platform publishes no limit; a switch assumes one."""
    longest = evidence.tenant.state.switches["message-length"]
    message = evidence.payload.get("error", {}).get("message", "")
    too_long = longest != "any" and len(message) > int(longest)
    return f"error.message is {len(message)} characters long, {longest} at most" if too_long else ""


def persisted_claims(evidence: Evidence) -> str:
    """Only claims of this answer can be stored on the user; leaving the list out stores none."""
    listed = evidence.payload.get("claimsToPersist", [])
    if not isinstance(listed, list) or not all(isinstance(name, str) for name in listed):
        return "claimsToPersist is not a list of names"
    strangers = sorted(set(listed) - set(evidence.payload.get("claims", {})))
    return f"claimsToPersist names what claims does not have: {strangers}" if strangers else ""


SESSION = "the visit's session had not ended"
CHECKS: dict[str, Callable[[Evidence], str]] = {
    "iss is the hook's URL": issuer,
    "aud is this tenant's URL": audience,
    "iat and exp are at most 60 seconds apart, and it is now": lifetime,
    "the visit was a good one": deserved,
    SESSION: session_alive,
    "redirectUrl came back with its own query": whole_address,
    "there is exactly one of claims and error": one_outcome,
    "error.message is not too long": short_message,
    "claimsToPersist names only claims of this answer": persisted_claims,
}
SIGNED = "signed with HS256 and the shared secret"
KNOWN_STATE = "state belongs to a visit this tenant sent"
ONLY_ANSWER = "it is the first and only answer to this state"


def run(evidence: Evidence) -> tuple[str, ...]:
    """Run all checks in order and return the names of those passed. Raises `Refused`."""
    names: tuple[str, ...] = (SIGNED, KNOWN_STATE)
    for name, check in CHECKS.items():
        if complaint := check(evidence):
            raise Refused(complaint, names, name)
        names += (name,)
    return names


def _is_date(value: object) -> TypeGuard[int]:
    return type(value) is int and 0 <= value < LATEST


def _differs(name: str, found: object, wanted: object) -> str:
    return "" if found == wanted else f"{name} is {found!r}, but should be {wanted!r}"
