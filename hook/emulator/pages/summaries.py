"""What becomes of a journey, in a word and in a line."""

from typing import NamedTuple

from hook.emulator.state import Configuration, Journey, Json
from hook.emulator.tenant import Tenant

OUTCOMES = {
    "issued": "Issued",
    "answered": "Answered",
    "refused": "Refused",
    "failed": "Went wrong",
    "under-way": "Under way",
}
GRANTS = {
    "authorization_code": "with a login",
    "pre-authorized_code": "pre-authorized",
    "visit": "straight to the hook",
}


class Line(NamedTuple):
    """A journey in a list."""

    id: str
    what: str
    grant: str
    outcome: str
    ago: str


def latest(tenant: Tenant, most: int) -> list[Line]:
    """List the latest journeys, the newest first."""
    journeys = reversed(tenant.state.journeys.all()[-most:])
    return [line(tenant, journey) for journey in journeys]


def line(tenant: Tenant, journey: Journey) -> Line:
    """Sum a journey up."""
    names = [name_of(each) for each in _configurations(tenant, journey)]
    return Line(
        journey.id,
        ", ".join(dict.fromkeys(names)) or "A visit",
        GRANTS.get(journey.grant, journey.grant),
        outcome(journey),
        ago(tenant.now() - journey.started),
    )


def outcome(journey: Journey) -> str:
    """Say what became of a journey: a key of OUTCOMES."""
    if journey.issued:
        return "issued"
    if journey.message:
        return "refused"
    if journey.hops and not journey.hops[-1].good:
        return "refused" if _error(journey).get("error") == "access_denied" else "failed"
    return "answered" if journey.grant == "visit" and _was_answered(journey) else "under-way"


def why(journey: Journey) -> str:
    """Say why a journey came to nothing, without the hook having refused; else nothing."""
    if journey.issued or not journey.hops or journey.hops[-1].good:
        return ""
    carried = journey.hops[-1].carried
    return str(_error(journey).get("error_description") or carried.get("reason") or "")


def _error(journey: Journey) -> Json:
    """Give what the last hop says of an error; in an address it stands among the parameters."""
    carried = journey.hops[-1].carried
    return dict(carried.get("parameters") or carried)


def _was_answered(journey: Journey) -> bool:
    return any(hop.good and "checks" in hop.carried for hop in journey.hops)


def name_of(configuration: Configuration) -> str:
    """Give what people call a credential."""
    body = configuration.body
    return str(body.get("name") or (body.get("branding") or {}).get("name") or configuration.type)


def ago(seconds: float) -> str:
    """Say how long ago something was."""
    minutes = int(seconds // 60)
    if minutes < 1:
        return "just now"
    return f"{minutes} min ago" if minutes < 60 else f"{minutes // 60} h ago"


def _configurations(tenant: Tenant, journey: Journey) -> list[Configuration]:
    found = (tenant.state.configurations.get(each) for each in journey.configurations)
    return [each for each in found if each]
