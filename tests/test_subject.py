"""Who a visitor is: one person has one key, however they are spelled, and nobody shares one."""

from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hook.subject import key_of, person, subject_key
from hook.tenant import Tenant
from hook.testing.tokens import HOOK_URL, NOW, TENANT_URL
from hook.texts import visible
from hook.tokens import Arrival, Sender

PEPPER = bytes(range(32))
EMAIL = "ripeka@kauri.example"
CUSTOM = "https://id.kauri.example"
FULL_WIDTH = "".join(chr(ord(letter) + 0xFEE0) for letter in EMAIL)


def a_tenant(
    subject: str = "email",
    fold: bool = True,
    shown: tuple[str, ...] = ("name", "email"),
    issuers: tuple[str, ...] = (TENANT_URL,),
) -> Tenant:
    """A tenant of which only this matters."""
    values = {"subject": subject, "fold_subject": fold, "person": shown, "issuers": issuers}
    return cast(Tenant, SimpleNamespace(**values))


def an_arrival(claims: dict[str, Any], iss: str = TENANT_URL) -> Arrival:
    sender = Sender(iss, HOOK_URL, "state", f"{iss}/callback", "a secret's id")
    return Arrival(sender, claims, NOW + 630)


def key(email: Any, fold: bool = True, pepper: bytes = PEPPER) -> bytes | None:
    """The key of somebody with this e-mail address."""
    return subject_key(pepper, a_tenant(fold=fold), an_arrival({"email": email}))


@pytest.mark.parametrize(
    "spelling",
    [
        pytest.param("Ripeka@Kauri.Example", id="capital letters"),
        pytest.param(f" {EMAIL}\t\n", id="space around it"),
    ],
)
def test_one_person_has_one_key_however_they_are_spelled(spelling: str) -> None:
    assert key(spelling) == key(EMAIL)


def test_composed_and_decomposed_letters_are_the_same_person() -> None:
    assert key("m\u0101ia@kauri.example") == key("ma\u0304ia@kauri.example")


@pytest.mark.parametrize(
    "other",
    ["ripek@kauri.example", "ripeka@kauri.example.nz", "rip eka@kauri.example", "r", FULL_WIDTH],
)
def test_another_person_has_another_key(other: str) -> None:
    assert key(other) not in (None, key(EMAIL))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("u1", "u\u00b9"),
        ("fi", "\ufb01"),
        ("u1", "u1 "),
        ("m\u0101ia", "ma\u0304ia"),
        ("s", "\u017f"),
    ],
    ids=["superscript", "ligature", "space", "composed", "long s"],
)
def test_an_id_that_is_not_folded_counts_to_the_letter(one: str, other: str) -> None:
    assert key(one, fold=False) != key(other, fold=False)


def test_folding_makes_no_two_words_one() -> None:
    assert key("strasse@kauri.example") != key("stra\u00dfe@kauri.example")


def test_capital_letters_count_where_the_tenant_does_not_fold_them() -> None:
    assert key("RIPEKA", fold=False) != key("ripeka", fold=False)
    assert key("RIPEKA", fold=True) == key("ripeka", fold=True)


def test_the_same_address_under_any_issuer_of_a_tenant_is_the_same_person() -> None:
    tenant = a_tenant(issuers=(TENANT_URL, CUSTOM))
    here, there = (
        subject_key(PEPPER, tenant, an_arrival({"email": EMAIL}, iss))
        for iss in (TENANT_URL, CUSTOM)
    )
    mere = subject_key(PEPPER, tenant, an_arrival({"email": "mere@kauri.example"}, CUSTOM))
    assert here == there
    assert mere not in (None, there)


def test_the_same_address_at_another_tenant_is_another_person() -> None:
    arrival = an_arrival({"email": EMAIL})
    here = subject_key(PEPPER, a_tenant(), arrival)
    there = subject_key(PEPPER, a_tenant(issuers=("https://rimu.example",)), arrival)
    assert there not in (None, here)
    assert subject_key(PEPPER, a_tenant(), arrival) == here


def test_one_more_issuer_changes_nobody_unless_it_comes_first() -> None:
    before = key_of(PEPPER, a_tenant(issuers=(TENANT_URL,)), EMAIL)
    assert key_of(PEPPER, a_tenant(issuers=(TENANT_URL, CUSTOM)), EMAIL) == before
    assert key_of(PEPPER, a_tenant(issuers=(CUSTOM, TENANT_URL)), EMAIL) not in (None, before)


def test_whom_the_help_desk_names_is_whom_the_arrival_names() -> None:
    arrival = an_arrival({"email": EMAIL})
    for fold in (True, False):
        tenant = a_tenant(fold=fold)
        named = key_of(PEPPER, tenant, EMAIL)
        assert named == subject_key(PEPPER, tenant, arrival)
        assert (key_of(PEPPER, tenant, EMAIL.upper()) == named) is fold


def test_the_border_between_issuer_and_name_cannot_be_moved() -> None:
    one = key_of(PEPPER, a_tenant(issuers=("https://c",)), "a@b")
    other = key_of(PEPPER, a_tenant(issuers=("https://",)), "ca@b")
    assert None not in (one, other)
    assert one != other


def test_without_the_pepper_the_key_cannot_be_worked_out() -> None:
    assert key(EMAIL, pepper=bytes(32)) != key(EMAIL)


@pytest.mark.parametrize("nobody", [None, "", " ", "\t\n\u3000", 17, True, ["a@b"], {"a": "b"}])
def test_an_arrival_that_names_nobody_has_no_key(nobody: object) -> None:
    assert key(EMAIL) is not None
    assert key(nobody) is None


def test_an_arrival_without_the_claim_has_no_key() -> None:
    assert subject_key(PEPPER, a_tenant(), an_arrival({"name": "Ripeka"})) is None


def test_the_claim_may_be_nested() -> None:
    arrival = an_arrival({"student": {"number": "1234"}})
    assert subject_key(PEPPER, a_tenant("student.number"), arrival) is not None
    assert subject_key(PEPPER, a_tenant("student.name"), arrival) is None
    assert subject_key(PEPPER, a_tenant("student"), arrival) is None


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"])))
def test_any_text_has_a_key_of_32_bytes_or_names_nobody(email: str) -> None:
    found = key(email)
    assert (found is None) == (not visible(email))
    assert found is None or len(found) == 32


@given(st.text(alphabet=st.characters(min_codepoint=0x21, max_codepoint=0x7E), min_size=1))
def test_an_address_in_any_mix_of_capital_letters_is_one_person(email: str) -> None:
    assert key(email.upper()) == key(email.lower()) == key(email)


def test_the_first_claim_that_names_the_person_is_shown() -> None:
    tenant = a_tenant(shown=("name", "nick.name", "email"))
    assert person(tenant, {"name": " Ripeka ", "email": EMAIL}) == "Ripeka"
    assert person(tenant, {"name": "  ", "nick": {"name": "Rip"}}) == "Rip"
    assert person(tenant, {"name": 17, "email": EMAIL}) == EMAIL
    assert person(tenant, {}) == ""


def test_a_name_is_shown_in_one_short_line_without_invisible_characters() -> None:
    tenant = a_tenant()
    shown = person(tenant, {"name": "Ripeka\n\u202eimahT\u200b \x1b[31m"})
    assert shown == "RipekaimahT [31m"
    assert len(person(tenant, {"name": "R" * 500})) <= 80


def test_a_name_of_invisible_characters_names_nobody() -> None:
    tenant = a_tenant(shown=("name", "email"))
    assert person(tenant, {"name": "\u200b\u2060", "email": EMAIL}) == EMAIL
    assert person(tenant, {"name": "\u200b\u2060"}) == ""


def test_an_arrival_is_one_person_at_every_visit() -> None:
    first = an_arrival({"email": EMAIL, "name": "Ripeka"})
    later = replace(first, claims={"email": EMAIL, "name": "Ripeka Tamihana"})
    assert subject_key(PEPPER, a_tenant(), first) == subject_key(PEPPER, a_tenant(), later)
