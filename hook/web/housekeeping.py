"""Erase what is over, now and then, so that no timer outside the hook is needed."""

import threading
import time

from hook import audit
from hook.errors import StoreUnavailable
from hook.web.context import Hook

_EVERY = 60.0
_SECONDS_MOST = 1.0
LAG_MOST = 30
"""How far clocks may be apart before it is told, seconds."""
_lock = threading.Lock()
_next = 0.0


def _purge(hook: Hook) -> int:
    """Purge until nothing is left, but not for longer than a visitor may wait."""
    end, rows = time.monotonic() + _SECONDS_MOST, 0
    while time.monotonic() < end:
        now_gone = hook.store.purge(hook.clock())
        rows += now_gone
        if not now_gone:
            break
    return rows


def clock_is_behind(hook: Hook) -> bool:
    """Tell whether the clock went back since the database was used."""
    return hook.store.behind(hook.clock()) > LAG_MOST


def watch_clock(hook: Hook, starts: bool = False) -> None:
    """Log a clock that went back, and note the time; a start takes the time as it is."""
    if clock_is_behind(hook):
        audit.log("clock_behind")
    hook.store.see_time(hook.clock(), always=starts)


def purge_sometimes(hook: Hook) -> None:
    """Purge once a minute in each process; a visitor never waits for another's purge."""
    global _next
    if time.monotonic() < _next or not _lock.acquire(blocking=False):
        return
    try:
        _next = time.monotonic() + _EVERY
        watch_clock(hook)
        if rows := _purge(hook):
            audit.log("purged", rows=rows)
    except StoreUnavailable as error:
        audit.log("purge_failed", reason=error.code, detail=error.detail)
    finally:
        _lock.release()
