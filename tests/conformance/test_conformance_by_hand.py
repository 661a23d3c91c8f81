"""Where a walk cannot get on, a person goes to the end, and the kit judges what came."""

import socket
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator

import pytest
from click.testing import CliRunner, Result

from hook.cli.conformance import conformance
from hook.conformance.by_hand import ByHand
from hook.conformance.checks import Verdict
from hook.conformance.given import Unusable
from hook.conformance.listening import listening
from hook.conformance.target import RETURN_PATH
from hook.testing.tokens import SECRET, TENANT_URL
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


def call(hook: ForeignHook, *arguments: str) -> Result:
    """Run the command."""
    common = [hook.url, "--secret", "env:KIT_SECRET", "--iss", TENANT_URL, *STUCK]
    return CliRunner(env={"KIT_SECRET": SECRET}).invoke(conformance, [*common, *arguments])


def by_person(hook: ForeignHook, link: str, card: str | None) -> str:
    """Open a link and go to the end, as a person does; gives the address it ends at."""
    return hook.leave(hook.arrive(link), card)


def test_without_a_person_the_answer_is_not_judged(hook: ForeignHook) -> None:
    result = call(hook, "--only", "answer")
    assert result.exit_code == 1
    assert "answer-arrives (must), not judged" in result.stdout


def test_a_link_is_printed_and_the_address_it_ends_at_is_judged(hook: ForeignHook) -> None:
    link = call(hook, "--link").stdout.strip()
    url = by_person(hook, link, "4711")
    result = call(hook, "--only", "answer", "--answer-url", url)
    assert result.exit_code == 0
    changed = url.replace("interaction=", "interaction=x")
    assert call(hook, "--only", "answer", "--answer-url", changed).exit_code == 1


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
        pages.extend(map(status_of, (f"{iss}/favicon.ico", iss + RETURN_PATH, url)))

    with listening(iss, person) as wait:
        run = run_of(hook.url, hand=ByHand(wait=wait), iss=iss, secret=KEY, fields={"card": ("",)})
        report = report_of(run, "answer")
    browsers[0].join()
    assert named(report, Verdict.FAILED) == set()
    assert verdicts(report)["answer-state"] is Verdict.PASSED
    assert pages == [404, 404, 200]


def test_nobody_is_waited_for_longer_than_told(hook: ForeignHook, iss: str) -> None:
    said: list[str] = []
    with listening(iss, said.append) as wait:
        assert wait("http://localhost/link", 0.2) == ""
    assert said == ["http://localhost/link"]


def test_a_port_that_is_taken_is_told(iss: str) -> None:
    with listening(iss, print), pytest.raises(Unusable, match="is taken"), listening(iss, print):
        pass


def test_a_walk_that_succeeds_needs_nobody(hook: ForeignHook) -> None:
    def nobody(link: str, seconds: float) -> str:
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
