"""New vault keys while the hook runs: the newest opens everything then, and nothing is lost."""

import base64
import gc
import re
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import pyotp
import pytest
from flask import Flask
from sqlalchemy import Connection, Engine, create_engine, event, select, update

from hook.errors import VaultError
from hook.refusals import COMPLETED
from hook.state import Journey, Position, Progress
from hook.steps.factor import Enrol, Factor, FactorChange, Forget
from hook.store import Store, new_id
from hook.store.rotation import SEALED, Rotated
from hook.store.tables import factors, meta
from hook.testing.hooks import ENVIRON, NOTICE, RECOVERY, TERMS, TOTP, Clock, MakeHook
from hook.testing.tokens import NOW
from hook.testing.visitor import Seen, Visitor
from hook.vault import KEY_ID_BYTES, Vault
from tests.store.conftest import MakeStore
from tests.support.crowd import Tab
from tests.support.journeys import BROWSER, DIARY, SUBJECT, a_journey

OLD, NEW, UNKNOWN = bytes(range(32)), bytes(range(1, 33)), bytes(range(2, 34))
APP = Enrol("totp", "app", {"seed": "JBSWY3DPEHPK3PXP"}, label="App", mail="r@kauri.example")
CLAIMS = {"page": 1}
KINDS = frozenset({"totp", "webauthn"})
MANY = 203
"""More than the walk takes at once."""
FLOW = TERMS + TOTP + RECOVERY + NOTICE
NEW_KEY = base64.urlsafe_b64encode(NEW).decode()
BOTH = {"HOOK__VAULT_KEYS": '["env:NEW_KEY", "env:HOOK_VAULT_KEY"]', "NEW_KEY": NEW_KEY}
ONLY_NEW = {"HOOK__VAULT_KEYS": '["env:NEW_KEY"]', "NEW_KEY": NEW_KEY}


@pytest.fixture
def sql(database: str) -> Iterator[Connection]:
    """A way past the hook into its database."""
    engine = create_engine(database, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        yield connection
    engine.dispose()


def keep(store: Store, *changes: FactorChange, who: bytes = SUBJECT) -> None:
    """Change factors with a journey that is over at once: it leaves a sealed answer."""
    position = Position(Progress(), end="user_cancelled", factors=changes)
    assert store.open(a_journey(state=new_id()), position, who, BROWSER, NOW)


def fill(store: Store) -> tuple[Journey, Journey]:
    """Keep one of everything; give a journey under way and one that has ended."""
    journey, ended = a_journey(state="one"), a_journey(state="two")
    progress = Progress(done=("diary",), claims=CLAIMS, scratch={"x": {"challenge": "c"}})
    position = Position(progress, records=((DIARY, CLAIMS),), factors=(APP,))
    assert store.open(journey, position, SUBJECT, BROWSER, NOW)
    over = Position(Progress(claims=CLAIMS), end=COMPLETED)
    assert store.open(ended, over, SUBJECT, BROWSER, NOW)
    return journey, ended


def key_ids(sql: Connection) -> dict[str, set[bytes]]:
    """Under which keys the values of each sealed column are."""
    found: dict[str, set[bytes]] = {}
    for sealed in SEALED:
        rows = sql.execute(select(sealed.table.c[sealed.column.name], *sealed.table.primary_key))
        values = [row[0] for row in rows if sealed.table is not meta or row.name == "pepper"]
        ids = {bytes(value)[:KEY_ID_BYTES] for value in values if value is not None}
        found[f"{sealed.table.name}.{sealed.column.name}"] = ids
    return found


def test_afterwards_the_newest_key_opens_everything(make_store: MakeStore, sql: Connection) -> None:
    before = make_store(OLD)
    journey, ended = fill(before)
    with pytest.raises(VaultError):
        make_store(NEW)
    assert make_store(NEW, OLD).rotate() == Rotated(6, 0)

    after = make_store(NEW)
    assert after.pepper == before.pepper
    assert set(key_ids(sql)) == {
        "meta.value",
        "records.sealed",
        "factors.sealed",
        "journeys.arrival",
        "journeys.progress",
        "journeys.answer",
    }
    assert all(ids == {Vault((NEW,)).newest_id} for ids in key_ids(sql).values())
    assert after.records("kauri", SUBJECT, "diary") == {"diary": CLAIMS}
    ((factor, mail),) = after.all_factors("kauri", SUBJECT)
    assert (factor.data, factor.label, mail) == (APP.data, APP.label, APP.mail)
    under_way = after.find("kauri", journey.id, BROWSER)
    assert under_way is not None
    assert under_way.journey is not None
    assert under_way.journey.arrival == journey.arrival
    assert under_way.journey.progress.scratch == {"x": {"challenge": "c"}}
    over = after.find("kauri", ended.id, BROWSER)
    assert over is not None
    assert over.ended is not None
    assert (over.ended.outcome, over.ended.claims) == (COMPLETED, CLAIMS)
    with pytest.raises(VaultError):
        before.factors("kauri", SUBJECT, KINDS)


def everything(sql: Connection) -> list[Any]:
    tables = {sealed.table.name: sealed.table for sealed in SEALED}
    return [
        sql.execute(select(table).order_by(*table.primary_key)).all() for table in tables.values()
    ]


def test_a_second_run_changes_nothing(make_store: MakeStore, sql: Connection) -> None:
    fill(make_store(OLD))
    store = make_store(NEW, OLD)
    assert store.rotate().resealed == 6
    before = everything(sql)
    assert store.rotate() == Rotated(0, 0)
    assert everything(sql) == before


def test_only_what_is_sealed_changes(make_store: MakeStore, sql: Connection) -> None:
    fill(make_store(OLD))
    (before,) = sql.execute(select(factors)).mappings()
    make_store(NEW, OLD).rotate()
    (after,) = sql.execute(select(factors)).mappings()
    assert {name for name in before if before[name] != after[name]} == {"sealed"}


def test_more_than_one_batch_is_sealed_anew(make_store: MakeStore, sql: Connection) -> None:
    keep(make_store(OLD), *(Enrol("webauthn", f"{number}", {}) for number in range(MANY)))
    assert make_store(NEW, OLD).rotate() == Rotated(MANY + 2, 0)
    assert len(make_store(NEW).factors("kauri", SUBJECT, KINDS)) == MANY


@contextmanager
def meanwhile(column: str, act: Callable[[], object]) -> Iterator[None]:
    """Once the values of a column are read for rotation, and before they change, act."""
    left = [act]

    def executed(_c: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        read = " ".join(statement.split())
        if left and f"{column} AS sealed_value" in read:
            left.pop()()

    event.listen(Engine, "after_cursor_execute", executed)
    try:
        yield
    finally:
        event.remove(Engine, "after_cursor_execute", executed)
    assert not left, "it has happened"


def replaced(store: Store) -> None:
    keep(store, Forget("totp"), Enrol("totp", "app", {"seed": "another"}))


def removed(store: Store) -> None:
    store.remove_factor("kauri", SUBJECT, Factor("totp", "app", "", {}, 0, NOW))


def added(store: Store) -> None:
    keep(store, Enrol("webauthn", "key", {"seed": "another"}))


@pytest.mark.parametrize("by", [(OLD,), (NEW, OLD)], ids=["an old hook", "a new hook"])
@pytest.mark.parametrize(
    ("act", "seeds"),
    [
        (replaced, ["another"]),
        (removed, []),
        (added, [APP.data["seed"], "another"]),
    ],
)
def test_what_changed_while_it_ran_is_kept(
    make_store: MakeStore,
    act: Callable[[Store], None],
    seeds: list[str],
    by: tuple[bytes, ...],
) -> None:
    fill(make_store(OLD))
    other = make_store(*by)
    rotating = make_store(NEW, OLD)
    with meanwhile("factors.sealed", lambda: act(other)):
        assert rotating.rotate().left == 0
    found = make_store(NEW).factors("kauri", SUBJECT, KINDS)
    assert sorted(factor.data["seed"] for factor in found) == sorted(seeds)


def test_progress_that_was_saved_while_it_ran_is_kept(make_store: MakeStore) -> None:
    old = make_store(OLD)
    journey, _ = fill(old)
    further = Position(Progress(done=("diary", "more"), claims={"page": 2}))
    rotating = make_store(NEW, OLD)
    with meanwhile("journeys.progress", lambda: old.commit(journey, further, SUBJECT, NOW)):
        assert rotating.rotate().left == 0
    found = make_store(NEW).find("kauri", journey.id, BROWSER)
    assert found is not None
    assert found.journey is not None
    assert found.journey.progress.claims == {"page": 2}


def test_an_end_while_it_ran_stays_the_end(make_store: MakeStore) -> None:
    old = make_store(OLD)
    journey, _ = fill(old)
    rotating = make_store(NEW, OLD)
    with meanwhile("journeys.progress", lambda: old.cancel(journey, "not_me", NOW)):
        assert rotating.rotate().left == 0
    found = make_store(NEW).find("kauri", journey.id, BROWSER)
    assert found is not None
    assert found.ended is not None
    assert found.ended.outcome == "not_me"


def test_what_no_key_opens_is_left_and_counted(make_store: MakeStore, sql: Connection) -> None:
    old = make_store(OLD)
    keep(old, APP, Enrol("webauthn", "a", {}), Enrol("webauthn", "b", {}))
    words = ("factors", "kauri", SUBJECT.hex(), "webauthn")
    strange = {
        "a": Vault((UNKNOWN,)).seal(b"{}", *words, "a"),
        "b": Vault((OLD,)).seal(b"{}", *words, "moved here"),
    }
    for name, sealed in strange.items():
        sql.execute(update(factors).where(factors.c.id == name).values(sealed=sealed))
    store = make_store(NEW, OLD)
    assert store.rotate() == Rotated(3, 2)
    assert store.rotate() == Rotated(0, 2)
    kept = {row.id: bytes(row.sealed) for row in sql.execute(select(factors))}
    assert {name: kept[name] for name in strange} == strange
    assert store.factors("kauri", SUBJECT, frozenset({"totp"}))[0].data == APP.data


class Ran(NamedTuple):
    """How a command ended, and all that it said."""

    status: int
    said: str


def rotate(app: Flask, monkeypatch: pytest.MonkeyPatch, folder: Path, **environ: str) -> Ran:
    """Run flask vault rotate with these keys."""
    for name, value in {**ENVIRON, **environ}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("HOOK_CONFIG", str(folder / "config.toml"))
    with warnings.catch_warnings():
        # The connections of a command end with its process.
        warnings.simplefilter("ignore", ResourceWarning)
        result = app.test_cli_runner().invoke(args=["vault", "rotate"])
        ran = Ran(result.exit_code, result.output)
        del result
        gc.collect()
    return ran


def key_of(seen: Seen) -> str:
    found = re.search(r'id="key-phone">([A-Z2-7 ]+)<', seen.html)
    assert found
    return found[1].replace(" ", "")


def test_visitors_go_on_before_during_and_after(
    make_hook: MakeHook,
    database: str,
    clock: Clock,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before = make_hook(FLOW, database)
    ripeka, other, third = (Visitor(before) for _ in range(3))
    ripeka.arrive(state="one")
    seed = key_of(ripeka.send({"answer": "accept"}))
    assert ripeka.send({"code": pyotp.TOTP(seed).at(clock.now)}).step == "codes"
    assert other.arrive(state="two").step == "app"
    anew = {"name": "Wiremu", "email": "wiremu@kauri.example"}
    third.arrive(state="three", claims=anew)
    others_seed = key_of(third.send({"answer": "accept"}))

    clock.turn(30)
    both = make_hook(FLOW, database, BOTH)
    walking = Tab.of(third).open(both)
    with ThreadPoolExecutor(1) as pool:
        result = pool.submit(rotate, both, monkeypatch, tmp_path, **BOTH)
        assert walking.send({"code": pyotp.TOTP(others_seed).at(clock.now)}).step == "codes"
        assert result.result().status == 0
    again = rotate(both, monkeypatch, tmp_path, **BOTH)
    assert (again.status, "no longer needed" in again.said) == (0, True)

    after = make_hook(FLOW, database, ONLY_NEW)
    saved = Tab.of(ripeka).open(after)
    assert saved.send({"saved": "yes"}).step == "welcome"
    assert "error" not in saved.send({}).answer
    verified = Tab.of(other).open(after)
    assert verified.send({"code": "000000"}).step == "app"
    assert verified.send({"code": pyotp.TOTP(seed).at(clock.now)}).step == "welcome"
    assert Tab.of(walking).open(after).send({"saved": "yes"}).step == "welcome"
    later = Visitor(after)
    assert later.arrive(state="four", claims=anew).step == "app", "the terms stay accepted"
    clock.turn(30)
    assert later.send({"code": pyotp.TOTP(others_seed).at(clock.now)}).step == "welcome"


def test_the_command_says_what_it_left_and_fails(
    make_hook: MakeHook,
    database: str,
    sql: Connection,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    app = make_hook(FLOW, database)
    visitor = Visitor(app)
    visitor.arrive()
    visitor.send({"answer": "accept"})
    seed = key_of(visitor.reload())
    visitor.send({"code": pyotp.TOTP(seed).at(NOW)})
    (good,) = sql.execute(select(factors.c.sealed)).scalars()
    strange = bytes(range(KEY_ID_BYTES)) + bytes(good)[KEY_ID_BYTES:]
    sql.execute(update(factors).values(sealed=strange))
    left = rotate(app, monkeypatch, tmp_path, **BOTH)
    assert left.status == 1
    assert "1 values are still under another key: restart every hook" in left.said
    assert "no longer needed" not in left.said
    assert [bytes(value) for value in sql.execute(select(factors.c.sealed)).scalars()] == [strange]
    assert seed not in left.said
    assert NEW_KEY not in left.said

    sql.execute(update(factors).values(sealed=good))
    done = rotate(app, monkeypatch, tmp_path, **BOTH)
    assert done.status == 0
    assert "1 values sealed anew" in done.said


def test_without_a_key_that_opens_the_pepper_nothing_is_touched(
    make_hook: MakeHook,
    database: str,
    sql: Connection,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    app = make_hook(FLOW, database)
    before = everything(sql)
    refused = rotate(app, monkeypatch, tmp_path, **ONLY_NEW)
    assert refused.status == 2
    assert "vault_keys do not open this database" in refused.said
    assert everything(sql) == before
    assert rotate(app, monkeypatch, tmp_path, **BOTH).status == 0
