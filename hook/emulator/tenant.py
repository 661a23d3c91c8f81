"""The tenant itself: what every view and check is handed."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from .settings import Settings
from .state import Hop, Journey, State
from .switches import Switches


@dataclass
class Tenant:
    """Settings, a clock (seconds since 1970), and all that it remembers."""

    settings: Settings
    clock: Callable[[], float]
    state: State = field(default_factory=State)
    also_emptied: list[Callable[[], None]] = field(default_factory=list)
    """What forgets with it, such as the wallet."""

    def now(self) -> float:
        """Give the tenant's time, which a fault may have put wrong; seconds since 1970."""
        return self.clock() + self.state.faults.clock_skew

    def tell(self, event: str, journey: Journey | None = None, **data: Any) -> None:
        """Keep an event of the platform's vocabulary."""
        self.state.events.tell(self.now(), event, journey.id if journey else "", **data)

    def hop(
        self, journey: Journey, title: str, url: str = "", good: bool = True, **carried: Any
    ) -> None:
        """Add a leg to a journey, for the inspector."""
        journey.hops.append(Hop(self.now(), title, url, carried, good))

    def empty(self) -> None:
        """Forget everything; switches stand as in the settings again, and faults are off."""
        self.state = State(switches=Switches(self.settings.assume))
        for forget in self.also_emptied:
            forget()
