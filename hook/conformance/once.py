"""Checks after a journey has ended: one outcome, whatever is sent again."""

from collections.abc import Callable

from hook.conformance.answer import Answer
from hook.conformance.checks import (
    ARRIVES,
    Check,
    Group,
    Judgement,
    Level,
    failed,
    not_concerned,
    not_judged,
    passed,
)
from hook.conformance.landing import Landing
from hook.conformance.run import Journey, Run
from hook.conformance.tokens import refused
from hook.conformance.walking import Walker

_FIXED = (
    "Fix the outcome once, in one conditional statement; then repeat it, or say that the journey "
    "is over."
)
_KEEP = "Keep iss and state until the token is over by its dates, also when the journey has ended."


def _reload(run: Run, journey: Journey) -> Judgement:
    return _same(journey, journey.visit.browser.ask(journey.walked.landing.reply.asked))


def _sent_again(run: Run, journey: Journey) -> Judgement:
    if journey.walked.form is None:
        return not_concerned("the journey has no form")
    return _same(journey, journey.visit.browser.ask(journey.walked.form))


def _cancelled_after(run: Run, journey: Journey) -> Judgement:
    page = journey.walked.page
    if page is None:
        return not_concerned("the journey has no page")
    after = Walker(journey.visit.browser, run.target.fields).cancel(page).landing
    if after is page:
        return not_concerned("the last page has no link or button with the word “cancel”")
    return _same(journey, after)


def _token_again(run: Run, journey: Journey) -> Judgement:
    again = run.arrive(journey.visit.token, browser=journey.visit.browser)
    if journey.walked.form is not None and again.is_page and again.page.forms:
        return failed("a page with a form: the journey began anew")
    return _same(journey, again)


def _token_elsewhere(run: Run, journey: Journey) -> Judgement:
    return refused(run, run.arrive(journey.visit.token))


def _same(journey: Journey, after: Landing) -> Judgement:
    if after.trouble or after.status >= 500:
        return failed(after.words)
    first, second = Answer(journey.walked.landing.left, ""), Answer(after.left, "")
    if second.payload and second.outcome != first.outcome:
        return failed("a second answer, which says something else")
    return passed(after.words)


def _check(
    name: str, rule: str, sent: str, mend: str, judge: Callable[[Run, Journey], Judgement]
) -> Check:
    def after_the_end(run: Run) -> Judgement:
        if run.hand.answer_url or run.journey.walked.stuck:
            return not_judged("the journey was not walked to its end by itself")
        return judge(run, run.journey)

    source = "OWASP ASVS 2.3.3"
    return Check(
        name, Group.ONCE, Level.MUST, source, rule, sent, mend, after_the_end, twin=ARRIVES
    )


CHECKS = (
    _check(
        "once-reloaded", "has one outcome, also when the last page is loaded again",
        "the last request of the journey once more", _FIXED, _reload,
    ),
    _check(
        "once-sent-again", "has one outcome, also when the last form is sent twice",
        "the last form of the journey once more", _FIXED, _sent_again,
    ),
    _check(
        "once-cancelled-after", "has one outcome, also when it is cancelled after its end",
        "a cancelled journey that had ended before", _FIXED, _cancelled_after,
    ),
    _check(
        "once-same-token", "does not begin a journey anew that has ended",
        "the token of the journey that has ended, in the same browser", _KEEP, _token_again,
    ),
    _check(
        "once-elsewhere", "refuses the token of a journey that has ended, in another browser",
        "the token of the journey that has ended, from another browser", _KEEP, _token_elsewhere,
    ),
)  # fmt: skip
