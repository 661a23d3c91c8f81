"""Factors in the store: places, marks, lost changes, whose they are, and what a thief may read."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, create_engine, delete, insert, select, update

from hook.errors import VaultError
from hook.refusals import COMPLETED
from hook.state import Position, Progress
from hook.steps.factor import Enrol, Factor, FactorChange, Forget, Lock, Use
from hook.store import Store, new_id
from hook.store.tables import factors
from hook.testing.tokens import NOW
from tests.support.journeys import BROWSER, DIARY, OTHER_SUBJECT, SUBJECT, a_journey

SEED = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
LABEL, ADDRESS = "Ripeka’s telephone", "ripeka@kauri.example"
APP = Enrol("totp", "app", {"seed": SEED}, label=LABEL, mark=7, mail=ADDRESS)
KINDS = frozenset({"totp", "webauthn", "recovery_codes"})
GUESSES = 5


@pytest.fixture
def sql(database: str) -> Iterator[Connection]:
    """A way past the hook into its database."""
    engine = create_engine(database, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        yield connection
    engine.dispose()


def keep(
    store: Store,
    *changes: FactorChange,
    tenant: str = "kauri",
    who: bytes = SUBJECT,
    now: int = NOW,
) -> bool:
    """Change factors with a journey of its own, the only way there is."""
    journey = a_journey(state=new_id(), tenant=tenant)
    return store.open(journey, Position(Progress(), factors=changes), who, BROWSER, now)


def kept(store: Store, tenant: str = "kauri", who: bytes = SUBJECT) -> tuple[Factor, ...]:
    return store.factors(tenant, who, KINDS)


def ids(store: Store, tenant: str = "kauri", who: bytes = SUBJECT) -> set[tuple[str, str]]:
    return {(factor.kind, factor.id) for factor in kept(store, tenant, who)}


def passkey(name: str, **changes: Any) -> Enrol:
    return Enrol("webauthn", name, {"key": name}, **changes)


def test_a_factor_is_read_back_as_it_was_enrolled(store: Store) -> None:
    assert keep(store, APP)
    expected = Factor("totp", "app", LABEL, {"seed": SEED}, mark=7, enrolled_at=NOW)
    assert kept(store) == (expected,)
    assert store.all_factors("kauri", SUBJECT) == ((expected, ADDRESS),)


def test_factors_come_oldest_first_and_only_of_the_kinds_asked_for(store: Store) -> None:
    keep(store, passkey("b"), now=NOW + 1)
    keep(store, passkey("c"), now=NOW)
    keep(store, APP, now=NOW + 2)
    assert [factor.id for factor in kept(store)] == ["c", "b", "app"]
    assert store.factors("kauri", SUBJECT, frozenset({"totp"})) == kept(store)[2:]
    assert store.factors("kauri", SUBJECT, frozenset()) == ()


def test_an_id_is_a_place_of_its_subject(store: Store) -> None:
    assert keep(store, passkey("a"))
    assert not keep(store, passkey("a"))
    assert keep(store, passkey("b"))
    assert keep(store, Enrol("totp", "a", {}))
    assert keep(store, passkey("a"), who=OTHER_SUBJECT)
    assert keep(store, passkey("a"), tenant="rimu")


def test_sole_is_a_place_of_all_subjects_of_a_tenant_and_kind(store: Store) -> None:
    assert keep(store, passkey("a", sole="s"))
    assert not keep(store, passkey("b", sole="s"))
    assert not keep(store, passkey("b", sole="s"), who=OTHER_SUBJECT)
    assert keep(store, Enrol("totp", "b", {}, sole="s"), who=OTHER_SUBJECT)
    assert keep(store, passkey("b", sole="s"), who=OTHER_SUBJECT, tenant="rimu")
    assert keep(store, passkey("b", sole="t"), who=OTHER_SUBJECT)
    assert keep(store, passkey("c"), passkey("d"), who=OTHER_SUBJECT), "none is no place"


def test_a_slot_is_a_place_of_one_subject_whatever_the_kind(store: Store) -> None:
    assert keep(store, passkey("a", slot="s"))
    assert not keep(store, passkey("b", slot="s"))
    assert not keep(store, Enrol("totp", "b", {}, slot="s"))
    assert keep(store, Enrol("totp", "b", {}, slot="t"))
    assert keep(store, Enrol("totp", "b", {}, slot="s"), who=OTHER_SUBJECT)
    assert keep(store, Enrol("totp", "b", {}, slot="s"), tenant="rimu")
    assert keep(store, passkey("c"), passkey("d")), "none is no place"


def test_places_are_free_again_when_their_factor_is_forgotten(store: Store) -> None:
    first = passkey("a", sole="s", slot="t")
    assert keep(store, first)
    assert not keep(store, first)
    assert keep(store, Forget("webauthn"), first, now=NOW + 1)
    (factor,) = kept(store)
    assert factor.enrolled_at == NOW + 1


def test_a_mark_only_rises_and_nothing_stays_nothing(store: Store) -> None:
    rising = [(7, 8), (7, 2**40), (0, 0), (0, 1)]
    falling = [(7, 7), (7, 6), (7, 0), (1, 0), (2**40, 2**40 - 1)]
    for number, (mark, to) in enumerate(rising + falling):
        used, name = (mark, to) in rising, f"key-{number}"
        keep(store, passkey(name, mark=mark))
        assert keep(store, Use("webauthn", name, to, NOW), now=NOW + 9) is used
        (factor,) = (factor for factor in kept(store) if factor.id == name)
        assert (factor.mark, factor.used_at) == ((to, NOW + 9) if used else (mark, 0))


def test_a_mark_that_stays_nothing_can_be_used_again_and_again(store: Store) -> None:
    keep(store, passkey("a"))
    assert all(keep(store, Use("webauthn", "a", 0, NOW)) for _ in range(3))
    assert keep(store, Use("webauthn", "a", 1, NOW))
    assert not keep(store, Use("webauthn", "a", 0, NOW))


def test_a_use_is_of_the_factor_that_was_seen_and_not_of_what_took_its_place(store: Store) -> None:
    keep(store, APP)
    assert keep(store, Forget("totp"), APP, now=NOW + 1)
    assert not keep(store, Use("totp", "app", 8, NOW))
    assert keep(store, Use("totp", "app", 8, NOW + 1))


def test_only_a_factor_of_ones_own_can_be_used(store: Store) -> None:
    keep(store, APP)
    assert not keep(store, Use("totp", "app", 8, NOW), who=OTHER_SUBJECT)
    assert not keep(store, Use("totp", "app", 8, NOW), tenant="rimu")
    assert not keep(store, Use("webauthn", "app", 8, NOW))
    assert not keep(store, Use("totp", "apps", 8, NOW))
    assert kept(store)[0].mark == APP.mark
    assert keep(store, Use("totp", "app", 8, NOW))
    assert kept(store)[0].mark == 8


def test_forgetting_takes_ones_own_of_a_kind_and_may_find_nothing(store: Store) -> None:
    keep(store, APP)
    assert keep(store, Forget("totp"), who=OTHER_SUBJECT)
    assert keep(store, Forget("totp"), tenant="rimu")
    assert keep(store, Forget("webauthn"))
    assert ids(store) == {("totp", "app")}
    assert keep(store, Forget("totp"))
    assert ids(store) == set()


def test_a_factor_is_removed_once_and_no_other_with_it(store: Store) -> None:
    keep(store, APP, passkey("app"))
    app = kept(store)[0]
    assert not store.remove_factor("kauri", OTHER_SUBJECT, app)
    assert not store.remove_factor("rimu", SUBJECT, app)
    assert store.remove_factor("kauri", SUBJECT, app)
    assert not store.remove_factor("kauri", SUBJECT, app)
    assert len(kept(store)) == 1
    assert kept(store)[0].kind != app.kind


def test_what_took_the_place_of_a_factor_is_not_removed_in_its_stead(store: Store) -> None:
    keep(store, APP)
    (seen,) = kept(store)
    keep(store, Forget("totp"), APP, now=NOW + 1)
    (new,) = kept(store)
    assert not store.remove_factor("kauri", SUBJECT, seen)
    assert kept(store) == (new,)
    assert store.remove_factor("kauri", SUBJECT, new)


def test_nobody_sees_the_factors_of_another(store: Store) -> None:
    keep(store, APP)
    assert ids(store) == {("totp", "app")}
    assert ids(store, who=OTHER_SUBJECT) == ids(store, "rimu") == set()
    assert store.all_factors("kauri", OTHER_SUBJECT) == store.all_factors("rimu", SUBJECT) == ()
    assert store.factors("kauri", SUBJECT, frozenset({"webauthn"})) == ()


@pytest.mark.parametrize(
    ("last", "made", "end"),
    [
        pytest.param(Use("totp", "app", 8, NOW), True, None, id="a use"),
        pytest.param(Use("totp", "app", 7, NOW), False, None, id="a use that lost"),
        pytest.param(passkey("c"), True, COMPLETED, id="an enrolment at the end"),
        pytest.param(passkey("a"), False, COMPLETED, id="one that lost"),
        pytest.param(passkey("c", sole="s"), False, None, id="one of what another has"),
    ],
)
def test_a_change_that_is_lost_loses_all_that_came_with_it(
    store: Store, sql: Connection, last: FactorChange, made: bool, end: str | None
) -> None:
    keep(store, APP, passkey("a"))
    keep(store, passkey("z", sole="s"), who=OTHER_SUBJECT)
    keep(store, Enrol("recovery_codes", "1", {}))
    assert [store.guess("kauri", SUBJECT, "code", NOW) for _ in range(GUESSES)] == [True] * GUESSES
    journey = a_journey()
    store.open(journey, Position(Progress()), SUBJECT, BROWSER, NOW)
    before = sql.execute(select(factors).order_by(*factors.primary_key)).all()
    position = Position(
        Progress(done=("diary",), claims={"page": 1}),
        end=end,
        records=((DIARY, {"page": 1}),),
        factors=(passkey("b"), Forget("recovery_codes"), last),
        forgiven=("code",),
    )
    assert store.commit(journey, position, SUBJECT, NOW) is made

    found = store.find("kauri", journey.id, BROWSER)
    assert found is not None
    assert (found.journey == journey) is not made
    assert (found.ended is not None) is (made and end is not None)
    assert store.records("kauri", SUBJECT, "diary") == ({"diary": {"page": 1}} if made else {})
    assert store.lock("kauri", SUBJECT, "code", NOW).locked is not made
    now = sql.execute(select(factors).order_by(*factors.primary_key)).all()
    assert (now == before) is not made
    assert (("webauthn", "b") in ids(store)) is made
    assert (("recovery_codes", "1") in ids(store)) is not made


def test_a_journey_that_others_saved_changes_no_factor(store: Store) -> None:
    journey, position = a_journey(), Position(Progress(), factors=(APP,))
    store.open(journey, Position(Progress()), SUBJECT, BROWSER, NOW)
    assert store.commit(journey, Position(Progress(claims={"by": 1})), SUBJECT, NOW)
    assert not store.commit(journey, position, SUBJECT, NOW)
    assert kept(store) == ()
    found = store.find("kauri", journey.id, BROWSER)
    assert found is not None
    assert found.journey is not None
    assert store.commit(found.journey, position, SUBJECT, NOW)
    assert ids(store) == {("totp", "app")}


def test_what_is_kept_needs_a_subject(store: Store) -> None:
    journey = a_journey()
    for position in (Position(Progress(), factors=(APP,)), Position(Progress(), forgiven=("c",))):
        with pytest.raises(ValueError, match="subject"):
            store.open(journey, position, None, BROWSER, NOW)
    assert store.open(journey, Position(Progress()), None, BROWSER, NOW)


MOVED: tuple[dict[str, Any], ...] = (
    {"tenant": "rimu"},
    {"subject": OTHER_SUBJECT},
    {"kind": "webauthn"},
    {"id": "app2"},
    {"enrolled_at": NOW - 1},
    {"tenant": "kaur", "subject": b"i" + SUBJECT},
)


def test_a_sealed_row_opens_nowhere_but_where_it_was_made(store: Store, sql: Connection) -> None:
    keep(store, APP)
    (row,) = (dict(row._mapping) for row in sql.execute(select(factors)))
    for place in MOVED:
        sql.execute(delete(factors))
        sql.execute(insert(factors).values({**row, **place}))
        whose = (place.get("tenant", "kauri"), place.get("subject", SUBJECT))
        with pytest.raises(VaultError):
            store.factors(*whose, KINDS)
        with pytest.raises(VaultError):
            store.all_factors(*whose)
    sql.execute(delete(factors))
    sql.execute(insert(factors).values(row))
    assert kept(store)[0].data == {"seed": SEED}


def test_sealed_values_that_changed_places_do_not_open(store: Store, sql: Connection) -> None:
    keep(store, passkey("a"), passkey("b"))
    keep(store, passkey("c"), who=OTHER_SUBJECT)
    a, b, _ = sql.execute(select(factors).order_by(factors.c.id)).all()
    for row, sealed in ((a, b.sealed), (b, a.sealed)):
        sql.execute(update(factors).where(factors.c.id == row.id).values(sealed=sealed))
    with pytest.raises(VaultError):
        kept(store)
    assert ids(store, who=OTHER_SUBJECT) == {("webauthn", "c")}
    for row in (a, b):
        sql.execute(update(factors).where(factors.c.id == row.id).values(sealed=row.sealed))
    assert ids(store) == {("webauthn", "a"), ("webauthn", "b")}


def stored(sql: Connection, database: str) -> bytes:
    """Every byte of the table, and of the files where there are files."""
    values = [value for row in sql.execute(select(factors)) for value in row]
    raw = [value if isinstance(value, bytes) else str(value).encode() for value in values]
    if database.startswith("sqlite"):
        path = Path(database.removeprefix("sqlite:///"))
        raw += [file.read_bytes() for file in sorted(path.parent.glob(path.name + "*"))]
    return b"\n".join(raw)


def test_nothing_readable_stands_in_the_database(
    store: Store, sql: Connection, database: str
) -> None:
    keep(store, APP)
    everything = stored(sql, database)
    for value in (SEED, LABEL, ADDRESS):
        assert value.encode() not in everything
        assert value.encode("unicode-escape") not in everything
        assert value.encode().hex().encode() not in everything
    assert b"totp" in everything, "the search finds what is there"


def test_a_factor_that_is_forgotten_is_gone_from_the_files(
    store: Store, sql: Connection, database: str
) -> None:
    """Sealed bytes would open for a thief of the key, so they must not linger in free pages."""
    keep(store, APP)
    sealed = bytes(sql.execute(select(factors.c.sealed)).scalar_one())
    assert sealed in stored(sql, database)
    keep(store, Forget("totp"))
    if database.startswith("sqlite"):
        sql.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    assert sealed not in stored(sql, database)


def test_a_lock_that_was_never_guessed_at_can_be_forgiven(store: Store) -> None:
    position = Position(Progress(), forgiven=("code",))
    assert store.open(a_journey(), position, SUBJECT, BROWSER, NOW)
    assert store.lock("kauri", SUBJECT, "code", NOW) == Lock(False)
