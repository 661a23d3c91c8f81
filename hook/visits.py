"""Make the visit that a step is given: its slice of the journey, and nothing more."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from hook.claims import nest
from hook.journey import Journey, Progress, SubjectMissing
from hook.steps.base import Step, Visit
from hook.store import Store
from hook.subject import person
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
            arrival=MappingProxyType(dict(arrival.claims)),
            claims=MappingProxyType(dict(progress.claims)),
            scratch=MappingProxyType(dict(progress.scratch.get(step.name, {}))),
            records=self._records(step),
            attempts=_Attempts(self.store, self.tenant.slug, self.subject, step.kind, self.now),
            now=self.now,
            deadline=arrival.deadline,
            locale=self.tenant.locale,
            origin=self.origin,
            room=room_for(step, self.tenant, progress, arrival.sender),
        )

    def _records(self, step: Step) -> Mapping[str, Mapping[str, Any]]:
        if step.stores is None:
            return MappingProxyType({})
        if self.subject is None:
            raise SubjectMissing
        return MappingProxyType(dict(self.store.records(self.tenant.slug, self.subject, step.kind)))


def room_for(step: Step, tenant: Tenant, progress: Progress, sender: Sender) -> int:
    """Give how many bytes of values a step may add, with the most of all later steps kept free."""
    own = step.writes()
    if not own:
        return 0
    names = [other.name for other in tenant.flow]
    rest = tenant.flow[names.index(step.name) + 1 :]
    later = {path: most for other in rest for path, most in other.writes().items()}
    # One byte stands for each value that is not known yet.
    known = {**dict.fromkeys([*own, *later], 0), **progress.claims}
    left = room(sender, answer_body(nest(known), tenant.persist, None))
    return left + len(own) + len(later) - sum(later.values())


@dataclass(frozen=True)
class _Attempts:
    store: Store
    tenant: str
    subject: bytes | None
    kind: str
    now: int

    def spend(self, name: str, limit: int, window: int) -> bool:
        """Count one try at once, whatever becomes of the journey."""
        if self.subject is None:
            raise SubjectMissing
        return self.store.spend(self.tenant, self.subject, self.kind, name, limit, window, self.now)
