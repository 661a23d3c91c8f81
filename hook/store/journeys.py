"""Journeys: opened once, saved when nobody else did, ended once, then erased."""

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, and_, bindparam, delete, or_, select, update

from hook.journey import Ended, Journey, Progress
from hook.store.tables import INSERT, journeys
from hook.strict_json import read_object, write
from hook.tokens import Arrival, Sender
from hook.vault import Vault

REPEAT_SECONDS = 600
"""How long an ended journey repeats its answer, seconds; then the answer is erased."""
FORGET_SECONDS = 3_600
"""How long after its deadline a journey is still known as over, seconds; then the row goes.

The token cannot come again by then: it is refused by its dates from the deadline on.
"""
PURGE_MOST = 1_000
"""How many rows one purge erases of each sort."""

_OPEN = {
    # The driver forgets how many rows an INSERT made unless it is asked to keep that.
    name: insert(journeys)
    .on_conflict_do_nothing(index_elements=["arrival_key"])
    .execution_options(preserve_rowcount=True)
    for name, insert in INSERT.items()
}
_BY_ID = select(journeys).where(
    journeys.c.id == bindparam("id"),
    journeys.c.tenant == bindparam("tenant"),
    journeys.c.browser == bindparam("browser"),
)
_BY_ARRIVAL = select(journeys).where(
    journeys.c.arrival_key == bindparam("arrival_key"),
    journeys.c.browser == bindparam("browser"),
)
_UNENDED = and_(journeys.c.id == bindparam("row"), journeys.c.outcome.is_(None))
_SAVE = (
    update(journeys)
    .where(
        _UNENDED,
        journeys.c.version == bindparam("seen"),
        journeys.c.deadline > bindparam("now"),
    )
    .values(progress=bindparam("progress"), version=journeys.c.version + 1)
)
_END = (
    update(journeys)
    .where(
        _UNENDED,
        or_(journeys.c.version == bindparam("seen"), bindparam("seen") < 0),
        journeys.c.deadline > bindparam("now"),
    )
    .values(
        outcome=bindparam("outcome"),
        answer=bindparam("answer"),
        ended_at=bindparam("now"),
        arrival=None,
        progress=None,
    )
)


@dataclass(frozen=True)
class Stored:
    """A journey as its row tells it: under way, ended, or over time (neither)."""

    id: str
    deadline: int
    journey: Journey | None
    ended: Ended | None


def new_id() -> str:
    """Make the id of a journey: 128 random bits, url-safe."""
    return secrets.token_urlsafe(16)


def arrival_key(tenant: str, sender: Sender) -> bytes:
    """Name an arrival by tenant, iss and state."""
    return hashlib.sha256(write([tenant, sender.iss, sender.state])).digest()


def open_journey(connection: Connection, vault: Vault, journey: Journey, browser: bytes) -> bool:
    """Insert a journey; False when this arrival has one already."""
    inserted = connection.execute(
        _OPEN[connection.dialect.name],
        {
            "id": journey.id,
            "tenant": journey.tenant,
            "arrival_key": arrival_key(journey.tenant, journey.arrival.sender),
            "browser": browser,
            "arrival": _seal(vault, journey, "arrival", _plain(journey.arrival)),
            "progress": _seal(vault, journey, "progress", vars(journey.progress)),
            "version": journey.version,
            "deadline": journey.arrival.deadline,
        },
    )
    return inserted.rowcount == 1


def find(
    connection: Connection, vault: Vault, tenant: str, journey_id: str, browser: bytes
) -> Stored | None:
    """Find a journey of this tenant and this browser."""
    keys = {"id": journey_id, "tenant": tenant, "browser": browser}
    return _stored(vault, connection.execute(_BY_ID, keys).first())


def find_by_arrival(
    connection: Connection, vault: Vault, tenant: str, sender: Sender, browser: bytes
) -> Stored | None:
    """Find the journey that this arrival has in this browser."""
    keys = {"arrival_key": arrival_key(tenant, sender), "browser": browser}
    return _stored(vault, connection.execute(_BY_ARRIVAL, keys).first())


def save(
    connection: Connection, vault: Vault, journey: Journey, progress: Progress, now: int
) -> bool:
    """Save progress; False when the journey was saved or ended since it was read, or is over."""
    changed = connection.execute(
        _SAVE,
        {
            "row": journey.id,
            "seen": journey.version,
            "now": now,
            "progress": _seal(vault, journey, "progress", vars(progress)),
        },
    )
    return changed.rowcount == 1


def end(
    connection: Connection,
    vault: Vault,
    journey: Journey,
    outcome: str,
    claims: Mapping[str, Any],
    now: int,
    whatever_version: bool = False,
) -> bool:
    """Fix the outcome once and erase what was collected; False when it was not this call's to fix.

    Only what is needed to repeat the answer is kept, sealed, for a short while.
    """
    answer = {"sender": vars(journey.arrival.sender), "claims": dict(claims)}
    changed = connection.execute(
        _END,
        {
            "row": journey.id,
            "seen": -1 if whatever_version else journey.version,
            "now": now,
            "outcome": outcome,
            "answer": _seal(vault, journey, "answer", answer),
        },
    )
    return changed.rowcount == 1


def purge(connection: Connection, now: int) -> int:
    """Erase what is over: answers, collected data past the deadline, rows past use.

    Gives how many rows changed; at most PURGE_MOST of each, so that nobody waits long for it.
    """
    answered = and_(journeys.c.answer.is_not(None), journeys.c.ended_at <= now - REPEAT_SECONDS)
    collected = and_(journeys.c.arrival.is_not(None), journeys.c.deadline <= now)
    unused = journeys.c.deadline <= now - FORGET_SECONDS
    statements = (
        delete(journeys).where(_some(unused)),
        update(journeys).where(_some(answered)).values(answer=None),
        update(journeys).where(_some(collected)).values(arrival=None, progress=None),
    )
    return sum(connection.execute(statement).rowcount for statement in statements)


def _some(condition: Any) -> Any:
    return journeys.c.id.in_(select(journeys.c.id).where(condition).limit(PURGE_MOST))


def _plain(arrival: Arrival) -> dict[str, Any]:
    return {**vars(arrival), "sender": vars(arrival.sender)}


def _seal(vault: Vault, journey: Journey, column: str, value: dict[str, Any]) -> bytes:
    return vault.seal(write(value), "journeys", column, journey.tenant, journey.id)


def _stored(vault: Vault, row: Row[Any] | None) -> Stored | None:
    if row is None:
        return None
    if row.outcome is not None:
        return Stored(row.id, row.deadline, None, _ended(vault, row))
    if row.arrival is None:
        return Stored(row.id, row.deadline, None, None)
    arrival = _opened(vault, row, "arrival")
    progress = _opened(vault, row, "progress")
    journey = Journey(
        id=row.id,
        tenant=row.tenant,
        arrival=Arrival(**{**arrival, "sender": Sender(**arrival["sender"])}),
        progress=Progress(
            **{**progress, "done": tuple(progress["done"]), "unseen": tuple(progress["unseen"])}
        ),
        version=row.version,
    )
    return Stored(row.id, row.deadline, journey, None)


def _ended(vault: Vault, row: Row[Any]) -> Ended:
    if row.answer is None:
        return Ended(row.id, row.outcome, None, {}, row.ended_at)
    answer = _opened(vault, row, "answer")
    return Ended(row.id, row.outcome, Sender(**answer["sender"]), answer["claims"], row.ended_at)


def _opened(vault: Vault, row: Row[Any], column: str) -> dict[str, Any]:
    sealed = getattr(row, column)
    return read_object(vault.open(bytes(sealed), "journeys", column, row.tenant, row.id))
