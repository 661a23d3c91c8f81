"""The way back from the login: the provider's code becomes a user of the tenant."""

from typing import NamedTuple

from flask import request
from werkzeug import Response

from hook.emulator import jws
from hook.emulator.api import users
from hook.emulator.errors import Problem
from hook.emulator.state import Interaction, Journey, Json
from hook.emulator.tenant import Tenant
from hook.emulator.urls import LOGIN_CALLBACK

from . import id_token, login_provider, sessions
from .leaving import with_error
from .login import EVENT, failed, provider_of
from .onward import after_login
from .persisting import persist


class Identity(NamedTuple):
    """Who logged in, and where."""

    provider: Json
    claims: Json


def receive(tenant: Tenant) -> Response:
    """Take the browser back from the login provider. Raises `Problem` for a login not under way."""
    state = request.args.get("state", "")
    interaction = tenant.state.interactions.take(state, lambda each: each.kind == "login")
    journey = interaction and tenant.state.journeys.get(interaction.journey_id)
    if not interaction or not journey:
        text = "This login is not under way, or was used before. Start again in the wallet."
        raise Problem(400, "error", "Unknown login", text, in_wallet=True)
    if "code" not in request.args:
        return _refused(tenant, journey, interaction)
    try:
        identity = _identity(tenant, journey, interaction)
    except (login_provider.Failed, jws.Invalid) as failure:
        return failed(tenant, journey, interaction, "server_error", str(failure))
    return _logged_in(tenant, journey, interaction, identity)


def _identity(tenant: Tenant, journey: Journey, interaction: Interaction) -> Identity:
    """Get the ID token for the request's code, and its claims. Raises `Failed`, `jws.Invalid`."""
    settings = provider_of(tenant)
    if settings is None:
        raise login_provider.Failed("it is not configured any more")
    provider = login_provider.discover(settings)
    callback = tenant.settings.tenant_url + LOGIN_CALLBACK
    token = login_provider.exchange(provider, settings, request.args["code"], callback)
    shown = jws.read(token)._asdict()
    tenant.hop(journey, "Login provider to tenant", callback, id_token=shown)
    client, now = str(settings["clientId"]), tenant.now()
    expected = id_token.Expected(provider.issuer, client, interaction.nonce, now)
    return Identity(settings, id_token.verify(token, login_provider.keys(provider), expected))


def _logged_in(
    tenant: Tenant, journey: Journey, interaction: Interaction, identity: Identity
) -> Response:
    """Match the user, persist what the provider's configuration lists, and go on."""
    provider, claims = identity
    user, existed = users.matched(tenant, provider, claims["sub"])
    journey.user_id, journey.login_claims = user["id"], claims
    listed = provider.get("claimsToPersist") or ()
    persist(tenant, journey, {name: claims[name] for name in listed if name in claims})
    cookie = sessions.begin(tenant, journey)
    said = {"claims": claims, "id": provider["id"], "subjectId": claims["sub"]}
    login = {"interactionId": interaction.id, "authenticationProvider": said}
    journey.summary = {"existingSession": False, "existingUser": existed, "login": login}
    people = {"userId": journey.user_id, "sessionId": journey.session_id}
    tenant.tell(f"{EVENT}_SUCCESS", journey, **login, existingUser=existed, **people)
    return sessions.remember(tenant, after_login(tenant, journey), cookie)


def _refused(tenant: Tenant, journey: Journey, interaction: Interaction) -> Response:
    """Tell the wallet that the person cancelled, or what else the provider said."""
    error = request.args.get("error", "neither code nor error")
    said = request.args.get("error_description") or error
    callback = tenant.settings.tenant_url + LOGIN_CALLBACK
    tenant.hop(journey, "Login provider to tenant", callback, False, error=error, said=said)
    tenant.tell(f"{EVENT}_FAIL", journey, interactionId=interaction.id, error=error)
    told = error if error == "access_denied" else "server_error"
    return with_error(tenant, journey, told, f"The login provider says: {said}")
