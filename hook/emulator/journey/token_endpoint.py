"""POST /v1/oauth/token: an access token for a code (RFC 6749 section 3.2)."""

from uuid import uuid4

from flask import jsonify, make_response, request
from werkzeug import Response

from hook.emulator.api.problems import Detail, invalid
from hook.emulator.state import Journey, Json
from hook.emulator.tenant import Tenant

from . import tokens
from .authorize import is_known, unauthorized
from .grants import GRANTS, PRE_AUTHORIZED, Refused


def exchange(tenant: Tenant) -> Response:
    """Answer with a token, or with an error that wallets and the platform's clients can read."""
    journey = _journey(tenant)
    told = {name: request.form.get(name) for name in ("client_id", "grant_type", "redirect_uri")}
    people = {"sessionId": journey.session_id, "userId": journey.user_id}
    tenant.tell("OPENID_TOKEN_START", journey, **told, **people)
    client = request.form.get("client_id")
    if client is not None and not is_known(tenant, client):
        tenant.tell("OPENID_TOKEN_FAIL", journey)
        return unauthorized()
    try:
        _spend(tenant, journey)
    except Refused as refused:
        tenant.tell("OPENID_TOKEN_FAIL", journey, error=refused.error)
        return make_response(jsonify(_error(refused)), 400)
    return make_response(jsonify(_token(tenant, journey)))


def _journey(tenant: Tenant) -> Journey:
    """Find the journey of an authorization code; all else begins one."""
    code = tenant.state.codes.get(request.form.get("code", ""))
    known = tenant.state.journeys.get(code.journey_id) if code else None
    if request.form.get("grant_type") == PRE_AUTHORIZED or known is None:
        grant = "pre-authorized_code"
        return Journey(str(uuid4()), tenant.now(), grant, request=_client())
    return known


def _client() -> dict[str, str]:
    client = request.form.get("client_id")
    return {} if client is None else {"client_id": client}


def _spend(tenant: Tenant, journey: Journey) -> None:
    """Spend what the request brings. Raises `Refused`."""
    for name, values in request.form.lists():
        if len(values) > 1:
            raise Refused("invalid_request", f"{name} is there twice", name)
    grant = request.form.get("grant_type", "")
    if not grant:
        raise Refused("invalid_request", "grant_type is missing", "grant_type")
    if grant not in GRANTS:
        raise Refused("unsupported_grant_type", "This grant is not supported", "grant_type")
    GRANTS[grant](tenant, request.form, journey)


def _token(tenant: Tenant, journey: Journey) -> Json:
    token = tokens.issue(tenant, journey)
    found = (tenant.state.configurations.get(each) for each in journey.configurations)
    scope = " ".join(dict.fromkeys(each.scope for each in found if each))
    told = {"expires_in": tokens.LIFETIME, "scope": scope, "token_type": "Bearer"}
    tenant.tell("OPENID_TOKEN_SUCCESS", journey, **told)
    tenant.hop(journey, "Wallet to tenant: token", request.base_url, answer=told)
    return {"access_token": token, **told}


def _error(refused: Refused) -> Json:
    """Join the error of OAuth and that of the platform's documents in one body."""
    text = str(refused)
    body = invalid(Detail(refused.param, text)).body() | {"message": text}
    return {"error": refused.error, "error_description": text} | body
