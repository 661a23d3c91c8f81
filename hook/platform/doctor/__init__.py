"""Looks a tenant over: what is not as the hook needs it, why that matters, and what mends it."""

from collections.abc import Callable, Iterable

from hook.platform.doctor import credentials, provider, reach, registration, session
from hook.platform.doctor.facts import Facts, gather
from hook.platform.doctor.finding import Finding

__all__ = ["CHECKS", "Facts", "Finding", "examine", "gather"]

#: Every check is a pure function of what is known; where it is not known, it says nothing.
CHECKS: tuple[Callable[[Facts], Iterable[Finding]], ...] = (
    reach.metadata,
    reach.issuer,
    reach.token,
    reach.readable,
    registration.registered,
    registration.hook_url,
    registration.public,
    registration.secret,
    registration.claims,
    session.timeout,
    session.agreed,
    provider.configured,
    provider.scopes,
    provider.offered,
    provider.callback,
    provider.persisted,
    credentials.offered,
    credentials.required,
    credentials.optional,
)


def examine(facts: Facts) -> list[Finding]:
    """Make all checks, and give what they find, the worst first."""
    found = [finding for check in CHECKS for finding in check(facts)]
    order = ("error", "warning", "note")
    return sorted(found, key=lambda finding: order.index(finding.level))
