"""The bench: rounds of floor and hook in turn, then the tables."""

import argparse
import os
import platform
import sys
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from bench import memory, seed, servers, weight
from bench.load import CONNECTIONS, KINDS, LoadError, Round, walk
from bench.results import latencies, rate, ratio, table
from bench.servers import App
from bench.visitors import FORM, TERMS, Flow, is_answered, mint
from dev import ROOT

POSTGRES = os.environ.get("HOOK_TEST_POSTGRES", "postgresql://postgres@127.0.0.1:5432/postgres")
_WEIGHT_MOST = 14
_IN_MEMORY = ("tmpfs", "ramfs")
_HEADS = ["", "journeys/s", "of the floor", "p50 ms", "p95 ms", "p99 ms"]


@dataclass(frozen=True)
class Plan:
    """How long and how much."""

    rounds: int
    seconds: float
    lead: float
    subjects: int


PLAN = Plan(rounds=7, seconds=2.8, lead=0.4, subjects=1_000_000)
QUICK = Plan(rounds=2, seconds=0.8, lead=0.2, subjects=50_000)


@dataclass
class Bench:
    """The rounds of one run, and the folder its servers live in."""

    plan: Plan
    folder: Path
    threads: int
    connections: int
    cpu: list[float] = field(default_factory=list)

    def race(self, flow: Flow, apps: Sequence[App]) -> list[list[Round]]:
        """Let the apps take turns, every other time backwards; give the rounds of each."""
        for app in apps:
            self._round(app, flow, self.plan.lead)
        rounds: dict[str, list[Round]] = {app.name: [] for app in apps}
        for number in range(self.plan.rounds):
            for app in apps if number % 2 else reversed(apps):
                rounds[app.name].append(self._round(app, flow, self.plan.seconds))
        return list(rounds.values())

    def _round(self, app: App, flow: Flow, seconds: float) -> Round:
        visitors = mint(flow, round(2500 * (self.plan.lead + seconds)))
        seen = walk(app.port, visitors, self.connections, self.plan.lead, seconds)
        if app.name != "floor" and not all(is_answered(*one) for one in seen.finished):
            raise LoadError("an answer is not the visitor's own")
        self.cpu.append(seen.cpu)
        return seen


def main(arguments: Sequence[str]) -> int:
    """Measure, and print the tables."""
    options = _options(arguments)
    with tempfile.TemporaryDirectory(prefix="hook-bench-", dir=_disk()) as folder:
        bench = Bench(
            QUICK if options.quick else PLAN, Path(folder), options.threads, options.connections
        )
        _say(_machine(bench))
        try:
            with ExitStack() as stack:
                floor = stack.enter_context(servers.floor(bench.folder, bench.threads))
                _sqlite(bench, floor)
                if options.postgres:
                    _postgres(bench, floor, options.postgres)
        except LoadError as error:
            sys.exit(f"The bench ended early: {error}.")
        _say(f"\nThe load itself took {1e6 * max(bench.cpu):.0f} µs of a core for a request.")
    return 0


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python3 dev.py bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="half a minute; numbers mean little")
    parser.add_argument("--threads", type=int, default=4, help="gunicorn threads a worker")
    parser.add_argument("--connections", type=int, default=CONNECTIONS, help="kept connections")
    parser.add_argument(
        "--postgres", nargs="?", const=POSTGRES, metavar="URL", help="measure PostgreSQL as well"
    )
    return parser.parse_args(arguments)


def _sqlite(bench: Bench, floor: App) -> None:
    with servers.hook("hook", bench.folder, bench.threads) as hook:
        rounds = bench.race(FORM, (floor, hook))
        _say(_journeys("Journeys through a claims form of three fields", rounds, "hook, SQLite"))
        _say(_requests(rounds))
        _say(_memory([("floor", floor), ("hook", hook)]))
        _say(_weight(hook))
        _records(bench, floor, hook)


def _records(bench: Bench, floor: App, hook: App) -> None:
    many = f"{bench.plan.subjects:,} subjects"
    with servers.hook(many, bench.folder, bench.threads) as full:
        walk(full.port, mint(TERMS, 1), connections=1)
        database = bench.folder / many / "hook.db"
        seconds = seed.fill(database, bench.plan.subjects)
        size = database.stat().st_size / 1_000_000
        _say(f"\nStored {many} in {seconds:.1f} s; the database has {size:.0f} MB.")
        rounds = bench.race(TERMS, (floor, hook, full))
    _say(
        _journeys(
            "Journeys through terms, which are looked up and recorded",
            rounds,
            "hook, SQLite, no subjects at first",
            f"hook, SQLite, {many}",
        )
    )
    _say(f"\nWith {many} against without: {ratio(rounds[2], rounds[1])}")


def _postgres(bench: Bench, floor: App, url: str) -> None:
    with servers.postgres_database(url) as database:
        if database is None:
            _say("\nPostgreSQL did not answer, so it was not measured.")
            return
        with servers.hook("hook-postgres", bench.folder, bench.threads, database) as hook:
            rounds = bench.race(FORM, (floor, hook))
            _say(_journeys("The claims form on PostgreSQL", rounds, "hook, PostgreSQL"))
            _say(_memory([("hook, PostgreSQL", hook)]))


def _journeys(title: str, rounds: Sequence[Sequence[Round]], *names: str) -> str:
    rows = [
        [name, f"{rate(each):.0f}", ratio(each, rounds[0]), *latencies(each)]
        for name, each in zip(["floor", *names], rounds, strict=True)
    ]
    return table(title, _HEADS, rows)


def _requests(rounds: Sequence[Sequence[Round]]) -> str:
    floor, hook = rounds
    rows = [[kind, *latencies(floor, [kind]), *latencies(hook, [kind])] for kind in KINDS]
    heads = ["", *(f"{app} {p} ms" for app in ("floor", "hook") for p in ("p50", "p95", "p99"))]
    return table("The same, by request", heads, rows)


def _memory(apps: Sequence[tuple[str, App]]) -> str:
    if not memory.can_be_read():
        return "\nMemory is not shown: this system does not tell it in /proc."
    rows = [
        [f"{name}, worker {number}", *(f"{mb:.0f}" for mb in (one.rss, one.pss, one.private))]
        for name, app in apps
        for number, one in enumerate(memory.of_workers(app.process), 1)
    ]
    return table("Memory after that load", ["", "RSS MB", "PSS MB", "private MB"], rows)


def _weight(hook: App) -> str:
    parts = weight.weigh(hook.port, _step_page(hook))
    whole = weight.Part(
        f"all (aim: {_WEIGHT_MOST} KB)",
        sum(part.plain for part in parts),
        sum(part.compressed for part in parts),
    )
    rows = [[one.name, str(one.plain), str(one.compressed)] for one in (*parts, whole)]
    return table("Weight of the claims form's page", ["", "bytes", "compressed"], rows)


def _step_page(hook: App) -> bytes:
    pages: list[bytes] = []
    walk(hook.port, mint(FORM, 1), connections=1, watch=lambda reply: pages.append(reply.body))
    return pages[KINDS.index("page")]


def _disk() -> Path:
    """Find a folder that is on a disk, as commits are to cost what they cost."""
    places = (Path(tempfile.gettempdir()), ROOT)
    return next((one for one in places if _file_system(one) not in _IN_MEMORY), ROOT)


def _file_system(folder: Path) -> str:
    mounts = Path("/proc/mounts")
    if not mounts.is_file():
        return "unknown"
    found = [line.split()[1:3] for line in mounts.read_text(encoding="utf-8").splitlines()]
    around = [(len(at), kind) for at, kind in found if folder.resolve().is_relative_to(at)]
    return max(around, default=(0, "unknown"))[1]


def _machine(bench: Bench) -> str:
    load = f"{os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else "unknown"
    return (
        f"{os.cpu_count()} cores, which servers and load share; load before the start {load}. "
        f"Python {platform.python_version()}, {platform.system()} {platform.machine()}.\n"
        f"gunicorn: {servers.WORKERS} workers with {bench.threads} threads. "
        f"{bench.connections} connections, always busy.\n"
        f"Database on {_file_system(bench.folder)}. "
        f"{bench.plan.rounds} rounds of {bench.plan.seconds} s an app, in turn: a ratio is the "
        "median over\nneighbouring rounds (least–most), latencies are over all rounds."
    )


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
