"""flask vault …: keys of what is kept at rest."""

import sys

import click

from hook import vault
from hook.cli.parts import CANNOT_START, open_store, stop

LEFT = 1
"""Exit status when something is still sealed under an older key."""


@click.group("vault")
def vault_commands() -> None:
    """Keys of what is kept at rest."""


@vault_commands.command("new-key")
def new_key() -> None:
    """Print a new key for vault_keys."""
    click.echo(vault.new_key())


@vault_commands.command("rotate")
def rotate() -> None:
    """Seal everything anew under the first of vault_keys, while the hook runs."""
    _, store = open_store()
    try:
        rotated = store.rotate()
    except CANNOT_START as error:
        stop(error)
    click.echo(f"{rotated.resealed} values sealed anew.")
    if rotated.left:
        click.echo(
            f"{rotated.left} values are still under another key: restart every hook with the new "
            "key first, run this again, and keep the old keys until nothing is left.",
            err=True,
        )
        sys.exit(LEFT)
    click.echo("The other vault_keys are no longer needed.")
