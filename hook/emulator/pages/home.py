"""The issuer's page: offers to make, what became of them, and how the tenant is set up."""

import hashlib
from typing import NamedTuple

from flask import render_template

from hook.emulator import texts
from hook.emulator.state import HookConfiguration
from hook.emulator.tenant import Tenant

from . import controls, summaries

LATEST = 10


class Offerable(NamedTuple):
    """A credential that can be offered."""

    id: str
    name: str
    format: str


def show(tenant: Tenant, error: str = "") -> str:
    """Show everything."""
    state = tenant.state
    return render_template(
        "emulator/pages/home.html",
        settings=tenant.settings,
        offerable=[
            Offerable(each.id, summaries.name_of(each), each.format)
            for each in state.configurations.all()
        ],
        journeys=summaries.latest(tenant, LATEST),
        outcomes=summaries.OUTCOMES,
        hook=state.hook,
        fingerprint=fingerprint(state.hook) if state.hook else "",
        claims=texts.pretty(dict(tenant.settings.person)),
        switches=controls.switches(tenant),
        faults=controls.faults(tenant),
        error=error,
    )


def fingerprint(hook: HookConfiguration) -> str:
    """Tell secrets apart without showing one: the start of the SHA-256 of its bytes."""
    return hashlib.sha256(hook.key).hexdigest()[:12]
