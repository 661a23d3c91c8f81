"""Tokens with a genuine signature that say the wrong thing."""

import time

from hook.conformance.arrivals import LIFETIME, Maker
from hook.conformance.tokens import MUST, SHOULD, Bad, Fine

_STRANGER = "https://stranger.example"
# Beyond any leeway, and before the token runs out: nothing else is different.
_SOON, _HOUR, _YEARS = 900, 3_600, 10 * 365 * 86_400
_ISSUER = "Compare iss, as a text, with the tenant's URL as it is configured."
_AUDIENCE = "Compare aud, as a text, with the hook URL as the tenant has it."
_EXP = "Demand exp, as a number. Where your tenant sends none, count from iat, as an option."
_TYPES = "Check the type of each member before you use it."


def _at(seconds: int) -> int:
    return int(time.time()) + seconds


def _reflected(make: Maker) -> str:
    return make.token(iss=make.target.aud, aud=make.target.iss)


BAD = (
    Bad(
        "wrong-issuer", MUST, "RFC 8725 section 3.8", "a token of another issuer (iss)",
        _ISSUER, lambda make: make.token(iss=_STRANGER), is_forged=False,
    ),
    Bad(
        "issuer-missing", MUST, "RFC 8725 section 3.8", "a token without an issuer (iss)",
        _ISSUER, lambda make: make.token(iss=None), is_forged=False,
    ),
    Bad(
        "wrong-audience", MUST, "RFC 8725 section 3.9", "a token for another hook (aud)",
        _AUDIENCE, lambda make: make.token(aud=f"{_STRANGER}/hook"), is_forged=False,
    ),
    Bad(
        "audience-missing", MUST, "RFC 8725 section 3.9", "a token for nobody (no aud)",
        _AUDIENCE, lambda make: make.token(aud=None), is_forged=False,
    ),
    Bad(
        "audience-list", SHOULD, "RFC 8725 section 3.9",
        "a token for this hook and another (a list as aud)", _AUDIENCE,
        lambda make: make.token(aud=[make.target.aud, f"{_STRANGER}/hook"]), is_forged=False,
    ),
    Bad(
        "reflected-answer", MUST, "RFC 8725 section 3.12",
        "a token as the hook itself makes them: iss and aud have changed places",
        "Check iss and aud: they alone tell the two ways apart, as there is one secret for both.",
        _reflected, is_forged=False,
    ),
    Bad(
        "expired", MUST, "RFC 7519 section 4.1.4", "a token that ran out an hour ago (exp)",
        "Check exp where it is there, with 30 seconds of leeway.",
        lambda make: make.token(exp=_at(-_HOUR)), is_forged=False,
    ),
    Bad(
        "not-yet-valid", MUST, "RFC 7519 section 4.1.5",
        "a token that is good in a quarter of an hour (nbf)",
        "Check nbf where it is there, with 30 seconds of leeway.",
        lambda make: make.token(nbf=_at(_SOON)), is_forged=False,
    ),
    Bad(
        "issued-later", SHOULD, "RFC 7519 section 4.1.6",
        "a token that will be issued in a quarter of an hour (iat)",
        "Check iat where it is there, with 30 seconds of leeway.",
        lambda make: make.token(iat=_at(_SOON)), is_forged=False,
    ),
    Bad(
        "exp-missing", SHOULD, "OWASP ASVS 9.2.1", "a token that never runs out (no exp)",
        _EXP, lambda make: make.token(exp=None), is_forged=False,
    ),
    Bad(
        "exp-text", SHOULD, "RFC 7519 section 2", "a token with a text as exp",
        _EXP, lambda make: make.token(exp=str(_at(LIFETIME))), is_forged=False,
    ),
    Bad(
        "exp-far-away", SHOULD, "OWASP ASVS 9.2.1", "a token that is good for ten years (exp)",
        "Refuse tokens that live longer than a session can, a day say.",
        lambda make: make.token(exp=_at(_YEARS)), is_forged=False,
    ),
    Bad(
        "state-missing", MUST, "documents of the platform", "a token without state",
        "Refuse it: without state there is no way back.",
        lambda make: make.token(state=None), is_forged=False,
    ),
    Bad(
        "state-number", SHOULD, "OWASP ASVS 2.2.1", "a token with a number as state",
        _TYPES, lambda make: make.token(state=17), is_forged=False,
    ),
    Bad(
        "claims-list", SHOULD, "OWASP ASVS 2.2.1", "a token with a list as claims",
        _TYPES, lambda make: make.token(claims=["email"]), is_forged=False,
    ),
)  # fmt: skip

FINE = (
    Fine(
        "clock-ahead", SHOULD, "RFC 7519 section 4.1.5",
        "a token from a clock that is 5 seconds ahead (iat, nbf)",
        "Allow for clocks that differ by 10 to 30 seconds, both ways.",
        lambda make: make.token(iat=_at(5), nbf=_at(5)),
    ),
)  # fmt: skip
