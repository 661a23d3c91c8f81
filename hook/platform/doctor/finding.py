"""What doctor says: how bad it is, what is so, why that matters, and what mends it."""

from dataclasses import asdict, dataclass
from typing import Literal

Level = Literal["error", "warning", "note"]


@dataclass(frozen=True)
class Finding:
    """One finding; `check` is a word for scripts, the rest are sentences."""

    level: Level
    check: str
    what: str
    why: str
    mend: str

    def as_json(self) -> dict[str, str]:
        """Give it as plain values."""
        return asdict(self)
