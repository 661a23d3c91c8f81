"""Saying something anew: what hangs on it is asked again, and the answer is that of the last word.

The flows are made by hand, of steps that do nothing but what the rules ask about.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

import pytest
from hypothesis import Phase, given, note, settings
from hypothesis import strategies as st

from hook.claims import Declared
from hook.journey import Broken, advance, apply, revise, stay
from hook.order import after, before, can_be_revised, current, number_of, page_before
from hook.state import Position, Progress
from hook.steps.base import Deny, Done, Need, Page, Shown, Stay, Step, Visit
from hook.steps.conditions import facts_of, read
from hook.testing.visits import visit

Table = Mapping[str, Any]
Flow = tuple[Step, ...]
Typed = dict[str, str]
PAGE = Page("step.html")


class Form(Step):
    """Asks for one claim, which is called like the step; what is empty is left out."""

    kind = "form"
    revisable = True

    def writes(self) -> Mapping[str, int]:
        return {self.name: 8}

    def show(self, visit: Visit) -> Shown:
        return PAGE


class Notice(Step):
    """Has a page, and says nothing."""

    kind = "notice"

    def show(self, visit: Visit) -> Shown:
        return PAGE


class Copy(Notice):
    """Has a page, and on it makes a claim of another."""

    kind = "copy"

    def writes(self) -> Mapping[str, int]:
        return {self.name: 8}

    def uses(self) -> frozenset[str]:
        return super().uses() | {self.options}


class Factor(Notice):
    """Asks for a second factor."""

    kind = "factor"

    def proves(self) -> frozenset[str]:
        return frozenset({"totp"})

    def writes(self) -> Mapping[str, int]:
        return {self.name: 8}


class Review(Notice):
    """Shows what was said."""

    kind = "review"
    reviews = True


class Silent(Step):
    """Has no page: makes a claim of another by itself."""

    kind = "silent"
    silent = True

    def writes(self) -> Mapping[str, int]:
        return {self.name: 8}

    def uses(self) -> frozenset[str]:
        return super().uses() | {self.options}

    def show(self, visit: Visit) -> Shown:
        return Done(_copied(self, visit))


class Gate(Step):
    """Lets through or denies."""

    kind = "gate"
    silent = True
    code: ClassVar[str] = "step_failed"

    def conditions(self) -> Mapping[str, Any]:
        return {**super().conditions(), "require": self.options}

    def applies(self, visit: Visit) -> Need:
        return Need(not self.options.holds(facts_of(visit)), "required")

    def show(self, visit: Visit) -> Shown:
        return Deny(self.code)


def _copied(step: Step, visit: Visit) -> dict[str, Any]:
    value = visit.claims.get(step.options)
    return {} if value is None else {step.name: value}


def make(kind: type[Step], name: str, when: Table | None = None, options: Any = None) -> Step:
    step = kind(name, name, options)
    step.when = None if when is None else read(when)
    return step


def equals(claim: str, value: str = "a") -> Table:
    return {"claim": claim, "equals": value}


def visit_for(step: Step, progress: Progress) -> Visit:
    known = step.uses().union(step.writes())
    return visit(claims=Declared(progress.claims, known), outcomes=progress.outcomes)


@dataclass
class Walker:
    """Somebody on the way through a flow; `typed` is the last word on every form."""

    flow: Flow
    position: Position = field(default_factory=lambda: Position(Progress()))
    typed: Typed = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._go(self.position)

    @property
    def progress(self) -> Progress:
        return self.position.progress

    @property
    def at(self) -> str:
        return self.position.step.name if self.position.step else ""

    def open(self) -> list[Step]:
        """The pages on which something may be said now."""
        return [
            step
            for step in self.flow
            if step.name == self.at or can_be_revised(step, self.progress)
        ]

    def say(self, name: str, value: str = "") -> "Walker":
        step = next(each for each in self.flow if each.name == name)
        outcome = Done(self._claims(step, value))
        if isinstance(step, Form):
            self.typed[name] = value
        self._go(revise(self.flow, step, outcome, self.progress))
        return self

    def finish(self, typed: Typed) -> "Walker":
        """Go on to the end, with these values."""
        while self.position.end is None:
            self.say(self.at, self.typed.get(self.at, typed.get(self.at, "")))
        return self

    def _claims(self, step: Step, value: str) -> dict[str, Any]:
        if isinstance(step, Form):
            return {step.name: value} if value else {}
        if isinstance(step, Copy):
            return _copied(step, visit_for(step, self.progress))
        return dict.fromkeys(step.writes(), "given")

    def _go(self, position: Position) -> None:
        self.position = advance(self.flow, position, visit_for)


# The most important of all: whatever is said anew, in whatever order

VALUES = st.sampled_from(["", "a", "b"])
KINDS = (Form, Form, Form, Form, Gate, Notice, Copy, Silent, Factor)


@st.composite
def conditions(draw: st.DrawFn, earlier: Flow, depth: int = 1) -> Table:
    """A question about the steps before."""
    asked = draw(st.sampled_from([*earlier, *earlier[-2:]]))
    outcome = {"outcome": asked.name, "equals": draw(st.sampled_from(["not_wanted", "done"]))}
    plain: list[Table] = [outcome, outcome]
    if asked.writes():
        present = {"claim": asked.name, "present": draw(st.booleans())}
        plain += [equals(asked.name, draw(VALUES)), present, equals(asked.name)]
    question = draw(st.sampled_from(plain))
    if not depth or draw(st.booleans()):
        return question
    word = draw(st.sampled_from(["all", "any", "not"]))
    if word == "not":
        return {word: question}
    return {word: [question, draw(conditions(earlier, depth - 1))]}


@st.composite
def steps(draw: st.DrawFn, earlier: Flow) -> Step:
    kind = draw(st.sampled_from(KINDS))
    # A second factor that was given stays given, whatever its `when` says by now.
    free = kind is Factor or draw(st.booleans())
    when = None if free else draw(conditions(earlier))
    options: Any = None
    if kind in (Copy, Silent):
        options = draw(st.sampled_from([step.name for step in earlier if step.writes()]))
    elif kind is Gate:
        # Most visitors are to get past it.
        options = read({"any": [draw(conditions(earlier)), draw(conditions(earlier))]})
    return make(kind, f"s{len(earlier)}", when, options)


@st.composite
def flows(draw: st.DrawFn) -> Flow:
    flow: Flow = (make(Form, "s0"),)
    for _ in range(draw(st.integers(1, 6))):
        flow = (*flow, draw(steps(flow)))
    return (*flow, make(Review, "review"), make(Notice, "last"))


TYPED = st.dictionaries(st.sampled_from([f"s{number}" for number in range(7)]), VALUES)
SAID = st.lists(st.tuples(st.integers(0, 9), VALUES), max_size=8)


def wander(flow: Flow, said: list[tuple[int, str]], typed: Typed) -> Walker:
    """Come to the last page; say anything on any page that is open; then go on to the end."""
    walker = Walker(flow)
    while walker.at not in ("", "last") and "s0" in typed:
        walker.say(walker.at, typed.get(walker.at, ""))
    for number, value in said:
        pages = walker.open()
        if walker.position.end is not None:
            break
        walker.say(pages[number % len(pages)].name, value)
    return walker.finish(typed)


@settings(max_examples=200, deadline=None, phases=set(Phase) - {Phase.explain})
@given(flow=flows(), said=SAID, typed=TYPED)
def test_whatever_is_said_anew_the_answer_is_that_of_the_last_word(
    flow: Flow, said: list[tuple[int, str]], typed: Typed
) -> None:
    note("\n".join(f"{step.kind} {step.name}: {step.when} {step.options}" for step in flow))
    wandered = wander(flow, said, typed)
    straight = Walker(flow).finish({**typed, **wandered.typed})
    assert wandered.position.end == straight.position.end
    if straight.position.end == "completed":
        assert wandered.progress.claims == straight.progress.claims
        assert wandered.progress.outcomes == straight.progress.outcomes
        assert set(wandered.progress.unseen) == set(straight.progress.unseen)


# One rule at a time: a form, what hangs on it or not, and a last page


def asked_again(step: Step, first: str = "a", then: str = "b") -> bool:
    """Is a step that was done with a form's first word asked again after the second?"""
    walker = Walker((make(Form, "form"), step, make(Notice, "last"))).say("form", first)
    if walker.at != "last":
        walker.say(step.name, "x")
    assert walker.at == "last"
    form = walker.flow[0]
    claims = {"form": then} if then else {}
    position = revise(walker.flow, form, Done(claims), walker.progress)
    return step.name not in position.progress.done


PRESENT = {"claim": "form", "present": True}
ABSENT = {"claim": "form", "present": False}


@pytest.mark.parametrize(
    ("kind", "options"),
    [(Gate, read(PRESENT)), (Silent, "form")],
    ids=["gate", "silent step"],
)
def test_a_step_that_nobody_saw_is_asked_again_always(kind: type[Step], options: Any) -> None:
    assert asked_again(make(kind, "step", None, options), "a", "a")
    assert asked_again(make(kind, "step", None, options), "a", "b")


@pytest.mark.parametrize("kind", [Form, Notice, Factor], ids=lambda kind: str(kind.kind))
def test_a_step_whose_when_did_not_hold_is_asked_again_always(kind: type[Step]) -> None:
    assert asked_again(make(kind, "step", ABSENT), "a", "a")


@pytest.mark.parametrize(("then", "again"), [("b", True), ("", True), ("a", False)])
@pytest.mark.parametrize(
    "step",
    [
        make(Form, "step", PRESENT),
        make(Notice, "step", {"not": {"all": [ABSENT, equals("form", "c")]}}),
        make(Copy, "step", None, "form"),
        make(Review, "step"),
    ],
    ids=["when", "deep in its when", "uses", "reviews"],
)
def test_a_page_that_uses_the_claim_is_asked_again_if_that_changed(
    step: Step, then: str, again: bool
) -> None:
    assert asked_again(step, "a", then) is again


@pytest.mark.parametrize("kind", [Form, Notice, Factor], ids=lambda kind: str(kind.kind))
def test_a_page_that_has_nothing_to_do_with_it_stays_done(kind: type[Step]) -> None:
    assert not asked_again(make(kind, "step"), "a", "b")


def test_a_second_factor_that_was_given_stays_given_and_a_notice_does_not() -> None:
    assert not asked_again(make(Factor, "step", PRESENT), "a", "")
    assert asked_again(make(Notice, "step", PRESENT), "a", "")


def test_what_uses_a_claim_of_a_step_that_is_asked_again_is_asked_again_too() -> None:
    copy, far = make(Copy, "copy", None, "form"), make(Notice, "far", equals("copy"))
    other = make(Notice, "other", {"claim": "other_form", "present": False})
    flow = (make(Form, "form"), copy, far, other, make(Notice, "last"))
    walker = Walker(flow).say("form", "a").say("copy").say("far").say("other").say("form", "b")
    assert set(walker.progress.done) == {"form", "far", "other"}
    assert walker.say("copy").progress.outcomes["far"] == "not_wanted"


def test_what_asks_for_the_outcome_of_a_step_that_is_asked_again_is_asked_again_too() -> None:
    wanted = {"outcome": "more", "equals": "done"}
    flow = (make(Form, "form"), make(Form, "more", equals("form")), make(Form, "far", wanted))
    walker = Walker((*flow, make(Notice, "last"))).say("form", "a").say("more", "x").say("far", "y")
    assert walker.say("form", "b").at == "last"
    assert walker.progress.claims == {"form": "b"}
    assert walker.progress.outcomes["far"] == "not_wanted"


def test_what_asks_for_the_outcome_of_the_form_itself_is_asked_again_if_that_changed() -> None:
    form, far = make(Form, "form"), make(Form, "far", {"outcome": "form", "equals": "rich"})
    flow = (form, far, make(Notice, "last"))
    first = advance(flow, apply(form, Done(reason="rich"), Position(Progress())), visit_for)
    second = apply(far, Done({"far": "x"}), Position(first.progress))
    same = revise(flow, form, Done(reason="rich"), second.progress)
    other = revise(flow, form, Done(reason="poor"), second.progress)
    assert advance(flow, same, visit_for).progress.claims == {"far": "x"}
    assert advance(flow, other, visit_for).progress.claims == {}


@pytest.mark.parametrize(
    ("between", "when"),
    [
        (make(Form, "between", equals("form", "c")), {"claim": "between", "present": False}),
        (make(Silent, "between", None, "form"), equals("between")),
        (make(Gate, "between", None, read(PRESENT)), {"outcome": "between", "equals": "required"}),
    ],
    ids=["claim of a form not asked", "claim of a silent step", "outcome of a gate"],
)
@pytest.mark.parametrize(("then", "again"), [("b", True), ("a", False)], ids=["new", "same"])
def test_a_page_that_hangs_on_what_nobody_saw_stays_done_if_nothing_changed(
    between: Step, when: Table, then: str, again: bool
) -> None:
    copy = make(Copy, "copy", when, "form")
    walker = Walker((make(Form, "form"), between, copy, make(Notice, "last")))
    assert walker.say("form", "a").at == "copy"
    assert walker.say("copy").at == "last"
    walker.say("form", then)
    assert (walker.at == "copy" or "copy" in walker.progress.unseen) is again


def test_its_claims_are_replaced_by_what_it_writes_now() -> None:
    walker = Walker((make(Form, "form"), make(Form, "more"), make(Notice, "last")))
    walker.say("form", "a").say("more", "x")
    assert walker.say("form", "b").progress.claims == {"form": "b", "more": "x"}
    assert walker.say("form", "").progress.claims == {"more": "x"}


def test_a_form_that_is_asked_again_is_filled_in_with_what_it_had() -> None:
    flow = (make(Form, "form"), make(Form, "more", PRESENT), make(Notice, "last"))
    walker = Walker(flow).say("form", "a").say("more", "x").say("form", "b")
    assert walker.at == "more"
    assert visit_for(flow[1], walker.progress).claims == {"form": "b", "more": "x"}


@pytest.mark.parametrize(("then", "kept"), [("b", {}), ("a", {"copy": {"asked": "a"}})])
def test_a_page_half_way_through_begins_anew_if_a_claim_it_uses_changed(
    then: str, kept: dict[str, Any]
) -> None:
    flow = (make(Form, "form"), make(Copy, "copy", None, "form"))
    walker = Walker(flow).say("form", "a")
    asked = stay(flow[1], Stay(scratch={"asked": "a"}), Position(walker.progress))
    assert revise(flow, flow[0], Done({"form": then}), asked.progress).progress.scratch == kept


@pytest.mark.parametrize("outcome", [Deny("user_cancelled"), Broken("KeyError")], ids=["deny", "x"])
def test_what_denies_or_breaks_ends_the_journey_and_asks_nothing_again(
    outcome: Deny | Broken,
) -> None:
    walker = Walker((make(Form, "form"), make(Review, "review"))).say("form", "a")
    position = revise(walker.flow, walker.flow[0], outcome, walker.progress)
    assert position.end == ("user_cancelled" if isinstance(outcome, Deny) else "step_failed")
    assert position.progress.done == walker.progress.done


def test_a_claim_that_it_did_not_declare_ends_the_journey() -> None:
    walker = Walker((make(Form, "form"), make(Review, "review"))).say("form", "a")
    form = walker.flow[0]
    position = revise(walker.flow, form, Done({"other": 1}), walker.progress)
    assert position.end == "step_failed"
    assert revise(walker.flow, form, Done({"form": 1}), walker.progress).end is None


# The order


def test_the_order_of_a_flow_names_what_lies_around_a_step() -> None:
    flow = tuple(make(Form, name) for name in ("one", "two", "three"))
    progress = Progress(done=("two",))
    assert current(flow, progress) is flow[0]
    assert current(flow, Progress(done=("one", "two", "three"))) is None
    assert (before(flow[1], flow), after(flow[1], flow)) == (flow[:1], flow[2:])


@pytest.mark.parametrize(
    ("kind", "done", "unseen", "found"),
    [
        (Form, ("one", "two"), (), "two"),
        (Form, ("one", "two"), ("two",), "one"),
        (Form, ("one",), (), "one"),
        (Notice, ("one", "two"), (), "one"),
        (Form, (), (), None),
    ],
    ids=["done", "unseen", "not done", "not revisable", "none done"],
)
def test_the_page_before_is_the_nearest_that_can_be_changed(
    kind: type[Step], done: tuple[str, ...], unseen: tuple[str, ...], found: str | None
) -> None:
    flow = (make(Form, "one"), make(kind, "two"), make(Form, "three"))
    step = page_before(flow, flow[2], Progress(done=done, unseen=unseen))
    assert (step.name if step else None) == found


def test_pages_are_numbered_without_those_that_nobody_sees() -> None:
    gate = make(Gate, "gate", None, read(PRESENT))
    flow = (make(Form, "one"), gate, make(Form, "two"), make(Form, "three"))
    progress = Progress(done=("one", "gate", "two"), unseen=("gate", "two"))
    assert number_of(flow, flow[3], progress) == (2, 2)
    assert number_of(flow, flow[0], Progress()) == (1, 3)
