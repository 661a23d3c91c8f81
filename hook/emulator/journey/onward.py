"""What comes after the login: the hook, unless there is none."""

from werkzeug import Response

from hook.emulator.state import Journey
from hook.emulator.tenant import Tenant

from .leaving import with_code
from .sending import hook_of, send, why_none


def after_login(tenant: Tenant, journey: Journey, skip_hook: bool = False) -> Response:
    """Send the browser to the hook; without one back to the wallet, with a code."""
    hook = None if skip_hook else hook_of(tenant)
    if hook:
        return send(tenant, journey, hook)
    if tenant.state.hook:
        reason = "This browser was here before" if skip_hook else why_none(tenant)
        tenant.hop(journey, "The hook was skipped", reason=reason)
    return with_code(tenant, journey)
