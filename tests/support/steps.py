"""Steps kept outside the hook's own package, as a tenant would bring them, and visits for steps."""

import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType, ModuleType
from typing import Any, ClassVar

import pytest

from hook.steps.base import (
    Attempts,
    Done,
    Form,
    Need,
    Outcome,
    Page,
    Redirect,
    Shown,
    Stay,
    Step,
    Visit,
)
from hook.steps.factor import Lock, Proof
from tests.support.tokens import NOW, payload

ELSEWHERE = "https://register.example/ask?for=hook"


class Errand(Step):
    """Sends the visitor to another site, and takes them when they bring their ticket back."""

    kind = "errand"
    resumes = True
    ticket: ClassVar[str] = "t-17"

    def writes(self) -> Mapping[str, int]:
        return {"errand": 8}

    def show(self, visit: Visit) -> Shown:
        return Page("step.html")

    def submit(self, visit: Visit, form: Form) -> Outcome:
        return Redirect(ELSEWHERE, scratch={"ticket": self.ticket})

    def resume(self, visit: Visit, query: Form) -> Outcome:
        if query.one("ticket") == visit.scratch.get("ticket"):
            return Done({"errand": "run"})
        return Stay(reason="wrong_ticket")


class Silent(Step):
    """Has no page: it knows its claim by itself."""

    kind = "silent"

    def writes(self) -> Mapping[str, int]:
        return {"looked_up": 8}

    def show(self, visit: Visit) -> Shown:
        return Done({"looked_up": "found"})


class Proven(Step):
    """Has no page: a second factor counts, as if a step before had asked for it."""

    kind = "proven"

    def factor_kinds(self) -> frozenset[str]:
        return frozenset({"totp", "recovery_codes"})

    def proves(self) -> frozenset[str]:
        return frozenset({"totp"})

    def show(self, visit: Visit) -> Shown:
        return Done(proof=Proof("totp", visit.now))


class Idle(Step):
    """Never needs doing."""

    kind = "idle"

    def applies(self, visit: Visit) -> Need:
        return Need(False, "not_today")


class Meddled(Step):
    """While one submission is judged, `meanwhile` happens: a race, in a fixed order."""

    kind = "meddled"
    meanwhile: ClassVar[Callable[[], object]] = staticmethod(lambda: None)

    def writes(self) -> Mapping[str, int]:
        return {"who": 10}

    def show(self, visit: Visit) -> Shown:
        return Page("step.html")

    def submit(self, visit: Visit, form: Form) -> Outcome:
        happens, Meddled.meanwhile = Meddled.meanwhile, staticmethod(lambda: None)
        happens()
        if form.one("send") == "away":
            return Redirect(ELSEWHERE, scratch={"ticket": form.one("who")})
        return Done({"who": form.one("who")})


def block(step: type[Step], name: str, *options: str) -> str:
    """The TOML of a step of this module, by its dotted path."""
    return _toml(f"{__name__}.{step.__name__}", name, options)


def bring(monkeypatch: pytest.MonkeyPatch, step: type[Step]) -> str:
    """Make a class importable and give its dotted path, as `kind` takes it."""
    module = ModuleType("brought_steps")
    setattr(module, step.__name__, step)
    monkeypatch.setitem(sys.modules, module.__name__, module)
    return f"{module.__name__}.{step.__name__}"


def _toml(kind: str, name: str, options: tuple[str, ...]) -> str:
    head = ("[[tenants.kauri.steps]]", f'kind = "{kind}"', f'name = "{name}"', 'title = "A step"')
    return "\n".join((*head, *options)) + "\n"


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
    room=1_000,
)


def visit(**changes: Any) -> Visit:
    """The visit of Ripeka; looking must not spend tries."""
    return replace(_VISIT, **changes)


def form(**sent: str | tuple[str, ...]) -> Form:
    """A form as a step is given it."""
    return Form({name: (v,) if isinstance(v, str) else v for name, v in sent.items()})
