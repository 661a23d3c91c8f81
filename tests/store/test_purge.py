"""What is over is erased: with the clock turned, and seen by visitors who come back."""

import pytest
from flask import Flask

from hook.testing.hooks import Clock, MakeHook
from hook.testing.visitor import Visitor
from hook.testing.watch import rows

EXP, DEADLINE, REPEAT, FORGET = 600, 630, 600, 86_460
"""Seconds: what the token says, that with the leeway, an answer's life, a row's after the deadline.
"""


@pytest.fixture
def app(make_hook: MakeHook, database: str) -> Flask:
    return make_hook(database=database)


@pytest.fixture
def visitor(app: Flask) -> Visitor:
    visitor = Visitor(app)
    visitor.arrive()
    return visitor


def purge(app: Flask) -> int:
    """Purge as the hook does each minute."""
    parts = app.extensions["hook"]
    erased: int = parts.store.purge(parts.clock())
    return erased


def finish(visitor: Visitor) -> None:
    visitor.send({"answer": "accept"})
    visitor.send({"pronouns": "she/her"})


def columns(app: Flask) -> dict[str, bool]:
    """Which of the sealed columns of the only journey hold anything."""
    (row,) = rows(app)["journeys"]
    return {name: row[name] is not None for name in ("arrival", "progress", "answer")}


def test_a_purge_leaves_a_journey_under_way_alone(app: Flask, visitor: Visitor) -> None:
    before = rows(app)
    assert purge(app) == 0
    assert rows(app) == before
    assert visitor.reload().step == "terms"


def test_what_was_collected_is_erased_at_the_deadline(
    app: Flask, visitor: Visitor, clock: Clock
) -> None:
    visitor.send({"answer": "accept"})
    clock.turn(DEADLINE - 1)
    assert purge(app) == 0
    assert visitor.reload().step == "profile"
    clock.turn(1)
    assert purge(app) == 1
    assert columns(app) == {"arrival": False, "progress": False, "answer": False}
    seen = visitor.reload()
    assert (seen.status, seen.reason) == (410, "journey_over_time")


def test_what_was_collected_is_erased_at_the_end(app: Flask, visitor: Visitor) -> None:
    finish(visitor)
    assert columns(app) == {"arrival": False, "progress": False, "answer": True}


def test_what_was_collected_is_erased_when_the_visitor_cancels(
    app: Flask, visitor: Visitor
) -> None:
    visitor.send({"answer": "accept"})
    visitor.cancel()
    assert columns(app) == {"arrival": False, "progress": False, "answer": True}


def test_an_answer_is_repeated_for_ten_minutes_and_then_erased(
    app: Flask, visitor: Visitor, clock: Clock
) -> None:
    finish(visitor)
    clock.turn(REPEAT - 1)
    assert purge(app) == 0
    assert visitor.reload().answer["claims"] == {"pronouns": "she/her"}
    clock.turn(1)
    assert visitor.reload().page == "done", "an answer ends by the clock, not by the purge"
    assert purge(app) == 1
    assert columns(app) == {"arrival": False, "progress": False, "answer": False}
    assert visitor.reload().page == "done"


@pytest.mark.parametrize("ended", [True, False])
def test_a_row_is_forgotten_a_day_after_the_deadline(
    app: Flask, visitor: Visitor, clock: Clock, ended: bool
) -> None:
    if ended:
        finish(visitor)
    clock.turn(DEADLINE + FORGET - 1)
    purge(app)
    assert visitor.reload().reason == ("" if ended else "journey_over_time")
    clock.turn(1)
    assert purge(app) == 1
    assert rows(app)["journeys"] == []
    assert visitor.reload().reason == "journey_unknown"


@pytest.mark.parametrize("ended", [True, False])
@pytest.mark.parametrize(
    ("after", "reason"),
    [
        (EXP, "token_used_elsewhere"),
        (DEADLINE - 1, "token_used_elsewhere"),
        (DEADLINE, "token_expired"),
        (DEADLINE + FORGET, "token_expired"),
    ],
)
def test_a_token_never_opens_a_second_journey_however_much_was_purged(
    app: Flask, visitor: Visitor, clock: Clock, after: int, reason: str, ended: bool
) -> None:
    """Its row outlives the second from which its own dates refuse it."""
    if ended:
        finish(visitor)
    clock.turn(after)
    purge(app)
    kept = len(rows(app)["journeys"])
    assert kept == (after < DEADLINE + FORGET)
    assert Visitor(app).arrive().reason == reason
    assert len(rows(app)["journeys"]) == kept


def test_another_token_opens_a_journey_however_much_was_purged(
    app: Flask, visitor: Visitor, clock: Clock
) -> None:
    finish(visitor)
    clock.turn(DEADLINE + FORGET)
    purge(app)
    assert (
        Visitor(app).arrive(state="another", iat=clock.now, exp=clock.now + EXP).step == "profile"
    )


def test_a_purge_keeps_what_steps_keep_of_a_person(
    app: Flask, visitor: Visitor, clock: Clock
) -> None:
    finish(visitor)
    kept = rows(app)["records"]
    clock.turn(10 * 365 * 86_400)
    purge(app)
    assert rows(app)["records"] == kept
    assert len(kept) == 1


def test_a_second_purge_finds_nothing(app: Flask, visitor: Visitor, clock: Clock) -> None:
    Visitor(app).arrive(state="another")
    finish(visitor)
    for after in (DEADLINE, FORGET):
        clock.turn(after)
        assert purge(app) > 0
        assert purge(app) == 0


def test_an_arrival_purges_what_others_left(
    app: Flask, visitor: Visitor, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hook.web.housekeeping._next", 0.0)
    clock.turn(DEADLINE + FORGET)
    before = {row["id"] for row in rows(app)["journeys"]}
    assert Visitor(app).arrive(state="another", iat=clock.now, exp=clock.now + EXP).step == "terms"
    after = {row["id"] for row in rows(app)["journeys"]}
    assert len(after) == 1
    assert not before & after
