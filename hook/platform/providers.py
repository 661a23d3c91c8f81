"""The authentication provider: what is sent to make or change one, and what is kept of it."""

import json
from collections.abc import Mapping
from typing import Any

from hook.platform import api
from hook.platform.client import Client
from hook.platform.errors import PlatformError
from hook.platform.models import Provider
from hook.platform.plan import Change, only_changed
from hook.policies import Policy

CHANGEABLE = (
    "clientId",
    "scope",
    "tokenEndpointAuthMethod",
    "staticRequestParameters",
    "forwardedRequestParameters",
    "claimsToPersist",
)
"""What may be changed, by the platform's names; the URL is given once."""
_SET_BY_TENANT = ("id", "redirectUrl")
_SECRET = "clientSecret"
_NEEDED = {"url": "--url", "clientId": "--client-id", _SECRET: "--client-secret"}


class BadDraft(ValueError):
    """What is written of a provider cannot be used; the text is a sentence."""


def exported(provider: Provider) -> dict[str, Any]:
    """Give what another tenant needs to have the same provider; the secret is not in it."""
    return {"url": provider.url, **_changeable(provider)}


def draft(written: Mapping[str, Any]) -> dict[str, Any]:
    """Read what a file says of a provider: its options, or an export with them in `provider`.

    Raises BadDraft.
    """
    options = written.get("provider", written)
    if not isinstance(options, Mapping):
        raise BadDraft("`provider` must be a table.")
    if _SECRET in options:
        raise BadDraft("The secret does not belong in this file; name it with --client-secret.")
    unknown = sorted(options.keys() - {"url", *CHANGEABLE, *_SET_BY_TENANT})
    if unknown:
        raise BadDraft(f"A provider has no option {', '.join(unknown)}.")
    return {name: value for name, value in options.items() if name not in _SET_BY_TENANT}


def creation(options: Mapping[str, Any], client_secret: str | None) -> dict[str, Any]:
    """Give what is sent to make a provider; raises BadDraft."""
    body = {**options, _SECRET: client_secret}
    for name, said in _NEEDED.items():
        if not body.get(name):
            raise BadDraft(f"A new provider needs {said}.")
    return body


def change(
    current: Provider, options: Mapping[str, Any], client_secret: str | None
) -> tuple[dict[str, Any], tuple[Change, ...]]:
    """Give what is sent to change a provider, and what that changes; raises BadDraft.

    All is sent that is known, because what happens to the rest is not published; only the secret
    is left out unless there is a new one: the tenant never shows it.
    """
    if options.get("url", current.url) != current.url:
        raise BadDraft(
            "The URL of a provider cannot be changed: delete it, and create one with the new URL."
        )
    old = _changeable(current)
    body = {**old, **{name: value for name, value in options.items() if name != "url"}}
    changed = only_changed(
        Change(name, _plain(old.get(name)), _plain(body.get(name))) for name in CHANGEABLE
    )
    if client_secret is None:
        return body, changed
    return {**body, _SECRET: client_secret}, (*changed, Change(_SECRET, None, "a new one"))


def update(client: Client, current: Provider, body: Mapping[str, Any]) -> Provider:
    """Change the provider, and read back; raises PlatformError if it is not what was sent."""
    api.update_provider(client, current.id, body)
    there = next((each for each in api.providers(client) if each.id == current.id), current)
    left = [
        name
        for name in CHANGEABLE
        if _plain(body.get(name)) != _plain(_changeable(there).get(name))
    ]
    if left:
        raise PlatformError(
            f"The tenant took the change, and then shows another {', '.join(left)}."
        )
    return there


def objection(policy: Policy, body: Mapping[str, Any]) -> str:
    """Say in a sentence why a provider must not be made so; empty if it may."""
    if body.get("claimsToPersist") and not policy.persists:
        forbidden = policy.forbids("that anything is persisted")
        return f"Nothing was changed: {forbidden}; leave out claimsToPersist."
    return ""


def _changeable(provider: Provider) -> dict[str, Any]:
    written = provider.model_dump(mode="json", by_alias=True)
    return {name: written[name] for name in CHANGEABLE if written[name] != ""}


def _plain(value: object) -> object:
    return tuple(value) if isinstance(value, list) else value


def as_shown(value: object) -> str:
    """Write an option for people to read."""
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value)) or "none"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
