"""The commands: they parse and print; rules live elsewhere."""

import sys
import time
from collections.abc import Callable
from typing import NoReturn

import click
from flask import Flask
from flask.cli import FlaskGroup

from hook import vault
from hook.config.load import load
from hook.errors import ConfigError, StoreUnavailable, VaultError
from hook.store import Store
from hook.store.migrations import SchemaTooNew

UNUSABLE = 2
"""Exit status for a configuration or a database that cannot be used."""

_CANNOT_START = (ConfigError, StoreUnavailable, SchemaTooNew, VaultError)


def start(build: Callable[[], Flask], bare: Callable[[], Flask]) -> Flask:
    """Build the app; else say in sentences why it cannot start, and end with status 2.

    For the hook's own commands the bare app is enough: they load what they need themselves.
    """
    context = click.get_current_context(silent=True)
    if context is not None and isinstance(context.command, FlaskGroup):
        return bare()
    try:
        return build()
    except _CANNOT_START as error:
        _stop(error)


def init_app(app: Flask) -> None:
    """Add the commands to the app."""
    for command in (check, purge, vault_commands):
        app.cli.add_command(command)


@click.command("check")
def check() -> None:
    """Check the configuration; tell every mistake and exit with 2."""
    try:
        config = load()
    except ConfigError as error:
        _stop(error)
    for warning in config.warnings:
        click.echo(f"warning: {warning}", err=True)
    for tenant in config.tenants.values():
        steps = " → ".join(step.name for step in tenant.flow)
        click.echo(f"{tenant.slug}: hook URL {tenant.hook_url}, steps {steps}")
    click.echo("The configuration is good.")


@click.command("purge")
def purge() -> None:
    """Erase journeys and answers whose time is over, as the running hook does each minute."""
    try:
        config = load()
        store = Store(config.database, vault.Vault(config.vault_keys))
        rows = sum(iter(lambda: store.purge(int(time.time())), 0))
    except _CANNOT_START as error:
        _stop(error)
    click.echo(f"{rows} rows erased or emptied.")


@click.group("vault")
def vault_commands() -> None:
    """Keys of what is kept at rest."""


@vault_commands.command("new-key")
def new_key() -> None:
    """Print a new key for vault_keys."""
    click.echo(vault.new_key())


def _stop(error: Exception) -> NoReturn:
    match error:
        case ConfigError():
            click.echo("The configuration cannot be used:", err=True)
            for mistake in error.mistakes:
                click.echo(f"  {mistake}", err=True)
        case SchemaTooNew():
            click.echo(
                f"The database was made by a newer hook: {error}. Update the hook.", err=True
            )
        case VaultError():
            click.echo(f"vault_keys do not open this database: {error}.", err=True)
        case StoreUnavailable():
            click.echo(
                f"The database does not answer ({error.detail}). Check `database`.", err=True
            )
    sys.exit(UNUSABLE)
