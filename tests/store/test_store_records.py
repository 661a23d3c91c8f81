"""Records in the store: each step, kind, subject and tenant has its own, and the last one stays."""

from collections.abc import Mapping
from typing import Any

import pytest

from hook.state import Position, Progress
from hook.steps.base import Step
from hook.store import Store
from hook.testing.tokens import NOW
from tests.support.journeys import BROWSER, OTHER_SUBJECT, SUBJECT, Diary, a_journey


class Ledger(Step):
    """Another kind that keeps records."""

    kind = "ledger"


def keep(
    store: Store, record: Mapping[str, Any], step: Step, tenant: str = "kauri", who: bytes = SUBJECT
) -> None:
    """Keep a record with a journey, the only way there is."""
    journey = a_journey(state=f"{record}{step.kind}{step.name}{who!r}", tenant=tenant)
    position = Position(Progress(), records=((step, record),))
    assert store.open(journey, position, who, BROWSER, NOW)


def test_nothing_is_kept_of_a_subject_at_first(store: Store) -> None:
    assert store.records("kauri", SUBJECT, "diary") == {}


@pytest.mark.parametrize(
    "record",
    [{}, {"text": "Kia ora – e hoa 🌿", "n": 1, "at": 1.5, "list": [None, True, {"a": []}]}],
)
def test_a_record_is_read_back_as_it_was_kept(store: Store, record: dict[str, Any]) -> None:
    keep(store, record, Diary("diary", "", None))
    assert store.records("kauri", SUBJECT, "diary") == {"diary": record}


def test_a_record_takes_the_place_of_the_one_before(store: Store) -> None:
    for page in (1, 2):
        keep(store, {"page": page}, Diary("diary", "", None))
    assert store.records("kauri", SUBJECT, "diary") == {"diary": {"page": 2}}


def test_each_step_of_a_kind_has_its_own_record_and_sees_the_others(store: Store) -> None:
    keep(store, {"page": 1}, Diary("morning", "", None))
    keep(store, {"page": 2}, Diary("evening", "", None))
    expected = {"morning": {"page": 1}, "evening": {"page": 2}}
    assert store.records("kauri", SUBJECT, "diary") == expected


def test_nobody_sees_what_belongs_to_another(store: Store) -> None:
    keep(store, {"page": 1}, Diary("diary", "", None))
    assert store.records("kauri", SUBJECT, "diary") == {"diary": {"page": 1}}
    assert store.records("kauri", OTHER_SUBJECT, "diary") == {}
    assert store.records("rimu", SUBJECT, "diary") == {}
    assert store.records("kauri", SUBJECT, "ledger") == {}


def test_the_same_name_elsewhere_is_another_record(store: Store) -> None:
    keep(store, {"page": 1}, Diary("diary", "", None))
    keep(store, {"page": 2}, Diary("diary", "", None), who=OTHER_SUBJECT)
    keep(store, {"page": 3}, Diary("diary", "", None), tenant="rimu")
    keep(store, {"page": 4}, Ledger("diary", "", None))
    kept = [
        store.records(*place)["diary"]["page"]
        for place in (
            ("kauri", SUBJECT, "diary"),
            ("kauri", OTHER_SUBJECT, "diary"),
            ("rimu", SUBJECT, "diary"),
            ("kauri", SUBJECT, "ledger"),
        )
    ]
    assert kept == [1, 2, 3, 4]
