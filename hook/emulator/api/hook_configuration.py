"""PUT and GET /v1/openid/configuration: the interaction hook, of which a tenant has one."""

import base64
import secrets
from dataclasses import replace
from typing import Annotated

from pydantic import Field

from hook.emulator.site import Site
from hook.emulator.state import HookConfiguration, Json, State
from hook.emulator.tenant import Tenant

from .access import Answer, managed
from .addresses import Address
from .bodies import Body, Filled, sent
from .problems import ApiProblem, Detail, invalid

PATH = "/v1/openid/configuration"
EVENT = "CREDENTIAL_PROVIDER_OPENID_CONFIGURATION"


class HookBody(Body):
    """The interaction hook."""

    url: Address
    claims: tuple[Filled, ...] = ()
    session_timeout_in_sec: Annotated[int, Field(ge=1)] | None = None
    disabled: bool = False


class ConfigurationBody(Body):
    """What PUT takes; the platform's own example sends an empty object."""

    interaction_hook: HookBody | None = None


def add(site: Site) -> None:
    """Add its addresses."""
    site.add_api(PATH, managed(f"{EVENT}_UPDATE", put, _without_secret), "PUT")
    site.add_api(PATH, managed(f"{EVENT}_RETRIEVE", get, _without_secret), "GET")


def put(tenant: Tenant) -> Answer:
    """Configure the hook. Raises `ApiProblem`."""
    body, state = sent(ConfigurationBody).interaction_hook, tenant.state
    if body:
        return shown(_configure(state, body)), 200
    if state.switches["empty-put"] == "remove":
        state.hook = None
    return shown(state.hook), 200


def get(tenant: Tenant) -> Answer:
    """Show the hook, with its secret. Raises `ApiProblem`."""
    if tenant.state.hook is None and tenant.state.switches["empty-get"] == "not-found":
        raise ApiProblem(404, "NotFound", "No interaction hook is configured")
    return shown(tenant.state.hook), 200


def shown(hook: HookConfiguration | None) -> Json:
    """Give a hook as the API shows it."""
    if hook is None:
        return {}
    body: Json = {"url": hook.url, "claims": list(hook.claims)}
    if hook.timeout is not None:
        body["sessionTimeoutInSec"] = hook.timeout
    return {"interactionHook": body | {"disabled": hook.disabled, "secret": hook.secret}}


def _configure(state: State, body: HookBody) -> HookConfiguration:
    if "?" in body.url and state.switches["hook-url-with-query"] == "refuse":
        raise invalid(Detail("interactionHook.url", "Invalid value: a query is not allowed"))
    hook = HookConfiguration(
        body.url, new_secret(), body.claims, body.session_timeout_in_sec, body.disabled
    )
    # Two first PUTs at once must not each show a secret of its own.
    with state.hook_lock:
        if state.hook and state.switches["secret-on-put"] == "keep":
            hook = replace(hook, secret=state.hook.secret)
        state.hook = hook
    return hook


def new_secret() -> str:
    """Make a secret as the platform does: standard base64 of 32 bytes."""
    return base64.b64encode(secrets.token_bytes(32)).decode()


def _without_secret(body: Json) -> Json:
    hook = body.get("interactionHook", {})
    return {name: value for name, value in hook.items() if name != "secret"}
