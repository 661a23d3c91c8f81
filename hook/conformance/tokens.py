"""Checks that send one token, good or bad: refused or accepted."""

from collections.abc import Callable
from typing import NamedTuple

from hook.conformance.arrivals import Maker
from hook.conformance.checks import (
    Check,
    Group,
    Judgement,
    Level,
    failed,
    not_judged,
    passed,
)
from hook.conformance.landing import Landing
from hook.conformance.run import Run

Make = Callable[[Maker], str | list[str]]
_TOO_MANY = 429
MUST, SHOULD = Level.MUST, Level.SHOULD


class Bad(NamedTuple):
    """A token that differs in one thing from a good one, and has to be refused."""

    name: str
    level: Level
    source: str
    sent: str
    """What is different: “… with alg none”."""
    mend: str
    make: Make
    is_forged: bool = True
    """Whether it was not made by the tenant: then not even a refusal may be sent back."""


class Fine(NamedTuple):
    """A token that has to be accepted, though it is not the plainest."""

    name: str
    level: Level
    source: str
    sent: str
    mend: str
    make: Make


def refuses(bad: Bad, group: Group) -> Check:
    """Make the check that a token is refused."""

    def judge(run: Run) -> Judgement:
        return refused(run, _arrive(run, bad.make), bad.is_forged)

    rule = f"refuses {bad.sent}"
    return Check(
        bad.name, group, bad.level, bad.source, rule, bad.sent, bad.mend, judge, is_refusal=True
    )


def accepts(fine: Fine, group: Group) -> Check:
    """Make the check that a token is accepted."""

    def judge(run: Run) -> Judgement:
        return accepted(run, _arrive(run, fine.make))

    rule = f"accepts {fine.sent}"
    return Check(fine.name, group, fine.level, fine.source, rule, fine.sent, fine.mend, judge)


def accepted(run: Run, landing: Landing) -> Judgement:
    """Judge whether a token was accepted."""
    if landing.status == _TOO_MANY:
        return not_judged("the hook limits how many requests it takes (429)")
    if run.is_refusal(landing):
        return failed("the browser was sent back with a refusal")
    return passed() if run.accepts(landing) else failed(landing.words)


def _arrive(run: Run, make: Make) -> Landing:
    made = make(run.make)
    return run.arrive(*([made] if isinstance(made, str) else made))


def refused(run: Run, landing: Landing, is_forged: bool = True) -> Judgement:
    """Judge whether a token was refused."""
    if landing.status == _TOO_MANY:
        return not_judged("the hook limits how many requests it takes (429)")
    # The tenant made a token that is over, or for another hook: it may be told so.
    if landing.is_refused or (not is_forged and run.is_refusal(landing)):
        return passed(landing.words)
    return failed(landing.words)
