"""What steps keep of a subject across journeys, sealed and bound to its row."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, Row, bindparam, select

from hook.store.database import Change
from hook.store.tables import INSERT, records
from hook.strict_json import read_object, write
from hook.vault import Vault

_OF_KIND = select(records.c.step, records.c.sealed).where(
    records.c.tenant == bindparam("tenant"),
    records.c.subject == bindparam("subject"),
    records.c.kind == bindparam("kind"),
)


def _keep(insert: Any) -> Any:
    statement = insert(records)
    keep = statement.on_conflict_do_update(
        index_elements=["tenant", "subject", "kind", "step"],
        set_={
            "sealed": statement.excluded.sealed,
            "updated_at": statement.excluded.updated_at,
        },
    )
    return keep.execution_options(preserve_rowcount=True)


KEEP = {name: _keep(insert) for name, insert in INSERT.items()}


def of_kind(
    connection: Connection, vault: Vault, tenant: str, subject: bytes, kind: str
) -> dict[str, Mapping[str, Any]]:
    """Read what steps of a kind keep of a subject, by step name."""
    keys = {"tenant": tenant, "subject": subject, "kind": kind}
    return {
        row.step: read_object(
            vault.open(bytes(row.sealed), *_bound(tenant, subject, kind, row.step))
        )
        for row in connection.execute(_OF_KIND, keys)
    }


def keeping(
    vault: Vault,
    tenant: str,
    subject: bytes,
    kind: str,
    step: str,
    record: Mapping[str, Any],
    now: int,
) -> Change:
    """Keep a record in place of the one that is there."""
    values = {
        "tenant": tenant,
        "subject": subject,
        "kind": kind,
        "step": step,
        "sealed": vault.seal(write(dict(record)), *_bound(tenant, subject, kind, step)),
        "updated_at": now,
    }
    return Change(KEEP, values)


def bound(row: Row[Any]) -> tuple[str, ...]:
    """Give the words that the sealed value of a row is bound to."""
    return _bound(row.tenant, bytes(row.subject), row.kind, row.step)


def _bound(tenant: str, subject: bytes, kind: str, step: str) -> tuple[str, ...]:
    return ("records", tenant, subject.hex(), kind, step)
