"""What the hook keeps, and the only rooms that know the database."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import text

from hook.journey import Journey, Position
from hook.store import attempts, journeys, records
from hook.store.database import Change, Database
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
        finally:
            # Servers load the app and then fork: no connection may be open by then.
            self.close()

    def close(self) -> None:
        """Close all connections."""
        self._database.close()

    def ping(self) -> None:
        """Ask the database whether it could be written; raises StoreUnavailable."""
        with self._database.write() as connection:
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
        change = journeys.opening(self._vault, journey, browser, position, now)
        return self._database.change(change, *self._keeping(journey, position, subject, now))

    def commit(self, journey: Journey, position: Position, subject: bytes | None, now: int) -> bool:
        """Save or end a journey, with its records; False, and nothing kept, when others did."""
        make = journeys.saving if position.end is None else journeys.ending
        change = make(self._vault, journey, position, now)
        return self._database.change(change, *self._keeping(journey, position, subject, now))

    def cancel(self, journey: Journey, code: str, now: int) -> bool:
        """End a journey from wherever it stands; False when it had ended."""
        return self._database.change(journeys.cancelling(self._vault, journey, code, now))

    def records(self, tenant: str, subject: bytes, kind: str) -> Mapping[str, Mapping[str, Any]]:
        """Read what steps of a kind keep of a subject, by step name."""
        with self._database.read() as connection:
            return records.of_kind(connection, self._vault, tenant, subject, kind)

    def spend(
        self, tenant: str, subject: bytes, kind: str, name: str, limit: int, window: int, now: int
    ) -> bool:
        """Count one try at once; False when `limit` tries in `window` seconds are used up."""
        change = attempts.spending(tenant, subject, kind, name, limit, window, now)
        return limit > 0 and self._database.change(change)

    def purge(self, now: int) -> int:
        """Erase what is over; give how many rows changed."""
        with self._database.write() as connection:
            return journeys.purge(connection, now) + attempts.purge(connection, now)

    def _keeping(
        self, journey: Journey, position: Position, subject: bytes | None, now: int
    ) -> list[Change]:
        if position.records and subject is None:
            raise ValueError("a record needs a subject")
        return [
            records.keeping(
                self._vault, journey.tenant, subject or b"", step.kind, step.name, record, now
            )
            for step, record in position.records
        ]
