"""flask conformance: what it takes, what it prints and writes, how it ends."""

import json
import os
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner
from click.testing import Result as Ended

from hook.cli.conformance import conformance
from hook.conformance import catalogue, given, junit, telling
from hook.conformance.checks import failed
from hook.conformance.judging import Report, Result
from hook.testing.mail import Authority
from tests.conformance.careless import CarelessHook
from tests.conformance.careless_tokens import SECRET, TENANT
from tests.conformance.kit import CLAIMS, Pages

ROOT = Path(__file__).resolve().parents[2]
NAME = "KIT_SECRET"
SLIP = "mB7rCq0h1Vw3o5xZ2k8uJ4tYp6sLdNeFgHiKaQyXzTU="
"""A secret, where its place should stand."""
COMMON = ("--secret", f"env:{NAME}", "--iss", TENANT)


def call(url: str, *arguments: str, secret: str = SECRET) -> Ended:
    """Run the command."""
    claims = (each for name, value in CLAIMS.items() for each in ("--claim", f"{name}={value}"))
    runner = CliRunner(env={NAME: secret})
    return runner.invoke(conformance, [url, *COMMON, *claims, *arguments])


def test_a_careful_hook_ends_with_0_and_a_careless_one_with_1() -> None:
    with CarelessHook() as hook:
        good = call(hook.url)
    with CarelessHook("alg-hs512") as hook:
        bad = call(hook.url)
    assert (good.exit_code, bad.exit_code) == (0, 1)
    assert "0 failed" in good.stdout
    assert "1 failed" in bad.stdout


def test_a_failure_says_what_was_sent_what_came_and_what_to_do() -> None:
    with CarelessHook("alg-hs512") as hook:
        lines = call(hook.url, "--only", "alg-hs512").stdout.splitlines()
    start = lines.index("  FAIL   alg-hs512 (must)")
    assert [line.strip() for line in lines[start + 1 : start + 4]] == [
        "A careful hook refuses a token that is signed with HS512 (RFC 8725 section 3.1).",
        "Came: a page with status 200 (OK).",
        "To do: Name HS256 as the only algorithm where you verify; never take it from the token.",
    ]


def test_a_note_is_told_and_fails_nothing() -> None:
    with CarelessHook("arrival-not-echoed") as hook:
        noted = call(hook.url, "--only", "answer")
    assert noted.exit_code == 0
    assert "  note   arrival-not-echoed (note)" in noted.stdout
    assert "unchanged: 2" in noted.stdout


def test_a_hook_that_is_not_there_ends_with_2() -> None:
    with CarelessHook() as hook:
        url = hook.url
    gone = call(url)
    assert (gone.exit_code, gone.stdout) == (2, "")
    assert "nothing answers at this address" in gone.stderr


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--secret", SLIP), "it is never typed there"),
        (("--secret", "env:NOWHERE"), "There is no secret in env:NOWHERE."),
        (("--secret", f"env:{SLIP}"), "no secret in the variable that --secret names."),
        (("--secret", f"file:{SLIP}"), "The secret's file cannot be read."),
        (("--iss", "kauri"), "--iss has to be a URL"),
        (("--iss", "https://kauri.example?x=1"), "--iss has to be a URL"),
        (("--only", "alg-nonsense"), "no such check or group"),
        (("--claim", "email"), "--claim is written NAME=VALUE."),
        (("--field", "=x"), "--field is written NAME=VALUE."),
        (("--claims", "nowhere.json"), "nowhere.json cannot be read"),
        (("--listen",), "--listen needs a tenant on this machine"),
        (("--timeout", "0"), "--timeout"),
        (("--junit", "nowhere/x.xml", "--only", "good-token"), "nowhere/x.xml cannot be written"),
    ],
)
def test_what_cannot_be_used_ends_with_2_and_says_why(
    arguments: tuple[str, ...], told: str
) -> None:
    with CarelessHook() as hook:
        result = call(hook.url, *arguments)
    assert result.exit_code == 2
    assert told in result.stderr
    assert "mB7r" not in result.output


@pytest.mark.parametrize(
    ("secret", "told"),
    [
        ("kauri-" * 9, "is not standard base64"),
        (SECRET.replace("+", "-").replace("/", "_")[:-1], "is not standard base64"),
        ("c2hvcnQ=", "is shorter than 32 bytes"),
    ],
)
def test_a_secret_that_no_tenant_shows_ends_with_2(secret: str, told: str) -> None:
    result = call("http://localhost:1/hook", secret=secret)
    assert (result.exit_code, result.stdout) == (2, "")
    assert told in result.stderr
    assert secret not in result.stderr


@pytest.mark.parametrize(
    ("written", "told"),
    [("", "There is no secret in"), ("kauri!", "is not standard"), ("a2F1cmk=", "is shorter")],
)
def test_the_place_of_the_secret_is_told_only_where_it_cannot_be_the_secret(
    written: str, told: str, tmp_path: Path
) -> None:
    (tmp_path / SLIP).write_text(written)
    environ = {"KAURI_SECRET": written, SLIP: written}
    places = {
        "env:KAURI_SECRET": "env:KAURI_SECRET",
        f"env:{SLIP}": "the variable that --secret names",
        f"file:{tmp_path / SLIP}": "the secret's file",
    }
    for where, shown in places.items():
        with pytest.raises(given.Unusable) as refused:
            given.secret(where, environ)
        assert told in str(refused.value)
        assert shown in str(refused.value)
        assert SLIP not in str(refused.value)


@pytest.mark.parametrize("host", ["hook.example.org", "localhost.example.org", "192.0.2.1"])
def test_tokens_go_over_http_to_this_machine_only(host: str) -> None:
    result = call(f"http://{host}/hook")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "URL has to be https" in result.stderr
    assert given.hook_url(f"https://{host}/hook") == f"https://{host}/hook"


@pytest.mark.parametrize("host", ["localhost:8080", "127.0.0.1", "[::1]:8080"])
def test_this_machine_needs_no_https(host: str) -> None:
    assert given.hook_url(f"http://{host}/hook") == f"http://{host}/hook"


def test_the_secret_may_stand_in_a_file(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text(SECRET + "\n")
    with CarelessHook() as hook:
        result = call(hook.url, "--secret", f"file:{tmp_path}/secret", "--only", "good-token")
    assert result.exit_code == 0


def test_claims_come_from_a_file_and_single_ones_over_it(tmp_path: Path) -> None:
    file = tmp_path / "claims.json"
    file.write_text('{"email": "mere@kauri.example", "age": 30}')
    with CarelessHook() as hook:
        result = call(hook.url, "--claims", str(file), "--only", "good-token")
        (journey,) = hook.journeys.values()
    assert result.exit_code == 0
    assert journey.payload["claims"] == {"age": 30, **CLAIMS}


def test_claims_that_are_no_object_are_refused(tmp_path: Path) -> None:
    for text in ("[]", "{", '{"a": "\\ud800"}', "[" * 99_999):
        (tmp_path / "claims.json").write_text(text)
        result = call("http://localhost:1/hook", "--claims", str(tmp_path / "claims.json"))
        assert result.exit_code == 2
        assert "does not hold a JSON object" in result.stderr


def test_the_list_names_every_check_and_needs_nothing() -> None:
    result = CliRunner().invoke(conformance, ["--list"])
    assert result.exit_code == 0
    listed = [line.split()[1] for line in result.stdout.splitlines()]
    assert listed == [check.name for check in catalogue.ALL]


def test_junit_counts_what_the_report_counts(tmp_path: Path) -> None:
    text, xml = tmp_path / "report.txt", tmp_path / "junit.xml"
    with CarelessHook("alg-hs512", "cancel-comes-back", "arrival-not-echoed") as hook:
        result = call(hook.url, "--report", str(text), "--junit", str(xml), "--json")
    told = json.loads(result.stdout)
    root = ElementTree.parse(xml).getroot()  # noqa: S314 - written by us a moment ago
    cases = root.findall("testsuite/testcase")
    counts = {name: len(root.findall(f"testsuite/testcase/{name}")) for name in KINDS}
    assert root.attrib["tests"] == str(len(cases)) == str(len(told["checks"]))
    assert counts["failure"] == int(root.attrib["failures"]) == told["counts"]["failed"] == 2
    skipped = told["counts"]["not judged"] + told["counts"]["left out"]
    assert counts["skipped"] == int(root.attrib["skipped"]) == skipped > 0
    assert [case.attrib["name"] for case in cases] == [check.name for check in catalogue.ALL]
    failed = [case.attrib["name"] for case in cases if case.find("failure") is not None]
    assert failed == ["alg-hs512", "cancel-comes-back"]
    assert f"{told['counts']['passed']} passed, 2 failed" in text.read_text()
    assert told["good"] is False


KINDS = ("failure", "skipped")


def test_names_of_a_page_do_nothing_to_a_terminal_and_are_cut(tmp_path: Path) -> None:
    title, name = "\x1b[2JPay\x9b1m", "\x1b]0;owned\x07iban\u202e" + "n" * 5_000
    form = f'<title>{title}</title><form method="post"><input name="{name}" type="password"></form>'
    text, xml = tmp_path / "report.txt", tmp_path / "junit.xml"
    with Pages(lambda *_: (200, form, {})) as hook:
        files = ("--report", str(text), "--junit", str(xml), "--only", "answer-arrives")
        result, as_json = call(hook.url, *files), call(hook.url, *files, "--json")
    for written in (result.stdout, text.read_text(), xml.read_text(), as_json.stdout):
        assert "(fields: ]0;ownedibannnn" in " ".join(written.split())
        assert [sign for sign in written if not (sign == "\n" or sign.isprintable())] == []
        assert "n" * 80 not in written


def test_nothing_that_came_can_move_a_cursor_in_a_report() -> None:
    result = Result(catalogue.ALL[0], failed("one\x1b[2J\x07 two"))
    report = Report("https://hook.example.org", (result,), 1)
    assert "Came: one[2J two." in telling.text(report)
    assert "\x1b" not in telling.text(report) + junit.xml(report)


def test_no_report_holds_a_token_the_secret_or_a_claim(tmp_path: Path) -> None:
    text, xml = tmp_path / "report.txt", tmp_path / "junit.xml"
    faults = ("nothing-verified", "token-not-in-page", "answer-issuer", "arrival-not-echoed")
    with CarelessHook(*faults) as hook:
        result = call(hook.url, "--report", str(text), "--junit", str(xml), "--json")
        states = [str(journey.payload["state"]) for journey in hook.journeys.values()]
    written = "".join((result.output, text.read_text(), xml.read_text()))
    assert "FAIL" in written
    for value in ("eyJ", SECRET, *CLAIMS.values(), *states):
        assert value not in written


def test_the_command_needs_no_configuration_and_judges_a_hook_on_https(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    command = [sys.executable, "-m", "flask", "conformance"]
    environ = {**os.environ, NAME: SECRET, "SSL_CERT_FILE": str(authority.ca_file)}
    environ |= {"HOOK_CONFIG": str(tmp_path / "nowhere.toml")}
    found = {}
    for fault in ("cookie-secure", "no fault"):
        with CarelessHook(fault, tls=authority.context("localhost")) as hook:
            done = subprocess.run(
                [*command, hook.url, *COMMON, "--json", "--only", "first-page"],
                cwd=ROOT, env=environ, capture_output=True, text=True, check=False,
            )  # fmt: skip
        assert done.stderr == ""
        checks = json.loads(done.stdout)["checks"]
        failed = [check["name"] for check in checks if check["verdict"] == "failed"]
        found[fault] = (done.returncode, failed)
    assert found == {"cookie-secure": (1, ["cookie-secure"]), "no fault": (0, [])}


def test_a_certificate_that_is_not_trusted_ends_with_2(tmp_path: Path) -> None:
    with CarelessHook(tls=Authority(tmp_path).context("localhost")) as hook:
        result = call(hook.url)
        assert hook.requests == []
    assert result.exit_code == 2
    assert "a certificate that this machine does not trust" in result.stderr
