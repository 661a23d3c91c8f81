"""The runner: takes one visitor through a flow. Only it saves, merges, ends and audits."""

import re
from dataclasses import dataclass, replace

from hook import audit, notices, tokens
from hook.claims import nest
from hook.errors import ANSWER_CODES, COMPLETED, ArrivalRefused, JourneyRefused, MailUnavailable
from hook.journey import (
    NOT_WANTED,
    advance,
    apply,
    current,
    factor_fault,
    guard,
    number_of,
    release,
    stay,
    wanted,
)
from hook.mail import Mailer, Message
from hook.moves import At, Away, Moved
from hook.state import Ended, Journey, Position, Progress
from hook.steps.base import Form, Outcome, Redirect, Stay, Step
from hook.steps.factor import Enrol
from hook.store import Store, new_id
from hook.strict_json import is_object
from hook.subject import person, subject_key
from hook.tenant import Tenant
from hook.urls import origin_of
from hook.visits import VisitMaker

_JOURNEY_ID = re.compile(r"[A-Za-z0-9_-]{22}")
_TAKEN = "That didn’t count: it was used or set up somewhere else just now. Try again."


@dataclass(frozen=True)
class Runner:
    """Runs the journeys of one tenant in one browser, at one moment (seconds)."""

    store: Store
    mailer: Mailer
    tenant: Tenant
    browser: bytes
    origin: str
    now: int

    def arrive(self, token: str) -> Moved:
        """Open the journey of a session token, or find it again. Raises ArrivalRefused."""
        arrival = tokens.verify(token, self.tenant, self.now)
        own = (code for step in self.tenant.flow for code in step.denies())
        longest = max((*ANSWER_CODES, *own), key=len)
        if tokens.room(arrival.sender, tokens.answer_body({}, (), longest)) < 0:
            raise ArrivalRefused("answer_too_long")
        fresh = Journey(new_id(), self.tenant.slug, arrival, Progress(began=self.now), 0)
        position = self._start(fresh)
        journey = replace(fresh, progress=position.progress)
        if self.store.open(journey, position, self._subject(journey), self.browser, self.now):
            self._audit("arrival_opened", journey)
            self._audit_position(journey, position)
            return Moved(journey.id, position.step.name if position.step else None)
        found = self.store.find_by_arrival(self.tenant.slug, arrival.sender, self.browser)
        if found is None:
            raise ArrivalRefused("token_used_elsewhere")
        audit.log("arrival_resumed", tenant=self.tenant.slug, journey=audit.short(found.id))
        return Moved(found.id)

    def look(self, journey_id: str) -> At | Moved | Ended:
        """Tell where a journey stands. Raises JourneyRefused."""
        journey = self._find(journey_id)
        if isinstance(journey, Ended):
            return journey
        position = self._advance(journey, Position(journey.progress))
        if position.end is None and position.progress == journey.progress:
            return self._at(journey, position)
        # What needs no visitor may have changed since the last submission: that is kept once.
        return self._commit(journey, position)

    def submit(self, journey_id: str, step_name: str, form: Form) -> At | Moved | Away:
        """Judge what was sent for a step; for any but the current step nothing is judged."""
        return self._judge(journey_id, step_name, form, back=False)

    def resume(self, journey_id: str, step_name: str, query: Form) -> At | Moved | Away:
        """Judge what a visitor brings back to a step that had sent them away."""
        return self._judge(journey_id, step_name, query, back=True)

    def cancel(self, journey_id: str, code: str) -> Moved:
        """End a journey because the visitor wants to, from wherever it stands."""
        journey = self._find(journey_id)
        if isinstance(journey, Journey) and self.store.cancel(journey, code, self.now):
            self._audit("journey_ended", journey, outcome=code)
        return Moved(journey_id)

    def answer(self, ended: Ended) -> str | None:
        """Sign the answer of an ended journey; None when it is no longer repeated."""
        if ended.sender is None or self.now >= ended.until:
            return None
        secrets = {tokens.secret_id(secret): secret for secret in self.tenant.secrets}
        secret = secrets.get(ended.sender.secret_id)
        if secret is None:
            audit.log("answer_lost", tenant=self.tenant.slug, reason="secret_removed")
            return None
        error = None if ended.outcome == COMPLETED else ended.outcome
        body = tokens.answer_body(ended.claims, self.tenant.persist, error)
        return tokens.answer_url(ended.sender, secret, body, self.now)

    def person_of(self, journey_id: str) -> str:
        """Name the person whose journey it is, for a page that no step shows."""
        journey = self._find(journey_id)
        if isinstance(journey, Ended):
            return ""
        return person(self.tenant, journey.arrival.claims)

    def _start(self, journey: Journey) -> Position:
        start = Position(journey.progress)
        # Better now than after the visitor has filled in pages.
        if self._subject(journey) is None and any(step.stores for step in self.tenant.flow):
            return replace(start, end="subject_missing")
        return self._advance(journey, start)

    def _find(self, journey_id: str) -> Journey | Ended:
        stored = None
        if _JOURNEY_ID.fullmatch(journey_id):
            stored = self.store.find(self.tenant.slug, journey_id, self.browser)
        if stored is None:
            raise JourneyRefused("journey_unknown")
        if stored.ended is not None:
            return stored.ended
        if stored.journey is None or stored.journey.arrival.deadline <= self.now:
            raise JourneyRefused("journey_over_time")
        return stored.journey

    def _judge(self, journey_id: str, name: str, form: Form, back: bool) -> At | Moved | Away:
        journey = self._find(journey_id)
        if isinstance(journey, Ended):
            return Moved(journey_id)
        step = current(self.tenant.flow, journey.progress)
        if step is None or step.name != name or (back and not step.resumes):
            return Moved(journey_id)
        outcome = guard(lambda: self._ask(journey, step, form, back))
        match outcome:
            case Stay():
                return self._stay(journey, step, outcome, form)
            case Redirect():
                return self._leave(journey, step, outcome)
        applied = apply(step, outcome, Position(journey.progress))
        position = release(self.tenant.flow, applied)
        # What changes factors or locks is kept first, so that the steps after it see it so.
        kept_first = position.factors or position.forgiven
        if not kept_first:
            return self._commit(journey, self._advance(journey, position))
        saved = self._save(journey, position)
        return Moved(journey.id) if saved else self._lost(journey, step, position)

    def _ask(self, journey: Journey, step: Step, form: Form, back: bool) -> Outcome:
        visit = self._visits(journey)(step, journey.progress)
        if not wanted(step, visit):
            return Stay(reason=NOT_WANTED)
        outcome = step.resume(visit, form) if back else step.submit(visit, form)
        if not isinstance(outcome, Outcome):
            raise TypeError("not an outcome")
        if isinstance(outcome, Stay | Redirect) and not is_object(outcome.scratch or {}):
            raise TypeError("scratch is not JSON")
        if isinstance(outcome, Redirect):
            origin_of(outcome.url)
        if isinstance(outcome, Stay) and (fault := factor_fault(step, outcome)):
            raise TypeError(fault)
        return outcome

    def _stay(self, journey: Journey, step: Step, outcome: Stay, form: Form) -> At | Moved:
        if outcome == Stay(reason=outcome.reason):
            # Nothing to keep and nothing to say: whatever happened meanwhile is seen by looking.
            self._audit_stay(journey, step, outcome)
            return Moved(journey.id, step.name)
        position = stay(step, outcome, Position(journey.progress))
        kept_first = position.factors or position.forgiven
        if not kept_first:
            position = self._advance(journey, position)
        changed = kept_first or position.end or position.progress != journey.progress
        if changed and not self._save(journey, position):
            return self._lost(journey, step, position)
        self._audit_stay(journey, step, outcome)
        if outcome.mail and position.end is None:
            self._mail(journey, outcome.mail)
        if not outcome.errors:
            return Moved(journey.id, step.name)
        if position.step != step:
            return Moved(journey.id)
        return replace(self._at(journey, position), errors=outcome.errors, typed=form)

    def _lost(self, journey: Journey, step: Step, position: Position) -> At | Moved:
        """Say so when a factor was used or its place taken; else the journey has moved."""
        found = self._find(journey.id)
        if isinstance(found, Ended) or found.version != journey.version or not position.factors:
            return Moved(journey.id)
        # What the step has made is used up, whatever it led to.
        fresh = self._advance(journey, stay(step, Stay(scratch={}), Position(journey.progress)))
        if not self._save(journey, fresh) or fresh.step != step:
            return Moved(journey.id)
        self._audit("step_stays", journey, step=step.name, kind=step.kind, reason="taken")
        return replace(self._at(journey, fresh), errors={"form": _TAKEN})

    def _mail(self, journey: Journey, message: Message) -> None:
        """Send what goes with the journey's last change; undo that when it cannot be sent."""
        try:
            self.mailer.send(message)
        except MailUnavailable:
            changed = replace(journey, version=journey.version + 1)
            self.store.commit(changed, Position(journey.progress), self._subject(journey), self.now)
            raise

    def _leave(self, journey: Journey, step: Step, outcome: Redirect) -> Moved | Away:
        if outcome.scratch is not None:
            position = stay(step, Stay(scratch=outcome.scratch), Position(journey.progress))
            if not self._save(journey, position):
                return Moved(journey.id)
        return Away(outcome.url)

    def _advance(self, journey: Journey, position: Position) -> Position:
        """Walk up to the next page or the end; an answer too long for its URL is an error."""
        position = advance(self.tenant.flow, position, self._visits(journey))
        if position.end == COMPLETED:
            claims = nest(position.progress.claims)
            body = tokens.answer_body(claims, self.tenant.persist, None)
            if tokens.room(journey.arrival.sender, body) < 0:
                return replace(position, end="answer_too_long")
        return release(self.tenant.flow, position)

    def _commit(self, journey: Journey, position: Position) -> Moved:
        step = position.step.name if position.step else None
        return Moved(journey.id, step if self._save(journey, position) else None)

    def _save(self, journey: Journey, position: Position) -> bool:
        address = notices.address_of(self.tenant, journey.arrival.claims)
        position = replace(position, factors=notices.addressed(position.factors, address))
        before = self._addresses(journey, position)
        saved = self.store.commit(journey, position, self._subject(journey), self.now)
        if saved:
            self._audit_position(journey, position)
            mails = notices.added(self.tenant.name, {address, *before}, position.factors)
            notices.tell(self.mailer, self.tenant, mails)
        return saved

    def _addresses(self, journey: Journey, position: Position) -> set[str]:
        """Find where the person was told of changes until now: the arrival's may be a thief's."""
        enrols = any(isinstance(change, Enrol) for change in position.factors)
        subject = self._subject(journey) if enrols and self.mailer.ready else None
        if subject is None:
            return set()
        return {mail for _, mail in self.store.told_at(self.tenant.slug, subject)}

    def _at(self, journey: Journey, position: Position) -> At:
        if position.step is None or position.page is None:
            raise ValueError("no page at this position")
        number, count = number_of(self.tenant.flow, position.progress)
        return At(
            journey_id=journey.id,
            step=position.step,
            page=position.page,
            person=person(self.tenant, journey.arrival.claims),
            number=number,
            count=count,
        )

    def _visits(self, journey: Journey) -> VisitMaker:
        subject = self._subject(journey)
        return VisitMaker(self.store, self.tenant, journey, subject, self.origin, self.now)

    def _subject(self, journey: Journey) -> bytes | None:
        return subject_key(self.store.pepper, self.tenant, journey.arrival)

    def _audit(self, event: str, journey: Journey, **fields: str) -> None:
        audit.log(event, tenant=journey.tenant, journey=audit.short(journey.id), **fields)

    def _audit_stay(self, journey: Journey, step: Step, outcome: Stay) -> None:
        self._audit("step_stays", journey, step=step.name, kind=step.kind, reason=outcome.reason)

    def _audit_position(self, journey: Journey, position: Position) -> None:
        for event in position.events:
            self._audit(event.name, journey, step=event.step, kind=event.kind, reason=event.reason)
        if position.end is not None:
            self._audit("journey_ended", journey, outcome=position.end)
