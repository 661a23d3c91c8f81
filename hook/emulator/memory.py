"""What the tenant remembers: the latest visits and what became of them. Nothing outlives it."""

import secrets
from collections import OrderedDict
from dataclasses import dataclass
from threading import Lock
from typing import Any

from . import jws

MOST = 1000


@dataclass(frozen=True)
class Visit:
    """One sending of the browser to the hook, with the session token it carried."""

    kind: str
    token: str

    @property
    def arrival(self) -> jws.Token:
        """What the session token says."""
        return jws.read(self.token)


@dataclass(frozen=True)
class Result:
    """A believed answer, the visit it belongs to, and why it was believed."""

    visit: Visit
    answer: jws.Token
    passed: tuple[str, ...]
    url_length: int


class Memory:
    """The latest visits by state and the latest results by code; safe to share by threads."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._lock = Lock()
        self._visits: OrderedDict[str, Visit] = OrderedDict()
        self._answered: OrderedDict[str, None] = OrderedDict()
        self._results: OrderedDict[str, Result] = OrderedDict()
        self._last_good: str | None = None

    @property
    def last_good(self) -> str | None:
        """The session token of the latest good visit."""
        return self._last_good

    def remember(self, visit: Visit) -> None:
        """Keep a visit. A token sent a second time changes nothing."""
        with self._lock:
            if visit.kind == "good":
                self._last_good = visit.token
            self._put(self._visits, visit.arrival.payload["state"], visit)

    def visit(self, state: str) -> Visit | None:
        """Find the visit that was sent with this state."""
        with self._lock:
            return self._visits.get(state)

    def close(self, state: str) -> bool:
        """Mark a state as answered; False if it already was. Looking and marking are one act."""
        with self._lock:
            if state in self._answered:
                return False
            self._put(self._answered, state, None)
            return True

    def keep(self, result: Result) -> str:
        """Keep a result and return the random code that stands for it."""
        code = secrets.token_urlsafe(24)
        with self._lock:
            self._put(self._results, code, result)
        return code

    def result(self, code: str) -> Result | None:
        """Find the result a code stands for."""
        with self._lock:
            return self._results.get(code)

    def _put(self, shelf: OrderedDict[str, Any], key: str, value: object) -> None:
        shelf.setdefault(key, value)
        while len(shelf) > self._most:
            shelf.popitem(last=False)
