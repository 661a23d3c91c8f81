"""Our own hook as it is served, and a hook of another team: what the kit says of both."""

import base64
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from werkzeug.serving import make_server

from hook import build_app
from hook.config.load import load
from hook.conformance import catalogue, telling
from hook.conformance.checks import Verdict
from hook.conformance.judging import Report
from hook.testing.hooks import ENVIRON, NOTICE, PROFILE, SECOND_FACTOR, TERMS, write_config
from hook.testing.tokens import SECRET, TENANT_URL
from tests.conformance.kit import came, named, report_of, run_of, verdicts
from tests.support.foreign_hook import ForeignHook

KEY = base64.b64decode(SECRET)
DOCS = Path(__file__).resolve().parents[2] / "docs/conformance.md"


@contextmanager
def serving(folder: Path, text: str) -> Iterator[str]:
    """Serve our hook with this flow; gives its hook URL."""
    path = write_config(folder, f"sqlite:///{folder}/hook.db", text)
    server = make_server("127.0.0.1", 0, lambda environ, start: app(environ, start), threaded=True)
    url = f"http://localhost:{server.server_port}"
    path.write_text(path.read_text().replace("https://hook.example.org", url))
    app = build_app(load(path, ENVIRON))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"{url}/kauri"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
        app.extensions["hook"].store.close()


def judged(url: str, *names: str) -> Report:
    """What the kit says of a hook that knows this tenant."""
    return report_of(run_of(url, iss=TENANT_URL, secret=KEY), *names)


def test_our_hook_passes_every_check_by_itself(tmp_path: Path) -> None:
    with serving(tmp_path, TERMS + PROFILE) as url:
        first, second = judged(url), judged(url)
    left_out = {"cookie-secure", "answer-error-text"}
    for report in (first, second):
        assert named(report, Verdict.PASSED) == {check.name for check in catalogue.ALL} - left_out
        assert report.is_good
    assert first.requests < 150


def test_our_hook_passes_when_nothing_is_left_to_ask(tmp_path: Path) -> None:
    with serving(tmp_path, TERMS) as url:
        judged(url)
        # The terms are accepted by now: journeys end at once.
        report = judged(url)
    assert named(report, Verdict.FAILED) == set()
    assert "no-store" in named(report, Verdict.NOT_CONCERNED)
    assert report.is_good


def test_a_passkey_ends_the_walk_and_everything_else_is_judged(tmp_path: Path) -> None:
    with serving(tmp_path, SECOND_FACTOR + NOTICE) as url:
        report = judged(url)
    assert "“Confirm it’s you – Kauri Polytechnic”" in came(report, "answer-arrives")
    unjudged = {check.group for check in catalogue.ALL if check.name in report.unproven}
    assert unjudged == {"answer", "once"}
    assert named(report, Verdict.FAILED) == set()
    assert not report.is_good


@pytest.fixture(scope="module")
def foreign() -> Report:
    """What the kit says of a hook of another team."""
    with ForeignHook(SECRET, accepts_issuers=[TENANT_URL]) as hook:
        return judged(hook.url)


def test_a_hook_of_another_team_is_walked_to_its_end(foreign: Report) -> None:
    names = {check.name for check in catalogue.ALL if check.group == "answer"}
    assert names - named(foreign, Verdict.PASSED) == {"answer-error-text"}


def test_a_hook_of_another_team_has_faults_that_nobody_had_seen(foreign: Report) -> None:
    failed = named(foreign, Verdict.FAILED)
    assert {name for name in failed if name.startswith("redirect-")} == {
        "redirect-elsewhere", "redirect-look-alike", "redirect-user-info", "redirect-backslash",
        "redirect-port", "redirect-fragment", "redirect-insecure",
    }  # fmt: skip
    assert {"replay-other-browser", "once-same-token", "once-elsewhere"} <= failed
    assert {"not-yet-valid", "exp-missing", "padding", "no-store"} <= failed
    assert {"alg-none", "alg-hs512", "wrong-secret", "expired", "wrong-audience"} <= named(
        foreign, Verdict.PASSED
    )


@pytest.mark.parametrize(
    ("fault", "failed"),
    [
        ("wrong_secret", "answer-signature"),
        ("alg_none", "answer-signature"),
        ("wrong_iss", "answer-issuer"),
        ("wrong_aud", "answer-audience"),
        ("wrong_state", "answer-state"),
        ("expired", "answer-is-now"),
        ("claims_and_error", "answer-one-outcome"),
        ("neither", "answer-one-outcome"),
        ("large_claim", "answer-length"),
        ("no_token", "answer-arrives"),
    ],
)
def test_what_its_answers_lack_is_found(fault: str, failed: str) -> None:
    with ForeignHook(SECRET, accepts_issuers=[TENANT_URL]) as hook:
        hook.faults = {fault}  # type: ignore[arg-type]
        report = judged(hook.url, "answer")
    assert named(report, Verdict.FAILED) - {"answer-own-query"} == {failed}


def test_a_secret_that_is_another_is_no_reason_to_praise(foreign: Report) -> None:
    with ForeignHook(SECRET, accepts_issuers=[TENANT_URL]) as hook:
        report = report_of(run_of(hook.url, iss=TENANT_URL, secret=bytes(32)))
    assert named(report, Verdict.FAILED) == {"good-token"}
    assert named(report, Verdict.PASSED) == set()
    assert verdicts(foreign)["good-token"] is Verdict.PASSED


def test_the_report_that_the_page_shows_is_what_comes(foreign: Report) -> None:
    page = DOCS.read_text(encoding="utf-8")
    (shown,) = (block for block in page.split("```")[1::2] if "FAIL" in block)
    lines = [line for line in shown.strip().splitlines() if line != "…"]
    text = telling.text(foreign).splitlines()
    assert len(lines) > 5
    assert [line for line in lines if line not in text] == []
