"""The latest time at which this database was in use: a clock that went back is noticed by it."""

from typing import Any

from sqlalchemy import Connection, select

from hook.store.database import Change
from hook.store.tables import INSERT, meta

_NAME = "seen_at"


def _see(insert: Any, always: bool) -> Any:
    statement = insert(meta)
    later = None if always else meta.c.value < statement.excluded.value
    return statement.on_conflict_do_update(
        index_elements=["name"], set_={"value": statement.excluded.value}, where=later
    )


SEE = {
    always: {name: _see(insert, always) for name, insert in INSERT.items()}
    for always in (False, True)
}


def seeing(now: int, always: bool) -> Change:
    """Note the time, unless a later one was noted; always: even so."""
    # Of one length, so that the order of bytes is the order of numbers.
    values = {"name": _NAME, "value": f"{now:012}".encode()}
    return Change(SEE[always], values, any_rows=True)


def behind(connection: Connection, now: int) -> int:
    """Tell by how many seconds the time is before the latest that was noted; 0: it is not."""
    value = connection.scalar(select(meta.c.value).where(meta.c.name == _NAME))
    return max(0, int(value) - now) if value else 0
