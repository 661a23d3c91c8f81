"""A person's way: authorization, login, hook, and the code for the wallet."""

from hook.emulator.site import Site
from hook.emulator.urls import AUTHORIZE, HOOK_CALLBACK, LOGIN_CALLBACK, TOKEN

from . import answers, authorize, identity, metadata, token_endpoint, visits


def add(site: Site) -> None:
    """Add its addresses."""
    site.add_api(AUTHORIZE, authorize.authorize)
    site.add_api(LOGIN_CALLBACK, identity.receive)
    site.add_api(HOOK_CALLBACK, answers.receive)
    site.add_api(TOKEN, token_endpoint.exchange, "POST")
    site.add("/.well-known/oauth-authorization-server", metadata.authorization_server)
    site.add("/visit", visits.visit, "POST")
