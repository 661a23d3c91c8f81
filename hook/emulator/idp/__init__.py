"""A small login provider (OpenID Connect), for tenants that have none of their own."""

from hook.emulator.site import Site

from . import login, metadata, token


def add(site: Site) -> None:
    """Add its addresses."""
    site.add("/idp/.well-known/openid-configuration", metadata.discovery)
    site.add("/idp/jwks", metadata.jwks)
    site.add("/idp/authorize", login.show)
    site.add("/idp/authorize", login.submit, "POST")
    site.add("/idp/token", token.exchange, "POST")
