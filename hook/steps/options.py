"""What options of steps are made of."""

import re
import ssl
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    SecretBytes,
    SecretStr,
    ValidationInfo,
)

from hook.refusals import ANSWER_CODES, COMPLETED


class StepOptions(BaseModel):
    """The options of a kind: frozen, unknown keys are refused, values never stand in an error."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, hide_input_in_errors=True, use_attribute_docstrings=True
    )


def matching(pattern: str, sentence: str) -> AfterValidator:
    """Make a check that a text matches a pattern; the sentence says what would be right."""
    compiled = re.compile(pattern)

    def check(text: str) -> str:
        if not compiled.fullmatch(text):
            raise ValueError(sentence)
        return text

    return AfterValidator(check)


def _own_code(code: str) -> str:
    if code in (*ANSWER_CODES, COMPLETED):
        raise ValueError("this code has a meaning of its own; use another")
    return code


Code = Annotated[
    str,
    matching(r"[a-z][a-z0-9_]{2,39}", "use 3 to 40 small letters, digits and _"),
    AfterValidator(_own_code),
]
"""A code of an issuer's own for the answer's error.message."""

_UNITS = {"m": 60, "h": 3_600, "d": 86_400}
_DURATION = re.compile(r"[1-9]\d{0,4}[mhd]")
Duration = Annotated[
    str, matching(rf"({_DURATION.pattern})?", 'use a time such as "30m", "12h" or "7d"')
]
"""A time as an option has it; empty for none."""


def seconds(duration: str) -> int:
    """Give a Duration in seconds; 0 for none."""
    return int(duration[:-1]) * _UNITS[duration[-1]] if duration else 0


def lasting(least: str, most: str) -> AfterValidator:
    """Make a check that a text is a Duration between two."""

    def check(text: str) -> str:
        if not _DURATION.fullmatch(text) or not seconds(least) <= seconds(text) <= seconds(most):
            raise ValueError(f'use a time from "{least}" to "{most}"')
        return text

    return AfterValidator(check)


def beside(name: str, info: ValidationInfo) -> str:
    """Give the path of a file beside the configuration file, that can be read; empty for none."""
    if not name:
        return ""
    path: Path = (info.context or {})["folder"] / name
    try:
        path.open("rb").close()
    except OSError:
        raise ValueError("this file cannot be read") from None
    return str(path)


def certificates(path: str) -> str:
    """Check that a file has certificates in PEM; raises ValueError."""
    try:
        if path:
            ssl.create_default_context(cafile=path)
    except ssl.SSLError:
        raise ValueError("there is no certificate in this file; it must be PEM") from None
    return path


def read_text(name: object, info: ValidationInfo) -> str:
    """Read the text file that an option names, beside the configuration file (UTF-8)."""
    folder: Path = (info.context or {})["folder"]
    if not isinstance(name, str) or not name.endswith(".md"):
        raise ValueError("name a Markdown file ending in .md, beside the configuration file")
    try:
        return (folder / name).read_text(encoding="utf-8")
    except FileNotFoundError:
        raise ValueError("there is no such file beside the configuration file") from None
    except (OSError, UnicodeDecodeError):
        raise ValueError("this file cannot be read as UTF-8 text") from None


def _read_secret(reference: object, info: ValidationInfo) -> str:
    read: Callable[[object, ValidationInfo], str] = (info.context or {})["resolve"]
    text = read(reference, info)
    if not text.isascii() or not text.isprintable() or not text:
        raise ValueError("a secret is one line of ASCII")
    return text


def _read_shared(reference: object, info: ValidationInfo) -> bytes:
    context = info.context or {}
    shared: bytes = context["shared_secret"](context["resolve"](reference, info))
    return shared


SecretText = Annotated[SecretStr, BeforeValidator(_read_secret)]
"""A secret by env: or file:; never shown."""
SharedSecret = Annotated[SecretBytes, BeforeValidator(_read_shared)]
"""A secret shared with a peer by env: or file:, as standard base64 of 32 bytes or more."""
