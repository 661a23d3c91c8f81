"""What subjects enrolled, sealed and bound to its row; each change one conditional statement."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import BigInteger, Connection, Row, and_, bindparam, delete, or_, select, update

from hook.errors import VaultError
from hook.steps.factor import Enrol, Factor, FactorChange, Forget, Still, Use
from hook.store.database import Change
from hook.store.tables import INSERT, factors
from hook.strict_json import read_object, write
from hook.vault import Vault

_SUBJECT = and_(
    factors.c.tenant == bindparam("of_tenant"), factors.c.subject == bindparam("of_subject")
)
_KIND = and_(_SUBJECT, factors.c.kind == bindparam("of_kind"))
_ONE = and_(_KIND, factors.c.id == bindparam("of_id"))
_TO = bindparam("to", type_=BigInteger)
_RISES = or_(factors.c.mark < _TO, and_(factors.c.mark == 0, _TO == 0))
_OF_KINDS = (
    select(factors)
    .where(_SUBJECT, factors.c.kind.in_(bindparam("kinds", expanding=True)))
    .order_by(factors.c.enrolled_at, factors.c.id)
)
_OF_SUBJECT = select(factors).where(_SUBJECT).order_by(factors.c.enrolled_at, factors.c.id)

ENROL = {
    name: insert(factors).on_conflict_do_nothing().execution_options(preserve_rowcount=True)
    for name, insert in INSERT.items()
}
_SINCE = factors.c.enrolled_at == bindparam("since")
USE = update(factors).where(_ONE, _SINCE, _RISES).values(mark=_TO, used_at=bindparam("now"))
STILL = update(factors).where(_ONE, _SINCE).values(used_at=factors.c.used_at)
FORGET = delete(factors).where(_KIND)
REMOVE = delete(factors).where(_ONE, _SINCE)
FORGET_ALL = delete(factors).where(_SUBJECT)


def of_kinds(
    connection: Connection, vault: Vault, tenant: str, subject: bytes, kinds: Iterable[str]
) -> tuple[Factor, ...]:
    """Read the factors of some kinds, oldest first."""
    keys = {**_keys(tenant, subject), "kinds": sorted(kinds)}
    return tuple(_factor(vault, row) for row in connection.execute(_OF_KINDS, keys))


def of_subject(
    connection: Connection, vault: Vault, tenant: str, subject: bytes
) -> tuple[tuple[Factor, str], ...]:
    """Read all factors, oldest first, each with where the person is told of changes."""
    rows = connection.execute(_OF_SUBJECT, _keys(tenant, subject))
    return tuple((_factor(vault, row), _opened(vault, row)["mail"]) for row in rows)


def told_at(
    connection: Connection, vault: Vault, tenant: str, subject: bytes
) -> tuple[tuple[str, str], ...]:
    """Read kinds, each with where the person is told; empty for what does not open."""
    rows = connection.execute(_OF_SUBJECT, _keys(tenant, subject))
    return tuple((row.kind, _mail(vault, row)) for row in rows)


def changing(vault: Vault, tenant: str, subject: bytes, change: FactorChange, now: int) -> Change:
    """Make the statement of a change."""
    match change:
        case Enrol():
            return _enrolling(vault, tenant, subject, change, now)
        case Use(kind, id_, mark, since):
            values = {"of_kind": kind, "of_id": id_, "to": mark, "since": since, "now": now}
            return Change(USE, {**_keys(tenant, subject), **values})
        case Still(kind, id_, since):
            return Change(
                STILL, {**_keys(tenant, subject), "of_kind": kind, "of_id": id_, "since": since}
            )
        case Forget(kind):
            return Change(FORGET, {**_keys(tenant, subject), "of_kind": kind}, any_rows=True)


def removing(tenant: str, subject: bytes, factor: Factor) -> Change:
    """Remove one factor; no row when it is gone, or another has taken its place."""
    values = {"of_kind": factor.kind, "of_id": factor.id, "since": factor.enrolled_at}
    return Change(REMOVE, {**_keys(tenant, subject), **values})


def forgetting(tenant: str, subject: bytes) -> Change:
    """Forget all factors of a subject, whether they open or not."""
    return Change(FORGET_ALL, _keys(tenant, subject), any_rows=True)


def _enrolling(vault: Vault, tenant: str, subject: bytes, enrol: Enrol, now: int) -> Change:
    plain = {"data": dict(enrol.data), "label": enrol.label, "mail": enrol.mail}
    values = {
        "tenant": tenant,
        "subject": subject,
        "kind": enrol.kind,
        "id": enrol.id,
        "sealed": vault.seal(write(plain), *_bound(tenant, subject, enrol.kind, enrol.id, now)),
        "mark": enrol.mark,
        "sole": enrol.sole,
        "slot": enrol.slot,
        "enrolled_at": now,
        "used_at": 0,
    }
    return Change(ENROL, values, any_rows=enrol.held)


def _factor(vault: Vault, row: Row[Any]) -> Factor:
    plain = _opened(vault, row)
    return Factor(
        kind=row.kind,
        id=row.id,
        label=plain["label"],
        data=plain["data"],
        mark=row.mark,
        enrolled_at=row.enrolled_at,
        used_at=row.used_at,
    )


def _mail(vault: Vault, row: Row[Any]) -> str:
    try:
        mail: str = _opened(vault, row)["mail"]
    except VaultError:
        return ""
    return mail


def _opened(vault: Vault, row: Row[Any]) -> dict[str, Any]:
    return read_object(vault.open(bytes(row.sealed), *bound(row)))


def _keys(tenant: str, subject: bytes) -> dict[str, Any]:
    return {"of_tenant": tenant, "of_subject": subject}


def bound(row: Row[Any]) -> tuple[str, ...]:
    """Give the words that the sealed value of a row is bound to."""
    return _bound(row.tenant, bytes(row.subject), row.kind, row.id, row.enrolled_at)


def _bound(
    tenant: str, subject: bytes, kind: str, factor_id: str, enrolled_at: int
) -> tuple[str, ...]:
    return ("factors", tenant, subject.hex(), kind, factor_id, str(enrolled_at))
