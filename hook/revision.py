"""What is asked again when a step is done anew: whatever hung on what it said before. Pure."""

from collections.abc import Mapping
from dataclasses import replace

from hook.order import after
from hook.state import Progress
from hook.steps.base import Step

NOT_WANTED = "not_wanted"
"""The reason of a step whose `when` did not hold."""


def ripple(flow: tuple[Step, ...], step: Step, before: Progress, now: Progress) -> Progress:
    """Ask the steps behind again that use a claim, or the outcome, of this step that changed.

    What they had made for their page is made anew; their claims stay until they are done once more:
    forms are filled in with them, and they tell whether the next in line has to be asked again.
    """
    changed = {path for path in step.writes() if before.claims.get(path) != now.claims.get(path)}
    other = before.outcomes.get(step.name) != now.outcomes.get(step.name)
    again = {
        later.name
        for later in after(step, flow)
        if _uses(later, changed) or (other and step.name in _asked(later))
    }
    return _without(now, {name for name in again if not _is_proven(flow, name, before)})


def unseen_again(flow: tuple[Step, ...], step: Step, progress: Progress) -> Progress:
    """Ask the steps behind again that nobody saw: what they know may have changed."""
    later = {each.name for each in after(step, flow)} & set(progress.unseen)
    return _without(progress, {name for name in later if not _is_proven(flow, name, progress)})


def with_draft(progress: Progress, step: Step, typed: Mapping[str, list[str]]) -> Progress:
    """Keep what was typed on a page that is left unsent; the step is to be done (again)."""
    return replace(
        progress,
        done=tuple(name for name in progress.done if name != step.name),
        drafts={**progress.drafts, step.name: typed},
    )


def is_same(step: Step, one: Progress, other: Progress) -> bool:
    """Tell whether a step sees the same in both: what only others see may have changed."""
    return _seen_by(step, one) == _seen_by(step, other)


def _seen_by(step: Step, progress: Progress) -> tuple[object, ...]:
    own = step.uses().union(step.writes())
    claims = {path: v for path, v in progress.claims.items() if step.reviews or path in own}
    scratch = progress.scratch.get(step.name)
    return (frozenset(progress.done), claims, scratch, progress.proofs, progress.outcomes)


def _uses(step: Step, changed: set[str]) -> bool:
    return bool(changed and (step.reviews or step.uses() & changed))


def _asked(step: Step) -> frozenset[str]:
    return frozenset().union(*(condition.steps() for condition in step.conditions().values()))


def _is_proven(flow: tuple[Step, ...], name: str, progress: Progress) -> bool:
    # A second factor that was given stays given.
    proves = any(each.proves() for each in flow if each.name == name)
    return proves and progress.outcomes.get(name, NOT_WANTED) != NOT_WANTED


def _without(progress: Progress, again: set[str]) -> Progress:
    return replace(
        progress,
        done=tuple(name for name in progress.done if name not in again),
        unseen=tuple(name for name in progress.unseen if name not in again),
        scratch={name: kept for name, kept in progress.scratch.items() if name not in again},
    )
