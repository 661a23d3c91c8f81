"""Which way a visit went through the hook's flow: step names and reasons out of the hook's log."""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

READ_MOST = 1_000_000
"""How much of the end of the log is read, bytes."""
_TOLD = ("step_done", "step_stays", "step_denied", "step_failed", "journey_ended")


class Line(NamedTuple):
    """One decision of the flow: names and codes, never a value."""

    step: str
    kind: str
    event: str
    reason: str


def trace(log: str | None, state: str) -> list[Line]:
    """Find the decisions about the visit with this state; none without a log to read."""
    if not log or not Path(log).is_file():
        return []
    lines = list(_lines(Path(log)))
    arrival = hashlib.sha256(state.encode()).hexdigest()[:8]
    opened = (each for each in lines if each.get("arrival") == arrival)
    journey = next((each.get("journey") for each in opened), None)
    return [_line(each) for each in lines if journey and _is_told(each, journey)]


def _lines(log: Path) -> Iterator[dict[str, Any]]:
    with log.open("rb") as file:
        file.seek(max(0, log.stat().st_size - READ_MOST))
        for raw in file:
            try:
                line = json.loads(raw)
            except ValueError:
                continue
            if isinstance(line, dict):
                yield line


def _is_told(line: dict[str, Any], journey: str) -> bool:
    return line.get("journey") == journey and line.get("event") in _TOLD


def _line(line: dict[str, Any]) -> Line:
    reason = line.get("reason") or line.get("outcome", "")
    return Line(line.get("step", ""), line.get("kind", ""), line["event"], reason)
