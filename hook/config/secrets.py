"""Secrets of the configuration: where they are read from, and what makes one unusable."""

import re
from base64 import b64decode
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import ValidationInfo

from hook.vault import read_key

SECRET_BYTES = 32
COOKIE_KEY_CHARACTERS = 32

_STANDARD_BASE64 = re.compile(r"[A-Za-z0-9+/]+={0,2}")
#: Secrets printed in public documentation.
_PUBLISHED = frozenset({"dGtUrijBOT6UUJ8JO4kAFyGfhahDlVVeIk/sPbWTa7c="})
_PLACEHOLDER = re.compile(r"change.?me|example|placeholder|your.?(secret|key)|todo|xxxx|<|>", re.I)


@dataclass(frozen=True)
class Source:
    """What the configuration may be read from, and the warnings that reading gave."""

    folder: Path
    environ: Mapping[str, str]
    warnings: list[str] = field(default_factory=list)


def resolve(reference: object, info: ValidationInfo) -> str:
    """Give the text that env:NAME or file:PATH stands for; anything else is a literal."""
    source: Source = (info.context or {})["source"]
    if not isinstance(reference, str):
        raise ValueError('use "env:NAME" or "file:PATH"')
    scheme, _, where = reference.partition(":")
    if scheme == "env":
        if not source.environ.get(where):
            raise ValueError(f"the environment variable {where} is not set")
        return source.environ[where]
    if scheme == "file":
        return _read_file(source.folder / where)
    source.warnings.append(f"{info.field_name}: a secret stands in the file; use env: or file:")
    return reference


def _read_file(path: Path) -> str:
    try:
        # Editors and secret stores end a file with one newline; more than that is a mistake.
        return path.read_text(encoding="utf-8").removesuffix("\n").removesuffix("\r")
    except (OSError, UnicodeDecodeError):
        raise ValueError("the secret's file cannot be read") from None


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
    if text in _PUBLISHED or _PLACEHOLDER.search(text):
        raise ValueError("this is a placeholder; copy the secret that your tenant shows")
    if text[:1] in "\"'`" or text[-1:] in "\"'`":
        raise ValueError("it has quotation marks around it; leave them out")
    if re.search(r"\s", text):
        raise ValueError("it has a space or a line break in it; it must be one unbroken line")
    if re.search(r"[-_]", text):
        raise ValueError("this is url-safe base64; copy the standard base64 that your tenant shows")
    if not _STANDARD_BASE64.fullmatch(text) or len(text) % 4:
        raise ValueError("this is not base64; copy the secret that your tenant shows")
    return _check_bytes(b64decode(text, validate=True))


def _check_bytes(secret: bytes) -> bytes:
    if len(secret) < SECRET_BYTES:
        raise ValueError(f"only {len(secret)} bytes once decoded; it must be {SECRET_BYTES}")
    if len(set(secret)) < 8:
        raise ValueError("this is a placeholder; copy the secret that your tenant shows")
    if all(0x20 <= byte < 0x7F for byte in secret):
        raise ValueError("it decodes to readable text: a password, or wrapped in base64 twice")
    return secret
