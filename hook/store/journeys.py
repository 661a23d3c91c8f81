"""Journeys: opened once, saved when nobody else did, ended once, then erased."""

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, and_, bindparam, delete, func, select, update

from hook.claims import nest
from hook.refusals import COMPLETED
from hook.state import Ended, Journey, Position, Progress
from hook.store.database import Change
from hook.store.plain import from_plain, to_plain
from hook.store.tables import INSERT, journeys
from hook.strict_json import read_object, write
from hook.tokens import LEEWAY, LIFETIME_MOST, Arrival, Sender
from hook.vault import Vault

REPEAT_SECONDS = 600
"""How long an ended journey repeats its answer, seconds; then the answer is erased."""
FORGET_SECONDS = LIFETIME_MOST + 2 * LEEWAY
"""How long after its deadline a journey is still known as over, seconds; then the row goes.

By then its token is refused by its own dates, whatever the configuration has become.
"""
PURGE_MOST = 1_000
"""How many rows one purge erases of each sort."""

OPEN = {
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
_ANYONES = select(journeys).where(
    journeys.c.id == bindparam("id"), journeys.c.tenant == bindparam("tenant")
)
_BY_ARRIVAL = select(journeys).where(
    journeys.c.arrival_key == bindparam("arrival_key"),
    journeys.c.browser == bindparam("browser"),
)
_BEGINNING = (
    select(journeys)
    .where(func.substr(journeys.c.id, 1, bindparam("signs")) == bindparam("beginning"))
    .limit(2)
)
_UNENDED = and_(
    journeys.c.id == bindparam("row"),
    journeys.c.outcome.is_(None),
    journeys.c.deadline > bindparam("now"),
)
_UNCHANGED = journeys.c.version == bindparam("seen")
_AT_THE_END: dict[str, Any] = {
    "outcome": bindparam("end"),
    "answer": bindparam("sealed"),
    "trace": bindparam("went"),
    "ended_at": bindparam("now"),
    "arrival": None,
    "progress": None,
}
SAVE = (
    update(journeys)
    .where(_UNENDED, _UNCHANGED)
    .values(progress=bindparam("sealed"), version=journeys.c.version + 1)
)
END = update(journeys).where(_UNENDED, _UNCHANGED).values(_AT_THE_END)
CANCEL = update(journeys).where(_UNENDED).values(_AT_THE_END)


@dataclass(frozen=True)
class Explained:
    """How a journey went: reason codes by step name, in order; `outcome` once it has ended.

    The trace of a journey that ran out of time, or of one from an older hook, is not kept: None.
    """

    id: str
    tenant: str
    outcome: str | None
    deadline: int
    trace: Mapping[str, str] | None


@dataclass(frozen=True)
class Stored:
    """A journey as its row tells it: under way, ended, or over time (neither)."""

    id: str
    journey: Journey | None
    ended: Ended | None


def new_id() -> str:
    """Make the id of a journey: 128 random bits, url-safe."""
    return secrets.token_urlsafe(16)


def arrival_key(tenant: str, sender: Sender) -> bytes:
    """Name an arrival by tenant, iss and state."""
    return hashlib.sha256(write([tenant, sender.iss, sender.state])).digest()


def opening(vault: Vault, journey: Journey, browser: bytes, position: Position, now: int) -> Change:
    """Insert a journey where it stands, ended or under way; no row when its arrival has one."""
    ended = position.end is not None
    values = {
        "id": journey.id,
        "tenant": journey.tenant,
        "arrival_key": arrival_key(journey.tenant, journey.arrival.sender),
        "browser": browser,
        "version": journey.version,
        "deadline": journey.arrival.deadline,
        "arrival": None if ended else _seal(vault, journey, "arrival", _plain(journey.arrival)),
        "progress": None if ended else _progress(vault, journey, position.progress),
        "outcome": position.end,
        "answer": _answer(vault, journey, position, now) if ended else None,
        "trace": _went(position.progress) if ended else None,
        "ended_at": now if ended else None,
    }
    return Change(OPEN, values)


def find(
    connection: Connection, vault: Vault, tenant: str, journey_id: str, browser: bytes
) -> Stored | None:
    """Find a journey of this tenant and this browser."""
    keys = {"id": journey_id, "tenant": tenant, "browser": browser}
    return _stored(vault, connection.execute(_BY_ID, keys).first())


def find_anyones(
    connection: Connection, vault: Vault, tenant: str, journey_id: str
) -> Stored | None:
    """Find a journey of this tenant, whichever browser asks: the caller has to decide that."""
    return _stored(
        vault, connection.execute(_ANYONES, {"id": journey_id, "tenant": tenant}).first()
    )


def find_by_arrival(
    connection: Connection, vault: Vault, tenant: str, sender: Sender, browser: bytes
) -> Stored | None:
    """Find the journey that this arrival has in this browser."""
    keys = {"arrival_key": arrival_key(tenant, sender), "browser": browser}
    return _stored(vault, connection.execute(_BY_ARRIVAL, keys).first())


def saving(vault: Vault, journey: Journey, position: Position, now: int) -> Change:
    """Save progress; no row when the journey was saved or ended since it was read, or is over."""
    progress = _progress(vault, journey, position.progress)
    return Change(SAVE, {**_seen(journey, now), "sealed": progress})


def ending(vault: Vault, journey: Journey, position: Position, now: int) -> Change:
    """Fix the outcome and erase what was collected; no row when that was done, or it is over.

    Only what is needed to repeat the answer is kept, sealed, for a short while.
    """
    answer = _answer(vault, journey, position, now)
    went = _went(position.progress)
    values = {**_seen(journey, now), "sealed": answer, "end": position.end, "went": went}
    return Change(END, values)


def cancelling(vault: Vault, journey: Journey, code: str, now: int) -> Change:
    """End a journey from wherever it stands; no row when it had ended."""
    answer = _answer(vault, journey, Position(journey.progress, end=code), now)
    went = _went(journey.progress)
    return Change(CANCEL, {**_seen(journey, now), "sealed": answer, "end": code, "went": went})


def explained(connection: Connection, vault: Vault, beginning: str) -> list[Explained]:
    """Tell how the journeys went whose ids begin so; at most two."""
    found = connection.execute(_BEGINNING, {"beginning": beginning, "signs": len(beginning)})
    return [_explained(vault, row) for row in found]


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


def _seen(journey: Journey, now: int) -> dict[str, Any]:
    return {"row": journey.id, "seen": journey.version, "now": now}


def _plain(arrival: Arrival) -> dict[str, Any]:
    return {**vars(arrival), "sender": vars(arrival.sender)}


def _progress(vault: Vault, journey: Journey, progress: Progress) -> bytes:
    return _seal(vault, journey, "progress", to_plain(progress))


def _answer(vault: Vault, journey: Journey, position: Position, now: int) -> bytes:
    # A refusal says nothing but its code.
    claims = nest(position.progress.claims) if position.end == COMPLETED else {}
    answer = {
        "outcome": position.end,
        "sender": vars(journey.arrival.sender),
        "claims": claims,
        "until": min(now + REPEAT_SECONDS, journey.arrival.deadline),
        "again": position.again,
    }
    return _seal(vault, journey, "answer", answer)


def _seal(vault: Vault, journey: Journey, column: str, value: dict[str, Any]) -> bytes:
    return vault.seal(write(value), *_bound(column, journey.tenant, journey.id))


def bound(row: Row[Any], column: str) -> tuple[str, ...]:
    """Give the words that a sealed column of a row is bound to."""
    return _bound(column, row.tenant, row.id)


def _bound(column: str, tenant: str, journey_id: str) -> tuple[str, ...]:
    return ("journeys", column, tenant, journey_id)


def _stored(vault: Vault, row: Row[Any] | None) -> Stored | None:
    if row is None:
        return None
    if row.outcome is not None:
        return Stored(row.id, None, _ended(vault, row))
    if row.arrival is None:
        return Stored(row.id, None, None)
    arrival = _opened(vault, row, "arrival")
    progress = _opened(vault, row, "progress")
    journey = Journey(
        id=row.id,
        tenant=row.tenant,
        arrival=Arrival(**{**arrival, "sender": Sender(**arrival["sender"])}),
        progress=from_plain(progress),
        version=row.version,
    )
    return Stored(row.id, journey, None)


def _went(progress: Progress) -> str:
    return write(dict(progress.outcomes)).decode()


def _explained(vault: Vault, row: Row[Any]) -> Explained:
    trace: Any = None
    if row.trace is not None:
        trace = read_object(row.trace.encode())
    elif row.progress is not None:
        trace = _opened(vault, row, "progress").get("outcomes", {})
    return Explained(row.id, row.tenant, row.outcome, row.deadline, trace)


def _ended(vault: Vault, row: Row[Any]) -> Ended:
    if row.answer is None:
        return Ended(row.id, row.outcome, None, {}, 0)
    # What is signed is what was sealed, not what stands in open columns.
    answer = _opened(vault, row, "answer")
    sender = Sender(**answer["sender"])
    again = answer.get("again", 0)
    return Ended(row.id, answer["outcome"], sender, answer["claims"], answer["until"], again)


def _opened(vault: Vault, row: Row[Any], column: str) -> dict[str, Any]:
    sealed = getattr(row, column)
    return read_object(vault.open(bytes(sealed), *bound(row, column)))
