"""The rules of a journey: which step is current, what an outcome changes. Pure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from hook.errors import HookError, VaultError
from hook.steps.base import Deny, Done, Page, Shown, Step, Visit
from hook.strict_json import is_object
from hook.tokens import Arrival, Sender

Record = Mapping[str, Any]


@dataclass(frozen=True)
class Progress:
    """How far a journey is: steps by name, so that a changed flow meets it in the right place."""

    done: tuple[str, ...] = ()
    unseen: tuple[str, ...] = ()
    claims: Mapping[str, Any] = field(default_factory=dict)
    scratch: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


@dataclass(frozen=True)
class Journey:
    """One visitor's run under way; times in seconds since 1970."""

    id: str
    tenant: str
    arrival: Arrival
    progress: Progress
    version: int


@dataclass(frozen=True)
class Ended:
    """A journey whose outcome is fixed: what is left of it."""

    id: str
    outcome: str
    sender: Sender | None
    claims: Mapping[str, Any]
    until: int
    """When the answer stops being repeated."""


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
    table of refusals; `records` are to be kept with it.
    """

    progress: Progress
    step: Step | None = None
    page: Page | None = None
    end: str | None = None
    records: tuple[tuple[Step, Record], ...] = ()
    events: tuple[Event, ...] = ()


@dataclass(frozen=True)
class Broken:
    """A step raised, or answered what no step may answer; `reason` is a code."""

    reason: str


class SubjectMissing(Exception):
    """A step keeps records of a subject, and the arrival does not say who that is."""


COMPLETED = "completed"
T = TypeVar("T")
VisitFor = Callable[[Step, Progress], Visit]


def advance(flow: tuple[Step, ...], start: Position, visit_for: VisitFor) -> Position:
    """Walk over every step that needs no visitor, up to the first page or the end.

    A step that fails denies: it is never skipped.
    """
    position = start
    for step in flow:
        if position.end is not None or position.page is not None:
            break
        if step.name not in position.progress.done:
            position = _pass(step, position, visit_for)
    if position.end is None and position.page is None:
        return replace(position, progress=_declared(flow, position.progress), end=COMPLETED)
    return position


def number_of(flow: tuple[Step, ...], progress: Progress) -> tuple[int, int]:
    """Give which page of how many comes next; steps that were passed unseen are not counted."""
    seen = [step.name for step in flow if step.name not in progress.unseen]
    return len([name for name in seen if name in progress.done]) + 1, len(seen)


def _declared(flow: tuple[Step, ...], progress: Progress) -> Progress:
    # A step that left the flow while the journey was under way leaves no claims.
    paths = {path for step in flow for path in step.writes()}
    kept = {path: value for path, value in progress.claims.items() if path in paths}
    return replace(progress, claims=kept)


def current(flow: tuple[Step, ...], progress: Progress) -> Step | None:
    """Give the first step that is not done."""
    return next((step for step in flow if step.name not in progress.done), None)


def apply(step: Step, outcome: Done | Deny | Broken, position: Position) -> Position:
    """Give the position after an outcome. Claims that the step did not declare are a failure."""
    match outcome:
        case Deny(code):
            return _ended(step, position, code)
        case Broken(reason):
            event = Event("step_failed", step.name, step.kind, reason)
            return _ended(step, replace(position, events=(*position.events, event)), "step_failed")
        case Done():
            fault = _fault(step, outcome)
            return apply(step, Broken(fault), position) if fault else _done(step, outcome, position)


def guard(call: Callable[[], T]) -> T | Deny | Broken:
    """Ask a step something. A step is foreign code: whatever it raises, the journey is denied."""
    try:
        return call()
    except SubjectMissing:
        return Deny("subject_missing")
    except (HookError, VaultError):
        raise
    except Exception as error:  # noqa: BLE001 - the one boundary between hook and step
        return Broken(type(error).__name__)


def _pass(step: Step, position: Position, visit_for: VisitFor) -> Position:
    answer = guard(lambda: _ask(step, visit_for(step, position.progress)))
    if isinstance(answer, Page):
        return replace(position, step=step, page=answer)
    passed = apply(step, answer, position)
    progress = replace(passed.progress, unseen=(*passed.progress.unseen, step.name))
    return replace(passed, progress=progress)


def _ask(step: Step, visit: Visit) -> Shown:
    need = step.applies(visit)
    if not need.now:
        return Done(need.claims, reason=need.reason)
    shown = step.show(visit)
    if isinstance(shown, Page) and not visit.person:
        return Deny("subject_missing")
    if not isinstance(shown, Shown):
        raise TypeError("neither a page nor an outcome")
    return shown


def _fault(step: Step, outcome: Done) -> str | None:
    claims: object = outcome.claims  # what a step hands over may be anything
    if not isinstance(claims, Mapping):
        return "not_json"
    if not set(outcome.claims) <= set(step.writes()):
        return "undeclared_claim"
    if outcome.record is not None and step.stores is None:
        return "undeclared_record"
    if not is_object(outcome.claims) or not is_object(outcome.record or {}):
        return "not_json"
    return None


def _done(step: Step, outcome: Done, position: Position) -> Position:
    progress = position.progress
    scratch = {name: kept for name, kept in progress.scratch.items() if name != step.name}
    kept = () if outcome.record is None else ((step, outcome.record),)
    return replace(
        position,
        progress=replace(
            progress,
            done=(*progress.done, step.name),
            claims={**progress.claims, **outcome.claims},
            scratch=scratch,
        ),
        records=(*position.records, *kept),
        events=(
            *position.events,
            Event("step_done", step.name, step.kind, outcome.reason),
        ),
    )


def _ended(step: Step, position: Position, code: str) -> Position:
    event = Event("step_denied", step.name, step.kind, code)
    return replace(position, end=code, events=(*position.events, event))
