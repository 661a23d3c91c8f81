"""Codes of digits, read however they were typed, and in ASCII digits only."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hook.factors import numbers

SPELLINGS = ["123456", "123 456", "123-456", " 123456 ", "1 2 3 4 5 6", "123\u00a0456", "123\t456"]


@pytest.mark.parametrize("typed", SPELLINGS)
def test_spaces_and_hyphens_do_not_matter(typed: str) -> None:
    assert numbers.read_code(typed, 6) == "123456"


@pytest.mark.parametrize("typed", ["", " ", "12345", "1234567", "12345a", "-12345", "1e5000"])
def test_more_fewer_or_other_signs_are_no_code(typed: str) -> None:
    assert numbers.read_code(typed, 6) is None


@pytest.mark.parametrize("typed", ["+12345", "0x1234", "12_456", "123.456", "123,456", "1²3456"])
def test_what_python_would_take_for_a_number_is_no_code(typed: str) -> None:
    assert numbers.read_code(typed, 6) is None


OTHER_DIGITS = [
    chr(number)
    for number in range(0x80, 0x110000)
    if chr(number).isdigit() or unicodedata.category(chr(number)) == "Nd"
]


@pytest.mark.parametrize("zero", ["\uff10", "\u0660", "\u06f0", "\u0966", "\U0001d7ce"])
def test_digits_in_another_script_are_no_code(zero: str) -> None:
    typed = "".join(chr(ord(zero) + digit) for digit in (1, 2, 3, 4, 5, 6))
    assert typed.isdigit()
    assert int(typed) == 123456
    assert numbers.read_code(typed, 6) is None
    assert numbers.read_code("123456", 6) == "123456"


def test_one_digit_in_any_other_spelling_is_enough_to_make_it_no_code() -> None:
    assert len(OTHER_DIGITS) > 500
    for digit in OTHER_DIGITS:
        assert numbers.read_code(f"12345{digit}", 6) is None
        assert numbers.read_code(f"{digit}123456", 6) is None


@given(st.text(max_size=20), st.integers(min_value=1, max_value=9))
def test_a_code_is_so_many_ascii_digits_or_nothing(typed: str, digits: int) -> None:
    code = numbers.read_code(typed, digits)
    if code is not None:
        assert len(code) == digits
        assert set(code) <= set("0123456789")


@given(st.from_regex(r"\A[0-9]{6}\Z"), st.lists(st.sampled_from(" -"), min_size=7, max_size=7))
def test_whatever_stands_between_the_digits_is_left_out(code: str, between: list[str]) -> None:
    typed = "".join(map("".join, zip(between, [*code, ""], strict=True)))
    assert numbers.read_code(typed, 6) == code


def test_a_mailed_code_has_eight_digits_and_zeros_in_front_stay() -> None:
    codes = [numbers.new_code() for _ in range(2_000)]
    assert {len(code) for code in codes} == {8}
    assert len(set(codes)) > 1_990
    assert {code[0] for code in codes} == set("0123456789")


def test_a_code_that_is_read_out_in_groups_is_read_back() -> None:
    code = numbers.new_code()
    assert numbers.grouped("12345678") == "1234 5678"
    assert numbers.read_code(numbers.grouped(code), 8) == code
