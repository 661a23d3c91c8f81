"""Steps kept outside the hook's own package, as a tenant would bring them."""

from collections.abc import Callable, Mapping
from typing import ClassVar

from hook.steps.base import (
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
from hook.steps.factor import Proof

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


def _toml(kind: str, name: str, options: tuple[str, ...]) -> str:
    head = ("[[tenants.kauri.steps]]", f'kind = "{kind}"', f'name = "{name}"', 'title = "A step"')
    return "\n".join((*head, *options)) + "\n"
