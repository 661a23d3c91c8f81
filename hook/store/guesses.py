"""Locks on factors: every guess is counted, by one conditional statement, before it is compared."""

from typing import Any

from sqlalchemy import Connection, Row, and_, bindparam, case, delete, or_, select, update

from hook.steps.factor import Lock
from hook.store.database import Change
from hook.store.tables import INSERT, guesses

GUESSES_IN_A_ROW = 5
"""How many wrong guesses in a row close a lock, and again each time it has opened."""
FIRST_DELAY = 300
"""How long a lock stays closed the first time, seconds; each time twice as long …"""
LONGEST_DELAY = 86_400
"""… and never longer than this, seconds."""
WRONG_MOST = 100
"""After this many wrong guesses in a row it stays closed (NIST SP 800-63B-4 section 3.2.2)."""
HOUR = 3_600
GUESSES_AN_HOUR = 20
"""How many guesses an hour has, right ones too."""
FORGET_SECONDS = 30 * 86_400
"""How long the last wrong guesses count after the hour they were made in, seconds."""

_DELAYS = {
    wrong: min(FIRST_DELAY << (wrong // GUESSES_IN_A_ROW - 1), LONGEST_DELAY)
    for wrong in range(GUESSES_IN_A_ROW, WRONG_MOST + 1, GUESSES_IN_A_ROW)
}
_HOUR_OVER = guesses.c.hour_ends <= bindparam("now")
_SUBJECT = and_(
    guesses.c.tenant == bindparam("of_tenant"), guesses.c.subject == bindparam("of_subject")
)
_SAME = and_(_SUBJECT, guesses.c.lock == bindparam("of_lock"))


def _guess(insert: Any) -> Any:
    statement = insert(guesses).values(in_a_row=1, locked_until=0, this_hour=1)
    row = guesses.c.in_a_row + 1
    closed: dict[Any, Any] = {wrong: bindparam("now") + delay for wrong, delay in _DELAYS.items()}
    return statement.on_conflict_do_update(
        index_elements=["tenant", "subject", "lock"],
        set_={
            "in_a_row": row,
            "locked_until": case(closed, value=row, else_=0),
            "this_hour": case((_HOUR_OVER, 1), else_=guesses.c.this_hour + 1),
            "hour_ends": case(
                (_HOUR_OVER, statement.excluded.hour_ends), else_=guesses.c.hour_ends
            ),
        },
        where=and_(
            guesses.c.locked_until <= bindparam("now"),
            guesses.c.in_a_row < WRONG_MOST,
            or_(_HOUR_OVER, guesses.c.this_hour < GUESSES_AN_HOUR),
        ),
    ).execution_options(preserve_rowcount=True)


GUESS = {name: _guess(insert) for name, insert in INSERT.items()}
FORGIVE = update(guesses).where(_SAME).values(in_a_row=0, locked_until=0)
_READ = select(guesses).where(_SAME)
_OF_SUBJECT = select(guesses).where(_SUBJECT).order_by(guesses.c.lock)
OPEN_ALL = delete(guesses).where(_SUBJECT)


def guessing(tenant: str, subject: bytes, lock: str, now: int) -> Change:
    """Count one guess; no row while the lock is closed."""
    values = {"tenant": tenant, "subject": subject, "lock": lock}
    return Change(GUESS, {**values, "hour_ends": now + HOUR, "now": now})


def forgiving(tenant: str, subject: bytes, lock: str) -> Change:
    """Let the guesses in a row start anew; the hour's count stays."""
    return Change(FORGIVE, _keys(tenant, subject, lock), any_rows=True)


def opening(tenant: str, subject: bytes) -> Change:
    """Open all locks of a subject, whatever was guessed."""
    return Change(OPEN_ALL, {"of_tenant": tenant, "of_subject": subject}, any_rows=True)


def read(connection: Connection, tenant: str, subject: bytes, lock: str, now: int) -> Lock:
    """Tell whether a lock is closed, and until when."""
    row = connection.execute(_READ, _keys(tenant, subject, lock)).first()
    return _lock(row, now) if row else Lock(False)


def _lock(row: Row[Any], now: int) -> Lock:
    if row.in_a_row >= WRONG_MOST:
        return Lock(True)
    hour_full = row.hour_ends > now and row.this_hour >= GUESSES_AN_HOUR
    until = max(row.locked_until, row.hour_ends if hour_full else 0)
    return Lock(until > now, until)


def closed(connection: Connection, tenant: str, subject: bytes, now: int) -> list[tuple[str, Lock]]:
    """Read the closed locks of a subject, by name."""
    values = {"of_tenant": tenant, "of_subject": subject}
    found = ((row.lock, _lock(row, now)) for row in connection.execute(_OF_SUBJECT, values))
    return [(name, lock) for name, lock in found if lock.locked]


def purge(connection: Connection, now: int) -> int:
    """Erase what was guessed long ago; give how many rows."""
    old = and_(guesses.c.hour_ends <= now - FORGET_SECONDS, guesses.c.in_a_row < WRONG_MOST)
    return connection.execute(delete(guesses).where(old)).rowcount


def _keys(tenant: str, subject: bytes, lock: str) -> dict[str, Any]:
    return {"of_tenant": tenant, "of_subject": subject, "of_lock": lock}
