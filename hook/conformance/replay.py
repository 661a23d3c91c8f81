"""Checks that send a good token again."""

from collections.abc import Callable

from hook.conformance import jose
from hook.conformance.checks import (
    Check,
    Group,
    Judgement,
    Level,
    failed,
    not_concerned,
    not_judged,
    passed,
    unless,
)
from hook.conformance.run import Run, Visit
from hook.conformance.tokens import refused

_ONCE = (
    "Keep iss and state of every token under a unique index, with the browser that came first; "
    "write and check in one statement."
)


def _same_browser(run: Run, visit: Visit) -> Judgement:
    again = run.arrive(visit.token, browser=visit.browser)
    if visit.landing.left:
        return unless("" if again.left or again.is_refused else again.words)
    if not again.is_page:
        return failed(again.words)
    return unless("" if again.url == visit.landing.url else "a page at another address")


def _other_browser(run: Run, visit: Visit) -> Judgement:
    return refused(run, run.arrive(visit.token))


def _same_state(run: Run, visit: Visit) -> Judgement:
    return refused(run, run.arrive(run.make.token(state=visit.state, jti="another")))


def _address_alone(run: Run, visit: Visit) -> Judgement:
    if not visit.landing.is_page:
        return not_concerned("the journey was over without a page")
    if jose.is_in(visit.token, visit.landing.url):
        return not_concerned("the address of the page still has the token")
    other = run.browser().open(visit.landing.url)
    if other.is_page and other.page.look == visit.landing.page.look:
        return failed(f"the page of the first browser, with status {other.status}")
    return failed(other.words) if other.left or other.trouble else passed(other.words)


def _after(judge: Callable[[Run, Visit], Judgement]) -> Callable[[Run], Judgement]:
    def after_a_visit(run: Run) -> Judgement:
        visit = run.visit()
        if not run.accepts(visit.landing):
            return not_judged("the good token before it was not accepted")
        return judge(run, visit)

    return after_a_visit


CHECKS = (
    Check(
        "replay-same-browser", Group.REPLAY, Level.SHOULD, "OWASP ASVS 2.3.1",
        "takes a token that comes again in the same browser back to its journey",
        "a good token twice, in one browser", "Look for the journey of this iss, state and "
        "browser first, and show where it stands; a visitor only loaded the page again.",
        _after(_same_browser),
    ),
    Check(
        "replay-other-browser", Group.REPLAY, Level.MUST, "OWASP ASVS 7.2.4",
        "refuses a token that comes again in another browser",
        "a good token, and again from another browser", _ONCE, _after(_other_browser),
        is_refusal=True,
    ),
    Check(
        "replay-same-state", Group.REPLAY, Level.SHOULD, "OWASP ASVS 2.3.1",
        "takes each iss and state once, whatever else a token says",
        "a good token, and another with the same state from another browser", _ONCE,
        _after(_same_state), is_refusal=True,
    ),
    Check(
        "address-alone", Group.REPLAY, Level.MUST, "OWASP ASVS 7.2.4",
        "shows a journey to the browser that began it, and to no other",
        "the address of the first page, from another browser",
        "Bind the journey to a random cookie of the browser that came with the token.",
        _after(_address_alone),
    ),
)  # fmt: skip
