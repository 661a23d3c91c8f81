"""The pretend wallet: the end of the trip, at another origin than the tenant."""

import json

from flask import render_template, request

from . import jws
from .errors import Problem
from .tenant import Tenant
from .trace import trace

# The platform advises to keep the whole return URL within this many characters.
URL_BUDGET = 2000


def show(tenant: Tenant) -> str:
    """Show what the hook answered. Raises `Problem` for a code nobody remembers."""
    result = tenant.memory.result(request.args.get("code", ""))
    if result is None:
        text = "The wallet does not know this code. The stand-in forgets when it is restarted."
        raise Problem(404, "error", "Nothing to show", text)
    return render_template(
        "emulator/wallet.html",
        settings=tenant.settings,
        result=result,
        answer=_pretty(result.answer),
        arrival=_pretty(result.visit.arrival),
        budget=URL_BUDGET,
        trace=trace(tenant.settings.hook_log, result.answer.payload["state"]),
    )


def _pretty(token: jws.Token) -> dict[str, str]:
    parts = token._asdict().items()
    return {name: json.dumps(part, indent=2, ensure_ascii=False) for name, part in parts}
