"""flask tenant plan|diff|apply|export: what the tenant knows of the hook."""

import sys
from collections.abc import Sequence

import click

from hook.cli.tenant import secret
from hook.cli.tenant.parts import (
    FOUND,
    Desk,
    as_json,
    confirm,
    open_tenant,
    refuse,
    show,
    tell,
    the_slug,
    without_asking,
)
from hook.platform import api
from hook.platform import export as exporting
from hook.platform.applying import apply as apply_to
from hook.platform.models import Registration
from hook.platform.plan import Change, changes, wanted


@click.command("plan")
@the_slug
@as_json
def plan(slug: str | None, as_json: bool) -> None:
    """Show what apply would change at the tenant of SLUG."""
    desk = open_tenant(slug)
    current, _, found = _compared(desk)
    _show_changes(desk, current, found, as_json)


@click.command("diff")
@the_slug
@as_json
def diff(slug: str | None, as_json: bool) -> None:
    """Show the same as plan, and exit with 1 if there is something to change."""
    desk = open_tenant(slug)
    current, _, found = _compared(desk)
    _show_changes(desk, current, found, as_json)
    sys.exit(FOUND if found else 0)


@click.command("apply")
@the_slug
@secret.printing
@without_asking
@as_json
def apply(slug: str | None, print_secret: bool, yes: bool, as_json: bool) -> None:
    """Register the hook as the configuration has it, and keep the secret where that says."""
    desk = open_tenant(slug)
    current, target, found = _compared(desk)
    if found or not as_json:
        _tell_changes(desk, current, found, err=as_json)
    if found:
        secret.forewarn(desk, current)
        confirm(f"Apply this to {desk.name}?", yes)
        current = apply_to(desk.client, target)
        if not as_json:
            tell("Applied, and read back.")
    kept = secret.settle(desk, current, print_secret)
    if as_json:
        show({**_as_json(desk, found), "secret": kept.as_json()})
    else:
        kept.tell()
    sys.exit(0 if kept.works else FOUND)


@click.command("export")
@the_slug
@as_json
def export(slug: str | None, as_json: bool) -> None:
    """Print what the tenant has now of hook and login, without secrets, as TOML."""
    desk = open_tenant(slug)
    provider = next(iter(api.providers(desk.client)), None)
    found = exporting.export(api.registration(desk.client), provider)
    if as_json:
        show(found)
        return
    if not found:
        tell(f"{desk.name} has neither a hook nor an authentication provider.", err=True)
    try:
        click.echo(exporting.toml(found), nl=False)
    except ValueError as error:
        refuse(f"{error}.")


def _compared(desk: Desk) -> tuple[Registration | None, Registration, Sequence[Change]]:
    current = api.registration(desk.client)
    target = wanted(desk.managed.tenant, current)
    return current, target, changes(current, target)


def _show_changes(
    desk: Desk, current: Registration | None, found: Sequence[Change], as_json: bool
) -> None:
    if as_json:
        show(_as_json(desk, found))
    else:
        _tell_changes(desk, current, found)


def _tell_changes(
    desk: Desk, current: Registration | None, found: Sequence[Change], err: bool = False
) -> None:
    new = " The tenant has no hook; this registers one." if current is None else ""
    tell(f"{desk.name}:{new}" if found else f"{desk.name}: nothing to change.", err)
    for change in found:
        tell(f"  {change}", err)


def _as_json(desk: Desk, found: Sequence[Change]) -> dict[str, object]:
    return {
        "tenant": desk.managed.tenant.slug,
        "url": desk.managed.platform.url,
        "changes": [change.as_json() for change in found],
    }
