"""Passkeys: each refusal beside an answer that is accepted and differs in that one thing."""

import contextlib
import dataclasses
import hashlib
import json
import re
import tracemalloc
from collections.abc import Callable
from functools import cache
from typing import Any

import cbor2
import pytest
import webauthn
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given, settings
from hypothesis import strategies as st
from webauthn.helpers.structs import AttestationFormat

from hook.factors import passkeys
from hook.factors.passkeys import Authenticator, Passkey, Policy, Refused, Registered, Used
from hook.testing.authenticator import (
    AAGUID,
    EDDSA,
    ES256,
    ORIGIN,
    RS256,
    Maker,
    PrivateKey,
    SoftAuthenticator,
    b64,
    cose_key,
    new_key,
    rsa_key,
    sign,
    unb64,
)

POLICY = Policy("hook.example.org", "Kauri", ORIGIN, "required", "preferred", {})
CHALLENGE, OTHER_CHALLENGE = (b64(hashlib.sha256(name).digest()) for name in (b"one", b"two"))
HANDLE, OTHER_HANDLE = (b64(hashlib.sha256(name).digest()) for name in (b"me", b"you"))
NOBODY = "00000000-0000-0000-0000-000000000000"
Changes = dict[str, Any]


def policy(**changes: Any) -> Policy:
    return dataclasses.replace(POLICY, **changes)


@cache
def maker(name: str = "Maker") -> Maker:
    return Maker(name)


def listing(*roots: bytes) -> Policy:
    """A policy that lets in one make of authenticator."""
    return policy(authenticators={AAGUID: Authenticator("Kauri Key", roots or (maker().root,))})


def creation(under: Policy = POLICY, exclude: tuple[Passkey, ...] = ()) -> str:
    return passkeys.creation_options(under, CHALLENGE, HANDLE, "Ripeka", exclude)


def register(
    under: Policy = POLICY, authenticator: SoftAuthenticator | None = None, **changes: Any
) -> Registered:
    """Register at a hook what an authenticator made, changed in some ways."""
    made = (authenticator or SoftAuthenticator()).create(creation(under), **changes)
    return passkeys.register(under, CHALLENGE, HANDLE, made)


@dataclasses.dataclass
class Desk:
    """An authenticator with a registered passkey, and what is stored of it."""

    authenticator: SoftAuthenticator
    passkey: Passkey
    count: int

    def use(self, under: Policy = POLICY, **changes: Any) -> Used:
        asked = passkeys.request_options(under, CHALLENGE, [self.passkey])
        return self.prove(self.authenticator.get(asked, **changes), under)

    def prove(self, posted: Any, under: Policy = POLICY) -> Used:
        counts = {self.passkey.id: self.count}
        return passkeys.authenticate(under, CHALLENGE, [self.passkey], counts, posted)


def new_desk(**habits: Any) -> Desk:
    authenticator = SoftAuthenticator(**habits)
    registered = register(authenticator=authenticator)
    return Desk(authenticator, registered.passkey, registered.sign_count)


@pytest.fixture
def desk() -> Desk:
    return new_desk()


def refuses(reason: str, call: Callable[[], object]) -> None:
    """See that a call is refused for that reason, and tells no more than the reason."""
    with pytest.raises(Refused) as refused:
        call()
    assert refused.value.reason == reason
    assert str(refused.value) == reason
    assert refused.value.__cause__ is None
    assert refused.value.__context__ is None or refused.value.__suppress_context__


# What the browser is asked


def test_the_browser_is_asked_to_create_what_the_policy_says() -> None:
    known = register().passkey
    assert json.loads(creation(exclude=(known,))) == {
        "rp": {"name": "Kauri", "id": "hook.example.org"},
        "user": {"id": HANDLE, "name": "Ripeka", "displayName": "Ripeka"},
        "challenge": CHALLENGE,
        "pubKeyCredParams": [
            {"type": "public-key", "alg": EDDSA},
            {"type": "public-key", "alg": ES256},
            {"type": "public-key", "alg": RS256},
        ],
        "timeout": 300_000,
        "excludeCredentials": [
            {"id": known.id, "type": "public-key", "transports": ["internal", "hybrid"]}
        ],
        "authenticatorSelection": {
            "residentKey": "preferred",
            "requireResidentKey": False,
            "userVerification": "required",
        },
        "attestation": "none",
    }


@pytest.mark.parametrize("word", ["required", "preferred", "discouraged"])
def test_the_browser_is_told_how_much_verification_and_discovery_is_wanted(word: str) -> None:
    under = policy(user_verification=word, discoverable=word)
    assert json.loads(creation(under))["authenticatorSelection"] == {
        "residentKey": word,
        "requireResidentKey": word == "required",
        "userVerification": word,
    }
    asked = json.loads(passkeys.request_options(under, CHALLENGE, []))
    assert asked["userVerification"] == word


def test_attestation_is_asked_for_only_with_an_allow_list() -> None:
    assert json.loads(creation(listing()))["attestation"] == "direct"
    assert json.loads(creation())["attestation"] == "none"


def test_the_browser_is_asked_to_prove_one_of_the_passkeys_in_their_order() -> None:
    first, second = register().passkey, register(transports=None).passkey
    for allowed in ([first, second], [second, first]):
        asked = json.loads(passkeys.request_options(POLICY, CHALLENGE, allowed))
        assert asked == {
            "challenge": CHALLENGE,
            "timeout": 300_000,
            "rpId": "hook.example.org",
            "userVerification": "required",
            "allowCredentials": [
                {
                    "id": passkey.id,
                    "type": "public-key",
                    **({"transports": list(passkey.transports)} if passkey.transports else {}),
                }
                for passkey in allowed
            ],
        }


@pytest.mark.parametrize("make", [passkeys.new_challenge, passkeys.new_user_handle])
def test_challenges_and_user_handles_are_32_random_bytes(make: Callable[[], str]) -> None:
    made = {make() for _ in range(100)}
    assert len(made) == 100
    assert {len(unb64(text)) for text in made} == {32}
    assert all(re.fullmatch(r"[A-Za-z0-9_-]{43}", text) for text in made)


# What is kept


@pytest.mark.parametrize("algorithm", [EDDSA, ES256, RS256])
def test_a_passkey_of_each_algorithm_is_registered_and_used(algorithm: int) -> None:
    desk = new_desk(algorithm=algorithm)
    used = desk.use()
    assert used.passkey == desk.passkey
    assert used.sign_count == desk.count + 1
    assert used.user_verified


def test_what_is_kept_of_a_passkey_can_be_written_as_json() -> None:
    authenticator = SoftAuthenticator(be=True)
    key = new_key()
    kept = register(authenticator=authenticator, key=key, credential_id=b"kauri" * 5).passkey
    assert kept == Passkey(
        id=b64(b"kauri" * 5),
        public_key=b64(cbor2.dumps(cose_key(key))),
        user_handle=HANDLE,
        backup_eligible=True,
        transports=("internal", "hybrid"),
        aaguid=AAGUID,
        attested=False,
    )
    read = json.loads(json.dumps(dataclasses.asdict(kept)))
    assert Passkey(**{**read, "transports": tuple(read["transports"])}) == kept


@pytest.mark.parametrize(
    ("posted", "kept"),
    [
        pytest.param(["usb", "nfc"], ("usb", "nfc"), id="known"),
        pytest.param(["usb", "telepathy", ""], ("usb",), id="unknown ones are left out"),
        pytest.param(["nfc", "usb", "nfc"], ("nfc", "usb"), id="each once"),
        pytest.param([], (), id="none"),
        pytest.param(None, (), id="not said"),
    ],
)
def test_only_known_transports_are_kept(posted: list[str] | None, kept: tuple[str, ...]) -> None:
    assert register(transports=posted).passkey.transports == kept


# Client data and flags, at registration and at use

CLIENT_DATA = [
    pytest.param({"challenge": OTHER_CHALLENGE}, "challenge", id="another challenge"),
    pytest.param({"challenge": CHALLENGE + "="}, "challenge", id="the challenge padded"),
    pytest.param({"challenge": ""}, "challenge", id="an empty challenge"),
    pytest.param({"members": {"challenge": None}}, "challenge", id="no challenge"),
    pytest.param({"members": {"challenge": 7}}, "challenge", id="a challenge that is a number"),
    pytest.param({"type": "payment.get"}, "type", id="another type"),
    pytest.param({"members": {"type": None}}, "type", id="no type"),
    pytest.param({"origin": "https://evil.example"}, "origin", id="another origin"),
    pytest.param({"origin": ORIGIN + "/"}, "origin", id="the origin with a slash"),
    pytest.param({"origin": ORIGIN + ":443"}, "origin", id="the origin with its port"),
    pytest.param({"origin": ORIGIN.replace("https", "http")}, "origin", id="without TLS"),
    pytest.param({"origin": "https://a.hook.example.org"}, "origin", id="a host below"),
    pytest.param({"members": {"origin": None}}, "origin", id="no origin"),
    pytest.param({"members": {"origin": [ORIGIN]}}, "origin", id="origin in a list"),
    pytest.param({"cross_origin": True}, "cross_origin", id="in a foreign frame"),
    pytest.param({"cross_origin": 0}, "cross_origin", id="crossOrigin is 0"),
    pytest.param({"cross_origin": "false"}, "cross_origin", id="crossOrigin is a text"),
    pytest.param({"top_origin": ORIGIN}, "cross_origin", id="topOrigin, our own"),
    pytest.param({"top_origin": "https://evil.example"}, "cross_origin", id="topOrigin"),
    pytest.param({"rp_id": "example.org"}, "rp_id", id="another RP"),
    pytest.param({"up": False}, "user_presence", id="nobody there"),
    pytest.param({"uv": False}, "user_verification", id="nobody verified"),
    pytest.param({"bs": True}, "backup_flags", id="backed up but not eligible"),
    pytest.param({"id": b64(b"other" * 5)}, "credential_id", id="id is not rawId"),
    pytest.param({"post": {"type": "password"}}, "malformed", id="no public key"),
]


@pytest.mark.parametrize(("changes", "reason"), CLIENT_DATA)
def test_a_registration_with_one_thing_wrong_is_refused(changes: Changes, reason: str) -> None:
    assert register().user_verified
    refuses(reason, lambda: register(**changes))


@pytest.mark.parametrize(("changes", "reason"), CLIENT_DATA)
def test_a_proof_with_one_thing_wrong_is_refused(desk: Desk, changes: Changes, reason: str) -> None:
    assert desk.use().user_verified
    refuses(reason, lambda: desk.use(**changes))


def test_the_types_of_registration_and_proof_are_not_exchangeable(desk: Desk) -> None:
    refuses("type", lambda: register(type="webauthn.get"))
    refuses("type", lambda: desk.use(type="webauthn.create"))


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"cross_origin": False}, id="crossOrigin is false"),
        pytest.param({"cross_origin": None}, id="crossOrigin is absent"),
        pytest.param({"members": {"other_keys_can_be_added_here": "yes"}}, id="unknown members"),
    ],
)
def test_what_browsers_may_leave_out_or_add_is_accepted(desk: Desk, changes: Changes) -> None:
    assert register(**changes).user_verified
    assert desk.use(**changes).user_verified


@pytest.mark.parametrize("word", ["preferred", "discouraged"])
def test_without_verification_it_is_accepted_unless_required(desk: Desk, word: str) -> None:
    under = policy(user_verification=word)
    assert not register(under, uv=False).user_verified
    assert not desk.use(under, uv=False).user_verified
    assert desk.use(under).user_verified
    refuses("user_presence", lambda: desk.use(under, up=False))


def client_data(kind: str, **changes: Any) -> bytes:
    members = {"type": kind, "challenge": CHALLENGE, "origin": ORIGIN, **changes}
    return json.dumps(members).encode()


TEXTS: list[Any] = [
    pytest.param(lambda good: good[:-1] + b', "origin": "https://evil.example"}', id="repeated"),
    pytest.param(lambda good: good[:-1] + b', "x": {"a": 1, "a": 2}}', id="repeated deep down"),
    pytest.param(lambda good: good.decode().encode("utf-16"), id="UTF-16"),
    pytest.param(lambda good: good.decode().encode("utf-16-le"), id="UTF-16 without its mark"),
    pytest.param(lambda good: good[:-1] + b', "x": "\xff"}', id="not UTF-8"),
    pytest.param(lambda good: b"[" + good + b"]", id="a list"),
    pytest.param(lambda good: b"null", id="null"),
    pytest.param(lambda good: b"", id="nothing"),
    pytest.param(lambda good: good + b"x", id="something behind it"),
    pytest.param(lambda good: good[:-1] + b', "x": ' + b"[" * 15_000, id="nested deep"),
    pytest.param(lambda good: good[:-1] + b', "x": ' + b"9" * 9_000 + b"}", id="a huge number"),
    pytest.param(lambda good: good[:-1] + b', "x": "' + b"x" * 30_000 + b'"}', id="too long"),
]


@pytest.mark.parametrize("spoil", TEXTS)
def test_client_data_is_read_strictly(desk: Desk, spoil: Callable[[bytes], bytes]) -> None:
    new, used = client_data("webauthn.create"), client_data("webauthn.get")
    assert register(client_data=new)
    assert desk.use(client_data=used)
    refuses("malformed", lambda: register(client_data=spoil(new)))
    refuses("malformed", lambda: desk.use(client_data=spoil(used)))


def test_a_byte_order_mark_is_stripped_as_the_standard_says(desk: Desk) -> None:
    assert desk.use(client_data=b"\xef\xbb\xbf" + client_data("webauthn.get"))
    refuses("malformed", lambda: desk.use(client_data=b"\xef\xbb" + client_data("webauthn.get")))


@pytest.mark.parametrize("challenge", ["", OTHER_CHALLENGE])
def test_an_answer_to_another_challenge_is_refused_whoever_forgot_ours(
    desk: Desk, challenge: str
) -> None:
    made = SoftAuthenticator().create(creation(), challenge="")
    refuses("challenge", lambda: passkeys.register(POLICY, challenge, HANDLE, made))
    asked = passkeys.request_options(POLICY, CHALLENGE, [desk.passkey])
    answer = desk.authenticator.get(asked, challenge="")
    refuses(
        "challenge",
        lambda: passkeys.authenticate(POLICY, challenge, [desk.passkey], {}, answer),
    )


# Registration


def test_an_id_of_1023_bytes_is_accepted_and_one_more_refused() -> None:
    assert register(credential_id=b"x" * 1_023).passkey.id == b64(b"x" * 1_023)
    refuses("credential_id", lambda: register(credential_id=b"x" * 1_024))


def test_the_id_outside_must_be_the_one_inside() -> None:
    inside, outside = b64(b"inside" * 4), b64(b"other!" * 4)
    assert register(credential_id=b"inside" * 4, id=inside, raw_id=inside)
    refuses(
        "credential_id",
        lambda: register(credential_id=b"inside" * 4, id=outside, raw_id=outside),
    )


@pytest.mark.parametrize(
    "spelling",
    [
        pytest.param(lambda text: text + "=", id="padded"),
        pytest.param(lambda text: text[:-1] + "!" + text[-1:], id="with junk"),
        pytest.param(lambda text: text + "\n", id="with a line break"),
        pytest.param(lambda text: text[:-1] + "B", id="other bits at the end"),
    ],
)
def test_binary_values_have_one_spelling(spelling: Callable[[str], str]) -> None:
    good = b64(b"\0" * 32)
    assert register(credential_id=b"\0" * 32, id=good, raw_id=good)
    bad = spelling(good)
    refuses("malformed", lambda: register(credential_id=b"\0" * 32, id=bad, raw_id=bad))


P384 = ec.generate_private_key(ec.SECP384R1())
KEY = new_key()


def cose(key: PrivateKey = KEY, **changes: Any) -> dict[int, Any]:
    places = {"kty": 1, "alg": 3, "crv": -1, "x": -2, "y": -3}
    return {**cose_key(key), **{places[name]: value for name, value in changes.items()}}


@pytest.mark.parametrize(
    ("key", "reason"),
    [
        pytest.param(cose(P384, alg=-35), "algorithm", id="ES384"),
        pytest.param(cose(rsa_key(), alg=-37), "algorithm", id="PS256"),
        pytest.param(cose(rsa_key(), alg=-65_535), "algorithm", id="RSA with SHA-1"),
        pytest.param(cose(new_key(EDDSA), alg=-19), "algorithm", id="Ed25519 by its newer number"),
        pytest.param(cose(P384), "algorithm", id="ES256 on P-384"),
        pytest.param(cose(alg=EDDSA), "algorithm", id="EdDSA on P-256"),
        pytest.param(cose(alg=RS256), "algorithm", id="RS256 on P-256"),
        pytest.param(cose(rsa_key(1_024)), "algorithm", id="RSA of 1024 bits"),
        pytest.param(cose(x=bytes(32)), "malformed", id="a point off the curve"),
        pytest.param(cose(y=True), "malformed", id="a compressed point"),
        pytest.param(cose(kty=99), "malformed", id="an unknown kind"),
        pytest.param({1: 2}, "malformed", id="hardly a key"),
        pytest.param([1, 2, 3], "malformed", id="no map"),
    ],
)
def test_only_keys_of_the_three_algorithms_are_taken(key: Any, reason: str) -> None:
    assert register(cose=cose())
    refuses(reason, lambda: register(cose=key))


def test_a_registration_without_a_key_is_refused(desk: Desk) -> None:
    asked = passkeys.request_options(POLICY, CHALLENGE, [desk.passkey])
    bare = unb64(desk.authenticator.get(asked)["response"]["authenticatorData"])
    made = SoftAuthenticator().create(creation())
    assert passkeys.register(POLICY, CHALLENGE, HANDLE, made)
    made["response"]["attestationObject"] = b64(
        cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": bare})
    )
    refuses("malformed", lambda: passkeys.register(POLICY, CHALLENGE, HANDLE, made))


# Backup flags


def test_a_passkey_may_be_backed_up_later_but_never_become_eligible() -> None:
    for backed_up in (True, False):
        assert register(be=True, bs=backed_up).passkey.backup_eligible
    synced, bound = new_desk(be=True), new_desk(be=False)
    assert synced.use(bs=True)
    assert synced.use(bs=False)
    assert bound.use()
    refuses("backup_flags", lambda: bound.use(be=True))
    refuses("backup_flags", lambda: bound.use(be=True, bs=True))
    refuses("backup_flags", lambda: synced.use(be=False))


# Whose passkey it is


def test_only_an_allowed_passkey_is_looked_at(desk: Desk) -> None:
    other = new_desk()
    answer = other.authenticator.get(
        passkeys.request_options(POLICY, CHALLENGE, [other.passkey]), user_handle=None
    )
    assert other.prove(answer)
    refuses("unknown_passkey", lambda: desk.prove(answer))
    refuses("unknown_passkey", lambda: passkeys.authenticate(POLICY, CHALLENGE, [], {}, answer))


def test_any_of_the_allowed_passkeys_will_do(desk: Desk) -> None:
    other = new_desk()
    allowed = [other.passkey, desk.passkey]
    answer = desk.authenticator.get(passkeys.request_options(POLICY, CHALLENGE, allowed))
    assert passkeys.authenticate(POLICY, CHALLENGE, allowed, {}, answer).passkey == desk.passkey


def test_the_user_handle_is_ours_or_absent(desk: Desk) -> None:
    assert desk.use(user_handle=HANDLE)
    assert desk.use(user_handle=None)
    for other in (OTHER_HANDLE, HANDLE + "=", "", 7, [HANDLE]):
        refuses("user_handle", lambda other=other: desk.use(user_handle=other))  # type: ignore[misc]


@pytest.mark.parametrize("algorithm", [EDDSA, ES256, RS256])
def test_a_signature_by_another_key_is_refused(algorithm: int) -> None:
    desk = new_desk(algorithm=algorithm)
    other = new_key(algorithm) if algorithm != RS256 else rsa_key(3_072)
    assert desk.use(key=desk.authenticator.keys[desk.passkey.id])
    refuses("signature", lambda: desk.use(key=other))


def test_a_signature_over_something_else_is_refused(desk: Desk) -> None:
    asked = passkeys.request_options(POLICY, CHALLENGE, [desk.passkey])
    one, two = desk.authenticator.get(asked), desk.authenticator.get(asked)
    assert desk.prove(one)
    for part in ("signature", "authenticatorData"):
        mixed = {**one, "response": {**one["response"], part: two["response"][part]}}
        refuses("signature", lambda mixed=mixed: desk.prove(mixed))  # type: ignore[misc]


@pytest.mark.parametrize(
    ("stored", "new", "accepted"),
    [
        pytest.param(0, 0, True, id="it does not count"),
        pytest.param(0, 1, True, id="it starts to count"),
        pytest.param(7, 8, True, id="one more"),
        pytest.param(7, 2**32 - 1, True, id="many more"),
        pytest.param(7, 7, False, id="the same again"),
        pytest.param(7, 6, False, id="less"),
        pytest.param(7, 0, False, id="it stopped counting"),
    ],
)
def test_the_count_must_rise(desk: Desk, stored: int, new: int, accepted: bool) -> None:
    desk.count = stored
    if accepted:
        assert desk.use(sign_count=new).sign_count == new
    else:
        refuses("counter_not_risen", lambda: desk.use(sign_count=new))


def test_nobody_without_the_key_can_raise_the_alarm_of_a_clone(desk: Desk) -> None:
    desk.count = 7
    refuses("counter_not_risen", lambda: desk.use(sign_count=3))
    refuses("signature", lambda: desk.use(sign_count=3, key=new_key()))


def test_a_passkey_without_a_stored_count_was_never_counted(desk: Desk) -> None:
    asked = passkeys.request_options(POLICY, CHALLENGE, [desk.passkey])
    answer = desk.authenticator.get(asked, sign_count=0)
    assert passkeys.authenticate(POLICY, CHALLENGE, [desk.passkey], {}, answer).sign_count == 0


# Attestation


def test_without_an_allow_list_self_attestation_is_verified_and_proves_no_make() -> None:
    assert not register(fmt="packed").passkey.attested
    assert not register().passkey.attested
    refuses("attestation", lambda: register(fmt="packed", chain=(new_key(), [])))
    refuses("attestation", lambda: register(fmt="packed", alg=EDDSA))


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"fmt": "packed", "chain": maker().chain()}, id="packed with a chain"),
        pytest.param({"fmt": "none", "statement": {"sig": b"x"}}, id="none with a statement"),
        pytest.param({"fmt": "none", "statement": {"x": 1}}, id="none with an unknown member"),
        pytest.param({"fmt": "none", "statement": {"x5c": []}}, id="none with a chain"),
        pytest.param({"fmt": "fido-u2f", "chain": maker().chain()}, id="U2F"),
        pytest.param({"fmt": "tpm", "chain": maker().chain()}, id="TPM"),
        pytest.param({"fmt": "apple", "chain": maker().chain()}, id="Apple"),
        pytest.param({"fmt": "android-key", "chain": maker().chain()}, id="Android"),
        pytest.param({"fmt": "compound"}, id="an unknown format"),
        pytest.param({"fmt": ""}, id="an empty format"),
    ],
)
def test_without_an_allow_list_nothing_else_is_let_through(changes: Changes) -> None:
    assert register(fmt=changes["fmt"] if changes["fmt"] in ("none", "packed") else "none")
    refuses("attestation", lambda: register(**changes))


def test_an_empty_chain_is_not_self_attestation() -> None:
    key = new_key()
    made = SoftAuthenticator().create(creation(), fmt="packed", key=key)
    assert passkeys.register(POLICY, CHALLENGE, HANDLE, made)
    found = cbor2.loads(unb64(made["response"]["attestationObject"]))
    found["attStmt"]["x5c"] = []
    made["response"]["attestationObject"] = b64(cbor2.dumps(found))
    refuses("attestation", lambda: passkeys.register(POLICY, CHALLENGE, HANDLE, made))
    refuses("attestation", lambda: passkeys.register(listing(), CHALLENGE, HANDLE, made))


def attested(under: Policy | None = None, **changes: Any) -> Registered:
    """Register under an allow-list; without changes that is accepted."""
    told = {"fmt": "packed", "chain": maker().chain(), **changes}
    return register(listing() if under is None else under, **told)


def test_a_listed_authenticator_with_a_chain_to_its_root_is_attested() -> None:
    passkey = attested().passkey
    assert passkey.attested
    assert passkey.aaguid == AAGUID


def test_the_certificate_need_not_name_the_aaguid() -> None:
    assert attested(chain=maker().chain(aaguid=None)).passkey.attested


@pytest.mark.parametrize("algorithm", [EDDSA, RS256])
def test_the_key_of_the_passkey_may_differ_in_kind_from_that_of_its_maker(algorithm: int) -> None:
    under = listing()
    made = SoftAuthenticator(algorithm=algorithm, fmt="packed", chain=maker().chain())
    assert register(under, made).passkey.attested


OTHER = "5f6b3c5e-1f4a-4c1e-9d0b-5a2f6a0c7e55"


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"aaguid": OTHER, "chain": maker().chain(OTHER)}, id="not listed"),
        pytest.param({"aaguid": NOBODY, "chain": maker().chain(NOBODY)}, id="no AAGUID"),
        pytest.param({"chain": None}, id="self attestation"),
        pytest.param({"fmt": "none", "statement": {}}, id="no attestation"),
        pytest.param({"fmt": "fido-u2f"}, id="U2F"),
        pytest.param({"fmt": "apple"}, id="Apple"),
        pytest.param({"chain": maker("Other").chain()}, id="another root"),
        pytest.param({"chain": maker().chain(OTHER)}, id="made for another AAGUID"),
        pytest.param({"chain": maker().chain(NOBODY)}, id="made for no AAGUID"),
        pytest.param({"chain": maker().chain(critical=True)}, id="its extension is critical"),
        pytest.param({"chain": maker().chain(ca=True)}, id="an authority itself"),
        pytest.param({"chain": maker().chain(ca=None)}, id="perhaps an authority"),
        pytest.param({"chain": maker().chain(unit="Web Servers")}, id="made for something else"),
        pytest.param({"chain": maker().chain(until=2_021)}, id="run out"),
        pytest.param({"chain": (new_key(), maker().chain()[1])}, id="signed by another key"),
        pytest.param({"alg": -65_535}, id="another algorithm"),
    ],
)
def test_with_an_allow_list_an_attestation_with_one_thing_wrong_is_refused(
    changes: Changes,
) -> None:
    assert attested().passkey.attested
    refuses("attestation", lambda: attested(**changes))


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"alg": EDDSA}, id="an algorithm that is not the key's"),
        pytest.param({"chain": (new_key(), [b"x"])}, id="a chain of no certificates"),
        pytest.param({"chain": (new_key(), ["x"])}, id="a chain of texts"),
        pytest.param({"chain": (new_key(), [maker().chain()[1]])}, id="a chain in a chain"),
    ],
)
def test_with_an_allow_list_an_attestation_that_cannot_be_read_is_refused(
    changes: Changes,
) -> None:
    assert attested().passkey.attested
    refuses("malformed", lambda: attested(**changes))


def test_a_format_for_which_the_library_asks_no_root_is_refused_though_it_verifies() -> None:
    under = policy(authenticators={NOBODY: Authenticator("Any U2F key", (maker().root,))})
    signer, chain = maker("Other").chain(aaguid=None)
    raw_id, told = b"kauri" * 5, client_data("webauthn.create")
    point = cose_key(KEY)
    parts = [hashlib.sha256(text).digest() for text in (b"hook.example.org", told)]
    signature = sign(signer, b"\0" + b"".join(parts) + raw_id + b"\4" + point[-2] + point[-3])
    made = SoftAuthenticator().create(
        creation(under),
        aaguid=NOBODY,
        key=KEY,
        credential_id=raw_id,
        client_data=told,
        fmt="fido-u2f",
        statement={"sig": signature, "x5c": chain, "alg": ES256},
    )
    assert webauthn.verify_registration_response(
        credential=made,
        expected_challenge=unb64(CHALLENGE),
        expected_rp_id="hook.example.org",
        expected_origin=ORIGIN,
        pem_root_certs_bytes_by_fmt={AttestationFormat.PACKED: [maker().root]},
    )
    refuses("attestation", lambda: passkeys.register(under, CHALLENGE, HANDLE, made))


def test_a_chain_may_have_an_authority_in_between_and_nothing_else() -> None:
    for is_authority in (True, False):
        between = maker().chain(aaguid=None, ca=is_authority, common_name="Between")
        chain = maker().chain(through=between)
        if is_authority:
            assert attested(chain=chain).passkey.attested
        else:
            refuses("attestation", lambda chain=chain: attested(chain=chain))  # type: ignore[misc]


def test_a_root_vouches_only_for_its_own_entry() -> None:
    kauri = Authenticator("Kauri Key", (maker().root,))
    rimu = Authenticator("Rimu Key", (maker("Other").root,))
    under = policy(authenticators={AAGUID: kauri, OTHER: rimu})
    good = {"aaguid": OTHER, "chain": maker("Other").chain(OTHER)}
    assert attested(under, **good).passkey.aaguid == OTHER
    refuses("attestation", lambda: attested(under, **{**good, "chain": maker().chain(OTHER)}))


def test_an_entry_may_have_several_roots_and_none_lets_nobody_in() -> None:
    assert attested(listing(maker("Other").root, maker().root)).passkey.attested
    rootless = policy(authenticators={AAGUID: Authenticator("Kauri Key", ())})
    refuses("attestation", lambda: attested(rootless))


# Whatever else is posted

ODD: list[Any] = [None, 7, True, 1.5, "", "x", "\ud800", "x" * 70_000, [], [7], {}, {"a": []}]


@pytest.mark.parametrize("odd", ODD, ids=lambda odd: repr(odd)[:12])
def test_a_member_of_another_kind_is_refused(desk: Desk, odd: Any) -> None:
    made = SoftAuthenticator().create(creation())
    used = desk.authenticator.get(passkeys.request_options(POLICY, CHALLENGE, [desk.passkey]))
    for good, prove in (
        (made, lambda posted: passkeys.register(POLICY, CHALLENGE, HANDLE, posted)),
        (used, desk.prove),
    ):
        with pytest.raises(Refused):
            prove(odd)
        for name in ("id", "rawId", "type", "response"):
            with pytest.raises(Refused):
                prove({**good, name: odd})
        for name in good["response"].keys() - {"userHandle", "transports"}:
            with pytest.raises(Refused):
                prove({**good, "response": {**good["response"], name: odd}})


@pytest.mark.parametrize("transports", ["usb", 7, {"usb": 1}, [7], ["usb", None], [["usb"]]])
def test_transports_of_another_kind_are_refused(transports: Any) -> None:
    assert register(transports=["usb"])
    refuses("malformed", lambda: register(transports=transports))


@pytest.mark.parametrize("member", ["fmt", "attStmt", "authData"])
@pytest.mark.parametrize("odd", [None, 7, 2**40, True, b"", [], {}, cbor2.CBORTag(35, "(")])
def test_an_attestation_object_of_another_kind_is_refused(member: str, odd: Any) -> None:
    made = SoftAuthenticator().create(creation())
    found = cbor2.loads(unb64(made["response"]["attestationObject"]))
    if found[member] == odd:
        return
    made["response"]["attestationObject"] = b64(cbor2.dumps({**found, member: odd}))
    refuses("malformed", lambda: passkeys.register(POLICY, CHALLENGE, HANDLE, made))


def test_a_number_in_the_place_of_bytes_costs_no_memory() -> None:
    made = SoftAuthenticator().create(creation())
    found = {"fmt": "none", "attStmt": {}, "authData": 2**28}
    made["response"]["attestationObject"] = b64(cbor2.dumps(found))
    tracemalloc.start()
    try:
        refuses("malformed", lambda: passkeys.register(POLICY, CHALLENGE, HANDLE, made))
        assert tracemalloc.get_traced_memory()[1] < 2**24
    finally:
        tracemalloc.stop()


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=40) | st.binary().map(b64),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)


def mutated(draw: st.DrawFn, posted: dict[str, Any]) -> dict[str, Any]:
    """Change one member of what was posted: another value, or some of its bytes."""
    inside = draw(st.booleans())
    response = posted["response"]
    name = draw(st.sampled_from(sorted(response if inside else posted)))
    old = response[name] if inside else posted[name]
    new = draw(JSON)
    if isinstance(old, str) and draw(st.integers(0, 3)):
        new = b64(spliced(draw, unb64(old)))
    if inside:
        return {**posted, "response": {**response, name: new}}
    return {**posted, name: new}


def spliced(draw: st.DrawFn, data: bytes) -> bytes:
    start = draw(st.integers(0, len(data)))
    length = draw(st.integers(0, 4) | st.just(len(data)))
    return data[:start] + draw(st.binary(max_size=6)) + data[start + length :]


@cache
def posted_once() -> tuple[Desk, dict[str, Any], tuple[tuple[Policy, dict[str, Any]], ...]]:
    desk = new_desk()
    used = desk.authenticator.get(passkeys.request_options(POLICY, CHALLENGE, [desk.passkey]))
    habits = {"fmt": "packed", "chain": maker().chain()}
    made = tuple(
        (under, SoftAuthenticator().create(creation(under), **changes))
        for under, changes in ((POLICY, {}), (POLICY, {"fmt": "packed"}), (listing(), habits))
    )
    return desk, used, made


@settings(max_examples=200, deadline=None)
@given(data=st.data())
def test_a_mutated_registration_is_accepted_or_refused_and_nothing_else(
    data: st.DataObject,
) -> None:
    _, _, made = posted_once()
    under, good = data.draw(st.sampled_from(made))
    posted = data.draw(st.composite(mutated)(good))
    with contextlib.suppress(Refused):
        assert passkeys.register(under, CHALLENGE, HANDLE, posted)


@settings(max_examples=200, deadline=None)
@given(data=st.data())
def test_a_proof_that_was_mutated_where_it_is_signed_is_refused(data: st.DataObject) -> None:
    desk, good, _ = posted_once()
    posted = data.draw(st.composite(mutated)(good))
    signed = ("clientDataJSON", "authenticatorData", "signature")
    same = isinstance(posted["response"], dict) and all(
        posted["response"].get(name) == good["response"][name] for name in signed
    )
    if same:
        with contextlib.suppress(Refused):
            assert desk.prove(posted).passkey == desk.passkey
    else:
        with pytest.raises(Refused, match=r"\A[a-z_]+\Z"):
            desk.prove(posted)


# The allow-list


def entry(**changes: Any) -> dict[str, Any]:
    return {"name": "Kauri Key", "roots": [maker().root.decode()], **changes}


def test_an_allow_list_is_read() -> None:
    both = [maker().root.decode(), maker("Other").root.decode()]
    read = passkeys.read_authenticators(json.dumps({AAGUID: entry(), OTHER: entry(roots=both)}))
    assert dict(read) == {
        AAGUID: Authenticator("Kauri Key", (maker().root,)),
        OTHER: Authenticator("Kauri Key", (maker().root, maker("Other").root)),
    }
    assert attested(policy(authenticators=read)).passkey.attested


GOOD = json.dumps(entry())
TWO_CERTIFICATES = maker().root.decode() + maker("Other").root.decode()


@pytest.mark.parametrize(
    ("text", "says"),
    [
        pytest.param("", "not JSON", id="empty"),
        pytest.param("{", "line 1", id="cut"),
        pytest.param("[" * 100_000, "nested", id="nested deep"),
        pytest.param("[]", "an object", id="a list"),
        pytest.param("{}", "at least one", id="nobody in it"),
        pytest.param(f'{{"{AAGUID}": {GOOD}, "{AAGUID}": {GOOD}}}', f"{AAGUID} .* twice", id="2"),
        pytest.param(f'{{"{AAGUID.upper()}": {GOOD}}}', AAGUID.upper(), id="upper case"),
        pytest.param(f'{{"{AAGUID.replace("-", "")}": {GOOD}}}', "UUID", id="no hyphens"),
        pytest.param(f'{{"{AAGUID} ": {GOOD}}}', "UUID", id="a space"),
        pytest.param(f'{{"{AAGUID}": 7}}', AAGUID, id="no entry"),
        pytest.param(json.dumps({AAGUID: entry(more=1)}), AAGUID, id="unknown member"),
        pytest.param(f'{{"{AAGUID}": {{"name": "x", {GOOD[1:]}}}', AAGUID, id="repeated name"),
        pytest.param(json.dumps({AAGUID: {"name": "x"}}), AAGUID, id="roots missing"),
        pytest.param(json.dumps({AAGUID: entry(name="")}), f"{AAGUID}: the name", id="no name"),
        pytest.param(json.dumps({AAGUID: entry(name=7)}), f"{AAGUID}: the name", id="odd name"),
        pytest.param(json.dumps({AAGUID: entry(roots=[])}), f"{AAGUID}: roots", id="no roots"),
        pytest.param(json.dumps({AAGUID: entry(roots="x")}), f"{AAGUID}: roots", id="a text"),
        pytest.param(json.dumps({AAGUID: entry(roots=["x"])}), f"{AAGUID}: each", id="no PEM"),
        pytest.param(json.dumps({AAGUID: entry(roots=[None])}), f"{AAGUID}: each", id="null"),
        pytest.param(json.dumps({AAGUID: entry(roots=["\ud800"])}), AAGUID, id="a surrogate"),
        pytest.param(
            json.dumps({AAGUID: entry(roots=[TWO_CERTIFICATES])}),
            f"{AAGUID}: each",
            id="two in one",
        ),
    ],
)
def test_an_allow_list_with_a_mistake_is_refused_and_the_entry_named(text: str, says: str) -> None:
    assert passkeys.read_authenticators(json.dumps({AAGUID: entry()}))
    with pytest.raises(ValueError, match=says):
        passkeys.read_authenticators(text)
