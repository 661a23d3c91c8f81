"""The database away, locked, read-only or full: a page that asks to wait, and nothing is lost."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from functools import partial
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Engine, create_engine, event, text

from hook.testing.hooks import TERMS, MakeHook
from hook.testing.visitor import Seen, Values, Visitor
from hook.testing.watch import rows, watched_log
from tests.support.crowd import crowd

STORY = """
[[tenants.kauri.steps]]
kind = "claims_form"
name = "story"
title = "Your story"
[[tenants.kauri.steps.fields]]
claim = "story"
label = "Story"
type = "textarea"
max_length = 1000
max_bytes = 1002
[[tenants.kauri.steps]]
kind = "notice"
name = "last"
title = "The end"
text = "notice.md"
"""
TOLD = "x" * 1_000
# So large that no page of a database has room for one more, nor for a story beside it.
CLAIMS = {"name": "Ripeka", "email": "ripeka@kauri.example", "filler": "y" * 2_500}
ACCEPT: Values = {"answer": "accept"}
TELL: Values = {"story": TOLD}
GO_ON: Values = {}
Fault = Callable[[], AbstractContextManager[None]]


def path_of(app: Flask) -> str:
    url: str = app.extensions["hook"].config.database
    return url.removeprefix("sqlite:///")


@contextmanager
def setting(app: Flask, pragma: str) -> Iterator[None]:
    """Give every connection of the hook to its SQLite file a setting."""

    def connected(connection: Any, _record: Any) -> None:
        connection.execute(f"PRAGMA {pragma}").close()

    store = app.extensions["hook"].store
    store.close()
    event.listen(Engine, "connect", connected)
    try:
        yield
    finally:
        event.remove(Engine, "connect", connected)
        store.close()


def read_only(app: Flask) -> AbstractContextManager[None]:
    return setting(app, "query_only = ON")


def full(app: Flask) -> AbstractContextManager[None]:
    """SQLite takes the present size where it is told to have less."""
    return setting(app, "max_page_count = 1")


@contextmanager
def locked(app: Flask) -> Iterator[None]:
    """Somebody else writes, for longer than the hook waits: which is made short here."""
    with closing(sqlite3.connect(path_of(app), isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with setting(app, "busy_timeout = 1"):
            yield


@contextmanager
def away(app: Flask) -> Iterator[None]:
    """PostgreSQL hangs up on everybody and lets nobody in."""
    url, name = app.extensions["hook"].config.database.rsplit("/", 1)
    server = create_engine(f"{url}/postgres", isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.execute(text(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false"))
        hang_up(connection, name)
        try:
            yield
        finally:
            connection.execute(text(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true"))
    server.dispose()


def hang_up(connection: Any, name: str) -> None:
    """End every connection to a database, as a restart does."""
    gone = text(
        "SELECT count(pg_terminate_backend(pid, 5000)) FROM pg_stat_activity WHERE datname = :name"
    )
    assert connection.scalar(gone, {"name": name}) > 0


FAULTS: dict[str, tuple[str, Callable[[Flask], AbstractContextManager[None]]]] = {
    "read-only": ("sqlite_database", read_only),
    "full": ("sqlite_database", full),
    "locked": ("sqlite_database", locked),
    "away": ("postgres_database", away),
}


UNWRITABLE = sorted(FAULTS.keys() - {"full"})
"""A full database still takes what makes it smaller, as the end of a journey does."""


@pytest.fixture(params=FAULTS)
def kind(request: pytest.FixtureRequest) -> str:
    """What happens to the database."""
    name: str = request.param
    return name


@pytest.fixture
def app(kind: str, request: pytest.FixtureRequest, make_hook: MakeHook) -> Flask:
    return make_hook(TERMS + STORY, request.getfixturevalue(FAULTS[kind][0]))


@pytest.fixture
def fault(kind: str, app: Flask) -> Fault:
    """Let it happen, for as long as a block lasts."""
    return partial(FAULTS[kind][1], app)


def arrived(app: Flask, *sent: Values) -> Visitor:
    """A visitor who has sent these forms."""
    visitor = Visitor(app)
    visitor.arrive(claims=CLAIMS)
    for values in sent:
        visitor.send(values)
    return visitor


def assert_asks_to_wait(seen: Seen) -> None:
    assert (seen.status, seen.reason) == (503, "store_unavailable")
    assert int(seen.response.headers["Retry-After"]) > 0
    assert (seen.step, seen.return_url) == ("", "")
    assert "Set-Cookie" not in seen.response.headers


def test_an_arrival_is_asked_to_wait_and_is_not_used_up(app: Flask, fault: Fault) -> None:
    arrived(app)
    newcomer = Visitor(app)
    with fault():
        assert_asks_to_wait(newcomer.arrive(state="another", claims=CLAIMS))
    assert len(rows(app)["journeys"]) == 1
    assert newcomer.arrive(state="another", claims=CLAIMS).step == "terms"


def test_what_was_typed_is_kept_by_the_same_post_afterwards(app: Flask, fault: Fault) -> None:
    visitor = arrived(app, ACCEPT)
    before, page = rows(app), visitor.seen
    with fault():
        assert_asks_to_wait(visitor.send(TELL))
    assert rows(app) == before
    visitor.seen = page
    assert visitor.send(TELL).step == "last"
    assert visitor.send(GO_ON).answer["claims"] == {"story": TOLD}


@pytest.mark.parametrize("kind", UNWRITABLE)
def test_no_answer_is_given_that_was_not_kept(app: Flask, fault: Fault) -> None:
    visitor = arrived(app, ACCEPT, TELL)
    before, page = rows(app), visitor.seen
    with fault(), watched_log() as log:
        assert_asks_to_wait(visitor.send(GO_ON))
        assert log.events("journey_ended") == []
    assert rows(app) == before
    visitor.seen = page
    assert visitor.send(GO_ON).answer["claims"] == {"story": TOLD}


@pytest.mark.parametrize("kind", UNWRITABLE)
def test_terms_are_not_accepted_before_that_is_kept(app: Flask, fault: Fault) -> None:
    visitor = arrived(app)
    page = visitor.seen
    with fault():
        assert_asks_to_wait(visitor.send(ACCEPT))
    assert rows(app)["records"] == []
    visitor.seen = page
    assert visitor.send(ACCEPT).step == "story"
    assert len(rows(app)["records"]) == 1


@pytest.mark.parametrize("kind", UNWRITABLE)
def test_a_cancel_is_asked_to_wait_and_works_afterwards(app: Flask, fault: Fault) -> None:
    visitor = arrived(app)
    assert visitor.seen is not None
    page = visitor.get(visitor.seen.url.rpartition("/")[0] + "/cancel")
    with fault():
        assert_asks_to_wait(visitor.send({"reason": "user_cancelled"}))
    visitor.seen = page
    assert visitor.send({"reason": "user_cancelled"}).answer["error"] == {
        "message": "user_cancelled"
    }


@pytest.mark.parametrize("kind", UNWRITABLE)
def test_health_tells_a_working_process_from_a_working_database(app: Flask, fault: Fault) -> None:
    visitor = arrived(app)
    assert (visitor.get("/healthz").status, visitor.get("/readyz").status) == (200, 200)
    with fault():
        assert visitor.get("/healthz").status == 200
        ready = visitor.get("/readyz")
        assert_asks_to_wait(ready)
    assert (visitor.get("/healthz").status, visitor.get("/readyz").status) == (200, 200)


@pytest.mark.parametrize("kind", ["read-only", "full", "locked"])
def test_a_page_can_be_read_while_sqlite_cannot_be_written(app: Flask, fault: Fault) -> None:
    visitor = arrived(app)
    with fault():
        assert visitor.reload().step == "terms"


@pytest.mark.parametrize("kind", ["away"])
def test_a_page_is_asked_to_wait_for_while_postgresql_is_away(app: Flask, fault: Fault) -> None:
    visitor = arrived(app)
    with fault():
        assert_asks_to_wait(visitor.reload())
    assert visitor.reload().step == "terms"


def test_a_restart_of_postgresql_between_two_pages_is_not_noticed(
    make_hook: MakeHook, postgres_database: str
) -> None:
    visitor = arrived(make_hook(TERMS + STORY, postgres_database))
    engine = create_engine(postgres_database.rsplit("/", 1)[0] + "/postgres")
    with engine.connect() as connection:
        hang_up(connection, postgres_database.rsplit("/", 1)[1])
    engine.dispose()
    assert visitor.send(ACCEPT).step == "story"


HANGS_UP = """
CREATE FUNCTION hang_up() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END $$;
CREATE CONSTRAINT TRIGGER hang_up AFTER UPDATE ON journeys DEFERRABLE INITIALLY DEFERRED
FOR EACH ROW EXECUTE FUNCTION hang_up();
"""


def test_a_connection_lost_in_the_commit_loses_nothing(
    make_hook: MakeHook, postgres_database: str
) -> None:
    app = make_hook(TERMS + STORY, postgres_database)
    visitor = arrived(app, ACCEPT, TELL)
    before, page = rows(app), visitor.seen
    engine = create_engine(postgres_database, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql(HANGS_UP)
        assert_asks_to_wait(visitor.send(GO_ON))
        connection.exec_driver_sql("DROP TRIGGER hang_up ON journeys")
    engine.dispose()
    assert rows(app) == before
    visitor.seen = page
    assert visitor.send(GO_ON).answer["claims"] == {"story": TOLD}


def test_faults_use_up_no_connections(app: Flask, fault: Fault) -> None:
    """More fail than there are connections; afterwards as many are served at one moment."""
    arrived(app)
    many = 40
    with fault():
        for number in range(many):
            assert_asks_to_wait(Visitor(app).arrive(state=f"s-{number}", claims=CLAIMS))

    def arrive(app: Flask, number: int, go: Callable[[], object]) -> str:
        go()
        return Visitor(app).arrive(state=f"s-{number}", claims=CLAIMS).step

    assert crowd(app, many, arrive) == ["terms"] * many


@pytest.mark.parametrize("path", ["/kauri/a%00b", "/kauri/a%00b/terms", "/kauri/a%00b/cancel"])
def test_a_path_that_no_database_can_hold_is_not_found(
    make_hook: MakeHook, database: str, path: str
) -> None:
    visitor = arrived(make_hook(TERMS + STORY, database))
    assert visitor.get(path.replace("%00", "")).reason == "journey_unknown"
    assert visitor.get(path).reason == "journey_unknown"


def test_an_error_page_says_nothing_of_the_database(app: Flask, fault: Fault) -> None:
    arrived(app)
    with fault(), watched_log() as log:
        seen = Visitor(app).arrive(state="another", claims=CLAIMS)
    for word in ("sqlite", "postgres", "psycopg", "OperationalError", "INSERT", "journeys", "yyyy"):
        assert word.lower() not in seen.html.lower()
    (line,) = log.events("request_refused", reason="store_unavailable")
    assert line["detail"] in ("OperationalError", "AdminShutdown")
    assert "yyyy" not in log
