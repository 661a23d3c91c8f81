"""A clock that goes back is told: codes from apps hang on it."""

from typing import Any

import pytest

from hook.testing.hooks import NOTICE, Clock, MakeHook
from hook.testing.visitor import Visitor
from hook.testing.watch import watched_log
from hook.web import housekeeping


@pytest.fixture(autouse=True)
def due(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let housekeeping be due with the next arrival."""
    monkeypatch.setattr(housekeeping, "_next", 0.0)


def ready(app: Any) -> str:
    response = app.test_client().get("/readyz", base_url="https://hook.example.org")
    assert response.status_code == 200
    return str(response.get_data(as_text=True))


@pytest.mark.parametrize(("seconds", "told"), [(30, False), (31, True)])
def test_a_clock_that_went_back_is_told(
    make_hook: MakeHook, clock: Clock, seconds: int, told: bool
) -> None:
    app = make_hook(NOTICE)
    assert ready(app) == "ready\n"
    clock.turn(-seconds)
    assert ready(app) == ("ready, clock behind\n" if told else "ready\n")
    with watched_log() as log:
        Visitor(app).arrive(iat=clock.now, exp=clock.now + 600)
    assert bool(log.events("clock_behind")) is told


def test_a_clock_that_goes_on_is_right_again(make_hook: MakeHook, clock: Clock) -> None:
    app = make_hook(NOTICE)
    clock.turn(-60)
    assert "behind" in ready(app)
    clock.turn(60)
    assert ready(app) == "ready\n"


def test_a_start_tells_of_it_and_takes_the_clock_as_it_is(
    make_hook: MakeHook, clock: Clock
) -> None:
    make_hook(NOTICE)
    clock.turn(-3_600)
    with watched_log() as log:
        app = make_hook(NOTICE)
    assert len(log.events("clock_behind")) == 1
    assert ready(app) == "ready\n"
    with watched_log() as log:
        make_hook(NOTICE)
    assert log.events("clock_behind") == []


def test_to_ask_whether_the_hook_is_ready_writes_nothing(make_hook: MakeHook, clock: Clock) -> None:
    app = make_hook(NOTICE)
    clock.turn(-60)
    with watched_log() as log:
        ready(app)
    assert log.events("clock_behind") == []
