"""What a check is, and what can come of it."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from hook.conformance.run import Run

GOOD, GOOD_AGAIN = "good-token", "good-token-again"
"""The twins of every token that must be refused: a good one before, and one after."""
ARRIVES = "answer-arrives"


class Level(StrEnum):
    """How much a check weighs."""

    MUST = "must"
    SHOULD = "should"
    NOTE = "note"
    """Told, and nothing hangs on it."""


class Group(StrEnum):
    """What belongs together in a report, in this order."""

    TOKENS = "tokens"
    REDIRECTS = "redirects"
    PAGE = "first-page"
    REPLAY = "replay"
    REFUSAL = "refusal"
    ANSWER = "answer"
    ONCE = "once"


class Verdict(StrEnum):
    """What came of a check."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_JUDGED = "not judged"
    """It could not be found out; never a pass."""
    NOT_CONCERNED = "left out"


@dataclass(frozen=True)
class Judgement:
    """A verdict, and in words what came back."""

    verdict: Verdict
    came: str = ""


@dataclass(frozen=True)
class Check:
    """One thing that a careful hook does, and how to find out."""

    name: str
    group: Group
    level: Level
    source: str
    rule: str
    """What a careful hook does: “refuses …”, “sends …”."""
    sent: str
    """What is sent to find out, in words."""
    mend: str
    """What to do where it failed."""
    judge: Callable[[Run], Judgement]
    twin: str = GOOD
    """The check that has to have passed, or this one proves nothing."""
    is_refusal: bool = False


def passed(came: str = "") -> Judgement:
    """All is well."""
    return Judgement(Verdict.PASSED, came)


def failed(came: str) -> Judgement:
    """Something else came back than from a careful hook."""
    return Judgement(Verdict.FAILED, came)


def not_judged(why: str) -> Judgement:
    """It could not be found out."""
    return Judgement(Verdict.NOT_JUDGED, why)


def not_concerned(why: str) -> Judgement:
    """Nothing of this kind exists here."""
    return Judgement(Verdict.NOT_CONCERNED, why)


def unless(complaint: str) -> Judgement:
    """Fail with a complaint; pass without one."""
    return failed(complaint) if complaint else passed()
