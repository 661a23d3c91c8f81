"""The end of an authorization: the browser goes back to the wallet, with a code or an error."""

import secrets
from wsgiref.types import WSGIEnvironment

from flask import Response
from werkzeug.datastructures import Headers

from hook.emulator.state import Code, Journey
from hook.emulator.tenant import Tenant
from hook.emulator.urls import with_params

# RFC 6749 §4.1.2: ten minutes at the most.
CODE_LIFETIME = 300


class Redirect(Response):
    """A redirect to the letter: the library would turn app:///cb into app:/cb."""

    def get_wsgi_headers(self, environ: WSGIEnvironment) -> Headers:
        headers = super().get_wsgi_headers(environ)
        headers["Location"] = self.headers["Location"]
        return headers


def with_code(tenant: Tenant, journey: Journey) -> Response:
    """Send the browser on with an authorization code (RFC 6749 section 4.1.2)."""
    code = secrets.token_urlsafe(32)
    tenant.state.codes.put(code, Code(journey.id, tenant.now() + CODE_LIFETIME))
    said = {"sessionId": journey.session_id, "userId": journey.user_id}
    tenant.tell("OPENID_AUTHORIZE_SUCCESS", journey, **journey.summary, **said)
    return _leave(tenant, journey, {"code": code})


def with_error(tenant: Tenant, journey: Journey, error: str, description: str) -> Response:
    """Send the browser on with an error (RFC 6749 section 4.1.2.1)."""
    tenant.tell("OPENID_AUTHORIZE_FAIL", journey, error=error)
    return _leave(tenant, journey, {"error": error, "error_description": description})


def _leave(tenant: Tenant, journey: Journey, params: dict[str, str]) -> Response:
    asked = journey.request
    if "state" in asked:
        params = params | {"state": asked["state"]}
    good = "error" not in params
    tenant.hop(journey, "Tenant to wallet", asked["redirect_uri"], good, parameters=params)
    location = with_params(asked["redirect_uri"], params)
    return Redirect(status=302, headers={"Location": location})
