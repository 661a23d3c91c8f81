"""Doctor: do visitors have the time that the steps need?"""

from collections.abc import Iterator

from hook.platform.doctor.facts import Facts
from hook.platform.doctor.finding import Finding


def flow_seconds(facts: Facts) -> int:
    """Give the seconds that a visitor should have who meets every step."""
    return sum(step.lasts() for step in facts.tenant.flow)


def timeout(facts: Facts) -> Iterator[Finding]:
    """Tell whether the tenant's session is long enough for the flow."""
    hook, needed = facts.registration, flow_seconds(facts)
    if hook is None:
        return
    has = hook.session_timeout_in_sec
    if has is None:
        yield Finding(
            "note",
            "timeout",
            f"The tenant does not say how long a session lasts; the steps need {needed} seconds.",
            "Its default is not published, and who comes back too late meets an error page.",
            f"Set `session_timeout` to {needed} or more, and run `flask tenant apply`.",
        )
    elif has < needed:
        yield Finding(
            "error",
            "timeout",
            f"A session lasts {has} seconds, and the steps need {needed}.",
            "Who comes back too late meets an error page of the tenant’s, with all steps done.",
            f"Set `session_timeout` to {needed} or more, and run `flask tenant apply`.",
        )


def agreed(facts: Facts) -> Iterator[Finding]:
    """Tell whether tenant and hook mean the same end of a session."""
    hook, ours = facts.registration, facts.tenant.session_timeout
    if hook and ours and hook.session_timeout_in_sec not in (None, ours):
        yield Finding(
            "warning",
            "timeout_differs",
            f"A session lasts {hook.session_timeout_in_sec} seconds there, and {ours} here.",
            "The hook tells visitors of its own number, and the tenant holds them to the other.",
            "Run `flask tenant apply`.",
        )
