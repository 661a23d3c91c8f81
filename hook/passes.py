"""Lend a step to another device, and take it back: the runner's part for passes."""

from dataclasses import dataclass

from hook.errors import JourneyRefused
from hook.lending import accept, can_take, lend, take_back
from hook.moves import Moved
from hook.runner import Runner, drafted
from hook.state import Ended, Journey, Pass, Position
from hook.steps.base import Form
from hook.subject import person


@dataclass(frozen=True)
class Passes:
    """Gives out passes for journeys of the runner's browser, and takes them for others'."""

    run: Runner

    def lend(self, journey_id: str, step_name: str, form: Form, wanted: bool) -> Moved:
        """Let another device do the current step, or no more; only where the issuer allows it."""
        run, journey = self.run, self.run.finder.find(journey_id)
        if isinstance(journey, Ended):
            return Moved(journey_id)
        step = run.walk(journey).asked(step_name)
        if step is None or not step.other_device or step.name in journey.progress.done:
            return Moved(journey_id)
        progress = take_back(journey.progress)
        if wanted:
            progress = lend(drafted(progress, step, form), step, run.now, journey.ends)
        if run.keeper.save(journey, Position(progress)):
            run.keeper.tell("step_lent" if wanted else "step_taken_back", journey, step=step.name)
        return Moved(journey_id, step_name)

    def show(self, journey_id: str, token: str) -> str | Moved:
        """Name the person whose step another device would do; on to it, if it has the pass.

        Raises JourneyRefused.
        """
        journey = self.run.finder.anyones(journey_id)
        lent = self._pass(journey, token)
        if lent.browser:
            return Moved(journey_id, lent.step)
        return person(self.run.tenant, journey.arrival.claims)

    def take(self, journey_id: str, token: str) -> Moved:
        """Bind a pass to this browser, once. Raises JourneyRefused."""
        run, journey = self.run, self.run.finder.anyones(journey_id)
        lent = self._pass(journey, token)
        progress = accept(journey.progress, token, run.browser, run.now)
        if not lent.browser:
            if progress is None or not run.keeper.save(journey, Position(progress)):
                raise JourneyRefused("pass_unknown")
            run.keeper.tell("pass_taken", journey, step=lent.step)
        return Moved(journey_id, lent.step)

    def _pass(self, journey: Journey, token: str) -> Pass:
        lent = journey.progress.lent
        allowed = [step.name for step in self.run.tenant.flow if step.other_device]
        if lent is None or lent.step not in allowed:
            raise JourneyRefused("pass_unknown")
        if not can_take(lent, token, self.run.browser, self.run.now):
            raise JourneyRefused("pass_unknown")
        return lent
