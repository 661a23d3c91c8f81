"""What the tenant should know of the hook, and what that changes. Pure."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from hook.platform.models import Registration
from hook.tenant import Tenant


@dataclass(frozen=True)
class Change:
    """One option: what it is now, None where there is nothing, and what it is to be."""

    option: str
    before: Any
    after: Any

    def as_json(self) -> dict[str, Any]:
        """Give it as plain values."""
        return asdict(self)

    def __str__(self) -> str:
        if isinstance(self.after, tuple):
            return f"{self.option}: {_list_change(self.before or (), self.after)}"
        if self.before in (None, "", {}):
            return f"{self.option}: {_shown(self.after)}"
        return f"{self.option}: {_shown(self.before)} → {_shown(self.after)}"


def wanted(tenant: Tenant, current: Registration | None) -> Registration:
    """Give what the tenant should know, by the configuration.

    The session timeout stays as it is unless the configuration has one.
    """
    timeout = tenant.session_timeout
    if timeout is None and current is not None:
        timeout = current.session_timeout_in_sec
    return Registration(
        url=tenant.hook_url,
        claims=tuple(sorted(tenant.reads())),
        session_timeout_in_sec=timeout,
        disabled=False,
    )


def changes(current: Registration | None, target: Registration) -> tuple[Change, ...]:
    """Say what is different."""
    return only_changed(
        Change(option, before, after)
        for option, before, after in _options(current, target)
        # No session timeout leaves the tenant its own.
        if after is not None
    )


def only_changed(options: Iterable[Change]) -> tuple[Change, ...]:
    """Leave out what stays the same; the order of a list says nothing."""
    return tuple(each for each in options if _plain(each.before) != _plain(each.after))


def _options(
    current: Registration | None, target: Registration
) -> Iterable[tuple[str, object, object]]:
    now = current or Registration(url="")
    yield "url", now.url or None, target.url
    yield "claims", now.claims if current else None, target.claims
    yield "session timeout", now.session_timeout_in_sec, target.session_timeout_in_sec
    yield "disabled", now.disabled if current else None, target.disabled


def _plain(value: object) -> object:
    return frozenset(value) if isinstance(value, tuple) else value


def _list_change(before: Iterable[str], after: Iterable[str]) -> str:
    new, old = sorted(set(after) - set(before)), sorted(set(before) - set(after))
    parts = (f"add {', '.join(new)}" if new else "", f"take out {', '.join(old)}" if old else "")
    return "; ".join(filter(None, parts)) or "none"


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value} seconds"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
