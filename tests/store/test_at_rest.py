"""A stolen database names nobody, and what is moved between its rows does not open."""

import base64
import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Connection, create_engine, text

from hook.testing.hooks import TERMS, Clock, MakeHook
from hook.testing.tokens import TENANT_URL, token
from hook.testing.visitor import Seen, Visitor
from hook.testing.watch import rows
from hook.vault import new_key
from tests.support.crowd import Tab

NAME, EMAIL, TYPED, STATE = "Ripeka Tamihana", "ripeka@kauri.example", "tūī & kererū", "s7ate-17"
RETURN = f"{TENANT_URL}/v1/openid/callback?interaction=17"
STORY = """
[[tenants.kauri.steps]]
kind = "claims_form"
name = "story"
title = "Your story"
[[tenants.kauri.steps.fields]]
claim = "story"
label = "Story"
type = "text"
max_length = 100
[[tenants.kauri.steps]]
kind = "notice"
name = "last"
title = "The end"
text = "notice.md"
"""


@pytest.fixture
def app(make_hook: MakeHook, database: str) -> Flask:
    return make_hook(TERMS + STORY, database)


@pytest.fixture
def sql(app: Flask) -> Iterator[Connection]:
    """A way past the hook into its database."""
    engine = create_engine(app.extensions["hook"].config.database, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        yield connection
    engine.dispose()


def arrived(app: Flask, **changes: Any) -> Visitor:
    visitor = Visitor(app)
    visitor.arrive(**changes)
    return visitor


def told(app: Flask, **changes: Any) -> Visitor:
    """A visitor who accepted the terms and told their story."""
    visitor = arrived(app, **changes)
    visitor.send({"answer": "accept"})
    visitor.send({"story": TYPED})
    return visitor


def stored(app: Flask) -> bytes:
    """Every byte of the database: its files where there are files, and all values of all rows."""
    url: str = app.extensions["hook"].config.database
    values = [value for table in rows(app).values() for row in table for value in row.values()]
    files: list[Path] = []
    if url.startswith("sqlite"):
        path = Path(url.removeprefix("sqlite:///"))
        files = sorted(path.parent.glob(path.name + "*"))
        assert path in files
    as_bytes = (value if isinstance(value, bytes) else str(value).encode() for value in values)
    return b"\n".join([*as_bytes, *(file.read_bytes() for file in files)])


def spellings(value: str) -> Iterator[bytes]:
    """A value as it may stand in a file."""
    raw = value.encode()
    yield raw
    yield value.encode("utf-16-le")
    yield json.dumps(value).encode()[1:-1]
    yield base64.b64encode(raw)[:-4]
    yield raw.hex().encode()


def assert_nobody_is_named(app: Flask, visitor: Visitor) -> None:
    sent = token(state=STATE)
    values = {
        "name": NAME,
        "e-mail": EMAIL,
        "what was typed": TYPED,
        "state": STATE,
        "redirectUrl": RETURN,
        "token": sent,
        "payload": sent.split(".")[1],
        "cookie": Tab.of(visitor).cookie,
        "browser key": Tab.of(visitor).cookie.rpartition(".")[0],
    }
    everything = stored(app)
    found = {
        name
        for name, value in values.items()
        for spelling in spellings(value)
        if spelling in everything
    }
    assert found == set()
    for guessed in (EMAIL, f"{TENANT_URL}\0{EMAIL}"):
        assert hashlib.sha256(guessed.encode()).digest() not in everything


def test_a_stolen_database_names_nobody_at_any_time(app: Flask, clock: Clock) -> None:
    visitor = arrived(app, state=STATE)
    assert_nobody_is_named(app, visitor)
    visitor.send({"answer": "accept"})
    visitor.send({"story": TYPED})
    assert_nobody_is_named(app, visitor)
    assert visitor.send({}).answer["claims"] == {"story": TYPED}
    assert_nobody_is_named(app, visitor)
    clock.turn(600)
    app.extensions["hook"].store.purge(clock.now)
    assert_nobody_is_named(app, visitor)


def test_the_search_finds_what_is_there(app: Flask) -> None:
    visitor = arrived(app, state=STATE)
    assert visitor.seen is not None
    journey_id = visitor.seen.url.split("/")[2]
    assert journey_id.encode() in stored(app)


def test_what_is_erased_is_gone_from_its_file(app: Flask, clock: Clock) -> None:
    """Sealed bytes would open for a thief of the key, so they must not linger in free pages."""
    visitor = told(app, state=STATE)
    (row,) = rows(app)["journeys"]
    visitor.send({})
    (ended,) = rows(app)["journeys"]
    clock.turn(600)
    store = app.extensions["hook"].store
    store.purge(clock.now)
    store.close()
    everything = stored(app)
    sealed = {"arrival": row["arrival"], "progress": row["progress"], "answer": ended["answer"]}
    assert {name for name, value in sealed.items() if value in everything} == set()


def put(sql: Connection, table: str, column: str, value: bytes, **where: object) -> None:
    """Write one value past the hook."""
    place = " AND ".join(f"{name} = :{name}" for name in where)
    changed = sql.execute(
        text(f"UPDATE {table} SET {column} = :value WHERE {place}"),  # noqa: S608 - our own names
        {"value": value, **where},
    )
    assert changed.rowcount == 1


def assert_failed_closed(seen: Seen) -> None:
    assert (seen.status, seen.reason, seen.return_url) == (500, "internal", "")
    assert not any(value in seen.html for value in (NAME, EMAIL, "Wiremu", TYPED, TENANT_URL))


@pytest.mark.parametrize("column", ["arrival", "progress"])
@pytest.mark.parametrize("source", ["another journey", "another column", "a changed byte"])
def test_a_sealed_value_that_was_moved_or_changed_fails_closed(
    app: Flask, sql: Connection, column: str, source: str
) -> None:
    visitor = told(app, state="one")
    told(app, state="two", claims={"name": "Wiremu Pere", "email": "wiremu@kauri.example"})
    assert visitor.seen is not None
    journey_id = visitor.seen.url.split("/")[2]
    own, other = sorted(rows(app)["journeys"], key=lambda row: row["id"] != journey_id)
    moved = {
        "another journey": other[column],
        "another column": own["progress" if column == "arrival" else "arrival"],
        "a changed byte": own[column][:-1] + bytes([own[column][-1] ^ 1]),
    }[source]
    page = visitor.seen
    put(sql, "journeys", column, moved, id=journey_id)
    assert_failed_closed(visitor.reload())
    visitor.seen = page
    assert_failed_closed(visitor.send({}))
    assert [row["outcome"] for row in rows(app)["journeys"]] == [None, None]

    put(sql, "journeys", column, own[column], id=journey_id)
    visitor.seen = page
    assert visitor.send({}).answer["claims"] == {"story": TYPED}


def test_an_answer_that_was_moved_to_another_journey_is_not_given(
    app: Flask, sql: Connection
) -> None:
    visitor, other = told(app, state="one"), told(app, state="two")
    visitor.send({})
    other.send({})
    assert visitor.seen is not None
    journey_id = visitor.seen.url.split("/")[2]
    own, moved = sorted(rows(app)["journeys"], key=lambda row: row["id"] != journey_id)
    page = visitor.seen
    put(sql, "journeys", "answer", moved["answer"], id=journey_id)
    assert_failed_closed(visitor.reload())
    put(sql, "journeys", "answer", own["answer"], id=journey_id)
    visitor.seen = page
    assert visitor.reload().return_url == page.return_url


def test_a_record_that_was_moved_to_another_person_fails_closed(
    app: Flask, sql: Connection
) -> None:
    """Else whoever can write to the database could carry one person's factor to another."""
    told(app, state="one")
    (own,) = rows(app)["records"]
    told(app, state="two", claims={"name": "Wiremu Pere", "email": "wiremu@kauri.example"})
    (other,) = (row for row in rows(app)["records"] if row["subject"] != own["subject"])
    before = rows(app)["journeys"]
    put(sql, "records", "sealed", other["sealed"], subject=own["subject"])

    visitor = Visitor(app)
    assert_failed_closed(visitor.arrive(state="three"))
    assert rows(app)["journeys"] == before, "no journey, and so no outcome"

    put(sql, "records", "sealed", own["sealed"], subject=own["subject"])
    assert visitor.arrive(state="three").step == "story"


def test_a_journey_and_what_is_kept_outlive_a_rotation(make_hook: MakeHook, database: str) -> None:
    visitor = told(make_hook(TERMS + STORY, database), state="one")
    rotation = {"HOOK__VAULT_KEYS": '["env:NEW_KEY", "env:HOOK_VAULT_KEY"]', "NEW_KEY": new_key()}
    rotated = make_hook(TERMS + STORY, database, rotation)
    again = Tab.of(visitor).open(rotated)
    assert again.send({}).answer["claims"] == {"story": TYPED}
    assert Visitor(rotated).arrive(state="two").step == "story", "the terms stay accepted"
