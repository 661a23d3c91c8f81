"""The options of a provider as they are typed or stand in a file, to what the API calls them."""

import json
import os
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from hook.cli.tenant.offers import PAIR
from hook.cli.tenant.parts import refuse
from hook.config.secrets import Source, read
from hook.platform import providers

F = TypeVar("F", bound=Callable[..., None])
_METHODS = click.Choice(["client_secret_basic", "client_secret_post"])


def provider_options(command: F) -> F:
    """Add the options that a provider is made and changed with."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def typed(draft: Path | None, persist_nothing: bool, **options: Any) -> dict[str, Any]:
    """Give a provider’s options by the API's names: of the file, and those typed over it."""
    given = {name: _plain(value) for name, value in options.items() if value}
    if persist_nothing:
        given["claimsToPersist"] = []
    try:
        return {**providers.draft(_read(draft) if draft else {}), **given}
    except providers.BadDraft as error:
        refuse(str(error))


def secret_of(written: str | None) -> str | None:
    """Read the provider's client secret; ends the command if it is not there."""
    if written is None:
        return None
    try:
        secret = read(written, Source(Path.cwd(), os.environ))
    except ValueError as error:
        refuse(f"--client-secret: {error}.")
    if secret is None:
        refuse("--client-secret says where the secret is: env:NAME or file:PATH.")
    return secret


def _read(path: Path) -> dict[str, Any]:
    try:
        text = path.read_text(encoding="utf-8")
        found = json.loads(text) if path.suffix == ".json" else tomllib.loads(text)
    except (OSError, UnicodeDecodeError):
        refuse(f"{path} cannot be read.")
    except ValueError:
        refuse(f"{path} is neither TOML nor, with .json at its end, JSON.")
    return found if isinstance(found, dict) else refuse(f"{path} holds no provider.")


def _plain(value: Any) -> Any:
    if not isinstance(value, tuple):
        return value
    pairs = [each for each in value if isinstance(each, tuple)]
    return dict(pairs) if pairs else list(value)


_OPTIONS: tuple[Callable[[F], F], ...] = (
    click.option("--from", "draft", type=click.Path(path_type=Path), help="A file, as exported."),
    click.option("--client-id", "clientId", help="Who the tenant is at the provider."),
    click.option("--client-secret", "secret", help="Where its secret is: env:NAME or file:PATH."),
    click.option("--scope", multiple=True, help="One scope that is asked for."),
    click.option("--auth-method", "tokenEndpointAuthMethod", type=_METHODS),
    click.option(
        "--static",
        "staticRequestParameters",
        type=PAIR,
        multiple=True,
        help="A parameter that every login is asked with.",
    ),
    click.option(
        "--forward",
        "forwardedRequestParameters",
        multiple=True,
        help="A parameter of an offer that goes along to the login.",
    ),
    click.option(
        "--persist", "claimsToPersist", multiple=True, help="A claim that the tenant keeps."
    ),
    click.option("--persist-nothing", is_flag=True, help="Have the tenant keep no claim."),
)
