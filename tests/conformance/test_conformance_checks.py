"""Each check fails a hook with its one fault, and passes the same hook without it."""

import pytest

from hook.conformance import catalogue
from hook.conformance.checks import Level, Verdict
from hook.conformance.judging import Report
from tests.conformance.careless import CarelessHook
from tests.conformance.kit import named, report_of, run_of, verdicts

#: What only a hook on https, or one that refuses, can be asked; tests of their own are below.
ELSEWHERE = {"cookie-secure", "answer-error-text"}
#: Whoever does not verify a signature takes all that look like one.
NOTHING_VERIFIED = {
    "wrong-secret", "payload-changed", "empty-secret", "undecoded-secret", "key-in-header",
}  # fmt: skip
ONE_FAULT = [
    check.name
    for check in catalogue.ALL
    if check.name not in {"cookie-secure", "wrong-secret", "payload-changed"}
]


def report_with(*faults: str) -> Report:
    """What the kit says of a hook with these faults."""
    with CarelessHook(*faults) as hook:
        return report_of(run_of(hook.url))


@pytest.fixture(scope="module")
def careful() -> Report:
    """What the kit says of a hook without faults."""
    return report_with()


def test_a_careful_hook_passes_every_check(careful: Report) -> None:
    assert named(careful, Verdict.PASSED) == {check.name for check in catalogue.ALL} - ELSEWHERE
    assert named(careful, Verdict.NOT_CONCERNED) == ELSEWHERE
    assert careful.is_good


@pytest.mark.parametrize("fault", ONE_FAULT)
def test_one_fault_fails_its_check_and_no_other(fault: str) -> None:
    report = report_with(fault)
    assert named(report, Verdict.FAILED) == {fault}


def test_a_hook_that_verifies_no_signature_fails_all_that_rest_on_it() -> None:
    assert named(report_with("nothing-verified"), Verdict.FAILED) == NOTHING_VERIFIED


def test_every_failure_but_a_note_makes_the_report_a_bad_one() -> None:
    assert not report_with("no-store").is_good
    assert not report_with("alg-none").is_good
    noted = report_with("arrival-not-echoed")
    assert verdicts(noted)["arrival-not-echoed"] is Verdict.FAILED
    assert noted.is_good


def test_an_answer_with_a_reason_passes_and_one_without_fails() -> None:
    with CarelessHook("refuses-everybody") as hook:
        good = report_of(run_of(hook.url), "answer")
    assert verdicts(good)["answer-error-text"] is Verdict.PASSED


def test_names_and_sentences_are_fit_for_a_report() -> None:
    names = [check.name for check in catalogue.ALL]
    assert len(set(names)) == len(names)
    for check in catalogue.ALL:
        assert check.name == check.name.lower()
        assert check.rule[0].islower()
        assert check.mend.endswith(".")
        assert check.source
        assert check.level in Level
