"""Credential configurations: JSON credentials and mDocs, each at its own address."""

from typing import Any

import pytest

from hook.emulator.state import Json
from tests.support.emulator_api import (
    JSON_CARD,
    JSON_PATH,
    MOBILE_CARD,
    MOBILE_PATH,
    NOWHERE,
    Api,
    problem,
)

BOTH = pytest.mark.parametrize(
    ("path", "card"), [(JSON_PATH, JSON_CARD), (MOBILE_PATH, MOBILE_CARD)], ids=["json", "mobile"]
)


@BOTH
def test_a_configuration_is_made_shown_replaced_and_deleted(
    empty_api: Api, path: str, card: Json
) -> None:
    answer = empty_api.post(path, card)
    assert answer.status_code == 201
    made = answer.json
    here = f"{path}/{made['id']}"
    assert card.items() <= made.items()
    assert empty_api.get(here).json == made
    assert empty_api.get(path).json == {"data": [made]}
    changed = empty_api.put(here, card | {"type": "nz.kauri.other.1"})
    assert changed.json == made | {"type": "nz.kauri.other.1"}
    assert empty_api.get(here).json == changed.json
    assert empty_api.delete(here).status_code == 204
    assert problem(empty_api.get(here)) == (404, "NotFound", "id")
    assert empty_api.get(path).json == {"data": []}


def test_a_json_configuration_has_the_documented_defaults(api: Api) -> None:
    made = api.made(JSON_PATH, JSON_CARD)
    assert made == JSON_CARD | {
        "id": made["id"],
        "proofType": "Ed25519Signature2018",
        "persist": False,
        "revocable": False,
    }


def test_all_documented_members_are_kept_and_others_are_not(api: Api) -> None:
    source = api.made(
        "/v1/claim-sources",
        {
            "name": "Register",
            "url": "https://register.kauri.nz",
            "authorization": {"type": "api-key", "value": "k"},
            "requestParameters": {},
        },
    )
    whole = JSON_CARD | {
        "description": "Shows that somebody may borrow books.",
        "issuer": {"name": "Kauri", "logoUrl": "https://kauri.nz/l.png", "iconUrl": "x"},
        "additionalTypes": ["AlumniCredential"],
        "contexts": ["https://kauri.nz/context"],
        "proofType": "BbsSignature2022",
        "credentialBranding": {"backgroundColor": "#B00AA0", "watermarkImageUrl": "x"},
        "claimMappings": {
            "name": {"mapFrom": "claims.name", "required": True},
            "street": {"mapFrom": "claims.address.street", "defaultValue": {"a": [1]}},
            "level": {"defaultValue": "tertiary"},
            "subject": {"mapFrom": "authenticationProvider.subjectId"},
        },
        "persist": True,
        "revocable": True,
        "claimSourceId": source["id"],
        "expiresIn": {"years": 1, "months": 2, "weeks": 3, "days": 4, "hours": 5, "minutes": 6,
                      "seconds": 7},
    }  # fmt: skip
    made = api.made(JSON_PATH, whole | {"colour": "green"})
    assert made == whole | {"id": made["id"]}
    whole = MOBILE_CARD | {
        "claimMappings": {
            "nz.kauri.1": {
                "name": {"mapFrom": "claims.name", "type": "string", "required": True},
                "born": {"mapFrom": "claims.born", "type": "dateTime", "defaultValue": "x"},
            }
        },
        "claimSourceId": source["id"],
        "validFrom": {"mapFrom": "claims.from"},
        "validUntil": {"mapFrom": "claims.until"},
        "branding": {
            "name": "Card", "description": "d", "backgroundColor": "#FFFFFF",
            "watermarkImage": "w", "issuerLogo": "l", "issuerIcon": "i",
        },
        "includeStatus": True,
    }  # fmt: skip
    made = api.made(MOBILE_PATH, whole | {"colour": "green"})
    assert made == whole | {"id": made["id"]}


def test_neither_kind_is_seen_at_the_others_address(empty_api: Api) -> None:
    made = empty_api.made(JSON_PATH, JSON_CARD)
    there = f"{MOBILE_PATH}/{made['id']}"
    assert empty_api.get(MOBILE_PATH).json == {"data": []}
    for answer in (
        empty_api.get(there),
        empty_api.put(there, MOBILE_CARD),
        empty_api.delete(there),
    ):
        assert problem(answer) == (404, "NotFound", "id")
    assert empty_api.get(f"{JSON_PATH}/{made['id']}").json == made


@BOTH
def test_a_list_can_be_of_one_type(empty_api: Api, path: str, card: Json) -> None:
    made = empty_api.made(path, card)
    empty_api.made(path, card | {"type": "nz.kauri.other.1"})
    assert empty_api.get(f"{path}?type={card['type']}").json == {"data": [made]}
    assert empty_api.get(f"{path}?type=nothing").json == {"data": []}


ELEMENT = {"mapFrom": "claims.name"}


@pytest.mark.parametrize(
    ("path", "member", "wrong", "param"),
    [
        (JSON_PATH, "name", None, "name"),
        (JSON_PATH, "type", "", "type"),
        (JSON_PATH, "issuer", {}, "issuer.name"),
        (JSON_PATH, "proofType", "RsaSignature2018", "proofType"),
        (JSON_PATH, "claimMappings", [], "claimMappings"),
        (JSON_PATH, "claimMappings", {"name": {}}, "claimMappings.name"),
        (JSON_PATH, "claimMappings", {"name": {"required": True}}, "claimMappings.name"),
        (JSON_PATH, "claimMappings", {"n": {"mapFrom": "name"}}, "claimMappings.n.mapFrom"),
        (JSON_PATH, "claimMappings", {"n": {"mapFrom": "claims."}}, "claimMappings.n.mapFrom"),
        (JSON_PATH, "claimMappings", {"n": ELEMENT | {"required": 1}}, "claimMappings.n.required"),
        (JSON_PATH, "expiresIn", {}, "expiresIn"),
        (JSON_PATH, "expiresIn", {"months": 1.5}, "expiresIn.months"),
        (JSON_PATH, "expiresIn", {"months": -1}, "expiresIn.months"),
        (JSON_PATH, "claimSourceId", NOWHERE, "claimSourceId"),
        (MOBILE_PATH, "type", None, "type"),
        (MOBILE_PATH, "expiresIn", None, "expiresIn"),
        (MOBILE_PATH, "claimMappings", None, "claimMappings"),
        (MOBILE_PATH, "claimMappings", {}, "claimMappings"),
        (MOBILE_PATH, "claimMappings", {"nz.kauri.1": {}}, "claimMappings"),
        (MOBILE_PATH, "claimMappings", {"name": ELEMENT}, "claimMappings.name.mapFrom"),
        (MOBILE_PATH, "validFrom", {}, "validFrom.mapFrom"),
        (MOBILE_PATH, "branding", {}, "branding.name"),
        (MOBILE_PATH, "includeStatus", "yes", "includeStatus"),
    ],
)
def test_a_wrong_member_is_named_and_nothing_is_made(
    empty_api: Api, path: str, member: str, wrong: Any, param: str
) -> None:
    card = {JSON_PATH: JSON_CARD, MOBILE_PATH: MOBILE_CARD}[path]
    # None stands for a member that is not there.
    body = {name: value for name, value in (card | {member: wrong}).items() if value is not None}
    assert problem(empty_api.post(path, body)) == (400, "BadRequest", param)
    assert empty_api.get(path).json == {"data": []}
    assert empty_api.post(path, card).status_code == 201
