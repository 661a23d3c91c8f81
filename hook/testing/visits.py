"""What a step is given, made by hand: for tests that ask a step and no hook."""

from dataclasses import replace
from types import MappingProxyType
from typing import Any

from hook.steps.base import Attempts, Form, Visit
from hook.steps.factor import Lock
from hook.testing.tokens import NOW, payload


class _NoAttempts(Attempts):
    def spend(self, name: str, limit: int, window: int, about: str = "") -> bool:
        raise AssertionError("looking at a step spends a try")

    def guess(self, lock: str) -> bool:
        raise AssertionError("looking at a step counts a guess")

    def lock(self, name: str) -> Lock:
        return Lock(False)


_VISIT = Visit(
    tenant="kauri",
    tenant_name="Kauri Polytechnic",
    person="Ripeka Tamihana",
    arrival=MappingProxyType(payload()["claims"]),
    claims=MappingProxyType({}),
    scratch=MappingProxyType({}),
    records=MappingProxyType({}),
    factors=(),
    proofs=(),
    asks_later=False,
    owes=False,
    outcomes=MappingProxyType({}),
    attempts=_NoAttempts(),
    began=NOW,
    now=NOW,
    deadline=NOW + 600,
    locale="en",
    origin="https://hook.example.org",
    url="https://hook.example.org/kauri/4fG1xg8SmT0rJc7bq2Wd5A/asked",
    room=1_000,
)


def visit(**changes: Any) -> Visit:
    """The visit of Ripeka; looking must not spend tries."""
    return replace(_VISIT, **changes)


def form(**sent: str | tuple[str, ...]) -> Form:
    """A form as a step is given it."""
    return Form({name: (v,) if isinstance(v, str) else v for name, v in sent.items()})
