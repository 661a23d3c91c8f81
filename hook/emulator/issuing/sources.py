"""The claims source of a configuration: a system that is asked while a credential is made."""

import json
from typing import Any

from hook.emulator import http, urls
from hook.emulator.state import Configuration, Journey
from hook.emulator.tenant import Tenant

from .claims import Json, Known
from .mapping import value

PATIENCE = 3
"""Seconds; whoever takes longer has nothing to say."""
EVENT = "OPENID_CLAIM_SOURCE"


class _Silent(Exception):
    """A source, or the server its tokens are from, that gave no answer of use; says why."""


def asked(tenant: Tenant, journey: Journey, configuration: Configuration, known: Known) -> Json:
    """Ask the configuration's claims source; an error is as good as an empty answer."""
    source = tenant.state.claim_sources.get(configuration.body.get("claimSourceId") or "")
    if source is None:
        return {}
    parameters = _parameters(source, known)
    try:
        headers = _authorized(tenant, journey, source["authorization"])
        claims = _retrieved(tenant, journey, source, parameters, headers)
    except _Silent as error:
        _hop(tenant, journey, source, parameters, error=str(error))
        return {}
    _hop(tenant, journey, source, parameters, claims=claims)
    return claims


def _parameters(source: Json, known: Known) -> Json:
    mappings = source.get("requestParameters") or {}
    found = {name: value(mapping, known) for name, mapping in mappings.items()}
    return {name: each.value for name, each in found.items() if each is not None}


def _authorized(tenant: Tenant, journey: Journey, authorization: Json) -> dict[str, str]:
    """Give the headers that let the tenant in. Raises `_Silent`."""
    if authorization["type"] == "api-key":
        return {"x-api-key": authorization["value"]}
    tenant.tell(f"{EVENT}_AUTHORIZATION_START", journey)
    try:
        answer = _told(authorization["tokenEndpoint"], method="POST", form=_client(authorization))
        token = answer.get("access_token")
        if not isinstance(token, str):
            raise _Silent("The token endpoint of the claims source gave no access_token")
    except _Silent as error:
        tenant.tell(f"{EVENT}_AUTHORIZATION_FAIL", journey, error=str(error))
        raise
    tenant.tell(f"{EVENT}_AUTHORIZATION_SUCCESS", journey)
    return {"Authorization": f"Bearer {token}"}


def _client(authorization: Json) -> dict[str, str]:
    """Write the form of client credentials (RFC 6749 section 4.4.2)."""
    form = {
        "grant_type": "client_credentials",
        "client_id": authorization["clientId"],
        "client_secret": authorization["clientSecret"],
        "scope": authorization.get("scope"),
        "audience": authorization.get("audience"),
    }
    return {name: text for name, text in form.items() if text}


def _retrieved(
    tenant: Tenant, journey: Journey, source: Json, parameters: Json, headers: dict[str, str]
) -> Json:
    """Fetch the claims, telling so. Raises `_Silent`."""
    tenant.tell(f"{EVENT}_RETRIEVE_START", journey, id=source["id"])
    try:
        if source.get("requestMethod") == "POST":
            claims = _told(source["url"], method="POST", headers=headers, body=parameters)
        else:
            texts = {name: _text(each) for name, each in parameters.items()}
            url = urls.with_params(source["url"], texts) if texts else source["url"]
            claims = _told(url, headers=headers)
    except _Silent as error:
        tenant.tell(f"{EVENT}_RETRIEVE_FAIL", journey, id=source["id"], error=str(error))
        raise
    tenant.tell(f"{EVENT}_RETRIEVE_SUCCESS", journey, id=source["id"])
    return claims


def _told(url: str, **request: Any) -> Json:
    """Make one request that is answered with a JSON object. Raises `_Silent`."""
    try:
        answer = http.fetch(url, timeout=PATIENCE, **request)
        found = answer.json() if 200 <= answer.status < 300 else None
    except http.Unreachable as error:
        raise _Silent(f"No answer within {PATIENCE} s: {error}") from error
    except ValueError as error:
        raise _Silent("The answer is no JSON") from error
    if not isinstance(found, dict):
        raise _Silent(f"The answer is {answer.status}, or no JSON object")
    return found


def _text(parameter: Any) -> str:
    return parameter if isinstance(parameter, str) else json.dumps(parameter)


def _hop(tenant: Tenant, journey: Journey, source: Json, parameters: Json, **answered: Any) -> None:
    """Show the call to the inspector, without what lets the tenant in."""
    good = "error" not in answered
    carried = {"parameters": parameters} | answered
    tenant.hop(journey, f"Claims source: {source['name']}", source["url"], good, **carried)
