"""Tokens that are written in another way, and requests with none, two or too much."""

from hook.conformance import jose
from hook.conformance.arrivals import Maker
from hook.conformance.tokens import MUST, SHOULD, Bad

_ONE_SPELLING = (
    "Take letters, digits, - and _ only; decode each part, encode it again, and compare. "
    "And never recognise a replay by the text of a token: use iss and state."
)
_ONE_MEMBER = "Refuse JSON in which a member is repeated, in the header and in the payload."
_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
_OVERSIZE = 15_000


def _trailing_bits(make: Maker) -> str:
    token = make.token()
    # 32 bytes leave the last two bits of the last sign unused: four signs mean the same.
    return token[:-1] + _ALPHABET[_ALPHABET.index(token[-1]) ^ 1]


def _standard_alphabet(make: Maker) -> str:
    while True:
        token = make.token()
        head, payload, signature = token.split(".")
        other = signature.replace("-", "+").replace("_", "/")
        if other != signature:
            return f"{head}.{payload}.{other}"


def _repeated_in_header(make: Maker) -> str:
    header = b'{"alg":"none",' + jose.write(jose.HEADER)[1:]
    return jose.sign(header, jose.write(make.payload()), make.target.secret)


def _repeated_in_payload(make: Maker) -> str:
    payload = b'{"state":"another",' + jose.write(make.payload())[1:]
    return jose.sign(jose.write(jose.HEADER), payload, make.target.secret)


def _list_as_payload(make: Maker) -> str:
    payload = jose.write([make.payload()])
    return jose.sign(jose.write(jose.HEADER), payload, make.target.secret)


def _oversized(make: Maker) -> str:
    return make.token(claims={**make.target.claims, "filler": "x" * _OVERSIZE})


BAD = (
    Bad(
        "token-missing", MUST, "documents of the platform", "a request without a token",
        "Answer 400, and open nothing.", lambda _: [],
    ),
    Bad(
        "two-tokens", SHOULD, "OWASP ASVS 15.3.7", "a request with two tokens, both good",
        "Refuse a request in which a parameter stands twice.",
        lambda make: [make.token(), make.token()],
    ),
    Bad(
        "padding", SHOULD, "RFC 7515 section 2", "a token with padding (=) at its end",
        _ONE_SPELLING, lambda make: make.token() + "=",
    ),
    Bad(
        "trailing-bits", SHOULD, "RFC 7515 section 2",
        "a token whose last sign is another with the same meaning", _ONE_SPELLING, _trailing_bits,
    ),
    Bad(
        "extra-characters", SHOULD, "RFC 7515 section 2",
        "a token with signs at its end that base64url does not have", _ONE_SPELLING,
        lambda make: make.token() + "!*",
    ),
    Bad(
        "standard-alphabet", SHOULD, "RFC 7515 section 2",
        "a token with + and / in the place of - and _", _ONE_SPELLING, _standard_alphabet,
    ),
    Bad(
        "repeated-header-member", SHOULD, "RFC 7515 section 4",
        "a token whose header has alg twice", _ONE_MEMBER, _repeated_in_header, is_forged=False,
    ),
    Bad(
        "repeated-payload-member", SHOULD, "RFC 7519 section 4",
        "a token whose payload has state twice", _ONE_MEMBER, _repeated_in_payload,
        is_forged=False,
    ),
    Bad(
        "payload-list", MUST, "RFC 7519 section 7.2", "a token whose payload is a list",
        "Take a payload that is a JSON object, and nothing else.", _list_as_payload,
        is_forged=False,
    ),
    Bad(
        "oversized", SHOULD, "OWASP ASVS 4.2.5",
        f"a token of more than {_OVERSIZE:,} characters",
        "Refuse tokens above a length of your choice, 4,000 characters say, with 400 or 414.",
        _oversized, is_forged=False,
    ),
)  # fmt: skip
