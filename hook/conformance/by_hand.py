"""What a person does where a walk cannot get on: open a link, and bring the address it ended at."""

from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(frozen=True)
class ByHand:
    """Addresses that a person brought, and a way to wait for one."""

    answer_url: str = field(default="", repr=False)
    """Where a browser ended after all steps."""
    cancel_url: str = field(default="", repr=False)
    """Where a browser ended after it was cancelled."""
    wait: Callable[[str, float], str] | None = None
    """Takes a link to open and how many seconds there are; gives where the browser ended."""
