"""The contract that every step keeps, as tests.

A step with a page derives from StepContract and gives an example:

    class TestMyStep(StepContract):
        @pytest.fixture
        def example(self) -> Example:
            return Example(kind="my_package.MyStep", good={"answer": "yes"})

A step without one derives from SilentContract and gives a SilentExample. The step stands first in a
flow of two, under the name "asked".
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from hook.claims import nest
from hook.errors import ConfigError
from hook.steps import find
from hook.steps.base import Done, Need, Shown, Step, Visit
from hook.testing.example import (
    Configured,
    SilentExample,
    at,
    bring,
    kept,
    raising,
    step_of,
)
from hook.testing.hooks import NOTICE, Clock, MakeHook, hooks_in
from hook.testing.visitor import Visitor
from hook.testing.watch import rows, watched_log


class Contract:
    """What holds for every step, with or without a page."""

    @pytest.fixture
    def example(self) -> Configured:
        """Give the kind under test; a derived class does it."""
        raise NotImplementedError

    @pytest.fixture
    def clock(self) -> Clock:
        """Give a clock that stands still."""
        return Clock()

    @pytest.fixture
    def make_hook(self, tmp_path: Path, clock: Clock, example: Configured) -> Iterator[MakeHook]:
        """Make hooks of a configuration, on a database of their own."""
        database = f"sqlite:///{tmp_path}/hook.db"
        with hooks_in(tmp_path, database, clock, example.environ) as make:
            yield make

    @pytest.fixture
    def app(self, make_hook: MakeHook, example: Configured) -> Flask:
        """Give a hook in which the step is the first."""
        return make_hook(example.flow(then=NOTICE))

    @pytest.fixture
    def visitor(self, app: Flask) -> Visitor:
        """Give somebody who comes to that hook."""
        return Visitor(app)

    def test_unknown_options_are_refused(self, make_hook: MakeHook, example: Configured) -> None:
        assert make_hook(example.flow())
        with pytest.raises(ConfigError) as refused:
            make_hook(example.flow("no_such_option = 1"))
        number = example.before.count("[[tenants.kauri.steps]]")
        key = f"tenants.kauri.steps[{number}].no_such_option"
        assert [mistake.key for mistake in refused.value.mistakes] == [key]

    def test_its_options_cannot_be_changed(self, app: Flask) -> None:
        options = step_of(app).options
        names = list(type(options).model_fields)
        for name in names:
            with pytest.raises(ValueError, match="frozen"):
                setattr(options, name, None)

    def test_it_declares_only_what_fits_an_answer(self, app: Flask) -> None:
        step = step_of(app)
        written = dict(step.writes())
        assert nest(written) or not written
        assert all(type(most) is int and most > 0 for most in written.values())

    def test_to_ask_and_to_show_is_to_change_nothing(self, app: Flask) -> None:
        step = step_of(app)
        seen = at(step)
        assert step.prepare(seen) is None, "asked again with what it made, it makes something"
        before = repr(seen)
        needs = [step.applies(seen), step.applies(seen)]
        pages = [step.show(seen), step.show(seen)]
        assert isinstance(needs[0], Need)
        assert isinstance(pages[0], Shown)
        assert needs[0] == needs[1]
        assert pages[0] == pages[1]
        assert repr(seen) == before


class SilentContract(Contract):
    """What holds for a step that never shows a page: it lets pass, or denies."""

    @pytest.fixture
    def example(self) -> SilentExample:
        """Give the kind under test; a derived class does it."""
        raise NotImplementedError

    def test_it_lets_pass(self, visitor: Visitor, example: SilentExample) -> None:
        assert example.pass_by(visitor).step == "welcome"

    def test_it_denies_with_its_code(self, visitor: Visitor, example: SilentExample) -> None:
        if example.stops is None:
            pytest.skip("it never denies")
        seen = example.be_stopped(visitor)
        # A code of its own has a page that tells why before the way back.
        seen = seen if seen.page == "leave" else visitor.get(f"{seen.url}?leave=yes")
        assert seen.answer["error"] == {"message": example.code}
        assert "claims" not in seen.answer

    def test_it_keeps_nothing_of_a_visitor_in_itself(
        self, app: Flask, visitor: Visitor, example: SilentExample
    ) -> None:
        before = kept(step_of(app))
        example.pass_by(visitor)
        example.be_stopped(visitor, state="another-journey")
        assert kept(step_of(app)) == before

    def test_seen_twice_nothing_changes(
        self, app: Flask, visitor: Visitor, example: SilentExample
    ) -> None:
        example.pass_by(visitor)
        before = rows(app)
        assert visitor.reload().step == "welcome"
        assert rows(app) == before

    @pytest.mark.parametrize("method", ["applies", "show"])
    def test_an_error_in_it_ends_the_journey_and_never_skips(
        self,
        make_hook: MakeHook,
        monkeypatch: pytest.MonkeyPatch,
        example: SilentExample,
        method: str,
    ) -> None:
        path = bring(monkeypatch, raising(find(example.kind), method))
        visitor = Visitor(make_hook(example.flow(kind=path, then=NOTICE)))
        with watched_log() as log:
            seen = example.be_stopped(visitor)
        assert seen.answer["error"] == {"message": "step_failed"}
        assert log.reasons("step_failed") == ["RuntimeError"]
        assert "ripeka@" not in log

    def test_a_claim_it_did_not_declare_ends_the_journey(
        self, make_hook: MakeHook, monkeypatch: pytest.MonkeyPatch, example: SilentExample
    ) -> None:
        def undeclared(self: Step, seen: Visit) -> Done:
            return Done({**dict.fromkeys(self.writes(), 1), "undeclared": 1})

        path = bring(monkeypatch, type("Undeclared", (find(example.kind),), {"show": undeclared}))
        visitor = Visitor(make_hook(example.flow(kind=path, then=NOTICE)))
        assert example.be_stopped(visitor).answer["error"] == {"message": "step_failed"}
