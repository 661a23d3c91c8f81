"""What happened, under the names that the platform's own analytics use."""

import json
from collections import deque
from threading import Lock
from typing import Any, NamedTuple


class Event(NamedTuple):
    """One event: when (seconds since 1970), its name, of which journey, and what it says."""

    at: float
    name: str
    journey: str
    data: dict[str, Any]


class Events:
    """The latest events; each is a line on standard output too, without its data."""

    def __init__(self, most: int = 2000) -> None:
        self._lock = Lock()
        self._events: deque[Event] = deque(maxlen=most)

    def tell(self, at: float, name: str, journey: str = "", **data: Any) -> None:
        """Keep an event and print its name: data may hold what a person typed."""
        with self._lock:
            self._events.append(Event(at, name, journey, data))
        print(json.dumps({"at": round(at, 3), "event": name, "journey": journey}), flush=True)

    def of(self, journey: str) -> list[Event]:
        """Give the events of a journey, the oldest first."""
        with self._lock:
            return [event for event in self._events if event.journey == journey]

    def names(self) -> list[str]:
        """Give the names of all events, the oldest first."""
        with self._lock:
            return [event.name for event in self._events]

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._events.clear()
