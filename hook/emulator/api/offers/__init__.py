"""Credential offers: of the authorization-code flow, and pre-authorized ones."""

from hook.emulator.site import Site

from . import code_flow, pre_authorized
from .code_flow import offer
from .pre_authorized import PreAuthorizedBody, pre_authorized_offer
from .redeem import Reason, Refused, redeem

__all__ = [
    "PreAuthorizedBody",
    "Reason",
    "Refused",
    "add",
    "offer",
    "pre_authorized_offer",
    "redeem",
]


def add(site: Site) -> None:
    """Add their addresses."""
    code_flow.add(site)
    pre_authorized.add(site)
