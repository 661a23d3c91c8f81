"""Re-seal everything under the newest vault key, row by row, while the hook runs."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, Row, Table, and_, func, select, tuple_, update

from hook.errors import VaultError
from hook.store import factors, journeys, records
from hook.store.database import Change, Database
from hook.store.migrations import PEPPER
from hook.store.tables import factors as factors_table
from hook.store.tables import journeys as journeys_table
from hook.store.tables import meta
from hook.store.tables import records as records_table
from hook.vault import KEY_ID_BYTES, Vault

_BATCH = 200
_PASSES_MOST = 5


@dataclass(frozen=True)
class Sealed:
    """A column with sealed values, and the words that the value of a row is bound to."""

    table: Table
    column: Column[Any]
    bound: Callable[[Row[Any]], tuple[str, ...]]


@dataclass(frozen=True)
class Rotated:
    """How many values were sealed anew, and how many are still under another key."""

    resealed: int
    left: int


def _in_journeys(column: Column[Any]) -> Sealed:
    return Sealed(journeys_table, column, lambda row: journeys.bound(row, column.name))


SEALED = (
    Sealed(meta, meta.c.value, lambda row: (PEPPER,)),
    Sealed(records_table, records_table.c.sealed, records.bound),
    Sealed(factors_table, factors_table.c.sealed, factors.bound),
    _in_journeys(journeys_table.c.arrival),
    _in_journeys(journeys_table.c.progress),
    _in_journeys(journeys_table.c.answer),
)


def rotate(database: Database, vault: Vault) -> Rotated:
    """Walk over all tables until a walk changes nothing; what others wrote meanwhile is kept."""
    resealed = 0
    for _ in range(_PASSES_MOST):
        now = sum(_reseal(database, vault, sealed) for sealed in SEALED)
        resealed += now
        if not now:
            break
    return Rotated(resealed, sum(_count(database, vault, sealed) for sealed in SEALED))


def _reseal(database: Database, vault: Vault, sealed: Sealed) -> int:
    resealed = 0
    for row in _rows(database, vault, sealed):
        try:
            new = vault.reseal(bytes(row.sealed_value), *sealed.bound(row))
        except VaultError:
            continue
        same = and_(
            *(column == getattr(row, column.name) for column in sealed.table.primary_key),
            sealed.column == row.sealed_value,
        )
        statement = update(sealed.table).where(same).values({sealed.column: new})
        resealed += database.change(Change(statement, {}))
    return resealed


def _rows(database: Database, vault: Vault, sealed: Sealed) -> Iterator[Row[Any]]:
    key = tuple_(*sealed.table.primary_key)
    rows = select(sealed.table, sealed.column.label("sealed_value")).where(_other(vault, sealed))
    batch = rows.order_by(*sealed.table.primary_key).limit(_BATCH)
    after: tuple[Any, ...] | None = None
    while True:
        with database.read() as connection:
            statement = batch if after is None else batch.where(key > tuple_(*after))
            found = connection.execute(statement).all()
        yield from found
        if len(found) < _BATCH:
            return
        after = tuple(getattr(found[-1], column.name) for column in sealed.table.primary_key)


def _count(database: Database, vault: Vault, sealed: Sealed) -> int:
    with database.read() as connection:
        statement = select(func.count()).select_from(sealed.table).where(_other(vault, sealed))
        return connection.scalar(statement) or 0


def _other(vault: Vault, sealed: Sealed) -> Any:
    other = and_(
        sealed.column.is_not(None),
        func.substr(sealed.column, 1, KEY_ID_BYTES) != vault.newest_id,
    )
    return and_(other, meta.c.name == PEPPER) if sealed.table is meta else other
