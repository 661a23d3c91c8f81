"""Make the visit that a step is given: its slice of the journey, and nothing more."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from hook.claims import Declared, Undeclared, nest, only
from hook.journey import SubjectMissing
from hook.order import after, before, can_be_revised
from hook.state import Journey, Progress
from hook.steps.base import Step, Visit
from hook.steps.factor import Factor, Lock
from hook.steps.recovery import KIND
from hook.steps.words import Written
from hook.store import Store
from hook.subject import about_key, person
from hook.tenant import Tenant
from hook.tokens import Sender, answer_body, room


@dataclass(frozen=True)
class VisitMaker:
    """Makes visits of one journey at one moment; `subject` is None where nobody is named."""

    store: Store
    tenant: Tenant
    journey: Journey
    subject: bytes | None
    origin: str
    now: int

    def __call__(self, step: Step, progress: Progress) -> Visit:
        """Make the visit for a step. Raises SubjectMissing where the step keeps records."""
        arrival = self.journey.arrival
        return Visit(
            tenant=self.tenant.slug,
            tenant_name=self.tenant.name,
            person=person(self.tenant, arrival.claims),
            arrival=only(arrival.claims, step.looks_at()),
            claims=Declared(progress.claims, self._used(step, progress)),
            scratch=MappingProxyType(dict(progress.scratch.get(step.name, {}))),
            records=self._records(step),
            factors=self._factors(step),
            proofs=progress.proofs,
            asks_later=bool(self._asked_later(step)),
            owes=self._owes(step),
            outcomes=MappingProxyType(dict(progress.outcomes)),
            attempts=_Attempts(self.store, self.tenant.slug, self.subject, step, self.now),
            began=progress.began,
            now=self.now,
            deadline=self.journey.ends,
            locale=self.tenant.locale,
            origin=self.origin,
            url=f"{self.origin}/{self.tenant.slug}/{self.journey.id}/{step.name}",
            room=room_for(step, self.tenant, progress, arrival.sender),
            written=self._written(step, progress) if step.reviews else (),
        )

    def _used(self, step: Step, progress: Progress) -> frozenset[str]:
        own = step.uses().union(step.writes())
        return own.union(progress.claims) if step.reviews else own

    def _written(self, step: Step, progress: Progress) -> tuple[Written, ...]:
        found = (_written(each, progress) for each in before(step, self.tenant.flow))
        return tuple(each for each in found if each.lines or each.revisable)

    def _asked_later(self, step: Step) -> frozenset[str]:
        return frozenset().union(*(each.proves() for each in after(step, self.tenant.flow)))

    def _owes(self, step: Step) -> bool:
        later = after(step, self.tenant.flow)
        kinds = frozenset().union(*(each.factor_kinds() for each in later if each.proves()))
        if not step.proves() or not kinds or self.subject is None:
            return False
        factors = self.store.factors(self.tenant.slug, self.subject, kinds)
        # A recovery code that is used up can be asked of nobody.
        return any(factor.kind != KIND or not factor.mark for factor in factors)

    def _records(self, step: Step) -> Mapping[str, Mapping[str, Any]]:
        if step.stores is None:
            return MappingProxyType({})
        if self.subject is None:
            raise SubjectMissing
        return MappingProxyType(dict(self.store.records(self.tenant.slug, self.subject, step.kind)))

    def _factors(self, step: Step) -> tuple[Factor, ...]:
        kinds = step.factor_kinds()
        if not kinds:
            return ()
        if self.subject is None:
            raise SubjectMissing
        return self.store.factors(self.tenant.slug, self.subject, kinds)


def room_for(step: Step, tenant: Tenant, progress: Progress, sender: Sender) -> int:
    """Give how many bytes of values a step may add, with the most of all later steps kept free."""
    own = step.writes()
    if not own:
        return 0
    rest = after(step, tenant.flow)
    later = {path: most for other in rest for path, most in other.writes().items()}
    # One byte stands for each value that is not known yet.
    # Whoever comes back to a page has as much room as the first time.
    known = {**progress.claims, **dict.fromkeys([*own, *later], 0)}
    left = room(sender, answer_body(nest(known), tenant.persist, None))
    return left + len(own) + len(later) - sum(later.values())


def _written(step: Step, progress: Progress) -> Written:
    own = {path: progress.claims[path] for path in step.writes() if path in progress.claims}
    lines = step.describe(own) if own else ()
    return Written(step.name, step.title, can_be_revised(step, progress), lines)


@dataclass(frozen=True)
class _Attempts:
    store: Store
    tenant: str
    subject: bytes | None
    step: Step
    now: int

    def spend(self, name: str, limit: int, window: int, about: str = "") -> bool:
        """Count one try at once, whatever becomes of the journey."""
        named = self._named()
        whose = about_key(self.store.pepper, about) if about else named
        return self.store.spend(self.tenant, whose, self.step.kind, name, limit, window, self.now)

    def guess(self, lock: str) -> bool:
        """Count one guess at once, whatever becomes of the journey."""
        return self.store.guess(self.tenant, self._named(), lock, self.now)

    def lock(self, name: str) -> Lock:
        """Tell whether guesses are refused now."""
        return self.store.lock(self.tenant, self._named(), name, self.now)

    def _named(self) -> bytes:
        if not (self.step.counts or self.step.stores or self.step.factor_kinds()):
            raise Undeclared("counts")
        if self.subject is None:
            raise SubjectMissing
        return self.subject
