"""A shelf: things by id, in the order they came. Each method is one act, whoever else is at it."""

from collections.abc import Callable
from itertools import count
from threading import Lock
from typing import Generic, NamedTuple, TypeVar

T = TypeVar("T")

MOST = 1000
"""How many things a shelf holds; the oldest goes first."""


class _Place(NamedTuple, Generic[T]):
    number: int
    thing: T


class Shelf(Generic[T]):
    """What the tenant remembers of one sort."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._lock = Lock()
        self._numbers = count(1)
        self._places: dict[str, _Place[T]] = {}

    def put(self, key: str, thing: T) -> T:
        """Keep a thing under an id, in the place of what was there; gives it back."""
        with self._lock:
            self._put(key, thing)
            return thing

    def put_new(self, key: str, thing: T) -> bool:
        """Keep a thing unless its id is taken; tells whether it was kept."""
        with self._lock:
            if key in self._places:
                return False
            self._put(key, thing)
            return True

    def find_or_put(self, is_it: Callable[[T], bool], key: str, thing: T) -> tuple[T, bool]:
        """Find the newest thing that is the one, or else keep this one; True if it was found."""
        with self._lock:
            for place in reversed(self._places.values()):
                if is_it(place.thing):
                    return place.thing, True
            self._put(key, thing)
            return thing, False

    def get(self, key: str) -> T | None:
        """Find a thing."""
        with self._lock:
            place = self._places.get(key)
            return None if place is None else place.thing

    def take(self, key: str, is_it: Callable[[T], bool] = lambda _: True) -> T | None:
        """Remove a thing, if it is the one, and give it: of many at once, one gets it."""
        with self._lock:
            place = self._places.get(key)
            if place is None or not is_it(place.thing):
                return None
            del self._places[key]
            return place.thing

    def change(self, key: str, change: Callable[[T], T | None]) -> T | None:
        """Put what a function makes of a thing in its place, or nothing for None.

        Gives the thing as the function got it, None where there is none.
        """
        with self._lock:
            place = self._places.get(key)
            if place is None:
                return None
            changed = change(place.thing)
            if changed is None:
                del self._places[key]
            else:
                self._put(key, changed)
            return place.thing

    def find(self, is_it: Callable[[T], bool]) -> T | None:
        """Find the newest thing that is the one."""
        return next(filter(is_it, reversed(self.all())), None)

    def all(self) -> list[T]:
        """Give all things, the oldest first."""
        with self._lock:
            return [place.thing for place in self._places.values()]

    def page(
        self, limit: int, after: int = 0, is_it: Callable[[T], bool] = lambda _: True
    ) -> tuple[list[T], int]:
        """Give some of the things that are meant, from behind a place on, and the last one's place.

        The place is 0 where nothing more follows.
        """
        with self._lock:
            places = [p for p in self._places.values() if p.number > after and is_it(p.thing)]
        chosen = places[:limit]
        return [p.thing for p in chosen], chosen[-1].number if len(places) > limit else 0

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._places.clear()

    def _put(self, key: str, thing: T) -> None:
        before = self._places.get(key)
        number = next(self._numbers) if before is None else before.number
        self._places[key] = _Place(number, thing)
        while len(self._places) > self._most:
            del self._places[next(iter(self._places))]
