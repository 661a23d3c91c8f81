"""The holder's proof: a fresh token of the key that the credential is to be bound to."""

from dataclasses import dataclass
from typing import Any

from hook.emulator import jws

from . import did, jwk

TYP = "openid4vci-proof+jwt"
FRESH = 300
"""Seconds that a proof may be old, or the wallet's clock ahead."""
LATEST = 1e12
"""Seconds since 1970; a number beyond it is no date."""


class InvalidProof(ValueError):
    """A proof that shows nothing; the text says why."""


@dataclass(frozen=True)
class Holder:
    """Who a credential is issued to."""

    did: str
    key: jwk.PublicKey


def proven(token: Any, audience: str, now: float) -> Holder:
    """Give the holder of a key proof (OpenID4VCI 1.0, appendix F.1). Raises `InvalidProof`.

    Takes the tenant's URL and the time, in seconds since 1970.
    """
    if not isinstance(token, str):
        raise InvalidProof("The proof is not a text")
    try:
        parted = jws.part(token, jwk.ALGORITHMS, TYP)
        holder = _holder(parted.header)
        jwk.check(parted, holder.key)
        payload = parted.believed().payload
    except jws.Invalid as error:
        raise InvalidProof(f"The proof is not accepted: {error}") from error
    if payload.get("aud") != audience:
        raise InvalidProof(f"The proof's aud is not {audience!r}")
    _check_dates(payload, now)
    return holder


def _holder(header: jws.Json) -> Holder:
    """Find the one key that a header names. Raises `jws.Invalid`."""
    named = [name for name in ("jwk", "kid", "x5c") if name in header]
    if named == ["jwk"] and isinstance(header["jwk"], dict):
        key = jwk.read(header["jwk"])
        return Holder(did.of(key), key)
    if named == ["kid"] and isinstance(header["kid"], str):
        return Holder(*did.resolved(header["kid"]))
    raise jws.Invalid("the header must have a jwk, or else a kid that is a did:key or a did:jwk")


def _check_dates(payload: jws.Json, now: float) -> None:
    issued, expires = _time(payload.get("iat")), _time(payload.get("exp", now + 1))
    if abs(issued - now) > FRESH or expires <= now:
        raise InvalidProof(f"The proof is not from now: its iat may be {FRESH} s off")


def _time(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < LATEST:
        raise InvalidProof("The proof needs a date in iat, as a number, and in exp if it has one")
    return float(value)
