"""What a journey is at a moment: values only."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from hook.steps.base import Page, Step
from hook.steps.factor import Enrol, FactorChange, Proof
from hook.tokens import Arrival, Sender

Record = Mapping[str, Any]


@dataclass(frozen=True)
class Pass:
    """Lets one other browser do one step; `browser` is its digest in hex once it has come.

    `over` once the step is done: that browser is told so, and may do nothing more.
    """

    step: str
    token: str = field(repr=False)
    until: int = 0
    browser: str = ""
    over: bool = False


@dataclass(frozen=True)
class Progress:
    """How far a journey is: steps by name, so that a changed flow meets it in the right place."""

    done: tuple[str, ...] = ()
    unseen: tuple[str, ...] = ()
    claims: Mapping[str, Any] = field(default_factory=dict)
    scratch: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    proofs: tuple[Proof, ...] = ()
    held: tuple[Enrol, ...] = ()
    began: int = 0
    outcomes: Mapping[str, str] = field(default_factory=dict)
    drafts: Mapping[str, Mapping[str, list[str]]] = field(default_factory=dict)
    """What was typed on pages that the visitor left by “Back”, by step name."""
    lent: Pass | None = None
    """The step that another device may do now."""


@dataclass(frozen=True)
class Journey:
    """One visitor's run under way; times in seconds since 1970."""

    id: str
    tenant: str
    arrival: Arrival
    progress: Progress
    version: int
    only: str = ""
    """The one step that may be seen and done: the request comes from another device."""

    @property
    def ends(self) -> int:
        """When whoever asks has to be done: a pass may end before the journey."""
        lent = self.progress.lent
        deadline = self.arrival.deadline
        return min(deadline, lent.until) if self.only and lent else deadline


@dataclass(frozen=True)
class Ended:
    """A journey whose outcome is fixed: what is left of it."""

    id: str
    outcome: str
    sender: Sender | None
    claims: Mapping[str, Any]
    until: int
    """When the answer stops being repeated."""
    again: int = 0
    """When a new journey may end otherwise; 0: nobody knows."""


@dataclass(frozen=True)
class Event:
    """Something for the audit log; `reason` is a code."""

    name: str
    step: str
    kind: str
    reason: str


@dataclass(frozen=True)
class Position:
    """Where a journey stands after all that needs no visitor: at a page, or at its end.

    A page is never shown to somebody without a name (T17). `end` is "completed" or a code of the
    table of refusals, `again` goes with such a code; `records` and `factors` are to be kept with
    it, `forgiven` locks to be opened.
    """

    progress: Progress
    step: Step | None = None
    page: Page | None = None
    end: str | None = None
    again: int = 0
    records: tuple[tuple[Step, Record], ...] = ()
    factors: tuple[FactorChange, ...] = ()
    forgiven: tuple[str, ...] = ()
    events: tuple[Event, ...] = ()
