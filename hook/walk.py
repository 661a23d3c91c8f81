"""One journey under way, at one moment: what its steps are given, how far it goes, its pages."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from hook import tokens
from hook.claims import nest
from hook.journey import Broken, advance, checked, guard, release, wanted
from hook.moves import At
from hook.order import can_be_revised, current, number_of, page_before
from hook.refusals import COMPLETED
from hook.revision import NOT_WANTED
from hook.state import Journey, Pass, Position
from hook.steps.base import Deny, Form, Outcome, Page, Stay, Step, Visit
from hook.store import Store
from hook.subject import person
from hook.tenant import Tenant
from hook.visits import VisitMaker


@dataclass(frozen=True)
class Walk:
    """A journey under way; `subject` is None where nobody is named, `now` in seconds."""

    store: Store
    tenant: Tenant
    journey: Journey
    subject: bytes | None
    origin: str
    now: int

    def visit(self, step: Step) -> Visit:
        """Make what a step is given where the journey stands."""
        return self._visits(step, self.journey.progress)

    def asked(self, name: str) -> Step | None:
        """Find a step of which something may be sent: the current one, or one to be changed."""
        progress = self.journey.progress
        step = current(self.tenant.flow, progress)
        if self.journey.only:
            mine = step is not None and step.other_device and step.name == name == self.journey.only
            return step if mine and not (progress.lent and progress.lent.over) else None
        if step is not None and step.name == name:
            return step
        return next((each for each in self.tenant.flow if self.revises(each, name)), None)

    def revises(self, step: Step, name: str) -> bool:
        """Tell whether this is the step of that name, done, and to be changed."""
        return step.name == name and can_be_revised(step, self.journey.progress)

    def ask(self, step: Step, form: Form, back: bool) -> Outcome | Deny | Broken:
        """Have a step judge what was sent, or what a visitor brings back."""
        return guard(lambda: checked(step, self._ask(step, form, back)))

    def before(self, step: Step) -> Step | None:
        """Give the nearest page in front of a step that can be changed."""
        return page_before(self.tenant.flow, step, self.journey.progress)

    def advance(self, position: Position) -> Position:
        """Walk up to the next page or the end; an answer too long for its URL is an error."""
        position = advance(self.tenant.flow, position, self._visits)
        if position.end == COMPLETED:
            claims = nest(position.progress.claims)
            body = tokens.answer_body(claims, self.tenant.persist, None)
            if tokens.room(self.journey.arrival.sender, body) < 0:
                return replace(position, end="answer_too_long")
        return release(self.tenant.flow, position)

    def at(self, position: Position) -> At:
        """Give the page of a position."""
        if position.step is None or position.page is None:
            raise ValueError("no page at this position")
        number, count = number_of(self.tenant.flow, position.step, position.progress)
        draft = position.progress.drafts.get(position.step.name)
        return At(
            journey_id=self.journey.id,
            step=position.step,
            page=position.page,
            person=person(self.tenant, self.journey.arrival.claims),
            number=number,
            count=count,
            back=page_before(self.tenant.flow, position.step, position.progress) is not None,
            is_guest=bool(self.journey.only),
            may_be_lent=self._may_be_lent(position.step),
            lent=self._lent(position),
            typed=None if draft is None else _form(draft),
        )

    def again(self, step: Step) -> At | None:
        """Give the page of a step that is done, to be changed; None where it has none now."""
        page = guard(lambda: step.show(self.visit(step)))
        if not isinstance(page, Page):
            return None
        return self.at(Position(self.journey.progress, step, page))

    def _may_be_lent(self, step: Step) -> bool:
        is_done = step.name in self.journey.progress.done
        return step.other_device and not self.journey.only and not is_done

    def _lent(self, position: Position) -> Pass | None:
        lent = position.progress.lent
        if lent is None or position.step is None or self.journey.only:
            return None
        waits = lent.step == position.step.name and self.now < lent.until and not lent.over
        return lent if waits and position.step.other_device else None

    def _ask(self, step: Step, form: Form, back: bool) -> Outcome:
        visit = self.visit(step)
        if not self.revises(step, step.name) and not wanted(step, visit):
            return Stay(reason=NOT_WANTED)
        return step.resume(visit, form) if back else step.submit(visit, form)

    @property
    def _visits(self) -> VisitMaker:
        return VisitMaker(
            self.store, self.tenant, self.journey, self.subject, self.origin, self.now
        )


def _form(draft: Mapping[str, list[str]]) -> Form:
    return Form({name: tuple(values) for name, values in draft.items()})
