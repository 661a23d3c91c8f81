"""Second factors with many at once: no guess beyond the limit, and every code is good once.

Each visitor has a journey and a browser of their own, all of one subject: in one process, and on
two machines of twenty-five each.
"""

import json
import re
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import pyotp
import pytest
from flask import Flask

from hook.state import Position, Progress
from hook.steps.base import Done
from hook.steps.recovery_codes import RecoveryCodes
from hook.testing.authenticator import SoftAuthenticator
from hook.testing.hooks import NOTICE, RECOVERY, TOTP, Clock, MakeHook
from hook.testing.mail import MailSink, toml
from hook.testing.tokens import NOW, token
from hook.testing.visitor import Seen, Values, Visitor
from hook.testing.visits import form, visit
from hook.testing.watch import rows
from tests.support.crowd import Act, Go, Machines, Place, Reached, Tab, crowd, gunicorn, reached
from tests.support.factors import TALLIED, one_of, subject_of
from tests.support.journeys import BROWSER, SUBJECT, a_journey

MANY, FEW, MACHINES, LIMIT, AN_HOUR = 50, 4, 2, 5, 20
STEP = 30
FLOW = TOTP + RECOVERY + NOTICE
PASSKEY = TOTP.replace('"totp"', '"webauthn"').replace('"app"', '"passkey"')
MAIL = TOTP.replace('"totp"', '"email_code"').replace('"app"', '"mail"')
Crowd = Callable[[int, Act[Flask, Any]], list[Any]]


class Came(NamedTuple):
    """Where a visitor came with a code: past the second factor, stopped, or still asked for it."""

    end: Reached
    past: bool

    @property
    def stopped(self) -> bool:
        return not self.end.step


class Person(NamedTuple):
    """What Ripeka has: the seed in her app, and her recovery codes."""

    seed: str
    codes: tuple[str, ...]


@pytest.fixture(scope="module")
def machines() -> Iterator[Machines]:
    machines = Machines(MACHINES)
    yield machines
    machines.close()


@pytest.fixture
def app(make_hook: MakeHook, database: str) -> Flask:
    return make_hook(FLOW, database)


@pytest.fixture(params=["one process", "several"])
def at_once(request: pytest.FixtureRequest, app: Flask, tmp_path: Path, clock: Clock) -> Crowd:
    """Let many do the same thing at one moment."""
    if request.param == "one process":
        return lambda count, act: crowd(app, count, act)
    machines: Machines = request.getfixturevalue("machines")
    return lambda count, act: machines.crowd(Place(tmp_path, clock.now), count, act)


@pytest.fixture
def ripeka(app: Flask, clock: Clock) -> Person:
    """Ripeka, who has set up her app and saved her codes, a while ago."""
    person = set_up(app, clock.now)
    clock.turn(10 * STEP)
    return person


def key_of(seen: Seen) -> str:
    found = re.search(r'id="key-phone">([A-Z2-7 ]+)<', seen.html)
    assert found, "no page to set up an app"
    return found[1].replace(" ", "")


def codes_of(seen: Seen) -> tuple[str, ...]:
    return tuple(re.findall(r"<li><code>([0-9A-Z-]{19})</code>", seen.html))


def came(seen: Seen) -> Came:
    """Tell; whoever used a recovery code is offered to set up another way, or to go on."""
    assert seen.status in (200, 422)
    assert seen.step in ("app", "codes", "welcome", "")
    past = seen.step in ("codes", "welcome") or "Go on without" in seen.text
    return Came(reached(seen), past)


def set_up(app: Flask, now: int) -> Person:
    visitor = Visitor(app)
    seed = key_of(visitor.arrive(token(iat=now, exp=now + 600, state="at first")))
    codes = codes_of(visitor.send({"code": code_of(seed, now)}))
    assert len(codes) == 10
    assert visitor.send({"saved": "yes"}).step == "welcome"
    return Person(seed, codes)


def code_of(seed: str, now: int) -> str:
    return pyotp.TOTP(seed).at(now)


def wrong_codes(seed: str, now: int) -> list[str]:
    right = {code_of(seed, now + drift * STEP) for drift in (-1, 0, 1)}
    return [code for number in range(MANY + 3) if (code := f"{number:06}") not in right]


def type_code(
    codes: list[str], way: str, app: Flask, number: int, go: Go, *, name: str = "s"
) -> Came:
    """Come to the page of an own journey, and type a code there when all others do."""
    visitor = Visitor(app)
    seen = visitor.arrive(state=f"{name}-{number}")
    if way == "recovery_codes" or (way == "mixed" and number % 2):
        seen = visitor.send({"use": "recovery_codes"})
        assert "Recovery code" in seen.text
    assert seen.step == "app"
    go()
    return came(visitor.send({"code": codes[number % len(codes)]}))


def passed(all_came: list[Came]) -> int:
    return [each.past for each in all_came].count(True)


def stopped(all_came: list[Came]) -> int:
    return [each.stopped for each in all_came].count(True)


def counted(app: Flask) -> tuple[int, int]:
    """How many guesses the only lock counted: in a row, and this hour."""
    (row,) = rows(app)["guesses"]
    assert row["lock"] == "code"
    return row["in_a_row"], row["this_hour"]


def codes_used(app: Flask) -> int:
    return len([f for f in rows(app)["factors"] if f["kind"] == "recovery_codes" and f["mark"]])


def mark(app: Flask) -> int:
    (factor,) = (factor for factor in rows(app)["factors"] if factor["kind"] == "totp")
    found: int = factor["mark"]
    return found


RECOVERY_WRONG = [f"AAAA-AAAA-AAAA-AA{number:02}" for number in range(MANY)]


@pytest.mark.parametrize(
    ("way", "at_once"),
    [("totp", "one process"), ("recovery_codes", "several"), ("mixed", "several")],
    indirect=["at_once"],
)
def test_fifty_wrong_guesses_at_once_are_five(
    app: Flask,
    ripeka: Person,
    clock: Clock,
    at_once: Crowd,
    way: str,
) -> None:
    apps = wrong_codes(ripeka.seed, clock.now)
    codes = {
        "totp": apps,
        "recovery_codes": RECOVERY_WRONG,
        "mixed": [(RECOVERY_WRONG if n % 2 else apps)[n] for n in range(MANY)],
    }[way]
    before = mark(app)
    ends = at_once(MANY, partial(type_code, codes, way))
    assert len(ends) == MANY
    assert passed(ends) == 0
    # Of the five that were compared, those answered after the last of them see the lock closed.
    assert stopped(ends) >= MANY - LIMIT + 1
    assert counted(app) == (LIMIT, LIMIT)
    assert (mark(app), codes_used(app)) == (before, 0)


@pytest.mark.parametrize("where", ["one process", "two machines"])
def test_of_fifty_wrong_codes_at_once_five_are_compared(
    make_hook: MakeHook,
    database: str,
    clock: Clock,
    tmp_path: Path,
    machines: Machines,
    where: str,
) -> None:
    """Whoever looked at the lock first and counted afterwards would compare more than that."""
    tally = tmp_path / "tally"
    tally.touch()
    member = f'kind = "{TALLIED}", tally = "{tally}"'
    app = make_hook(one_of(member, name="app") + NOTICE, database)
    visitor = Visitor(app)
    seed = key_of(visitor.arrive(state="at first"))
    assert visitor.send({"code": code_of(seed, clock.now)}).step == "welcome"
    clock.turn(10 * STEP)
    act = partial(type_code, wrong_codes(seed, clock.now), "totp")
    place = Place(tmp_path, clock.now)
    crowd(app, MANY, act) if where == "one process" else machines.crowd(place, MANY, act)
    assert len(tally.read_text()) == LIMIT
    assert counted(app) == (LIMIT, LIMIT)

    clock.turn(300)
    late = partial(type_code, [code_of(seed, clock.now)], "totp", name="late")
    assert passed(crowd(app, 1, late)) == 1
    assert len(tally.read_text()) == LIMIT + 1, "what is compared is tallied"


def test_fifty_right_codes_at_once_do_not_open_a_closed_lock(
    app: Flask, ripeka: Person, clock: Clock
) -> None:
    visitors = [Visitor(app) for _ in range(LIMIT + MANY)]
    for number, visitor in enumerate(visitors):
        visitor.arrive(state=f"s-{number}")
    for number, wrong in enumerate(wrong_codes(ripeka.seed, clock.now)[:LIMIT]):
        visitors[number].send({"code": wrong})
    right: Values = {"code": code_of(ripeka.seed, clock.now)}

    def send(app: Flask, number: int, go: Go) -> Came:
        go()
        return came(visitors[LIMIT + number].send(right))

    assert stopped(crowd(app, MANY, send)) == MANY
    assert counted(app) == (LIMIT, LIMIT)

    clock.turn(300)
    late = partial(type_code, [code_of(ripeka.seed, clock.now)], "totp", name="late")
    assert passed(crowd(app, 1, late)) == 1, "after the delay the right code is right"


def passkey_options(seen: Seen) -> str:
    (button,) = (each for each in seen.reader.controls if "data-passkey" in each)
    return button["data-options"]


def use_passkey(tabs: list[Tab], answers: list[str], app: Flask, number: int, go: Go) -> Reached:
    """Open one's journey, and send its answer when all others do."""
    visitor = tabs[number].open(app)
    go()
    return reached(visitor.send({"passkey": answers[number]}))


def test_fifty_right_passkeys_at_once_are_no_more_than_an_hour_has(
    make_hook: MakeHook, database: str, clock: Clock, tmp_path: Path, machines: Machines
) -> None:
    """Of a device that does not count every answer is good: whatever was compared got in."""
    app, phone = make_hook(PASSKEY + NOTICE, database), SoftAuthenticator(counts=False)
    visitor = Visitor(app)
    made = phone.create(passkey_options(visitor.arrive(state="at first")))
    assert visitor.send({"passkey": json.dumps(made)}).step == "welcome"
    clock.turn(STEP)
    tabs, answers = [], []
    for number in range(MANY):
        waiting = Visitor(app)
        options = passkey_options(waiting.arrive(state=f"s-{number}"))
        answers.append(json.dumps(phone.get(options)))
        tabs.append(Tab.of(waiting))
    place = Place(tmp_path, clock.now)
    ends = machines.crowd(place, MANY, partial(use_passkey, tabs, answers))
    # Whoever found the lock closed is asked again where it was opened meanwhile.
    assert {end.step or end.page for end in ends} <= {"welcome", "passkey", "stopped"}
    got_in = [end.step for end in ends].count("welcome")
    (lock,) = rows(app)["guesses"]
    assert (lock["lock"], lock["this_hour"]) == ("webauthn", got_in)

    for number in range(AN_HOUR - got_in):
        seen = visitor.arrive(state=f"one more {number}")
        used = json.dumps(phone.get(passkey_options(seen)))
        assert visitor.send({"passkey": used}).step == "welcome"
    assert visitor.arrive(state="too many").page == "stopped"


def code_in(sink: MailSink) -> str:
    (found,) = re.findall(r"(\d{4} \d{4}) is your code", sink.messages[-1].get_content())
    return str(found).replace(" ", "")


def type_mailed(tabs: list[Tab], codes: list[str], app: Flask, number: int, go: Go) -> Reached:
    """Open one of the journeys once more, and type a code there when all others do."""
    visitor = tabs[number % len(tabs)].open(app)
    go()
    return reached(visitor.send({"code": codes[number]}))


def charge(app: Flask, clock: Clock, lock: str, guesses: int) -> None:
    """Let so many guesses of this hour be made, the last four at most of them wrong."""
    store, subject = app.extensions["hook"].store, subject_of(app, clock)
    for number in range(guesses):
        assert store.guess("kauri", subject, lock, clock.now)
        if number % FEW == FEW - 1:
            right = Position(Progress(), forgiven=(lock,))
            assert store.open(a_journey(state=f"g-{number}"), right, subject, BROWSER, clock.now)


@pytest.mark.parametrize("left", [2, FEW])
def test_of_four_right_codes_by_mail_at_once_as_many_are_right_as_the_hour_has_left(
    make_hook: MakeHook,
    database: str,
    clock: Clock,
    tmp_path: Path,
    machines: Machines,
    left: int,
) -> None:
    with MailSink() as sink:
        app = make_hook(MAIL + NOTICE + toml(sink), database)
        tabs, codes = [], []
        for number in range(FEW):
            visitor = Visitor(app)
            visitor.arrive(state=f"s-{number}")
            assert visitor.send().reader.labels == ["code"]
            tabs.append(Tab.of(visitor))
            codes.append(code_in(sink))
        charge(app, clock, "email_code", AN_HOUR - left)
        place = Place(tmp_path, clock.now)
        ends = machines.crowd(place, FEW, partial(type_mailed, tabs, codes))
    assert [end.step for end in ends].count("welcome") == left
    assert [end.page for end in ends].count("stopped") == FEW - left
    (lock,) = rows(app)["guesses"]
    assert (lock["lock"], lock["this_hour"]) == ("email_code", AN_HOUR)


@pytest.mark.parametrize(
    ("way", "count", "at_once"),
    [
        ("totp", FEW, "one process"),
        ("totp", FEW, "several"),
        ("totp", MANY, "several"),
        ("recovery_codes", FEW, "several"),
    ],
    indirect=["at_once"],
)
def test_one_right_code_in_many_journeys_at_once_is_accepted_once(
    app: Flask,
    ripeka: Person,
    clock: Clock,
    at_once: Crowd,
    way: str,
    count: int,
) -> None:
    """With four the lock stays open: what refuses the other three is the factor itself."""
    code = code_of(ripeka.seed, clock.now) if way == "totp" else ripeka.codes[3]
    before = mark(app)
    ends = at_once(count, partial(type_code, [code], way))
    assert passed(ends) == 1
    assert codes_used(app) == (way == "recovery_codes")
    assert (mark(app) > before) is (way == "totp")
    if count == FEW:
        assert stopped(ends) == 0
        assert counted(app)[1] == FEW
        assert passed(crowd(app, 1, partial(type_code, [code], way, name="again"))) == 0


def test_each_of_several_time_steps_is_accepted_once(
    app: Flask, ripeka: Person, clock: Clock, tmp_path: Path, machines: Machines
) -> None:
    marks = [mark(app)]
    for turn in range(4):
        codes, place = [code_of(ripeka.seed, clock.now)], Place(tmp_path, clock.now)
        ends = machines.crowd(place, FEW, partial(type_code, codes, "totp", name=f"turn-{turn}"))
        assert passed(ends) == 1
        marks.append(mark(app))
        clock.turn(STEP)
    assert marks == sorted(set(marks))


def test_three_neighbouring_codes_at_once_leave_the_latest_as_used(
    app: Flask, ripeka: Person, clock: Clock, at_once: Crowd
) -> None:
    codes = [code_of(ripeka.seed, clock.now + drift * STEP) for drift in (-1, 0, 1, 1)]
    ends = at_once(FEW, partial(type_code, codes, "totp"))
    assert 1 <= passed(ends) <= 3, "each of the three once at most"
    accepted = [number for number, each in enumerate(ends) if each.past]
    latest = min(max(accepted), 2)
    assert mark(app) == clock.now // STEP - 1 + latest
    again = crowd(app, 1, partial(type_code, codes[: latest + 1], "totp", name="again"))
    assert passed(again) == 0


def test_two_recovery_codes_at_once_are_each_accepted_once(
    app: Flask, ripeka: Person, at_once: Crowd
) -> None:
    codes = list(ripeka.codes[:2])
    ends = at_once(FEW, partial(type_code, codes, "recovery_codes"))
    assert {number % 2 for number, each in enumerate(ends) if each.past} == {0, 1}
    assert passed(ends) == codes_used(app) == 2


def enrol(now: int, app: Flask, number: int, go: Go) -> tuple[Reached, str]:
    """Set up an app in an own journey, and confirm it when all others do."""
    visitor = Visitor(app)
    seed = key_of(visitor.arrive(state=f"s-{number}"))
    go()
    return reached(visitor.send({"code": code_of(seed, now)})), seed


@pytest.mark.parametrize(
    ("count", "at_once"),
    [(2, "one process"), (2, "several"), (MANY, "several")],
    indirect=["at_once"],
)
def test_of_many_who_set_up_a_first_app_at_once_one_does(
    app: Flask, clock: Clock, at_once: Crowd, count: int
) -> None:
    """Whoever comes when there is one makes a guess at that: many of them close the lock."""
    made = at_once(count, partial(enrol, clock.now))
    winners = [seed for end, seed in made if end.step == "codes"]
    assert {end.step for end, _ in made} <= {"codes", "app", ""}
    if count == 2:
        assert sorted(end.step for end, _ in made) == ["app", "codes"]
    (factor,) = rows(app)["factors"]
    assert factor["kind"] == "totp"

    clock.turn(300)
    visitor, (winner,) = Visitor(app), winners
    assert "key-phone" not in visitor.arrive(state="later").html
    loser = next(seed for end, seed in made if end.step != "codes")
    assert visitor.send({"code": code_of(loser, clock.now)}).step == "app"
    assert visitor.send({"code": code_of(winner, clock.now)}).step == "codes"


def test_whoever_came_second_to_set_up_an_app_is_asked_for_the_first(
    app: Flask, clock: Clock
) -> None:
    first, second = Visitor(app), Visitor(app)
    seed = key_of(first.arrive(state="one"))
    other = key_of(second.arrive(state="two"))
    assert first.send({"code": code_of(seed, clock.now)}).step == "codes"
    seen = second.send({"code": code_of(other, clock.now)})
    assert seen.step == "app"
    assert "key-phone" not in seen.html
    clock.turn(STEP)
    assert second.send({"code": code_of(seed, clock.now)}).step == "codes"


def replace_set(app: Flask, number: int, go: Go) -> bool:
    """Save codes in a journey of one’s own: hashed by the step, then kept when all others are."""
    store, journey = app.extensions["hook"].store, a_journey(state=f"s-{number}")
    store.open(journey, Position(journey.progress), SUBJECT, BROWSER, NOW)
    step = RecoveryCodes("codes", "", None)
    outcome = step.submit(visit(scratch={"codes": [RECOVERY_WRONG[number]]}), form(saved="yes"))
    assert isinstance(outcome, Done)
    position = Position(journey.progress, factors=outcome.factors)
    go()
    saved: bool = store.commit(journey, position, SUBJECT, NOW)
    return saved


def test_many_who_save_recovery_codes_at_once_have_one_set(app: Flask, at_once: Crowd) -> None:
    """Or the codes of two sets would open the door, and a replaced set were not replaced."""
    saved = at_once(2 * FEW, replace_set)
    assert True in saved
    kept = [row for row in rows(app)["factors"] if row["kind"] == "recovery_codes"]
    assert len(kept) == 1, "a set of one, here"


DYING = """
import os, signal
from pathlib import Path
from hook import create_app

app = create_app()
store, deadly = app.extensions["hook"].store, Path("deadly")


def die_after(name):
    act = getattr(store, name)

    def act_and_die(*arguments):
        kept = act(*arguments)
        if deadly.exists() and deadly.read_text() == name:
            deadly.unlink()
            os.kill(os.getpid(), signal.SIGKILL)
        return kept

    return act_and_die


store.commit, store.guess = die_after("commit"), die_after("guess")
"""


@pytest.mark.parametrize(
    ("way", "after", "last"),
    [
        pytest.param("totp", "guess", False, id="counted, not compared"),
        pytest.param("totp", "commit", True, id="at the last step"),
        pytest.param("recovery_codes", "commit", False, id="with a step to come"),
    ],
)
def test_a_worker_that_is_killed_uses_a_code_once_at_most(
    make_hook: MakeHook,
    database: str,
    tmp_path: Path,
    clock: Clock,
    way: str,
    after: str,
    last: bool,
) -> None:
    clock.now = int(time.time()) - 10 * STEP
    app = make_hook(FLOW, database)
    ripeka = set_up(app, clock.now)
    if last:
        app = make_hook(TOTP, database)
    leads_to = "leave" if last else "welcome"
    (tmp_path / "dying.py").write_text(DYING)
    with gunicorn(tmp_path, "dying:app", HOOK_WORKERS="1") as server:
        now = int(time.time())
        code = code_of(ripeka.seed, now) if way == "totp" else ripeka.codes[0]
        visitor, other = Visitor(server), Visitor(server)
        pages = []
        for who, state in ((visitor, "one"), (other, "two")):
            page = who.arrive(token(iat=now, exp=now + 600, state=state))
            pages.append(who.send({"use": way}) if way == "recovery_codes" else page)
        (tmp_path / "deadly").write_text(after)
        assert visitor.send({"code": code}).status == 502
        before = rows(app)["factors"]
        assert codes_used(app) == (way == "recovery_codes" and after == "commit")

        for _ in range(2):
            visitor.seen = pages[0]
            seen = visitor.send({"code": code})
            if way == "recovery_codes" and "Go on without" in seen.text:
                seen = visitor.send({"skip": "yes"})
            assert leads_to in (seen.step, seen.page)
        assert (rows(app)["factors"] == before) is (after == "commit"), "used once, not again"
        other.seen = pages[1]
        assert not came(other.send({"code": code})).past, "nor in another journey"
        assert not (tmp_path / "deadly").exists()


@pytest.mark.parametrize(("after", "guessed"), [("guess", 2), ("commit", 1)])
def test_a_worker_that_is_killed_uses_a_code_by_mail_once_at_most(
    make_hook: MakeHook, database: str, tmp_path: Path, after: str, guessed: int
) -> None:
    (tmp_path / "dying.py").write_text(DYING)
    with MailSink() as sink:
        app = make_hook(MAIL + NOTICE + toml(sink), database)
        with gunicorn(tmp_path, "dying:app", HOOK_WORKERS="1") as server:
            now, visitor = int(time.time()), Visitor(server)
            visitor.arrive(token(iat=now, exp=now + 600))
            page, code = visitor.send(), code_in(sink)
            (tmp_path / "deadly").write_text(after)
            assert visitor.send({"code": code}).status == 502
            for _ in range(2):
                visitor.seen = page
                assert visitor.send({"code": code}).step == "welcome"
            (lock,) = rows(app)["guesses"]
            assert (lock["in_a_row"], lock["this_hour"]) == (0, guessed), "judged once more or not"
