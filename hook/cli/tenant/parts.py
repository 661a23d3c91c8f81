"""What the commands about a tenant share."""

import json
import sys
from dataclasses import dataclass
from typing import Any, NoReturn

import click

from hook.cli.parts import UNUSABLE, stop
from hook.config.management import Managed, load_management
from hook.errors import ConfigError
from hook.platform.client import Client

FOUND = 1
"""Exit status when something is left to do: a difference, an error that doctor found."""

the_slug = click.argument("slug", required=False)
the_tenant = click.option("--tenant", "slug", help="The tenant, where there are several.")
as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON, for programs.")
without_asking = click.option("--yes", is_flag=True, help="Do not ask.")


@dataclass(frozen=True)
class Desk:
    """One tenant: what the configuration says of it, and its API."""

    managed: Managed
    client: Client

    @property
    def name(self) -> str:
        """The tenant as messages name it."""
        return f"{self.managed.tenant.slug} at {self.managed.platform.url}"


def open_tenant(slug: str | None) -> Desk:
    """Load what is needed to manage a tenant; ends the command when it cannot be used."""
    try:
        management = load_management()
        tenants = management.tenants
        if slug is None and len(tenants) > 1:
            refuse(f"Say which tenant: {' or '.join(tenants)}.")
        slug = next(iter(tenants)) if slug is None else slug
        if slug not in tenants:
            refuse(f"There is no such tenant; there is {', '.join(tenants)}.")
        managed = management.of(slug)
    except ConfigError as error:
        stop(error)
    return Desk(managed, Client(managed.platform, managed.client_secret))


def tell(text: str, err: bool = False) -> None:
    """Print a line; what comes from outside can do nothing to the terminal."""
    click.echo(_printable(text), err=err)


def refuse(text: str) -> NoReturn:
    """Say in a sentence what is wrong with what was asked for, and end with status 2."""
    tell(text, err=True)
    sys.exit(UNUSABLE)


def show(value: dict[str, Any]) -> None:
    """Print JSON."""
    click.echo(json.dumps(value, indent=2))


def confirm(question: str, yes: bool) -> None:
    """Ask before something changes; ends the command unless the answer is yes."""
    if yes:
        return
    if not sys.stdin.isatty():
        unasked = "Nothing was changed: there is nobody to ask here. Say --yes to go ahead."
        refuse(f"{question} {unasked}")
    click.confirm(_printable(question), abort=True, err=True)


def _printable(text: str) -> str:
    return "".join(sign for sign in text if sign.isprintable())
