"""Which ways a visitor has at a step that asks for a second factor. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from hook.steps.base import Deny, Visit
from hook.steps.factor import Factor
from hook.steps.methods import Method
from hook.steps.policy import Policy
from hook.steps.recovery import unused


@dataclass(frozen=True)
class Member:
    """A method of a step; `enrol` tells whether visitors may set it up there."""

    method: Method
    enrol: bool = True


@dataclass(frozen=True)
class Ways:
    """What a visitor may do now: verify one of these, or set up one of those, or nothing at all.

    `locked` are those that they could verify, were there not too many wrong guesses.
    """

    verify: tuple[Method, ...] = ()
    enrol: tuple[Method, ...] = ()
    locked: tuple[Method, ...] = ()
    refusal: Deny | None = None


def ways(visit: Visit, members: Iterable[Member], recovery: Method, policy: Policy) -> Ways:
    """Find the ways of a visitor who has not proven anything at this step yet.

    Whoever has a factor proves that one: a new one would prove nothing (T21). A kind that counted
    in this journey already counts no second time.
    """
    before = counted(visit)
    left = [member for member in members if member.method.kind not in before]
    if not left:
        return Ways(refusal=Deny("factor_unavailable"))
    factors = {member.method: of_kind(visit, member.method.kind) for member in left}
    saved = unused(visit.factors) if recovery.kind not in before else ()
    if not any(factors.values()) and (not saved or has_proven(visit)):
        return _enrolments(left, policy)
    # Recovery codes come last, however recently one was used.
    return _verifications(visit, {**factors, recovery: saved}, policy)


def counted(visit: Visit) -> frozenset[str]:
    """Name the kinds that counted at the steps before."""
    return frozenset(proof.kind for proof in visit.proofs)


def has_verified(visit: Visit) -> bool:
    """Tell whether a factor was verified or set up in this journey, not only in an earlier one."""
    return any(not proof.recent for proof in visit.proofs)


def additions(visit: Visit, members: Iterable[Member]) -> tuple[Method, ...]:
    """Find what a visitor who has proven something may set up: one more, or one in its place.

    Nothing while a later step asks for a factor: what is set up here could be shown there. And
    nothing in place of what counted at a step before: that has to be there until the end.
    """
    return tuple(
        member.method
        for member in members
        if member.enrol
        and not visit.asks_later
        and len(of_kind(visit, member.method.kind)) < max(2, member.method.most)
        and (member.method.most > 1 or member.method.kind not in counted(visit))
    )


def of_kind(visit: Visit, kind: str) -> tuple[Factor, ...]:
    """Give the factors of a kind, last used first."""
    found = (factor for factor in visit.factors if factor.kind == kind)
    return tuple(sorted(found, key=lambda each: (each.used_at, each.enrolled_at), reverse=True))


def has_proven(visit: Visit) -> bool:
    """Tell whether a factor from before this journey was verified in it."""
    return any(not proof.recent and not proof.enrolled for proof in visit.proofs)


def _enrolments(members: list[Member], policy: Policy) -> Ways:
    enrol = tuple(member.method for member in members if member.enrol)
    if policy.options.require_prior_enrolment or not enrol:
        return Ways(refusal=Deny("factor_not_enrolled"))
    return Ways(enrol=enrol)


def _verifications(
    visit: Visit, factors: Mapping[Method, tuple[Factor, ...]], policy: Policy
) -> Ways:
    counting = {
        method: [each for each in own if policy.counts(each, visit)]
        for method, own in factors.items()
    }
    ready = [method for method, own in counting.items() if own]
    ready.sort(key=lambda method: (method.backup, -counting[method][0].used_at))
    if not ready:
        return Ways(refusal=_not_yet([each for own in factors.values() for each in own], policy))
    locks = {method: visit.attempts.lock(method.lock) for method in ready}
    free = tuple(method for method in ready if not locks[method].locked)
    locked = tuple(method for method in ready if locks[method].locked)
    if not free:
        again = min((lock.until for lock in locks.values() if lock.until), default=0)
        return Ways(refusal=Deny("factor_locked", again))
    return Ways(verify=free, locked=locked)


def _not_yet(factors: list[Factor], policy: Policy) -> Deny:
    if policy.options.require_prior_enrolment and not policy.options.min_enrolment_age:
        return Deny("factor_not_enrolled")
    return Deny("factor_too_new", min(map(policy.counts_from, factors)))
