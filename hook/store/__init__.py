"""What the hook keeps, and the only rooms that know the database."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import text

from hook.state import Journey, Position
from hook.steps.factor import Factor, Lock
from hook.store import attempts, clock, factors, guesses, journeys, records
from hook.store.database import Change, Database
from hook.store.journeys import REPEAT_SECONDS, Explained, Stored, new_id
from hook.store.migrations import load_pepper, migrate
from hook.store.rotation import Rotated, rotate
from hook.tokens import Sender
from hook.vault import Vault

__all__ = ["REPEAT_SECONDS", "Explained", "Store", "Stored", "new_id"]


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

    def find_anyones(self, tenant: str, journey_id: str) -> Stored | None:
        """Find a journey of this tenant for another device; whether it may is not decided here."""
        with self._database.read() as connection:
            return journeys.find_anyones(connection, self._vault, tenant, journey_id)

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

    def explain(self, beginning: str) -> list[Explained]:
        """Tell how the journeys went whose ids begin so; at most two."""
        with self._database.read() as connection:
            return journeys.explained(connection, self._vault, beginning)

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

    def guess(self, tenant: str, subject: bytes, lock: str, now: int) -> bool:
        """Count one guess at once; False while the lock is closed."""
        return self._database.change(guesses.guessing(tenant, subject, lock, now))

    def lock(self, tenant: str, subject: bytes, lock: str, now: int) -> Lock:
        """Tell whether a lock is closed."""
        with self._database.read() as connection:
            return guesses.read(connection, tenant, subject, lock, now)

    def locks(self, tenant: str, subject: bytes, now: int) -> list[tuple[str, Lock]]:
        """Read the closed locks of a subject, by name."""
        with self._database.read() as connection:
            return guesses.closed(connection, tenant, subject, now)

    def factors(self, tenant: str, subject: bytes, kinds: frozenset[str]) -> tuple[Factor, ...]:
        """Read the factors of some kinds, oldest first."""
        with self._database.read() as connection:
            return factors.of_kinds(connection, self._vault, tenant, subject, kinds)

    def all_factors(self, tenant: str, subject: bytes) -> tuple[tuple[Factor, str], ...]:
        """Read all factors of a subject, each with where the person is told of changes."""
        with self._database.read() as connection:
            return factors.of_subject(connection, self._vault, tenant, subject)

    def told_at(self, tenant: str, subject: bytes) -> tuple[tuple[str, str], ...]:
        """Read the kinds of all factors, each with where the person is told; opens what it can."""
        with self._database.read() as connection:
            return factors.told_at(connection, self._vault, tenant, subject)

    def remove_factor(self, tenant: str, subject: bytes, factor: Factor) -> bool:
        """Remove one factor; False when it is gone, or another has its place."""
        return self._database.change(factors.removing(tenant, subject, factor))

    def open_locks(self, tenant: str, subject: bytes) -> None:
        """Open all locks of a subject; factors stay as they are."""
        self._database.change(guesses.opening(tenant, subject))

    def forget(self, tenant: str, subject: bytes) -> None:
        """Remove all factors of a subject and open all locks, at once."""
        self._database.change(factors.forgetting(tenant, subject), guesses.opening(tenant, subject))

    def behind(self, now: int) -> int:
        """Give by how many seconds the time is before the latest that was noted."""
        with self._database.read() as connection:
            return clock.behind(connection, now)

    def see_time(self, now: int, always: bool = False) -> None:
        """Note the time, unless a later one was noted; always: even so."""
        self._database.change(clock.seeing(now, always))

    def rotate(self) -> Rotated:
        """Seal everything anew under the newest vault key."""
        rotated = rotate(self._database, self._vault)
        self._database.checkpoint()
        return rotated

    def purge(self, now: int) -> int:
        """Erase what is over; give how many rows changed."""
        with self._database.write() as connection:
            tables = (journeys, attempts, guesses)
            return sum(table.purge(connection, now) for table in tables)

    def _keeping(
        self, journey: Journey, position: Position, subject: bytes | None, now: int
    ) -> list[Change]:
        """Make the statements for what a journey keeps of its subject."""
        kept = (position.records, position.factors, position.forgiven)
        if subject is None:
            if any(kept):
                raise ValueError("what is kept needs a subject")
            return []
        whose = (journey.tenant, subject)
        return [
            *(
                records.keeping(self._vault, *whose, step.kind, step.name, record, now)
                for step, record in position.records
            ),
            *(factors.changing(self._vault, *whose, each, now) for each in position.factors),
            *(guesses.forgiving(*whose, lock) for lock in position.forgiven),
        ]
