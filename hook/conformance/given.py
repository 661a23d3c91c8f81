"""What a developer gives, checked before anything is sent."""

import base64
import binascii
import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TextIO
from urllib.parse import urlsplit

from hook.conformance import jose
from hook.conformance.target import Fields
from hook.conformance.urls import THIS_MACHINE, origin_of

SECRET_LEAST = 32
"""Shortest secret, bytes after decoding (RFC 7518 section 3.2)."""
SOMEBODY: Mapping[str, object] = {"name": "Test Visitor", "email": "test.visitor@example.org"}
"""The claims of the arrival when none are given."""
_VARIABLE = re.compile(r"[A-Z][A-Z0-9_]{0,40}")


class Unusable(Exception):
    """Nothing can be judged; the text says in a sentence why, and what to do."""


def secret(where: str, environ: Mapping[str, str]) -> bytes:
    """Read the shared secret from env:NAME or file:PATH. Raises Unusable."""
    kind, _, name = where.partition(":")
    if kind not in ("env", "file") or not name:
        text = "--secret says where the secret is, env:NAME or file:PATH; it is never typed there."
        raise Unusable(text)
    place = _place(kind, name)
    written = (environ.get(name, "") if kind == "env" else _read(name, "The secret's file")).strip()
    if not written:
        raise Unusable(f"There is no secret in {place}.")
    try:
        decoded = base64.b64decode(written, validate=True)
    except (binascii.Error, ValueError):
        text = f"The secret in {place} is not standard base64; take it as the tenant shows it."
        raise Unusable(text) from None
    if len(decoded) < SECRET_LEAST:
        raise Unusable(f"The secret in {place} is shorter than {SECRET_LEAST} bytes.")
    return decoded


def address(url: str, name: str) -> str:
    """Check a URL of a hook or a tenant. Raises Unusable."""
    try:
        origin_of(url)
        parts = urlsplit(url)
        sound = url.isascii() and url.isprintable() and " " not in url
    except ValueError:
        sound = False
    if not sound or "@" in parts.netloc or "?" in url or "#" in url:
        raise Unusable(
            f"{name} has to be a URL with http or https, without user name, query or fragment."
        )
    return url


def hook_url(url: str) -> str:
    """Check the URL of the hook: genuine tokens are sent there. Raises Unusable."""
    scheme, host, _ = origin_of(address(url, "URL"))
    if scheme == "http" and host not in THIS_MACHINE:
        raise Unusable("URL has to be https: genuine tokens go there. http is for this machine.")
    return url


def brought(where: str, option: str, stdin: TextIO) -> str:
    """Take an address that a person brought: itself, file:PATH, or - for a line of standard input.

    Empty where there is none. Raises Unusable.
    """
    if not where:
        return ""
    url = _line(where, option, stdin).strip()
    try:
        origin_of(url)
    except ValueError:
        url = ""
    # It holds a token: never shown.
    if not (url.isascii() and url.isprintable() and url):
        raise Unusable(f"{option} is the whole address that the browser ended at, file:PATH or -.")
    return url


def claims(file: str | None, pairs: Iterable[str]) -> Mapping[str, object]:
    """Read the claims of the arrival: a JSON file, and single texts over it. Raises Unusable."""
    found: dict[str, object] = {}
    if file is not None:
        try:
            loaded = json.loads(_read(file, f"--claims: {file}"))
            # What cannot be written again, such as half a character, cannot be sent.
            jose.write(loaded)
        except (ValueError, RecursionError):
            loaded = None
        if not isinstance(loaded, dict):
            raise Unusable(f"--claims: {file} does not hold a JSON object.")
        found |= loaded
    found |= dict(_pair(pair, "--claim") for pair in pairs)
    return found or SOMEBODY


def fields(pairs: Iterable[str]) -> Fields:
    """Read what to type into forms; a name may be given several times. Raises Unusable."""
    found: dict[str, tuple[str, ...]] = {}
    for name, value in (_pair(pair, "--field") for pair in pairs):
        found[name] = (*found.get(name, ()), value)
    return found


def _pair(pair: str, option: str) -> tuple[str, str]:
    name, equals, value = pair.partition("=")
    if not equals or not name:
        raise Unusable(f"{option} is written NAME=VALUE.")
    return name, value


def _place(kind: str, name: str) -> str:
    # Whoever writes env:$NAME has put the secret itself there.
    if kind == "file":
        return "the secret's file"
    return f"env:{name}" if _VARIABLE.fullmatch(name) else "the variable that --secret names"


def _line(where: str, option: str, stdin: TextIO) -> str:
    kind, _, path = where.partition(":")
    if kind == "file":
        return _read(path, f"{option}: the file")
    try:
        return stdin.readline() if where == "-" else where
    except ValueError:
        return ""


def _read(path: str, what: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8")
    except (OSError, ValueError):
        raise Unusable(f"{what} cannot be read.") from None
