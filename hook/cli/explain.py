"""flask explain …: which steps a journey met, and why each went as it did. Never a value."""

import re
import time

import click

from hook.cli.parts import CANNOT_START, open_store, refuse, stop
from hook.store import Explained
from hook.tenant import Tenant

_BEGINNING = re.compile(r"[A-Za-z0-9_-]{6,22}")


@click.command("explain", context_settings={"ignore_unknown_options": True})
@click.argument("journey")
def explain(journey: str) -> None:
    """Tell how JOURNEY went, by its id or the beginning of it as the log has it."""
    config, store = open_store()
    if not _BEGINNING.fullmatch(journey):
        refuse("JOURNEY is an id, or at least its first six signs.")
    try:
        found = store.explain(journey)
    except CANNOT_START as error:
        stop(error)
    if len(found) != 1:
        refuse("No journey has an id that begins so." if not found else "Several ids begin so.")
    told = found[0]
    tenant = config.tenants.get(told.tenant)
    over = told.outcome is None and told.deadline <= int(time.time())
    outcome = told.outcome or ("out of time" if over else "under way")
    click.echo(f"{told.id[:8]} at {told.tenant}: {outcome}")
    for line in _lines(told, tenant):
        click.echo(f"  {line}")


def _lines(told: Explained, tenant: Tenant | None) -> list[str]:
    if told.trace is None:
        return ["how it went is not kept any more"]
    flow = tenant.flow if tenant else ()
    conditions = {
        step.name: ", ".join(f"{name}: {each}" for name, each in step.conditions().items())
        for step in flow
    }
    lines = [
        f"{name}: {reason}" + (f" ({conditions[name]})" if conditions.get(name) else "")
        for name, reason in told.trace.items()
    ]
    rest = [step.name for step in flow if step.name not in told.trace]
    return [*lines, *(f"{name}: not done" for name in rest)]
