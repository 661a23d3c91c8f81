"""What a person is told by mail when their factors change."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from hook import audit
from hook.claims import pick
from hook.errors import MailUnavailable
from hook.mail import Mailer, Message
from hook.steps.factor import Enrol, FactorChange, Forget
from hook.steps.values import is_email
from hook.tenant import Tenant

_CODES = "recovery_codes"
_NAMES = {
    "totp": "An authenticator app",
    "webauthn": "A passkey",
    _CODES: "A set of recovery codes",
}
_TEXT = """\
Hello,

{what} just now, for confirming who you are at {tenant}.

{more}
"""
_MORE = {
    "added": "If that was you, there is nothing to do. If it was not, tell {tenant} at once: "
    "somebody else may have used your login.",
    "replaced": "The one before no longer works. If that was you, there is nothing to do. If it "
    "was not, tell {tenant} at once: somebody else may have used your login.",
    "removed": "You may be asked to set one up again the next time you get a credential. If you "
    "did not ask for this, tell {tenant} at once.",
}


def address_of(tenant: Tenant, claims: Mapping[str, Any]) -> str:
    """Give the person's e-mail address as the arrival has it; empty when it has none."""
    value = pick(claims, tenant.mail)
    return value if isinstance(value, str) and is_email(value) else ""


def addressed(changes: Iterable[FactorChange], address: str) -> tuple[FactorChange, ...]:
    """Note with every new factor where the person is told of it."""
    return tuple(
        replace(change, mail=address) if isinstance(change, Enrol) else change for change in changes
    )


def added(
    tenant_name: str, addresses: Iterable[str], changes: tuple[FactorChange, ...]
) -> tuple[Message, ...]:
    """Make the mails about new factors; a set of codes is one mail to each address."""
    kinds = dict.fromkeys(change.kind for change in changes if isinstance(change, Enrol))
    # A set of codes stands for all before it, whether there were any or not.
    replaced = {change.kind for change in changes if isinstance(change, Forget)} - {_CODES}
    return tuple(
        _message(tenant_name, address, kind, "replaced" if kind in replaced else "added")
        for address in sorted(set(addresses) - {""})
        for kind in kinds
    )


def tell(mailer: Mailer, tenant: Tenant, messages: Iterable[Message]) -> None:
    """Send notices; what they tell has happened, so one that cannot be sent stops nothing."""
    for message in messages if mailer.ready else ():
        try:
            mailer.send(message)
        except MailUnavailable as error:
            audit.log("notice_failed", tenant=tenant.slug, detail=error.detail)


def removed(tenant_name: str, address: str, kind: str) -> Message:
    """Make the mail about a factor that was removed."""
    return _message(tenant_name, address, kind, "removed")


def _message(tenant_name: str, address: str, kind: str, happened: str) -> Message:
    what = f"{_NAMES.get(kind, 'A second factor')} was {happened}"
    more = _MORE[happened].format(tenant=tenant_name)
    text = _TEXT.format(what=what, tenant=tenant_name, more=more)
    return Message(to=address, subject=f"{tenant_name}: {what.lower()}", text=text)
