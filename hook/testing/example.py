"""An example of a kind, for its contract; and what the contract does with the step under test."""

import copy
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from types import ModuleType
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from hook.steps.base import Outcome, Step, Visit
from hook.steps.factor import Proof
from hook.testing.tokens import NOW, payload
from hook.testing.visitor import Seen, Values, Visitor
from hook.testing.visits import visit

NAME = "asked"
"""The name of the step under test."""
PERSON = payload()["claims"]
"""The arrival claims of everybody."""
_PROOFS = (Proof("totp", NOW),)


@dataclass(frozen=True, kw_only=True)
class Configured:
    """A kind with options; `before` are steps without a page, `more` the rest of the file.

    `environ` are the variables that its options name.
    """

    kind: str
    options: str = ""
    before: str = ""
    more: Callable[[], str] = str
    environ: Mapping[str, str] = field(default_factory=dict)

    def flow(self, *more: str, kind: str = "", then: str = "") -> str:
        """Write the configuration of a flow that begins with this step."""
        return self.before + self.block(*more, kind=kind) + then + self.more()

    def block(self, *more: str, kind: str = "", name: str = NAME) -> str:
        """Write the TOML of this step."""
        head = (f'kind = "{kind or self.kind}"', f'name = "{name}"', 'title = "A step"')
        return "\n".join(("[[tenants.kauri.steps]]", *head, *more, self.options, ""))


@dataclass(frozen=True, kw_only=True)
class Example(Configured):
    """A kind with options under which it shows a page, and what a visitor may send to it.

    `good` takes the step to its end, `bad` is answered with errors (None: there is no such thing),
    `largest` gives the largest claims that the options allow. What is good may hang on the page: a
    function then makes it of what is seen. `approach` is sent first, where the step has a page
    before the one that ends it. Where what is good sends the visitor away, `returns` gives the
    query that they bring back, made of the page that sends them.
    """

    good: Values | Callable[[Seen], Values]
    bad: Values | None = None
    largest: tuple[Values, ...] = ()
    approach: Values | None = None
    returns: Callable[[Seen], str] | None = None

    def values(self, seen: Seen | None) -> Values:
        """Give what is good on this page."""
        assert seen is not None
        return self.good(seen) if callable(self.good) else self.good

    def come(self, visitor: Visitor, **changes: Any) -> Seen:
        """Arrive, and go up to the page that ends the step."""
        seen = visitor.arrive(**changes)
        if self.approach is not None and seen.step == NAME:
            visitor.send(self.approach)
            seen = visitor.reload()
        return seen

    def send(self, visitor: Visitor, more: Values | None = None) -> Seen:
        """Send what is good, and come back from wherever that leads."""
        page = visitor.seen
        assert page is not None
        seen = visitor.send({**self.values(page), **(more or {})})
        if self.returns is None or not seen.return_url:
            return seen
        return visitor.get(f"{page.url}?{self.returns(seen)}")


@dataclass(frozen=True, kw_only=True)
class SilentExample(Configured):
    """A kind without a page: arrival claims with which it lets pass, and with which it denies.

    `code` is what it denies with; without `stops` it never denies.
    """

    passes: Mapping[str, Any] = field(default_factory=dict)
    stops: Mapping[str, Any] | None = None
    code: str = ""

    def pass_by(self, visitor: Visitor, **changes: Any) -> Seen:
        """Arrive with claims that are let pass."""
        return visitor.arrive(claims={**PERSON, **self.passes}, **changes)

    def be_stopped(self, visitor: Visitor, **changes: Any) -> Seen:
        """Arrive with claims that are denied."""
        return visitor.arrive(claims={**PERSON, **(self.stops or {})}, **changes)


def post(visitor: Visitor, path: str, values: Values) -> TestResponse:
    """Send a form with the token that was seen last, without following what comes."""
    assert visitor.seen is not None
    return visitor.browser.post(
        path,
        data={**visitor.seen.reader.hidden, **values},
        base_url=visitor.origin,
        headers={"Origin": visitor.origin},
    )


def step_of(app: Flask) -> Step:
    """The step under test, which lives as long as the app."""
    flow: tuple[Step, ...] = app.extensions["hook"].config.tenants["kauri"].flow
    return next(step for step in flow if step.name == NAME)


def at(step: Step) -> Visit:
    """Make a visit with everything that the step needs to show its page."""
    # A second factor counted before, for steps asked only then; others would ask for one more.
    proofs = () if step.proves() else _PROOFS
    seen = visit(arrival={**PERSON, "list": [{}]}, proofs=proofs)
    made = step.prepare(seen)
    return seen if made is None else replace(seen, scratch=made)


def kept(step: Step) -> dict[str, Any]:
    """All that a step and its classes hold, copied."""
    classes = [base for base in type(step).__mro__ if base is not object]
    held = {
        f"{base.__name__}.{name}": value
        for base in classes
        for name, value in vars(base).items()
        if not name.startswith("__") and not callable(value)
    }
    return {name: _told(value) for name, value in {**held, **vars(step)}.items()}


def _told(value: object) -> object:
    """A value as plain data, with all that it holds: what is compared must not change with it."""
    if isinstance(value, (tuple, list)):
        return [_told(item) for item in value]
    if isinstance(value, Mapping):
        return {name: _told(item) for name, item in value.items()}
    held = {**getattr(value, "__dict__", {})}
    return (type(value).__name__, _told(held)) if held else copy.deepcopy(value)


def raising(kind: type[Step], method: str) -> type[Step]:
    """The kind, with one method that raises; the text of the error must never be seen."""

    def fail(self: Step, *_: object) -> Outcome:
        raise RuntimeError("ripeka@kauri.example")

    return type("Raising", (kind,), {method: fail})


def bring(monkeypatch: pytest.MonkeyPatch, step: type[Step]) -> str:
    """Make a class importable and give its dotted path, as `kind` takes it."""
    module = ModuleType("brought_steps")
    setattr(module, step.__name__, step)
    monkeypatch.setitem(sys.modules, module.__name__, module)
    return f"{module.__name__}.{step.__name__}"
