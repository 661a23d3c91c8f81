"""gate: goes on only if a condition holds; else the journey ends with a code of yours."""

from collections.abc import Mapping
from typing import Any

from hook.refusals import Stopped
from hook.steps.base import Deny, Need, Shown, Step, Visit
from hook.steps.conditions import WrittenCondition, facts_of
from hook.steps.fields import Filled
from hook.steps.options import Code, StepOptions

_TODO = "Go back to your wallet. If you think this is wrong, ask the organisation."


class GateOptions(StepOptions):
    """The options of a gate."""

    require: WrittenCondition
    """Condition that must hold, as a table; what is missing does not hold."""
    code: Code
    """What the tenant gets as error.message: small letters, digits and _, such as age_under_18."""
    text: Filled
    """What visitors read who are not let through: what happened, in a sentence or two."""
    todo: Filled = _TODO
    """What they can do."""


class Gate(Step):
    """Let through or deny; there is no page for those who pass."""

    kind = "gate"
    options_model = GateOptions
    silent = True

    def conditions(self) -> Mapping[str, Any]:
        """Give what it requires, and its own condition."""
        return {**super().conditions(), "require": self.options.require}

    def denies(self) -> Mapping[str, Stopped]:
        """Name the code and what visitors read with it."""
        return {self.options.code: Stopped(self.title, self.options.text, self.options.todo)}

    def applies(self, visit: Visit) -> Need:
        """Ask the condition."""
        return Need(not self.options.require.holds(facts_of(visit)), "required")

    def show(self, visit: Visit) -> Shown:
        """Deny: whoever passes never gets here."""
        return Deny(self.options.code)
