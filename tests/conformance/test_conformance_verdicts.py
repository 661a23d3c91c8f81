"""When a check proves something, and when it does not: the twin that has to be accepted."""

import pytest

from hook.conformance import catalogue
from hook.conformance.budget import Budget
from hook.conformance.checks import Verdict
from hook.conformance.given import Unusable
from tests.conformance.careless import CarelessHook
from tests.conformance.careless_tokens import TENANT
from tests.conformance.kit import Pages, Reply, came, named, report_of, run_of, verdicts

FORM = '<main><form method="post"><button>Go</button></form></main>'


def test_nothing_is_judged_when_the_good_token_is_not_accepted() -> None:
    with CarelessHook("good-token") as hook:
        report = report_of(run_of(hook.url))
    assert named(report, Verdict.FAILED) == {"good-token"}
    assert named(report, Verdict.PASSED) == set()
    assert named(report, Verdict.NOT_CONCERNED) == set()
    assert not report.is_good


def test_a_hook_that_stops_accepting_has_proved_nothing_by_refusing() -> None:
    with CarelessHook("good-token-again") as hook:
        report = report_of(run_of(hook.url))
    refusals = {check.name for check in catalogue.ALL if check.is_refusal}
    assert named(report, Verdict.NOT_JUDGED) == refusals
    assert named(report, Verdict.FAILED) == {"good-token-again"}


def test_one_check_brings_its_twins() -> None:
    with CarelessHook() as hook:
        report = report_of(run_of(hook.url), "alg-none")
    assert list(verdicts(report)) == ["good-token", "alg-none", "good-token-again"]
    assert report.is_good


def test_a_group_brings_what_it_rests_on() -> None:
    names = {check.name for check in catalogue.chosen(["once"])}
    assert {"good-token", "answer-arrives", "once-reloaded", "once-elsewhere"} <= names
    assert "alg-none" not in names


def test_a_name_that_there_is_not_is_told() -> None:
    with pytest.raises(KeyError):
        catalogue.chosen(["alg-nonsense"])


def answers_all(status: int) -> Reply:
    return status, FORM, {}


@pytest.mark.parametrize(
    ("status", "verdict"),
    [
        (400, Verdict.PASSED),
        (404, Verdict.PASSED),
        (200, Verdict.FAILED),
        (500, Verdict.FAILED),
        (429, Verdict.NOT_JUDGED),
    ],
)
def test_a_refusal_is_a_status_from_400_to_499_and_a_limit_is_none(
    status: int, verdict: Verdict
) -> None:
    seen: list[str] = []

    def answer(method: str, path: str, body: str) -> Reply:
        seen.append(path)
        # The second request is the bad one, between two good ones.
        return answers_all(status if len(seen) == 2 else 200)

    with Pages(answer) as hook:
        report = report_of(run_of(hook.url), "alg-none")
    assert verdicts(report)["alg-none"] is verdict
    assert str(status) in came(report, "alg-none")


def test_a_good_token_that_is_sent_back_with_a_refusal_is_not_accepted() -> None:
    with CarelessHook("refuses-at-once") as hook:
        report = report_of(run_of(hook.url))
    assert came(report, "good-token") == "the browser was sent back with a refusal"
    assert not report.is_good


def test_a_refusal_may_be_sent_back_for_a_token_of_the_tenant_but_not_for_a_forged_one() -> None:
    with CarelessHook("answers-bad-tokens") as hook:
        report = report_of(run_of(hook.url), "expired", "wrong-secret")
    assert verdicts(report)["expired"] is Verdict.PASSED
    assert verdicts(report)["wrong-secret"] is Verdict.FAILED


def test_a_journey_that_ends_at_once_leaves_its_pages_out() -> None:
    with CarelessHook("asks-nothing", way="redirect") as hook:
        report = report_of(run_of(hook.url))
    assert named(report, Verdict.FAILED) == set()
    assert "token-not-in-address" in named(report, Verdict.NOT_CONCERNED)
    assert verdicts(report)["once-same-token"] is Verdict.PASSED
    assert report.is_good


def test_checks_of_https_are_left_out_without_it() -> None:
    name = "redirect-insecure"
    with Pages(lambda *_: answers_all(200)) as hook:
        on_https = report_of(run_of(hook.url, iss=TENANT), name)
        on_http = report_of(run_of(hook.url, iss=TENANT.replace("https", "http")), name)
    assert verdicts(on_https)[name] is Verdict.FAILED
    assert verdicts(on_http)[name] is Verdict.NOT_CONCERNED


def test_when_the_requests_are_spent_the_rest_is_not_judged() -> None:
    with CarelessHook() as hook:
        report = report_of(run_of(hook.url, Budget(60, requests=12)))
    assert report.requests == 12
    left = named(report, Verdict.NOT_JUDGED)
    assert "answer-arrives" in left
    assert "alg-none" in left, "its twin at the end was never sent"
    assert not report.is_good


def test_when_the_time_is_up_before_the_first_page_nothing_is_judged() -> None:
    with CarelessHook() as hook, pytest.raises(Unusable, match="time of this run was up"):
        report_of(run_of(hook.url, Budget(0)))
