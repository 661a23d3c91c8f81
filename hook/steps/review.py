"""review: shows what was collected, before anything is final, with a way back to each form."""

import hashlib
from collections.abc import Mapping
from typing import Any

from hook.claims import pick
from hook.steps.base import Done, Form, Outcome, Page, Stay, Step, Visit
from hook.steps.fields import ClaimPath, Filled
from hook.steps.options import StepOptions
from hook.steps.words import Line, Written, text_of
from hook.strict_json import write

_EMPTY: tuple[object, ...] = (None, "", [], {})
_CHANGED = "Something changed since you opened this page. Check it once more."


class ShownClaim(StepOptions):
    """One arrival claim that is shown with the rest."""

    claim: ClaimPath
    """The arrival claim."""
    label: Filled
    """What stands before it."""


class ReviewOptions(StepOptions):
    """The options of a review."""

    text: Filled = "This goes into your credential. Check it, and change what isn’t right."
    """What stands above the list."""
    arrival: tuple[ShownClaim, ...] = ()
    """Arrival claims that are shown first; they cannot be changed here."""
    arrival_title: Filled = "From your login"
    """What stands above those."""


class Review(Step):
    """List what earlier steps wrote; the visitor confirms, or goes back to a form."""

    kind = "review"
    options_model = ReviewOptions
    reviews = True

    def reads(self) -> frozenset[str]:
        """Name the arrival claims that are shown."""
        return frozenset(shown.claim for shown in self.options.arrival)

    def show(self, visit: Visit) -> Page:
        """Give the page with all that was written."""
        values = {"text": self.options.text, "parts": self._parts(visit), "shown": _digest(visit)}
        return Page("steps/review.html", values)

    def submit(self, visit: Visit, form: Form) -> Outcome:
        """Take the confirmation of what is there now, and of nothing else."""
        if form.one("shown") != _digest(visit):
            return Stay({"form": _CHANGED}, reason="changed_meanwhile")
        return Done(reason="confirmed")

    def _parts(self, visit: Visit) -> list[Written]:
        known = [(each.label, pick(visit.arrival, each.claim)) for each in self.options.arrival]
        lines = tuple(Line(label, text_of(value)) for label, value in known if value not in _EMPTY)
        login = Written("", self.options.arrival_title, False, lines)
        return [*([login] if lines else []), *visit.written]


def _digest(visit: Visit) -> str:
    claims: Mapping[str, Any] = dict(sorted(visit.claims.items()))
    return hashlib.sha256(write(claims)).hexdigest()
