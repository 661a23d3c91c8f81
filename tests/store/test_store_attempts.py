"""Attempts in the store: a limit is met to the very try, and each counter stands alone."""

from functools import partial

import pytest

from hook.store import Store
from hook.testing.tokens import NOW
from tests.support.journeys import OTHER_SUBJECT, SUBJECT

LIMIT, WINDOW = 5, 300


def spend(
    store: Store,
    tenant: str = "kauri",
    who: bytes = SUBJECT,
    kind: str = "totp",
    name: str = "code",
    limit: int = LIMIT,
    now: int = NOW,
) -> bool:
    return store.spend(tenant, who, kind, name, limit, WINDOW, now)


def used_up(store: Store) -> None:
    assert [spend(store) for _ in range(LIMIT + 1)] == [True] * LIMIT + [False]


def test_a_limit_allows_that_many_tries_and_no_more(store: Store) -> None:
    used_up(store)
    assert not any(spend(store) for _ in range(20))


@pytest.mark.parametrize("limit", [0, 1])
def test_the_smallest_limits_hold_from_the_first_try(store: Store, limit: int) -> None:
    assert [spend(store, limit=limit) for _ in range(3)].count(True) == limit


@pytest.mark.parametrize(
    "elsewhere",
    [
        pytest.param(partial(spend, who=OTHER_SUBJECT), id="another subject"),
        pytest.param(partial(spend, tenant="rimu"), id="another tenant"),
        pytest.param(partial(spend, kind="recovery"), id="another kind"),
        pytest.param(partial(spend, name="resend"), id="another name"),
    ],
)
def test_each_counter_stands_alone(store: Store, elsewhere: "partial[bool]") -> None:
    used_up(store)
    assert elsewhere(store)
    assert not spend(store)


@pytest.mark.parametrize(("after", "allowed"), [(WINDOW - 1, False), (WINDOW, True)])
def test_tries_come_back_when_the_window_is_over(store: Store, after: int, allowed: bool) -> None:
    used_up(store)
    assert spend(store, now=NOW + after) is allowed


def test_a_new_window_allows_the_limit_again(store: Store) -> None:
    used_up(store)
    later = [spend(store, now=NOW + WINDOW) for _ in range(LIMIT + 1)]
    assert later == [True] * LIMIT + [False]


def test_refused_tries_do_not_lengthen_the_window(store: Store) -> None:
    used_up(store)
    assert not spend(store, now=NOW + WINDOW - 1)
    assert spend(store, now=NOW + WINDOW)


@pytest.mark.parametrize(("after", "erased"), [(WINDOW - 1, 0), (WINDOW, 1)])
def test_a_purge_erases_counters_whose_window_is_over(
    store: Store, after: int, erased: int
) -> None:
    used_up(store)
    assert store.purge(NOW + after) == erased
    assert spend(store) is bool(erased)
