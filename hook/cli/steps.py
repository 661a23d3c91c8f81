"""flask steps …: which kinds of steps there are, and what each is given, writes and keeps."""

import json
from collections.abc import Iterable
from typing import Any

import click

from hook.cli.new_step import new
from hook.cli.parts import refuse
from hook.config.load import load
from hook.errors import ConfigError
from hook.steps import KINDS, find
from hook.steps.base import Step


@click.group("steps")
def steps_commands() -> None:
    """Kinds of steps."""


@steps_commands.command("list")
def list_steps() -> None:
    """List the kinds, each with a line of what it does."""
    for kind in KINDS:
        click.echo(f"{kind:16} {_summary(find(kind))}")
    click.echo("A class of your own is a kind by its dotted path.")


@steps_commands.command("show")
@click.argument("kind")
def show(kind: str) -> None:
    """Show the options of KIND, what it keeps and for how long, and what it needs."""
    try:
        found = find(kind)
    except LookupError as error:
        refuse(f"{kind}: {error.args[0]}")
    click.echo(f"{kind}: {_summary(found)}")
    click.echo("\nOptions:")
    for name, field in found.options_model.model_fields.items():
        default = "required" if field.is_required() else f"default {_shown(field.default)}"
        click.echo(f"  {name} ({default}): {' '.join((field.description or '').split())}")
    if not found.options_model.model_fields:
        click.echo("  none")
    kept = found.stores
    click.echo(f"\nKeeps: {kept.what}; {kept.how_long}." if kept else "\nKeeps: nothing.")
    needs = [
        name
        for name, needed in (("JavaScript", found.needs_javascript), ("[smtp]", found.sends_mail))
        if needed
    ]
    click.echo(f"Needs: {', '.join(needs) or 'nothing'}.")
    for line in _in_flows(found):
        click.echo(line)


steps_commands.add_command(new)


def _in_flows(kind: type[Step]) -> list[str]:
    """Say which claims its steps read and write: that hangs on their options."""
    try:
        tenants = load().tenants
    except ConfigError:
        return ["Claims read and written hang on the options; no configuration could be read."]
    steps = [(slug, step) for slug, each in tenants.items() for step in each.flow]
    lines = [
        f"In {slug}, step {_named(step, kind)}: reads {_claims(step.looks_at())}; "
        f"uses of earlier steps {_claims(step.uses())}; writes {_claims(step.writes())}."
        for slug, step in steps
        # A second factor may be one of several that a step asks for.
        if type(step) is kind or kind.kind in step.proves()
    ]
    return lines or ["Claims read and written hang on the options; no flow has this kind yet."]


def _named(step: Step, kind: type[Step]) -> str:
    return step.name if type(step) is kind else f"{step.name} ({step.kind})"


def _claims(paths: Iterable[str]) -> str:
    return ", ".join(sorted(paths)) or "nothing"


def _summary(kind: type[Step]) -> str:
    return (kind.__doc__ or "").strip().partition("\n")[0]


def _shown(default: Any) -> str:
    return str(default).lower() if isinstance(default, bool) else json.dumps(default, default=str)
