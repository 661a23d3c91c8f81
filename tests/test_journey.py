"""The rules of a journey, by themselves: which step is current, what an outcome changes."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, ClassVar

import pytest

from hook.errors import HookError, StoreUnavailable
from hook.journey import Broken, SubjectMissing, advance, apply, guard
from hook.moves import Away
from hook.order import current
from hook.state import Pass, Position, Progress
from hook.steps.base import (
    Deny,
    Done,
    Form,
    Need,
    Outcome,
    Page,
    Redirect,
    Shown,
    Stay,
    Step,
    Stores,
    Visit,
)
from hook.testing.visits import visit
from tests.support.steps import Idle, Silent


class Asks(Step):
    """Shows a page, writes a claim of its own name, keeps a record."""

    kind = "asks"
    stores = Stores("when", "until the test ends")

    def writes(self) -> Mapping[str, int]:
        return {self.name: 5}

    def show(self, visit: Visit) -> Shown:
        return Page("step.html", {"seen": dict(visit.claims)})


class Denies(Step):
    """Never lets anybody through."""

    kind = "denies"

    def show(self, visit: Visit) -> Shown:
        return Deny("terms_declined")


class Knows(Step):
    """Need not be done, and reports what it knows."""

    kind = "knows"

    def writes(self) -> Mapping[str, int]:
        return {"known": 5}

    def applies(self, visit: Visit) -> Need:
        return Need(False, "known_already", {"known": "yes"})


class Answers(Step):
    """Answers whatever it is told to, fitting or not."""

    kind = "answers"
    answer: ClassVar[Any] = None

    def show(self, visit: Visit) -> Shown:
        answer: Shown = self.answer
        return answer


def _step(kind: type[Step], name: str) -> Step:
    return kind(name, name.capitalize(), None)


def _visit_for(step: Step, progress: Progress) -> Visit:
    return visit(claims=progress.claims, scratch=progress.scratch.get(step.name, {}))


def _walk(*steps: Step, done: tuple[str, ...] = ()) -> Position:
    return advance(steps, Position(Progress(done=done)), _visit_for)


# A step is foreign code, and types are not checked at run time.
UNTYPED: Any = Done
A, B, C = (_step(Asks, name) for name in "abc")
SILENT, IDLE, DENIES, KNOWS = (_step(kind, kind.kind) for kind in (Silent, Idle, Denies, Knows))


class TestCurrent:
    """The current step is the first that is not done, by name and never by number."""

    @pytest.mark.parametrize(
        ("done", "expected"),
        [
            ((), "a"),
            (("a",), "b"),
            (("b",), "a"),
            (("a", "b"), "c"),
            (("c", "a"), "b"),
            (("a", "b", "c"), None),
            (("gone",), "a"),
        ],
    )
    def test_it_is_the_first_that_is_not_done(
        self, done: tuple[str, ...], expected: str | None
    ) -> None:
        found = current((A, B, C), Progress(done=done))
        assert (found.name if found else None) == expected

    @pytest.mark.parametrize(
        ("flow", "expected"),
        [
            ((A, B, C), "b"),
            ((B, A, C), "b"),
            ((C, A, B), "c"),
            ((B, C), "b"),
            ((A, C), "c"),
            ((A,), None),
            ((_step(Asks, "new"), A, B), "new"),
            ((A, _step(Asks, "new"), B), "new"),
        ],
        ids=lambda value: "-".join(s.name for s in value) if isinstance(value, tuple) else value,
    )
    def test_a_changed_flow_meets_a_journey_in_the_right_place(
        self, flow: tuple[Step, ...], expected: str | None
    ) -> None:
        """The journey had done "a" when the issuer changed the flow."""
        progress = Progress(done=("a",))
        found = current(flow, progress)
        assert (found.name if found else None) == expected
        position = advance(flow, Position(progress), _visit_for)
        assert (position.step.name if position.step else None) == expected


class TestAdvance:
    """What needs no visitor is walked over, up to the first page or the end."""

    def test_it_stops_at_the_first_page(self) -> None:
        position = _walk(A, B)
        assert position.step is A
        assert position.page == Page("step.html", {"seen": {}})
        assert position.end is None
        assert position.progress == Progress()

    def test_a_done_step_is_not_asked_again(self) -> None:
        assert _walk(A, B, done=("a",)).step is B

    def test_with_nothing_left_it_is_completed(self) -> None:
        position = _walk(A, done=("a",))
        assert (position.end, position.step, position.page) == ("completed", None, None)

    def test_an_empty_flow_is_completed(self) -> None:
        assert _walk().end == "completed"

    def test_steps_without_a_page_are_passed_with_their_claims_and_reasons(self) -> None:
        position = _walk(SILENT, IDLE, KNOWS, A)
        assert position.step is A
        assert position.progress.done == ("silent", "idle", "knows")
        assert position.progress.claims == {"looked_up": "found", "known": "yes"}
        assert [(e.name, e.step, e.reason) for e in position.events] == [
            ("step_done", "silent", "done"),
            ("step_done", "idle", "not_today"),
            ("step_done", "knows", "known_already"),
        ]

    def test_a_step_sees_the_claims_of_those_before_it(self) -> None:
        assert _walk(SILENT, A).page == Page("step.html", {"seen": {"looked_up": "found"}})
        assert _walk(A, SILENT).page == Page("step.html", {"seen": {}})

    def test_a_denial_ends_it_and_nothing_after_is_asked(self) -> None:
        position = _walk(IDLE, DENIES, SILENT, A)
        assert position.end == "terms_declined"
        assert position.page is None
        assert position.progress.claims == {}
        assert [event.name for event in position.events] == ["step_done", "step_denied"]

    def test_it_changes_nothing_of_what_it_is_given(self) -> None:
        start = Progress(done=("a",), claims={"a": 1}, scratch={"b": {"x": 1}})
        before = repr(start)
        advance((A, SILENT, B), Position(start), _visit_for)
        assert repr(start) == before

    def test_twice_from_the_same_place_it_comes_to_the_same(self) -> None:
        assert _walk(SILENT, A) == _walk(SILENT, A)

    @pytest.mark.parametrize(
        "answer", [None, True, "page", {}, Stay({"a": "b"}), Page, Broken("x")], ids=repr
    )
    def test_an_answer_that_is_none_fails_the_step(
        self, monkeypatch: pytest.MonkeyPatch, answer: object
    ) -> None:
        monkeypatch.setattr(Answers, "answer", answer)
        position = _walk(_step(Answers, "answers"), A)
        assert position.end == "step_failed"
        assert position.page is None

    @pytest.mark.parametrize("answer", [Done(), Page("step.html")], ids=repr)
    def test_an_answer_that_is_one_does_not(
        self, monkeypatch: pytest.MonkeyPatch, answer: object
    ) -> None:
        monkeypatch.setattr(Answers, "answer", answer)
        assert _walk(_step(Answers, "answers"), A).end is None

    def test_no_page_is_shown_to_somebody_without_a_name(self) -> None:
        def nobody(step: Step, progress: Progress) -> Visit:
            return visit(person="")

        position = advance((SILENT, A), Position(Progress()), nobody)
        assert (position.end, position.page) == ("subject_missing", None)
        assert advance((SILENT,), Position(Progress()), nobody).end == "completed"


class TestApply:
    """What an outcome changes, and nothing else."""

    START = Position(Progress(done=("z",), claims={"z": 1}, scratch={"a": {"x": 1}, "b": {"y": 2}}))

    def test_done_marks_the_step_and_merges_its_claims(self) -> None:
        progress = apply(A, Done({"a": "new"}), self.START).progress
        assert progress.done == ("z", "a")
        assert progress.claims == {"z": 1, "a": "new"}

    def test_done_once_more_it_keeps_its_place(self) -> None:
        start = Position(Progress(done=("a", "z"), claims={"a": "old"}))
        progress = apply(A, Done({"a": "new"}), start).progress
        assert (progress.done, progress.claims) == (("a", "z"), {"a": "new"})

    def test_done_erases_the_scratch_of_this_step_only(self) -> None:
        assert apply(A, Done(), self.START).progress.scratch == {"b": {"y": 2}}

    def test_done_keeps_a_record_with_its_step(self) -> None:
        assert apply(A, Done(record={"at": 5}), self.START).records == ((A, {"at": 5}),)
        assert apply(A, Done(), self.START).records == ()

    def test_done_says_its_reason(self) -> None:
        (event,) = apply(A, Done(reason="accepted"), self.START).events
        assert (event.name, event.step, event.kind, event.reason) == (
            "step_done", "a", "asks", "accepted",
        )  # fmt: skip

    @pytest.mark.parametrize(
        ("step", "outcome", "reason"),
        [
            (A, Done({"a": "x"}), None),
            (A, Done({"b": "x"}), "undeclared_claim"),
            (A, Done({"a": "x", "z": 2}), "undeclared_claim"),
            (A, Done(record={"at": 5}), None),
            (SILENT, Done(record={"at": 5}), "undeclared_record"),
            (A, Done({"a": float("nan")}), "not_json"),
            (A, Done({"a": {"x"}}), "not_json"),
            (A, Done({"a": "\ud800"}), "not_json"),
            (A, Done({"a": "\0"}), "not_json"),
            (A, Done(record={"at": b"5"}), "not_json"),
            (A, UNTYPED(record={5: "at"}), "not_json"),
            (A, UNTYPED(None), "not_json"),
            (A, UNTYPED(["a"]), "not_json"),
            (A, UNTYPED(record=["at"]), "not_json"),
        ],
        ids=lambda value: value.kind if isinstance(value, Step) else ascii(value),
    )
    def test_only_what_was_declared_and_is_json_is_taken(
        self, step: Step, outcome: Done, reason: str | None
    ) -> None:
        position = apply(step, outcome, self.START)
        if reason is None:
            assert position.end is None
            assert position.progress.done == ("z", "a")
            return
        assert position.end == "step_failed"
        assert replace(position.progress, outcomes={}) == self.START.progress
        assert position.progress.outcomes == {step.name: "step_failed"}
        assert position.records == ()
        assert position.events[0].reason == reason

    def test_a_denial_ends_with_its_code(self) -> None:
        position = apply(A, Deny("terms_declined"), self.START)
        assert position.end == "terms_declined"
        assert replace(position.progress, outcomes={}) == self.START.progress
        assert position.progress.outcomes == {A.name: "terms_declined"}
        assert [(e.name, e.reason) for e in position.events] == [("step_denied", "terms_declined")]

    def test_a_failure_ends_as_step_failed_and_the_log_has_the_reason(self) -> None:
        position = apply(A, Broken("KeyError"), self.START)
        assert position.end == "step_failed"
        assert [(e.name, e.reason) for e in position.events] == [
            ("step_failed", "KeyError"),
            ("step_denied", "step_failed"),
        ]

    def test_it_changes_nothing_of_what_it_is_given(self) -> None:
        before = repr(self.START)
        apply(A, Done({"a": 1}, {"at": 5}), self.START)
        assert repr(self.START) == before

    def test_a_denial_has_a_code_of_the_table_or_one_that_its_step_declares(self) -> None:
        assert apply(A, Deny("user_cancelled"), self.START).end == "user_cancelled"
        assert apply(A, Deny("because"), self.START).end == "step_failed"
        with pytest.raises(ValueError, match="a code has"):
            Deny("Because of this")


class TestGuard:
    """A step is foreign code: what it raises denies, except that the store is away."""

    @staticmethod
    def _raising(error: BaseException) -> Any:
        def call() -> Outcome:
            raise error

        return guard(call)

    @pytest.mark.parametrize(
        "error",
        [KeyError("x"), RecursionError(), MemoryError(), NotImplementedError(), AssertionError()],
        ids=lambda error: type(error).__name__,
    )
    def test_an_exception_is_a_failure_named_by_its_class_alone(self, error: Exception) -> None:
        assert self._raising(error) == Broken(type(error).__name__)

    def test_a_missing_subject_is_a_denial(self) -> None:
        assert self._raising(SubjectMissing()) == Deny("subject_missing")

    @pytest.mark.parametrize("error", [StoreUnavailable("locked"), HookError("internal")])
    def test_an_error_of_the_hook_is_nobodys_outcome(self, error: HookError) -> None:
        with pytest.raises(HookError) as raised:
            self._raising(error)
        assert raised.value is error

    def test_what_a_call_gives_is_passed_on(self) -> None:
        assert guard(lambda: Form({})) == Form({})


@pytest.mark.parametrize("made", [Away, Redirect, lambda url: Pass("route", url)])
def test_what_is_printed_of_a_pass_or_a_way_out_has_no_token_in_it(
    made: Callable[[str], object],
) -> None:
    value = made("https://peer.example/?session_token=Sentinel-17")
    assert "Sentinel-17" not in repr(value)
    assert value != made("https://peer.example/")
