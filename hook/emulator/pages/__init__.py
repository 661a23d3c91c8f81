"""Pages for issuers and developers: offers, journeys, visits that go wrong."""

from hook.emulator import static
from hook.emulator.site import Site

from . import controls, home, journeys, offers, visits


def add(site: Site) -> None:
    """Add its addresses."""
    site.add("/", home.show)
    site.add("/offers", offers.make, "POST")
    site.add("/offers/<key>", offers.show)
    site.add("/visits", visits.show)
    site.add("/journeys", journeys.find)
    site.add("/journeys/mine.json", journeys.mine)
    site.add("/journeys/<key>.json", journeys.as_json)
    site.add("/journeys/<key>", journeys.show)
    site.add("/switches", controls.turn, "POST")
    site.add("/faults", controls.break_things, "POST")
    site.add("/reset", controls.reset, "POST")
    static.add(site)
