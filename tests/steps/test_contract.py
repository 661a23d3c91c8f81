"""Every registered kind keeps the contract of a step, under each of its examples."""

import base64
import json
import re
from functools import cache
from html import unescape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from urllib.parse import parse_qs, urlsplit

import pyotp
import pytest

from hook.steps import KINDS
from hook.testing import Example, SilentContract, SilentExample, StepContract
from hook.testing.authenticator import SoftAuthenticator
from hook.testing.mail import MailSink, toml
from hook.testing.tokens import HEADER, NOW, OTHER_SECRET, sign
from hook.testing.visitor import Seen, Values
from tests.support.steps import Proven, block

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


@cache
def _api() -> str:
    """The address of a system that knows everybody, for all examples."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Knows)
    Thread(target=server.serve_forever, daemon=True).start()
    return f"http://localhost:{server.server_port}/people"


class _Knows(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        answer = json.dumps({"since": "2020-02-03"}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        pass


def _answer_of_peer(leaving: Seen) -> str:
    """What a peer sends back for the token that the visitor comes with."""
    (sent,) = parse_qs(urlsplit(leaving.return_url).query)["session_token"]
    body = sent.split(".")[1]
    payload = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    answer = {
        "iss": payload["aud"],
        "aud": payload["iss"],
        "exp": NOW + 60,
        "state": payload["state"],
        "claims": {"card": "0123456789"},
    }
    token = sign(json.dumps(HEADER).encode(), json.dumps(answer).encode(), OTHER_SECRET)
    return f"session_token={token}"


EXAMPLES += (
    Example(
        kind="lookup",
        options=f"""url = "{_api()}"
private_addresses = true
send = [{{ arrival = "email" }}]
take = [{{ claim = "since", max_bytes = 12 }}]""",
        good={},
        largest=({},),
    ),
    Example(
        kind="handoff",
        options="""text = "We take you to the library."
url = "https://library.example/cards"
secrets = ["env:RIMU_SECRET"]
send = [{ arrival = "email" }]
take = [{ claim = "card", max_bytes = 12 }]""",
        good={},
        largest=({},),
        returns=_answer_of_peer,
    ),
    Example(kind="review", good={}, bad={"shown": "something else"}),
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


SILENT: tuple[SilentExample, ...] = (
    SilentExample(
        kind="gate",
        options=(
            'require = { arrival = "born", older_than = "18y" }\n'
            'code = "age_under_18"\ntext = "No."'
        ),
        passes={"born": "1990-05-05"},
        stops={"born": "2020-05-05"},
        code="age_under_18",
    ),
)
PAGELESS = {example.kind for example in SILENT}


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


class TestEverySilentStep(SilentContract):
    """The registered kinds without a page."""

    @pytest.fixture(params=SILENT, ids=lambda example: example.kind)
    def example(self, request: pytest.FixtureRequest) -> SilentExample:
        found: SilentExample = request.param
        return found
