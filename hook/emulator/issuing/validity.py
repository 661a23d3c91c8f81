"""From when until when a credential is good."""

import calendar
from datetime import UTC, datetime, timedelta
from typing import Any

Json = dict[str, Any]

PARTS = ("weeks", "days", "hours", "minutes", "seconds")
LAST = datetime(9999, 12, 31, tzinfo=UTC)


def at(seconds: float) -> datetime:
    """Give a time of its seconds since 1970."""
    return datetime.fromtimestamp(seconds, UTC)


def after(start: datetime, expires_in: Json) -> datetime:
    """Give the end of a period: years and months by the calendar, the rest by the clock."""
    months = 12 * (expires_in.get("years") or 0) + (expires_in.get("months") or 0)
    try:
        year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
        # The 31st plus a month is the last day of the next one.
        day = min(start.day, calendar.monthrange(year, month + 1)[1])
        rest = timedelta(**{part: expires_in.get(part) or 0 for part in PARTS})
        return start.replace(year=year, month=month + 1, day=day) + rest
    except (ValueError, OverflowError, IndexError):
        return LAST


def read(text: Any) -> datetime | None:
    """Read a date or a time of ISO 8601; without a zone it is UTC. None if it is neither."""
    try:
        found = datetime.fromisoformat(text)
        zoned = found if found.tzinfo else found.replace(tzinfo=UTC)
        # In another zone, the first and the last day there is may have no time in UTC.
        zoned.astimezone(UTC)
    except (TypeError, ValueError, OverflowError):
        return None
    return zoned


def written(time: datetime, timespec: str = "seconds") -> str:
    """Write a time in UTC with a Z (RFC 3339)."""
    text = time.astimezone(UTC).replace(tzinfo=None).isoformat(timespec=timespec)
    return f"{text}Z"
