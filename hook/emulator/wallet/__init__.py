"""The pretend wallet, at an origin of its own. It knows of the tenant what any wallet knows."""

from functools import partial

from hook.emulator import static
from hook.emulator.site import Site

from . import views
from .held import Holders


def add(site: Site) -> None:
    """Add its addresses."""
    holders = Holders()
    site.tenant.also_emptied.append(holders.clear)
    site.add("/", partial(views.home, holders))
    site.add("/accept", partial(views.accept, holders), "POST")
    site.add("/cb", partial(views.back, holders))
    site.add("/cards/<key>", partial(views.card, holders))
    site.add("/cards/<key>/remove", partial(views.remove, holders), "POST")
    site.add("/refusals/<key>", partial(views.refusal, holders))
    static.add(site)
