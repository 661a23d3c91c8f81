"""Build the steps of a flow from their tables."""

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from hook.config.mistakes import from_pydantic
from hook.config.secrets import Source, resolve, shared_secret
from hook.config.tables import RESERVED_STEPS, StepTable
from hook.errors import Mistake
from hook.steps import find
from hook.steps.base import Step

Numbered = list[tuple[int, Step]]
# Steps have options that are secrets; how those are read is known here only.
_SECRETS = {"resolve": resolve, "shared_secret": shared_secret}


def build_flow(
    key: str, tables: Sequence[Mapping[str, Any]], source: Source, public_url: str
) -> tuple[Numbered, list[Mistake]]:
    """Build a flow; give the steps that could be built with their numbers, and every mistake."""
    steps: Numbered = []
    mistakes: list[Mistake] = []
    taken = set(RESERVED_STEPS)
    common = {"folder": source.folder, "public_url": public_url, "source": source}
    for number, table in enumerate(tables):
        where = f"{key}.steps[{number}]"
        step, found = _build(where, table, {**common, **_SECRETS, "key": where})
        mistakes += found
        if step is None:
            continue
        if step.name in taken:
            problem = f"the name {step.name} is taken; give every step a name of its own"
            mistakes.append(Mistake(f"{key}.steps[{number}].name", problem))
        taken.add(step.name)
        steps.append((number, step))
    return steps, mistakes


def _build(
    key: str, table: Mapping[str, Any], context: Mapping[str, Any]
) -> tuple[Step | None, list[Mistake]]:
    mistakes: list[Mistake] = []
    common = None
    try:
        common = StepTable.model_validate(table)
    except ValidationError as error:
        mistakes += from_pydantic(error, key)
    if not isinstance(table.get("kind"), str):
        return None, mistakes
    try:
        kind = find(table["kind"])
    except LookupError as error:
        return None, [*mistakes, Mistake(f"{key}.kind", str(error.args[0]))]
    rest = {name: value for name, value in table.items() if name not in StepTable.model_fields}
    try:
        options = kind.options_model.model_validate(rest, context=context)
    except ValidationError as error:
        return None, mistakes + from_pydantic(error, key)
    if mistakes or common is None:
        return None, mistakes
    if common.other_device and not kind.movable:
        problem = "this kind is done on the device that the visitor came with"
        return None, [Mistake(f"{key}.other_device", problem)]
    step = kind(common.name, common.title, options)
    step.when, step.other_device = common.when, common.other_device
    return step, []
