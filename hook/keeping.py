"""Keep what a journey has come to: save it, tell the person, write the audit lines."""

from dataclasses import dataclass, replace

from hook import audit, notices
from hook.errors import MailUnavailable
from hook.mail import Mailer, Message
from hook.state import Journey, Position
from hook.steps.base import Stay, Step
from hook.steps.factor import Enrol
from hook.store import Store
from hook.subject import subject_key
from hook.tenant import Tenant


@dataclass(frozen=True)
class Keeper:
    """Keeps the journeys of one tenant at one moment (seconds)."""

    store: Store
    mailer: Mailer
    tenant: Tenant
    now: int

    def subject(self, journey: Journey) -> bytes | None:
        """Name whose journey it is, as the database knows them."""
        return subject_key(self.store.pepper, self.tenant, journey.arrival)

    def open(self, journey: Journey, position: Position, browser: bytes) -> bool:
        """Open a journey where it stands; False when its arrival has one already."""
        if not self.store.open(journey, position, self.subject(journey), browser, self.now):
            return False
        arrival = audit.short_digest(journey.arrival.sender.state)
        self.tell("arrival_opened", journey, arrival=arrival)
        self._tell_position(journey, position)
        return True

    def save(self, journey: Journey, position: Position) -> bool:
        """Save or end a journey, and say so; False, and nothing kept, when others did."""
        address = notices.address_of(self.tenant, journey.arrival.claims)
        position = replace(position, factors=notices.addressed(position.factors, address))
        addresses = self._addresses(journey, position)
        saved = self.store.commit(journey, position, self.subject(journey), self.now)
        if saved:
            self._tell_position(journey, position)
            mails = notices.added(self.tenant.name, {address, *addresses}, position.factors)
            notices.tell(self.mailer, self.tenant, mails)
        return saved

    def send(self, journey: Journey, message: Message) -> None:
        """Send what goes with the journey's last change; undo that when it cannot be sent."""
        try:
            self.mailer.send(message)
        except MailUnavailable:
            changed = replace(journey, version=journey.version + 1)
            self.store.commit(changed, Position(journey.progress), self.subject(journey), self.now)
            raise

    def cancel(self, journey: Journey, code: str) -> None:
        """End a journey because the visitor wants to, from wherever it stands."""
        if self.store.cancel(journey, code, self.now):
            self.tell("journey_ended", journey, outcome=code)

    def tell(self, event: str, journey: Journey, **fields: str) -> None:
        """Write an audit line of a journey."""
        audit.log(event, tenant=journey.tenant, journey=audit.short(journey.id), **fields)

    def tell_stay(self, journey: Journey, step: Step, outcome: Stay) -> None:
        """Write that a step stays, and why."""
        self.tell("step_stays", journey, step=step.name, kind=step.kind, reason=outcome.reason)

    def _addresses(self, journey: Journey, position: Position) -> set[str]:
        """Find where the person was told of changes until now: the arrival's may be a thief's."""
        enrols = any(isinstance(change, Enrol) for change in position.factors)
        subject = self.subject(journey) if enrols and self.mailer.ready else None
        if subject is None:
            return set()
        return {mail for _, mail in self.store.told_at(self.tenant.slug, subject)}

    def _tell_position(self, journey: Journey, position: Position) -> None:
        for event in position.events:
            self.tell(event.name, journey, step=event.step, kind=event.kind, reason=event.reason)
        if position.end is not None:
            self.tell("journey_ended", journey, outcome=position.end)
