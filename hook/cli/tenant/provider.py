"""flask tenant provider …: where people log in before they come to the hook."""

from typing import Any

import click

from hook.cli.tenant.parts import (
    Desk,
    as_json,
    confirm,
    open_tenant,
    refuse,
    show,
    tell,
    the_tenant,
    without_asking,
)
from hook.cli.tenant.provider_options import provider_options, secret_of, typed
from hook.platform import api, providers
from hook.platform.models import Provider


@click.group("provider")
def provider_commands() -> None:
    """The authentication provider; a tenant has one."""


@provider_commands.command("show")
@the_tenant
@as_json
def show_provider(slug: str | None, as_json: bool) -> None:
    """Show the provider, without its secret."""
    _tell(_there(open_tenant(slug)), as_json)


@provider_commands.command("create")
@click.option("--url", help="Below it is /.well-known/openid-configuration.")
@provider_options
@the_tenant
@without_asking
@as_json
def create(
    url: str | None, secret: str | None, slug: str | None, yes: bool, as_json: bool, **options: Any
) -> None:
    """Create the provider; its redirect URL is then to be registered where people log in."""
    desk = open_tenant(slug)
    try:
        body = providers.creation(typed(url=url, **options), secret_of(secret))
    except providers.BadDraft as error:
        refuse(str(error))
    _object(desk, body)
    confirm(f"Create the login at {body['url']} for {desk.name}?", yes)
    _tell(api.create_provider(desk.client, body), as_json)


@provider_commands.command("update")
@provider_options
@the_tenant
@without_asking
@as_json
def update(secret: str | None, slug: str | None, yes: bool, as_json: bool, **options: Any) -> None:
    """Change the provider; its URL cannot be changed."""
    desk = open_tenant(slug)
    current = _there(desk)
    try:
        body, changed = providers.change(current, typed(**options), secret_of(secret))
    except providers.BadDraft as error:
        refuse(str(error))
    _object(desk, body)
    if changed:
        for change in changed:
            tell(f"  {change}", err=as_json)
        confirm(f"Change the login of {desk.name} so?", yes)
        current = providers.update(desk.client, current, body)
    elif not as_json:
        tell("Nothing to change.")
    _tell(current, as_json)


@provider_commands.command("delete")
@the_tenant
@without_asking
@as_json
def delete(slug: str | None, yes: bool, as_json: bool) -> None:
    """Delete the provider: nobody can log in until there is another."""
    desk = open_tenant(slug)
    current = _there(desk)
    confirm(f"Delete the login at {current.url} of {desk.name}? Nobody can log in then.", yes)
    api.delete_provider(desk.client, current.id)
    if as_json:
        show({"deleted": current.id})
    else:
        tell("The provider is gone.")


def _there(desk: Desk) -> Provider:
    found = api.providers(desk.client)
    if not found:
        refuse(f"{desk.name} has no authentication provider: run `flask tenant provider create`.")
    return found[0]


def _object(desk: Desk, body: dict[str, Any]) -> None:
    objection = providers.objection(desk.managed.tenant.policy, body)
    if objection:
        refuse(objection)


def _tell(provider: Provider, as_json: bool) -> None:
    told = {"id": provider.id, "redirectUrl": provider.redirect_url}
    told |= providers.exported(provider)
    if as_json:
        show(told)
        return
    for name, value in told.items():
        tell(f"{name}: {providers.as_shown(value)}")
