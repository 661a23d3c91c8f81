"""flask tenant …: what a tenant knows of the hook, its login, its offers; and what is amiss."""

from typing import Any

import click

from hook.cli.tenant.doctor import doctor
from hook.cli.tenant.offers import credentials, offer, offers_commands
from hook.cli.tenant.parts import refuse
from hook.cli.tenant.provider import provider_commands
from hook.cli.tenant.registration import apply, diff, export, plan
from hook.cli.tenant.rotate import rotate
from hook.platform.errors import PlatformError


class _Telling(click.Group):
    """Says in a sentence what the tenant refuses, and ends with status 2."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except PlatformError as error:
            refuse(str(error))


@click.group("tenant", cls=_Telling)
def tenant_commands() -> None:
    """The tenant at the platform: plan and apply, doctor, offers, login, secret."""


for _command in (
    plan,
    diff,
    apply,
    export,
    doctor,
    credentials,
    offer,
    offers_commands,
    provider_commands,
    rotate,
):
    tenant_commands.add_command(_command)
