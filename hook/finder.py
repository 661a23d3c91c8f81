"""Find the journey that a request is about, for those who may see it."""

import re
from dataclasses import dataclass

from hook.errors import JourneyRefused
from hook.lending import as_guest
from hook.state import Ended, Journey
from hook.store import Store

_JOURNEY_ID = re.compile(r"[A-Za-z0-9_-]{22}")


@dataclass(frozen=True)
class Finder:
    """Finds journeys of a tenant for one browser, at one moment (seconds)."""

    store: Store
    tenant: str
    browser: bytes
    now: int

    def find(self, journey_id: str, guests: bool = False) -> Journey | Ended:
        """Find a journey of this browser, or with `guests` one that it has a pass for.

        Raises JourneyRefused.
        """
        stored = None
        if _JOURNEY_ID.fullmatch(journey_id):
            stored = self.store.find(self.tenant, journey_id, self.browser)
        if stored is None and guests:
            return self._as_guest(journey_id)
        if stored is None:
            raise JourneyRefused("journey_unknown")
        if stored.ended is not None:
            return stored.ended
        if stored.journey is None or stored.journey.arrival.deadline <= self.now:
            raise JourneyRefused("journey_over_time")
        return stored.journey

    def anyones(self, journey_id: str) -> Journey:
        """Find a journey under way, whoever began it: whoever asks has to show a pass."""
        stored = None
        if _JOURNEY_ID.fullmatch(journey_id):
            stored = self.store.find_anyones(self.tenant, journey_id)
        journey = stored.journey if stored else None
        if journey is None or journey.arrival.deadline <= self.now:
            raise JourneyRefused("journey_unknown")
        return journey

    def _as_guest(self, journey_id: str) -> Journey:
        guest = as_guest(self.anyones(journey_id), self.browser, self.now)
        if guest is None:
            raise JourneyRefused("journey_unknown")
        return guest
