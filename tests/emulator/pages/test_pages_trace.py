"""The inspector shows which way the flow went, out of the hook's log; never a value."""

import hashlib
import json
from pathlib import Path

import pytest

from tests.support.emulator_trip import Trip

JOURNEY = "4fG1xg8S"


def lines(state: str) -> list[dict[str, object]]:
    """What a hook logs of one journey, among the lines of another."""
    arrival = hashlib.sha256(state.encode()).hexdigest()[:8]
    return [
        {"event": "arrival_opened", "arrival": "00000000", "journey": "another"},
        {"event": "arrival_opened", "arrival": arrival, "journey": JOURNEY},
        {"event": "step_done", "journey": "another", "step": "elsewhere", "reason": "done"},
        {"event": "step_done", "journey": JOURNEY, "step": "terms", "kind": "terms",
         "reason": "accepted"},
        {"event": "request", "journey": JOURNEY, "rule": "/<slug>"},
        {"event": "journey_ended", "journey": JOURNEY, "outcome": "completed"},
    ]  # fmt: skip


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "hook.log"


def page(log: Path, keep: bool = True) -> str:
    """Go through a visit, and read the inspector."""
    trip = Trip(hook_log=str(log))
    arrival = trip.arrival()
    if keep:
        written = [json.dumps(line) for line in lines(arrival["state"])]
        log.write_text("\n".join(["[gunicorn] starting", *written, ""]))
    answer = trip.sign(trip.answer(arrival))
    return trip.get(trip.come_back(arrival, answer).location).text


def test_it_shows_the_decisions_of_this_journey_in_order(log: Path) -> None:
    shown = page(log)
    assert "Which way the flow went" in shown
    assert "<strong>terms</strong> (terms): step_done, accepted" in shown
    assert shown.index("accepted") < shown.index("journey_ended, completed")


def test_it_shows_nothing_of_another_journey(log: Path) -> None:
    assert "elsewhere" not in page(log)


def test_without_a_log_there_is_no_such_part(log: Path) -> None:
    assert "Which way the flow went" not in page(log, keep=False)
