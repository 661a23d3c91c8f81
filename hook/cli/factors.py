"""flask factors …: what a help desk does with somebody's second factors. Shows no secret."""

import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeVar

import click

from hook import audit, notices
from hook.cli.parts import CANNOT_START, open_store, refuse, stop
from hook.errors import MailUnavailable
from hook.mail import Mailer
from hook.steps.factor import Factor, Lock
from hook.store import Store
from hook.subject import key_of
from hook.tenant import Config, Tenant

T = TypeVar("T")
Enrolled = tuple[Factor, str]
_SHOWN = 8
_SUBJECT_SHOWN = 12
_CODES = "recovery_codes"
_LOCKS = {"code": "codes of the app and recovery codes", "email_code": "codes by mail"}
_subject = click.argument("subject")
_tenant = click.option("--tenant", "slug", help="The tenant, where there are several.")
_yes = click.option("--yes", is_flag=True, help="Do not ask.")


@dataclass(frozen=True)
class Desk:
    """One person as the help desk finds them."""

    config: Config
    store: Store
    tenant: Tenant
    key: bytes

    def enrolled(self) -> list[Enrolled]:
        """Give everything that is enrolled, each with where the person is told of changes."""
        return list(self.store.all_factors(self.tenant.slug, self.key))

    def locks(self, now: int) -> list[tuple[str, Lock]]:
        """Give the locks that are closed, by name."""
        return self.store.locks(self.tenant.slug, self.key, now)

    def remove(self, chosen: list[Enrolled]) -> list[Enrolled]:
        """Remove factors and note it; gives those that were still there."""
        slug = self.tenant.slug
        gone = [each for each in chosen if self.store.remove_factor(slug, self.key, each[0])]
        for kind in dict.fromkeys(factor.kind for factor, _ in gone):
            self._note("factor_removed", kind)
        return gone

    def unlock(self) -> None:
        """Open all locks and note it."""
        self.store.open_locks(self.tenant.slug, self.key)
        self._note("locks_opened")

    def reset(self) -> None:
        """Remove everything at once, open or not, and open all locks."""
        self.store.forget(self.tenant.slug, self.key)
        self._note("factors_reset")

    def tell(self, gone: Iterable[tuple[str, str]]) -> None:
        """Mail the person about removed factors, by kind and address, where one is known."""
        mailer = Mailer(self.config.smtp)
        for kind, address in dict.fromkeys(gone):
            if not (mailer.ready and address):
                continue
            try:
                mailer.send(notices.removed(self.tenant.name, address, kind))
            except MailUnavailable:
                click.echo("The person could not be told by mail.", err=True)

    def _note(self, event: str, kind: str = "") -> None:
        whose = self.key.hex()[:_SUBJECT_SHOWN]
        slug = self.tenant.slug
        audit.log(event, tenant=slug, subject=whose, kind=kind, reason="help_desk")


@click.group("factors")
def factors_commands() -> None:
    """Second factors of one person, for the help desk."""


@factors_commands.command("list")
@_subject
@_tenant
def list_factors(subject: str, slug: str | None) -> None:
    """List what SUBJECT has enrolled: kind, id, since when, last used, name; and closed locks."""
    desk = _open(subject, slug)
    found = _guarded(desk.enrolled)
    for factor, _ in found:
        if factor.kind != _CODES:
            click.echo(_line(factor))
    codes = [factor for factor, _ in found if factor.kind == _CODES]
    if codes:
        left = sum(not code.mark for code in codes)
        since = _moment(codes[0].enrolled_at)
        click.echo(f"{_CODES}  {left} of {len(codes)} left, since {since}")
    for name, lock in _guarded(lambda: desk.locks(int(time.time()))):
        until = f"until {_moment(lock.until)}" if lock.until else "until it is reset"
        click.echo(f"locked: {_LOCKS.get(name, name)}, {until}")
    if not found:
        click.echo("Nothing is enrolled. SUBJECT is spelled as the tenant's subject claim has it.")


@factors_commands.command("remove")
@_subject
@click.argument("factor_id", metavar="ID")
@_tenant
@_yes
def remove(subject: str, factor_id: str, slug: str | None, yes: bool) -> None:
    """Remove one factor of SUBJECT, by its id or the beginning of it; or recovery_codes."""
    desk = _open(subject, slug)
    found = [each for each in _guarded(desk.enrolled) if _is_meant(each[0], factor_id)]
    if len(found) != 1 and (not found or factor_id != _CODES):
        count = len(found) or "No"
        has = "factor has" if len(found) < 2 else "factors have"
        refuse(f"{count} {has} an id that begins so; see flask factors list.")
    if not yes:
        click.confirm(f"Remove {_what(found)}?", abort=True)
    gone = _guarded(lambda: desk.remove(found))
    click.echo("Removed." if gone else "It was gone already.")
    desk.tell((factor.kind, mail) for factor, mail in gone)


@factors_commands.command("unlock")
@_subject
@_tenant
def unlock(subject: str, slug: str | None) -> None:
    """Open the locks of SUBJECT; what is enrolled stays."""
    desk = _open(subject, slug)
    if not _guarded(lambda: desk.locks(int(time.time()))):
        click.echo("No lock is closed.")
        return
    _guarded(desk.unlock)
    click.echo("All locks are open.")


@factors_commands.command("reset")
@_subject
@_tenant
@_yes
def reset(subject: str, slug: str | None, yes: bool) -> None:
    """Remove everything that SUBJECT has enrolled, and open all locks."""
    desk = _open(subject, slug)
    if not yes:
        click.confirm("Remove everything this person has enrolled?", abort=True)
    gone = _guarded(lambda: desk.store.told_at(desk.tenant.slug, desk.key))
    if not gone and not _guarded(lambda: desk.locks(int(time.time()))):
        click.echo("Nothing was found; is SUBJECT spelled right?")
        return
    _guarded(desk.reset)
    kinds = ", ".join(sorted({kind for kind, _ in gone}))
    click.echo(f"Removed: {kinds or 'nothing'}.")
    click.echo("All locks are open.")
    desk.tell(gone)


def _open(subject: str, slug: str | None) -> Desk:
    audit.set_up(sys.stderr)
    config, store = open_store()
    tenants = config.tenants
    if slug is None and len(tenants) > 1:
        refuse(f"Say which tenant: --tenant {' or '.join(tenants)}")
    tenant = tenants.get(next(iter(tenants)) if slug is None else slug)
    if tenant is None:
        refuse(f"There is no such tenant; there is {', '.join(tenants)}.")
    key = key_of(store.pepper, tenant, subject)
    if key is None:
        refuse("SUBJECT names nobody.")
    return Desk(config, store, tenant, key)


def _guarded(call: Callable[[], T]) -> T:
    try:
        return call()
    except CANNOT_START as error:
        stop(error)


def _is_meant(factor: Factor, factor_id: str) -> bool:
    if factor.kind == _CODES:
        return factor_id == _CODES
    return bool(factor_id) and factor.id.startswith(factor_id)


def _what(found: list[Enrolled]) -> str:
    factor = found[0][0]
    if factor.kind == _CODES:
        return "all recovery codes"
    return f"{factor.kind} {factor.id[:_SHOWN]}" + (f" ({factor.label})" if factor.label else "")


def _line(factor: Factor) -> str:
    used = f"last used {_moment(factor.used_at)}" if factor.used_at else "never used"
    line = f"since {_moment(factor.enrolled_at)}, {used}"
    return f"{factor.kind}  id {factor.id[:_SHOWN]}  {line}  {factor.label}".rstrip()


def _moment(at: int) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M UTC")
