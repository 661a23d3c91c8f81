"""Mobile documents, presented and verified by @auth0/mdl."""

import hashlib
from collections.abc import Callable
from typing import Any

import cbor2
from cryptography import x509

from hook.emulator.state import Configuration, Json
from tests.support.issuing import MOBILE, Desk, Holder, issued, presented, unbase64url

DOCTYPE = MOBILE["doctype"]
ANY = "nz.kauri.any.1"


def document(desk: Desk, holder: Holder) -> bytes:
    """A student's mobile document, as bytes."""
    return unbase64url(issued(desk.wanted(MOBILE, holder)))


def failed(result: Json) -> list[str]:
    """The checks that did not pass, of those that were made."""
    assert result["checks"]
    return [check for check, status in result["checks"] if status != "PASSED"]


def any_document(desk: Desk, holder: Holder, body: Json, claims: Json) -> bytes:
    """A mobile document of any configuration."""
    desk.tenant.state.configurations.put("any", Configuration("any", "mso_mdoc", body))
    proof = {"proof_type": "jwt", "jwt": holder.proof(desk.time)}
    wanted = {"format": "mso_mdoc", "doctype": body["type"], "proof": proof}
    return unbase64url(issued(desk.asked(desk.granted("any", hook_claims=claims), wanted)))


def security(document: bytes) -> Any:
    """The mobile security object."""
    return cbor2.loads(cbor2.loads(cbor2.loads(document)["issuerAuth"][2]).value)


def items(document: bytes) -> list[Any]:
    """The elements of the document's only namespace."""
    ((_, tagged),) = cbor2.loads(document)["nameSpaces"].items()
    return [cbor2.loads(each.value) for each in tagged]


def test_a_document_is_verified_by_others_and_presented_with_the_holders_key(
    desk: Desk, holder: Holder
) -> None:
    (result,) = presented(desk, holder, DOCTYPE, document(desk, holder))
    assert failed(result) == []
    assert result["elements"][DOCTYPE] == {
        "name": "Ripeka Tamihana",
        "email": "ripeka@kauri.example",
        "pronouns": "she/her",
    }
    for part in ("Issuer certificate", "Issuer signature", "Device signature", "MSO must be valid"):
        assert [check for check, _ in result["checks"] if part in check], part
    assert len([check for check, _ in result["checks"] if "calculated digest" in check]) == 3


def test_a_document_that_was_changed_anywhere_is_refused(desk: Desk, holder: Holder) -> None:
    good = document(desk, holder)
    digest = next(iter(security(good)["valueDigests"][DOCTYPE].values()))
    signature = cbor2.loads(good)["issuerAuth"][3]
    changes = {
        "calculated digest for nz.kauri.student.1/name": (b"Ripeka", b"Ripeke"),
        "Issuer signature": (digest, digest[::-1]),
        "Issuer signature must be valid": (signature, signature[::-1]),
    }
    others = [good.replace(old, new) for old, new in changes.values()]
    assert good not in others
    first, *results = presented(desk, holder, DOCTYPE, good, *others)
    assert failed(first) == []
    for part, result in zip(changes, results, strict=True):
        assert [check for check in failed(result) if part in check], part


def test_a_document_is_bound_to_its_holder(desk: Desk, holder: Holder) -> None:
    stolen = document(desk, Holder())
    own, other = presented(desk, holder, DOCTYPE, document(desk, holder), stolen)
    assert failed(own) == []
    assert failed(other) == ["Device signature must be valid"]


def test_a_document_is_good_until_it_expires(desk: Desk, holder: Holder) -> None:
    good = document(desk, holder)
    desk.time += 364 * 86_400
    assert failed(presented(desk, holder, DOCTYPE, good)[0]) == []
    desk.time += 2 * 86_400
    (result,) = presented(desk, holder, DOCTYPE, good)
    assert failed(result) == ["The MSO must be valid at the time of verification"]


def test_a_document_of_another_tenant_is_refused(
    desk: Desk, new_desk: Callable[..., Desk], holder: Holder
) -> None:
    foreign = document(new_desk(), holder)
    own, other = presented(desk, holder, DOCTYPE, document(desk, holder), foreign)
    assert failed(own) == []
    assert failed(other) == ["Issuer certificate must be valid"]


def test_a_holder_with_another_kind_of_key_gets_a_document(desk: Desk) -> None:
    holder = Holder("EdDSA")
    key = security(document(desk, holder))["deviceKeyInfo"]["deviceKey"]
    assert key == {1: 1, -1: 6, -2: holder.okp.public_key().public_bytes_raw()}


def test_the_security_object_is_as_the_standard_has_it(desk: Desk, holder: Holder) -> None:
    data = document(desk, holder)
    told = security(data)
    assert told.keys() == {
        "version", "digestAlgorithm", "valueDigests", "deviceKeyInfo", "docType", "validityInfo",
    }  # fmt: skip
    assert (told["version"], told["digestAlgorithm"]) == ("1.0", "SHA-256")
    dates = {name: each.isoformat() for name, each in told["validityInfo"].items()}
    assert dates == {
        "signed": "2026-11-18T11:06:40+00:00",
        "validFrom": "2026-11-18T11:06:40+00:00",
        "validUntil": "2027-11-18T11:06:40+00:00",
    }
    tagged = cbor2.loads(data)["nameSpaces"][DOCTYPE]
    for number, item in enumerate(tagged):
        assert item.tag == 24
        digest = hashlib.sha256(cbor2.dumps(item)).digest()
        assert told["valueDigests"][DOCTYPE][number] == digest


def test_every_element_has_a_salt_of_its_own(desk: Desk, holder: Holder) -> None:
    both = items(document(desk, holder)) + items(document(desk, holder))
    salts = {item["random"] for item in both}
    assert len(salts) == len(both)
    assert min(map(len, salts)) >= 16


def test_the_certificates_are_as_annex_b_has_them(desk: Desk, holder: Holder) -> None:
    _, unprotected, _, _ = cbor2.loads(document(desk, holder))["issuerAuth"]
    signer = x509.load_der_x509_certificate(unprotected[33])
    told = desk.document("/v1/openid/iacas")["iacas"][0]["certificate"]
    root = x509.load_pem_x509_certificate(
        f"-----BEGIN CERTIFICATE-----\n{told}\n-----END CERTIFICATE-----".encode()
    )
    signer.verify_directly_issued_by(root)
    root.verify_directly_issued_by(root)
    constraints = root.extensions.get_extension_for_class(x509.BasicConstraints).value
    assert (constraints.ca, constraints.path_length) == (True, 0)
    purposes = signer.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert [purpose.dotted_string for purpose in purposes] == ["1.0.18013.5.1.2"]
    for certificate, signs in ((root, True), (signer, False)):
        usage = certificate.extensions.get_extension_for_class(x509.KeyUsage)
        assert usage.critical
        assert (usage.value.key_cert_sign, usage.value.digital_signature) == (signs, not signs)


def test_an_element_has_the_type_of_its_mapping(desk: Desk, holder: Holder) -> None:
    table: dict[str, tuple[str | None, Any, Any]] = {
        "text": ("string", "a", "a"),
        "number as text": ("string", 17, "17"),
        "yes": ("string", True, True),
        "time": ("dateTime", "2001-02-03T04:05:06+01:00", cbor2.CBORTag(0, "2001-02-03T03:05:06Z")),
        "no time": ("dateTime", "soon", "soon"),
        "date": ("date", "2001-02-03", cbor2.CBORTag(1004, "2001-02-03")),
        "number": ("number", 17, 17),
        "anything": (None, {"a": ["b"]}, {"a": ["b"]}),
    }
    mappings = {
        name: {"mapFrom": f"claims.{name}"} | ({"type": kind} if kind else {})
        for name, (kind, _, _) in table.items()
    }
    claims = {name: value for name, (_, value, _) in table.items()}
    body = {"type": ANY, "claimMappings": {"nz.kauri.1": mappings}}
    data = any_document(desk, holder, body, claims)
    for name, (_, _, element) in table.items():
        assert cbor2.dumps(name) + cbor2.dumps({"elementValue": element})[1:] in data, name
    assert failed(presented(desk, holder, ANY, data)[0]) == []


def test_a_claim_may_say_when_a_document_begins_and_ends(desk: Desk, holder: Holder) -> None:
    body = {
        "type": ANY,
        "expiresIn": {"months": 12},
        "validFrom": {"mapFrom": "claims.begin"},
        "validUntil": {"mapFrom": "claims.end"},
        "claimMappings": {"nz.kauri.1": {"it": {"defaultValue": "x"}}},
    }
    said = {"begin": "2026-12-01", "end": "2026-12-31T12:00:00Z"}
    dates = security(any_document(desk, holder, body, said))["validityInfo"]
    assert str(dates["validFrom"]) == "2026-12-01 00:00:00+00:00"
    assert str(dates["validUntil"]) == "2026-12-31 12:00:00+00:00"
    dates = security(any_document(desk, holder, body, said | {"end": "open"}))["validityInfo"]
    assert str(dates["validUntil"]) == "2027-11-18 11:06:40+00:00"


def test_a_namespace_without_a_value_is_left_out(desk: Desk, holder: Holder) -> None:
    body = {
        "type": ANY,
        "claimMappings": {
            "nz.kauri.1": {"it": {"defaultValue": "x"}, "too": {"mapFrom": "claims.absent"}},
            "nz.kauri.2": {"it": {"mapFrom": "claims.absent"}},
        },
    }
    data = any_document(desk, holder, body, {})
    assert list(security(data)["valueDigests"]) == ["nz.kauri.1"]
    assert failed(presented(desk, holder, ANY, data)[0]) == []
