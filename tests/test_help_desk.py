"""flask factors …: what a help desk sees, removes and opens, through the real command."""

import hashlib
import json
import os
import re
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from flask import Flask

from hook.cli.factors import factors_commands
from hook.testing.authenticator import SoftAuthenticator
from hook.testing.hooks import ENVIRON, NOTICE, RECOVERY, SECOND_FACTOR, TOTP, Clock, MakeHook
from hook.testing.mail import MailSink, toml
from hook.testing.tokens import TENANT_URL
from hook.testing.watch import rows, watched_log
from tests.support.factors import (
    STEP,
    Person,
    asked,
    code,
    codes_on,
    factors_of,
    key_on,
    subject_of,
    wrong_code,
)

ROOT = Path(__file__).resolve().parents[1]
FACTORS = [sys.executable, "-m", "flask", "--app", "app", "factors"]
RIPEKA, MERE = "ripeka@kauri.example", "mere@kauri.example"
UNUSABLE, ABORTED = 2, 1
DAY = 86_400
NOTHING = ["Nothing is enrolled. SUBJECT is spelled as the tenant's subject claim has it."]
NOT_FOUND = ["Nothing was found; is SUBJECT spelled right?"]
NOT_ONE = "{} factors have an id that begins so; see flask factors list."
NONE = "No factor has an id that begins so; see flask factors list."
FAILS = "DELETE FROM nowhere"
REMOVED = {
    "totp": "Kauri Polytechnic: an authenticator app was removed",
    "webauthn": "Kauri Polytechnic: a passkey was removed",
    "recovery_codes": "Kauri Polytechnic: a set of recovery codes was removed",
}
LIST = ("list", RIPEKA)
REMOVE = ("remove", RIPEKA, "app", "--yes")
RESET = ("reset", RIPEKA, "--yes")
FLOW = SECOND_FACTOR + RECOVERY + NOTICE
CUSTOM = "https://id.kauri.example"
ISSUERS = {"HOOK__TENANTS__KAURI__ISSUERS": f'["{TENANT_URL}", "{CUSTOM}"]'}
RIMU = """
[tenants.rimu]
name     = "Rimu College"
issuers  = ["https://kauri.vii.nz01.mattr.global"]
secrets  = ["env:RIMU_SECRET"]
subject  = "email"
""" + (TOTP + NOTICE).replace("tenants.kauri", "tenants.rimu")


@dataclass(frozen=True)
class Told:
    """What a command said, in lines, and the audit lines among it."""

    status: int
    out: list[str]
    err: list[str]
    audit: list[dict[str, Any]]

    @property
    def whole(self) -> str:
        return "\n".join((*self.out, *self.err, json.dumps(self.audit)))


@dataclass(frozen=True)
class Desk:
    """The help desk: runs `flask factors …` and answers what it asks."""

    folder: Path
    environ: dict[str, str] = field(default_factory=dict, repr=False)

    def __call__(self, *command: str, says: str = "", **environ: str) -> Told:
        """Run a command in this process, which is the quicker way."""
        with watched_log() as log:
            ran = CliRunner().invoke(
                factors_commands, command, input=says, env=self._environ(environ)
            )
        assert ran.exception is None or isinstance(ran.exception, SystemExit), ran.exception
        audit = [
            line
            for event in ("factor_removed", "locks_opened", "factors_reset")
            for line in log.events(event)
        ]
        return Told(ran.exit_code, ran.stdout.splitlines(), ran.stderr.splitlines(), audit)

    def _environ(self, more: dict[str, str]) -> dict[str, str]:
        config = {"HOOK_CONFIG": str(self.folder / "config.toml")}
        return {**config, **ENVIRON, **self.environ, **more}


class Terminal(Desk):
    """The same from outside: a real process, with nothing in it but what it is given."""

    def __call__(self, *command: str, says: str = "", **environ: str) -> Told:
        ran = subprocess.run(
            [*FACTORS, *command],
            cwd=ROOT,
            env=self._environ(environ),
            input=says,
            capture_output=True,
            encoding="utf-8",
            timeout=60,
            check=False,
        )
        assert "Traceback" not in ran.stderr, ran.stderr
        lines = ran.stderr.splitlines()
        audit = [json.loads(line) for line in lines if line.startswith("{")]
        plain = [line for line in lines if not line.startswith("{")]
        return Told(ran.returncode, ran.stdout.splitlines(), plain, audit)

    @contextmanager
    def asked(self, *command: str) -> Iterator[subprocess.Popen[str]]:
        """Run a command up to its question."""
        with subprocess.Popen(
            [*FACTORS, *command],
            cwd=ROOT,
            env=self._environ({}),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
        ) as process:
            assert process.stdout is not None
            while (sign := process.stdout.read(1)) != "?":
                assert sign, "it asked nothing"
            yield process

    def _environ(self, more: dict[str, str]) -> dict[str, str]:
        kept = {name: os.environ[name] for name in ("PATH",) if name in os.environ}
        return {**kept, "PYTHONDONTWRITEBYTECODE": "1", **super()._environ(more)}


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


@pytest.fixture
def terminal(tmp_path: Path) -> Terminal:
    return Terminal(tmp_path)


@pytest.fixture
def sink() -> Iterator[MailSink]:
    with MailSink() as sink:
        yield sink


@dataclass
class Enrolled:
    """A person with an app, a passkey and recovery codes."""

    key: str
    codes: list[str]
    phone: SoftAuthenticator


def claims(email: str = RIPEKA, **more: str) -> dict[str, Any]:
    return {"claims": {"name": "Ripeka Tamihana", "email": email, **more}}


def enrol_all(app: Flask, clock: Clock, **changes: Any) -> Enrolled:
    """Set up an app, save recovery codes, and a day later add a passkey."""
    person, phone = Person(app, clock), SoftAuthenticator()
    person.come(**changes)
    key = key_on(person.send({"use": "totp"}))
    codes = codes_on(person.send({"code": code(key, clock.now)}))
    assert person.send({"saved": "yes"}).step == "welcome"
    clock.turn(DAY)
    add_passkey(person, key, phone, **changes)
    return Enrolled(key, codes, phone)


def add_passkey(
    person: Person, key: str, phone: SoftAuthenticator, *, begins: str = "", **changes: Any
) -> None:
    """Confirm with the app and add a passkey; it may be told how its id begins."""
    person.come(**changes)
    person.send({"code": code(key, person.clock.now), "add": "yes"})
    page = person.send({"use": "webauthn"})
    (button,) = (each for each in page.reader.controls if "data-options" in each)
    made = phone.create(button["data-options"])
    while not hashlib.sha256(made["id"].encode()).hexdigest().startswith(begins):
        made = phone.create(button["data-options"])
    assert person.send({"passkey": json.dumps(made), "label": "my phone"}).step == "welcome"


def enrol_app(app: Flask, clock: Clock, **changes: Any) -> str:
    """Set up an app and nothing else."""
    person = Person(app, clock)
    key = key_on(person.come(**changes))
    assert person.send({"code": code(key, clock.now)}).step == "welcome"
    return key


def save_codes(app: Flask, clock: Clock, **changes: Any) -> None:
    """Set up an app and save the recovery codes."""
    person = Person(app, clock)
    key = key_on(person.come(**changes))
    person.send({"code": code(key, clock.now)})
    assert person.send({"saved": "yes"}).step == "welcome"


def meddle(desk: Desk, statement: str) -> None:
    """Change the database behind the hook's back."""
    connection = sqlite3.connect(desk.folder / "hook.db")
    with connection:
        connection.execute(statement)
    connection.close()


def moment(at: int) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M UTC")


def lines_of(told: Told, kind: str) -> list[str]:
    return [line for line in told.out if line.startswith(f"{kind} ")]


def id_in(line: str) -> str:
    return line.partition(" id ")[2].split()[0]


def one_id(told: Told, kind: str) -> str:
    return id_in(lines_of(told, kind)[0])


# list


def test_the_list_shows_kind_id_name_and_dates(
    make_hook: MakeHook, clock: Clock, desk: Desk
) -> None:
    app = make_hook(FLOW)
    enrol_all(app, clock)
    told = desk("list", RIPEKA)
    assert (told.status, told.err, told.audit) == (0, [], [])
    (passkey,) = (factor for factor in factors_of(app, clock) if factor.kind == "webauthn")
    assert len(passkey.id) > 8
    assert told.out == [
        "totp  id app  since 2026-11-18 11:06 UTC, last used 2026-11-19 11:06 UTC",
        f"webauthn  id {passkey.id[:8]}  since 2026-11-19 11:06 UTC, never used  my phone",
        "recovery_codes  10 of 10 left, since 2026-11-18 11:06 UTC",
    ]


def test_recovery_codes_are_one_line_only_of_whom_has_some(
    make_hook: MakeHook, clock: Clock, desk: Desk
) -> None:
    enrol_all(make_hook(FLOW), clock)
    enrol_app(make_hook(TOTP + NOTICE), clock, **claims(MERE))
    assert len(lines_of(desk("list", RIPEKA), "recovery_codes")) == 1
    assert [line.split()[0] for line in desk("list", MERE).out] == ["totp"]


def test_the_list_shows_no_secret(make_hook: MakeHook, clock: Clock, terminal: Terminal) -> None:
    app = make_hook(FLOW)
    ripeka = enrol_all(app, clock)
    told = terminal("list", RIPEKA)
    for factor in factors_of(app, clock):
        for name, value in factor.data.items():
            if isinstance(value, str) and len(value) > 8:
                assert (value in told.whole, name) == (False, name)
    for secret in (ripeka.key, *ripeka.codes, *ENVIRON.values(), "kauri.example", "Ripeka"):
        assert (secret in told.whole) is False


def test_a_code_that_was_used_is_no_longer_left(
    make_hook: MakeHook, clock: Clock, desk: Desk
) -> None:
    app = make_hook(FLOW)
    ripeka = enrol_all(app, clock)
    since = "since 2026-11-18 11:06 UTC"
    for used in range(3):
        line = f"recovery_codes  {10 - used} of 10 left, {since}"
        assert lines_of(desk("list", RIPEKA), "recovery_codes") == [line]
        clock.turn(STEP)
        person = Person(app, clock)
        person.come()
        person.send({"use": "recovery_codes"})
        person.send({"code": ripeka.codes[used]})


def test_a_locked_person_is_listed_as_locked_until_the_lock_opens(
    make_hook: MakeHook, clock: Clock, desk: Desk
) -> None:
    app = make_hook(TOTP + NOTICE)
    clock.now = int(time.time())
    key = enrol_app(app, clock)
    assert len(desk("list", RIPEKA).out) == 1
    lock(app, clock, key)
    enrolled, locked = desk("list", RIPEKA).out
    assert enrolled.startswith("totp  id app  ")
    assert locked == f"locked: codes of the app and recovery codes, until {moment(clock.now + 300)}"


def test_a_lock_that_has_opened_by_itself_is_not_listed(
    make_hook: MakeHook, clock: Clock, desk: Desk
) -> None:
    app = make_hook(TOTP + NOTICE)
    clock.now = int(time.time()) - 301
    key = enrol_app(app, clock)
    lock(app, clock, key)
    assert [line.split()[0] for line in desk("list", RIPEKA).out] == ["totp"]
    clock.now = int(time.time())
    assert asked(Person(app, clock).come()) == "totp"


@pytest.mark.parametrize(
    ("guesses", "shown"),
    [(99, []), (100, ["locked: codes of the app and recovery codes, until it is reset"])],
)
def test_a_lock_that_stays_closed_is_listed_until_it_is_reset(
    make_hook: MakeHook, clock: Clock, desk: Desk, guesses: int, shown: list[str]
) -> None:
    app = make_hook(TOTP + NOTICE)
    store, subject = app.extensions["hook"].store, subject_of(app, clock)
    for ago in reversed(range(guesses)):
        assert store.guess("kauri", subject, "code", int(time.time()) - ago * DAY)
    assert desk("list", RIPEKA).out == shown + NOTHING
    assert desk("list", MERE).out == NOTHING
    assert desk("reset", RIPEKA, "--yes").status == 0
    assert desk("list", RIPEKA).out == NOTHING


def test_of_somebody_unknown_nothing_is_shown(
    make_hook: MakeHook, clock: Clock, desk: Desk
) -> None:
    enrol_app(make_hook(TOTP + NOTICE), clock)
    told = desk("list", "nobody@kauri.example")
    assert (told.status, told.out, told.err) == (0, NOTHING, [])
    assert len(desk("list", RIPEKA).out) == 1


@pytest.mark.parametrize("subject", ["", " ", "\t\n", "\u3000", "\u200b", "\u3164"], ids=ascii)
@pytest.mark.parametrize("command", [("list",), ("remove", "app", "--yes"), ("reset", "--yes")])
def test_what_names_nobody_is_told_and_nothing_is_done(
    make_hook: MakeHook, clock: Clock, desk: Desk, command: tuple[str, ...], subject: str
) -> None:
    """As from a script whose variable is empty."""
    app = make_hook(TOTP + NOTICE)
    enrol_app(app, clock)
    before = rows(app)
    name, *rest = command
    told = desk(name, subject, *rest)
    assert (told.status, told.out, told.err) == (UNUSABLE, [], ["SUBJECT names nobody."])
    assert (told.audit, rows(app)) == ([], before)
    assert desk(name, RIPEKA, *rest).status == 0


@pytest.mark.parametrize(("fold", "found"), [("true", True), ("false", False)])
@pytest.mark.parametrize("subject", ["Ripeka@KAURI.example", f" {RIPEKA} "])
def test_capitals_and_spaces_are_the_same_person_only_where_the_tenant_folds(
    make_hook: MakeHook, clock: Clock, desk: Desk, fold: str, found: bool, subject: str
) -> None:
    enrol_app(make_hook(f"fold_subject = {fold}\n" + TOTP + NOTICE), clock)
    told = desk("list", subject)
    assert (told.out == NOTHING) is not found
    assert len(lines_of(desk("list", RIPEKA), "totp")) == 1


def test_a_name_cannot_write_on_the_terminal(make_hook: MakeHook, clock: Clock, desk: Desk) -> None:
    person, phone = Person(make_hook(SECOND_FACTOR + NOTICE), clock), SoftAuthenticator()
    person.come()
    page = person.send({"use": "webauthn"})
    (button,) = (each for each in page.reader.controls if "data-options" in each)
    made = json.dumps(phone.create(button["data-options"]))
    person.send({"passkey": made, "label": "a\x1b[2J\nb\u202ec\r\u2028d"})
    (line,) = desk("list", RIPEKA).out
    assert line.endswith(("a[2Jbcd", "a[2J bcd"))
    assert line.isprintable()


# remove


def test_a_factor_is_removed_after_a_question_and_the_rest_stays(
    make_hook: MakeHook, clock: Clock, terminal: Terminal
) -> None:
    app = make_hook(FLOW)
    enrol_all(app, clock)
    shown = one_id(terminal("list", RIPEKA), "webauthn")
    told = terminal("remove", RIPEKA, shown, says="y\n")
    assert told.status == 0
    assert told.out == [f"Remove webauthn {shown} (my phone)? [y/N]: Removed."]
    assert [line["kind"] for line in told.audit] == ["webauthn"]
    assert {factor.kind for factor in factors_of(app, clock)} == {"totp", "recovery_codes"}


def test_the_question_names_what_would_be_removed(
    make_hook: MakeHook, clock: Clock, desk: Desk
) -> None:
    app = make_hook(FLOW)
    enrol_all(app, clock)
    asked_of = {
        one_id(desk("list", RIPEKA), "webauthn")[:3]: "Remove webauthn {} (my phone)?",
        "ap": "Remove totp app?",
        "recovery_codes": "Remove all recovery codes?",
    }
    passkey = one_id(desk("list", RIPEKA), "webauthn")
    for start, question in asked_of.items():
        told = desk("remove", RIPEKA, start, says="n\n")
        assert told.status == ABORTED
        assert told.out[0].startswith(question.format(passkey))
    assert len(factors_of(app, clock)) == 12


@pytest.mark.parametrize("replaced", [False, True])
def test_an_app_that_took_its_place_while_the_help_desk_was_asked_stays(
    make_hook: MakeHook, clock: Clock, terminal: Terminal, replaced: bool
) -> None:
    app = make_hook(TOTP + NOTICE)
    key = enrol_app(app, clock)
    clock.turn(STEP)
    with terminal.asked("remove", RIPEKA, "app") as process:
        if replaced:
            person = Person(app, clock)
            person.come()
            new = key_on(person.send({"code": code(key, clock.now), "add": "yes"}))
            assert person.send({"code": code(new, clock.now)}).step == "welcome"
        out, err = process.communicate("y\n", timeout=60)
    assert out.endswith("It was gone already.\n" if replaced else "Removed.\n")
    assert ("factor_removed" in err) != replaced
    assert [factor.id for factor in factors_of(app, clock)] == (["app"] if replaced else [])


def test_all_recovery_codes_are_removed_by_their_word_and_the_rest_stays(
    make_hook: MakeHook, clock: Clock, desk: Desk
) -> None:
    app = make_hook(FLOW)
    enrol_all(app, clock)
    told = desk("remove", RIPEKA, "recovery_codes", "--yes")
    assert (told.status, told.out, told.err) == (0, ["Removed."], [])
    assert [line["kind"] for line in told.audit] == ["recovery_codes"]
    assert sorted(factor.kind for factor in factors_of(app, clock)) == ["totp", "webauthn"]
    assert lines_of(desk("list", RIPEKA), "recovery_codes") == []


def test_no_single_recovery_code_can_be_removed(
    make_hook: MakeHook, clock: Clock, desk: Desk
) -> None:
    """None is told apart from another in the list."""
    app = make_hook(FLOW)
    enrol_all(app, clock)
    ids = [factor.id for factor in factors_of(app, clock) if factor.kind == "recovery_codes"]
    for each in ids:
        assert desk("remove", RIPEKA, each, "--yes").status == UNUSABLE
    assert len(factors_of(app, clock)) == 12
    assert desk("remove", RIPEKA, "recovery_codes", "--yes").status == 0
    assert len(factors_of(app, clock)) == 2


@pytest.mark.parametrize(
    ("command", "says"),
    [
        (("remove", RIPEKA, "app"), "n\n"),
        (("remove", RIPEKA, "app"), ""),
        (("reset", RIPEKA), "\n"),
        (("reset", RIPEKA), "maybe\n"),
    ],
)
def test_without_a_yes_all_stays_as_it_was(
    make_hook: MakeHook, clock: Clock, desk: Desk, command: tuple[str, ...], says: str
) -> None:
    app = make_hook(FLOW)
    key = enrol_all(app, clock).key
    lock(app, clock, key)
    before = rows(app)
    told = desk(*command, says=says)
    assert (told.status, told.audit) == (ABORTED, [])
    assert rows(app) == before
    assert desk(*command, says="y\n").status == 0
    assert rows(app) != before


@pytest.mark.parametrize("command", [("remove", RIPEKA, "app"), ("reset", RIPEKA)])
def test_with_yes_nothing_is_asked(
    make_hook: MakeHook, clock: Clock, desk: Desk, command: tuple[str, ...]
) -> None:
    app = make_hook(TOTP + NOTICE)
    enrol_app(app, clock)
    told = desk(*command, "--yes")
    assert told.status == 0
    assert "?" not in told.whole
    assert factors_of(app, clock) == []


@pytest.mark.parametrize(
    "start", ["APP", "apple", "", " ", "%", "totp", "recovery_code", "RECOVERY_CODES"]
)
def test_an_id_that_is_not_of_one_factor_removes_nothing(
    make_hook: MakeHook, clock: Clock, desk: Desk, start: str
) -> None:
    app = make_hook(FLOW)
    enrol_all(app, clock)
    before = rows(app)
    told = desk("remove", RIPEKA, start, "--yes")
    assert (told.status, told.audit) == (UNUSABLE, [])
    assert (told.out, told.err) == ([], [NONE])
    assert rows(app) == before
    assert desk("remove", RIPEKA, "ap", "--yes").status == 0
    assert rows(app) != before


def test_why_nothing_was_removed_is_told_where_errors_are(
    make_hook: MakeHook, clock: Clock, terminal: Terminal
) -> None:
    enrol_app(make_hook(TOTP + NOTICE), clock)
    told = terminal("remove", RIPEKA, "zz", "--yes")
    assert (told.status, told.out, told.err) == (UNUSABLE, [], [NONE])
    told = terminal("remove", RIPEKA, "app", "--yes")
    assert (told.status, told.out, told.err) == (0, ["Removed."], [])


def test_no_id_at_all_is_not_the_id_of_the_only_factor(
    make_hook: MakeHook, clock: Clock, desk: Desk
) -> None:
    """As from a script whose variable is empty."""
    app = make_hook(TOTP + NOTICE)
    enrol_app(app, clock)
    assert desk("remove", RIPEKA, "", "--yes").status == UNUSABLE
    assert len(factors_of(app, clock)) == 1
    assert desk("remove", RIPEKA, "app", "--yes").status == 0


def test_an_id_that_begins_like_several_removes_none_of_them(
    make_hook: MakeHook, clock: Clock, desk: Desk
) -> None:
    app = make_hook(SECOND_FACTOR + NOTICE)
    person = Person(app, clock)
    person.come()
    key = key_on(person.send({"use": "totp"}))
    person.send({"code": code(key, clock.now)})
    clock.turn(STEP)
    add_passkey(person, key, SoftAuthenticator(), begins="a")
    before = rows(app)
    told = desk("remove", RIPEKA, "a", "--yes")
    assert (told.status, told.out, told.err) == (UNUSABLE, [], [NOT_ONE.format(2)])
    assert (told.audit, rows(app)) == ([], before)
    assert desk("remove", RIPEKA, "ap", "--yes").status == 0
    assert [factor.kind for factor in factors_of(app, clock)] == ["webauthn"]
    assert desk("remove", RIPEKA, "a", "--yes").status == 0
    assert factors_of(app, clock) == []


def test_somebody_elses_factor_is_not_found(make_hook: MakeHook, clock: Clock, desk: Desk) -> None:
    app = make_hook(TOTP + NOTICE)
    enrol_app(app, clock)
    enrol_app(app, clock, **claims(MERE))
    assert desk("remove", "nobody@kauri.example", "app", "--yes").status == UNUSABLE
    assert desk("remove", MERE, "app", "--yes").status == 0
    assert len(factors_of(app, clock)) == 1
    assert desk("list", MERE).out == NOTHING


def test_what_was_removed_is_not_asked_for_any_more(
    make_hook: MakeHook, clock: Clock, desk: Desk
) -> None:
    app = make_hook(TOTP + NOTICE)
    old = enrol_app(app, clock)
    assert asked(Person(app, clock).come()) == "totp"
    assert desk("remove", RIPEKA, "app", "--yes").status == 0
    person = Person(app, clock)
    page = person.come()
    assert asked(page) == "enrol totp"
    assert key_on(page) != old
    assert person.send({"code": code(key_on(page), clock.now)}).step == "welcome"


# reset


def lock(app: Flask, clock: Clock, key: str, **changes: Any) -> None:
    """Type wrong codes until the lock closes."""
    person = Person(app, clock)
    person.come(**changes)
    for _ in range(5):
        page = person.send({"code": wrong_code(key, clock.now)})
    assert page.page == "stopped"


def test_after_a_reset_the_person_sets_everything_up_anew(
    make_hook: MakeHook, clock: Clock, desk: Desk
) -> None:
    app = make_hook(FLOW)
    enrol_all(app, clock)
    told = desk("reset", RIPEKA, says="y\n")
    assert told.status == 0
    assert told.out[0].startswith("Remove everything this person has enrolled?")
    removed, opened = told.out[1:]
    kinds = re.fullmatch(r"Removed: (\w+), (\w+), (\w+)\.", removed)
    assert kinds is not None
    assert set(kinds.groups()) == {"totp", "webauthn", "recovery_codes"}
    assert opened == "All locks are open."
    assert (rows(app)["factors"], rows(app)["guesses"]) == ([], [])
    clock.turn(STEP)
    enrol_all(app, clock)


@pytest.mark.parametrize("reset", [True, False])
def test_a_reset_opens_locks(make_hook: MakeHook, clock: Clock, desk: Desk, reset: bool) -> None:
    app = make_hook(TOTP + NOTICE)
    lock(app, clock, enrol_app(app, clock))
    if reset:
        assert desk("reset", RIPEKA, "--yes").status == 0
    page = Person(app, clock).come()
    assert (page.step, page.page) == (("app", "") if reset else ("", "stopped"))


def test_a_reset_of_one_person_leaves_the_others_alone(
    make_hook: MakeHook, clock: Clock, desk: Desk
) -> None:
    app = make_hook(TOTP + NOTICE)
    enrol_app(app, clock)
    lock(app, clock, enrol_app(app, clock, **claims(MERE)), **claims(MERE))
    assert desk("reset", RIPEKA, "--yes").status == 0
    assert (len(rows(app)["factors"]), len(rows(app)["guesses"])) == (1, 1)
    assert Person(app, clock).come(**claims(MERE)).page == "stopped"


def test_a_reset_of_nobody_says_that_there_was_nothing(
    make_hook: MakeHook, clock: Clock, desk: Desk
) -> None:
    app = make_hook(TOTP + NOTICE)
    enrol_app(app, clock)
    told = desk("reset", "nobody@kauri.example", "--yes")
    assert (told.status, told.out, told.err) == (0, NOT_FOUND, [])
    assert len(factors_of(app, clock)) == 1
    told = desk("reset", RIPEKA, "--yes")
    assert told.out == ["Removed: totp.", "All locks are open."]


@pytest.mark.parametrize("stuck", ["factors", "guesses"])
def test_a_reset_that_cannot_do_everything_does_nothing(
    make_hook: MakeHook, clock: Clock, desk: Desk, stuck: str
) -> None:
    app = make_hook(TOTP + NOTICE)
    lock(app, clock, enrol_app(app, clock))
    before = rows(app)
    meddle(desk, f"CREATE TRIGGER stuck BEFORE DELETE ON {stuck} BEGIN {FAILS}; END")
    told = desk("reset", RIPEKA, "--yes")
    assert (told.status, told.out, told.audit) == (UNUSABLE, [], [])
    assert rows(app) == before
    meddle(desk, "DROP TRIGGER stuck")
    assert desk("reset", RIPEKA, "--yes").status == 0
    assert (rows(app)["factors"], rows(app)["guesses"]) == ([], [])


@pytest.mark.parametrize("spoilt", [True, False])
def test_a_reset_removes_also_what_does_not_open(
    make_hook: MakeHook, clock: Clock, desk: Desk, spoilt: bool
) -> None:
    app = make_hook(FLOW)
    lock(app, clock, enrol_all(app, clock).key)
    enrol_app(make_hook(TOTP + NOTICE), clock, **claims(MERE))
    if spoilt:
        meddle(desk, "UPDATE factors SET sealed = zeroblob(99) WHERE kind = 'webauthn'")
    listed = desk("list", RIPEKA)
    assert listed.status == (UNUSABLE if spoilt else 0)
    assert ("vault_keys do not open this database" in listed.whole) is spoilt
    told = desk("reset", RIPEKA, "--yes")
    assert (told.status, told.err) == (0, [])
    assert told.out == ["Removed: recovery_codes, totp, webauthn.", "All locks are open."]
    assert [line["event"] for line in told.audit] == ["factors_reset"]
    assert (factors_of(app, clock), rows(app)["guesses"]) == ([], [])
    assert desk("list", RIPEKA).out == NOTHING
    assert len(desk("list", MERE).out) == 1
    clock.turn(STEP)
    enrol_all(app, clock)


# The log


def test_what_was_done_is_audited_as_json_without_whose_it_was(
    make_hook: MakeHook, clock: Clock, terminal: Terminal
) -> None:
    app = make_hook(TOTP + NOTICE)
    enrol_app(app, clock)
    told = terminal("remove", RIPEKA, "app", "--yes")
    (line,) = told.audit
    assert line.pop("at")
    subject = subject_of(app, clock).hex()[:12]
    common = {"tenant": "kauri", "subject": subject, "reason": "help_desk"}
    assert line == {"event": "factor_removed", "kind": "totp", **common}
    assert "ripeka" not in told.whole.lower()
    clock.turn(STEP)
    enrol_app(app, clock)
    told = terminal("reset", RIPEKA, "--yes")
    (line,) = told.audit
    assert line.pop("at")
    assert line == {"event": "factors_reset", **common}
    assert "ripeka" not in told.whole.lower()


def test_the_log_tells_people_apart_and_nobody_by_name(
    make_hook: MakeHook, clock: Clock, desk: Desk
) -> None:
    app = make_hook(TOTP + RECOVERY + NOTICE)
    for who in (RIPEKA, MERE):
        save_codes(app, clock, **claims(who))
    commands = [
        ("remove", RIPEKA, "recovery_codes"),
        ("reset", RIPEKA.upper()),
        ("remove", MERE, "recovery_codes"),
        ("reset", MERE),
    ]
    told = [desk(*command, "--yes") for command in commands]
    ripeka, again, mere, once_more = (line["subject"] for each in told for line in each.audit)
    assert (ripeka, mere) == (again, once_more)
    assert ripeka != mere
    for digits, email in ((ripeka, RIPEKA), (mere, MERE)):
        assert re.fullmatch(r"[0-9a-f]{12}", digits)
        assert not hashlib.sha256(email.encode()).hexdigest().startswith(digits)
    assert not any(name in each.whole.lower() for each in told for name in ("ripeka", "mere@"))


def test_looking_is_not_audited_and_what_is_not_removed_is_not_either(
    make_hook: MakeHook, clock: Clock, desk: Desk
) -> None:
    enrol_app(make_hook(TOTP + NOTICE), clock)
    assert desk("list", RIPEKA).audit == []
    assert desk("remove", RIPEKA, "zz", "--yes").audit == []
    assert len(desk("remove", RIPEKA, "app", "--yes").audit) == 1


# Tenants and issuers


def test_where_there_are_several_tenants_one_must_be_named(
    make_hook: MakeHook, clock: Clock, desk: Desk
) -> None:
    app = make_hook(TOTP + NOTICE + RIMU)
    enrol_app(app, clock)
    for command in (("list", RIPEKA), ("remove", RIPEKA, "app"), ("reset", RIPEKA)):
        told = desk(*command, says="y\n")
        assert told.status == UNUSABLE
        assert told.err == ["Say which tenant: --tenant kauri or rimu"]
    assert len(lines_of(desk("list", RIPEKA, "--tenant", "kauri"), "totp")) == 1
    assert desk("list", RIPEKA, "--tenant", "rimu").out == NOTHING


@pytest.mark.parametrize("slug", ["nikau", "KAURI", ""])
def test_a_tenant_that_there_is_not_is_told(
    make_hook: MakeHook, clock: Clock, desk: Desk, slug: str
) -> None:
    app = make_hook(TOTP + NOTICE + RIMU)
    enrol_app(app, clock)
    told = desk("reset", RIPEKA, "--yes", "--tenant", slug)
    assert told.status == UNUSABLE
    assert "kauri, rimu" in told.whole or "kauri or rimu" in told.whole
    assert len(factors_of(app, clock)) == 1
    assert desk("reset", RIPEKA, "--yes", "--tenant", "kauri").status == 0


@pytest.mark.parametrize("command", [LIST, REMOVE, RESET])
def test_no_tenant_at_all_is_not_the_only_tenant(
    make_hook: MakeHook, clock: Clock, desk: Desk, command: tuple[str, ...]
) -> None:
    """As from a script whose variable is empty."""
    app = make_hook(TOTP + NOTICE)
    enrol_app(app, clock)
    told = desk(*command, "--tenant", "")
    assert (told.status, told.out) == (UNUSABLE, [])
    assert told.err == ["There is no such tenant; there is kauri."]
    assert len(factors_of(app, clock)) == 1
    assert desk(*command, "--tenant", "kauri").status == 0


def test_a_reset_at_one_tenant_leaves_the_other_alone(
    make_hook: MakeHook, clock: Clock, desk: Desk
) -> None:
    app = make_hook(TOTP + NOTICE + RIMU)
    enrol_app(app, clock)
    assert desk("reset", RIPEKA, "--yes", "--tenant", "rimu").status == 0
    assert len(rows(app)["factors"]) == 1
    assert desk("reset", RIPEKA, "--yes", "--tenant", "kauri").status == 0
    assert rows(app)["factors"] == []


def at_custom(app: Flask, clock: Clock, **changes: Any) -> str:
    there = {"iss": CUSTOM, "redirectUrl": f"{CUSTOM}/callback"}
    return enrol_app(app, clock, **there, **changes)


def test_what_was_enrolled_under_one_issuer_is_found_and_counts_under_every_other(
    make_hook: MakeHook, clock: Clock, tmp_path: Path
) -> None:
    app, desk = make_hook(TOTP + NOTICE, environ=ISSUERS), Desk(tmp_path, ISSUERS)
    key = at_custom(app, clock)
    assert len(lines_of(desk("list", RIPEKA), "totp")) == 1
    assert desk("list", MERE).out == NOTHING
    clock.turn(STEP)
    person = Person(app, clock)
    assert asked(person.come()) == "totp"
    assert person.send({"code": code(key, clock.now)}).step == "welcome"
    assert asked(Person(app, clock).come(**claims(MERE))) == "enrol totp"
    assert len(rows(app)["factors"]) == 1


@pytest.mark.parametrize("command", [REMOVE, RESET])
def test_what_was_removed_is_gone_under_every_issuer(
    make_hook: MakeHook, clock: Clock, tmp_path: Path, command: tuple[str, ...]
) -> None:
    app, desk = make_hook(TOTP + NOTICE, environ=ISSUERS), Desk(tmp_path, ISSUERS)
    enrol_app(app, clock)
    there = {"iss": CUSTOM, "redirectUrl": f"{CUSTOM}/callback"}
    assert asked(Person(app, clock).come(**there)) == "totp"
    assert desk(*command).status == 0
    assert rows(app)["factors"] == []
    assert asked(Person(app, clock).come(**there)) == "enrol totp"


@pytest.mark.parametrize("command", [LIST, REMOVE, RESET])
def test_no_command_asks_for_an_issuer(
    make_hook: MakeHook, clock: Clock, tmp_path: Path, command: tuple[str, ...]
) -> None:
    app, desk = make_hook(TOTP + NOTICE, environ=ISSUERS), Desk(tmp_path, ISSUERS)
    at_custom(app, clock)
    told = desk(*command, "--issuer", CUSTOM)
    assert (told.status, told.out) == (UNUSABLE, [])
    assert "No such option" in told.whole
    assert len(rows(app)["factors"]) == 1
    assert desk(*command).status == 0


# Mail


def test_the_person_is_told_by_mail_of_what_was_removed(
    make_hook: MakeHook, clock: Clock, desk: Desk, sink: MailSink
) -> None:
    app = make_hook(TOTP + NOTICE + toml(sink))
    enrol_app(app, clock)
    sink.messages.clear()
    sink.recipients.clear()
    assert desk("list", RIPEKA).status == 0
    assert desk("remove", RIPEKA, "app", says="n\n").status == ABORTED
    assert sink.messages == []
    assert desk("remove", RIPEKA, "app", "--yes").status == 0
    (mail,) = sink.messages
    assert sink.recipients == [RIPEKA]
    assert mail["Subject"] == REMOVED["totp"]
    text = " ".join(mail.get_content().split())
    assert "An authenticator app was removed just now" in text
    assert "who you are at Kauri Polytechnic." in text
    assert "If you did not ask for this, tell Kauri Polytechnic at once." in text


def test_the_mail_goes_where_the_enrolment_said(
    make_hook: MakeHook, clock: Clock, sink: MailSink, tmp_path: Path
) -> None:
    there = {"HOOK__TENANTS__KAURI__MAIL": "contact"}
    app, desk = make_hook(TOTP + NOTICE + toml(sink), environ=there), Desk(tmp_path, there)
    enrol_app(app, clock, **claims(contact="first@elsewhere.example"))
    sink.recipients.clear()
    assert desk("reset", RIPEKA, "--yes").status == 0
    assert sink.recipients == ["first@elsewhere.example"]


def test_nobody_is_told_who_had_no_address(
    make_hook: MakeHook, clock: Clock, sink: MailSink, tmp_path: Path
) -> None:
    there = {"HOOK__TENANTS__KAURI__MAIL": "contact"}
    app, desk = make_hook(TOTP + NOTICE + toml(sink), environ=there), Desk(tmp_path, there)
    enrol_app(app, clock)
    told = desk("reset", RIPEKA, "--yes")
    assert (told.status, told.err) == (0, [])
    assert sink.greetings == []


def test_without_a_mail_server_nobody_is_told(
    make_hook: MakeHook, clock: Clock, desk: Desk
) -> None:
    enrol_app(make_hook(TOTP + NOTICE), clock)
    told = desk("remove", RIPEKA, "app", "--yes")
    assert (told.status, told.err) == (0, [])


def test_a_mail_server_that_is_away_undoes_nothing_and_is_told(
    make_hook: MakeHook, clock: Clock, terminal: Terminal
) -> None:
    with MailSink() as gone:
        app = make_hook(TOTP + NOTICE + toml(gone))
        enrol_app(app, clock)
    told = terminal("remove", RIPEKA, "app", "--yes")
    assert (told.status, told.err) == (0, ["The person could not be told by mail."])
    assert factors_of(app, clock) == []
    assert RIPEKA not in told.whole


def test_a_reset_tells_of_each_kind_once(
    make_hook: MakeHook, clock: Clock, desk: Desk, sink: MailSink
) -> None:
    app = make_hook(FLOW + toml(sink))
    enrol_all(app, clock)
    sink.messages.clear()
    assert desk("reset", RIPEKA, "--yes").status == 0
    assert sorted(mail["Subject"] for mail in sink.messages) == sorted(REMOVED.values())


def test_a_reset_is_one_mail_for_each_kind_at_each_address(
    make_hook: MakeHook, clock: Clock, sink: MailSink, tmp_path: Path
) -> None:
    environ = {"HOOK__TENANTS__KAURI__MAIL": "contact"}
    app, desk = make_hook(FLOW + toml(sink), environ=environ), Desk(tmp_path, environ)
    one, two = "one@elsewhere.example", "two@elsewhere.example"
    key = enrol_all(app, clock, **claims(contact=one)).key
    for address in (one, two, two):
        clock.turn(STEP)
        add_passkey(Person(app, clock), key, SoftAuthenticator(), **claims(contact=address))
    enrol_all(app, clock, **claims(MERE, contact="mere@elsewhere.example"))
    sink.messages.clear()
    sink.recipients.clear()
    assert desk("reset", RIPEKA, "--yes").status == 0
    told = sorted((mail["Subject"], mail["To"]) for mail in sink.messages)
    assert told == sorted(
        [
            (REMOVED["totp"], one),
            (REMOVED["recovery_codes"], one),
            (REMOVED["webauthn"], one),
            (REMOVED["webauthn"], two),
        ]
    )
    assert sorted(sink.recipients) == [one, one, one, two]


def test_a_removal_is_told_only_where_that_factor_said(
    make_hook: MakeHook, clock: Clock, sink: MailSink, tmp_path: Path
) -> None:
    environ = {"HOOK__TENANTS__KAURI__MAIL": "contact"}
    app, desk = make_hook(FLOW + toml(sink), environ=environ), Desk(tmp_path, environ)
    one, two = "one@elsewhere.example", "two@elsewhere.example"
    person, phone = Person(app, clock), SoftAuthenticator()
    person.come(**claims(contact=one))
    key = key_on(person.send({"use": "totp"}))
    person.send({"code": code(key, clock.now)})
    person.send({"saved": "yes"})
    clock.turn(STEP)
    add_passkey(person, key, phone, **claims(contact=two))
    sink.recipients.clear()
    assert desk("remove", RIPEKA, "app", "--yes").status == 0
    assert sink.recipients == [one]
    assert desk("remove", RIPEKA, "recovery_codes", "--yes").status == 0
    assert sink.recipients == [one, one]
    shown = one_id(desk("list", RIPEKA), "webauthn")
    assert desk("remove", RIPEKA, shown, "--yes").status == 0
    assert sink.recipients == [one, one, two]


# What cannot be used


@pytest.mark.parametrize(
    ("command", "environ", "word"),
    [
        (LIST, {"HOOK_COOKIE_KEY": "short"}, "cookie_keys[0]"),
        (REMOVE, {"HOOK_COOKIE_KEY": "short"}, "cookie_keys[0]"),
        (RESET, {"HOOK_COOKIE_KEY": "short"}, "cookie_keys[0]"),
        (LIST, {"HOOK_CONFIG": "/nowhere/config.toml"}, "nowhere"),
        (REMOVE, {"HOOK__DATABASE": "postgresql://me:sentinel@127.0.0.1:1/hook"}, "`database`"),
        (RESET, {"HOOK_VAULT_KEY": "A" * 43 + "="}, "vault_keys"),
    ],
)
def test_what_cannot_be_used_is_told_in_sentences(
    make_hook: MakeHook,
    clock: Clock,
    terminal: Terminal,
    command: tuple[str, ...],
    environ: dict[str, str],
    word: str,
) -> None:
    app = make_hook(TOTP + NOTICE)
    enrol_app(app, clock)
    told = terminal(*command, **environ)
    assert (told.status, told.out) == (UNUSABLE, [])
    assert word in "\n".join(told.err)
    assert "sentinel" not in told.whole
    assert len(factors_of(app, clock)) == 1
    assert terminal(*command).status == 0


def test_help_is_had_without_any_configuration(tmp_path: Path) -> None:
    told = Terminal(tmp_path)("--help", HOOK_CONFIG=str(tmp_path / "nowhere.toml"))
    assert told.status == 0
    assert all(
        any(f"  {each} " in line for line in told.out) for each in ("list", "remove", "reset")
    )


def test_a_visitor_may_come_while_the_help_desk_works(
    make_hook: MakeHook, clock: Clock, desk: Desk
) -> None:
    """A person under way is asked anew once what they were asked for is gone."""
    app = make_hook(TOTP + NOTICE)
    key = enrol_app(app, clock)
    clock.turn(STEP)
    person = Person(app, clock)
    assert asked(person.come()) == "totp"
    assert desk("remove", RIPEKA, "app", "--yes").status == 0
    page = person.send({"code": code(key, clock.now)})
    assert page.step == "app"
    assert asked(person.reload()) == "enrol totp"
    assert factors_of(app, clock) == []


def test_recovery_codes_that_are_removed_are_one_mail_and_no_new_set(
    make_hook: MakeHook, clock: Clock, desk: Desk, sink: MailSink
) -> None:
    app = make_hook(FLOW + toml(sink))
    enrol_all(app, clock)
    sink.messages.clear()
    assert desk("remove", RIPEKA, "recovery_codes", "--yes").status == 0
    (mail,) = sink.messages
    assert mail["Subject"] == REMOVED["recovery_codes"]
    text = " ".join(mail.get_content().split())
    assert "A set of recovery codes was removed just now" in text
    assert "new set" not in f"{mail['Subject']} {text}"


# unlock


def test_locks_are_opened_and_what_is_enrolled_stays(
    make_hook: MakeHook, clock: Clock, desk: Desk
) -> None:
    app = make_hook(TOTP + NOTICE)
    key = enrol_app(app, clock)
    clock.now = int(time.time())
    lock(app, clock, key)
    assert desk("unlock", "nobody@kauri.example").out == ["No lock is closed."]
    assert Person(app, clock).come().page == "stopped"
    told = desk("unlock", RIPEKA)
    assert (told.status, told.out) == (0, ["All locks are open."])
    assert [line["event"] for line in told.audit] == ["locks_opened"]
    person = Person(app, clock)
    person.come()
    assert person.send({"code": code(key, clock.now)}).step == "welcome"
    assert desk("unlock", RIPEKA).out == ["No lock is closed."]
