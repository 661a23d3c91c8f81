"""The contract that every step keeps, as tests: derive from StepContract and give `example`.

    class TestMyStep(StepContract):
        example_of_mine = Example(kind="my.package.MyStep", good={"answer": "yes"})

        @pytest.fixture
        def example(self) -> Example:
            return self.example_of_mine

The step stands first in a flow of two, under the name "asked".
"""

import copy
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from html.parser import HTMLParser
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from hook.claims import nest, pick
from hook.errors import ConfigError
from hook.steps import find
from hook.steps.base import Done, Form, Need, Outcome, Shown, Step, Visit
from hook.steps.factor import Proof
from hook.strict_json import write
from tests.support.hooks import NOTICE
from tests.support.steps import bring, visit
from tests.support.tokens import NOW, payload
from tests.support.visitor import Seen, Values, Visitor
from tests.support.watch import rows, watched_log

NAME = "asked"
#: Something counted before, for steps that are asked only then.
PROOFS = (Proof("totp", NOW),)
HOSTILE = ("\0", "\ufffd", "\u202e", "<script>", "{{7*7}}", "\uff11", "a" * 9_000)
_VOID = ("input", "meta", "link", "br", "hr", "img")

MakeHook = Callable[..., Flask]


@dataclass(frozen=True)
class Example:
    """A kind with options under which it shows a page, and what a visitor may send to it.

    `good` takes the step to its end, `bad` is answered with errors (None: there is no such thing),
    `largest` gives the largest claims that the options allow. What is good may hang on the page: a
    function then makes it of what is seen. `approach` is sent first, where the step has a page
    before the one that ends it. `before` are steps without a page, `more` the rest of the file.
    """

    kind: str
    good: Values | Callable[[Seen], Values]
    options: str = ""
    bad: Values | None = None
    largest: tuple[Values, ...] = ()
    approach: Values | None = None
    before: str = ""
    more: Callable[[], str] = str

    def values(self, seen: Seen | None) -> Values:
        """What is good on this page."""
        assert seen is not None
        return self.good(seen) if callable(self.good) else self.good

    def come(self, visitor: Visitor, **changes: Any) -> Seen:
        """Arrive, and go up to the page that ends the step."""
        seen = visitor.arrive(**changes)
        if self.approach is not None and seen.step == NAME:
            visitor.send(self.approach)
            seen = visitor.reload()
        return seen

    def send(self, visitor: Visitor) -> Seen:
        """Send what is good."""
        return visitor.send(self.values(visitor.seen))

    def flow(self, *more: str, kind: str = "", then: str = "") -> str:
        """The configuration of a flow that begins with this step."""
        return self.before + self.block(*more, kind=kind) + then + self.more()

    def block(self, *more: str, kind: str = "", name: str = NAME) -> str:
        """The TOML of this step."""
        head = (f'kind = "{kind or self.kind}"', f'name = "{name}"', 'title = "A step"')
        return "\n".join(("[[tenants.kauri.steps]]", *head, *more, self.options, ""))


class Html(HTMLParser):
    """Reads a page into elements, each with those around it."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str], tuple[str, ...]]] = []
        self.texts: list[str] = []
        self._open: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {k: v or "" for k, v in attrs}, tuple(self._open)))
        if tag not in _VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag, "the page's elements are not closed in order"

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    def all(self, *tags: str) -> list[dict[str, str]]:
        """The attributes of all elements of these names."""
        return [attributes for tag, attributes, _ in self.elements if tag in tags]

    @property
    def ids(self) -> list[str]:
        """All ids, in order."""
        return [attributes["id"] for _, attributes, _ in self.elements if "id" in attributes]

    def labels_of(self, control: dict[str, str]) -> int:
        """How many labels a control has: around it, or pointing at it."""
        (around,) = (above for _, attributes, above in self.elements if attributes is control)
        pointing = [label for label in self.all("label") if "for" in label]
        return around.count("label") + sum(label["for"] == control.get("id") for label in pointing)

    @property
    def controls(self) -> list[dict[str, str]]:
        """What a visitor fills in."""
        return [
            control
            for control in self.all("input", "select", "textarea")
            if control.get("type") not in ("hidden", "submit")
        ]


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


def at(step: Step, **changes: Any) -> Visit:
    """A visit with everything made that the step needs to show its page."""
    seen = visit(**changes)
    made = step.prepare(seen)
    return seen if made is None else replace(seen, scratch=made)


def _proofs(step: Step) -> tuple[Proof, ...]:
    """What counted before: nothing for a step that would then ask for something else."""
    return () if step.proves() else PROOFS


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


class StepContract:
    """What holds for every step, whatever it does."""

    @pytest.fixture
    def example(self) -> Example:
        """The kind under test; a derived class gives it."""
        raise NotImplementedError

    @pytest.fixture
    def app(self, make_hook: MakeHook, example: Example) -> Flask:
        return make_hook(example.flow(then=NOTICE))

    @pytest.fixture
    def visitor(self, app: Flask) -> Visitor:
        return Visitor(app)

    @pytest.fixture
    def page(self, visitor: Visitor, example: Example) -> Seen:
        return example.come(visitor)

    @pytest.fixture
    def html(self, page: Seen) -> Html:
        return Html(page.html)

    def test_unknown_options_are_refused(self, make_hook: MakeHook, example: Example) -> None:
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

    def test_it_keeps_nothing_of_a_visitor_in_itself(
        self, app: Flask, visitor: Visitor, example: Example
    ) -> None:
        step = step_of(app)
        before = kept(step)
        example.come(visitor)
        visitor.send(example.bad)
        example.come(visitor, state="another-journey")
        example.send(visitor)
        assert kept(step) == before

    def test_it_declares_only_what_fits_an_answer(self, app: Flask) -> None:
        step = step_of(app)
        written = dict(step.writes())
        assert nest(written) or not written
        assert all(type(most) is int and most > 0 for most in written.values())

    def test_to_ask_and_to_show_is_to_change_nothing(self, app: Flask) -> None:
        step = step_of(app)
        seen = at(step, arrival={**payload()["claims"], "list": [{}]}, proofs=_proofs(step))
        assert step.prepare(seen) is None, "asked again with what it made, it makes something"
        before = repr(seen)
        needs = [step.applies(seen), step.applies(seen)]
        pages = [step.show(seen), step.show(seen)]
        assert isinstance(needs[0], Need)
        assert isinstance(pages[0], Shown)
        assert needs[0] == needs[1]
        assert pages[0] == pages[1]
        assert repr(seen) == before

    def test_seen_twice_it_is_the_same_page_and_the_same_rows(
        self, app: Flask, visitor: Visitor, page: Seen
    ) -> None:
        before = rows(app)
        assert visitor.reload().html == page.html
        assert rows(app) == before

    def test_a_head_request_changes_nothing(self, app: Flask, visitor: Visitor, page: Seen) -> None:
        before = rows(app)
        assert visitor.browser.head(page.url, base_url=visitor.origin).status_code == 200
        assert rows(app) == before

    def test_the_good_values_lead_on(self, visitor: Visitor, page: Seen, example: Example) -> None:
        assert page.step == NAME
        assert example.send(visitor).step == "welcome"

    @pytest.mark.parametrize("method", ["applies", "show", "submit"])
    def test_an_error_in_it_ends_the_journey_and_never_skips(
        self,
        make_hook: MakeHook,
        monkeypatch: pytest.MonkeyPatch,
        example: Example,
        method: str,
    ) -> None:
        path = bring(monkeypatch, raising(find(example.kind), method))
        visitor = Visitor(make_hook(example.flow(kind=path, then=NOTICE)))
        with watched_log() as log:
            seen = visitor.arrive()
            if method == "submit":
                assert seen.step == NAME
                seen = visitor.send(example.values(seen) if example.approach is None else {})
        assert seen.page == "leave"
        assert seen.answer["error"] == {"message": "step_failed"}
        assert log.reasons("step_failed") == ["RuntimeError"]
        assert "ripeka@" not in log

    @pytest.mark.parametrize("method", ["show", "submit"])
    def test_a_claim_it_did_not_declare_ends_the_journey(
        self,
        make_hook: MakeHook,
        monkeypatch: pytest.MonkeyPatch,
        example: Example,
        method: str,
    ) -> None:
        def undeclared(self: Step, *_: object) -> Done:
            return Done({**dict.fromkeys(self.writes(), 1), "undeclared": 1})

        path = bring(monkeypatch, type("Undeclared", (find(example.kind),), {method: undeclared}))
        visitor = Visitor(make_hook(example.flow(kind=path, then=NOTICE)))
        with watched_log() as log:
            visitor.arrive()
            seen = visitor.send({}) if method == "submit" else visitor.seen
        assert seen is not None
        assert seen.answer["error"] == {"message": "step_failed"}
        assert "claims" not in seen.answer
        assert log.reasons("step_failed") == ["undeclared_claim"]

    def test_its_declared_claims_alone_are_taken(
        self, make_hook: MakeHook, monkeypatch: pytest.MonkeyPatch, example: Example
    ) -> None:
        def declared(self: Step, seen: Visit, sent: Form) -> Done:
            return Done(dict.fromkeys(self.writes(), 1))

        path = bring(monkeypatch, type("Declared", (find(example.kind),), {"submit": declared}))
        visitor = Visitor(make_hook(example.flow(kind=path, then=NOTICE)))
        visitor.arrive()
        assert visitor.send({}).step == "welcome"

    def test_its_page_says_whose_journey_it_is_and_how_to_stop(
        self, page: Seen, html: Html, visitor: Visitor
    ) -> None:
        assert page.status == 200
        assert "Signed in as Ripeka Tamihana" in page.text
        assert "Kauri Polytechnic" in page.text
        assert "Step 1 of 2" in page.text
        assert "A step" in page.text
        cancels = [link for link in page.reader.links if link.endswith("/cancel")]
        assert len(cancels) == 2, "“Not you?” and the way to cancel"
        assert visitor.get(cancels[0]).step == "cancel"

    def test_its_page_shows_nobodys_journey_to_nobody(self, visitor: Visitor) -> None:
        seen = visitor.arrive(claims={})
        assert seen.page == "leave"
        assert seen.answer["error"] == {"message": "subject_missing"}

    def test_its_page_has_one_form_for_automation(self, app: Flask, page: Seen, html: Html) -> None:
        (main,) = html.all("main")
        forms = [(attributes, around) for tag, attributes, around in html.elements if tag == "form"]
        assert main == {"data-step": NAME, "data-kind": step_of(app).kind}
        assert len(forms) == 1
        attributes, around = forms[0]
        assert attributes["method"] == "post"
        assert "action" not in attributes
        assert "main" in around

    def test_every_control_has_one_label_and_every_id_one_element(self, html: Html) -> None:
        assert [html.labels_of(control) for control in html.controls] == [1] * len(html.controls)
        assert len(html.ids) == len(set(html.ids))
        described = " ".join(e.get("aria-describedby", "") for _, e, _ in html.elements).split()
        assert set(described) <= set(html.ids)

    def test_its_page_needs_no_javascript_unless_it_says_so(self, app: Flask, html: Html) -> None:
        handlers = [name for _, e, _ in html.elements for name in e if name.startswith("on")]
        assert not handlers
        assert not any("style" in attributes for _, attributes, _ in html.elements)
        assert not html.all("style")
        scripts = html.all("script")
        assert all(script.get("src", "").startswith("/static/") for script in scripts)
        buttons = [b for b in html.all("button") if b.get("type", "submit") == "submit"]
        shown = [button for button in buttons if "hidden" not in button]
        assert step_of(app).needs_javascript or shown

    def test_errors_are_told_beside_the_field_and_in_a_summary(
        self, app: Flask, visitor: Visitor, page: Seen, example: Example
    ) -> None:
        if example.bad is None:
            assert visitor.send({}).step == "welcome", "it has a bad submission after all"
            return
        before = rows(app)
        seen = visitor.send(example.bad)
        html = Html(seen.html)
        targets = [link["href"][1:] for link in html.all("a") if link["href"].startswith("#")]
        assert seen.status == 422
        assert seen.step == NAME
        assert "There is a problem" in seen.text
        assert targets
        assert set(targets) <= set(html.ids)
        assert [html.labels_of(control) for control in html.controls] == [1] * len(html.controls)
        assert rows(app) == before

    @pytest.mark.parametrize("hostile", HOSTILE, ids=ascii)
    def test_hostile_values_never_break_it(
        self, visitor: Visitor, page: Seen, example: Example, hostile: str
    ) -> None:
        names = [*example.values(page), *(example.bad or {}), "undreamt_of"]
        seen = visitor.send({name: [hostile, hostile] for name in names})
        single = visitor.send(dict.fromkeys(names, hostile)) if seen.step == NAME else seen
        assert {seen.status, single.status} <= {200, 422}
        assert single.step in (NAME, "welcome")
        assert "<script>" not in single.html

    def test_an_empty_form_never_breaks_it(self, visitor: Visitor, page: Seen) -> None:
        seen = visitor.send({})
        assert seen.status in (200, 422)
        assert seen.step in (NAME, "welcome")

    def test_its_largest_claims_fit_what_it_declares(
        self, make_hook: MakeHook, example: Example
    ) -> None:
        app = make_hook(example.flow())
        declared = step_of(app).writes()
        assert example.largest or not declared, "give the largest values the options allow"
        largest = dict.fromkeys(declared, 0)
        for number, values in enumerate(example.largest):
            visitor = Visitor(app)
            example.come(visitor, state=f"largest-{number}", claims=_person(number))
            seen = visitor.send({**example.values(visitor.seen), **values})
            assert seen.page == "leave"
            for path in declared:
                size = len(write(pick(seen.answer["claims"], path)))
                largest[path] = max(size, largest[path])
        too_large = {path for path in declared if largest[path] > declared[path]}
        assert not too_large

    def test_sent_twice_it_is_done_once(
        self, visitor: Visitor, page: Seen, example: Example
    ) -> None:
        with watched_log() as log:
            good = example.values(page)
            first = post(visitor, page.url, good)
            second = post(visitor, page.url, good)
            seen = visitor.get(second.headers["Location"])
        assert (first.status_code, second.status_code) == (303, 303)
        assert seen.step == "welcome"
        assert len(log.events("step_done", step=NAME)) == 1

    def test_its_form_is_not_judged_before_its_turn(
        self, make_hook: MakeHook, monkeypatch: pytest.MonkeyPatch, example: Example
    ) -> None:
        path = bring(monkeypatch, raising(find(example.kind), "submit"))
        visitor = Visitor(make_hook(NOTICE + example.flow(kind=path)))
        page = visitor.arrive()
        early = post(visitor, page.url.replace("/welcome", f"/{NAME}"), {})
        assert early.status_code == 303
        assert visitor.get(early.headers["Location"]).step == "welcome"
        visitor.send()
        assert visitor.send({}).answer["error"] == {"message": "step_failed"}

    def test_its_form_is_not_judged_after_its_turn(
        self, app: Flask, visitor: Visitor, page: Seen, example: Example
    ) -> None:
        example.send(visitor)
        before = rows(app)
        late = post(visitor, page.url, example.bad or {})
        assert late.status_code == 303
        assert visitor.get(late.headers["Location"]).step == "welcome"
        assert rows(app) == before


def _person(number: int) -> dict[str, str]:
    # A person of their own each time, as a step may remember the last one.
    return {"name": "Ripeka Tamihana", "email": f"ripeka{number}@kauri.example"}
