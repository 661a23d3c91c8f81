"""The page with every way to visit the hook directly."""

from flask import render_template

from hook.emulator.journey.visits import KINDS, last_good
from hook.emulator.tenant import Tenant


def show(tenant: Tenant) -> str:
    """Show the buttons."""
    return render_template(
        "emulator/pages/visits.html",
        settings=tenant.settings,
        hook=tenant.state.hook,
        kinds=KINDS,
        can_replay=last_good(tenant) is not None,
    )
