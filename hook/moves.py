"""Where a request leads: to a page, on within the journey, or away."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from hook.steps.base import Form, Page, Step


@dataclass(frozen=True)
class At:
    """A journey stands at this page; `errors` and `typed` are of the submission just judged."""

    journey_id: str
    step: Step
    page: Page
    person: str
    number: int
    count: int
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

    url: str
