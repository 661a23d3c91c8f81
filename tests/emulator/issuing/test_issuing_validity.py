"""How long credentials are good for."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hook.emulator.issuing import validity
from hook.emulator.state import Json

START = datetime(2027, 1, 31, 12, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("expires_in", "end"),
    [
        ({"months": 1}, "2027-02-28T12:30:00Z"),
        ({"months": 12}, "2028-01-31T12:30:00Z"),
        ({"months": 13}, "2028-02-29T12:30:00Z"),
        ({"years": 1, "months": 11}, "2028-12-31T12:30:00Z"),
        ({"weeks": 1, "days": 1, "hours": 1, "minutes": 1, "seconds": 1}, "2027-02-08T13:31:01Z"),
        ({"months": 1, "days": 1}, "2027-03-01T12:30:00Z"),
        ({"years": 1_000_000}, "9999-12-31T00:00:00Z"),
        ({"weeks": 10**9}, "9999-12-31T00:00:00Z"),
    ],
)
def test_a_period_ends_by_the_calendar(expires_in: Json, end: str) -> None:
    assert validity.written(validity.after(START, expires_in)) == end


@given(st.integers(0, 10**9), st.integers(0, 10**9), st.integers(0, 10**12))
def test_a_longer_period_ends_no_earlier(years: int, months: int, seconds: int) -> None:
    one = validity.after(START, {"years": years, "months": months, "seconds": seconds})
    longer = {"years": years, "months": months + 1, "seconds": seconds}
    assert START <= one <= validity.after(START, longer)


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("2030-06-01", "2030-06-01T00:00:00Z"),
        ("2030-06-01T12:00:00+12:00", "2030-06-01T00:00:00Z"),
        ("next year", None),
        ("0001-01-01T00:00:00+12:00", None),
        (20300601, None),
        (None, None),
    ],
)
def test_dates_of_claims_are_read_as_utc(text: object, read: str | None) -> None:
    found = validity.read(text)
    assert (validity.written(found) if found else None) == read
