"""What commands share: the configuration, the database, and the end when one cannot be used."""

import sys
from typing import NoReturn

import click

from hook.config.load import load
from hook.errors import ConfigError, StoreUnavailable, VaultError
from hook.store import Store
from hook.store.migrations import SchemaTooNew
from hook.tenant import Config
from hook.vault import Vault

UNUSABLE = 2
"""Exit status for a configuration or a database that cannot be used."""
CANNOT_START = (ConfigError, StoreUnavailable, SchemaTooNew, VaultError)


def open_store() -> tuple[Config, Store]:
    """Load the configuration and open its database; ends the command when one cannot be used."""
    try:
        config = load()
        store = Store(config.database, Vault(config.vault_keys))
        click.get_current_context().call_on_close(store.close)
        return config, store
    except CANNOT_START as error:
        stop(error)


def refuse(text: str) -> NoReturn:
    """Say in a sentence what is wrong with what was asked for, and end with status 2."""
    click.echo(text, err=True)
    sys.exit(UNUSABLE)


def stop(error: Exception) -> NoReturn:
    """Say in sentences why nothing can start, and end with status 2."""
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
