"""What becomes of a journey, in a word and in a line."""

from typing import NamedTuple

from hook.emulator.journey.visits import KINDS
from hook.emulator.state import Configuration, Hop, Journey, Json
from hook.emulator.tenant import Tenant

from . import reading

OUTCOMES = {
    "issued": "Issued",
    "answered": "Answered",
    "refused": "Refused",
    "failed": "Went wrong",
    "silent": "Nothing came back (that is right)",
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
        ", ".join(dict.fromkeys(names)) or _visit(journey),
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
    last = _last(journey)
    if last and not last.good:
        return "refused" if _error(last).get("error") == "access_denied" else "failed"
    if journey.grant != "visit":
        return "under-way"
    if _was_answered(journey):
        return "answered"
    return "under-way" if _kind(journey) == "good" else "silent"


def why(journey: Journey) -> str:
    """Say why a journey came to nothing, without the hook having refused; else nothing."""
    last = _last(journey)
    if journey.issued or not last or last.good:
        return ""
    return str(_error(last).get("error_description") or last.carried.get("reason") or "")


def _last(journey: Journey) -> Hop | None:
    """Find the latest hop that is not a mere repetition."""
    return next((hop for hop in reversed(journey.hops) if "repeats" not in hop.carried), None)


def _error(hop: Hop) -> Json:
    """Give what a hop says of an error; in an address it stands among the parameters."""
    return dict(hop.carried.get("parameters") or hop.carried)


def _kind(journey: Journey) -> str:
    """Tell what kind of visit it was to the hook."""
    sent = reading.arrival_of(journey)
    return str(sent.carried["visit"]) if sent else "good"


def _visit(journey: Journey) -> str:
    kind = _kind(journey)
    return "A visit" if kind == "good" else f"A visit: {KINDS[kind].label}"


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
