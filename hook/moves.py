"""Where a request leads: to a page, on within the journey, or away."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from hook.state import Pass
from hook.steps.base import Form, Page, Step


@dataclass(frozen=True)
class At:
    """A journey stands at this page; `errors` and `typed` are of the submission just judged.

    `back` tells whether there is a page before this one that the visitor may change.
    """

    journey_id: str
    step: Step
    page: Page
    person: str
    number: int
    count: int
    back: bool
    is_guest: bool = False
    """Whether another device shows it, which may do this step only."""
    may_be_lent: bool = False
    lent: Pass | None = None
    """The pass with which another device does this step meanwhile."""
    errors: Mapping[str, str] = field(default_factory=dict)
    typed: Form | None = None


@dataclass(frozen=True)
class Moved:
    """A journey has moved: look at this step next, or at the journey itself."""

    journey_id: str
    step: str | None = None


@dataclass(frozen=True)
class Away:
    """The visitor is to be sent to another site; they come back to the step's own URL."""

    url: str = field(repr=False)


@dataclass(frozen=True)
class Over:
    """The other device has done its part; the visitor goes on where they began."""
