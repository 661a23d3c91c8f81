"""Secrets of the configuration: where they are read from, and what makes one unusable."""

import re
import secrets
from base64 import b64decode
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import ValidationInfo

from hook.vault import read_key

_BY_REFERENCE = 'use "env:NAME" or "file:PATH"'
SECRET_BYTES = 32
COOKIE_KEY_CHARACTERS = 32

_STANDARD_BASE64 = re.compile(r"[A-Za-z0-9+/]+={0,2}")
#: Secrets printed in public documentation.
_PUBLISHED = frozenset({"dGtUrijBOT6UUJ8JO4kAFyGfhahDlVVeIk/sPbWTa7c="})
_PLACEHOLDER = re.compile(r"change.?me|example|placeholder|your.?(secret|key)|todo|xxxx|<|>", re.I)
_NO_FILE = "the secret's file cannot be read"
_A_PLACEHOLDER = "this is a placeholder; copy the secret that your tenant shows"
#: What is wrong with a text that is no base64, first match first.
_SPOILED = {
    "^[\"'`]|[\"'`]$": "it has quotation marks around it; leave them out",
    f"(?i){_PLACEHOLDER.pattern}": _A_PLACEHOLDER,
    r"\s": "it has a space or a line break in it; it must be one unbroken line",
    r"^[A-Za-z0-9_-]+={0,2}$": "this is url-safe base64, or its end is missing; copy the standard "
    "base64 that your tenant shows",
}


@dataclass(frozen=True)
class Source:
    """What the configuration may be read from, and the warnings that reading gave.

    `managing` is for the commands that manage a tenant: they use no secret of the hook, and may run
    where there is none.
    """

    folder: Path
    environ: Mapping[str, str] = field(repr=False)
    managing: bool = False
    warnings: list[str] = field(default_factory=list)


class Absent(ValueError):
    """A secret is not there where it should be read from."""


def resolve(written: object, info: ValidationInfo) -> str:
    """Give the text that env:NAME or file:PATH stands for; anything else is a literal."""
    source: Source = (info.context or {})["source"]
    if not isinstance(written, str):
        raise ValueError(_BY_REFERENCE)
    try:
        text = read(written, source)
    except Absent:
        if not source.managing:
            raise
        return _stand_in()
    if text is None:
        warn(info, "a secret stands in the file; use env: or file:")
        return written
    return text


def read(written: str, source: Source) -> str | None:
    """Give the text that env:NAME or file:PATH stands for, None for a literal.

    Raises ValueError, Absent if nothing is there.
    """
    scheme, _, where = written.partition(":")
    if scheme == "env":
        return _read_variable(source.environ, where)
    if scheme == "file":
        return _read_file(source.folder / where)
    if written.startswith("$") or scheme.lower() in ("env", "file"):
        raise ValueError('write "env:NAME" for a variable, "file:PATH" for a file')
    return None


def reference(written: str) -> str:
    """Check that a secret is by reference, and leave it unread; raises ValueError."""
    if not re.fullmatch(r"(env|file):.+", written):
        raise ValueError(_BY_REFERENCE)
    return written


def shared_secrets(written: object, info: ValidationInfo) -> object:
    """Leave out which of a tenant's secrets are not there yet, for the commands that get them."""
    source: Source = (info.context or {})["source"]
    if written == []:
        raise ValueError("give at least one")
    if not source.managing or not isinstance(written, list):
        return written
    return [each for each in written if not (isinstance(each, str) and is_absent(each, source))]


def is_absent(written: str, source: Source) -> bool:
    """Tell whether there is nothing where a secret should be read from."""
    try:
        read(written, source)
    except Absent:
        return True
    except ValueError:
        pass
    return False


def _stand_in() -> str:
    """Make what nobody knows and every check of a secret lets pass: it is 32 bytes in base64."""
    return secrets.token_hex(21) + "A="


def resolve_optional(written: object, info: ValidationInfo) -> str | None:
    """Resolve a secret that may be left out."""
    return None if written is None else resolve(written, info)


def warn(info: ValidationInfo, text: str) -> None:
    """Add a warning about the option that is being read."""
    context = info.context or {}
    key = ".".join(filter(None, (context["key"], info.field_name)))
    context["source"].warnings.append(f"{key}: {text}")


def _read_variable(environ: Mapping[str, str], name: str) -> str:
    if environ.get(name):
        return environ[name]
    raise Absent(f"the environment variable {shown_name(name)} is not set")


def shown_name(variable: str) -> str:
    """Give the name of a variable as it may be shown: what is no usual name may be a secret."""
    return variable if re.fullmatch(r"[A-Z][A-Z0-9_]{0,40}", variable) else "that is named here"


def _read_file(path: Path) -> str:
    try:
        # Editors and secret stores end a file with one newline; more than that is a mistake.
        return path.read_text(encoding="utf-8").removesuffix("\n").removesuffix("\r")
    except FileNotFoundError:
        raise Absent(_NO_FILE) from None
    except (OSError, UnicodeDecodeError):
        raise ValueError(_NO_FILE) from None


def cookie_key(text: str) -> str:
    """Check a cookie key: long enough and not a placeholder; raises ValueError."""
    if _PLACEHOLDER.search(text) or len(set(text)) < 8:
        raise ValueError("this is a placeholder; use 32 or more random characters")
    if len(text) < COOKIE_KEY_CHARACTERS:
        raise ValueError(f"too short; use {COOKIE_KEY_CHARACTERS} or more random characters")
    return text


def vault_key(text: str) -> bytes:
    """Read a vault key; raises ValueError."""
    try:
        key = read_key(text)
    except ValueError:
        raise ValueError(
            "use url-safe base64 of 32 bytes; `flask vault new-key` prints one"
        ) from None
    if len(set(key)) < 8:
        raise ValueError("this is a placeholder; `flask vault new-key` prints a real one")
    return key


def shared_secret(text: str) -> bytes:
    """Read a tenant's secret as the platform shows it: standard base64 of 32 bytes or more.

    Takes nothing that only looks like it (RFC 7518 section 3.2, RFC 8725 section 3.5); raises
    ValueError with what would be right.
    """
    if not text:
        raise ValueError("it is empty; copy the secret that your tenant shows")
    if _STANDARD_BASE64.fullmatch(text) and len(text) % 4 == 0:
        return _check_bytes(text, b64decode(text, validate=True))
    for pattern, problem in _SPOILED.items():
        if re.search(pattern, text):
            raise ValueError(problem)
    raise ValueError("this is not base64; copy the secret that your tenant shows")


def _check_bytes(text: str, secret: bytes) -> bytes:
    # The words of a placeholder may stand in a random secret by chance, but not in a short one.
    short = len(secret) < SECRET_BYTES
    if text in _PUBLISHED or len(set(secret)) < 8 or (short and _PLACEHOLDER.search(text)):
        raise ValueError(_A_PLACEHOLDER)
    if short:
        raise ValueError(f"only {len(secret)} bytes once decoded; it must be {SECRET_BYTES}")
    if all(0x20 <= byte < 0x7F for byte in secret.rstrip(b"\r\n")):
        raise ValueError("it decodes to readable text: a password, or wrapped in base64 twice")
    return secret


def login_text(text: str) -> str:
    """Check what is sent at a login to the mail server; raises ValueError."""
    if not text.isascii() or not text.isprintable():
        raise ValueError("only letters, digits and signs of ASCII can be used to log in")
    return text


def mail_password(password: str | None, info: ValidationInfo) -> str | None:
    """Check the password of the mail server against its username; raises ValueError."""
    # A username that is itself a mistake is not in the data; then nothing can be said of it.
    username = info.data.get("username")
    if password is None:
        if username:
            raise ValueError("there is a username, so a password is needed")
        return None
    if not password:
        raise ValueError("must not be empty")
    if username == "":
        raise ValueError("there is no username to log in with")
    return login_text(password)
