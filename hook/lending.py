"""One step on another device: a pass is lent to it, good once, for that step, for a while. Pure."""

import hmac
import secrets
from dataclasses import replace

from hook.state import Journey, Pass, Progress
from hook.steps.base import Step

PASS_SECONDS = 600
"""How long another device may take, seconds."""


def lend(progress: Progress, step: Step, now: int, deadline: int) -> Progress:
    """Make a pass for a step; one that was made before is good no more."""
    until = min(now + PASS_SECONDS, deadline)
    lent = Pass(step.name, secrets.token_urlsafe(16), until)
    return replace(_begun_anew(progress, step.name), lent=lent)


def take_back(progress: Progress) -> Progress:
    """Let only the first device go on."""
    lent = progress.lent
    return progress if lent is None else replace(_begun_anew(progress, lent.step), lent=None)


def accept(progress: Progress, token: str, browser: bytes, now: int) -> Progress | None:
    """Bind a pass to the browser that brings it; None for one that is taken, over or none."""
    lent = progress.lent
    if lent is None or not can_take(lent, token, browser, now):
        return None
    return replace(progress, lent=replace(lent, browser=browser.hex()))


def can_take(lent: Pass, token: str, browser: bytes, now: int) -> bool:
    """Tell whether this is the token of a pass that this browser may take, or has taken."""
    free = lent.browser in ("", browser.hex()) and not lent.over and now < lent.until
    return free and hmac.compare_digest(lent.token.encode(), token.encode())


def as_guest(journey: Journey, browser: bytes, now: int) -> Journey | None:
    """Give the journey for the browser that a pass is bound to; None for any other."""
    lent = journey.progress.lent
    if lent is None or lent.browser != browser.hex() or now >= lent.until:
        return None
    return replace(journey, only=lent.step)


def _begun_anew(progress: Progress, name: str) -> Progress:
    # What one device began elsewhere must not count for the other.
    scratch = {step: kept for step, kept in progress.scratch.items() if step != name}
    return replace(progress, scratch=scratch)
