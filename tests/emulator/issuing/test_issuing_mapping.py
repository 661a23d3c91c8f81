"""claimMappings: which value a claim gets, and where it is from."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hook.emulator.issuing.claims import Found, Json, Known
from hook.emulator.issuing.mapping import MissingClaims, mapped

PERSON: dict[str, Json] = {
    "user": {"name": "of the user", "phone": "of the user"},
    "offer": {"name": "of the offer", "seat": "of the offer"},
    "login": {"name": "of the login", "address": {"formatted": "1 Kauri St", "city": "Whangārei"}},
    "hook": {"name": "of the hook", "pronouns": "she/her", "nothing": None},
    "source": {"name": "of the source", "https://kauri.nz/role": "student"},
}
KNOWN = Known(
    PERSON,
    provider={"providerId": "p1", "subjectId": "k|17"},
    configuration={"type": "StudentCard"},
)
BY_WHAT_WINS = ["source", "hook", "login", "offer", "user"]


def of(mapping: Json, known: Known = KNOWN) -> Found | None:
    """What one mapping gives."""
    return mapped({"claim": mapping}, known).get("claim")


@pytest.mark.parametrize(
    ("mapping", "value", "origin"),
    [
        ({"mapFrom": "claims.pronouns"}, "she/her", "hook"),
        ({"mapFrom": "claims.address.formatted"}, "1 Kauri St", "login"),
        ({"mapFrom": "claims.address"}, PERSON["login"]["address"], "login"),
        ({"mapFrom": "claims.https://kauri.nz/role"}, "student", "source"),
        ({"mapFrom": "claims.seat"}, "of the offer", "offer"),
        ({"mapFrom": "claims.phone"}, "of the user", "user"),
        ({"mapFrom": "authenticationProvider.subjectId"}, "k|17", "login"),
        ({"defaultValue": "tertiary"}, "tertiary", "fixed"),
        ({"defaultValue": False}, False, "fixed"),
        ({"mapFrom": "claims.pronouns", "defaultValue": "none"}, "she/her", "hook"),
        ({"mapFrom": "claims.absent", "defaultValue": "none"}, "none", "fixed"),
        ({"mapFrom": "claims.nothing", "defaultValue": "none"}, "none", "fixed"),
    ],
)
def test_a_mapping_gives_a_value_and_its_origin(mapping: Json, value: Any, origin: str) -> None:
    assert of(mapping) == Found(value, origin)


@pytest.mark.parametrize(
    "path",
    [
        "claims.absent",
        "claims.nothing",
        "claims.pronouns.of",
        "claims.address.street",
        "claims.address.city.of",
        "claims",
        "authenticationProvider.absent",
        "elsewhere.name",
        "name",
    ],
)
def test_an_optional_mapping_without_a_value_is_left_out(path: str) -> None:
    assert of({"mapFrom": path}) is None


def test_a_required_mapping_without_a_value_is_named() -> None:
    mappings = {
        "one": {"mapFrom": "claims.absent", "required": True},
        "two": {"mapFrom": "claims.name", "required": True},
        "three": {"mapFrom": "claims.absent", "required": False},
        "four": {"mapFrom": "claims.gone", "required": True},
    }
    with pytest.raises(MissingClaims) as missing:
        mapped(mappings, KNOWN)
    assert missing.value.targets == ("one", "four")


def test_a_required_mapping_with_a_fallback_has_a_value() -> None:
    mapping = {"mapFrom": "claims.absent", "required": True, "defaultValue": "none"}
    assert of(mapping) == Found("none", "fixed")


@pytest.mark.parametrize(
    ("precedence", "ranks"),
    [
        ("source-hook-login-user", BY_WHAT_WINS),
        ("login-hook-source-user", ["login", "hook", "source", "offer", "user"]),
    ],
)
def test_of_claims_with_one_name_the_switch_says_which_wins(
    precedence: str, ranks: list[str]
) -> None:
    by_origin = dict(PERSON)
    for winner in ranks:
        known = Known(by_origin, precedence)
        assert of({"mapFrom": "claims.name"}, known) == Found(f"of the {winner}", winner)
        del by_origin[winner]


def test_a_claim_that_wins_wins_whole() -> None:
    by_origin: dict[str, Json] = {"login": {"address": {"city": "Whangārei"}}}
    mapping = {"mapFrom": "claims.address.city"}
    assert of(mapping, Known(by_origin)) == Found("Whangārei", "login")
    by_origin["hook"] = {"address": {"street": "Kauri St"}}
    assert of(mapping, Known(by_origin)) is None


NAMES = st.sampled_from(["a", "b", "a.b", "c"])
CLAIMS = st.dictionaries(
    NAMES, st.one_of(st.none(), st.integers(), st.dictionaries(NAMES, st.integers()))
)


@given(st.dictionaries(st.sampled_from(BY_WHAT_WINS), CLAIMS), NAMES)
def test_what_is_found_stands_in_the_claims_that_it_is_said_to_be_from(
    by_origin: dict[str, Json], name: str
) -> None:
    found = of({"mapFrom": f"claims.{name}"}, Known(by_origin))
    holders = [origin for origin in BY_WHAT_WINS if by_origin.get(origin, {}).get(name) is not None]
    if holders:
        # Who has the whole name goes before who has something at a path of its parts.
        assert found == Found(by_origin[holders[0]][name], holders[0])
    elif found:
        first, _, rest = name.partition(".")
        assert by_origin[found.origin][first][rest] == found.value
