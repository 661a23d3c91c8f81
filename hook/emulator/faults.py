"""Faults that can be switched on, to see what a hook, a wallet and a client make of them."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

LONGEST_DELAY = 30
"""Seconds."""


@dataclass
class Faults:
    """Off is 0 or False. They count from the next request on."""

    hook_disabled: bool = False
    """The hook is skipped, as with disabled = true in its configuration."""
    session_timed_out: bool = False
    """Every hook session counts as timed out when the person comes back."""
    clock_skew: int = 0
    """Seconds that the tenant's clock is ahead (or behind, when negative)."""
    metadata_delay: int = 0
    """Seconds before metadata is served, at most 30."""
    api_down: bool = False
    """The management API answers 503."""

    def set(self, values: Mapping[str, Any]) -> None:
        """Switch faults on or off. Raises ValueError for a name or a value that cannot be."""
        known = {each.name: each.type for each in fields(self)}
        for name, value in values.items():
            if type(value) is not known.get(name):
                raise ValueError(f"there is no fault {name!r} with such a value")
        if not 0 <= values.get("metadata_delay", 0) <= LONGEST_DELAY:
            raise ValueError(f"metadata_delay is 0 to {LONGEST_DELAY} seconds")
        for name, value in values.items():
            setattr(self, name, value)

    def delay_metadata(self) -> None:
        """Wait as long as metadata shall take; nothing without that fault."""
        time.sleep(self.metadata_delay)
