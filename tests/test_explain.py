"""flask explain …: how a journey went, through the real command, and never a value."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import create_engine, text

from hook.store.migrations import MIGRATIONS
from hook.testing.hooks import ENVIRON, NOTICE, PROFILE, Clock, MakeHook, write_config
from hook.testing.visitor import Visitor
from hook.testing.watch import rows

ROOT = Path(__file__).resolve().parents[1]
UNUSABLE = 2
SENTINELS = (
    "Sentinel-NZ",
    "sentinel@kauri.example",
    "Sentinel Tamihana",
    "they/them",
    "she/her",
    "sentinel-9",
)
CLAIMS = {
    "name": "Sentinel Tamihana",
    "email": "sentinel@kauri.example",
    "country": "Sentinel-NZ",
}
STAFF = '{ arrival = "role", equals = "sentinel-9" }'
STAFF_ONLY = NOTICE.replace("welcome", "staff") + f"when = {STAFF}\n"
GATE = """
[[tenants.kauri.steps]]
kind = "gate"
name = "country"
title = "Not for you"
code = "country_not_served"
text = "Your address is elsewhere."
[tenants.kauri.steps.require]
any = [{ claim = "pronouns", equals = "she/her" }, { arrival = "country", in = ["x"] }]
"""
FLOW = STAFF_ONLY + PROFILE + NOTICE
STAFF_TOLD = "  staff: not_wanted (when: arrival role equals)"


@dataclass(frozen=True)
class Told:
    """What the command said."""

    status: int
    out: list[str]
    err: list[str]


Explain = Callable[..., Told]


@pytest.fixture
def explain(tmp_path: Path) -> Explain:
    """The real command in a process of its own."""

    def run(*words: str, **environ: str) -> Told:
        ran = subprocess.run(
            [sys.executable, "-m", "flask", "--app", "app", "explain", *words],
            cwd=ROOT,
            env={
                "PATH": os.environ.get("PATH", ""),
                "PYTHONDONTWRITEBYTECODE": "1",
                "HOOK_CONFIG": str(tmp_path / "config.toml"),
                **ENVIRON,
                **environ,
            },
            capture_output=True,
            encoding="utf-8",
            timeout=60,
            check=False,
        )
        assert "Traceback" not in ran.stderr, ran.stderr
        whole = ran.stdout + ran.stderr
        assert not [word for word in SENTINELS if word in whole], "a value is told"
        return Told(ran.returncode, ran.stdout.splitlines(), ran.stderr.splitlines())

    return run


def come(app: Flask, **changes: Any) -> Visitor:
    """Arrive with an id that a command line takes for no option."""
    for number in range(20):
        visitor = Visitor(app)
        visitor.arrive(**{"claims": CLAIMS, "state": f"journey-{number}", **changes})
        if not id_of(app).startswith("-") or "state" in changes:
            return visitor
    raise AssertionError("twenty ids that begin with a hyphen")


def fill(visitor: Visitor) -> None:
    assert visitor.seen is not None
    assert visitor.seen.step == "profile"
    visitor.send({"pronouns": "they/them"})


def id_of(app: Flask) -> str:
    """The id of the newest journey."""
    engine = create_engine(app.extensions["hook"].config.database)
    try:
        with engine.connect() as connection:
            order = "rowid" if engine.dialect.name == "sqlite" else "ctid"
            statement = f"SELECT id FROM journeys ORDER BY {order} DESC LIMIT 1"  # noqa: S608
            return str(connection.scalar(text(statement)))
    finally:
        engine.dispose()


def change(app: Flask, *statements: str, **values: Any) -> None:
    """Change the database behind the hook's back."""
    engine = create_engine(app.extensions["hook"].config.database)
    try:
        with engine.begin() as connection:
            for statement in statements:
                connection.execute(text(statement), values)
    finally:
        engine.dispose()


@pytest.fixture
def app(make_hook: MakeHook, database: str) -> Flask:
    """A hook on either database."""
    return make_hook(FLOW, database=database)


def test_an_open_journey_tells_what_was_done_and_what_is_not_reached(
    app: Flask, explain: Explain
) -> None:
    visitor = come(app)
    fill(visitor)
    assert visitor.seen is not None
    assert visitor.seen.step == "welcome"
    journey = id_of(app)
    told = explain(journey[:8])
    assert (told.status, told.err) == (0, [])
    assert told.out == [
        f"{journey[:8]} at kauri: out of time",
        STAFF_TOLD,
        "  profile: done",
        "  welcome: not done",
    ]
    assert explain(journey) == told
    assert explain(journey[:6]) == told


def test_a_completed_journey_tells_every_step_with_its_reason(app: Flask, explain: Explain) -> None:
    visitor = come(app)
    fill(visitor)
    assert visitor.send({}).page == "leave"
    journey = id_of(app)
    expected = [
        f"{journey[:8]} at kauri: completed",
        STAFF_TOLD,
        "  profile: done",
        "  welcome: done",
    ]
    assert explain(journey[:8]) == Told(0, expected, [])


def test_a_denied_journey_tells_the_code_and_the_names_of_what_was_asked(
    make_hook: MakeHook, database: str, explain: Explain
) -> None:
    app = make_hook(PROFILE + GATE + NOTICE, database=database)
    fill(come(app))
    journey = id_of(app)
    told = explain(journey[:8])
    assert told.out == [
        f"{journey[:8]} at kauri: country_not_served",
        "  profile: done",
        "  country: country_not_served (require: any (claim pronouns equals, arrival country in))",
        "  welcome: not done",
    ]


def test_a_step_that_failed_is_told_with_its_code(make_hook: MakeHook, explain: Explain) -> None:
    app = make_hook(NOTICE + 'when = { arrival = "country", older_than = "1y" }\n')
    assert come(app).seen is not None
    journey = id_of(app)
    told = explain(journey[:8])
    assert told.out == [
        f"{journey[:8]} at kauri: step_failed",
        "  welcome: step_failed (when: arrival country older_than)",
    ]


def test_a_cancelled_journey_tells_how_far_it_came(app: Flask, explain: Explain) -> None:
    visitor = come(app)
    fill(visitor)
    visitor.cancel("not_me")
    journey = id_of(app)
    told = explain(journey[:8])
    assert told.out == [
        f"{journey[:8]} at kauri: not_me",
        STAFF_TOLD,
        "  profile: done",
        "  welcome: not done",
    ]


@pytest.mark.parametrize("purged", [False, True])
def test_an_expired_journey_is_not_told_as_one_under_way(
    app: Flask, clock: Clock, explain: Explain, purged: bool
) -> None:
    """And once its progress is erased, nothing is claimed of steps that may have been done."""
    dates = {"iat": int(time.time()) - 1_000, "exp": int(time.time()) - 400}
    clock.now = dates["iat"]
    fill(come(app, **dates))
    journey = id_of(app)
    clock.now = int(time.time())
    if purged:
        assert app.extensions["hook"].store.purge(clock.now) == 1
    told = explain(journey[:8])
    assert told.status == 0
    assert told.out[0] == f"{journey[:8]} at kauri: out of time"
    assert "  profile: not done" not in told.out


def test_a_journey_under_way_is_told_as_one(app: Flask, clock: Clock, explain: Explain) -> None:
    clock.now = int(time.time())
    fill(come(app, iat=clock.now, exp=clock.now + 600))
    told = explain(id_of(app)[:8])
    assert told.out[0] == f"{id_of(app)[:8]} at kauri: under way"


def test_an_expired_journey_can_be_explained(app: Flask, clock: Clock, explain: Explain) -> None:
    dates = {"iat": int(time.time()) - 1_000, "exp": int(time.time()) - 400}
    clock.now = dates["iat"]
    fill(come(app, **dates))
    told = explain(id_of(app)[:8])
    assert told.status == 0
    assert "  profile: done" in told.out


def test_a_flow_that_has_changed_since_is_told_as_it_was_met(
    app: Flask, tmp_path: Path, explain: Explain
) -> None:
    visitor = come(app)
    fill(visitor)
    visitor.send({})
    journey = id_of(app)
    database = app.extensions["hook"].config.database
    write_config(tmp_path, database, NOTICE.replace("welcome", "news") + NOTICE)
    told = explain(journey[:8])
    assert told.out[:4] == [
        f"{journey[:8]} at kauri: completed",
        "  staff: not_wanted",
        "  profile: done",
        "  welcome: done",
    ]
    assert told.out[4:] in ([], ["  news: not done"])


def test_a_tenant_that_has_gone_is_told_by_its_steps_alone(
    app: Flask, tmp_path: Path, explain: Explain
) -> None:
    fill(come(app))
    journey = id_of(app)
    path = write_config(tmp_path, app.extensions["hook"].config.database, FLOW)
    path.write_text(path.read_text().replace("tenants.kauri", "tenants.totara"))
    told = explain(journey[:8])
    assert told.out == [
        f"{journey[:8]} at kauri: out of time",
        "  staff: not_wanted",
        "  profile: done",
    ]


@pytest.mark.parametrize(
    "odd",
    ["", "a", "abcde", "a" * 23, "abc def", "abcdef%", "ābcdef", "abcdef\n", "'; --", "______x"],
)
def test_what_is_no_id_ends_with_2_and_a_sentence(
    make_hook: MakeHook, explain: Explain, odd: str
) -> None:
    app = make_hook(FLOW)
    come(app)
    assert explain(id_of(app)[:6]).status == 0
    told = explain(odd)
    assert (told.status, told.out) == (UNUSABLE, [])
    assert len(told.err) == 1
    assert told.err[0] in (
        "JOURNEY is an id, or at least its first six signs.",
        "No journey has an id that begins so.",
    )


def test_an_unknown_id_ends_with_2_and_a_sentence(app: Flask, explain: Explain) -> None:
    come(app)
    known = id_of(app)
    unknown = known[:7].swapcase() if known[:7].swapcase() != known[:7] else "aaaaaaa"
    expected = Told(UNUSABLE, [], ["No journey has an id that begins so."])
    assert explain(unknown) == expected
    assert explain(known[:21] + ("a" if known[21] != "a" else "b")) == expected


def test_an_ambiguous_beginning_ends_with_2_and_a_sentence(app: Flask, explain: Explain) -> None:
    unnamed = "UPDATE journeys SET id = :id WHERE id NOT LIKE 'abcdef%'"
    for state, name in (("first", "abcdef_A"), ("second", "abcdef-A")):
        come(app, state=state).cancel()
        change(app, unnamed, id=name + "0" * 14)
    assert explain("abcdef") == Told(UNUSABLE, [], ["Several ids begin so."])
    assert explain("abcdef-").out[0] == "abcdef-A at kauri: user_cancelled"


def test_an_id_that_begins_with_a_hyphen_is_an_id(make_hook: MakeHook, explain: Explain) -> None:
    """One in 64 does; the log has it so."""
    app = make_hook(NOTICE)
    come(app).cancel()
    change(app, "UPDATE journeys SET id = :id", id="-abcdef" + "0" * 15)
    assert explain("--", "-abcdef0").status == 0
    assert explain("-abcdef0").out[:1] == ["-abcdef0 at kauri: user_cancelled"]


def test_an_id_is_needed(make_hook: MakeHook, explain: Explain) -> None:
    make_hook(NOTICE)
    told = explain()
    assert told.status == UNUSABLE
    assert "Missing argument 'JOURNEY'" in told.err[-1]


@pytest.mark.parametrize(
    ("environ", "word"),
    [
        ({"KAURI_SECRET": ""}, "The configuration cannot be used"),
        ({"HOOK__DATABASE": "sqlite:////no/such/folder/hook.db"}, "database"),
        ({"HOOK_VAULT_KEY": "A" * 43 + "="}, "vault_keys"),
    ],
)
def test_what_cannot_be_used_is_told_in_sentences(
    make_hook: MakeHook, explain: Explain, environ: dict[str, str], word: str
) -> None:
    app = make_hook(FLOW)
    come(app)
    told = explain(id_of(app)[:8], **environ)
    assert (told.status, told.out) == (UNUSABLE, [])
    assert word in "\n".join(told.err)


def test_explaining_changes_nothing(app: Flask, explain: Explain) -> None:
    fill(come(app))
    before = rows(app)
    assert explain(id_of(app)[:8]).status == 0
    assert rows(app) == before


# the schema before


def test_a_database_of_the_schema_before_is_brought_up_to_date_with_what_it_has(
    app: Flask, make_hook: MakeHook, explain: Explain
) -> None:
    visitor = come(app)
    fill(visitor)
    journey = id_of(app)
    database = app.extensions["hook"].config.database
    app.extensions["hook"].store.close()
    change(
        app,
        "ALTER TABLE journeys DROP COLUMN trace",
        "UPDATE meta SET value = :version WHERE name = 'schema_version'",
        version=b"2",
    )
    again = make_hook(FLOW, database=database)
    (version,) = (row["value"] for row in rows(again)["meta"] if row["name"] == "schema_version")
    assert bytes(version) == str(len(MIGRATIONS)).encode()
    assert explain(journey[:8]).out[2] == "  profile: done"
    visitor.app, visitor.browser = again, _same_cookies(visitor, again)
    assert visitor.send({}).answer["claims"] == {"pronouns": "they/them"}
    assert explain(journey[:8]).out[0] == f"{journey[:8]} at kauri: completed"
    assert explain(journey[:8]).out[-1] == "  welcome: done"


def _same_cookies(visitor: Visitor, app: Flask) -> Any:
    """The same browser, at the hook that was started anew."""
    browser = app.test_client()
    browser._cookies = visitor.browser._cookies
    return browser


def test_a_journey_that_ended_under_the_schema_before_is_told_without_its_steps(
    app: Flask, explain: Explain
) -> None:
    visitor = come(app)
    fill(visitor)
    visitor.send({})
    journey = id_of(app)
    app.extensions["hook"].store.close()
    change(
        app,
        "ALTER TABLE journeys DROP COLUMN trace",
        "UPDATE meta SET value = :version WHERE name = 'schema_version'",
        version=b"2",
    )
    told = explain(journey[:8])
    assert told.status == 0
    assert told.out[0] == f"{journey[:8]} at kauri: completed"
    assert "  welcome: not done" not in told.out
