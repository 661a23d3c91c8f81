"""How a credential becomes a card."""

from typing import Any

import cbor2
import pytest

from hook.emulator import jws
from hook.emulator.wallet import cards, mdoc
from hook.emulator.wallet.cards import Card, words
from hook.emulator.wallet.metadata import Issuer, Kind

ISSUER = Issuer("https://kauri.example", "kauri.example", "", "", "")


def card(credential: object, kind: Kind | None = None, **told: Any) -> Card:
    """Make a card."""
    return cards.make(
        "1", kind or Kind("a", "ldp_vc", "Card", name="Card"), ISSUER, credential, told
    )


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("Māia", "Māia"),
        ("2001-02-03", "3 February 2001"),
        ("2001-02-03T04:05:06Z", "3 February 2001"),
        ("2001-02-30", "2001-02-30"),
        ("2001-02-03 or so", "2001-02-03 or so"),
        (True, "Yes"),
        (False, "No"),
        (7, "7"),
        (None, "–"),
        (["a", "b"], "a, b"),
        ({"post_code": "6011", "city": "Wellington"}, "Post code: 6011, City: Wellington"),
    ],
)
def test_values_are_said_as_people_say_them(value: object, said: str) -> None:
    assert words(value) == said


def test_claims_stand_in_the_issuers_order_with_the_issuers_names() -> None:
    kind = Kind("a", "ldp_vc", "Card", claims={"name": "Full name", "level": "Level"})
    subject = {"id": "did:key:z", "more": 1, "level": 2, "name": "Hine"}
    found = card({"credentialSubject": subject}, kind, origins={"name": "login"})
    assert [claim.label for claim in found.claims] == ["Full name", "Level", "More"]
    assert [claim.origin for claim in found.claims] == ["login", "", ""]


def test_the_credential_itself_says_who_issued_it_where_it_does() -> None:
    assert card({"issuer": {"name": "Kauri Polytechnic"}}).issuer == "Kauri Polytechnic"
    assert card({"issuer": "did:web:kauri.example"}).issuer == "kauri.example"


def test_the_colour_is_the_metadatas_or_the_credentials_or_ours() -> None:
    branded = {"credentialBranding": {"backgroundColor": "#003F5C"}}
    assert card(branded, Kind("a", "ldp_vc", "Card", colour="#ffffff")).colour == "#ffffff"
    assert card(branded).colour == "#003F5C"
    assert card({"credentialBranding": {"backgroundColor": "red"}}).colour == cards.COLOUR


@pytest.mark.parametrize(
    ("colour", "is_light"),
    [
        ("#ffffff", True),
        ("#ffcc00", True),
        ("#8899aa", True),
        ("#003F5C", False),
        ("#b3141f", False),
    ],
)
def test_text_on_a_light_card_is_dark(colour: str, is_light: bool) -> None:
    assert card({}, Kind("a", "ldp_vc", "Card", colour=colour)).is_light is is_light


def signed(**changes: Any) -> str:
    """A mobile document, as far as it is read."""
    element = {"elementIdentifier": "birth_date", "elementValue": cbor2.CBORTag(1004, "2001-02-03")}
    security = {
        "docType": "a.b",
        "validityInfo": {"signed": cbor2.CBORTag(0, "2026-11-22T00:00:00Z")},
    }
    document = {
        "nameSpaces": {"a": [cbor2.CBORTag(24, cbor2.dumps(element))]},
        "issuerAuth": [b"", {}, cbor2.dumps(cbor2.CBORTag(24, cbor2.dumps(security))), b""],
    }
    return jws.encode(cbor2.dumps(document | changes))


def test_a_mobile_document_is_read_to_plain_values() -> None:
    read = mdoc.read(signed())
    assert read["nameSpaces"] == {"a": {"birth_date": "2001-02-03"}}
    assert read["docType"] == "a.b"
    assert read["validityInfo"] == {"signed": "2026-11-22T00:00:00+00:00"}


def holding(value: bytes) -> str:
    """A mobile document whose one element has this value, in CBOR."""
    identifier, name = cbor2.dumps("elementIdentifier"), cbor2.dumps("elementValue")
    element = b"\xa2" + identifier + cbor2.dumps("a") + name + value
    return signed(nameSpaces={"a": [cbor2.CBORTag(24, element)]})


# Each refers to something (tags 28 and 29, or 256 and 25) that is plainly there in its twin.
REFERRING = [
    ("d81c 81 d81d00", "81 80"),
    ("82 d81c 81 00 d81d00", "82 81 00 81 00"),
    ("d90100 82 6461626364 d81900", "d90100 82 6461626364 6461626364"),
    ("81" * 101 + "00", "81" * 99 + "00"),
]


@pytest.mark.parametrize(("bad", "good"), REFERRING)
def test_a_value_that_could_grow_without_end_is_refused(bad: str, good: str) -> None:
    assert mdoc.read(holding(bytes.fromhex(good)))["nameSpaces"]["a"].keys() == {"a"}
    with pytest.raises(mdoc.BadDocument):
        mdoc.read(holding(bytes.fromhex(bad)))


@pytest.mark.parametrize(
    "text",
    ["", "hello", "é", signed(issuerAuth=[]), signed(nameSpaces=[]), signed(nameSpaces={"a": [1]})],
)
def test_what_is_no_mobile_document_is_refused(text: str) -> None:
    assert mdoc.read(signed())
    with pytest.raises(mdoc.BadDocument):
        mdoc.read(text)
