"""The bench measures what it says: its visitors really walk, at the floor and at the hook."""

import math
import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from bench import memory, seed, servers, weight
from bench.load import KINDS, LoadError, Reply, Round, walk
from bench.results import latencies, ratio
from bench.servers import App
from bench.visitors import FORM, TERMS, Flow, Visitor, is_answered, mint

pytestmark = pytest.mark.skipif(os.name != "posix", reason="this machine lacks gunicorn")

FLOWS = pytest.mark.parametrize("flow", [FORM, TERMS], ids=["claims_form", "terms"])


@pytest.fixture(scope="module")
def floor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """The floor, served as the bench serves it."""
    with servers.floor(tmp_path_factory.mktemp("floor"), threads=1) as app:
        yield app


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the hooks live."""
    return tmp_path_factory.mktemp("hooks")


@pytest.fixture(scope="module")
def sqlite_hook(folder: Path) -> Iterator[App]:
    """The hook on SQLite, served as the bench serves it."""
    with servers.hook("sqlite", folder, threads=1) as app:
        yield app


@pytest.fixture(scope="module")
def postgresql_hook(folder: Path, postgres: str) -> Iterator[App]:
    """The hook on PostgreSQL, served as the bench serves it."""
    with (
        servers.postgres_database(postgres) as database,
        servers.hook("postgresql", folder, 1, database or "") as app,
    ):
        yield app


@pytest.fixture(params=["sqlite", "postgresql"])
def hook(request: pytest.FixtureRequest) -> App:
    """The hook, once on each database."""
    app: App = request.getfixturevalue(f"{request.param}_hook")
    return app


def replies(app: App, visitors: list[Visitor]) -> tuple[list[Reply], Round]:
    """Let visitors walk one after another; give every reply, and what the bench makes of them."""
    seen: list[Reply] = []
    return seen, walk(app.port, visitors, connections=1, watch=seen.append)


@FLOWS
def test_a_visitor_of_the_bench_comes_away_with_an_answer_of_their_own(
    hook: App, flow: Flow
) -> None:
    visitor, stranger = mint(flow, 2)
    pages, seen = replies(hook, [visitor])
    assert (len(pages), seen.journeys) == (len(KINDS), 1)
    assert [len(seen.latencies[kind]) for kind in KINDS] == [1, 1, 1, 1]
    assert is_answered(visitor, pages[-1].body)
    assert not is_answered(stranger, pages[-1].body)


@FLOWS
def test_the_floor_answers_the_same_requests_with_pages_of_the_same_size(
    floor: App, sqlite_hook: App, flow: Flow
) -> None:
    at_floor, _ = replies(floor, mint(flow, 1))
    at_hook, _ = replies(sqlite_hook, mint(flow, 1))
    for one, other in zip(at_floor, at_hook, strict=True):
        assert one.head[:12] == other.head[:12]
        assert len(one.body) == pytest.approx(len(other.body), rel=0.05)


def test_a_journey_that_goes_wrong_ends_the_round(sqlite_hook: App) -> None:
    visitor = mint(FORM, 1)[0]
    refused = Visitor(FORM, visitor.state, visitor.path + "x")
    with pytest.raises(LoadError, match="400 where 303 was due"):
        replies(sqlite_hook, [refused])


def test_nothing_is_counted_before_the_lead_is_over(floor: App) -> None:
    seen: list[Reply] = []
    counted = walk(floor.port, mint(FORM, 2), connections=1, lead=math.inf, watch=seen.append)
    assert len(seen) == 2 * len(KINDS)
    assert counted.journeys == 0
    assert not any(counted.latencies.values())


def test_nobody_starts_once_the_time_is_over(floor: App) -> None:
    seen: list[Reply] = []
    walk(floor.port, mint(FORM, 2), connections=1, seconds=0, watch=seen.append)
    assert not seen


def test_a_ratio_is_the_median_of_neighbours_with_its_spread() -> None:
    base = [Round(0, 1, journeys) for journeys in (100, 200, 50)]
    other = [Round(0, 1, journeys) for journeys in (50, 120, 45)]
    assert ratio(other, base) == "0.60 (0.50–0.90)"


def test_latencies_are_percentiles_in_milliseconds() -> None:
    seen = Round(0, 1)
    seen.latencies["page"] = [n / 1000 for n in range(101)]
    assert latencies([seen]) == ["50", "95", "99"]
    assert latencies([seen], ["submit"]) == ["–", "–", "–"]


def test_seeded_subjects_look_like_the_one_that_the_hook_wrote(
    sqlite_hook: App, folder: Path
) -> None:
    walk(sqlite_hook.port, mint(TERMS, 1), connections=1)
    database = folder / "sqlite/hook.db"
    before = records(database)
    seed.fill(database, 10)
    after = records(database)
    assert len(after) == len(before) + 10
    assert len({subject for subject, _ in after}) == len(after)
    assert {(len(subject), len(sealed)) for subject, sealed in after} == {
        (len(subject), len(sealed)) for subject, sealed in before
    }


def test_nothing_is_seeded_from_nothing(folder: Path) -> None:
    with sqlite3.connect(folder / "empty.db") as connection:
        connection.execute("CREATE TABLE records (tenant, subject, kind, step, sealed, updated_at)")
    connection.close()
    with pytest.raises(ValueError, match="no record to copy"):
        seed.fill(folder / "empty.db", 10)


def records(database: Path) -> list[tuple[bytes, bytes]]:
    """Read all subjects with what is kept of them."""
    connection = sqlite3.connect(database)
    try:
        return connection.execute("SELECT subject, sealed FROM records").fetchall()
    finally:
        connection.close()


def test_a_page_is_weighed_with_all_it_links_to(sqlite_hook: App) -> None:
    pages, _ = replies(sqlite_hook, mint(FORM, 1))
    parts = weight.weigh(sqlite_hook.port, pages[KINDS.index("page")].body)
    assert [part.name for part in parts] == ["HTML", "/static/hook.css", "/static/icon.svg"]
    assert all(0 < part.compressed < part.plain for part in parts)


@pytest.mark.skipif(not memory.can_be_read(), reason="this machine lacks /proc/self/smaps_rollup")
def test_memory_is_read_of_each_worker(floor: App) -> None:
    workers = memory.of_workers(floor.process)
    assert len(workers) == servers.WORKERS
    for worker in workers:
        assert 0 < worker.private <= worker.pss <= worker.rss
