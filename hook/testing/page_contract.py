"""The contract of a step with a page."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from flask import Flask

from hook.claims import pick
from hook.steps import find
from hook.steps.base import Done, Form, Step, Visit
from hook.strict_json import write
from hook.testing.contract import Contract
from hook.testing.example import NAME, Example, bring, kept, post, raising, step_of
from hook.testing.hooks import NOTICE, MakeHook
from hook.testing.html import Html
from hook.testing.visitor import Seen, Visitor
from hook.testing.watch import rows, watched_log

HOSTILE = ("\0", "\ufffd", "\u202e", "<script>", "{{7*7}}", "\uff11", "a" * 9_000)
"""What no field expects."""


class StepContract(Contract):
    """What holds for every step that shows a page, whatever it does."""

    @pytest.fixture
    def example(self) -> Example:
        """Give the kind under test; a derived class does it."""
        raise NotImplementedError

    @pytest.fixture
    def page(self, visitor: Visitor, example: Example) -> Seen:
        """Give the page that ends the step."""
        return example.come(visitor)

    @pytest.fixture
    def html(self, page: Seen) -> Html:
        """Give that page, read into elements."""
        return Html(page.html)

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
        with watched_log() as log:
            seen = example.send(visitor)
        assert not log.reasons("step_failed"), "Undeclared: it uses what it did not declare"
        assert seen.step == "welcome"

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
            assert example.send(visitor).step == "welcome", "it has a bad submission after all"
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
        assert single.step in (NAME, "welcome") or (example.returns and single.page == "leave")
        assert "<script>" not in single.html

    def test_an_empty_form_never_breaks_it(
        self, visitor: Visitor, page: Seen, example: Example
    ) -> None:
        seen = visitor.send({})
        assert seen.status in (200, 422)
        assert seen.step in (NAME, "welcome") or (example.returns and seen.page == "leave")

    def test_what_is_brought_back_twice_counts_once(
        self, app: Flask, visitor: Visitor, page: Seen, example: Example
    ) -> None:
        if example.returns is None:
            assert visitor.get(f"{page.url}?session_token=x").step == NAME
            return
        with watched_log() as log:
            leaving = visitor.send(example.values(page))
            back = f"{page.url}?{example.returns(leaving)}"
            assert visitor.get(back).step == "welcome"
            once = rows(app)
            assert visitor.get(back).step == "welcome"
        assert rows(app) == once
        assert len(log.events("step_done", step=NAME)) == 1

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
            seen = example.send(visitor, values)
            assert seen.page == "leave"
            for path in declared:
                size = len(write(pick(seen.answer["claims"], path)))
                largest[path] = max(size, largest[path])
        too_large = {path for path in declared if largest[path] > declared[path]}
        assert not too_large

    def test_sent_twice_it_is_done_once(
        self, app: Flask, visitor: Visitor, page: Seen, example: Example
    ) -> None:
        if example.returns is not None:
            return  # it is done by coming back: the test above
        with watched_log() as log:
            good = example.values(page)
            first = post(visitor, page.url, good)
            once = rows(app)
            second = post(visitor, page.url, good)
            seen = visitor.get(second.headers["Location"])
        assert (first.status_code, second.status_code) == (303, 303)
        assert seen.step == "welcome"
        if not step_of(app).revisable:
            assert len(log.events("step_done", step=NAME)) == 1
            assert rows(app) == once

    def test_two_tabs_at_one_moment_take_it_on_once(
        self, app: Flask, visitor: Visitor, page: Seen, example: Example
    ) -> None:
        values, tabs = example.values(page), [visitor.another_tab(), visitor.another_tab()]
        meet = Barrier(len(tabs))

        def send(tab: Visitor) -> Seen:
            meet.wait(timeout=30)
            return example.send(tab, values)

        with watched_log() as log, ThreadPoolExecutor(len(tabs)) as pool:
            seen = list(pool.map(send, tabs))
        assert {each.status for each in seen} <= {200, 422}
        assert visitor.get(page.url.rpartition("/")[0]).step == "welcome"
        times = len(log.events("step_done", step=NAME))
        assert times == 1 or (times == 2 and step_of(app).revisable)

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

    def test_its_form_is_judged_after_its_turn_only_if_it_is_revisable(
        self, app: Flask, visitor: Visitor, page: Seen, example: Example
    ) -> None:
        example.send(visitor)
        before = rows(app)
        late = post(visitor, page.url, example.bad or {})
        if step_of(app).revisable:
            assert (late.status_code == 422) is (example.bad is not None)
        else:
            assert visitor.get(late.headers["Location"]).step == "welcome"
        assert rows(app) == before or example.bad is None


def _person(number: int) -> dict[str, str]:
    # A person of their own each time, as a step may remember the last one.
    return {"name": "Ripeka Tamihana", "email": f"ripeka{number}@kauri.example"}
