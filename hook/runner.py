"""The runner: takes one visitor through a flow, from their arrival to the answer."""

from dataclasses import dataclass, replace

from hook import audit, tokens
from hook.errors import ArrivalRefused, JourneyRefused
from hook.finder import Finder
from hook.journey import Broken, release, revise, stay
from hook.keeping import Keeper
from hook.mail import Mailer
from hook.moves import At, Away, Moved, Over
from hook.refusals import ANSWER_CODES, COMPLETED
from hook.revision import is_same, with_draft
from hook.state import Ended, Journey, Position, Progress
from hook.steps.base import Deny, Done, Form, Redirect, Stay, Step
from hook.store import Store, new_id
from hook.strict_json import is_object, write
from hook.subject import person
from hook.tenant import Tenant
from hook.walk import Walk

_DRAFT_MOST = 16_384
"""The largest draft that is kept, bytes."""
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
        if self.keeper.open(journey, position, self.browser):
            return Moved(journey.id, position.step.name if position.step else None)
        found = self.store.find_by_arrival(self.tenant.slug, arrival.sender, self.browser)
        if found is None:
            raise ArrivalRefused("token_used_elsewhere")
        audit.log("arrival_resumed", tenant=self.tenant.slug, journey=audit.short(found.id))
        return Moved(found.id)

    def look(self, journey_id: str, name: str = "") -> At | Moved | Ended | Over:
        """Tell where a journey stands; or show the step of that name, if it may be changed.

        Raises JourneyRefused.
        """
        journey = self.finder.find(journey_id, guests=True)
        if isinstance(journey, Ended):
            return journey
        walk = self.walk(journey)
        if journey.only and walk.asked(journey.only) is None:
            return Over()
        step = walk.asked(name)
        if step is not None and walk.revises(step, name):
            return walk.again(step) or Moved(journey_id)
        position = walk.advance(Position(journey.progress))
        if position.end is None and position.progress == journey.progress:
            return walk.at(position)
        # What needs no visitor may have changed since the last submission: that is kept once.
        return self._commit(journey, position)

    def submit(self, journey_id: str, step_name: str, form: Form) -> At | Moved | Away | Over:
        """Judge what was sent for a step; for any that is not asked nothing is judged."""
        return self._judge(journey_id, step_name, form, back=False)

    def resume(self, journey_id: str, step_name: str, query: Form) -> At | Moved | Away | Over:
        """Judge what a visitor brings back to a step that had sent them away."""
        return self._judge(journey_id, step_name, query, back=True)

    def go_back(self, journey_id: str, step_name: str, form: Form) -> Moved:
        """Go to the page before; what was typed is kept where the visitor may come back to it."""
        journey = self.finder.find(journey_id)
        if isinstance(journey, Ended):
            return Moved(journey_id)
        walk = self.walk(journey)
        step = walk.asked(step_name)
        earlier = walk.before(step) if step else None
        if step is None or earlier is None:
            return Moved(journey_id)
        progress = drafted(journey.progress, step, form)
        if progress != journey.progress:
            self.keeper.save(journey, Position(progress))
        return Moved(journey_id, earlier.name)

    def cancel(self, journey_id: str, code: str) -> Moved:
        """End a journey because the visitor wants to, from wherever it stands."""
        journey = self.finder.find(journey_id)
        if isinstance(journey, Journey):
            self.keeper.cancel(journey, code)
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
        journey = self.finder.find(journey_id)
        if isinstance(journey, Ended):
            return ""
        return person(self.tenant, journey.arrival.claims)

    def _start(self, journey: Journey) -> Position:
        start = Position(journey.progress)
        # Better now than after the visitor has filled in pages.
        named = any(step.stores or step.counts for step in self.tenant.flow)
        if named and self.keeper.subject(journey) is None:
            return replace(start, end="subject_missing")
        return self.walk(journey).advance(start)

    def _judge(
        self, journey_id: str, name: str, form: Form, back: bool
    ) -> At | Moved | Away | Over:
        journey = self.finder.find(journey_id, guests=True)
        if isinstance(journey, Ended):
            return Moved(journey_id)
        where = self._judged(journey, name, form, back)
        return self._as_guest(journey) if journey.only and isinstance(where, Moved) else where

    def _as_guest(self, journey: Journey) -> Moved | Over:
        """Lead another device to its step as long as that is to be done."""
        try:
            found = self.finder.find(journey.id, guests=True)
        except JourneyRefused:
            return Over()
        todo = isinstance(found, Journey) and self.walk(found).asked(journey.only)
        return Moved(journey.id, journey.only) if todo else Over()

    def _judged(self, journey: Journey, name: str, form: Form, back: bool) -> At | Moved | Away:
        journey_id = journey.id
        walk = self.walk(journey)
        step = walk.asked(name)
        if step is None or (back and not step.resumes):
            return Moved(journey_id)
        outcome = walk.ask(step, form, back)
        if walk.revises(step, name):
            return self._revise(walk, step, outcome, form)
        match outcome:
            case Stay():
                return self._stay(walk, step, outcome, form)
            case Redirect():
                return self._leave(journey, step, outcome)
        applied = revise(self.tenant.flow, step, outcome, journey.progress)
        position = release(self.tenant.flow, applied)
        # What changes factors or locks is kept first, so that the steps after it see it so.
        kept_first = position.factors or position.forgiven
        if kept_first:
            saved = self.keeper.save(journey, position)
            return Moved(journey.id) if saved else self._lost(walk, step, position)
        position = walk.advance(position)
        if self.keeper.save(journey, position):
            return Moved(journey.id, position.step.name if position.step else None)
        return self._settle(walk, step, outcome)

    def _settle(self, walk: Walk, step: Step, outcome: Done | Deny | Broken) -> Moved:
        """Take an outcome that came while something else was saved, if it is about what is now."""
        journey = walk.journey
        found = self.finder.find(journey.id, guests=bool(journey.only))
        if isinstance(found, Ended) or not is_same(step, found.progress, journey.progress):
            return Moved(journey.id)
        position = revise(self.tenant.flow, step, outcome, found.progress)
        return self._commit(found, self.walk(found).advance(position))

    def _revise(
        self, walk: Walk, step: Step, outcome: Done | Stay | Deny | Redirect | Broken, form: Form
    ) -> At | Moved:
        journey = walk.journey
        match outcome:
            case Redirect():
                outcome = Broken("undeclared_redirect")
            case Stay():
                self.keeper.tell_stay(journey, step, outcome)
                page = walk.again(step) if outcome.errors else None
                shown = page and replace(page, errors=outcome.errors, typed=form)
                return shown or Moved(journey.id, step.name)
        position = revise(self.tenant.flow, step, outcome, journey.progress)
        return self._commit(journey, walk.advance(position))

    def _stay(self, walk: Walk, step: Step, outcome: Stay, form: Form) -> At | Moved:
        journey = walk.journey
        if outcome == Stay(reason=outcome.reason):
            # Nothing to keep and nothing to say: whatever happened meanwhile is seen by looking.
            self.keeper.tell_stay(journey, step, outcome)
            return Moved(journey.id, step.name)
        position = stay(step, outcome, Position(journey.progress))
        kept_first = position.factors or position.forgiven
        if not kept_first:
            position = walk.advance(position)
        changed = kept_first or position.end or position.progress != journey.progress
        if changed and not self.keeper.save(journey, position):
            return self._lost(walk, step, position)
        self.keeper.tell_stay(journey, step, outcome)
        if outcome.mail and position.end is None:
            self.keeper.send(journey, outcome.mail)
        if not outcome.errors:
            return Moved(journey.id, step.name)
        if position.step != step:
            return Moved(journey.id)
        return replace(walk.at(position), errors=outcome.errors, typed=form)

    def _lost(self, walk: Walk, step: Step, position: Position) -> At | Moved:
        """Say so when a factor was used or its place taken; else the journey has moved."""
        journey = walk.journey
        found = self.finder.find(journey.id, guests=bool(journey.only))
        if isinstance(found, Ended) or found.version != journey.version or not position.factors:
            return Moved(journey.id)
        # What the step has made is used up, whatever it led to.
        fresh = walk.advance(stay(step, Stay(scratch={}), Position(journey.progress)))
        if not self.keeper.save(journey, fresh) or fresh.step != step:
            return Moved(journey.id)
        self.keeper.tell_stay(journey, step, Stay(reason="taken"))
        return replace(walk.at(fresh), errors={"form": _TAKEN})

    def _leave(self, journey: Journey, step: Step, outcome: Redirect) -> Moved | Away:
        if outcome.scratch is not None:
            position = stay(step, Stay(scratch=outcome.scratch), Position(journey.progress))
            if not self.keeper.save(journey, position):
                return Moved(journey.id)
        self.keeper.tell("step_leaves", journey, step=step.name, kind=step.kind)
        return Away(outcome.url)

    def _commit(self, journey: Journey, position: Position) -> Moved:
        step = position.step.name if position.step else None
        return Moved(journey.id, step if self.keeper.save(journey, position) else None)

    def walk(self, journey: Journey) -> Walk:
        """Give a journey at this moment."""
        subject = self.keeper.subject(journey)
        return Walk(self.store, self.tenant, journey, subject, self.origin, self.now)

    @property
    def finder(self) -> Finder:
        """Give what finds the journeys of this browser."""
        return Finder(self.store, self.tenant.slug, self.browser, self.now)

    @property
    def keeper(self) -> Keeper:
        """Give what keeps journeys."""
        return Keeper(self.store, self.mailer, self.tenant, self.now)


def drafted(progress: Progress, step: Step, form: Form) -> Progress:
    """Keep what was typed on a page that is left unsent, where that may be kept."""
    typed = {name: list(values) for name, values in form.items()}
    # Never what a second factor was sent, nor what could not be read back.
    fits = step.revisable and is_object(typed) and len(write(typed)) <= _DRAFT_MOST
    return with_draft(progress, step, typed) if fits else progress
