"""Every registered kind keeps the contract of a step, under each of its examples."""

import json
import re
from functools import cache
from html import unescape
from pathlib import Path

import pyotp
import pytest

from hook.steps import KINDS
from tests.support.authenticator import SoftAuthenticator
from tests.support.contract import Example, StepContract
from tests.support.mail import MailSink, toml
from tests.support.steps import Proven, block
from tests.support.tokens import NOW
from tests.support.visitor import Seen, Values

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

_REPORT = """
report = ["amr", "acr", "auth_time", "enrolled_in_this_flow"]
acr = "urn:example:second-factor"
"""


def _code_of_page(seen: Seen) -> Values:
    """What an authenticator app shows for the key on the page."""
    (key,) = re.findall(r'id="key-phone">([A-Z2-7 ]+)<', seen.html)
    return {"code": pyotp.TOTP(key.replace(" ", "")).at(NOW)}


def _passkey_of_page(seen: Seen) -> Values:
    """What a browser makes of the options on the page."""
    (options,) = re.findall(r'data-options="([^"]+)"', seen.html)
    passkey = SoftAuthenticator().create(unescape(options))
    return {"passkey": json.dumps(passkey), "label": "My phone"}


@cache
def _sink() -> MailSink:
    """One mail server for all examples; its thread ends with the tests."""
    return MailSink().__enter__()


def _code_of_mail(_: Seen) -> Values:
    """The code in the newest mail."""
    (code,) = re.findall(r"\b\d{4} \d{4}\b", _sink().messages[-1].get_content())
    return {"code": code}


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


EXAMPLES += (
    Example(kind="totp", good=_code_of_page, bad={"code": "12"}),
    Example(
        kind="totp",
        options=_REPORT,
        good=_code_of_page,
        bad={"code": "\uff11\uff12\uff13\uff14\uff15\uff16"},
        largest=({},),
    ),
    Example(kind="webauthn", good=_passkey_of_page, bad={"passkey": ""}),
    Example(
        kind="one_of",
        options='of = [{ kind = "totp" }]\n' + _REPORT,
        good=_code_of_page,
        bad={"code": "none"},
        largest=({},),
    ),
    Example(
        kind="recovery_codes",
        before=block(Proven, "proven"),
        good={"saved": "yes"},
        bad={"saved": "no"},
    ),
    Example(
        kind="email_code",
        options='address_claim = "contact.email"\nverified_claim = "contact.email_verified"',
        approach={},
        good=_code_of_mail,
        bad={"code": "1234"},
        largest=({},),
        more=lambda: toml(_sink()),
    ),
)


def _examples_of(kind: str) -> list[Example | None]:
    return [example for example in EXAMPLES if example.kind == kind] or [None]


#: Kinds without a page; their own tests say what they keep of the contract.
PAGELESS = {"gate"}


def _keeps_it_elsewhere(kind: str) -> bool:
    """A kind may derive from StepContract in a test module of its own."""
    module = Path(__file__).with_name(f"test_{kind}.py")
    return module.is_file() and "(StepContract)" in module.read_text(encoding="utf-8")


WITH_PAGES = [kind for kind in KINDS if kind not in PAGELESS and not _keeps_it_elsewhere(kind)]


@pytest.mark.parametrize("kind", WITH_PAGES)
def test_every_registered_kind_has_an_example(kind: str) -> None:
    assert _examples_of(kind) != [None], "add an example of this kind to EXAMPLES"


class TestEveryStep(StepContract):
    """The registered kinds; a kind without an example fails above, and errors here."""

    @pytest.fixture(
        params=[example for kind in WITH_PAGES for example in _examples_of(kind)],
        ids=lambda example: example.kind if example else "no example",
    )
    def example(self, request: pytest.FixtureRequest) -> Example:
        found: Example = request.param
        return found
