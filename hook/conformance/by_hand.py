"""What a person does where a walk cannot get on: open a link, and bring the address it ended at."""

from collections.abc import Callable
from dataclasses import dataclass, field

Wait = Callable[[str, Callable[[str], bool], float], str]
"""Takes a link to open, what tells its answer from others, and how many seconds there are.

Gives where the browser ended; empty where none came.
"""


@dataclass(frozen=True)
class ByHand:
    """Addresses that a person brought, and a way to wait for one."""

    answer_url: str = field(default="", repr=False)
    """Where a browser ended after all steps."""
    cancel_url: str = field(default="", repr=False)
    """Where a browser ended after it was cancelled."""
    wait: Wait | None = None
