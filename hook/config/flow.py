"""Build the steps of a flow from their tables."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from hook.config.mistakes import from_pydantic
from hook.config.tables import RESERVED_STEPS, StepTable
from hook.errors import Mistake
from hook.steps import KINDS, find
from hook.steps.base import Step
from hook.tenant import Flow


def build_flow(
    key: str, tables: tuple[Mapping[str, Any], ...], folder: Path
) -> tuple[Flow, list[Mistake]]:
    """Build a flow; give the steps that could be built, and every mistake."""
    steps: list[Step] = []
    mistakes: list[Mistake] = []
    names: set[str] = set()
    for number, table in enumerate(tables):
        step, found = _build(f"{key}.steps[{number}]", table, folder)
        mistakes += found
        if step is None:
            continue
        if step.name in names or step.name in RESERVED_STEPS:
            problem = f"the name {step.name} is taken; give every step a name of its own"
            mistakes.append(Mistake(f"{key}.steps[{number}].name", problem))
        names.add(step.name)
        steps.append(step)
    return tuple(steps), mistakes


def _build(key: str, table: Mapping[str, Any], folder: Path) -> tuple[Step | None, list[Mistake]]:
    mistakes: list[Mistake] = []
    try:
        StepTable.model_validate(table)
    except ValidationError as error:
        mistakes += from_pydantic(error, key)
    try:
        kind = find(str(table.get("kind", "")))
    except LookupError:
        problem = f"there is no such kind; use one of {', '.join(KINDS)}, or a dotted path"
        return None, [*mistakes, Mistake(f"{key}.kind", problem)]
    rest = {name: value for name, value in table.items() if name not in StepTable.model_fields}
    try:
        options = kind.options_model.model_validate(rest, context={"folder": folder})
    except ValidationError as error:
        return None, mistakes + from_pydantic(error, key)
    return (None if mistakes else kind(table["name"], table["title"], options)), mistakes
