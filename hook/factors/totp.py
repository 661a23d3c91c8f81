"""Time-based one-time passwords (RFC 6238): seeds, the time step a code is of."""

import hmac

import pyotp

STEP_SECONDS = 30
DIGITS = 6
WINDOW = 1
"""How many time steps before and after now are accepted (RFC 6238 section 5.2)."""
_ISSUER_MOST, _ACCOUNT_MOST = 40, 60


def new_seed() -> str:
    """Make a seed: 160 random bits in base32 (RFC 4226 section 4, R6)."""
    return pyotp.random_base32()


def uri(seed: str, issuer: str, account: str) -> str:
    """Give the otpauth:// link that authenticator apps open (the Key URI format).

    Long names are cut for the QR code; a colon would end the issuer's name in the label.
    """
    name, issuer_name = _plain(account, _ACCOUNT_MOST), _plain(issuer, _ISSUER_MOST)
    return pyotp.TOTP(seed).provisioning_uri(name=name, issuer_name=issuer_name)


def grouped(seed: str) -> str:
    """Give a seed as it is typed: in groups of four."""
    return " ".join(seed[start : start + 4] for start in range(0, len(seed), 4))


def matching_step(seed: str, code: str, now: int, last: int) -> int | None:
    """Find the time step that a code is of; None when it is wrong, or of the last step or before.

    Takes the time in seconds since 1970 and the last time step that counted (RFC 6238 section 5.2:
    a code is accepted once).
    """
    totp, current = pyotp.TOTP(seed), now // STEP_SECONDS
    found = None
    for step in range(current - WINDOW, current + WINDOW + 1):
        same = hmac.compare_digest(totp.generate_otp(step), code)
        if same and step > last and found is None:
            found = step
    return found


def _plain(name: str, most: int) -> str:
    return " ".join(name.replace(":", " ").split())[:most]
