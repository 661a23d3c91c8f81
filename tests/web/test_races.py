"""Many at once, in threads and in processes, on both databases: every one-time thing happens once.

Fifty act at one moment, in one process and in several; what they see afterwards is compared.
"""

import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import pytest
from flask import Flask

from hook.state import Journey
from hook.testing.hooks import PROFILE, TERMS, Clock, MakeHook
from hook.testing.tokens import NOW, read_answer, token
from hook.testing.visitor import Seen, Values, Visitor
from hook.testing.watch import rows
from tests.support.crowd import Act, Go, Machines, Place, Reached, Tab, crowd, gunicorn, reached
from tests.support.journeys import BROWSER, SUBJECT, a_journey, at_end, further

MANY, MACHINES, LIMIT = 50, 2, 5
PRONOUNS = ("she/her", "he/him", "they/them")
R = TypeVar("R")
Crowd = Callable[[Act[Flask, R]], list[R]]


@pytest.fixture(scope="module")
def machines() -> Iterator[Machines]:
    machines = Machines(MACHINES)
    yield machines
    machines.close()


@pytest.fixture
def app(make_hook: MakeHook, database: str) -> Flask:
    return make_hook(database=database)


@pytest.fixture(params=["one process", "several"])
def all_at_once(
    request: pytest.FixtureRequest, app: Flask, tmp_path: Path, clock: Clock
) -> Crowd[Any]:
    """Let fifty do the same thing at one moment."""
    if request.param == "one process":
        return partial(crowd, app, MANY)
    machines: Machines = request.getfixturevalue("machines")
    return partial(machines.crowd, Place(tmp_path, clock.now), MANY)


@pytest.fixture
def visitor(app: Flask) -> Visitor:
    """Ripeka, one page before the end."""
    visitor = Visitor(app)
    visitor.arrive()
    visitor.send({"answer": "accept"})
    return visitor


def send(tab: Tab, app: Flask, number: int, go: Go, *, values: Any) -> Reached:
    """Send the form of a tab when all others do."""
    visitor = tab.open(app)
    go()
    return reached(visitor.send(values))


def finish(tab: Tab, app: Flask, number: int, go: Go) -> Reached:
    """Finish, with another value in the next tab, so that answers can be told apart."""
    return send(tab, app, number, go, values={"pronouns": PRONOUNS[number % len(PRONOUNS)]})


def finish_or_cancel(tab: Tab, app: Flask, number: int, go: Go) -> Reached:
    """Every other tab finishes, the rest cancel."""
    if number % 2:
        return finish(tab, app, number, go)
    leaving = Tab(tab.cookie, f"{tab.path.rpartition('/')[0]}/cancel")
    return send(leaving, app, number, go, values={"reason": "user_cancelled"})


def arrive(cookie: str, app: Flask, number: int, go: Go) -> Reached:
    """Arrive with one and the same token; without a cookie in a browser of their own."""
    visitor = Tab(cookie).open(app) if cookie else Visitor(app)
    go()
    seen = visitor.arrive()
    if seen.status >= 400:
        assert "Set-Cookie" not in seen.response.headers
    return reached(seen)


def outcomes(app: Flask) -> list[str]:
    return [row["outcome"] for row in rows(app)["journeys"]]


def test_fifty_finishes_give_one_outcome_and_one_answer(
    app: Flask, visitor: Visitor, all_at_once: Crowd[Reached]
) -> None:
    ends = all_at_once(partial(finish, Tab.of(visitor)))
    assert len(ends) == MANY
    assert {(end.status, end.page) for end in ends} == {(200, "leave")}
    (url,) = {end.return_url for end in ends}
    assert read_answer(url)["claims"]["pronouns"] in PRONOUNS
    assert outcomes(app) == ["completed"]
    assert visitor.reload().return_url == url


def test_fifty_who_finish_or_cancel_at_once_all_get_the_same_answer(
    app: Flask, visitor: Visitor, all_at_once: Crowd[Reached]
) -> None:
    ends = all_at_once(partial(finish_or_cancel, Tab.of(visitor)))
    assert {(end.status, end.page) for end in ends} == {(200, "leave")}
    (url,) = {end.return_url for end in ends}
    (outcome,) = outcomes(app)
    answer = read_answer(url)
    assert ("claims" in answer) is (outcome == "completed")
    assert ("error" in answer) is (outcome == "user_cancelled")


def test_fifty_acceptances_of_the_terms_are_one(app: Flask, all_at_once: Crowd[Reached]) -> None:
    visitor = Visitor(app)
    visitor.arrive()
    ends = all_at_once(partial(send, Tab.of(visitor), values={"answer": "accept"}))
    assert {(end.status, end.step) for end in ends} == {(200, "profile")}
    (journey,) = rows(app)["journeys"]
    assert journey["version"] == 1
    assert len(rows(app)["records"]) == 1


def test_fifty_arrivals_in_fifty_browsers_open_one_journey(
    app: Flask, all_at_once: Crowd[Reached]
) -> None:
    ends = all_at_once(partial(arrive, ""))
    shown = [(end.status, end.step, end.reason) for end in ends]
    assert shown.count((200, "terms", "")) == 1
    assert shown.count((409, "", "token_used_elsewhere")) == MANY - 1
    assert len(rows(app)["journeys"]) == 1


def test_fifty_arrivals_in_one_browser_open_one_journey_and_all_come_to_it(
    app: Flask, all_at_once: Crowd[Reached]
) -> None:
    earlier = Visitor(app)
    earlier.arrive(state="another")
    ends = all_at_once(partial(arrive, Tab.of(earlier).cookie))
    assert {(end.status, end.step) for end in ends} == {(200, "terms")}
    assert len({end.url for end in ends}) == 1
    assert len(rows(app)["journeys"]) == 2


def walk(app: Flask, number: int, go: Go) -> Reached:
    """Walk a whole journey of one's own."""
    visitor = Visitor(app)
    person = {"name": "Ripeka", "email": f"ripeka-{number}@kauri.example"}
    go()
    visitor.arrive(state=f"s-{number}", claims=person)
    visitor.send({"answer": "accept"})
    return reached(visitor.send({"pronouns": "she/her"}))


def test_fifty_visitors_at_once_each_get_an_answer_of_their_own(
    app: Flask, all_at_once: Crowd[Reached]
) -> None:
    ends = all_at_once(walk)
    assert [(end.status, end.page) for end in ends] == [(200, "leave")] * MANY
    states = [read_answer(end.return_url)["state"] for end in ends]
    assert states == [f"s-{number}" for number in range(MANY)]
    assert outcomes(app) == ["completed"] * MANY


def spend(app: Flask, number: int, go: Go, *, now: int) -> bool:
    store = app.extensions["hook"].store
    store.ping()
    go()
    spent: bool = store.spend("kauri", SUBJECT, "totp", "code", LIMIT, 300, now)
    return spent


def test_fifty_tries_at_once_never_pass_a_limit_of_five(
    app: Flask, all_at_once: Crowd[bool]
) -> None:
    assert all_at_once(partial(spend, now=NOW)).count(True) == LIMIT
    assert all_at_once(partial(spend, now=NOW + 299)).count(True) == 0
    assert all_at_once(partial(spend, now=NOW + 300)).count(True) == LIMIT


def open_it(app: Flask, number: int, go: Go) -> bool:
    store, journey = app.extensions["hook"].store, a_journey()
    store.ping()
    go()
    opened: bool = store.open(journey, further({}, {"by": number}), SUBJECT, BROWSER, NOW)
    return opened


def end_it(journey: Journey, app: Flask, number: int, go: Go) -> bool:
    """End a journey by its last page, with a claim and a record, or by cancelling."""
    store = app.extensions["hook"].store
    store.ping()
    go()
    if number % 5 == 0:
        cancelled: bool = store.cancel(journey, "user_cancelled", NOW)
        return cancelled
    ended: bool = store.commit(journey, at_end({"by": number}, {"by": number}), SUBJECT, NOW)
    return ended


def test_one_of_fifty_who_open_or_end_a_journey_does_so_and_keeps_the_record(
    app: Flask, all_at_once: Crowd[bool]
) -> None:
    store = app.extensions["hook"].store
    opened = all_at_once(open_it)
    assert opened.count(True) == 1
    assert store.records("kauri", SUBJECT, "diary") == {"diary": {"by": opened.index(True)}}

    journey = store.find_by_arrival("kauri", a_journey().arrival.sender, BROWSER).journey
    ended = all_at_once(partial(end_it, journey))
    assert ended.count(True) == 1
    winner = ended.index(True)
    found = store.find("kauri", journey.id, BROWSER).ended
    if winner % 5 == 0:
        assert (found.outcome, found.claims) == ("user_cancelled", {})
        winner = opened.index(True)
    else:
        assert (found.outcome, found.claims) == ("completed", {"by": winner})
    assert store.records("kauri", SUBJECT, "diary") == {"diary": {"by": winner}}


def test_a_journey_goes_on_at_whichever_machine_is_asked(
    make_hook: MakeHook, database: str
) -> None:
    one, other = (make_hook(database=database) for _ in range(2))
    visitor = Visitor(one)
    assert visitor.arrive().step == "terms"
    there = Tab.of(visitor).open(other)
    assert there.send({"answer": "accept"}).step == "profile"
    back = Tab.of(there).open(one)
    answered = back.send({"pronouns": "she/her"}).return_url
    assert Tab.of(there).open(other).reload().return_url == answered
    assert Visitor(other).arrive().reason == "token_used_elsewhere"


DYING = """
import os, signal
from pathlib import Path
from hook import create_app

app = create_app()
store, deadly = app.extensions["hook"].store, Path("deadly")


def die_after(commit):
    def commit_and_die(*arguments):
        kept = commit(*arguments)
        if deadly.exists():
            deadly.unlink()
            os.kill(os.getpid(), signal.SIGKILL)
        return kept

    return commit_and_die


store.commit, store.cancel = die_after(store.commit), die_after(store.cancel)
"""


@pytest.mark.parametrize(
    ("path", "values", "leads_to"),
    [
        ("terms", {"answer": "accept"}, "profile"),
        ("profile", {"pronouns": "she/her"}, "leave"),
        ("cancel", {"reason": "user_cancelled"}, "leave"),
    ],
)
def test_a_worker_that_is_killed_between_commit_and_answer_loses_nothing(
    make_hook: MakeHook,
    database: str,
    tmp_path: Path,
    path: str,
    values: Values,
    leads_to: str,
) -> None:
    app = make_hook(TERMS + PROFILE, database)
    (tmp_path / "dying.py").write_text(DYING)
    with gunicorn(tmp_path, "dying:app", HOOK_WORKERS="1") as server:
        visitor = Visitor(server)
        now = int(time.time())
        page = visitor.arrive(token(iat=now, exp=now + 600))
        if path == "profile":
            page = visitor.send({"answer": "accept"})
        if path == "cancel":
            page = visitor.get(page.url.rpartition("/")[0] + "/cancel")
        (tmp_path / "deadly").touch()
        assert visitor.send(values).status == 502
        assert not (tmp_path / "deadly").exists()
        before = rows(app)

        visitor.seen = page
        again = visitor.send(values)
        assert leads_to in (again.step, again.page)
        assert rows(app) == before
        visitor.seen = page
        assert said(visitor.send(values)) == said(again)


def said(seen: Seen) -> dict[str, Any]:
    """What an answer says, whenever it was signed."""
    if not seen.return_url:
        return {}
    return {name: value for name, value in seen.answer.items() if name not in ("iat", "exp")}
