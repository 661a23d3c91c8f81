"""age_gate: whoever is too young is stopped; the date of birth is never kept.

kind = "examples.age_gate.AgeGate"
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Annotated, Literal

from pydantic import Field

from hook.claims import pick
from hook.refusals import Stopped
from hook.steps.base import Deny, Done, Form, Outcome, Page, Shown, Stay, Step, Visit
from hook.steps.fields import ClaimPath, FieldOptions, earliest_day, latest_day
from hook.steps.options import Code, StepOptions
from hook.steps.values import FieldError, parse

_BORN = FieldOptions(
    claim="born",
    label="Date of birth",
    type="date",
    required=True,
    min=date(1900, 1, 1),
    max="today",
    autocomplete="bday",
)


class AgeGateOptions(StepOptions):
    """The options of an age gate."""

    age: Annotated[int, Field(ge=1, le=120)] = 18
    """The least age, in full years; on the birthday it is reached."""
    from_arrival: ClaimPath | Literal[""] = "birthdate"
    """Arrival claim with the date of birth; empty: ask everybody."""
    claim: ClaimPath | Literal[""] = ""
    """Claim to write true into, such as age_over_18; empty: none."""
    code: Code = "too_young"
    """What the tenant gets as error.message for whoever is too young."""
    intro: str = ""
    """A sentence above the question: why it is asked."""


class AgeGate(Step):
    """Stop whoever is too young; ask for the date of birth where the login does not say it."""

    kind = "age_gate"
    options_model = AgeGateOptions

    def reads(self) -> frozenset[str]:
        """Name the claim with the date of birth."""
        return frozenset({self.options.from_arrival} - {""})

    def writes(self) -> Mapping[str, int]:
        """Name the claim that says so much and no more."""
        return {self.options.claim: len("true")} if self.options.claim else {}

    def denies(self) -> Mapping[str, Stopped]:
        """Say what visitors read who are too young."""
        text = f"This credential is for people aged {self.options.age} or over."
        todo = "Go back to your wallet. If you think this is wrong, ask the organisation."
        return {self.options.code: Stopped(self.title, text, todo)}

    def show(self, visit: Visit) -> Shown:
        """Judge the date that the login has; ask only where it has none."""
        arrived = pick(visit.arrival, self.options.from_arrival) if self.reads() else None
        if arrived in (None, ""):
            return Page("age_gate.html", {"field": _field(visit), "intro": self.options.intro})
        born = _day(arrived)
        if born is None:
            # The login says something: that is not for the visitor to replace.
            return Deny(self.options.code, why="date_unreadable")
        return self._judge(visit, born)

    def submit(self, visit: Visit, form: Form) -> Outcome:
        """Judge the date that was typed; it goes nowhere."""
        try:
            typed = parse(_BORN, form.all("born"), visit.now)
        except FieldError as error:
            return Stay({"born": str(error)}, reason="invalid")
        return self._judge(visit, date.fromisoformat(str(typed)))

    def _judge(self, visit: Visit, born: date) -> Done | Deny:
        if _age(born, visit.now) < self.options.age:
            return Deny(self.options.code)
        return Done(dict.fromkeys(self.writes(), True), reason="old_enough")


def _age(born: date, now: int) -> int:
    """Give full years by the date in UTC; born on 29 February, they are full on 1 March."""
    today = datetime.fromtimestamp(now, UTC).date()
    had_birthday = (today.month, today.day) >= (born.month, born.day)
    return today.year - born.year - (0 if had_birthday else 1)


def _day(value: object) -> date | None:
    # fromisoformat() alone would take 20080101 and 2008-W01-1 too.
    if not isinstance(value, str) or len(value) != len("2008-01-01") or "W" in value:
        return None
    try:
        return date.fromisoformat(value)
    except ValueError:
        return None


def _field(visit: Visit) -> dict[str, object]:
    """Give what the common macro for a field asks for."""
    days = {"earliest": earliest_day(_BORN, visit.now), "latest": latest_day(_BORN, visit.now)}
    shown = {name: day.isoformat() if day else "" for name, day in days.items()}
    return {**_BORN.model_dump(), **shown, "name": "born"}
