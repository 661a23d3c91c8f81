"""The step contract: what a step is given, what it may answer, what it declares."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Protocol

from hook.mail import Message
from hook.refusals import Stopped
from hook.steps.factor import Factor, FactorChange, Lock, Proof
from hook.steps.options import StepOptions
from hook.steps.words import Line, Written, in_words, text_of

Claims = Mapping[str, Any]


@dataclass(frozen=True)
class Need:
    """The answer of `applies`: must the step be done now, why, and what is known without it.

    `reason` is a code for the log. A step that need not be done may still report `claims`, and a
    proof from an earlier journey.
    """

    now: bool
    reason: str
    claims: Claims = field(default_factory=dict)
    proof: Proof | None = None


@dataclass(frozen=True)
class Page:
    """Show this template with these values; `script` is a file of static/ that the page loads."""

    template: str
    values: Mapping[str, object] = field(default_factory=dict)
    script: str = ""


@dataclass(frozen=True)
class Done:
    """The step is done: claims for the answer by dotted path, and what to keep of the subject.

    `factors` change together with the journey or not at all; `proof` counts a factor for this
    journey; `forgive` names the lock whose guesses start anew.
    """

    claims: Claims = field(default_factory=dict)
    record: Mapping[str, Any] | None = None
    reason: str = "done"
    factors: tuple[FactorChange, ...] = ()
    proof: Proof | None = None
    forgive: str = ""


@dataclass(frozen=True)
class Stay:
    """The step is not done: with errors by field the page is shown again, else it is reloaded.

    `factors` and `forgive` as with Done; `mail` is sent once all that is kept.
    """

    errors: Mapping[str, str] = field(default_factory=dict)
    scratch: Mapping[str, Any] | None = None
    reason: str = "stay"
    factors: tuple[FactorChange, ...] = ()
    forgive: str = ""
    mail: Message | None = None


@dataclass(frozen=True)
class Deny:
    """The journey ends with this code: of the table of refusals, or one that the step declares.

    `again` is when a new journey may end otherwise, in seconds since 1970; 0: nobody knows. `why`
    is a reason code for the log, where the code alone says too little.
    """

    code: str
    again: int = 0
    why: str = ""

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[a-z][a-z0-9_]{2,39}", self.code):
            raise ValueError("a code has 3 to 40 small letters, digits and _")


@dataclass(frozen=True)
class Redirect:
    """Send the visitor to another site; the step's `resume` takes them when they come back."""

    url: str = field(repr=False)
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
    """Counts what this subject tries; nothing of it is undone when the journey ends.

    For steps that declare it, by `counts`, `stores` or `factor_kinds`: for others it is an error.
    """

    def spend(self, name: str, limit: int, window: int, about: str = "") -> bool:
        """Count one try at this kind of step; False when `limit` in `window` seconds is used up.

        With `about`, such as an address, the tries of all subjects at that are counted instead.
        """

    def guess(self, lock: str) -> bool:
        """Count one guess at what this lock guards, before it is compared; False while locked."""

    def lock(self, name: str) -> Lock:
        """Tell whether guesses at this lock are refused now."""


@dataclass(frozen=True)
class Visit:
    """All that a step may know of a visitor; nothing of it can be changed.

    `arrival` and `claims` (so far, by dotted path) have the claims that the step declares: to ask
    for another is an error. `scratch` is what this step kept in this journey, `records` what steps
    of this kind and tenant keep of this subject, by step name; `factors` are those of the kinds
    that the step declares, `proofs` what counted in this journey; `asks_later` tells whether a
    later step asks for a factor, `owes` whether for one there is. `outcomes` are the reasons of the
    steps so far, by step name. `url` is the step's own, to which visitors come back that Redirect
    sent away. `began`, `now` and `deadline` are seconds since 1970; `room` is how many bytes of
    claims fit. `written` is what earlier steps wrote, for a step that `reviews`.
    """

    tenant: str
    tenant_name: str
    person: str
    arrival: Claims
    claims: Claims
    scratch: Mapping[str, Any]
    records: Mapping[str, Mapping[str, Any]]
    factors: tuple[Factor, ...]
    proofs: tuple[Proof, ...]
    asks_later: bool
    owes: bool
    outcomes: Mapping[str, str]
    attempts: Attempts
    began: int
    now: int
    deadline: int
    locale: str
    origin: str
    url: str
    room: int
    written: tuple[Written, ...] = ()


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
    #: Visitors may do it on another device, where the issuer allows that.
    movable: ClassVar[bool] = False
    #: It never shows a page: it lets pass, or denies.
    silent: ClassVar[bool] = False
    #: Visitors may come back to its page and send it again, until the journey ends.
    revisable: ClassVar[bool] = False
    #: It is shown what all steps before it wrote, and is asked again when one of them changes that.
    reviews: ClassVar[bool] = False
    sends_mail: ClassVar[bool] = False
    #: It counts attempts, so it has to know who the visitor is; so does one that `stores`.
    counts: ClassVar[bool] = False
    stores: ClassVar[Stores | None] = None

    #: The condition under which it is asked, set when the flow is built.
    when: Any = None
    #: Whether the issuer allows another device, set when the flow is built.
    other_device: bool = False

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

    def uses(self) -> frozenset[str]:
        """Name the claims of earlier steps that it or its conditions look at, by dotted path.

        When the visitor goes back and changes one of them, the step is asked again.
        """
        asked = (condition.claims() for condition in self.conditions().values())
        return frozenset().union(*asked)

    def sends(self) -> Mapping[str, frozenset[str]]:
        """Name the URLs of others that it gives claims to, each with those, by dotted path.

        Claims of the arrival and of steps alike. The data map tells the host; mails are not meant.
        """
        return {}

    def describe(self, claims: Claims) -> tuple[Line, ...]:
        """Say in plain words what it wrote, for a review; takes its own claims by dotted path."""
        return tuple(Line(in_words(path), text_of(value)) for path, value in claims.items())

    def factor_kinds(self) -> frozenset[str]:
        """Name the kinds of factors that the step is given, and may change."""
        return frozenset()

    def conditions(self) -> Mapping[str, Any]:
        """Give the conditions that it asks, by option."""
        return {} if self.when is None else {"when": self.when}

    def looks_at(self) -> frozenset[str]:
        """Name the arrival claims that it or its conditions look at, by dotted path."""
        asked = (condition.reads() for condition in self.conditions().values())
        return self.reads().union(*asked)

    def denies(self) -> Mapping[str, Stopped]:
        """Name the codes of its own that it may deny with, each with what visitors read."""
        return {}

    def proves(self) -> frozenset[str]:
        """Name the kinds of factors of which it proves one; none where it asks for no factor."""
        return frozenset()

    def lasts(self) -> int:
        """Give the seconds that visitors should have for it; the tenant's session must be longer.

        A minute for a page, unless the step knows better.
        """
        return 0 if self.silent else 60

    def applies(self, visit: Visit) -> Need:
        """Say whether the step needs doing now. Changes nothing; an exception means deny."""
        return Need(True, "always")

    def prepare(self, visit: Visit) -> Mapping[str, Any] | None:
        """Make the scratch that the page needs, such as a challenge; None when it is all there.

        What it gives is kept before the page is shown; asked again with that, it gives None.
        """
        return None

    def show(self, visit: Visit) -> Shown:
        """Give the page, or the outcome of a step without one. Called twice it changes nothing."""
        raise NotImplementedError

    def submit(self, visit: Visit, form: Form) -> Outcome:
        """Judge what the visitor sent."""
        raise NotImplementedError

    def resume(self, visit: Visit, query: Form) -> Outcome:
        """Judge what a visitor brings back from where Redirect sent them; it may come twice."""
        raise NotImplementedError
