"""The commands: they parse and print; rules live elsewhere."""

import time
from collections.abc import Callable

import click
from flask import Flask
from flask.cli import FlaskGroup

from hook.cli.conformance import conformance
from hook.cli.data_map import data_map
from hook.cli.explain import explain
from hook.cli.factors import factors_commands
from hook.cli.parts import CANNOT_START, UNUSABLE, open_store, stop
from hook.cli.steps import steps_commands
from hook.cli.tenant import tenant_commands
from hook.cli.vault import vault_commands
from hook.config.load import load
from hook.errors import ConfigError

__all__ = ["UNUSABLE", "init_app", "start"]


def start(build: Callable[[], Flask], bare: Callable[[], Flask]) -> Flask:
    """Build the app; else say in sentences why it cannot start, and end with status 2.

    For the hook's own commands the bare app is enough: they load what they need themselves.
    """
    context = click.get_current_context(silent=True)
    if context is not None and isinstance(context.command, FlaskGroup):
        return bare()
    try:
        return build()
    except CANNOT_START as error:
        stop(error)


def init_app(app: Flask) -> None:
    """Add the commands to the app."""
    for command in (
        check,
        purge,
        conformance,
        explain,
        data_map,
        steps_commands,
        factors_commands,
        tenant_commands,
        vault_commands,
    ):
        app.cli.add_command(command)


@click.command("check")
def check() -> None:
    """Check the configuration; tell every mistake and exit with 2."""
    try:
        config = load()
    except ConfigError as error:
        stop(error)
    for warning in config.warnings:
        click.echo(f"warning: {warning}", err=True)
    for tenant in config.tenants.values():
        steps = " → ".join(step.name for step in tenant.flow)
        click.echo(f"{tenant.slug}: hook URL {tenant.hook_url}, steps {steps}")
        click.echo(f"{tenant.slug}: claims to register {', '.join(sorted(tenant.reads()))}")
    click.echo("The configuration is good.")


@click.command("purge")
def purge() -> None:
    """Erase journeys and answers whose time is over, as the running hook does each minute."""
    _, store = open_store()
    try:
        rows = sum(iter(lambda: store.purge(int(time.time())), 0))
    except CANNOT_START as error:
        stop(error)
    click.echo(f"{rows} rows erased or emptied.")
