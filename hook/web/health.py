"""/healthz: the process answers. /readyz: it can do its work."""

from flask import Blueprint, Response

from hook.web.context import hook
from hook.web.housekeeping import clock_is_behind

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
def alive() -> Response:
    """Say that the process answers; asks nothing of the database."""
    return Response("ok\n", mimetype="text/plain")


@blueprint.get("/readyz")
def ready() -> Response:
    """Say whether the database answers and the clock is right. Raises StoreUnavailable."""
    hook().store.ping()
    behind = clock_is_behind(hook())
    return Response("ready, clock behind\n" if behind else "ready\n", mimetype="text/plain")
