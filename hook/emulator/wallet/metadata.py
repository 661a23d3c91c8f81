"""Who the issuer is and what it issues: the two well-known documents, read leniently."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from hook.emulator import http

from .offers import is_web

Json = dict[str, Any]


class BadIssuer(Exception):
    """An issuer whose documents cannot be used; the text says what is wrong, for the person."""


@dataclass(frozen=True)
class Kind:
    """A credential that an issuer issues, as its metadata shows it."""

    id: str
    format: str
    type: str
    """The doctype, or the most particular of the types."""
    scope: str = ""
    name: str = ""
    colour: str = ""
    """#rrggbb, or empty."""
    claims: dict[str, str] = field(default_factory=dict)
    """Claim → what people call it, in the order of the card; empty if the metadata has none."""
    request: Json = field(default_factory=dict)
    """What a request by format says of it (drafts up to 13)."""
    by_id: bool = False
    """Whether it may be asked for by its id (OpenID4VCI 1.0)."""


@dataclass(frozen=True)
class Issuer:
    """Where an issuer is, and all that it issues."""

    url: str
    name: str
    authorization_endpoint: str
    token_endpoint: str
    credential_endpoint: str
    nonce_endpoint: str = ""
    kinds: dict[str, Kind] = field(default_factory=dict)


def read(url: str) -> Issuer:
    """Read both documents of an issuer. Raises `BadIssuer`.

    Where the one about authorization (RFC 8414) is missing, the issuer's own has to do.
    """
    document = _document(url, "openid-credential-issuer")
    if document is None:
        raise BadIssuer("The issuer does not say what it issues (openid-credential-issuer).")
    if document.get("credential_issuer", url) != url:
        raise BadIssuer("The issuer’s own document is about another issuer.")
    merged = document | _about_authorization(document, url)
    return Issuer(
        url,
        _text(_first(document.get("display")).get("name")) or str(urlsplit(url).hostname),
        _endpoint(merged, "authorization_endpoint"),
        _endpoint(merged, "token_endpoint"),
        _endpoint(document, "credential_endpoint"),
        _endpoint(document, "nonce_endpoint") if document.get("nonce_endpoint") else "",
        {kind.id: kind for kind in _kinds(document)},
    )


def _about_authorization(document: Json, url: str) -> Json:
    """Read what an issuer's authorization server says of itself; empty if it says nothing."""
    servers = document.get("authorization_servers")
    server = servers[0] if isinstance(servers, list) and servers else url
    if not isinstance(server, str) or not is_web(server):
        raise BadIssuer("The issuer does not say where its authorization server is.")
    found = _document(server, "oauth-authorization-server") or {}
    # RFC 8414 §3.3: what is said of another server must not be used.
    if found.get("issuer", server) != server:
        raise BadIssuer("The authorization server’s document is about another server.")
    return found


def _document(url: str, name: str) -> Json | None:
    parts = urlsplit(url)
    path = f"/.well-known/{name}{parts.path.rstrip('/')}"
    try:
        answer = http.fetch(urlunsplit(parts._replace(path=path)))
        found = answer.json() if answer.status == 200 else None
    except http.Unreachable as error:
        raise BadIssuer("The issuer cannot be reached.") from error
    except ValueError as error:
        raise BadIssuer(f"The issuer’s document is not JSON ({name}).") from error
    return found if isinstance(found, dict) else None


def _endpoint(document: Json, name: str) -> str:
    url = document.get(name)
    if not isinstance(url, str) or not is_web(url):
        raise BadIssuer(f"The issuer does not say where its {name} is.")
    return url


def _kinds(document: Json) -> Iterator[Kind]:
    modern = document.get("credential_configurations_supported")
    if isinstance(modern, dict) and modern:
        for key, entry in modern.items():
            yield _kind(key, _object(entry), by_id=True)
    else:
        for entry in _list(document.get("credentials_supported")):
            yield _kind(_text(entry.get("id")), entry, by_id=False)


def _kind(key: str, entry: Json, by_id: bool) -> Kind:
    metadata = _object(entry.get("credential_metadata"))
    display = _first(metadata.get("display") or entry.get("display"))
    definition = _object(entry.get("credential_definition")) or entry
    named = definition.get("type") or definition.get("types")
    types = [str(each) for each in named] if isinstance(named, list) else []
    kind = str(entry.get("doctype") or (types or [key])[-1])
    return Kind(
        id=key,
        format=_text(entry.get("format")),
        type=kind,
        scope=_text(entry.get("scope")),
        name=_text(display.get("name")) or in_words(kind),
        colour=colour_of(display.get("background_color")),
        claims=_labels(metadata.get("claims")),
        request=_request(entry, definition, types),
        by_id=by_id,
    )


def _request(entry: Json, definition: Json, types: list[str]) -> Json:
    if entry.get("format") == "mso_mdoc":
        return {"doctype": entry.get("doctype") or (types or [""])[-1]}
    return {"credential_definition": {"@context": definition.get("@context", []), "type": types}}


def _labels(claims: Any) -> dict[str, str]:
    named = {}
    for each in _list(claims):
        path, name = each.get("path"), _text(_first(each.get("display")).get("name"))
        if isinstance(path, list) and path:
            named[str(path[-1])] = name or in_words(str(path[-1]))
    return named


def colour_of(found: Any) -> str:
    """Read a colour written as #rrggbb; anything else is none."""
    is_one = isinstance(found, str) and re.fullmatch(r"#[0-9a-fA-F]{6}", found)
    return found if is_one else ""


def in_words(name: str) -> str:
    """Make words of a name that programs use: preferred_name and StudentCard become two words."""
    parts = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|[_\-\s]+", " ", name).split()
    words = " ".join(each if each.isupper() else each.lower() for each in parts)
    return words[:1].upper() + words[1:]


def _object(found: Any) -> Json:
    return found if isinstance(found, dict) else {}


def _list(found: Any) -> list[Json]:
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []


def _first(found: Any) -> Json:
    return next(iter(_list(found)), {})


def _text(found: Any) -> str:
    return found if isinstance(found, str) else ""
