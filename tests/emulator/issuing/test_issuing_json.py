"""JSON credentials, verified by @digitalbazaar/vc with the contexts as W3C published them."""

import copy
import json
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest

from hook.emulator.state import Configuration, Json
from tests.support.issuing import (
    CONTEXT,
    STUDENT,
    VERIFIER,
    Desk,
    Holder,
    issued,
    refusal,
    verified,
)

NESTED: Json = {"street": {"name": "Kauri Rd", "issuer": "did:x:y"}, "tags": ["a", {"b": [1, 2]}]}
ROOT = VERIFIER.parents[2]
# Names that mean something elsewhere in a credential, and values that readers could see otherwise.
WHATEVER: Json = {
    "issuer": "did:example:nobody",
    "issuanceDate": "yesterday",
    "expirationDate": "never",
    "credentialSubject": "somebody",
    "credentialStatus": {"kind": "good"},
    "created": "by hand",
    "proofPurpose": "none",
    "verificationMethod": "by eye",
    "assertionMethod": "loud",
    "name": "Ripeka “Te Kōkā” \\ \t \n \u0001 \u007f 😀",
    "holder": "",
    "count": 3,
    "half": 1.5,
    "whole": 5.0,
    "large": 12345678901234567890,
    "larger": 10**25,
    "true": True,
    "empty": {},
    "none": [],
    "nested": NESTED,
    "ngā": "reo",
    "2fa": "yes",
    "given-name.first": "Ripeka",
}


def configured(desk: Desk, body: Json, *claims: str) -> str:
    """Add a configuration with a mapping for each claim of the hook."""
    mappings = {name: {"mapFrom": f"claims.{name}"} for name in claims}
    base: Json = {
        "name": "Any card",
        "type": "AnyCard",
        "issuer": {"name": "Kauri"},
        "claimMappings": mappings,
    }
    thing = Configuration("any", "ldp_vc", base | body)
    desk.tenant.state.configurations.put("any", thing)
    return "any"


def any_card(desk: Desk, claims: Json, **body: Any) -> Any:
    """Ask for a credential with any claims."""
    configured(desk, body, *claims)
    proof = {"proof_type": "jwt", "jwt": Holder().proof(desk.time)}
    token = desk.granted("any", hook_claims=claims)
    return desk.asked(token, {"credential_configuration_id": "any", "proof": proof})


def test_a_credential_is_verified_by_others(desk: Desk, holder: Holder) -> None:
    credential = issued(desk.wanted(STUDENT, holder))
    assert verified(desk, credential) == [{"verified": True, "errors": []}]


def test_a_credential_that_was_changed_anywhere_is_refused(desk: Desk) -> None:
    credential = issued(desk.wanted(STUDENT))
    changes: list[tuple[str, ...]] = [
        ("credentialSubject", "name"),
        ("credentialSubject", "id"),
        ("credentialSubject", "pronouns"),
        ("issuer", "name"),
        ("credentialBranding", "backgroundColor"),
        ("issuanceDate",),
        ("expirationDate",),
        ("name",),
        ("description",),
        ("proof", "created"),
    ]
    others = []
    for *path, last in changes:
        other = copy.deepcopy(credential)
        place = other
        for name in path:
            place = place[name]
        date = {"issuanceDate", "expirationDate", "created"}
        place[last] = "2026-11-18T00:00:00Z" if last in date else "did:example:other"
        others.append(other)
    added = copy.deepcopy(credential)
    added["credentialSubject"]["degree"] = "doctor"
    removed = copy.deepcopy(credential)
    del removed["credentialSubject"]["pronouns"]
    results = verified(desk, credential, *others, added, removed)
    assert [each["verified"] for each in results] == [True] + [False] * (len(changes) + 2)


def test_whatever_a_claim_is_called_and_holds_others_see_the_same(desk: Desk) -> None:
    credential = issued(any_card(desk, WHATEVER))
    assert credential["credentialSubject"].keys() == WHATEVER.keys() | {"id"}
    changed = [copy.deepcopy(credential) for _ in WHATEVER]
    for other, name in zip(changed, WHATEVER, strict=True):
        other["credentialSubject"][name] = "something else"
    results = verified(desk, credential, *changed)
    assert results[0] == {"verified": True, "errors": []}
    assert [each["verified"] for each in results[1:]] == [False] * len(WHATEVER)


def test_a_credential_is_good_until_it_expires(desk: Desk) -> None:
    credential = issued(desk.wanted(STUDENT))
    desk.time += 364 * 86_400
    assert verified(desk, credential)[0]["verified"]
    desk.time += 2 * 86_400
    assert verified(desk, credential)[0] == {
        "verified": False,
        "errors": ["Credential has expired."],
    }


def test_a_credential_of_another_tenant_is_refused(
    desk: Desk, new_desk: Callable[..., Desk]
) -> None:
    credential = issued(new_desk().wanted(STUDENT))
    own = issued(desk.wanted(STUDENT))
    assert [each["verified"] for each in verified(desk, own, credential)] == [True, False]


def test_a_credential_says_what_its_configuration_says(desk: Desk, holder: Holder) -> None:
    credential = issued(desk.wanted(STUDENT, holder))
    assert credential["@context"][0] == CONTEXT
    assert credential["type"] == ["VerifiableCredential", "StudentCard"]
    assert credential["issuer"] == {
        "id": "did:web:localhost%3A9000",
        "name": "Kauri Polytechnic",
    }
    assert credential["name"] == "Student card"
    assert credential["credentialBranding"] == {"backgroundColor": "#003F5C"}
    assert credential["issuanceDate"] == "2026-11-18T11:06:40.000Z"
    assert credential["expirationDate"] == "2027-11-18T11:06:40.000Z"
    assert credential["credentialSubject"] == {
        "id": holder.did,
        "name": "Ripeka Tamihana",
        "email": "ripeka@kauri.example",
        "pronouns": "she/her",
    }
    assert credential["proof"]["type"] == "Ed25519Signature2018"
    assert credential["proof"]["verificationMethod"].startswith("did:web:localhost%3A9000#")
    header, payload, _ = credential["proof"]["jws"].split(".")
    assert (header, payload) == ("eyJhbGciOiJFZERTQSIsImI2NCI6ZmFsc2UsImNyaXQiOlsiYjY0Il19", "")


def test_more_types_and_no_end_are_in_the_credential(desk: Desk) -> None:
    credential = issued(any_card(desk, {"name": "Mere"}, additionalTypes=["AlumniCredential"]))
    assert credential["type"] == ["VerifiableCredential", "AnyCard", "AlumniCredential"]
    assert "expirationDate" not in credential
    assert verified(desk, credential)[0]["verified"]


@pytest.mark.parametrize("name", ["id", "type", "@type", "a b", "a:b", "a/b", "<a>", "proof", ""])
@pytest.mark.parametrize("wrap", [lambda name: {name: "x"}, lambda name: {"in": [{name: "x"}]}])
def test_a_claim_whose_name_would_get_lost_is_refused(
    desk: Desk, name: str, wrap: Callable[[str], Json]
) -> None:
    configured(desk, {"claimMappings": {"all": {"mapFrom": "claims.all"}}})
    proof = {"proof_type": "jwt", "jwt": Holder().proof(desk.time)}
    body = {"credential_configuration_id": "any", "proof": proof}
    refused = desk.asked(desk.granted("any", hook_claims={"all": wrap(name)}), body)
    assert refusal(refused) == (400, "credential_request_denied")
    issued(desk.asked(desk.granted("any", hook_claims={"all": wrap("name")}), body))


def alike(objects: int, lists: int = 2) -> Json:
    """Lists that are equal, of objects that are equal."""
    return {"all": [{"in": [{"a": "b"}] * objects}] * lists}


# To sign the first of them would take half a minute, with one object more five.
@pytest.mark.parametrize(
    ("bad", "good"),
    [
        (alike(9), alike(3)),
        (alike(4), alike(3)),
        (alike(9), {"all": [{"in": [{"a": each} for each in "abcdefghi"]}, {"out": []}]}),
        (alike(9, lists=1), alike(8, lists=1)),
    ],
)
def test_a_claim_with_too_many_equal_objects_is_refused(desk: Desk, bad: Json, good: Json) -> None:
    refused = any_card(desk, bad)
    assert refusal(refused) == (400, "credential_request_denied")
    assert "more than 8 objects that look the same" in refused.text
    assert issued(any_card(desk, good))["credentialSubject"]["all"] == good["all"]


def test_a_claim_that_is_nested_too_deeply_is_refused(desk: Desk) -> None:
    def nested(depth: int) -> Json:
        return {"all": json.loads("[" * depth + "]" * depth)}

    assert refusal(any_card(desk, nested(600))) == (400, "credential_request_denied")
    assert issued(any_card(desk, nested(100)))


def test_a_type_that_would_get_lost_is_refused(desk: Desk) -> None:
    assert refusal(any_card(desk, {"name": "Mere"}, type="Any card")) == (
        400,
        "credential_request_denied",
    )


def test_the_verifiers_lock_names_no_registry() -> None:
    lock = json.loads((VERIFIER / "package-lock.json").read_text(encoding="utf-8"))
    assert [name for name, each in lock["packages"].items() if "resolved" in each] == []


def test_without_its_packages_the_tenant_says_what_to_install() -> None:
    program = "import sys; sys.modules['pyoxigraph'] = None; import hook.emulator"
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].endswith("install requirements-emulator.txt.")
