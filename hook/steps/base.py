"""The step contract: what a step is given, what it may answer, what it declares."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Protocol

from hook.errors import ANSWER_CODES
from hook.steps.options import StepOptions

Claims = Mapping[str, Any]


@dataclass(frozen=True)
class Need:
    """The answer of `applies`: must the step be done now, why, and what is known without it.

    `reason` is a code for the log. A step that need not be done may still report `claims`.
    """

    now: bool
    reason: str
    claims: Claims = field(default_factory=dict)


@dataclass(frozen=True)
class Page:
    """Show this template with these values."""

    template: str
    values: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Done:
    """The step is done: claims for the answer by dotted path, and what to keep of the subject."""

    claims: Claims = field(default_factory=dict)
    record: Mapping[str, Any] | None = None
    reason: str = "done"


@dataclass(frozen=True)
class Stay:
    """The step is not done: with errors by field the page is shown again, else it is reloaded."""

    errors: Mapping[str, str] = field(default_factory=dict)
    scratch: Mapping[str, Any] | None = None
    reason: str = "stay"


@dataclass(frozen=True)
class Deny:
    """The journey ends with this code of the table of refusals."""

    code: str

    def __post_init__(self) -> None:
        if self.code not in ANSWER_CODES:
            raise ValueError(f"{self.code} is not in the table of refusals")


@dataclass(frozen=True)
class Redirect:
    """Send the visitor to another site; the step's `resume` takes them when they come back."""

    url: str
    scratch: Mapping[str, Any] | None = None


Shown = Page | Done | Deny
Outcome = Done | Stay | Deny | Redirect


class Form(Mapping[str, tuple[str, ...]]):
    """What the visitor sent: every name with all its values, in order."""

    def __init__(self, values: Mapping[str, tuple[str, ...]]) -> None:
        self._values = values

    def __getitem__(self, name: str) -> tuple[str, ...]:
        return self._values[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def one(self, name: str) -> str:
        """Give the first value of a name, or an empty text."""
        return self._values.get(name, ("",))[0]

    def all(self, name: str) -> tuple[str, ...]:
        """Give all values of a name."""
        return self._values.get(name, ())


class Attempts(Protocol):
    """Counts the tries of this subject at this kind of step."""

    def spend(self, name: str, limit: int, window: int) -> bool:
        """Count one try before it is judged; False when `limit` in `window` seconds is used up."""


@dataclass(frozen=True)
class Visit:
    """All that a step may know of a visitor; nothing of it can be changed.

    `arrival` and `claims` (so far, by dotted path) are claims; `scratch` is what this step kept in
    this journey, `records` what steps of this kind and tenant keep of this subject, by step name.
    `now` and `deadline` are seconds since 1970; `room` is how many bytes of claims still fit.
    """

    tenant: str
    tenant_name: str
    person: str
    arrival: Claims
    claims: Claims
    scratch: Mapping[str, Any]
    records: Mapping[str, Mapping[str, Any]]
    attempts: Attempts
    now: int
    deadline: int
    locale: str
    origin: str
    room: int


@dataclass(frozen=True)
class Stores:
    """What a step keeps of a subject across journeys, and for how long, in plain words."""

    what: str
    how_long: str


class Step:
    """One step of a flow, built once at start; it keeps nothing of a visitor in itself."""

    kind: ClassVar[str]
    options_model: ClassVar[type[StepOptions]] = StepOptions
    needs_javascript: ClassVar[bool] = False
    resumes: ClassVar[bool] = False
    stores: ClassVar[Stores | None] = None

    def __init__(self, name: str, title: str, options: Any) -> None:
        self.name = name
        self.title = title
        self.options = options

    def reads(self) -> frozenset[str]:
        """Name the arrival claims that the step reads, by dotted path."""
        return frozenset()

    def writes(self) -> Mapping[str, int]:
        """Name the claims it may write, by dotted path, each with the most bytes of its JSON."""
        return {}

    def applies(self, visit: Visit) -> Need:
        """Say whether the step needs doing now. Changes nothing; an exception means deny."""
        return Need(True, "always")

    def show(self, visit: Visit) -> Shown:
        """Give the page, or the outcome of a step without one. Called twice it changes nothing."""
        raise NotImplementedError

    def submit(self, visit: Visit, form: Form) -> Outcome:
        """Judge what the visitor sent."""
        raise NotImplementedError

    def resume(self, visit: Visit, query: Form) -> Outcome:
        """Judge what a visitor brings back from where Redirect sent them; it may come twice."""
        raise NotImplementedError
