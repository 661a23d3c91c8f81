"""Reads session tokens with all the care there is, but for the faults that it is told to have.

A fault has the name of the check that it fails.
"""

import base64
import hmac
import json
import re
import time
from collections.abc import Callable, Collection
from typing import Any
from urllib.parse import urlsplit

Json = dict[str, Any]
Rule = Callable[[Json, str], bool]
"""Takes a payload and the hook URL; tells whether something is wrong."""

TENANT = "https://kauri.vii.nz01.mattr.global"
SECRET = base64.b64encode(bytes(range(32))).decode()
KEY = base64.b64decode(SECRET)
STRANGER = "stranger.example"
LEEWAY, LONGEST, DAY, LATE = 30, 4_000, 86_400, 10**12
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


class Refused(Exception):
    """A token is refused."""


def read(tokens: list[str], url: str, faults: Collection[str]) -> Json:
    """Give the payload of the token. Raises Refused."""
    if not tokens and "token-missing" in faults:
        return {"iss": TENANT, "aud": url, "state": "none", "redirectUrl": f"{TENANT}/return"}
    if len(tokens) != 1 and "two-tokens" not in faults:
        raise Refused
    token = _one_spelling(tokens[0] if tokens else "", faults)
    signed, _, signature = token.rpartition(".")
    head, _, body = signed.partition(".")
    header = _object(head, "repeated-header-member" in faults)
    _check_header(header, faults)
    if not _is_genuine(header, signed, signature, faults):
        raise Refused
    payload = _payload(body, faults)
    wrong = [name for name, rule in {**CONTENTS, **DETOURS}.items() if rule(payload, url)]
    if set(wrong) - set(faults):
        raise Refused
    if "clock-ahead" in faults and payload.get("iat", 0) > time.time():
        raise Refused
    if "redirect-own-query" in faults and "?" in payload["redirectUrl"]:
        raise Refused
    return {"state": "none", "redirectUrl": f"{TENANT}/return", "iss": TENANT, "aud": url} | payload


def unverified(token: str) -> Json:
    """Give the payload of a token that nobody verified."""
    return _object(token.split(".")[1], lenient=True)


def sign(payload: Json, digest: str = "sha256", alg: str = "HS256") -> str:
    """Sign an answer."""
    parts = ({"alg": alg, "typ": "JWT"}, payload)
    signed = ".".join(_encode(json.dumps(part).encode()) for part in parts)
    return f"{signed}.{_encode(hmac.digest(KEY, signed.encode(), digest))}"


def _one_spelling(token: str, faults: Collection[str]) -> str:
    if len(token) > LONGEST and "oversized" not in faults:
        raise Refused
    if "extra-characters" in faults:
        token = re.sub(r"[!*]+$", "", token)
    if "padding" in faults:
        token = token.rstrip("=")
    if "standard-alphabet" in faults:
        token = token.replace("+", "-").replace("/", "_")
    if not re.fullmatch(r"[\w-]+\.[\w-]+\.[\w-]*", token, re.ASCII):
        raise Refused
    # Four last signs mean the same 32 bytes; the first of them is the one that is written.
    canonical = len(token.rpartition(".")[2]) != 43 or ALPHABET.index(token[-1]) % 4 == 0
    if not canonical and "trailing-bits" not in faults:
        raise Refused
    return token


def _check_header(header: Json, faults: Collection[str]) -> None:
    if "crit" in header and "unknown-crit" not in faults:
        raise Refused
    if "kid" in header and "unknown-header" in faults:
        raise Refused


def _is_genuine(header: Json, signed: str, signature: str, faults: Collection[str]) -> bool:
    alg, mac = header.get("alg"), _decode(signature)
    ways = {
        "alg-none": alg == "none",
        "alg-none-capitals": alg == "nOnE",
        "alg-hs384": alg == "HS384" and mac == hmac.digest(KEY, signed.encode(), "sha384"),
        "alg-hs512": alg == "HS512" and mac == hmac.digest(KEY, signed.encode(), "sha512"),
        "alg-rs256": alg == "RS256" and mac == _mac(KEY, signed),
        "empty-secret": alg == "HS256" and mac == _mac(b"", signed),
        "undecoded-secret": alg == "HS256" and mac == _mac(SECRET.encode(), signed),
        "signature-missing": alg == "HS256" and mac == b"",
        "signature-cut": alg == "HS256" and mac != b"" and mac == _mac(KEY, signed)[: len(mac)],
        "key-in-header": "jwk" in header and mac == _mac(_decode(header["jwk"]["k"]), signed),
        "nothing-verified": alg == "HS256" and len(mac) == 32,
    }
    sound = alg == "HS256" and mac == _mac(KEY, signed)
    return sound or any(holds for name, holds in ways.items() if name in faults)


def _payload(body: str, faults: Collection[str]) -> Json:
    if "payload-list" in faults:
        found = json.loads(_decode(body))
        if isinstance(found, list):
            return dict(found[0])
    return _object(body, "repeated-payload-member" in faults)


CONTENTS: dict[str, Rule] = {
    "reflected-answer": lambda payload, url: _is_reflected(payload, url),
    "wrong-issuer": lambda payload, url: (
        payload.get("iss", TENANT) != TENANT and not _is_reflected(payload, url)
    ),
    "issuer-missing": lambda payload, _: "iss" not in payload,
    "wrong-audience": lambda payload, url: (
        isinstance(payload.get("aud"), str)
        and payload["aud"] != url
        and not _is_reflected(payload, url)
    ),
    "audience-missing": lambda payload, _: "aud" not in payload,
    "audience-list": lambda payload, _: isinstance(payload.get("aud"), list),
    "expired": lambda payload, _: _date(payload, "exp", LATE) < time.time() - LEEWAY,
    "not-yet-valid": lambda payload, _: _date(payload, "nbf", 0) > time.time() + LEEWAY,
    "issued-later": lambda payload, _: _date(payload, "iat", 0) > time.time() + LEEWAY,
    "exp-missing": lambda payload, _: "exp" not in payload,
    "exp-text": lambda payload, _: isinstance(payload.get("exp"), str),
    "exp-far-away": lambda payload, _: _date(payload, "exp", 0) > time.time() + DAY,
    "state-missing": lambda payload, _: "state" not in payload,
    "state-number": lambda payload, _: not isinstance(payload.get("state", ""), str),
    "claims-list": lambda payload, _: not isinstance(payload.get("claims", {}), dict),
}


def _where(payload: Json) -> str:
    return str(payload.get("redirectUrl", TENANT))


def _host(payload: Json) -> str:
    return urlsplit(_where(payload)).hostname or ""


_DISGUISED = re.compile(r"[\x00-\x20\\@]")
DETOURS: dict[str, Rule] = {
    "redirect-missing": lambda payload, _: "redirectUrl" not in payload,
    "redirect-script": lambda payload, _: _where(payload).startswith("javascript:"),
    "redirect-elsewhere": lambda payload, _: (
        _host(payload) == STRANGER and not _DISGUISED.search(_where(payload))
    ),
    "redirect-look-alike": lambda payload, _: _host(payload).endswith(f".{STRANGER}"),
    "redirect-user-info": lambda payload, _: "@" in _where(payload) and "\\" not in _where(payload),
    "redirect-backslash": lambda payload, _: "\\" in _where(payload),
    "redirect-control-characters": lambda payload, _: "\r" in _where(payload),
    "redirect-port": lambda payload, _: (
        "@" not in _where(payload) and urlsplit(_where(payload)).port is not None
    ),
    "redirect-fragment": lambda payload, _: "#" in _where(payload),
    "redirect-insecure": lambda payload, _: _where(payload).startswith("http:"),
}


def _is_reflected(payload: Json, url: str) -> bool:
    return (payload.get("iss"), payload.get("aud")) == (url, TENANT)


def _date(payload: Json, name: str, without: float) -> float:
    value = payload.get(name)
    return value if isinstance(value, int | float) else without


def _object(part: str, lenient: bool) -> Json:
    try:
        pairs: list[list[tuple[str, Any]]] = []
        found = json.loads(_decode(part), object_pairs_hook=lambda each: _keep(each, pairs))
    except ValueError:
        raise Refused from None
    repeated = any(len(dict(each)) != len(each) for each in pairs)
    if not isinstance(found, dict) or (repeated and not lenient):
        raise Refused
    return found


def _keep(each: list[tuple[str, Any]], pairs: list[list[tuple[str, Any]]]) -> Json:
    pairs.append(each)
    return dict(each)


def _mac(key: bytes, signed: str) -> bytes:
    return hmac.digest(key, signed.encode(), "sha256")


def _encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _decode(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
