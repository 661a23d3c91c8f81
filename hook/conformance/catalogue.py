"""All checks there are, in the order in which they are made."""

from collections.abc import Iterable

from hook.conformance import (
    answer_checks,
    contents,
    detours,
    first_page,
    once,
    replay,
    signatures,
    spellings,
)
from hook.conformance.checks import GOOD, GOOD_AGAIN, Check, Group, Judgement, Level
from hook.conformance.run import Run
from hook.conformance.tokens import accepted, accepts, refuses


def _good(run: Run) -> Judgement:
    return accepted(run, run.first.landing)


def _good_again(run: Run) -> Judgement:
    return accepted(run, run.visit().landing)


_BAD = (*signatures.BAD, *spellings.BAD, *contents.BAD)
_FINE = (*signatures.FINE, *contents.FINE)
_GOOD = Check(
    GOOD, Group.TOKENS, Level.MUST, "documents of the platform", "accepts a good token",
    "a good token",
    "Compare secret, --iss and --aud with what the hook has; give the claims that it needs "
    "with --claim.",
    _good, twin=GOOD,
)  # fmt: skip
_GOOD_AGAIN = Check(
    GOOD_AGAIN, Group.REPLAY, Level.MUST, "rule of this kit",
    "still accepts a good token after all those that it refused", "a good token",
    "Find out what made it stop: a limit of requests, or an error that a bad token left behind.",
    _good_again,
)  # fmt: skip

ALL: tuple[Check, ...] = (
    _GOOD,
    *(refuses(bad, Group.TOKENS) for bad in _BAD),
    *(accepts(fine, Group.TOKENS) for fine in _FINE),
    *detours.CHECKS,
    *first_page.CHECKS,
    *replay.CHECKS,
    _GOOD_AGAIN,
    *answer_checks.REFUSAL,
    *answer_checks.ANSWER,
    *once.CHECKS,
)
_BY_NAME = {check.name: check for check in ALL}


def chosen(names: Iterable[str]) -> tuple[Check, ...]:
    """Choose checks by their names or groups, with all that they rest on; none means all.

    Raises KeyError with the first name that there is not.
    """
    wanted: set[str] = set()
    for name in names:
        group = {check.name for check in ALL if check.group == name}
        wanted |= group or {_BY_NAME[name].name}
    while more := _twins(wanted) - wanted:
        wanted |= more
    return tuple(check for check in ALL if not wanted or check.name in wanted)


def _twins(names: set[str]) -> set[str]:
    checks = [_BY_NAME[name] for name in names]
    again = {GOOD_AGAIN for check in checks if check.is_refusal}
    return {check.twin for check in checks} | again
