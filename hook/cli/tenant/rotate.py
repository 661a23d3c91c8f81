"""flask tenant rotate: a change of the shared secret, step by step."""

import sys
from dataclasses import asdict

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
from hook.platform.applying import apply
from hook.platform.models import Registration
from hook.platform.plan import changes, wanted
from hook.platform.rotation import Standing, standing, told
from hook.platform.secrets import NotKept, file_of

_SAME = (
    "The tenant still has the same secret: it makes no new one this way. Nothing has changed; ask "
    "the platform’s support how to have a new one, then run this again."
)


@click.command("rotate")
@the_slug
@secret.printing
@without_asking
@as_json
def rotate(slug: str | None, print_secret: bool, yes: bool, as_json: bool) -> None:
    """Say where a change of the secret stands, and take the next step."""
    desk = open_tenant(slug)
    current = api.registration(desk.client)
    key = current.key if current else None
    now = standing(key, desk.managed.places, current.session_timeout_in_sec if current else None)
    if not as_json:
        _tell(desk, key, now)
    kept = None
    if current and now.next == "renew":
        kept = _renew(desk, current, print_secret, yes)
    elif current and now.next == "keep":
        kept = _keep(desk, current, print_secret, yes)
    if as_json:
        _show(desk, key, now, kept)
    elif kept:
        kept.tell()
    sys.exit(0 if (kept.works if kept else now.works) else FOUND)


def _renew(desk: Desk, current: Registration, print_secret: bool, yes: bool) -> secret.Settled:
    """Have the tenant make a new secret, once it is sure that this can be kept."""
    if changes(current, wanted(desk.managed.tenant, current)):
        refuse("Something else differs at the tenant; run `flask tenant apply` first.")
    if not print_secret:
        _be_sure(desk)
    tell(secret.UNKNOWN, err=True)
    confirm(f"Register the hook once more at {desk.name}?", yes)
    renewed = apply(desk.client, current)
    if renewed.key == current.key:
        refuse(_SAME)
    return secret.settle(desk, renewed, print_secret)


def _keep(desk: Desk, current: Registration, print_secret: bool, yes: bool) -> secret.Settled:
    """Put the secret that the tenant has into the first place; to print it changes nothing."""
    first = desk.managed.places[0]
    if not print_secret:
        _be_sure(desk)
    if first.file:
        confirm(f"Put the secret of {desk.name} into {first}?", yes)
    return secret.settle(desk, current, print_secret)


def _be_sure(desk: Desk) -> None:
    try:
        file_of(desk.managed.places[0])
    except NotKept as error:
        refuse(str(error))


def _tell(desk: Desk, key: bytes | None, now: Standing) -> None:
    for who, which in told(key, desk.managed.places):
        tell(f"{who}: {which}")
    tell(now.happened)
    tell(f"Next: {now.todo}")


def _show(desk: Desk, key: bytes | None, now: Standing, kept: secret.Settled | None) -> None:
    secrets = [{"who": who, "fingerprint": which} for who, which in told(key, desk.managed.places)]
    done = {"secret": kept.as_json()} if kept else {}
    show({"tenant": desk.managed.tenant.slug, "secrets": secrets, **asdict(now), **done})
