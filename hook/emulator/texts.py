"""Values as people read them."""

import json
from typing import Any


def pretty(value: Any) -> str:
    """Write a value as JSON over several lines."""
    return json.dumps(value, indent=2, ensure_ascii=False, default=str)
