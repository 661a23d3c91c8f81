"""What can be seen of a text."""

import pytest

from hook.texts import visible


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
