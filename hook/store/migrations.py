"""Numbered migrations, run once each at start, by one process at a time."""

import os
from collections.abc import Callable

from sqlalchemy import Connection, insert, inspect, select, text, update

from hook.store.database import Database
from hook.store.tables import (
    INSERT,
    attempts,
    factors,
    guesses,
    journeys,
    meta,
    metadata,
    records,
)
from hook.vault import Vault

_VERSION = "schema_version"
PEPPER = "pepper"
"""Name of the row with the key under which subjects are hashed."""
_PEPPER_BYTES = 32
# Any fixed number: it names this lock among PostgreSQL's advisory locks.
_LOCK = 5_271_966


class SchemaTooNew(Exception):
    """The database was migrated by a newer hook; this one must not touch it."""


def _first(connection: Connection) -> None:
    metadata.create_all(connection, [journeys, records, attempts])


def _factors(connection: Connection) -> None:
    metadata.create_all(connection, [factors, guesses])


def _trace(connection: Connection) -> None:
    # A database that is made anew has the column from the first migration on.
    if not any(each["name"] == "trace" for each in inspect(connection).get_columns("journeys")):
        connection.execute(text("ALTER TABLE journeys ADD COLUMN trace VARCHAR"))


#: In order; the schema version is how many of them have run. Never change one that was released.
MIGRATIONS: tuple[Callable[[Connection], None], ...] = (_first, _factors, _trace)


def migrate(database: Database) -> int:
    """Bring the schema up to date; give its version. Raises SchemaTooNew."""
    with database.write() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        meta.create(connection, checkfirst=True)
        version = schema_version(connection)
        if version > len(MIGRATIONS):
            raise SchemaTooNew(f"schema {version}, this hook knows {len(MIGRATIONS)}")
        for step in MIGRATIONS[version:]:
            step(connection)
        value = str(len(MIGRATIONS)).encode()
        if version == 0:
            connection.execute(insert(meta).values(name=_VERSION, value=value))
        elif version < len(MIGRATIONS):
            connection.execute(update(meta).where(meta.c.name == _VERSION).values(value=value))
    return len(MIGRATIONS)


def schema_version(connection: Connection) -> int:
    """Read the version of the schema; 0 for an empty database."""
    value = connection.scalar(select(meta.c.value).where(meta.c.name == _VERSION))
    return int(value) if value else 0


def load_pepper(database: Database, vault: Vault) -> bytes:
    """Read the key under which subjects are hashed, made at the first start and kept sealed.

    It lives in the database, so that it stays when vault keys change; raises VaultError.
    """
    made = vault.seal(os.urandom(_PEPPER_BYTES), PEPPER)
    with database.write() as connection:
        # Two processes may start on an empty database at once: the first one's stays.
        keep = INSERT[connection.dialect.name](meta).values(name=PEPPER, value=made)
        connection.execute(keep.on_conflict_do_nothing())
        sealed = connection.scalar(select(meta.c.value).where(meta.c.name == PEPPER))
    return vault.open(bytes(sealed or b""), PEPPER)
