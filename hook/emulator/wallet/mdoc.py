"""Mobile documents made readable: IssuerSigned of ISO/IEC 18013-5, section 8.3.2.1.2.2."""

import base64
from datetime import date, datetime
from typing import Any

import cbor2

Json = dict[str, Any]
ENCODED_CBOR = 24
"""The tag of bytes that hold CBOR (RFC 8949 section 3.4.5.1)."""
REFERENCES = (25, 29)
"""Tags that stand for what came before: with them a value may hold itself, or grow without end."""
DEEPEST = 100


class BadDocument(ValueError):
    """A text that is no mobile document."""


def read(text: str) -> Json:
    """Take a mobile document apart, without looking at its signature: base64url to plain JSON.

    Raises `BadDocument`.
    """
    try:
        data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        return _read(_decoded(data))
    except (ValueError, LookupError, TypeError, AttributeError, cbor2.CBORError) as error:
        raise BadDocument("This is not a mobile document.") from error


def _read(signed: Any) -> Json:
    # COSE_Sign1 (RFC 9052 section 4.2): protected, unprotected, payload, signature.
    security = _open(_decoded(signed["issuerAuth"][2]))
    return {
        "docType": security.get("docType"),
        "nameSpaces": {name: _elements(items) for name, items in signed["nameSpaces"].items()},
        "validityInfo": plain(security.get("validityInfo")),
        "digestAlgorithm": security.get("digestAlgorithm"),
        "deviceKeyInfo": plain(security.get("deviceKeyInfo")),
    }


def _elements(items: Any) -> Json:
    opened = [_open(item) for item in items]
    return {item["elementIdentifier"]: plain(item["elementValue"]) for item in opened}


def _open(found: Any) -> Any:
    tagged = isinstance(found, cbor2.CBORTag) and found.tag == ENCODED_CBOR
    return _decoded(found.value) if tagged else found


def _decoded(data: bytes) -> Any:
    refusing = dict.fromkeys(REFERENCES, _refuse)
    return cbor2.loads(data, semantic_decoders=refusing, max_depth=DEEPEST)


def _refuse(*_: object) -> None:
    raise BadDocument("A mobile document refers to nothing that came before.")


def plain(value: Any) -> Any:
    """Make a value that JSON can hold; bytes become hexadecimal text."""
    match value:
        case bytes():
            return value.hex()
        case datetime() | date():
            return value.isoformat()
        case list() | tuple():
            return [plain(each) for each in value]
        case cbor2.CBORTag():
            return plain(value.value)
        case str() | int() | float() | None:
            return value
    if hasattr(value, "items"):
        return {str(name): plain(each) for name, each in value.items()}
    return str(value)
