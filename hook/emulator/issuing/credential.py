"""POST /v1/openid/credential: a wallet asks for a credential, and gets it."""

from flask import Response, jsonify, make_response, request

from hook.emulator.journey import tokens
from hook.emulator.state import Configuration, Journey, Json
from hook.emulator.tenant import Tenant

from . import metadata, wanted
from .holder import InvalidProof, proven
from .keys import Keys
from .making import Made, made
from .mapping import MissingClaims, origins, values
from .refusals import Refused, Unsignable

PATH = metadata.CREDENTIAL
EVENT = "OPENID_CREDENTIAL"


def answer(tenant: Tenant, keys: Keys) -> Response:
    """Issue a credential of the token's journey, or say why not (OpenID4VCI 1.0 section 8).

    Raises `ApiProblem` for a token that is none of a journey.
    """
    journey = tokens.bearer(tenant)
    body = request.get_json(silent=True)
    asked = body.get("format") if isinstance(body, dict) else None
    tenant.tell(f"{EVENT}_START", journey, format=asked)
    try:
        issued = _issued(tenant, keys, journey, body)
    except Refused as refused:
        tenant.tell(f"{EVENT}_FAIL", journey, **refused.body())
        tenant.hop(journey, "No credential", PATH, good=False, **refused.body())
        return make_response(jsonify(refused.body()), refused.status)
    return make_response(jsonify(issued))


def _issued(tenant: Tenant, keys: Keys, journey: Journey, sent: object) -> Json:
    """Give the answer with the credential. Raises `Refused`."""
    switches, kept = tenant.state.switches, tenant.state.configurations
    body = wanted.checked(sent, by_id=switches["request-shape"] == "both")
    configuration = wanted.configuration(body, journey.configurations, kept)
    if configuration is None:
        if switches["deleted-configuration"] == "issue-none":
            tenant.tell(f"{EVENT}_SUCCESS", journey)
            return {"credentials": []}
        text = "The configuration of this credential was deleted"
        raise Refused("unknown_credential_configuration", text)
    credential = _made(tenant, keys, journey, configuration, body)
    _keep(tenant, journey, configuration, credential)
    # OpenID4VCI 1.0 puts credentials into a list; the platform has one, beside its format.
    return {
        "format": configuration.format,
        "credential": credential.credential,
        "credentials": [{"credential": credential.credential}],
    }


def _made(
    tenant: Tenant, keys: Keys, journey: Journey, configuration: Configuration, body: Json
) -> Made:
    try:
        holder = proven(wanted.proof(body), tenant.settings.tenant_url, tenant.now())
        return made(tenant, keys, journey, configuration, holder)
    except InvalidProof as error:
        raise Refused("invalid_proof", str(error)) from error
    except MissingClaims as error:
        text = f"There is no value for what the credential requires: {error}"
        if tenant.state.switches["missing-claim"] == "server-error":
            raise Refused("server_error", text, 500) from error
        raise Refused("credential_request_denied", text) from error
    except Unsignable as error:
        raise Refused("credential_request_denied", str(error)) from error
    except RecursionError as error:
        raise Refused("credential_request_denied", "A claim is nested too deeply") from error


def _keep(tenant: Tenant, journey: Journey, configuration: Configuration, issued: Made) -> None:
    """Keep what was issued, for the card and the inspector."""
    body, look = configuration.body, metadata.look(configuration)
    made_of: Json = {"claims": values(issued.found), "origins": origins(issued.found)}
    told: Json = {"configuration": configuration.id, "format": configuration.format}
    shown = {
        "name": metadata.name(configuration),
        "issuer": (body.get("issuer") or {}).get("name") or tenant.settings.tenant_host,
        "branding": look,
        "credential": issued.credential,
    }
    journey.issued.append(told | shown | made_of)
    tenant.hop(journey, "Credential issued", PATH, **told, **made_of)
    tenant.tell(
        f"{EVENT}_SUCCESS",
        journey,
        credentialConfigurationId=configuration.id,
        format=configuration.format,
        userId=journey.user_id,
        userClaims=made_of["claims"],
    )
