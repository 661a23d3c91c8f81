"""/v1/users: the tenant's people, found by their claims or login, and what was issued to them."""

from collections.abc import Callable
from functools import partial
from typing import Annotated, Any
from uuid import NAMESPACE_OID, uuid5

from pydantic import Field

from hook.emulator.shelf import Shelf
from hook.emulator.site import Site
from hook.emulator.state import Journey, Json
from hook.emulator.tenant import Tenant

from . import lists, users
from .access import Answer, managed
from .bodies import Body, Filled, sent
from .problems import Detail, invalid
from .resources import Resource

PROFILES = {"ldp_vc": "web-semantic", "mso_mdoc": "mobile"}


class Login(Body):
    """How somebody logs in."""

    provider_id: Filled
    subject_id: Filled


class UserBody(Body):
    """A user, as POST and PUT take it."""

    claims: dict[str, Any] | None = None
    authentication_provider: Login | None = None


class SoughtLogin(Body):
    """What is known of how somebody logs in."""

    provider_id: Filled | None = None
    subject_id: Filled | None = None


class SearchBody(Body):
    """What is known of the users that are sought."""

    claims: dict[str, Any] | None = None
    authentication_provider: SoughtLogin | None = None
    limit: Annotated[int, Field(ge=1, le=lists.LIMIT_MOST)] = lists.LIMIT
    cursor: str = ""


def add(site: Site) -> None:
    """Add its addresses."""
    site.add_api("/v1/users/search", managed("USER_SEARCH", _search), "POST")
    USERS.add(site)
    path = "/v1/users/<key>/credentials"
    site.add_api(path, managed("USER_CREDENTIAL_RETRIEVE_LIST", _credentials), "GET")


def _create(tenant: Tenant) -> Json:
    user = users.blank() | _members(tenant, sent(UserBody))
    _, there_is = tenant.state.users.find_or_put(
        lambda each: users.same_login(each, user), user["id"], user
    )
    if there_is:
        raise invalid(Detail("authenticationProvider", "Another user has this login"))
    return user


def _changed(tenant: Tenant, _: Json) -> Callable[[Json], Json]:
    members = _members(tenant, sent(UserBody))
    return lambda old: old | members


def _members(tenant: Tenant, body: UserBody) -> Json:
    members: Json = {} if body.claims is None else {"claims": body.claims}
    if login := body.authentication_provider:
        provider = tenant.state.providers.get(login.provider_id)
        if provider is None:
            text = "There is no authentication provider with this id"
            raise invalid(Detail("authenticationProvider.providerId", text))
        members["authenticationProvider"] = users.login(provider, login.subject_id)
    return members


def _search(tenant: Tenant) -> Answer:
    body = sent(SearchBody)
    login = body.authentication_provider
    wanted: Json = {"claims": body.claims or {}}
    if login:
        wanted["authenticationProvider"] = login.json_object()
    after = lists.place(body.cursor, "body")
    return lists.cut(tenant.state.users, dict, partial(_has, wanted), body.limit, after), 200


def _has(wanted: Any, thing: Any) -> bool:
    """Tell whether a thing has all that is wanted of it, objects looked into."""
    if isinstance(wanted, dict) and isinstance(thing, dict):
        return all(name in thing and _has(value, thing[name]) for name, value in wanted.items())
    # Python takes true for 1, JSON does not.
    return isinstance(wanted, bool) == isinstance(thing, bool) and bool(wanted == thing)


def _credentials(tenant: Tenant, key: str) -> Answer:
    user = USERS.found(tenant, key)
    issued: Shelf[Json] = Shelf()
    for journey in tenant.state.journeys.all():
        if journey.user_id == user["id"]:
            for credential in _issued(tenant, journey):
                issued.put(credential["id"], credential)
    return lists.page(issued, dict, lambda _: True), 200


def _issued(tenant: Tenant, journey: Journey) -> list[Json]:
    """Say what was issued in a journey, without what is in it."""
    shown: list[Json] = []
    for number, credential in enumerate(journey.issued):
        # Who deleted the configuration since has no type here.
        configuration = tenant.state.configurations.get(credential["configuration"])
        shown.append(
            {
                "id": str(uuid5(NAMESPACE_OID, f"{journey.id} {number}")),
                "type": configuration.type if configuration else None,
                "profile": PROFILES.get(credential["format"]),
                "sessionId": journey.id,
                "credentialConfigurationId": credential["configuration"],
                "status": "valid",
            }
        )
    return shown


USERS = Resource[Json](
    paths=("/v1/users",),
    event="USER",
    shelf=lambda tenant: tenant.state.users,
    create=_create,
    changed=_changed,
    shown=lambda _, user: user,
)
