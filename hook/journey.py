"""The rules of a journey: which step is current, what an outcome changes. Pure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from hook.errors import HookError, VaultError
from hook.refusals import ANSWER_CODES, COMPLETED
from hook.revision import NOT_WANTED, ripple, unseen_again
from hook.state import Event, Pass, Position, Progress
from hook.steps.base import (
    Deny,
    Done,
    Need,
    Outcome,
    Page,
    Redirect,
    Shown,
    Stay,
    Step,
    Visit,
)
from hook.steps.conditions import facts_of
from hook.steps.factor import Enrol, Forget, Still, Use
from hook.strict_json import is_object
from hook.urls import origin_of


@dataclass(frozen=True)
class Broken:
    """A step raised, or answered what no step may answer; `reason` is a code."""

    reason: str


class SubjectMissing(Exception):
    """A step keeps records of a subject, and the arrival does not say who that is."""


@dataclass(frozen=True)
class _Asked:
    shown: Shown
    made: Mapping[str, Any] | None = None


_EVENTS = {Enrol: "factor_enrolled", Use: "factor_used", Forget: "factors_forgotten"}
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
            position = _pass(flow, step, position, visit_for)
    if position.end is None and position.page is None:
        return replace(position, progress=_declared(flow, position.progress), end=COMPLETED)
    return position


def _declared(flow: tuple[Step, ...], progress: Progress) -> Progress:
    # A step that left the flow while the journey was under way leaves no claims.
    paths = {path for step in flow for path in step.writes()}
    kept = {path: value for path, value in progress.claims.items() if path in paths}
    return replace(progress, claims=kept)


def revise(
    flow: tuple[Step, ...], step: Step, outcome: Done | Deny | Broken, progress: Progress
) -> Position:
    """Give the position after a step was done, maybe not for the first time."""
    position = apply(step, outcome, Position(progress))
    rippled = ripple(flow, step, progress, position.progress)
    return replace(position, progress=unseen_again(flow, step, rippled))


def apply(step: Step, outcome: Done | Deny | Broken, position: Position) -> Position:
    """Give the position after an outcome. Claims that the step did not declare are a failure."""
    match outcome:
        case Deny(code, again, why):
            if code == COMPLETED or (code not in ANSWER_CODES and code not in step.denies()):
                return apply(step, Broken("undeclared_code"), position)
            return _ended(step, replace(position, again=again), code, why)
        case Broken(reason):
            event = Event("step_failed", step.name, step.kind, reason)
            return _ended(step, replace(position, events=(*position.events, event)), "step_failed")
        case Done():
            fault = _fault(step, outcome)
            return apply(step, Broken(fault), position) if fault else _done(step, outcome, position)


def stay(step: Step, outcome: Stay, position: Position) -> Position:
    """Give the position after an outcome that leaves the step where it is."""
    progress = position.progress
    if outcome.scratch is not None:
        progress = _with_scratch(progress, step, outcome.scratch)
    return _with_factors(step, outcome, replace(position, progress=progress))


def release(flow: tuple[Step, ...], position: Position) -> Position:
    """Let go of the factors that are held, once every step that asks for one is done."""
    progress = position.progress
    unfinished = position.end not in (None, COMPLETED)
    if unfinished or any(step.proves() and step.name not in progress.done for step in flow):
        return position
    events = (Event("factor_enrolled", "", each.kind, "all_proven") for each in progress.held)
    return replace(
        position,
        progress=replace(progress, held=()),
        factors=(*position.factors, *progress.held),
        events=(*position.events, *events),
    )


def wanted(step: Step, visit: Visit) -> bool:
    """Tell whether a step is still to be done: what is sent to it is judged only then."""
    return _need(step, visit).now


def checked(step: Step, outcome: Outcome) -> Outcome:
    """Give an outcome back if a step may answer so. Raises TypeError or ValueError."""
    if not isinstance(outcome, Outcome):
        raise TypeError("not an outcome")
    if isinstance(outcome, Stay | Redirect) and not is_object(outcome.scratch or {}):
        raise TypeError("scratch is not JSON")
    if isinstance(outcome, Redirect):
        origin_of(outcome.url)
    if isinstance(outcome, Stay) and (fault := factor_fault(step, outcome)):
        raise TypeError(fault)
    return outcome


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


def _pass(flow: tuple[Step, ...], step: Step, position: Position, visit_for: VisitFor) -> Position:
    asked = guard(lambda: _ask(step, visit_for(step, position.progress)))
    answer, made = (asked.shown, asked.made) if isinstance(asked, _Asked) else (asked, None)
    if isinstance(answer, Page):
        progress = position.progress
        kept = progress if made is None else _with_scratch(progress, step, made)
        return replace(position, progress=kept, step=step, page=answer)
    passed = apply(step, answer, position)
    progress = ripple(flow, step, position.progress, passed.progress)
    return replace(passed, progress=replace(progress, unseen=(*progress.unseen, step.name)))


def _need(step: Step, visit: Visit) -> Need:
    if step.when is not None and not step.when.holds(facts_of(visit)):
        return Need(False, NOT_WANTED)
    return step.applies(visit)


def _ask(step: Step, visit: Visit) -> _Asked:
    need = _need(step, visit)
    if not need.now:
        return _Asked(Done(need.claims, reason=need.reason, proof=need.proof))
    made = step.prepare(visit)
    if made is not None:
        if not is_object(made):
            raise TypeError("scratch is not JSON")
        visit = replace(visit, scratch=made)
    shown = step.show(visit)
    if isinstance(shown, Page) and not visit.person:
        return _Asked(Deny("subject_missing"))
    if not isinstance(shown, Shown):
        raise TypeError("neither a page nor an outcome")
    return _Asked(shown, made)


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
    if outcome.proof is not None and outcome.proof.kind not in step.factor_kinds():
        return "undeclared_factor"
    return factor_fault(step, outcome)


def factor_fault(step: Step, outcome: Done | Stay) -> str | None:
    """Find what is wrong with the factors that an outcome changes; a reason code, or None."""
    changed = {each.kind for each in outcome.factors if not isinstance(each, Still)}
    if not changed <= step.factor_kinds():
        return "undeclared_factor"
    enrolled = (change for change in outcome.factors if isinstance(change, Enrol))
    return None if all(is_object(change.data) for change in enrolled) else "not_json"


def _with_scratch(progress: Progress, step: Step, scratch: Mapping[str, Any]) -> Progress:
    return replace(progress, scratch={**progress.scratch, step.name: dict(scratch)})


def _with_factors(step: Step, outcome: Done | Stay, position: Position) -> Position:
    now = tuple(change for change in outcome.factors if change not in _held(outcome))
    # Ten recovery codes are one event.
    told = (change for change in now if type(change) in _EVENTS)
    named = dict.fromkeys((_EVENTS[type(change)], change.kind) for change in told)
    events = (Event(name, step.name, kind, outcome.reason) for name, kind in named)
    return replace(
        position,
        factors=(*position.factors, *now),
        forgiven=(*position.forgiven, *filter(None, [outcome.forgive])),
        events=(*position.events, *events),
    )


def _held(outcome: Done | Stay) -> tuple[Enrol, ...]:
    return tuple(each for each in outcome.factors if isinstance(each, Enrol) and each.held)


def _done(step: Step, outcome: Done, position: Position) -> Position:
    progress = position.progress
    scratch = {name: kept for name, kept in progress.scratch.items() if name != step.name}
    drafts = {name: typed for name, typed in progress.drafts.items() if name != step.name}
    claims = {path: value for path, value in progress.claims.items() if path not in step.writes()}
    kept = () if outcome.record is None else ((step, outcome.record),)
    position = _with_factors(step, outcome, position)
    return replace(
        position,
        progress=replace(
            progress,
            done=tuple(dict.fromkeys([*progress.done, step.name])),
            claims={**claims, **outcome.claims},
            scratch=scratch,
            drafts=drafts,
            lent=_lent_after(step, progress.lent),
            proofs=(*progress.proofs, *filter(None, [outcome.proof])),
            held=(*progress.held, *_held(outcome)),
            outcomes={**progress.outcomes, step.name: outcome.reason},
        ),
        records=(*position.records, *kept),
        events=(
            *position.events,
            Event("step_done", step.name, step.kind, outcome.reason),
        ),
    )


def _lent_after(step: Step, lent: Pass | None) -> Pass | None:
    # A form before it may be corrected at the desk meanwhile.
    return replace(lent, over=True) if lent and lent.step == step.name else lent


def _ended(step: Step, position: Position, code: str, why: str = "") -> Position:
    event = Event("step_denied", step.name, step.kind, why or code)
    outcomes = {**position.progress.outcomes, step.name: code}
    progress = replace(position.progress, outcomes=outcomes)
    return replace(position, progress=progress, end=code, events=(*position.events, event))
