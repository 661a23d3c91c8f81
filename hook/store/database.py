"""The engine: how connections are made, and what a read and a write are on each database."""

import sqlite3
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Engine, Executable, create_engine, event, exc

from hook.errors import StoreUnavailable

_BUSY_SECONDS = 10


Statement = Executable | Mapping[str, Executable]


@dataclass(frozen=True)
class Change:
    """One statement with its values; where databases differ, one statement by database name.

    It must change one row, or the whole transaction is as if it had not been; unless `any_rows`.
    """

    statement: Statement
    values: Mapping[str, Any]
    any_rows: bool = False


class _Lost(Exception):
    """A statement that had to change a row changed none."""


class Database:
    """Reads see committed rows and lock nothing; a write is one transaction, committed durably."""

    def __init__(self, url: str) -> None:
        self._is_sqlite = url.startswith("sqlite")
        self._engine = _sqlite(url) if self._is_sqlite else _postgresql(url)
        self._reader = self._engine.execution_options(isolation_level="AUTOCOMMIT")

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Give a connection for reading; raises StoreUnavailable."""
        with _translated(), self._reader.connect() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """Give a connection inside one transaction; raises StoreUnavailable, nothing written."""
        begin = self._begin_immediate if self._is_sqlite else self._engine.begin
        with _translated(), begin() as connection:
            yield connection

    def change(self, *changes: Change) -> bool:
        """Make all changes in one transaction; False, and none made, when one lost its race.

        A single statement is a transaction by itself: the database holds its lock for no longer
        than that takes, whatever this process is busy with. Raises StoreUnavailable.
        """
        try:
            with self.write() if len(changes) > 1 else self.read() as connection:
                for change in changes:
                    rows = self._execute(connection, change)
                    if rows != 1 and not change.any_rows:
                        raise _Lost
        except _Lost:
            return False
        return True

    def _execute(self, connection: Connection, change: Change) -> int:
        statement = change.statement
        if isinstance(statement, Mapping):
            statement = statement[connection.dialect.name]
        return connection.execute(statement, change.values).rowcount

    def checkpoint(self) -> None:
        """Write SQLite's log into its file, so that nothing old is left in the log."""
        if self._is_sqlite:
            with self.read() as connection:
                connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")

    def close(self) -> None:
        """Close all connections."""
        self._engine.dispose()

    @contextmanager
    def _begin_immediate(self) -> Iterator[Connection]:
        # The driver's own BEGIN is deferred, which fails under load instead of waiting.
        with self._engine.connect() as connection:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            try:
                yield connection
                connection.exec_driver_sql("COMMIT")
            except BaseException:
                connection.exec_driver_sql("ROLLBACK")
                raise


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except exc.IntegrityError:
        raise
    except (exc.DBAPIError, exc.TimeoutError) as error:
        # Its text may hold values of the statement, so only its class is told.
        cause = getattr(error, "orig", None) or error
        raise StoreUnavailable(type(cause).__name__) from None


def _postgresql(url: str) -> Engine:
    limits = {"connect_timeout": 3, "options": "-c statement_timeout=10000"}
    return create_engine(
        url, pool_pre_ping=True, pool_size=8, max_overflow=8, pool_timeout=5, connect_args=limits
    )


def _sqlite(url: str) -> Engine:
    engine = create_engine(
        url,
        isolation_level="AUTOCOMMIT",
        pool_size=8,
        max_overflow=8,
        pool_timeout=5,
        connect_args={"timeout": _BUSY_SECONDS},
    )
    event.listen(engine, "connect", _set_up)
    return engine


def _set_up(connection: Any, _record: Any) -> None:
    _use_wal(connection)
    # A commit of a one-time thing must outlive a power cut, not only a killed process.
    connection.execute("PRAGMA synchronous = FULL")
    # What is erased must not be left in free pages of the file.
    connection.execute("PRAGMA secure_delete = ON")


def _use_wal(connection: Any) -> None:
    # On a new file this one statement does not wait for others that start at the same moment.
    end = time.monotonic() + _BUSY_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError:
            if time.monotonic() > end:
                raise
            time.sleep(0.01)
        else:
            return
