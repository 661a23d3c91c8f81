"""The management API: what an issuer's own systems may ask of the tenant."""

from hook.emulator.site import Site

from . import configurations, hook_configuration, offers, steering, tokens, user_endpoints
from .claim_sources import SOURCES
from .providers import PROVIDERS


def add(site: Site) -> None:
    """Add its addresses."""
    for room in (tokens, hook_configuration, offers, user_endpoints, steering):
        room.add(site)
    for resource in (PROVIDERS, SOURCES, *configurations.RESOURCES):
        resource.add(site)
