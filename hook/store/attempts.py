"""Attempt limits: every try is one conditional statement whose row count is the verdict."""

from typing import Any

from sqlalchemy import Connection, bindparam, case, delete, or_

from hook.store.database import Change
from hook.store.tables import INSERT, attempts


def _spend(insert: Any) -> Any:
    over = attempts.c.window_ends <= bindparam("now")
    statement = insert(attempts).values(spent=1)
    return statement.on_conflict_do_update(
        index_elements=["tenant", "subject", "kind", "name"],
        set_={
            "spent": case((over, 1), else_=attempts.c.spent + 1),
            "window_ends": case(
                (over, statement.excluded.window_ends), else_=attempts.c.window_ends
            ),
        },
        where=or_(over, attempts.c.spent < bindparam("most")),
    ).execution_options(preserve_rowcount=True)


SPEND = {name: _spend(insert) for name, insert in INSERT.items()}


def spending(
    tenant: str, subject: bytes, kind: str, name: str, limit: int, window: int, now: int
) -> Change:
    """Count one try; no row when `limit` tries in `window` seconds are used up."""
    values = {
        "tenant": tenant,
        "subject": subject,
        "kind": kind,
        "name": name,
        "window_ends": now + window,
        "most": limit,
        "now": now,
    }
    return Change(SPEND, values)


def purge(connection: Connection, now: int) -> int:
    """Erase counters whose window is over; give how many."""
    return connection.execute(delete(attempts).where(attempts.c.window_ends <= now)).rowcount
