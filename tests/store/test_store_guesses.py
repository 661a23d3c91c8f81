"""Guesses in the store: counted first, locked for longer each time, and in the end for good."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest
from sqlalchemy import Connection, create_engine, select

from hook.state import Position, Progress
from hook.steps.factor import Lock
from hook.store import Store, new_id
from hook.store.tables import guesses
from hook.testing.tokens import NOW
from tests.support.journeys import BROWSER, OTHER_SUBJECT, SUBJECT, a_journey

IN_A_ROW, AN_HOUR, FOR_GOOD = 5, 20, 100
HOUR, DAY = 3_600, 86_400
DELAYS = (300, 600, 1_200, 2_400, 4_800, 9_600, 19_200, 38_400, 76_800, *[DAY] * 10)
Look = Callable[[], list[dict[str, Any]]]


@pytest.fixture
def look(database: str) -> Iterator[Look]:
    """Look at the rows as they are stored."""
    engine = create_engine(database, isolation_level="AUTOCOMMIT")
    with engine.connect() as sql:
        yield partial(_rows, sql)
    engine.dispose()


def _rows(sql: Connection) -> list[dict[str, Any]]:
    return [dict(row._mapping) for row in sql.execute(select(guesses))]


def guess(
    store: Store, now: int = NOW, lock: str = "code", who: bytes = SUBJECT, tenant: str = "kauri"
) -> bool:
    return store.guess(tenant, who, lock, now)


def lock(store: Store, now: int = NOW, name: str = "code") -> Lock:
    return store.lock("kauri", SUBJECT, name, now)


def forgive(store: Store, name: str = "code", who: bytes = SUBJECT, tenant: str = "kauri") -> None:
    """Forgive with a journey, the only way there is."""
    journey = a_journey(state=new_id(), tenant=tenant)
    assert store.open(journey, Position(Progress(), forgiven=(name,)), who, BROWSER, NOW)


def close(store: Store, now: int = NOW) -> None:
    """Guess until the lock closes."""
    assert [guess(store, now) for _ in range(IN_A_ROW + 1)] == [True] * IN_A_ROW + [False]


def close_for_good(store: Store) -> int:
    """Guess until the lock closes for good, as fast as it lets one; give when that was."""
    now = NOW
    for delay in DELAYS:
        close(store, now)
        now += delay
    close(store, now)
    return now


def test_a_lock_that_nobody_guessed_at_is_open(store: Store) -> None:
    assert lock(store) == Lock(False)


def test_four_guesses_leave_a_lock_open_and_the_fifth_closes_it(store: Store) -> None:
    for _ in range(IN_A_ROW - 1):
        assert guess(store)
        assert not lock(store).locked
    assert guess(store)
    assert lock(store) == Lock(True, NOW + 300)


def test_a_guess_at_a_closed_lock_is_refused_and_not_counted(store: Store, look: Look) -> None:
    close(store)
    before = look()
    assert not any(guess(store, NOW + later) for later in (0, 1, 299))
    assert look() == before
    assert lock(store, NOW + 299) == Lock(True, NOW + 300)
    assert guess(store, NOW + 300)
    assert look() != before


def test_a_lock_stays_closed_twice_as_long_each_time_and_a_day_at_most(store: Store) -> None:
    now = NOW
    for delay in DELAYS:
        close(store, now)
        assert lock(store, now) == Lock(True, now + delay)
        assert lock(store, now + delay - 1).locked
        assert not guess(store, now + delay - 1)
        now += delay
        assert not lock(store, now).locked


def test_a_hundred_guesses_in_a_row_close_a_lock_for_good(store: Store, look: Look) -> None:
    now = close_for_good(store)
    (row,) = look()
    assert row["in_a_row"] == FOR_GOOD
    for later in (0, DAY, 400 * DAY):
        assert lock(store, now + later) == Lock(True, 0)
        assert not guess(store, now + later)


def test_the_hundredth_guess_may_still_be_the_right_one(store: Store) -> None:
    now = close_for_good(store)
    forgive(store)
    assert not lock(store, now).locked
    assert guess(store, now)


def test_forgiving_opens_a_lock_and_starts_the_row_anew(store: Store) -> None:
    close(store)
    forgive(store)
    assert not lock(store).locked
    close(store)
    assert lock(store) == Lock(True, NOW + 300), "the first delay once more, not the second"


def test_forgiving_keeps_what_the_hour_has_had(store: Store, look: Look) -> None:
    for _ in range(AN_HOUR):
        assert not lock(store).locked
        assert guess(store)
        forgive(store)
    assert look()[0]["in_a_row"] == 0
    assert lock(store) == Lock(True, NOW + HOUR)
    for later in (0, HOUR - 1):
        assert not guess(store, NOW + later)
    forgive(store)
    assert not guess(store), "nor does one more success help"
    assert look()[0]["this_hour"] == AN_HOUR


def test_the_next_hour_has_as_many_guesses_again(store: Store) -> None:
    for hour in range(3):
        for _ in range(AN_HOUR):
            assert guess(store, NOW + hour * HOUR)
            forgive(store)
        assert not guess(store, NOW + (hour + 1) * HOUR - 1)


def test_an_hour_begins_with_its_first_guess(store: Store) -> None:
    assert guess(store)
    for _ in range(AN_HOUR - 1):
        forgive(store)
        assert guess(store, NOW + HOUR - 1)
    forgive(store)
    assert not guess(store, NOW + HOUR - 1)
    assert guess(store, NOW + HOUR)


def test_a_lock_closed_twice_tells_when_it_opens_in_truth(store: Store) -> None:
    """The hour is full and so is the row: both must be over."""
    for _ in range(AN_HOUR - IN_A_ROW):
        assert guess(store)
        forgive(store)
    close(store)
    assert lock(store) == Lock(True, NOW + HOUR)
    assert not guess(store, NOW + 300)
    assert guess(store, NOW + HOUR)


def test_each_lock_stands_alone(store: Store) -> None:
    places = [("passkey", SUBJECT, "kauri"), ("code", OTHER_SUBJECT, "kauri")]
    close(store)
    for name, who, tenant in [*places, ("code", SUBJECT, "rimu")]:
        assert guess(store, lock=name, who=who, tenant=tenant)
        assert not store.lock(tenant, who, name, NOW).locked
        forgive(store, name, who, tenant)
        assert lock(store) == Lock(True, NOW + 300), "forgiving the one leaves the other closed"
    forgive(store)
    assert not lock(store).locked


def test_opening_opens_all_locks_of_one_subject(store: Store) -> None:
    now = close_for_good(store)
    for name in ("code", "passkey"):
        for _ in range(IN_A_ROW):
            guess(store, now, name)
            guess(store, now, name, OTHER_SUBJECT)
            guess(store, now, name, tenant="rimu")
    store.forget("kauri", SUBJECT)
    store.forget("kauri", SUBJECT)
    for name in ("code", "passkey"):
        assert lock(store, now, name) == Lock(False)
        assert store.lock("kauri", OTHER_SUBJECT, name, now).locked
        assert store.lock("rimu", SUBJECT, name, now).locked
    close(store, now)
    assert lock(store, now) == Lock(True, now + 300)


@pytest.mark.parametrize(("after", "erased"), [(-1, 0), (0, 1)])
def test_a_purge_erases_guesses_thirty_days_after_their_hour(
    store: Store, look: Look, after: int, erased: int
) -> None:
    close(store)
    assert store.purge(NOW + HOUR + 30 * DAY + after) == erased
    assert len(look()) == 1 - erased


def test_a_purge_leaves_a_lock_that_is_closed_for_good(store: Store, look: Look) -> None:
    now = close_for_good(store)
    store.purge(now + 400 * DAY)
    assert lock(store, now + 400 * DAY) == Lock(True, 0)
    forgive(store)
    store.purge(now + 400 * DAY)
    assert look() == []
