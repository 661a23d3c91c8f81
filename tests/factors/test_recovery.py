"""Recovery codes: ten of 80 bits, read in any spelling, hashed with the salt of their set."""

import math
import re
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hook.factors import recovery

#: Crockford's base32: the digits, and the letters without I, L, O and U.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
CODE = "ABCD-2345-EFGH-6789"
PLAIN = "ABCD2345EFGH6789"
SALT = b"s" * 16


def test_a_set_has_ten_different_codes_in_groups_of_four() -> None:
    codes = recovery.new_codes()
    assert len(codes) == len(set(codes)) == 10
    for code in codes:
        assert re.fullmatch(rf"[{ALPHABET}]{{4}}(-[{ALPHABET}]{{4}}){{3}}", code)


def test_a_code_has_eighty_bits() -> None:
    signs = [code.replace("-", "") for code in recovery.new_codes()]
    assert {len(each) * math.log2(len(ALPHABET)) for each in signs} == {80}


def test_every_sign_is_about_as_likely_in_every_place() -> None:
    codes = [code.replace("-", "") for _ in range(320) for code in recovery.new_codes()]
    for place in range(16):
        counts = Counter(code[place] for code in codes)
        assert set(counts) == set(ALPHABET)
        # 3200 draws of 32: 100 each, give or take six standard deviations.
        assert max(abs(count - 100) for count in counts.values()) < 60


@pytest.mark.parametrize(
    "typed",
    [
        CODE,
        CODE.lower(),
        PLAIN,
        " ABCD 2345 EFGH 6789 ",
        "ABCD\u20112345\u2013EFGH\u20146789",
        "abcd.2345/efgh_6789",
        "A B C D 2 3 4 5 E F G H 6 7 8 9\n",
    ],
)
def test_a_code_is_read_however_it_is_spaced_and_capitalised(typed: str) -> None:
    assert recovery.read_code(typed) == PLAIN


@pytest.mark.parametrize(
    "typed", ["", "ABCD-2345-EFGH-678", f"{CODE}9", "ABCD-2345-EFGH-678U", "ABCD-2345-EFGH-678É"]
)
def test_what_cannot_be_a_code_is_none(typed: str) -> None:
    assert recovery.read_code(typed) is None


@pytest.mark.parametrize("typed", ["\uff11" * 16, "\u0661" * 16, "²" * 16, "А" * 16, "\ud800" * 16])  # noqa: RUF001
def test_signs_of_other_scripts_are_no_code(typed: str) -> None:
    assert recovery.read_code(typed) is None
    assert recovery.read_code("1" * 16)


@pytest.mark.parametrize(
    ("typed", "meant"), [("I", "1"), ("l", "1"), ("L", "1"), ("i", "1"), ("O", "0"), ("o", "0")]
)
def test_what_looks_alike_is_the_same(typed: str, meant: str) -> None:
    assert recovery.read_code(PLAIN.replace("6", typed)) == PLAIN.replace("6", meant)


@given(st.text(max_size=40))
def test_what_is_read_is_sixteen_signs_of_the_alphabet_or_none(typed: str) -> None:
    code = recovery.read_code(typed)
    assert code is None or re.fullmatch(f"[{ALPHABET}]{{16}}", code)


@given(st.text(alphabet=ALPHABET, min_size=16, max_size=16))
def test_every_code_reads_as_itself_and_reading_twice_changes_nothing(plain: str) -> None:
    assert recovery.read_code(plain) == plain
    assert recovery.read_code(plain.lower()) == plain


def test_a_digest_needs_its_salt() -> None:
    digest = recovery.digest(CODE, SALT)
    assert digest == recovery.digest(CODE, SALT)
    assert digest != recovery.digest(CODE, b"t" * 16)
    assert digest != recovery.digest(CODE.replace("9", "8"), SALT)


def test_a_digest_is_of_the_code_and_not_of_its_spelling() -> None:
    assert recovery.digest(CODE.lower(), SALT) == recovery.digest(PLAIN, SALT)


def test_a_digest_is_long_and_does_not_hold_the_code() -> None:
    digest = recovery.digest(CODE, SALT)
    assert len(digest) >= 32
    assert PLAIN.encode() not in digest
    assert SALT not in digest


def test_what_is_no_code_has_no_digest() -> None:
    with pytest.raises(ValueError, match="not a recovery code"):
        recovery.digest("hunter2", SALT)


def test_a_salt_has_128_bits_and_is_never_the_same() -> None:
    salts = {recovery.new_salt() for _ in range(500)}
    assert len(salts) == 500
    assert {len(salt) for salt in salts} == {16}


@settings(max_examples=10, deadline=None)
@given(st.text(alphabet=ALPHABET, min_size=16, max_size=16))
def test_no_two_codes_share_a_digest(plain: str) -> None:
    other = plain[:-1] + ("0" if plain[-1] != "0" else "1")
    assert recovery.digest(plain, SALT) != recovery.digest(other, SALT)
