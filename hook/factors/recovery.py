"""Recovery codes, for when nothing else is at hand: made, read, hashed."""

import hashlib
import os
import secrets

CODES = 10
LENGTH = 16
"""Characters of a code, five random bits each: 80 bits."""
GROUP = 4
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LOOKALIKES = str.maketrans("ILO", "110")
_SALT_BYTES = 16
# 16 MiB and some 50 ms: below 112 bits a plain hash would not do (OWASP ASVS 5.0, 6.5.2).
_COST, _BLOCK, _PARALLEL = 2**14, 8, 1


def new_codes() -> tuple[str, ...]:
    """Make a set of codes, as they are shown: groups of four with hyphens."""
    return tuple(_new_code() for _ in range(CODES))


def new_salt() -> bytes:
    """Make the salt of a set."""
    return os.urandom(_SALT_BYTES)


def read_code(typed: str) -> str | None:
    """Read what was typed, however it is spaced and capitalised; None when it cannot be a code."""
    plain = "".join(sign for sign in typed.upper() if sign.isalnum()).translate(_LOOKALIKES)
    return plain if len(plain) == LENGTH and set(plain) <= set(_ALPHABET) else None


def digest(code: str, salt: bytes) -> bytes:
    """Hash a code, in whatever spelling read_code() takes, with the salt of its set (RFC 7914).

    Raises ValueError for what is no code.
    """
    plain = read_code(code)
    if plain is None:
        raise ValueError("not a recovery code")
    return hashlib.scrypt(plain.encode(), salt=salt, n=_COST, r=_BLOCK, p=_PARALLEL)


def _new_code() -> str:
    signs = "".join(secrets.choice(_ALPHABET) for _ in range(LENGTH))
    return "-".join(signs[start : start + GROUP] for start in range(0, LENGTH, GROUP))
