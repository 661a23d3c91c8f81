"""flask tenant credentials|offer|offers …: what can be offered, and offers for people."""

from typing import Any

import click

from hook import qr
from hook.cli.tenant.parts import (
    as_json,
    confirm,
    open_tenant,
    refuse,
    show,
    tell,
    the_slug,
    the_tenant,
    without_asking,
)
from hook.platform import api, offers
from hook.platform.models import Offer


class _Pair(click.ParamType[tuple[str, str]]):
    name = "NAME=VALUE"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, str]:
        """Split a text at its first equals sign."""
        name, sign, text = value.partition("=")
        if not (name and sign):
            self.fail("write NAME=VALUE", param, ctx)
        return name, text


PAIR = _Pair()
"""An option that is a name with a value."""


@click.command("credentials")
@the_slug
@as_json
def credentials(slug: str | None, as_json: bool) -> None:
    """List what can be offered: ids of credential configurations, with names and formats."""
    desk = open_tenant(slug)
    found = api.configurations(desk.client)
    if as_json:
        listed = [{"id": each.id, "name": each.title, "format": each.format} for each in found]
        show({"tenant": desk.managed.tenant.slug, "credentials": listed})
        return
    for each in found:
        tell(f"{each.id}  {each.title} ({each.format})")
    if not found:
        tell(f"{desk.name} has no credential to offer.", err=True)


@click.command("offer")
@click.argument("ids", metavar="ID…", nargs=-1, required=True)
@the_tenant
@click.option("--param", "params", type=PAIR, multiple=True, help="Goes along to the login.")
@click.option("--pre-authorized", is_flag=True, help="Without a login, and without the hook.")
@click.option("--claim", "claims", type=PAIR, multiple=True, help="A claim for this offer.")
@click.option("--persist", multiple=True, help="A claim of this offer that the tenant keeps.")
@click.option("--transaction-code", metavar="DESCRIPTION", help="Ask for a code that goes apart.")
@click.option("--minutes", type=click.IntRange(1, offers.MINUTES_MOST), help="How long it lasts.")
@click.option("--wallet", type=click.Choice(list(offers.WALLETS)), default="generic")
@click.option("--qr/--no-qr", "draw", default=True, help="Whether to draw the QR code.")
@as_json
def offer(slug: str | None, wallet: str, draw: bool, as_json: bool, **asked: Any) -> None:
    """Offer credentials, by the IDs of their configurations: a URI, and a QR code of it."""
    desk = open_tenant(slug)
    wanted = offers.Asked(**asked)
    objection = wanted.objection(desk.managed.tenant.policy)
    if objection:
        refuse(objection)
    made = offers.make(desk.client, wanted)
    uri = offers.for_wallet(made.uri, wallet)
    if as_json:
        show({"uri": uri, **_details(made)})
        return
    for name, value in _details(made).items():
        tell(f"{name}: {value}")
    tell(uri)
    if draw:
        _draw(uri)


@click.group("offers")
def offers_commands() -> None:
    """Offers that were made."""


@offers_commands.command("delete")
@click.argument("offer_id", metavar="ID")
@the_tenant
@without_asking
@as_json
def delete(offer_id: str, slug: str | None, yes: bool, as_json: bool) -> None:
    """Take the pre-authorized offer ID back, before a wallet has used it."""
    desk = open_tenant(slug)
    confirm(f"Take the offer back at {desk.name}?", yes)
    api.delete_offer(desk.client, offer_id)
    if as_json:
        show({"deleted": offer_id})
    else:
        tell("The offer is gone.")


def _details(made: Offer) -> dict[str, str]:
    """Give what a pre-authorized offer has besides its URI, by names of the API."""
    details = {
        "id": made.id,
        "userId": made.user_id,
        "expiresAt": made.expires_at,
        "transactionCode": made.code,
    }
    return {name: value for name, value in details.items() if value}


def _draw(uri: str) -> None:
    try:
        click.echo(qr.terminal(uri))
    except ValueError:
        tell("It is too long for a QR code.", err=True)
