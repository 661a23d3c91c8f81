"""The order of a flow: which step is current, what lies before and behind it. Pure."""

from hook.state import Progress
from hook.steps.base import Step


def current(flow: tuple[Step, ...], progress: Progress) -> Step | None:
    """Give the first step that is not done."""
    return next((step for step in flow if step.name not in progress.done), None)


def number_of(flow: tuple[Step, ...], step: Step, progress: Progress) -> tuple[int, int]:
    """Give which page of how many a step is; steps that nobody sees are not counted."""
    unseen = {*progress.unseen, *(each.name for each in flow if each.silent)} - {step.name}
    seen = [each.name for each in flow if each.name not in unseen]
    return seen.index(step.name) + 1, len(seen)


def after(step: Step, flow: tuple[Step, ...]) -> tuple[Step, ...]:
    """Give the steps behind a step."""
    return flow[_place(step, flow) + 1 :]


def before(step: Step, flow: tuple[Step, ...]) -> tuple[Step, ...]:
    """Give the steps in front of a step."""
    return flow[: _place(step, flow)]


def can_be_revised(step: Step, progress: Progress) -> bool:
    """Tell whether the visitor has done this step's page, and may change what they said."""
    return step.revisable and step.name in progress.done and step.name not in progress.unseen


def page_before(flow: tuple[Step, ...], step: Step, progress: Progress) -> Step | None:
    """Give the nearest page in front of a step that can be changed."""
    found = (each for each in reversed(before(step, flow)) if can_be_revised(each, progress))
    return next(found, None)


def _place(step: Step, flow: tuple[Step, ...]) -> int:
    return [each.name for each in flow].index(step.name)
