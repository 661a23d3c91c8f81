"""Journeys in the store: opened once, saved by the last who read them, ended once."""

from dataclasses import replace

import pytest

from hook.refusals import COMPLETED
from hook.state import Journey, Position
from hook.store import Store
from hook.testing.tokens import NOW, STATE, TENANT_URL
from tests.support.journeys import (
    BROWSER,
    DIARY,
    OTHER_BROWSER,
    SUBJECT,
    a_journey,
    at_end,
    further,
)

START = Position(a_journey().progress)


def opened(store: Store, journey: Journey) -> Journey:
    """Open a journey in her browser, and read it back."""
    assert store.open(journey, START, SUBJECT, BROWSER, NOW)
    return found(store, journey)


def found(store: Store, journey: Journey) -> Journey:
    """Read a journey that is under way."""
    stored = store.find(journey.tenant, journey.id, BROWSER)
    assert stored is not None
    assert stored.journey is not None
    return stored.journey


def outcome(store: Store, journey: Journey) -> tuple[str, object]:
    """Read the outcome of a journey and the claims of its answer."""
    stored = store.find(journey.tenant, journey.id, BROWSER)
    assert stored is not None
    assert stored.ended is not None
    return stored.ended.outcome, stored.ended.claims


def diary(store: Store) -> object:
    """Read the record that the step of these tests keeps."""
    return store.records("kauri", SUBJECT, DIARY.kind).get(DIARY.name)


def test_a_journey_is_read_back_as_it_was_opened(store: Store) -> None:
    journey = a_journey()
    assert opened(store, journey) == journey


@pytest.mark.parametrize(
    ("other", "opens"),
    [
        pytest.param(a_journey(), False, id="the same tenant, iss and state"),
        pytest.param(a_journey(state=STATE + "."), True, id="another state"),
        pytest.param(a_journey(iss=TENANT_URL + ".nz"), True, id="another iss"),
        pytest.param(a_journey(tenant="rimu"), True, id="another tenant"),
        pytest.param(a_journey(tenant='kauri","'), True, id="a border moved"),
    ],
)
def test_an_arrival_opens_one_journey(store: Store, other: Journey, opens: bool) -> None:
    opened(store, a_journey())
    assert store.open(other, START, SUBJECT, BROWSER, NOW) is opens


def test_an_arrival_that_comes_again_changes_and_keeps_nothing(store: Store) -> None:
    journey = opened(store, a_journey())
    again = at_end({"pronouns": "he/him"}, record={"page": 1})
    assert not store.open(a_journey(), again, SUBJECT, OTHER_BROWSER, NOW)
    assert found(store, journey) == journey
    assert diary(store) is None


def test_an_arrival_that_needs_no_visitor_ends_at_once(store: Store) -> None:
    journey = a_journey()
    assert store.open(journey, at_end({}, record={"page": 1}), SUBJECT, BROWSER, NOW)
    assert outcome(store, journey) == (COMPLETED, {})
    assert diary(store) == {"page": 1}


def test_a_journey_is_found_in_its_own_browser_and_tenant_only(store: Store) -> None:
    journey = opened(store, a_journey())
    sender = journey.arrival.sender
    assert store.find("kauri", journey.id, BROWSER) is not None
    assert store.find("kauri", journey.id, OTHER_BROWSER) is None
    assert store.find("rimu", journey.id, BROWSER) is None
    assert store.find_by_arrival("kauri", sender, BROWSER) is not None
    assert store.find_by_arrival("kauri", sender, OTHER_BROWSER) is None
    assert store.find_by_arrival("rimu", sender, BROWSER) is None


def test_what_is_saved_is_read_back(store: Store) -> None:
    journey = opened(store, a_journey())
    assert store.commit(journey, further({"pronouns": "she/her"}, {"page": 1}), SUBJECT, NOW)
    saved = found(store, journey)
    assert saved.progress == further({"pronouns": "she/her"}).progress
    assert saved.version > journey.version
    assert diary(store) == {"page": 1}


@pytest.mark.parametrize("late", [further({"pronouns": "he/him"}, {"page": 2}), at_end({}, {})])
def test_whoever_read_an_older_version_keeps_nothing(store: Store, late: Position) -> None:
    stale = opened(store, a_journey())
    assert store.commit(stale, further({"pronouns": "she/her"}, {"page": 1}), SUBJECT, NOW)
    assert not store.commit(stale, late, SUBJECT, NOW)
    assert found(store, stale).progress.claims == {"pronouns": "she/her"}
    assert diary(store) == {"page": 1}
    assert store.commit(found(store, stale), late, SUBJECT, NOW)


@pytest.mark.parametrize("late", [further({"pronouns": "he/him"}, {"page": 2}), at_end({}, {})])
def test_an_ended_journey_is_neither_saved_nor_ended_again(store: Store, late: Position) -> None:
    journey = opened(store, a_journey())
    assert store.commit(journey, at_end({"pronouns": "she/her"}, {"page": 1}), SUBJECT, NOW)
    for version in range(-1, 3):
        assert not store.commit(replace(journey, version=version), late, SUBJECT, NOW)
    assert not store.cancel(journey, "user_cancelled", NOW)
    assert outcome(store, journey) == (COMPLETED, {"pronouns": "she/her"})
    assert diary(store) == {"page": 1}


def test_a_journey_is_cancelled_from_wherever_it_stands_and_says_nothing(store: Store) -> None:
    stale = opened(store, a_journey())
    assert store.commit(stale, further({"pronouns": "she/her"}), SUBJECT, NOW)
    assert store.cancel(stale, "user_cancelled", NOW)
    assert outcome(store, stale) == ("user_cancelled", {})
    assert not store.commit(replace(stale, version=1), at_end({}), SUBJECT, NOW)


@pytest.mark.parametrize(("late", "in_time"), [(0, False), (-1, True)])
def test_a_journey_over_time_is_neither_saved_nor_ended(
    store: Store, late: int, in_time: bool
) -> None:
    for number, position in enumerate((further({}, {"page": 1}), at_end({}, {"page": 1}))):
        journey = opened(store, a_journey(state=f"{number}"))
        now = journey.arrival.deadline + late
        assert store.commit(journey, position, SUBJECT, now) is in_time
    cancelled = opened(store, a_journey(state="cancelled"))
    now = cancelled.arrival.deadline + late
    assert store.cancel(cancelled, "user_cancelled", now) is in_time
    assert (diary(store) is not None) is in_time


def test_a_failed_transaction_keeps_nothing(store: Store) -> None:
    journey = opened(store, a_journey())
    with pytest.raises(ValueError, match="needs a subject"):
        store.commit(journey, at_end({"pronouns": "she/her"}, {"page": 1}), None, NOW)
    assert found(store, journey) == journey
    assert store.commit(journey, at_end({"pronouns": "she/her"}, {"page": 1}), SUBJECT, NOW)
