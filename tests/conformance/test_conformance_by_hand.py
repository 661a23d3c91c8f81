"""Where a walk cannot get on, a person goes to the end, and the kit judges what came."""

import socket
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from hook.cli.conformance import conformance
from hook.conformance.by_hand import ByHand
from hook.conformance.checks import Verdict
from hook.conformance.given import Unusable
from hook.conformance.listening import listening
from hook.conformance.target import RETURN_PATH
from hook.testing.tokens import SECRET, TENANT_URL
from tests.conformance.careless_tokens import sign
from tests.conformance.kit import came, named, report_of, run_of, verdicts
from tests.conformance.test_conformance_hooks import KEY
from tests.support.foreign_hook import ForeignHook

STUCK = ("--field", "card=")
"""What the hook does not take, however often it is sent."""


@pytest.fixture
def iss() -> str:
    """A tenant's URL at a port of this machine that is free."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return f"http://localhost:{server.getsockname()[1]}"


@pytest.fixture
def hook() -> Iterator[ForeignHook]:
    """A hook that the kit cannot walk through with what it is given."""
    with ForeignHook(SECRET, accepts_issuers=[TENANT_URL]) as hook:
        yield hook


def call(hook: ForeignHook, *arguments: str, typed: str | None = None) -> Result:
    """Run the command."""
    common = [hook.url, "--secret", "env:KIT_SECRET", "--iss", TENANT_URL, *STUCK]
    return CliRunner(env={"KIT_SECRET": SECRET}).invoke(
        conformance, [*common, *arguments], input=typed
    )


def by_person(hook: ForeignHook, link: str, card: str | None) -> str:
    """Open a link and go to the end, as a person does; gives the address it ends at."""
    return hook.leave(hook.arrive(link), card)


def test_without_a_person_the_answer_is_not_judged(hook: ForeignHook) -> None:
    result = call(hook, "--only", "answer")
    assert result.exit_code == 1
    assert "answer-arrives (must), not judged" in result.stdout


def test_a_link_is_printed_and_the_address_it_ends_at_is_judged(hook: ForeignHook) -> None:
    printed = call(hook, "--link")
    assert printed.stderr.startswith("Open this in a browser")
    url = by_person(hook, printed.stdout.strip(), "4711")
    result = call(hook, "--only", "answer", "--answer-url", url)
    assert result.exit_code == 0
    changed = url.replace("interaction=", "interaction=x")
    assert call(hook, "--only", "answer", "--answer-url", changed).exit_code == 1


def test_an_address_is_taken_from_standard_input_or_a_file(
    hook: ForeignHook, tmp_path: Path
) -> None:
    claims, refusal = (
        by_person(hook, call(hook, "--link").stdout.strip(), card) for card in ("4711", None)
    )
    only = ("--only", "answer", "--only", "refusal")
    (tmp_path / "ended").write_text(f"{claims}\n")
    (tmp_path / "cancelled").write_text(f"{refusal}\n")
    files = (f"file:{tmp_path}/ended", "--cancel-url", f"file:{tmp_path}/cancelled")
    assert call(hook, *only, "--answer-url", *files).exit_code == 0
    lines = ("-", "--cancel-url", "-")
    assert call(hook, *only, "--answer-url", *lines, typed=f"{claims}\n{refusal}\n").exit_code == 0
    swapped = call(hook, *only, "--answer-url", *lines, typed=f"{refusal}\n{claims}\n")
    assert swapped.exit_code == 1


@pytest.mark.parametrize("where", ["-", "file:nowhere", "session_token=eyJ", "https://[eyJ", "=é"])
@pytest.mark.parametrize("option", ["--answer-url", "--cancel-url"])
def test_what_is_no_address_is_not_judged_and_not_shown(
    hook: ForeignHook, option: str, where: str
) -> None:
    result = call(hook, option, where, typed="eyJ\n")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith(f"{option}")
    assert "eyJ" not in result.stderr
    assert hook.seen == []


def test_a_state_of_somebody_else_is_found_out(hook: ForeignHook) -> None:
    link = call(hook, "--link").stdout.strip()
    hook.faults = {"wrong_state"}
    report = report_of(
        run_of(
            hook.url,
            hand=ByHand(answer_url=by_person(hook, link, "4711")),
            iss=TENANT_URL,
            secret=KEY,
        ),
        "answer",
    )
    assert "answer-state" in named(report, Verdict.FAILED)


def test_a_refusal_by_hand_is_judged(hook: ForeignHook) -> None:
    link = call(hook, "--link").stdout.strip()
    url = by_person(hook, link, None)
    assert call(hook, "--only", "refusal", "--cancel-url", url).exit_code == 0
    link = call(hook, "--link").stdout.strip()
    claims = by_person(hook, link, "4711")
    assert call(hook, "--only", "refusal", "--cancel-url", claims).exit_code == 1


def test_what_needs_the_kit_in_the_browser_stays_unjudged(hook: ForeignHook) -> None:
    link = call(hook, "--link").stdout.strip()
    result = call(hook, "--only", "once", "--answer-url", by_person(hook, link, "4711"))
    assert result.exit_code == 1
    assert "once-reloaded (must), not judged" in result.stdout


def test_the_kit_waits_for_a_browser_at_the_tenants_address(hook: ForeignHook, iss: str) -> None:
    hook.accepts_issuers = {iss}
    pages: list[int] = []
    browsers: list[threading.Thread] = []

    def person(link: str) -> None:
        browsers.append(threading.Thread(target=visit, args=(by_person(hook, link, "4711"),)))
        browsers[0].start()

    def visit(url: str) -> None:
        place = iss + RETURN_PATH
        other = f"{place}?session_token={sign({'state': 'another'})}"
        pages.extend(map(status_of, (f"{iss}/favicon.ico", place, other, url)))

    with listening(iss, person) as wait:
        run = run_of(hook.url, hand=ByHand(wait=wait), iss=iss, secret=KEY, fields={"card": ("",)})
        report = report_of(run, "answer")
    browsers[0].join()
    assert named(report, Verdict.FAILED) == set()
    assert verdicts(report)["answer-state"] is Verdict.PASSED
    assert pages == [404, 404, 400, 200]


def test_nobody_is_waited_for_longer_than_told(hook: ForeignHook, iss: str) -> None:
    said: list[str] = []
    with listening(iss, said.append) as wait:
        assert wait("http://localhost/link", bool, 0.2) == ""
    assert said == ["http://localhost/link"]


def test_an_answer_with_another_state_is_judged_when_no_other_comes(iss: str) -> None:
    path = f"{RETURN_PATH}?session_token=a.b.c"
    lines: list[socket.socket] = []

    def somebody(link: str) -> None:
        lines.append(socket.create_connection(("127.0.0.1", int(iss.rpartition(":")[2]))))
        lines[0].sendall(f"GET {path} HTTP/1.0\r\n\r\n".encode())

    with listening(iss, somebody) as wait:
        assert wait("http://localhost/link", lambda url: "other" in url, 0.5) == iss + path
    with lines[0] as line:
        page = line.recv(65_536)
    assert b" 400 " in page
    assert b"waits on" in page


def test_a_port_that_is_taken_is_told(iss: str) -> None:
    with listening(iss, print), pytest.raises(Unusable, match="is taken"), listening(iss, print):
        pass


def test_a_walk_that_succeeds_needs_nobody(hook: ForeignHook) -> None:
    def nobody(link: str, is_answer: Callable[[str], bool], seconds: float) -> str:
        raise AssertionError("nobody has to be asked")

    run = run_of(hook.url, hand=ByHand(wait=nobody), iss=TENANT_URL, secret=KEY)
    report = report_of(run, "answer")
    assert came(report, "answer-arrives") == ""
    assert verdicts(report)["answer-arrives"] is Verdict.PASSED


def status_of(url: str) -> int:
    """Open an address of this machine."""
    try:
        with urllib.request.urlopen(url, timeout=10) as response:  # noqa: S310 - it is http
            return int(response.status)
    except urllib.error.HTTPError as error:
        with error:
            return error.code
