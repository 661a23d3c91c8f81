"""The page with every way to visit the hook directly."""

from flask import render_template

from hook.emulator.journey.sending import hook_of, why_none
from hook.emulator.journey.visits import KINDS, last_good
from hook.emulator.tenant import Tenant

from . import controls


def show(tenant: Tenant) -> str:
    """Show the buttons."""
    return render_template(
        "emulator/pages/visits.html",
        settings=tenant.settings,
        hook=hook_of(tenant),
        why_none=why_none(tenant),
        faults_on=controls.faults_on(tenant),
        kinds=KINDS,
        can_replay=last_good(tenant) is not None,
    )
