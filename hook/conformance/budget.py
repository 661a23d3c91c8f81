"""How much a run may cost the hook: time and requests."""

import time

REQUESTS_MOST = 600
"""How many requests a run makes at most."""
EACH_MOST = 10.0
"""How long to wait for one answer, seconds."""


class Spent(Exception):
    """Nothing more may be asked; the text says why."""


class Budget:
    """What is left of a run's time and requests."""

    def __init__(
        self, seconds: float, each: float = EACH_MOST, requests: int = REQUESTS_MOST
    ) -> None:
        self._end = time.monotonic() + seconds
        self._each, self._most = each, requests
        self.used = 0

    def left(self) -> float:
        """Give how many seconds are left; never less than none."""
        return max(0.0, self._end - time.monotonic())

    def take(self) -> float:
        """Count a request, and give how many seconds it may take. Raises Spent."""
        seconds = min(self._each, self.left())
        if seconds <= 0:
            raise Spent("the time of this run was up (--timeout)")
        if self.used >= self._most:
            raise Spent(f"this run had made its {self._most} requests")
        self.used += 1
        return seconds

    def wait(self, seconds: float) -> None:
        """Wait as long as a page asks for, within the time that is left."""
        time.sleep(min(seconds, self.left()))
