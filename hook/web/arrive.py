"""GET /<tenant>?session_token=…: the way in."""

from flask import Blueprint, Response, request

from hook.errors import ArrivalRefused
from hook.web import ahead
from hook.web.browser import new_key
from hook.web.context import hook, runner, tenant_of
from hook.web.housekeeping import purge_sometimes
from hook.web.pages import go

blueprint = Blueprint("arrive", __name__)
ahead.init_blueprint(blueprint)


@blueprint.get("/<slug>", strict_slashes=False)
def arrive(slug: str) -> Response:
    """Verify the token, open or find its journey, and go on to a URL without it."""
    tenant = tenant_of(slug)
    token = _token()
    browser = hook().browser
    key = browser.read(request) or new_key()
    moved = runner(tenant, key).arrive(token)
    purge_sometimes(hook())
    response = go(tenant, moved)
    browser.write(response, key)
    return response


def _token() -> str:
    if any(len(values) > 1 for values in request.args.listvalues()):
        raise ArrivalRefused("parameter_repeated")
    token = request.args.get("session_token")
    if not token:
        raise ArrivalRefused("token_missing")
    return token
