"""The rules of the way in and the way out: hostile tokens, each beside an accepted twin."""

import base64
import hashlib
import hmac
import json
import string
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hook import strict_json
from hook.errors import PUBLIC, ArrivalRefused
from hook.refusals import ANSWER_CODES
from hook.tenant import Tenant
from hook.testing.tokens import (
    HEADER,
    HOOK_URL,
    NOW,
    OTHER_SECRET,
    SECRET,
    STATE,
    TENANT_URL,
    b64,
    payload,
    read_answer,
    sign,
    token,
)
from hook.tokens import (
    LEEWAY,
    URL_MOST,
    Sender,
    answer_body,
    answer_url,
    check_redirect_url,
    room,
    secret_id,
    verify,
)

KEY, OTHER_KEY = base64.b64decode(SECRET), base64.b64decode(OTHER_SECRET)
PUBLISHED = "dGtUrijBOT6UUJ8JO4kAFyGfhahDlVVeIk/sPbWTa7c="
KAURI = Tenant(
    slug="kauri",
    name="Kauri Polytechnic",
    issuers=(TENANT_URL,),
    audiences=(HOOK_URL,),
    secrets=(KEY,),
    subject="email",
    fold_subject=True,
    person=("name", "email"),
    mail="email",
    persist=(),
    return_origins=(),
    allow_missing_exp=False,
    session_timeout=None,
    locale="en",
)
CALLBACK = f"{TENANT_URL}/callback"
HEAD = json.dumps(HEADER).encode()
BODY = json.dumps(payload()).encode()
GOOD = sign(HEAD, BODY)
ACCEPTED = ""
URL_SAFE = string.ascii_uppercase + string.ascii_lowercase + string.digits + "-_"
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))


@dataclass(frozen=True)
class Twins:
    """A hostile token and an accepted one that differs in one thing; neither is ever printed."""

    name: str
    code: str
    bad: str = field(repr=False)
    good: str = field(repr=False, default=GOOD)


def verdict(sent: str, tenant: Tenant = KAURI, now: int = NOW) -> str:
    """The reason code of a refusal; ACCEPTED when there is none."""
    try:
        verify(sent, tenant, now)
    except ArrivalRefused as refused:
        return refused.code
    return ACCEPTED


def redirect_verdict(url: object, tenant: Tenant = KAURI) -> str:
    try:
        assert check_redirect_url(url, tenant, TENANT_URL) == url
    except ArrivalRefused as refused:
        return refused.code
    return ACCEPTED


def with_member(member: str, raw: str | None) -> str:
    """A token with one member of its payload as this JSON text; None leaves it out."""
    members = {name: json.dumps(value) for name, value in payload().items()} | {member: raw}
    kept = [f"{json.dumps(name)}:{text}" for name, text in members.items() if text is not None]
    return sign(HEAD, f"{{{','.join(kept)}}}".encode())


# T1: which algorithm, which key, which bytes were signed.


def algorithms() -> Iterator[Twins]:
    for name in ("none", "None", "HS384", "HS512", "RS256", "ES256", "hs256", "HS256 ", ""):
        yield Twins(f"alg {name!r}", "token_algorithm", token({**HEADER, "alg": name}))
    for value in (None, ["HS256"], {"HS256": 1}, 256, True):
        yield Twins(f"alg {value!r}", "token_algorithm", token({**HEADER, "alg": value}))
    yield Twins("no alg", "token_algorithm", token({"typ": "JWT"}))
    unsigned = token({**HEADER, "alg": "none"}).rpartition(".")[0] + "."
    yield Twins("alg none, no signature", "token_algorithm", unsigned)
    for digest in ("sha384", "sha512"):
        alg = "HS" + digest[3:]
        honest = token({**HEADER, "alg": alg}, digest=digest)
        yield Twins(f"{alg}, rightly signed", "token_algorithm", honest)
        yield Twins(f"HS256, but signed with {digest}", "token_signature", token(digest=digest))


def signatures() -> Iterator[Twins]:
    text, _, last = GOOD.rpartition(".")
    signature = base64.urlsafe_b64decode(last + "=")
    for name, changed in {
        "cut by a byte": signature[:-1],
        "cut to half": signature[:16],
        "with a byte more": signature + b"\0",
        "with another first bit": bytes([signature[0] ^ 0x80]) + signature[1:],
        "with another last bit": signature[:-1] + bytes([signature[-1] ^ 1]),
        "all zero": bytes(32),
    }.items():
        yield Twins(f"signature {name}", "token_signature", f"{text}.{b64(changed)}")
    other = token(state="another state").split(".")
    mixed = ".".join((text.split(".")[0], other[1], last))
    yield Twins("no signature", "token_signature", f"{text}.")
    yield Twins("signature of another payload", "token_signature", mixed)
    for name, secret in {
        "another tenant's": OTHER_SECRET,
        "of the public documentation": PUBLISHED,
        "used undecoded": base64.b64encode(SECRET.encode()).decode(),
        "with a line break": base64.b64encode(KEY + b"\n").decode(),
        "empty": "",
    }.items():
        yield Twins(f"secret {name}", "token_signature", token(secret=secret))


# T2: headers that would change what a signature means are refused; no other header is listened to.


def headers() -> Iterator[Twins]:
    extras: tuple[dict[str, Any], ...] = (
        {"crit": ["exp"]},
        {"crit": []},
        {"crit": ["kauri"], "kauri": 1},
        {"b64": False},
        {"b64": True},
        {"b64": True, "crit": ["b64"]},
        {"zip": "DEF"},
        {"kid": 1},
    )
    for extra in extras:
        yield Twins(f"header {extra}", "token_header", token({**HEADER, **extra}))


# T3: one token, one spelling. Whatever is changed here is signed as it is spelled.


def seal(text: str) -> str:
    return f"{text}.{b64(hmac.digest(KEY, text.encode(), hashlib.sha256))}"


def next_letter(part: str) -> str:
    """The part with its last character changed in bits that decode to nothing."""
    return part[:-1] + URL_SAFE[URL_SAFE.index(part[-1]) + 1]


def loose(document: bytes) -> str:
    """A document whose encoding ends in bits that decode to nothing."""
    return b64(document + b" " * ((1 - len(document)) % 3))


def as_json(compact: str) -> str:
    """The flattened JSON serialization (RFC 7515 section 7.2.2)."""
    names = ("protected", "payload", "signature")
    return json.dumps(dict(zip(names, compact.split("."), strict=True)))


def spellings() -> Iterator[Twins]:
    head, body = loose(HEAD), loose(BODY)
    good = seal(f"{head}.{body}")
    for name, text in {
        "header padded": f"{head}==.{body}",
        "payload padded": f"{head}.{body}==",
        "header with other trailing bits": f"{next_letter(head)}.{body}",
        "payload with other trailing bits": f"{head}.{next_letter(body)}",
        "payload of an impossible length": f"{head}.{body}AAA",
        "payload with a line break": f"{head}.{body[:8]}\n{body[8:]}",
        "payload with a space": f"{head}.{body} ",
        "payload empty": f"{head}.",
        "header empty": f".{body}",
        "without header": body,
        "with a part more": f"{head}.{body}.{body}",
    }.items():
        yield Twins(name, "token_malformed", seal(text), good)
    signature = good.rpartition(".")[2]
    for name, text in {
        "signature padded": good + "=",
        "signature with other trailing bits": good.removesuffix(signature) + next_letter(signature),
        "no signature and no dot": good.removesuffix("." + signature),
        "space before": " " + good,
        "line break after": good + "\n",
        "NUL after": good + "\0",
        "a full-width letter": "\uff45" + good[1:],
        "dots percent-encoded": good.replace(".", "%2E"),
        "JSON serialization": as_json(good),
        "the word Bearer before": f"Bearer {good}",
        "nothing": "",
        "two dots": "..",
    }.items():
        yield Twins(name, "token_malformed", text, good)
    inside = json.dumps(payload(claims={"q": ">>>>>?????"})).encode()
    standard = base64.b64encode(inside).decode().rstrip("=")
    bad = seal(f"{head}.{standard}")
    yield Twins("the other alphabet", "token_malformed", bad, seal(f"{head}.{b64(inside)}"))


# T5: one strict reader for header and payload.

MEMBERS = {
    "NaN": ('"x":NaN', '"x":1'),
    "Infinity": ('"x":Infinity', '"x":1'),
    "minus Infinity": ('"x":-Infinity', '"x":-1'),
    "a number past all numbers": ('"x":1e400', '"x":1e300'),
    "a leading zero": ('"x":01', '"x":1'),
    "a member twice": ('"x":1,"x":1', '"x":1,"y":1'),
    "a member twice, once escaped": (r'"x":1,"\u0078":1', r'"x":1,"\u0079":1'),
    "a member twice, deeper": ('"x":[{"a":1,"a":2}]', '"x":[{"a":1,"b":2}]'),
    "alg twice": ('"alg":"HS256","alg":"HS256"', '"x":"HS256"'),
    "state twice": ('"state":"a","state":"a"', '"x":"a"'),
    "a lone surrogate": (r'"x":"\ud83d"', r'"x":"\ud83d\ude00"'),
    "a lone surrogate in a name": (r'"\udfff":1', r'"\u00ff":1'),
    "a lone surrogate, deeper": (r'"x":[{"y":"\udead"}]', r'"x":[{"y":"\u00ad"}]'),
    "NUL": (r'"x":"\u0000"', r'"x":"\u0001"'),
    "NUL in a name": (r'"\u0000":1', r'"\u0001":1'),
    "a bare control character": ('"x":"\n"', r'"x":"\n"'),
    "lists 1,000 deep": (f'"x":{"[" * 1000}{"]" * 1000}', f'"x":{"[" * 10}{"]" * 10}'),
    "lists left open": (f'"x":{"[" * 1000}', '"x":[]'),
    "single quotes": ("'x':1", '"x":1'),
    "a comma too many": ('"x":1,', '"x":1'),
    "a comment": ('"x":1/**/', '"x":1 '),
}  # fmt: skip
WHOLE: dict[str, Callable[[bytes], bytes]] = {
    "a byte order mark": lambda text: b"\xef\xbb\xbf" + text,
    "UTF-16": lambda text: text.decode().encode("utf-16"),
    "UTF-16 without a mark": lambda text: text.decode().encode("utf-16-be"),
    "UTF-32": lambda text: text.decode().encode("utf-32-le"),
    "Latin-1": lambda text: text[:-1] + b',"x":"\xe9"}',
    "an overlong spelling": lambda text: text[:-1] + b',"x":"\xc0\xaf"}',
    "a surrogate as bytes": lambda text: text[:-1] + b',"x":"\xed\xa0\x80"}',
    "a list": lambda text: b"[" + text + b"]",
    "a text": lambda text: json.dumps(text.decode()).encode(),
    "null": lambda text: b"null",
    "a number": lambda text: b"1",
    "two documents": lambda text: text + text,
    "cut short": lambda text: text[:-1],
}


def documents() -> Iterator[Twins]:
    for name, (bad, good) in MEMBERS.items():
        for place, code in (("header", "token_header"), ("payload", "token_payload")):
            if ("alg" in bad and place == "payload") or ("state" in bad and place == "header"):
                continue
            signed = (_with_text(place, bad), _with_text(place, good))
            yield Twins(f"{name} in the {place}", code, *signed)
    for name, change in WHOLE.items():
        yield Twins(f"header is {name}", "token_header", sign(change(HEAD), BODY))
        yield Twins(f"payload is {name}", "token_payload", sign(HEAD, change(BODY)))


def _with_text(place: str, member: str) -> str:
    """The good token with this text as a further member of its header or payload."""
    more = f",{member}}}".encode()
    return sign(HEAD[:-1] + more, BODY) if place == "header" else sign(HEAD, BODY[:-1] + more)


# T6, T7, T10: who, for whom, and the types of everything else.

OWN = json.dumps(HOOK_URL)
TYPED: dict[str, tuple[str, tuple[str | None, ...]]] = {
    "iss": ("token_issuer", (
        None, "null", '""', "1", "true", "{}", f'["{TENANT_URL}"]', OWN, f'"{TENANT_URL}/"',
        f'"{TENANT_URL}:443"', f'" {TENANT_URL}"', f'"{TENANT_URL.upper()}"',
        f'"{TENANT_URL.replace("kauri", "Kauri")}"', f'"{TENANT_URL[:-1]}"', f'"{TENANT_URL}.nz"',
        f'"{TENANT_URL.replace("https", "http")}"', '"https://rimu.vii.nz01.mattr.global"',
    )),
    "aud": ("token_audience", (
        None, "null", '""', "1", "true", "{}", "[]", f"[{OWN},{OWN}]", f'[{OWN},"{TENANT_URL}"]',
        f'["{TENANT_URL}"]', f"[[{OWN}]]", f'{{"0":{OWN}}}', f'"{TENANT_URL}"', f'"{HOOK_URL}/"',
        f'"{HOOK_URL.upper()}"', f'"{HOOK_URL[:-1]}"', f'"{HOOK_URL}2"',
        '"https://hook.example.org"', '"https://hook.example.org/rimu"',
    )),
    "exp": ("token_dates", (
        "null", "true", "false", f'"{NOW + 600}"', f"[{NOW + 600}]", "{}", "[]", '""',
        str(10**40), str(-(10**40)), "9" * 2000, "1e300", f"{NOW + 600}000000000",
    )),
    "nbf": ("token_dates", ("null", "true", f'"{NOW}"', "[]", str(10**40), "-1e300")),
    "iat": ("token_dates", ("null", "false", f'"{NOW}"', "{}", str(-(10**40)), "1e300")),
    "state": ("token_state", (None, "null", '""', "17", "0", "true", '["a"]', '{"a":"b"}', "1.5")),
    "claims": ("token_claims", ("null", "[]", '[{"a":1}]', '"{}"', '""', "1", "false", "true")),
    "redirectUrl": ("token_redirect_url", (
        None, "null", "1", "true", "{}", f'["{CALLBACK}"]', f'{{"url":"{CALLBACK}"}}', '""',
        r'"https://k\u0101uri.example/"', '"javascript:alert(1)"',
    )),
}  # fmt: skip


def members() -> Iterator[Twins]:
    for member, (code, values) in TYPED.items():
        for raw in values:
            shown = "missing" if raw is None else raw[:60]
            yield Twins(f"{member} {shown}", code, with_member(member, raw))
    for raw in ("NaN", "Infinity"):
        yield Twins(f"exp {raw}", "token_payload", with_member("exp", raw))


CORPUS = [
    twins
    for family in (algorithms, signatures, headers, spellings, documents, members)
    for twins in family()
]


@pytest.mark.parametrize("twins", CORPUS, ids=lambda twins: twins.name)
def test_a_hostile_token_is_refused_and_its_twin_is_not(twins: Twins) -> None:
    verdicts = verdict(twins.bad), verdict(twins.good)
    assert verdicts == (twins.code, ACCEPTED)


def test_no_single_character_of_a_token_can_be_another() -> None:
    changed = [
        GOOD[:place] + ("A" if letter != "A" else "B") + GOOD[place + 1 :]
        for place, letter in enumerate(GOOD)
        if letter != "."
    ]
    accepted = [place for place, sent in enumerate(changed) if verdict(sent) == ACCEPTED]
    assert accepted == []


def test_no_token_that_lacks_its_end_is_accepted() -> None:
    accepted = [size for size in range(len(GOOD)) if verdict(GOOD[:size]) == ACCEPTED]
    assert accepted == []


@pytest.mark.parametrize(
    "extra",
    [
        {"kid": "../../../dev/null"},
        {"kid": "' OR 1=1 --"},
        {"jku": "https://evil.example/keys"},
        {"x5u": "https://evil.example/cert"},
        {"jwk": {"kty": "oct", "k": b64(OTHER_KEY)}},
        {"typ": "at+jwt"},
        {"typ": 1},
        {"cty": "JWT"},
    ],
    ids=str,
)
def test_headers_that_name_keys_or_types_change_nothing(extra: dict[str, Any]) -> None:
    header = {**HEADER, **extra}
    verdicts = verdict(token(header)), verdict(token(header, secret=OTHER_SECRET))
    assert verdicts == (ACCEPTED, "token_signature")


def test_the_payload_is_not_read_before_the_signature_holds() -> None:
    bodies = (b"\xff", b"[]", json.dumps(payload(iss="https://evil.example")).encode())
    found = {verdict(sign(HEAD, body, OTHER_SECRET)) for body in bodies}
    assert found == {"token_signature"}


def test_an_audience_may_be_a_list_of_this_hook_alone() -> None:
    assert verify(token(aud=[HOOK_URL]), KAURI, NOW).sender.aud == HOOK_URL


def test_a_further_spelling_of_the_hook_url_is_accepted_where_configured() -> None:
    sent = token(aud=f"{HOOK_URL}/")
    wider = replace(KAURI, audiences=(HOOK_URL, f"{HOOK_URL}/"))
    assert (verdict(sent), verdict(sent, wider)) == ("token_audience", ACCEPTED)
    assert verify(sent, wider, NOW).sender.aud == f"{HOOK_URL}/"


def test_a_further_issuer_is_accepted_where_configured() -> None:
    custom = "https://id.kauri.example"
    sent = token(iss=custom, redirectUrl=f"{custom}/callback")
    wider = replace(KAURI, issuers=(TENANT_URL, custom))
    assert (verdict(sent), verdict(sent, wider)) == ("token_issuer", ACCEPTED)


def test_an_own_answer_sent_back_in_is_refused() -> None:
    """T8: even one that carries all that an arrival has; only the direction tells them apart."""
    arrived = verify(token(), KAURI, NOW)
    answer = answer_url(arrived.sender, KEY, answer_body({}, (), None), NOW)
    (sent,) = answer.rpartition("session_token=")[2:]
    back = token(iss=HOOK_URL, aud=TENANT_URL)
    verdicts = verdict(sent), verdict(back), verdict(token(iss=TENANT_URL, aud=HOOK_URL))
    assert verdicts == ("token_issuer", "token_issuer", ACCEPTED)


# T9: dates.


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"exp": NOW - 29}, ACCEPTED),
        ({"exp": NOW - 30}, "token_expired"),
        ({"exp": NOW - 31}, "token_expired"),
        ({"exp": 0}, "token_expired"),
        ({"exp": -1}, "token_expired"),
        ({"exp": NOW + 600.5}, ACCEPTED),
        ({"exp": NOW - 30.5}, "token_expired"),
        ({"nbf": NOW - 1000}, ACCEPTED),
        ({"nbf": NOW + 29}, ACCEPTED),
        ({"nbf": NOW + 30}, ACCEPTED),
        ({"nbf": NOW + 31}, "token_not_yet"),
        ({"iat": NOW + 29}, ACCEPTED),
        ({"iat": NOW + 30}, ACCEPTED),
        ({"iat": NOW + 31}, "token_not_yet"),
        ({"exp": NOW + 86_430}, ACCEPTED),
        ({"exp": NOW + 86_431}, "token_lifetime"),
        ({"exp": NOW + 86_430, "iat": NOW - 1}, "token_lifetime"),
        ({"exp": 10**12}, "token_lifetime"),
        ({"exp": NOW + 600, "iat": NOW - 86_000}, "token_lifetime"),
        ({"exp": NOW + 400, "iat": NOW - 86_000}, ACCEPTED),
        ({"iat": None}, ACCEPTED),
        ({"iat": None, "exp": NOW + 86_430}, ACCEPTED),
        ({"iat": None, "exp": NOW + 86_431}, "token_lifetime"),
    ],
    ids=lambda value: str(value).replace(str(NOW), "now"),
)
def test_dates_decide_to_the_second(changes: dict[str, Any], code: str) -> None:
    found = verdict(token(**changes))
    assert found == code


@pytest.mark.parametrize(
    ("tenant", "changes", "code"),
    [
        ({}, {}, "token_exp_missing"),
        ({"allow_missing_exp": True}, {}, ACCEPTED),
        ({"allow_missing_exp": True}, {"iat": None}, "token_iat_missing"),
        ({"allow_missing_exp": True}, {"iat": NOW - 1229}, ACCEPTED),
        ({"allow_missing_exp": True}, {"iat": NOW - 1230}, "token_expired"),
        ({"allow_missing_exp": True, "session_timeout": 60}, {"iat": NOW - 89}, ACCEPTED),
        ({"allow_missing_exp": True, "session_timeout": 60}, {"iat": NOW - 90}, "token_expired"),
    ],
)
def test_a_token_without_exp_needs_the_switch_and_an_iat(
    tenant: dict[str, Any], changes: dict[str, Any], code: str
) -> None:
    found = verdict(token(exp=None, **changes), replace(KAURI, **tenant))
    assert found == code


@pytest.mark.parametrize("raw", ["null", "true", '"1795000600"', "[]", str(10**40)])
def test_an_exp_of_the_wrong_type_is_not_a_missing_one(raw: str) -> None:
    found = verdict(with_member("exp", raw), replace(KAURI, allow_missing_exp=True))
    assert found == "token_dates"


def test_the_log_is_told_which_switch_is_missing() -> None:
    sent = token(exp=None)
    with pytest.raises(ArrivalRefused) as refused:
        verify(sent, KAURI, NOW)
    assert "allow_missing_exp" in refused.value.detail


@pytest.mark.parametrize(
    ("tenant", "changes", "deadline"),
    [
        ({}, {}, NOW + 600),
        ({"session_timeout": 900}, {}, NOW + 600),
        ({"session_timeout": 300}, {}, NOW + 300),
        ({"session_timeout": 300}, {"iat": NOW - 100}, NOW + 200),
        ({"session_timeout": 300}, {"iat": None}, NOW + 600),
        ({"allow_missing_exp": True}, {"exp": None}, NOW + 1200),
        ({"allow_missing_exp": True, "session_timeout": 300}, {"exp": None}, NOW + 300),
    ],
)
def test_the_journey_ends_with_the_token_or_the_session(
    tenant: dict[str, Any], changes: dict[str, Any], deadline: int
) -> None:
    found = verify(token(**changes), replace(KAURI, **tenant), NOW).deadline
    assert deadline <= found <= deadline + LEEWAY


def test_a_token_is_never_good_for_longer_than_it_says() -> None:
    """Then its row may go: the same token opens no second journey."""
    deadline = verify(GOOD, KAURI, NOW).deadline
    assert (verdict(GOOD, now=deadline - 1), verdict(GOOD, now=deadline)) == (
        ACCEPTED,
        "token_expired",
    )


# T11: where an answer may go.

ELSEWHERE: list[object] = [
    "javascript:alert(1)",
    "javascript://kauri.vii.nz01.mattr.global/%0aalert(1)",
    "data:text/html,1",
    "kauri-wallet://callback",
    "file:///etc/passwd",
    "//kauri.vii.nz01.mattr.global/callback",
    "/callback",
    "callback",
    "?a=1",
    "https:kauri.vii.nz01.mattr.global/callback",
    "https:/kauri.vii.nz01.mattr.global/callback",
    "https:///kauri.vii.nz01.mattr.global/callback",
    "https://",
    CALLBACK.replace("https", "http"),
    CALLBACK.replace("https", "ftp"),
    CALLBACK.replace("kauri", "rimu"),
    CALLBACK.replace("global", "global.evil.example"),
    CALLBACK.replace("global", "global."),
    CALLBACK.replace("https://", "https://evil."),
    CALLBACK.replace("kauri", "k%61uri"),
    CALLBACK.replace("kauri.", "kauri\u3002"),
    CALLBACK.replace("kauri", "k\u0430uri"),
    f"{TENANT_URL}:8443/callback",
    f"{TENANT_URL}:80/callback",
    f"{TENANT_URL}:0/callback",
    f"{TENANT_URL}:65536/callback",
    f"{TENANT_URL}:x/callback",
    f"{TENANT_URL}@evil.example/callback",
    CALLBACK.replace("https://", "https://ripeka@"),
    CALLBACK.replace("https://", "https://ripeka:pass@"),
    CALLBACK.replace("https://", "https://@"),
    CALLBACK.replace("https://", "https://evil.example\\@"),
    CALLBACK.replace("https://", "https:\\\\"),
    f"{TENANT_URL}\\callback",
    f"{CALLBACK}\\",
    f"{CALLBACK}\n",
    f"{CALLBACK}\r\nSet-Cookie: a=b",
    f"{CALLBACK}\t",
    f"{CALLBACK}\0",
    f"{CALLBACK}\x7f",
    f" {CALLBACK}",
    f"{CALLBACK} x",
    f"ht\ntps{CALLBACK[5:]}",
    f"{CALLBACK}#",
    f"{CALLBACK}#fragment",
    f"{CALLBACK}/kāuri",
    f"{CALLBACK}\ud800",
    f"{CALLBACK}?session_token=1",
    f"{CALLBACK}?session_token",
    f"{CALLBACK}?a=1&session_token=1",
    f"{CALLBACK}?session%5Ftoken=1",
    f"{CALLBACK}?%73ession_token=1",
    "https://[::1/callback",
    "https://[kauri.vii.nz01.mattr.global]/callback",
    "",
    None,
    17,
    True,
    [CALLBACK],
    {"url": CALLBACK},
    CALLBACK.encode(),
]


@pytest.mark.parametrize(
    "url",
    [
        CALLBACK,
        f"{TENANT_URL}:443/callback",
        TENANT_URL,
        f"{TENANT_URL}/?",
        f"{TENANT_URL}?a=1&a=2",
        f"{CALLBACK}?next=https://evil.example/",
        f"{CALLBACK}?x=session_token=1",
        f"{CALLBACK}?my_session_token=1",
        f"{TENANT_URL}//evil.example/",
        f"{TENANT_URL}/session_token=1",
        f"{TENANT_URL}/@evil.example",
        "HTTPS://KAURI.vii.nz01.mattr.global/callback",
    ],
)
def test_a_redirect_url_at_the_tenant_is_accepted_as_it_is(url: str) -> None:
    assert redirect_verdict(url) == ACCEPTED


@pytest.mark.parametrize("url", ELSEWHERE, ids=ascii)
def test_a_redirect_url_that_could_lead_elsewhere_is_refused(url: object) -> None:
    assert redirect_verdict(url) == "token_redirect_url"


def test_return_origins_stand_in_place_of_the_origin_of_the_issuer() -> None:
    elsewhere = replace(KAURI, return_origins=("https://return.example:8443",))
    urls = ("https://return.example:8443/cb", "https://return.example/cb", CALLBACK)
    assert [redirect_verdict(url, elsewhere) for url in urls] == [
        ACCEPTED,
        "token_redirect_url",
        "token_redirect_url",
    ]
    assert redirect_verdict(urls[0]) == "token_redirect_url"


# What an arrival is, and by which secret.


def test_an_arrival_holds_what_the_token_said() -> None:
    sender = Sender(TENANT_URL, HOOK_URL, STATE, payload()["redirectUrl"], secret_id(KEY))
    arrived = verify(GOOD, KAURI, NOW)
    assert (arrived.sender, arrived.claims) == (sender, payload()["claims"])
    assert arrived.deadline == NOW + 630


def test_a_token_without_claims_is_an_arrival_without_claims() -> None:
    assert verify(token(claims=None), KAURI, NOW).claims == {}


def test_every_configured_secret_verifies_and_is_told_apart() -> None:
    both = replace(KAURI, secrets=(OTHER_KEY, KEY))
    old, new = (verify(token(secret=secret), both, NOW) for secret in (SECRET, OTHER_SECRET))
    assert (old.sender.secret_id, new.sender.secret_id) == (secret_id(KEY), secret_id(OTHER_KEY))
    removed = verdict(GOOD, replace(KAURI, secrets=(OTHER_KEY,)))
    assert removed == "token_signature"


def test_the_name_of_a_secret_does_not_tell_it() -> None:
    assert secret_id(KEY) != secret_id(OTHER_KEY)
    plain_hash = hashlib.sha256(KEY).hexdigest()
    assert not plain_hash.startswith(secret_id(KEY))


# Whatever is sent, there is a verdict.

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@settings(deadline=None)
@given(st.text())
def test_any_text_gets_a_verdict_with_a_page(sent: str) -> None:
    assert verdict(sent) in PUBLIC


@settings(deadline=None)
@given(st.binary(max_size=60), st.binary(max_size=60))
def test_any_signed_bytes_get_a_verdict_with_a_page(head: bytes, body: bytes) -> None:
    assert {verdict(sign(head, BODY)), verdict(sign(HEAD, body))} <= PUBLIC.keys()


@settings(deadline=None)
@given(st.sampled_from(sorted({*payload(), "nbf"})), JSON)
def test_any_value_of_any_member_gets_a_verdict(member: str, value: Any) -> None:
    assert verdict(sign(HEAD, json.dumps({**payload(), member: value}).encode())) in {
        *PUBLIC,
        ACCEPTED,
    }


# The strict reader by itself.


@pytest.mark.parametrize(
    "text",
    ["{}", '{"a":[{"b":null}],"c":"Wīremu"}', ' {"a" : 1.5e3}\n', r'{"a":"\ud83d\ude00"}'],
)
def test_an_object_is_read_as_any_reader_reads_it(text: str) -> None:
    assert strict_json.read_object(text.encode()) == json.loads(text)


@pytest.mark.parametrize(
    "data",
    [b"", b" ", b"{", b"[]", b'{"a":1}x', b'{"a":' + b"9" * 5000 + b"}", b'{"a":' * 100_000],
    ids=["nothing", "space", "open", "list", "rest", "5,000 digits", "100,000 deep"],
)
def test_what_is_no_object_is_a_value_error(data: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - which one is the reader's own matter
        strict_json.read_object(data)


@settings(deadline=None)
@given(st.dictionaries(st.text(), JSON, max_size=4))
def test_what_the_reader_accepts_can_be_written_and_read_again(value: dict[str, Any]) -> None:
    try:
        read = strict_json.read_object(json.dumps(value).encode())
    except ValueError:
        return
    assert strict_json.read_object(strict_json.write(read)) == read


# Issue §4: the answer.

SENDER = Sender(TENANT_URL, HOOK_URL, STATE, CALLBACK, secret_id(KEY))


def test_an_answer_goes_the_other_way_and_lives_for_a_minute() -> None:
    url = answer_url(SENDER, KEY, answer_body({"pronouns": "she/her"}, ("pronouns",), None), NOW)
    assert url.startswith(f"{CALLBACK}?session_token=")
    assert read_answer(url) == {
        "iss": HOOK_URL,
        "aud": TENANT_URL,
        "iat": NOW,
        "exp": NOW + 60,
        "state": STATE,
        "claims": {"pronouns": "she/her"},
        "claimsToPersist": ["pronouns"],
    }


def test_only_claims_that_are_there_are_persisted_and_only_the_configured_ones() -> None:
    body = answer_body({"a": 1, "b": 2}, ("b", "c"), None)
    assert body["claimsToPersist"] == ["b"]


@pytest.mark.parametrize("code", ANSWER_CODES)
def test_a_refusal_has_its_code_and_no_claims(code: str) -> None:
    body = answer_body({"pronouns": "she/her"}, ("pronouns",), code)
    answer = read_answer(answer_url(SENDER, KEY, body, NOW))
    assert answer["error"] == {"message": code}
    assert answer.keys() == {"iss", "aud", "iat", "exp", "state", "error"}


@settings(deadline=None)
@given(TEXTS.filter(bool))
def test_state_comes_back_as_it_came(state: str) -> None:
    arrived = verify(token(state=state), KAURI, NOW)
    assert read_answer(answer_url(arrived.sender, KEY, {}, NOW))["state"] == state


@pytest.mark.parametrize(
    ("redirect", "start"),
    [
        (CALLBACK, f"{CALLBACK}?session_token="),
        (f"{CALLBACK}?", f"{CALLBACK}?session_token="),
        (TENANT_URL, f"{TENANT_URL}?session_token="),
        (f"{CALLBACK}?a=%2f+%zz&&b;c='\"<>", f"{CALLBACK}?a=%2f+%zz&&b;c='\"<>&session_token="),
        (f"{TENANT_URL}//x/../y?a=1&a=2", f"{TENANT_URL}//x/../y?a=1&a=2&session_token="),
        (f"{TENANT_URL}:443/cb;p?q", f"{TENANT_URL}:443/cb;p?q&session_token="),
    ],
)
def test_the_redirect_url_keeps_its_own_query_byte_for_byte(redirect: str, start: str) -> None:
    url = answer_url(replace(SENDER, redirect_url=redirect), KEY, {}, NOW)
    head, _, answer = url.rpartition("=")
    assert (f"{head}=", answer.count(".")) == (start, 2)


@settings(deadline=None)
@given(TEXTS, st.integers(0, 1500), TEXTS)
def test_what_fits_into_the_room_fits_into_the_url(state: str, path: int, other: str) -> None:
    """And the room is no smaller than it has to be: two bytes more than it do not fit."""
    sender = replace(SENDER, state=state, redirect_url=f"{TENANT_URL}/{'p' * path}")
    left = room(sender, {"claims": {"other": other, "a": ""}})
    if left < 0:
        return
    fitting, passing = (
        answer_url(sender, KEY, {"claims": {"other": other, "a": "x" * size}}, NOW)
        for size in (left, left + 2)
    )
    assert len(fitting) <= URL_MOST < len(passing)
