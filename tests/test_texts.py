"""What can be seen of a text."""

import pytest

from hook.texts import is_odd, visible


@pytest.mark.parametrize(
    "blank",
    [
        "",
        " \t\n",
        "\u200b",
        "\u3164",
        "\u2800",
        "\u115f\u1160",
        "\ufeff",
        "\u2028",
        "\u3164 \u3164",
    ],
    ids=ascii,
)
def test_what_only_looks_empty_is_empty(blank: str) -> None:
    assert visible(blank) == ""
    assert visible(f"{blank}a{blank}").strip("\u3164\u2800\u115f\u1160 ") == "a"


def test_a_text_keeps_all_that_is_seen() -> None:
    assert visible("  Māia 日本 🌿  ") == "Māia 日本 🌿"


@pytest.mark.parametrize(
    "point",
    [0, 7, 9, 0x85, 0x2028, 0x202E, 0x2066, 0xD800, 0xFDD0, 0xFFFD, 0xFFFE, 0x1FFFF],
    ids=hex,
)
def test_what_no_text_has_is_odd_wherever_it_stands(point: int) -> None:
    odd = chr(point)
    assert [is_odd(text) for text in (odd, f"a{odd}", f"{odd}a")] == [True] * 3


@pytest.mark.parametrize(
    "text", ["", "Māia 日本 🌿", "ab\u200ccd", "👩\u200d🌾", "\u3164"], ids=ascii
)
def test_what_people_write_is_not_odd(text: str) -> None:
    assert not is_odd(text)


def test_what_is_allowed_is_not_odd() -> None:
    assert is_odd("a\nb")
    assert not is_odd("a\nb", allowed="\n")
    assert is_odd("a\n\rb", allowed="\n")
