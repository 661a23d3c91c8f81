"""Fixtures: a database of each kind, a clock, hooks and visitors."""

import os
import secrets
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest
from sqlalchemy import NullPool, create_engine, exc, text

from hook.testing.hooks import Clock, MakeHook, hooks_in
from hook.testing.visitor import Visitor

POSTGRES = os.environ.get("HOOK_TEST_POSTGRES", "postgresql://postgres@127.0.0.1:5432/postgres")
REQUIRE_ALL = os.environ.get("REQUIRE_ALL") == "1"


def absent(what: str) -> None:
    """Skip a test for what this machine lacks; with REQUIRE_ALL=1 that is a failure."""
    if REQUIRE_ALL:
        pytest.fail(f"{what} is required (REQUIRE_ALL=1), and this machine lacks it")
    pytest.skip(f"this machine lacks {what}")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """With REQUIRE_ALL=1 no skip goes unnoticed, whoever asked for it."""
    report = yield
    if REQUIRE_ALL and report.skipped:
        report.outcome = "failed"
    return report


@pytest.fixture(scope="session")
def postgres() -> str:
    """The URL of a PostgreSQL server on this machine."""
    try:
        engine = create_engine(POSTGRES, poolclass=NullPool, connect_args={"connect_timeout": 3})
        with engine.connect():
            return POSTGRES
    except (exc.SQLAlchemyError, ImportError):
        absent("PostgreSQL")
        raise


@pytest.fixture
def postgres_database(postgres: str) -> Iterator[str]:
    """The URL of an empty PostgreSQL database, dropped afterwards."""
    name = f"hook_test_{secrets.token_hex(6)}"
    server = create_engine(postgres, isolation_level="AUTOCOMMIT", poolclass=NullPool)
    with server.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    try:
        yield postgres.rsplit("/", 1)[0] + f"/{name}"
    finally:
        with server.connect() as connection:
            connection.execute(text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))


@pytest.fixture
def sqlite_database(tmp_path: Path) -> str:
    """The URL of an empty SQLite database."""
    return f"sqlite:///{tmp_path}/hook.db"


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> str:
    """The URL of an empty database, once of each kind."""
    kind = {"sqlite": "sqlite_database", "postgresql": "postgres_database"}[request.param]
    url: str = request.getfixturevalue(kind)
    return url


@pytest.fixture
def clock() -> Clock:
    """A clock that stands still until it is turned."""
    return Clock()


@pytest.fixture
def make_hook(tmp_path: Path, sqlite_database: str, clock: Clock) -> Iterator[MakeHook]:
    """Make a hook of a configuration, on SQLite unless told otherwise."""
    with hooks_in(tmp_path, sqlite_database, clock) as make:
        yield make


@pytest.fixture
def visitor(make_hook: MakeHook) -> Visitor:
    """Ripeka, with a browser of her own, at a hook with terms and a claims form."""
    return Visitor(make_hook())
