"""What the hook keeps, and the only rooms that know the database."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import text

from hook.claims import nest
from hook.journey import Journey, Position
from hook.store import attempts, journeys, records
from hook.store.database import Database
from hook.store.journeys import REPEAT_SECONDS, Stored, new_id
from hook.store.migrations import load_pepper, migrate
from hook.tokens import Sender
from hook.vault import Vault

__all__ = ["REPEAT_SECONDS", "Store", "Stored", "new_id"]


class Store:
    """The database with the vault: every method is one read or one transaction."""

    def __init__(self, url: str, vault: Vault) -> None:
        self._database = Database(url)
        self._vault = vault
        try:
            migrate(self._database)
            self.pepper = load_pepper(self._database, vault)
        except BaseException:
            self.close()
            raise

    def after_fork(self) -> None:
        """Start anew in a worker process."""
        self._database.after_fork()

    def close(self) -> None:
        """Close all connections."""
        self._database.close()

    def ping(self) -> None:
        """Ask the database something; raises StoreUnavailable."""
        with self._database.read() as connection:
            connection.execute(text("SELECT 1"))

    def find(self, tenant: str, journey_id: str, browser: bytes) -> Stored | None:
        """Find a journey of this tenant and this browser."""
        with self._database.read() as connection:
            return journeys.find(connection, self._vault, tenant, journey_id, browser)

    def find_by_arrival(self, tenant: str, sender: Sender, browser: bytes) -> Stored | None:
        """Find the journey that this arrival has in this browser."""
        with self._database.read() as connection:
            return journeys.find_by_arrival(connection, self._vault, tenant, sender, browser)

    def open(
        self, journey: Journey, position: Position, subject: bytes | None, browser: bytes, now: int
    ) -> bool:
        """Open a journey where it stands; False when this arrival has one already."""
        with self._database.write() as connection:
            if not journeys.open_journey(connection, self._vault, journey, browser):
                return False
            kept = True
            if position.end is not None:
                claims = nest(position.progress.claims)
                kept = journeys.end(connection, self._vault, journey, position.end, claims, now)
            if kept:
                self._keep(connection, journey, position, subject, now)
            return True

    def commit(self, journey: Journey, position: Position, subject: bytes | None, now: int) -> bool:
        """Save or end a journey, with its records; False, and nothing kept, when others did."""
        with self._database.write() as connection:
            if position.end is None:
                kept = journeys.save(connection, self._vault, journey, position.progress, now)
            else:
                claims = nest(position.progress.claims)
                kept = journeys.end(connection, self._vault, journey, position.end, claims, now)
            if kept:
                self._keep(connection, journey, position, subject, now)
            return kept

    def cancel(self, journey: Journey, code: str, now: int) -> bool:
        """End a journey from wherever it stands; False when it had ended."""
        with self._database.write() as connection:
            return journeys.end(
                connection, self._vault, journey, code, {}, now, whatever_version=True
            )

    def records(self, tenant: str, subject: bytes, kind: str) -> Mapping[str, Mapping[str, Any]]:
        """Read what steps of a kind keep of a subject, by step name."""
        with self._database.read() as connection:
            return records.of_kind(connection, self._vault, tenant, subject, kind)

    def spend(
        self, tenant: str, subject: bytes, kind: str, name: str, limit: int, window: int, now: int
    ) -> bool:
        """Count one try at once; False when `limit` tries in `window` seconds are used up."""
        with self._database.write() as connection:
            return attempts.spend(connection, tenant, subject, kind, name, limit, window, now)

    def purge(self, now: int) -> int:
        """Erase what is over; give how many rows changed."""
        with self._database.write() as connection:
            return journeys.purge(connection, now) + attempts.purge(connection, now)

    def _keep(
        self, connection: Any, journey: Journey, position: Position, subject: bytes | None, now: int
    ) -> None:
        for step, record in position.records:
            if subject is None:
                raise ValueError("a record needs a subject")
            records.keep(
                connection, self._vault, journey.tenant, subject, step.kind, step.name, record, now
            )
