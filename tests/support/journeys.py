"""Journeys made by hand, for tests that ask the store and nothing else."""

from typing import Any

from hook.refusals import COMPLETED
from hook.state import Journey, Position, Progress
from hook.steps.base import Step
from hook.store import new_id
from hook.testing.tokens import HOOK_URL, NOW, STATE, TENANT_URL
from hook.tokens import Arrival, Sender

SUBJECT, OTHER_SUBJECT = b"ripeka", b"wiremu"
BROWSER, OTHER_BROWSER = b"her phone", b"another phone"


class Diary(Step):
    """Keeps a record."""

    kind = "diary"


DIARY = Diary("diary", "Diary", None)


def a_journey(
    state: str = STATE, iss: str = TENANT_URL, tenant: str = "kauri", deadline: int = NOW + 600
) -> Journey:
    """A journey at its start."""
    sender = Sender(iss, HOOK_URL, state, f"{iss}/callback", "a secret's id")
    arrival = Arrival(sender, {"email": "ripeka@kauri.example"}, deadline)
    return Journey(new_id(), tenant, arrival, Progress(), 0)


def further(claims: dict[str, Any], record: dict[str, Any] | None = None) -> Position:
    """A position one step on."""
    records = () if record is None else ((DIARY, record),)
    return Position(Progress(done=("diary",), claims=claims), records=records)


def at_end(
    claims: dict[str, Any], record: dict[str, Any] | None = None, end: str = COMPLETED
) -> Position:
    """A position at the end."""
    records = () if record is None else ((DIARY, record),)
    return Position(Progress(done=("diary",), claims=claims), end=end, records=records)
