"""Asking a login provider: its addresses, an ID token for a code, its keys (OpenID Connect)."""

import base64
from typing import Any, NamedTuple
from urllib.parse import quote_plus

from hook.emulator import http
from hook.emulator.state import Json


class Failed(Exception):
    """The provider cannot be reached, or its answer cannot be used; the text says why."""


class Provider(NamedTuple):
    """What a provider's discovery document says."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str


def discover(settings: Json) -> Provider:
    """Read the discovery document of a configured provider. Raises `Failed`.

    OpenID Connect Discovery 1.0 section 4.
    """
    base = str(settings["url"]).rstrip("/")
    said = _json(_fetch(f"{base}/.well-known/openid-configuration"), "discovery document")
    missing = [name for name in Provider._fields if not isinstance(said.get(name), str)]
    if missing:
        raise Failed(f"its discovery document has no {missing[0]}")
    provider = Provider(*(said[name] for name in Provider._fields))
    # Section 4.3: it speaks for the address it was found at. Some providers end theirs with "/".
    if provider.issuer.rstrip("/") != base:
        raise Failed(f"its discovery document is of another issuer, {provider.issuer!r}")
    return provider


def exchange(provider: Provider, settings: Json, code: str, redirect_uri: str) -> str:
    """Get the ID token for a code (OpenID Connect Core 1.0 section 3.1.3). Raises `Failed`."""
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": redirect_uri}
    client, secret = str(settings["clientId"]), str(settings.get("clientSecret", ""))
    headers: dict[str, str] = {}
    if settings.get("tokenEndpointAuthMethod") == "client_secret_post":
        form |= {"client_id": client, "client_secret": secret}
    else:
        # RFC 6749 §2.3.1: each is encoded as in a form first.
        pair = f"{quote_plus(client)}:{quote_plus(secret)}"
        headers["Authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
    answer = _fetch(provider.token_endpoint, method="POST", form=form, headers=headers)
    token = _json(answer, "token endpoint").get("id_token")
    if not isinstance(token, str):
        raise Failed("its token endpoint gave no id_token")
    return token


def keys(provider: Provider) -> list[Json]:
    """Read the provider's keys (RFC 7517 section 5). Raises `Failed`."""
    found = _json(_fetch(provider.jwks_uri), "key set").get("keys")
    if not isinstance(found, list):
        raise Failed("its key set has no keys")
    return [key for key in found if isinstance(key, dict)]


def _fetch(url: str, **sent: Any) -> http.Answer:
    try:
        return http.fetch(url, **sent)
    except http.Unreachable as error:
        raise Failed(f"{url} cannot be reached ({error})") from error


def _json(answer: http.Answer, what: str) -> Json:
    if answer.status != 200:
        raise Failed(f"its {what} answered with status {answer.status}")
    try:
        value = answer.json()
    except ValueError as error:
        raise Failed(f"its {what} did not answer with JSON") from error
    if not isinstance(value, dict):
        raise Failed(f"its {what} did not answer with a JSON object")
    return value
