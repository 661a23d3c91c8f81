"""Going back, from outside: a form that is done is opened again and sent again until the end."""

import itertools
import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any, ClassVar

import pytest
from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from hook.refusals import Stopped
from hook.steps.base import Deny, Done, Form, Outcome, Page, Shown, Stay, Step, Visit
from hook.testing.example import bring, post
from hook.testing.hooks import NOTICE, RECOVERY, TERMS, TOTP, Clock, MakeHook
from hook.testing.mail import MailSink, toml
from hook.testing.tokens import HEADER, OTHER_SECRET, read_answer, sign
from hook.testing.visitor import Seen, Values, Visitor
from hook.testing.watch import Log, rows, watched_log
from tests.support.factors import code, codes_on, key_on

COOKIE, HOST = "__Host-hook", "hook.example.org"
BACK: Values = {"_back": "yes"}
CAT: Values = {"pet": "cat"}
DOG: Values = {"pet": "dog"}
NAME: Values = {"name": "Tama"}
SENTINEL = "Sentinel-17"
MAIL = """
[[tenants.kauri.steps]]
kind = "email_code"
name = "mail"
title = "Your address"
"""
REVIEW = """
[[tenants.kauri.steps]]
kind = "review"
name = "review"
title = "Check your answers"
"""
_states = itertools.count()


def form(name: str, claim: str, *more: str, when: str = "") -> str:
    """The TOML of a form with one field, and options of that."""
    head = ("[[tenants.kauri.steps]]", 'kind = "claims_form"', f'name = "{name}"')
    condition = [f"when = {when}"] if when else []
    options = more if any(each.startswith("type") for each in more) else ('type = "text"', *more)
    field = ("[[tenants.kauri.steps.fields]]", f'claim = "{claim}"', f'label = "The {claim}"')
    return "\n".join(("", *head, f'title = "About {name}"', *condition, *field, *options, ""))


def gate(require: str) -> str:
    return f"""
[[tenants.kauri.steps]]
kind = "gate"
name = "gate"
title = "Not for you"
require = {require}
code = "no_pets_here"
text = "No."
"""


ONE, TWO, THREE = form("one", "pet"), form("two", "name"), form("three", "colour")
IF_DOG = '{ claim = "pet", equals = "dog" }'


class Fussy(Step):
    """A form of a tenant's own: it can be sent again, and says no to some of it."""

    kind = "fussy"
    revisable = True
    code: ClassVar[str] = "too_fussy"

    def writes(self) -> Mapping[str, int]:
        return {"fussy": 12}

    def denies(self) -> Mapping[str, Stopped]:
        return {self.code: Stopped("No", "Not so.", "Go back.")}

    def show(self, visit: Visit) -> Shown:
        return Page("step.html")

    def submit(self, visit: Visit, form: Form) -> Outcome:
        match form.one("fussy"):
            case "deny":
                return Deny(self.code)
            case "break":
                raise RuntimeError("ripeka@kauri.example")
            case "stay":
                return Stay({"fussy": "Say it otherwise."})
            case said:
                return Done({"fussy": said})


class Meddling(Fussy):
    """While one submission is judged, something happens: a race, in a fixed order."""

    kind = "meddling"
    meanwhile: ClassVar[list[Callable[[], object]]] = []

    def submit(self, visit: Visit, form: Form) -> Outcome:
        if self.meanwhile:
            self.meanwhile.pop()()
        return super().submit(visit, form)


def _brought(monkeypatch: pytest.MonkeyPatch, kind: type[Step]) -> str:
    """The TOML of a step of a tenant's own, by the name "one"."""
    head = ONE.partition("[[tenants.kauri.steps.fields]]")[0]
    return head.replace("claims_form", bring(monkeypatch, kind))


@pytest.fixture
def log() -> Iterator[Log]:
    with watched_log() as log:
        yield log


def come(app: Flask, *sent: Values, **changes: Any) -> Visitor:
    """Begin a journey in a new browser, and send these one after the other."""
    visitor = Visitor(app)
    visitor.arrive(**{"state": f"back-{next(_states)}", **changes})
    for values in sent:
        visitor.send(values)
    return visitor


def seen(visitor: Visitor) -> Seen:
    assert visitor.seen is not None
    return visitor.seen


def journey_of(visitor: Visitor) -> str:
    return "/".join(seen(visitor).url.split("/")[:3])


def go_to(visitor: Visitor, name: str) -> Seen:
    """Open a page by its own URL, as the browser's own back does."""
    return visitor.get(f"{journey_of(visitor)}/{name}")


def again(visitor: Visitor, name: str, values: Values) -> Seen:
    """Open a form that is done and send it again."""
    assert go_to(visitor, name).step == name
    return visitor.send(values)


def tab_of(visitor: Visitor) -> Visitor:
    """A second tab of the same browser with the same page."""
    tab = Visitor(visitor.app, visitor.browser)
    tab.seen = visitor.seen
    return tab


def moved_to(visitor: Visitor, app: Flask) -> Visitor:
    """The same browser at a hook that was started anew."""
    cookie = visitor.browser.get_cookie(COOKIE, domain=HOST)
    assert cookie
    moved = Visitor(app)
    moved.browser.set_cookie(COOKIE, cookie.value, domain=HOST, secure=True)
    moved.seen = visitor.seen
    return moved


def filled(page: Seen, name: str) -> str:
    """What stands in a text field."""
    (found,) = (each for each in page.reader.controls if each.get("name") == name)
    return found.get("value", "")


def has_back(page: Seen) -> bool:
    return any(each.get("name") == "_back" for each in page.reader.controls)


def claims(page: Seen) -> dict[str, Any]:
    found: dict[str, Any] = page.answer["claims"]
    return found


class TestOpenAgain:
    """A form that is done is found at its own URL, as it was sent."""

    def test_it_is_filled_in_with_what_was_sent(self, make_hook: MakeHook) -> None:
        visitor = come(make_hook(ONE + TWO), CAT)
        page = go_to(visitor, "one")
        assert (page.status, page.step, filled(page, "pet")) == (200, "one", "cat")
        assert "Step 1 of 2" in page.text

    def test_to_look_changes_nothing_and_leads_nowhere_else(self, make_hook: MakeHook) -> None:
        app = make_hook(ONE + gate('{ claim = "pet", present = true }') + TWO)
        visitor = come(app, CAT)
        before = rows(app)
        go_to(visitor, "one")
        visitor.browser.head(f"{journey_of(visitor)}/one", base_url=visitor.origin)
        assert rows(app) == before
        assert visitor.get(journey_of(visitor)).step == "two"

    @pytest.mark.parametrize(
        ("headers", "status"), [({"Sec-Purpose": "prefetch"}, 403), ({"Sec-Purpose": ""}, 200)]
    )
    def test_it_is_not_shown_ahead_of_time(
        self, make_hook: MakeHook, headers: dict[str, str], status: int
    ) -> None:
        visitor = come(make_hook(ONE + TWO), CAT)
        assert visitor.get(f"{journey_of(visitor)}/one", headers=headers).status == status

    @pytest.mark.parametrize("name", ["two", "welcome", "terms", "unknown"])
    def test_no_other_step_is_opened_so(self, make_hook: MakeHook, name: str) -> None:
        flow = form("zero", "pet") + NOTICE + TERMS + form("two", "name", when=IF_DOG)
        sent: list[Values] = [CAT, {}, {"answer": "accept"}]
        visitor = come(make_hook(flow + form("one", "size")), *sent)
        assert seen(visitor).step == "one"
        assert go_to(visitor, name).step == "one"
        assert go_to(visitor, "zero").step == "zero"

    def test_another_browser_finds_nothing(self, make_hook: MakeHook) -> None:
        visitor = come(make_hook(ONE + TWO), CAT)
        other = come(visitor.app)
        page = other.get(f"{journey_of(visitor)}/one")
        assert page.reason == "journey_unknown"
        assert "cat" not in page.html
        other.arrive(state="other")
        sent = post(other, f"{journey_of(visitor)}/one", DOG)
        assert sent.status_code == 400
        assert claims(visitor.send(NAME)) == {"pet": "cat", "name": "Tama"}

    @pytest.mark.parametrize("sent", [DOG, {**DOG, **BACK}], ids=["sent", "back"])
    def test_without_the_token_of_the_journey_nothing_is_taken(
        self, make_hook: MakeHook, sent: Values
    ) -> None:
        app = make_hook(ONE + TWO)
        visitor = come(app, CAT)
        page, before = go_to(visitor, "one"), rows(app)
        page.reader.hidden["_csrf"] += "x"
        assert visitor.send(sent).reason == "form_expired"
        assert rows(app) == before

    def test_an_optional_field_that_was_emptied_is_not_filled_in_from_the_arrival_again(
        self, make_hook: MakeHook
    ) -> None:
        app = make_hook(form("one", "nick", 'from_arrival = "name"') + TWO)
        kept = come(app, {"nick": "Rip"})
        assert filled(go_to(kept, "one"), "nick") == "Rip"
        emptied = come(app, {"nick": ""})
        assert filled(go_to(emptied, "one"), "nick") == ""

    @pytest.mark.parametrize("number", ["12.5", "0.00005", "123456789012345"])
    def test_what_is_filled_in_can_be_sent_as_it_stands(
        self, make_hook: MakeHook, number: str
    ) -> None:
        visitor = come(make_hook(form("one", "rate", 'type = "number"') + TWO), {"rate": number})
        page = go_to(visitor, "one")
        assert visitor.send({"rate": filled(page, "rate")}).status == 200
        assert claims(visitor.send({}))["rate"] == float(number)


class TestSentAgain:
    """What is sent now replaces what was sent, and what hung on it is asked again."""

    def test_it_leads_on_to_where_the_journey_stands(self, make_hook: MakeHook) -> None:
        visitor = come(make_hook(ONE + TWO + THREE), CAT, NAME)
        assert again(visitor, "one", DOG).step == "three"
        assert claims(visitor.send({})) == {"pet": "dog", "name": "Tama"}

    @pytest.mark.parametrize(
        ("more", "left"), [((), {"name": "Tama"}), (("send_empty = true",), {"pet": ""})]
    )
    def test_a_claim_that_was_emptied_is_gone(
        self, make_hook: MakeHook, more: tuple[str, ...], left: dict[str, str]
    ) -> None:
        visitor = come(make_hook(form("one", "pet", *more) + TWO), CAT)
        again(visitor, "one", {"pet": ""})
        assert claims(visitor.send(NAME)) == {"name": "Tama"} | left

    @pytest.mark.parametrize(
        ("first", "then", "step", "number"),
        [(CAT, DOG, "two", "2 of 3"), (DOG, CAT, "three", "2 of 2"), (DOG, DOG, "three", "3 of 3")],
    )
    def test_a_later_form_opens_or_closes(
        self, make_hook: MakeHook, first: Values, then: Values, step: str, number: str
    ) -> None:
        app = make_hook(ONE + form("two", "name", when=IF_DOG) + THREE)
        visitor = come(app, first, *([NAME] if first == DOG else []))
        page = again(visitor, "one", then)
        assert page.step == step
        assert f"Step {number}" in page.text
        if step == "two":
            page = visitor.send(NAME)
        name = {"name": "Tama"} if then == DOG else {}
        assert claims(visitor.send({"colour": "red"})) == {**then, **name, "colour": "red"}

    def test_a_closed_form_can_no_longer_be_opened_or_sent(self, make_hook: MakeHook) -> None:
        app = make_hook(ONE + form("two", "name", when=IF_DOG) + THREE)
        visitor = come(app, DOG, NAME)
        tab = tab_of(visitor)
        assert go_to(tab, "two").step == "two"
        assert again(visitor, "one", CAT).step == "three"
        assert tab.send({"name": "Late"}).step == "three"
        assert go_to(tab, "two").step == "three"
        assert claims(visitor.send({})) == {"pet": "cat"}

    @pytest.mark.parametrize(("then", "passes"), [("dog", True), ("snake", False)])
    def test_a_gate_closes_because_of_it(
        self, make_hook: MakeHook, log: Log, then: str, passes: bool
    ) -> None:
        visitor = come(make_hook(ONE + gate('{ claim = "pet", in = ["cat", "dog"] }') + TWO), CAT)
        page = again(visitor, "one", {"pet": then})
        assert (page.step or page.page) == ("two" if passes else "stopped")
        assert log.reasons("step_denied") == ([] if passes else ["no_pets_here"])

    @pytest.mark.parametrize(
        ("said", "error"), [("deny", "too_fussy"), ("break", "step_failed"), ("other", None)]
    )
    def test_a_step_may_deny_or_break_then(
        self, make_hook: MakeHook, monkeypatch: pytest.MonkeyPatch, said: str, error: str | None
    ) -> None:
        app = make_hook(_brought(monkeypatch, Fussy) + TWO)
        visitor = come(app, {"fussy": "yes"})
        page = again(visitor, "one", {"fussy": said})
        if error is None:
            assert claims(visitor.send({})) == {"fussy": "other"}
            return
        page = page if page.page == "leave" else visitor.get(f"{page.url}?leave=yes")
        assert page.answer["error"] == {"message": error}
        assert "claims" not in page.answer

    def test_with_errors_it_comes_back_as_typed_and_nothing_is_changed(
        self, make_hook: MakeHook
    ) -> None:
        app = make_hook(form("one", "pet", "min_length = 3") + TWO)
        visitor = come(app, CAT)
        before = rows(app)
        page = again(visitor, "one", {"pet": "x"})
        assert (page.status, page.step, filled(page, "pet")) == (422, "one", "x")
        assert rows(app) == before
        assert filled(visitor.reload(), "pet") == "cat"
        assert claims(again(visitor, "one", DOG) and visitor.send({})) == {"pet": "dog"}

    def test_sent_twice_it_is_sent_once_more_and_that_is_all(self, make_hook: MakeHook) -> None:
        visitor = come(make_hook(ONE + TWO + REVIEW))
        page = seen(visitor)
        first, second = (post(visitor, page.url, CAT) for _ in range(2))
        assert first.headers["Location"] == second.headers["Location"]
        assert visitor.get(second.headers["Location"]).step == "two"

    def test_there_is_as_much_room_as_the_first_time(self, make_hook: MakeHook) -> None:
        long = 'type = "textarea"', "max_length = 600", "max_bytes = 600"
        app = make_hook(form("one", "essay", *long) + TWO)
        # Room runs short with a state longer than the check allows for.
        visitor = come(app, state="s" * 500)
        first = visitor.send({"essay": "x" * 600})
        assert first.status == 422
        told = first.text
        assert visitor.send({"essay": "x"}).step == "two"
        assert again(visitor, "one", {"essay": "x" * 600}).text == told

    def test_after_the_end_it_changes_nothing(self, make_hook: MakeHook) -> None:
        app = make_hook(ONE + TWO)
        visitor = come(app, CAT)
        tab = tab_of(visitor)
        go_to(tab, "one")
        visitor.send(NAME)
        before = rows(app)
        assert claims(tab.send(DOG)) == {"pet": "cat", "name": "Tama"}
        assert claims(tab.get(f"{journey_of(visitor)}/one")) == {"pet": "cat", "name": "Tama"}
        assert rows(app) == before

    @pytest.mark.parametrize(("early", "status"), [(1, 200), (0, 410)])
    def test_after_the_deadline_it_is_neither_shown_nor_taken(
        self, make_hook: MakeHook, clock: Clock, early: int, status: int
    ) -> None:
        visitor = come(make_hook(ONE + TWO), CAT)
        page = go_to(visitor, "one")
        clock.turn(630 - early)
        assert visitor.reload().status == status
        visitor.seen = page
        assert visitor.send(DOG).status == status


class TestBackButton:
    """“Back” leads to the form before; what was typed is kept for who comes back."""

    def test_it_stands_on_every_page_after_a_form_and_on_none_before(
        self, make_hook: MakeHook
    ) -> None:
        visitor = Visitor(make_hook(NOTICE + ONE + TERMS + TOTP + REVIEW))
        pages = [visitor.arrive(), visitor.send(), visitor.send(CAT)]
        pages.append(visitor.send({"answer": "accept"}))
        assert [page.step for page in pages] == ["welcome", "one", "terms", "app"]
        assert [has_back(page) for page in pages] == [False, False, True, True]
        assert not has_back(go_to(visitor, "one"))

    def test_it_leads_to_the_nearest_form_and_sent_again_that_leads_on(
        self, make_hook: MakeHook
    ) -> None:
        visitor = come(make_hook(ONE + form("two", "name", when=IF_DOG) + NOTICE), CAT)
        assert visitor.send(BACK).step == "one"
        assert visitor.send(DOG).step == "two"
        visitor.send(NAME)
        assert visitor.send(BACK).step == "two"
        assert visitor.send(BACK).step == "one"

    def test_where_there_is_no_page_before_it_leads_nowhere(self, make_hook: MakeHook) -> None:
        app = make_hook(ONE + TWO)
        visitor = come(app)
        before = rows(app)
        assert visitor.send({**CAT, **BACK}).step == "one"
        assert rows(app) == before
        assert visitor.send(CAT).step == "two"

    def test_what_was_typed_stands_there_afterwards_and_was_not_judged(
        self, make_hook: MakeHook, log: Log
    ) -> None:
        app = make_hook(ONE + form("two", "name", "min_length = 3") + THREE)
        visitor = come(app, CAT)
        assert visitor.send({"name": "<q", **BACK}).step == "one"
        assert log.events("step_stays") == []
        page = visitor.send(DOG)
        assert (page.status, page.step, filled(page, "name")) == (200, "two", "<q")
        assert "<q" not in page.html
        assert visitor.send(NAME).step == "three"
        assert filled(go_to(visitor, "two"), "name") == "Tama"

    def test_what_was_typed_is_no_claim(self, make_hook: MakeHook) -> None:
        visitor = come(make_hook(ONE + TWO), CAT)
        visitor.send({"name": SENTINEL, **BACK})
        assert visitor.send(CAT).step == "two"
        assert claims(visitor.send({"name": ""})) == {"pet": "cat"}

    def test_an_emptied_field_comes_back_empty(self, make_hook: MakeHook) -> None:
        visitor = come(make_hook(ONE + form("two", "nick", 'from_arrival = "name"')), CAT)
        assert filled(seen(visitor), "nick") == "Ripeka Tamihana"
        visitor.send({"nick": "", **BACK})
        assert filled(visitor.send(CAT), "nick") == ""

    @pytest.mark.parametrize(
        ("typed", "kept"),
        [
            ("Ti\ttle", "Ti\ttle"),
            ("{{7*7}}", "{{7*7}}"),
            ("\u202e\ufffd", "\u202e\ufffd"),
            ("x" * 16_371, "x" * 16_371),
            ("x" * 16_372, ""),
            ("x" * 60_000, ""),
            ("a\0b", ""),
        ],
        ids=["tab", "template", "bidi", "16 KB", "a byte more", "long", "NUL"],
    )
    def test_hostile_text_comes_back_as_text_or_not_at_all(
        self, make_hook: MakeHook, typed: str, kept: str
    ) -> None:
        visitor = come(make_hook(ONE + TWO), CAT)
        assert visitor.send({"name": typed, **BACK}).step == "one"
        page = visitor.send(CAT)
        assert (page.status, page.step) == (200, "two")
        assert filled(page, "name") == kept
        assert claims(visitor.send(NAME)) == {"pet": "cat", "name": "Tama"}

    def test_bytes_that_are_no_text_break_nothing(self, make_hook: MakeHook) -> None:
        visitor = come(make_hook(ONE + TWO), CAT)
        token = seen(visitor).reader.hidden["_csrf"]
        body = f"_csrf={token}&_back=yes&name=%ED%A0%80&name=%FF&%ED%BF%BF=1"
        sent = visitor.browser.post(
            seen(visitor).url,
            data=body,
            base_url=visitor.origin,
            headers={"Origin": visitor.origin},
            content_type="application/x-www-form-urlencoded",
        )
        assert sent.status_code == 303
        assert visitor.get(sent.headers["Location"]).step == "one"
        assert visitor.send(CAT).status == 200

    def test_more_than_a_form_holds_is_refused(self, make_hook: MakeHook) -> None:
        visitor = come(make_hook(ONE + TWO), CAT)
        assert visitor.send({"name": "x" * 65_537, **BACK}).reason == "body_too_large"

    def test_what_was_typed_into_other_steps_is_never_kept(
        self, make_hook: MakeHook, clock: Clock
    ) -> None:
        app = make_hook(ONE + TERMS + TOTP)
        visitor = come(app, CAT)
        for values in ({"answer": "accept"}, {"code": "123456"}):
            before = rows(app)
            assert visitor.send({**values, **BACK}).step == "one"
            assert rows(app) == before
            assert visitor.get(journey_of(visitor)).step in ("terms", "app")
            visitor.send({"answer": "accept"})

    @pytest.mark.parametrize("ends", ["done", "cancelled"])
    def test_at_the_end_it_is_erased(self, make_hook: MakeHook, ends: str) -> None:
        app = make_hook(ONE + TWO + THREE)
        visitor = come(app, CAT, NAME)
        visitor.send({"colour": SENTINEL, **BACK})
        (row,) = rows(app)["journeys"]
        assert SENTINEL not in str(row)
        if ends == "cancelled":
            visitor.cancel()
        else:
            visitor.get(journey_of(visitor))
            visitor.send({})
        (row,) = rows(app)["journeys"]
        assert (row["progress"], row["arrival"]) == (None, None)
        assert SENTINEL not in str(row)
        assert seen(visitor).page == "leave"

    def test_a_form_that_closed_and_opens_again_is_empty(self, make_hook: MakeHook) -> None:
        app = make_hook(ONE + form("two", "name", when=IF_DOG) + THREE)
        visitor = come(app, DOG)
        visitor.send({"name": SENTINEL, **BACK})
        assert visitor.send(CAT).step == "three"
        page = again(visitor, "one", DOG)
        assert (page.step, filled(page, "name")) == ("two", "")

    def test_what_was_typed_anew_and_left_by_back_is_not_lost_unseen(
        self, make_hook: MakeHook
    ) -> None:
        visitor = come(make_hook(ONE + TWO + THREE), CAT, NAME)
        assert visitor.send(BACK).step == "two"
        visitor.send({"name": "Mere", **BACK})
        page = visitor.send(CAT)
        assert page.step == "two", "they believe that it was taken"
        assert filled(page, "name") == "Mere"


class TestTabs:
    """Two tabs, two submissions at once, and pages that are old."""

    def test_the_last_word_counts(self, make_hook: MakeHook) -> None:
        visitor = come(make_hook(ONE + TWO), CAT)
        tab = tab_of(visitor)
        go_to(tab, "one")
        assert again(visitor, "one", DOG).step == "two"
        assert tab.send({"pet": "bird"}).step == "two"
        assert claims(visitor.send(NAME)) == {"pet": "bird", "name": "Tama"}

    def test_an_old_page_of_a_form_that_is_not_up_again_yet_is_not_judged(
        self, make_hook: MakeHook
    ) -> None:
        any_pet = '{ claim = "pet", present = true }'
        flow = ONE + form("two", "name", when=any_pet) + form("three", "colour", when=any_pet)
        visitor = come(make_hook(flow + NOTICE), CAT, NAME, {"colour": "red"})
        tab = tab_of(visitor)
        go_to(tab, "three")
        assert again(visitor, "one", DOG).step == "two"
        assert tab.send({"colour": "blue"}).step == "two"
        page = visitor.send(NAME)
        assert (page.step, filled(page, "colour")) == ("three", "red")

    def test_of_two_at_the_same_moment_one_counts_whole(
        self, make_hook: MakeHook, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        app = make_hook(_brought(monkeypatch, Meddling) + TWO)
        visitor = come(app, {"fussy": "first"})
        tab = tab_of(visitor)
        go_to(tab, "one")
        Meddling.meanwhile.append(lambda: again(visitor, "one", {"fussy": "fast"}))
        assert tab.send({"fussy": "slow"}).step == "two"
        assert claims(tab.send({})) == {"fussy": "fast"}

    @pytest.mark.parametrize("back", [{}, BACK], ids=["sent", "back"])
    def test_an_old_page_of_a_step_that_is_gone_leads_on(
        self, make_hook: MakeHook, back: Values
    ) -> None:
        visitor = come(make_hook(ONE + TWO + THREE), CAT, NAME)
        go_to(visitor, "two")
        moved = moved_to(visitor, make_hook(ONE + THREE))
        assert moved.send({**NAME, **back}).step == "three"
        assert go_to(moved, "one").step == "one"
        assert claims(moved.send(DOG) and moved.send({})) == {"pet": "dog"}

    def test_a_field_that_the_issuer_took_away_leaves_no_claim(self, make_hook: MakeHook) -> None:
        visitor = come(make_hook(ONE + TWO), CAT)
        moved = moved_to(visitor, make_hook(form("one", "animal") + TWO))
        assert filled(go_to(moved, "one"), "animal") == ""
        assert moved.send({"animal": "dog"}).step == "two"
        assert claims(moved.send({})) == {"animal": "dog"}


class TestAway:
    """A form is sent again while the visitor is at a peer that was sent what it said before."""

    PEER = "https://id.rimu.example/hook"
    HANDOFF = f"""
[[tenants.kauri.steps]]
kind = "handoff"
name = "away"
title = "Away"
text = "Go."
url = "{PEER}"
secrets = ["env:RIMU_SECRET"]
send = [{{ claim = "pet" }}]
take = [{{ claim = "level", max_bytes = 8 }}]
"""

    @pytest.mark.parametrize(
        ("then", "step"), [(None, "two"), (CAT, "two"), (DOG, "away")], ids=["no", "same", "other"]
    )
    def test_the_answer_about_what_it_said_before_is_not_taken(
        self, make_hook: MakeHook, then: Values | None, step: str
    ) -> None:
        visitor = come(make_hook(ONE + self.HANDOFF + TWO), CAT)
        url = seen(visitor).url
        sent = read_answer(visitor.send().return_url, OTHER_SECRET)
        assert sent["claims"] == CAT
        visitor.get(url)
        if then:
            again(visitor, "one", then)
        dates = {"iat": sent["iat"], "exp": sent["iat"] + 60, "state": sent["state"]}
        said = {"iss": sent["aud"], "aud": sent["iss"], **dates, "claims": {"level": "high"}}
        token = sign(json.dumps(HEADER).encode(), json.dumps(said).encode(), OTHER_SECRET)
        assert visitor.get(url, query_string={"session_token": token}).step == step


class TestWander:
    """Any way to and fro, with the real steps and the real pages."""

    OPEN = form("two", "name", when=IF_DOG)
    LAST = form("three", "colour", when='{ outcome = "two", equals = "not_wanted" }')
    GATE = gate('{ not = { claim = "colour", equals = "none" } }')
    FIELDS: ClassVar[dict[str, str]] = {"one": "pet", "two": "name", "three": "colour"}

    @settings(
        max_examples=10,
        deadline=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture],
        phases=set(Phase) - {Phase.explain},
    )
    @given(
        said=st.lists(
            st.tuples(
                st.sampled_from(["one", "two", "three", "here", "back"]),
                st.sampled_from(["dog", "cat", ""]),
            ),
            max_size=9,
        )
    )
    def test_the_answer_is_that_of_the_last_word(
        self, make_hook: MakeHook, said: list[tuple[str, str]]
    ) -> None:
        app = make_hook(ONE + self.OPEN + self.LAST + self.GATE + REVIEW)
        visitor, last = come(app), dict[str, str]()
        for name, value in said:
            page = go_to(visitor, name) if name in self.FIELDS else seen(visitor)
            typed: Values = {self.FIELDS[page.step]: value} if page.step in self.FIELDS else {}
            if name == "back":
                visitor.send({**typed, **BACK})
            elif page.step in self.FIELDS:
                last[page.step] = value
                visitor.send(typed)
        assert self._finish(visitor, last) == self._finish(come(app), last)

    def _finish(self, visitor: Visitor, last: dict[str, str]) -> dict[str, Any]:
        page = visitor.get(journey_of(visitor))
        while page.step:
            field = self.FIELDS.get(page.step)
            page = visitor.send({field: last.setdefault(page.step, "")} if field else {})
        return claims(page)


class TestFactorsBetween:
    """What was proven between two forms stays proven when the first is sent again."""

    @pytest.mark.parametrize(("then", "step"), [(DOG, "app"), (CAT, "two")])
    def test_a_second_factor_that_was_not_wanted_is_asked_when_it_is(
        self, make_hook: MakeHook, then: Values, step: str
    ) -> None:
        visitor = come(make_hook(ONE + TOTP + f"when = {IF_DOG}\n" + TWO), CAT)
        assert seen(visitor).step == "two"
        assert again(visitor, "one", then).step == step

    def test_a_second_factor_and_its_recovery_codes(
        self, make_hook: MakeHook, clock: Clock, log: Log
    ) -> None:
        app = make_hook(ONE + TOTP + RECOVERY + TWO)
        visitor = come(app, CAT)
        visitor.send({"code": code(key_on(seen(visitor)), clock.now)})
        assert codes_on(seen(visitor))
        assert visitor.send({"saved": "yes"}).step == "two"
        kept = {table: rows(app)[table] for table in ("factors", "guesses")}
        assert again(visitor, "one", DOG).step == "two"
        assert {table: rows(app)[table] for table in kept} == kept
        assert claims(visitor.send(NAME)) == {"pet": "dog", "name": "Tama"}
        assert log.reasons("step_done").count("codes_made") == 1

    def test_half_way_through_a_second_factor_its_page_is_the_same(
        self, make_hook: MakeHook, clock: Clock
    ) -> None:
        visitor = come(make_hook(ONE + TOTP + TWO), CAT)
        key = key_on(seen(visitor))
        visitor.send(BACK)
        assert key_on(visitor.send(DOG)) == key
        assert visitor.send({"code": code(key, clock.now)}).step == "two"

    def test_no_form_lies_behind_a_second_factor_that_was_not_given(
        self, make_hook: MakeHook
    ) -> None:
        visitor = come(make_hook(ONE + TOTP + TWO + THREE), CAT)
        assert go_to(visitor, "two").step == "app"
        assert post(visitor, f"{journey_of(visitor)}/two", NAME).status_code == 303
        assert again(visitor, "one", DOG).step == "app"

    def test_a_code_by_mail(self, make_hook: MakeHook) -> None:
        with MailSink() as sink:
            visitor = come(make_hook(ONE + MAIL + TWO + toml(sink)), CAT, {})
            (mail,) = sink.messages
            digits = mail.get_content().partition(" is your code")[0].split("\n")[-1]
            assert visitor.send({"code": digits}).step == "two"
            assert again(visitor, "one", DOG).step == "two"
            assert claims(visitor.send(NAME)) == {"pet": "dog", "name": "Tama"}
            assert len(sink.messages) == 1
