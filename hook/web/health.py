"""/healthz: the process answers. /readyz: it can do its work."""

from flask import Blueprint, Response

from hook.web.context import hook

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
def alive() -> Response:
    """Say that the process answers; asks nothing of the database."""
    return Response("ok\n", mimetype="text/plain")


@blueprint.get("/readyz")
def ready() -> Response:
    """Say whether the database answers. Raises StoreUnavailable."""
    hook().store.ping()
    return Response("ready\n", mimetype="text/plain")
