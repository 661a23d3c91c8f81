"""The issuer's page: offers to make, what became of them, and how the tenant is set up."""

import hashlib
from typing import NamedTuple

from flask import render_template, request

from hook.emulator import texts
from hook.emulator.state import HookConfiguration
from hook.emulator.tenant import Tenant

from . import controls, made, summaries

LATEST = 10


class Offerable(NamedTuple):
    """A credential that can be offered."""

    id: str
    name: str
    format: str


class Mistake(NamedTuple):
    """What is wrong with the form that was sent, and at which of its fields."""

    flow: str
    field: str
    """credentials or claims."""
    text: str


def show(tenant: Tenant, mistake: Mistake | None = None) -> str:
    """Show everything; after a mistake with what was typed."""
    state = tenant.state
    return render_template(
        "emulator/pages/home.html",
        settings=tenant.settings,
        offerable=[
            Offerable(each.id, summaries.name_of(each), each.format)
            for each in state.configurations.all()
        ],
        offers=made.latest(tenant, LATEST),
        journeys=summaries.latest(tenant, LATEST),
        outcomes=summaries.OUTCOMES,
        hook=state.hook,
        fingerprint=fingerprint(state.hook) if state.hook else "",
        claims=texts.pretty(dict(tenant.settings.person)),
        switches=controls.switches(tenant),
        faults=controls.faults(tenant),
        is_skipped=state.faults.hook_disabled,
        faults_on=controls.faults_on(tenant),
        mistake=mistake,
        typed=request.form,
    )


def fingerprint(hook: HookConfiguration) -> str:
    """Tell secrets apart without showing one: the start of the SHA-256 of its bytes."""
    return hashlib.sha256(hook.key).hexdigest()[:12]
