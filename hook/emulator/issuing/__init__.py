"""Credentials: metadata, claims put together, signatures."""

from functools import partial

from hook.emulator.site import Site

from . import credential, keys, metadata


def add(site: Site) -> None:
    """Make the tenant's keys, and add its addresses."""
    own = keys.make(site.tenant.now())
    site.add(metadata.ISSUER, metadata.issuer)
    site.add(metadata.JWKS, partial(metadata.jwks, keys=own))
    site.add(metadata.DID, partial(metadata.did_document, keys=own))
    site.add_api(metadata.IACAS, partial(metadata.iacas, keys=own))
    site.add_api(credential.PATH, partial(credential.answer, keys=own), "POST")
