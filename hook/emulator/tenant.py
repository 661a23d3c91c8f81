"""The tenant itself: what every page and check is handed."""

from collections.abc import Callable
from dataclasses import dataclass, field

from .memory import Memory
from .settings import Settings


@dataclass(frozen=True)
class Tenant:
    """Settings, a clock (seconds since 1970) and a memory."""

    settings: Settings
    now: Callable[[], float]
    memory: Memory = field(default_factory=Memory)
