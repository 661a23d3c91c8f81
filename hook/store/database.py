"""The engine: how connections are made, and what a read and a write are on each database."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, exc

from hook.errors import StoreUnavailable

_BUSY_SECONDS = 10


class Database:
    """Reads see committed rows and lock nothing; a write is one transaction, committed durably."""

    def __init__(self, url: str) -> None:
        self.engine = _engine(url)
        self._reader = self.engine.execution_options(isolation_level="AUTOCOMMIT")

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Give a connection for reading; raises StoreUnavailable."""
        with _translated(), self._reader.connect() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """Give a connection inside one transaction; raises StoreUnavailable, nothing written."""
        with _translated(), self.engine.begin() as connection:
            yield connection

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()

    def after_fork(self) -> None:
        """Forget the connections of the parent process, without closing them there."""
        self.engine.dispose(close=False)


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


def _engine(url: str) -> Engine:
    if url.startswith("postgresql"):
        return create_engine(
            url, pool_pre_ping=True, pool_size=8, max_overflow=8, pool_timeout=5,
            connect_args={"connect_timeout": 3, "options": "-c statement_timeout=10000"},
        )  # fmt: skip
    engine = create_engine(
        url, pool_size=8, max_overflow=8, pool_timeout=5, connect_args={"timeout": _BUSY_SECONDS}
    )
    event.listen(engine, "connect", _sqlite_connect)
    event.listen(engine, "begin", _sqlite_begin)
    return engine


def _sqlite_connect(connection: Any, _record: Any) -> None:
    # The driver's own BEGIN is deferred, which fails under load instead of waiting.
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode = WAL")
    # A commit of a one-time thing must outlive a power cut, not only a killed process.
    cursor.execute("PRAGMA synchronous = FULL")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.close()


def _sqlite_begin(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")
