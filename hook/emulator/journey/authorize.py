"""Where a wallet sends the browser: the authorization endpoint (RFC 6749 section 3.1)."""

from uuid import uuid4

from flask import request
from werkzeug import Response

from hook.emulator.api.problems import ApiProblem
from hook.emulator.state import Journey, Session
from hook.emulator.tenant import Tenant

from . import login, onward, parameters, sessions

TOLD = (
    "client_id", "code_challenge", "code_challenge_method", "redirect_uri", "response_type",
    "scope", "state",
)  # fmt: skip


def authorize(tenant: Tenant) -> Response:
    """Begin a journey and send the browser to the login. Raises `ApiProblem`."""
    journey = Journey(str(uuid4()), tenant.now(), "authorization_code", request.args.to_dict())
    told = {name: journey.request.get(name) for name in TOLD}
    tenant.tell("OPENID_AUTHORIZE_START", journey, **told)
    try:
        parameters.check(request.args)
        journey.configurations = parameters.configurations(tenant, journey.request["scope"])
    except ApiProblem:
        tenant.tell("OPENID_AUTHORIZE_FAIL", journey)
        raise
    if not is_known(tenant, journey.request["client_id"]):
        tenant.tell("OPENID_AUTHORIZE_FAIL", journey)
        return unauthorized()
    tenant.state.journeys.put(journey.id, journey)
    tenant.hop(journey, "Wallet to tenant", request.base_url, parameters=journey.request)
    session = sessions.known(tenant)
    assumed = tenant.state.switches["existing-session"]
    if session is None or assumed == "ignore":
        return login.send(tenant, journey)
    return _without_login(tenant, journey, session, assumed == "skip-hook")


def is_known(tenant: Tenant, client_id: str) -> bool:
    """Tell whether a wallet may ask for anything here."""
    open_to_all = tenant.state.switches["client-check"] == "open"
    return open_to_all or client_id in tenant.settings.clients


def unauthorized() -> Response:
    """Answer a client that is not known: text, as the platform documents it."""
    return Response("Unauthorized", 401, mimetype="text/plain")


def _without_login(tenant: Tenant, journey: Journey, session: Session, skip_hook: bool) -> Response:
    journey.session_id, journey.user_id = session.id, session.user_id
    journey.login_claims = session.login_claims
    journey.summary = {"existingSession": True, "existingUser": True}
    tenant.hop(journey, "Known browser: no login", claims=journey.login_claims)
    return onward.after_login(tenant, journey, skip_hook)
