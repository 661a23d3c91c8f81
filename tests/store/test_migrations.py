"""The start on every kind of database: empty, known, newer, wrong, and several starts at once."""

import gc
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import Connection, create_engine, text

from hook.errors import StoreUnavailable, VaultError
from hook.store import Store
from hook.store.database import Database
from hook.store.migrations import MIGRATIONS, SchemaTooNew, load_pepper
from hook.testing.hooks import TERMS, write_config
from hook.vault import Vault, new_key
from tests.support.crowd import ROOT, Go, Machines, crowd, gunicorn, server_environ
from tests.support.journeys import SUBJECT

KEY, OTHER_KEY = bytes(range(32)), bytes(range(1, 33))
STARTS = 8
Start = Callable[..., Store]
SERVERS = {
    "flask run": ("flask", "--app", "app", "run", "--port", "0"),
    "gunicorn": ("gunicorn", "-c", "gunicorn.conf.py", "app:app"),
}


@pytest.fixture(autouse=True)
def nothing_left_open() -> Iterator[None]:
    """A connection that a refused start left open is told in the test that left it."""
    yield
    gc.collect()


@pytest.fixture
def sql(database: str) -> Iterator[Connection]:
    """A way past the hook into its database."""
    engine = create_engine(database, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        yield connection
    engine.dispose()


def start(database: str, *keys: bytes) -> bytes:
    """Start on a database and stop; give the pepper, which tells whether it is the same one."""
    store = Store(database, Vault(keys or (KEY,)))
    try:
        store.ping()
        assert store.records("kauri", SUBJECT, "terms") == {}
        return store.pepper
    finally:
        store.close()


def start_with_others(database: str, _number: int, go: Go) -> bytes:
    go()
    return start(database)


def everything(sql: Connection) -> list[tuple[str, bytes]]:
    """All that a start writes."""
    return [(row.name, bytes(row.value)) for row in sql.execute(text("SELECT * FROM meta"))]


def test_an_empty_database_is_made_ready(database: str, sql: Connection) -> None:
    start(database)
    assert dict(everything(sql))["schema_version"] == str(len(MIGRATIONS)).encode()


def test_a_second_start_changes_nothing(database: str, sql: Connection) -> None:
    first = start(database)
    before = everything(sql)
    assert start(database) == first
    assert everything(sql) == before


def test_another_database_has_another_pepper(database: str, tmp_path: Path) -> None:
    assert start(database) != start(f"sqlite:///{tmp_path}/another.db")


@pytest.fixture(scope="module")
def machines() -> Iterator[Machines]:
    machines = Machines(3)
    yield machines
    machines.close()


def test_several_starts_in_one_process_agree(database: str) -> None:
    peppers = crowd(None, STARTS, lambda _, number, go: start_with_others(database, number, go))
    assert len(peppers) == STARTS
    assert len(set(peppers)) == 1


def test_several_starts_that_look_for_the_pepper_at_once_agree(
    database: str, sql: Connection
) -> None:
    """Schema and pepper are two transactions: a start may die between them, others may meet."""
    start(database)
    sql.execute(text("DELETE FROM meta WHERE name = 'pepper'"))
    peppers = crowd(None, STARTS, lambda _, number, go: pepper_with_others(database, number, go))
    assert len(set(peppers)) == 1
    assert start(database) in peppers


def pepper_with_others(url: str, _number: int, go: Go) -> bytes:
    database = Database(url)
    try:
        with database.read():
            go()
        return load_pepper(database, Vault((KEY,)))
    finally:
        database.close()


def test_several_processes_that_start_at_once_agree(database: str, machines: Machines) -> None:
    peppers = machines.each(partial(start_with_others, database))
    assert len(peppers) > 1
    assert len(set(peppers)) == 1


def test_several_processes_start_at_once_on_one_new_file_after_the_other(
    sqlite_database: str, machines: Machines
) -> None:
    """Each file is made ready once in its life, so that many files are needed to see a race."""
    starts = machines.each(partial(start_often, sqlite_database))
    assert len({tuple(peppers) for peppers in starts}) == 1


def start_often(database: str, number: int, go: Go) -> list[bytes]:
    return [start_with_others(f"{database}{file}", number, go) for file in range(30)]


@pytest.mark.parametrize("version", [len(MIGRATIONS) + 1, len(MIGRATIONS) + 10])
def test_a_newer_schema_is_refused_and_left_alone(
    database: str, sql: Connection, version: int
) -> None:
    start(database)
    set_version(sql, version)
    before = everything(sql)
    with pytest.raises(SchemaTooNew, match=f"schema {version}, this hook knows {len(MIGRATIONS)}"):
        start(database)
    assert everything(sql) == before
    set_version(sql, len(MIGRATIONS))
    start(database)


def set_version(sql: Connection, version: int) -> None:
    values = {"value": str(version).encode()}
    sql.execute(text("UPDATE meta SET value = :value WHERE name = 'schema_version'"), values)


def test_another_vault_key_is_refused_and_the_database_left_alone(
    database: str, sql: Connection
) -> None:
    first = start(database)
    before = everything(sql)
    with pytest.raises(VaultError, match="not in vault_keys"):
        start(database, OTHER_KEY)
    assert everything(sql) == before
    assert start(database) == first


def test_after_a_rotation_it_is_the_same_database(database: str) -> None:
    assert start(database) == start(database, OTHER_KEY, KEY)


@pytest.mark.parametrize(
    "elsewhere", ["sqlite:////no/such/folder/hook.db", "postgresql://postgres@127.0.0.1:1/postgres"]
)
def test_a_database_that_does_not_answer_is_refused(elsewhere: str) -> None:
    with pytest.raises(StoreUnavailable, match="store_unavailable") as refused:
        start(elsewhere)
    assert refused.value.detail == "OperationalError"


def run(server: str, folder: Path, **environ: str) -> subprocess.CompletedProcess[str]:
    """Start a server that is expected to end by itself."""
    return subprocess.run(
        [sys.executable, "-m", *SERVERS[server]],
        cwd=ROOT,
        env={**server_environ(folder), "HOOK_BIND": "127.0.0.1:0", **environ},
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )


@pytest.fixture
def folder(tmp_path: Path, sqlite_database: str) -> Path:
    """A folder with a configuration."""
    write_config(tmp_path, sqlite_database, TERMS)
    return tmp_path


@pytest.mark.parametrize("server", SERVERS)
def test_a_server_does_not_start_on_a_newer_schema_and_says_why(
    folder: Path, sqlite_database: str, server: str
) -> None:
    start(sqlite_database)
    engine = create_engine(sqlite_database, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        set_version(connection, len(MIGRATIONS) + 1)
    engine.dispose()
    ended = run(server, folder)
    assert ended.returncode == 2
    assert "The database was made by a newer hook: " in ended.stderr
    assert "Traceback" not in ended.stderr


@pytest.mark.parametrize("server", SERVERS)
def test_a_server_does_not_start_with_another_vault_key_and_says_why(
    folder: Path, sqlite_database: str, server: str
) -> None:
    start(sqlite_database)
    key = new_key()
    ended = run(server, folder, HOOK_VAULT_KEY=key)
    assert ended.returncode == 2
    assert "vault_keys do not open this database: " in ended.stderr
    assert "Traceback" not in ended.stderr
    assert key not in ended.stdout + ended.stderr


@pytest.mark.parametrize("server", SERVERS)
def test_a_server_does_not_start_without_its_database_and_says_why(
    folder: Path, server: str
) -> None:
    ended = run(server, folder, HOOK__DATABASE="postgresql://kea:hunter2@127.0.0.1:1/hook")
    assert ended.returncode == 2
    assert "The database does not answer (OperationalError). Check `database`." in ended.stderr
    assert "Traceback" not in ended.stderr
    assert "hunter2" not in ended.stdout + ended.stderr


def test_a_server_starts_on_a_database_it_knows(folder: Path) -> None:
    for _ in range(2):
        with gunicorn(folder, "app:app") as server:
            assert server.test_client().get("/readyz").status_code == 200
