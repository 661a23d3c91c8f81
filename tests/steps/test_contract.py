"""Every registered kind keeps the contract of a step, under each of its examples."""

import pytest

from hook.steps import KINDS
from tests.support.contract import Example, StepContract
from tests.support.visitor import Values

_FIELDS = """
[[tenants.kauri.steps.fields]]
claim = "iwi.text"
label = "Text"
type = "text"
max_length = 10
required = true
[[tenants.kauri.steps.fields]]
claim = "textarea"
label = "Textarea"
type = "textarea"
hint = "With a hint."
max_length = 10
[[tenants.kauri.steps.fields]]
claim = "email"
label = "Email"
type = "email"
max_length = 20
from_arrival = "email"
autocomplete = "email"
[[tenants.kauri.steps.fields]]
claim = "tel"
label = "Tel"
type = "tel"
[[tenants.kauri.steps.fields]]
claim = "url"
label = "Url"
type = "url"
max_length = 30
[[tenants.kauri.steps.fields]]
claim = "number"
label = "Number"
type = "number"
[[tenants.kauri.steps.fields]]
claim = "date"
label = "Date"
type = "date"
max = "today"
[[tenants.kauri.steps.fields]]
claim = "select"
label = "Select"
type = "select"
choices = ["red", { value = "ultramarine", label = "Blue" }]
[[tenants.kauri.steps.fields]]
claim = "radio"
label = "Radio"
type = "radio"
choices = ["red", "blue"]
[[tenants.kauri.steps.fields]]
claim = "checkboxes"
label = "Checkboxes"
type = "checkboxes"
hint = "With a hint."
choices = ["red", "blue"]
[[tenants.kauri.steps.fields]]
claim = "boolean"
label = "Boolean"
type = "boolean"
hint = "With a hint."
[[tenants.kauri.steps.fields]]
claim = "name"
label = "Name"
type = "text"
from_arrival = "name"
editable = false
"""

_LARGEST: Values = {
    "email": "a" * 8 + "@b.example1",
    "tel": "+123456789012345",
    "url": "https://a.example/" + "b" * 12,
    "number": "-123456789012345",
    "date": "2026-11-18",
    "select": "ultramarine",
    "radio": "blue",
    "checkboxes": ["red", "blue"],
}

# In TOML and in JSON a backslash takes two: forty of them are the largest version.
_LONGEST_VERSION = "\\\\" * 40

#: Each kind with options under which it shows a page. A new kind needs one example or more here.
EXAMPLES: tuple[Example, ...] = (
    Example(kind="notice", options='text = "notice.md"', good={}),
    Example(
        kind="terms",
        options='text = "terms.md"\nversion = "2026-11"',
        good={"answer": "accept"},
        bad={"answer": "perhaps"},
    ),
    Example(
        kind="terms",
        options=f'text = "terms.md"\nversion = "{_LONGEST_VERSION}"\nreport = true',
        good={"answer": "accept"},
        bad={},
        largest=({"answer": "accept"},),
    ),
    Example(
        kind="claims_form",
        options=_FIELDS,
        good={"iwi.text": "Ngāi Tahu"},
        bad={"textarea": "The text is missing."},
        largest=(
            {**_LARGEST, "iwi.text": "🌿" * 10, "textarea": "🌿" * 10},
            {**_LARGEST, "iwi.text": '"' * 10, "textarea": "a" + "\r\n" * 8 + '"'},
            {**_LARGEST, "iwi.text": "\\" * 10, "number": "-12345678901.123456"},
        ),
    ),
)


def _examples_of(kind: str) -> list[Example | None]:
    return [example for example in EXAMPLES if example.kind == kind] or [None]


@pytest.mark.parametrize("kind", KINDS)
def test_every_registered_kind_has_an_example(kind: str) -> None:
    assert _examples_of(kind) != [None], "add an example of this kind to EXAMPLES"


class TestEveryStep(StepContract):
    """The registered kinds; a kind without an example fails above, and errors here."""

    @pytest.fixture(
        params=[example for kind in KINDS for example in _examples_of(kind)],
        ids=lambda example: example.kind if example else "no example",
    )
    def example(self, request: pytest.FixtureRequest) -> Example:
        found: Example = request.param
        return found
