"""One structured line per event, for the log; never a value, a token or a secret."""

import hashlib
import json
import logging
import sys
import time
from typing import TextIO

_FIELDS = frozenset(
    {"tenant", "journey", "subject", "step", "kind", "reason", "detail", "outcome", "rule",
     "method", "status", "ms", "rows", "version", "arrival"}
)  # fmt: skip
_WRITER = json.JSONEncoder(separators=(",", ":"))
_LOGGER = logging.getLogger("hook.audit")


def set_up(stream: TextIO | None = None) -> None:
    """Send the lines to a stream, standard output by default, one JSON object each."""
    if not _LOGGER.handlers:
        handler = logging.StreamHandler(stream or sys.stdout)
        handler.setFormatter(logging.Formatter("%(message)s"))
        _LOGGER.addHandler(handler)
    _LOGGER.setLevel(logging.INFO)
    _LOGGER.propagate = False


def log(event: str, **fields: str | int | float | None) -> None:
    """Write one line. Only known fields are taken; empty ones are left out."""
    unknown = fields.keys() - _FIELDS
    if unknown:
        raise TypeError(f"not a field of the audit log: {', '.join(sorted(unknown))}")
    shown = {name: value for name, value in fields.items() if value not in (None, "")}
    line = {"at": round(time.time(), 3), "event": event, **shown}
    _LOGGER.info(_WRITER.encode(line))


def short(journey_id: str) -> str:
    """Give enough of a journey's id to find it, and too little to use it."""
    return journey_id[:8]


def short_digest(state: str) -> str:
    """Name an arrival without telling its state: tenant and hook can compare their logs by this."""
    return hashlib.sha256(state.encode()).hexdigest()[:8]
