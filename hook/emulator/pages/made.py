"""The offers that were made at the issuer's page, and how long each is good."""

from typing import NamedTuple

from hook.emulator.state import Json
from hook.emulator.tenant import Tenant

from . import summaries


class Line(NamedTuple):
    """An offer in a list."""

    key: str
    what: str
    good: str
    """How long it is good; empty for one with a login, which can be taken again and again."""
    ago: str


def latest(tenant: Tenant, most: int) -> list[Line]:
    """List the latest offers, the newest first."""
    return [_line(tenant, made) for made in reversed(tenant.state.offer_pages.all()[-most:])]


def good(tenant: Tenant, made: Json) -> str:
    """Say how long a pre-authorized offer is good, or that it no longer is."""
    if "id" not in made:
        return ""
    offer = tenant.state.offers.get(made["id"])
    if offer is None:
        return "taken or ended"
    minutes = round((offer.expires - tenant.now()) / 60)
    if offer.expires <= tenant.now():
        return "over"
    if minutes < 1:
        return "good for less than a minute"
    return f"good for {minutes} minute{'' if minutes == 1 else 's'}"


def _line(tenant: Tenant, made: Json) -> Line:
    what = ", ".join(dict.fromkeys(name for name, _ in made["offered"]))
    return Line(made["key"], what, good(tenant, made), summaries.ago(tenant.now() - made["at"]))
