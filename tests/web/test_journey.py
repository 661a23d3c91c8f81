"""A journey from outside: its order, its tabs, its time, its end."""

from collections.abc import Iterator
from typing import Any, ClassVar

import pytest
from flask import Flask

from hook.store import REPEAT_SECONDS
from hook.store.journeys import FORGET_SECONDS
from hook.testing.example import post
from hook.testing.hooks import NOTICE, PROFILE, TERMS, Clock, MakeHook
from hook.testing.html import Html
from hook.testing.tokens import OTHER_SECRET, token
from hook.testing.visitor import Seen, Values, Visitor
from hook.testing.watch import Log, rows, watched_log
from hook.tokens import LEEWAY
from tests.support.steps import ELSEWHERE, Errand, Idle, Meddled, Silent, block

COOKIE, HOST = "__Host-hook", "hook.example.org"
ACCEPT: Values = {"answer": "accept"}
DECLINE: Values = {"answer": "decline"}
PRONOUNS: Values = {"pronouns": "she/her"}
WHO: Values = {"who": "the first"}
FLOW = TERMS + NOTICE + PROFILE
SENT: dict[str, Values] = {"terms": ACCEPT, "welcome": {}, "profile": PRONOUNS}
RIMU = """
[tenants.rimu]
name     = "Rimu College"
issuers  = ["https://kauri.vii.nz01.mattr.global"]
secrets  = ["env:RIMU_SECRET"]
subject  = "email"
""" + NOTICE.replace("tenants.kauri", "tenants.rimu")


@pytest.fixture
def log() -> Iterator[Log]:
    with watched_log() as log:
        yield log


@pytest.fixture
def app(make_hook: MakeHook) -> Flask:
    return make_hook(FLOW)


@pytest.fixture
def visitor(app: Flask) -> Visitor:
    return Visitor(app)


def shown(visitor: Visitor) -> Seen:
    """What the visitor sees now."""
    assert visitor.seen is not None
    return visitor.seen


def walk(visitor: Visitor, **changes: Any) -> Seen:
    """Arrive and do every step up to the end."""
    page = visitor.arrive(**changes)
    while page.step:
        page = visitor.send(SENT[page.step])
    return page


def other_tab(visitor: Visitor, page: Seen) -> Visitor:
    """A second tab of the same browser, in which this page is open."""
    tab = Visitor(visitor.app, visitor.browser)
    tab.seen = page
    return tab


def journey_of(page: Seen) -> str:
    """The path of the journey that a page belongs to."""
    return "/".join(page.url.split("/")[:3])


def moved_to(visitor: Visitor, app: Flask) -> Visitor:
    """The same browser at a hook that was started anew."""
    cookie = visitor.browser.get_cookie(COOKIE, domain=HOST)
    assert cookie
    moved = Visitor(app)
    moved.browser.set_cookie(COOKIE, cookie.value, domain=HOST, secure=True)
    return moved


class TestOrder:
    """The server knows which step is current; no request can tell it otherwise."""

    def test_the_steps_come_in_order_and_then_the_answer(self, visitor: Visitor) -> None:
        assert visitor.arrive().step == "terms"
        assert visitor.send(ACCEPT).step == "welcome"
        assert visitor.send().step == "profile"
        page = visitor.send(PRONOUNS)
        assert page.page == "leave"
        assert page.answer["claims"] == {"pronouns": "she/her"}

    def test_every_page_says_which_step_of_how_many_it_is(self, visitor: Visitor) -> None:
        assert "Step 1 of 3" in visitor.arrive().text
        assert "Step 2 of 3" in visitor.send(ACCEPT).text
        assert "Step 3 of 3" in visitor.send().text
        assert "Step 3 of 3" in visitor.send({"pronouns": "wrong"}).text

    def test_a_step_that_is_skipped_is_not_counted(self, app: Flask, visitor: Visitor) -> None:
        walk(visitor)
        page = visitor.arrive(state="second")
        assert page.step == "welcome"
        assert "Step 1 of 2" in page.text
        assert "Step 2 of 2" in visitor.send().text

    def test_the_last_page_is_the_last_step_that_is_counted(self, make_hook: MakeHook) -> None:
        visitor = Visitor(make_hook(NOTICE + block(Silent, "lookup") + PROFILE))
        visitor.arrive()
        assert "Step 2 of 2" in visitor.send().text

    def test_a_reload_shows_the_same_page(self, visitor: Visitor) -> None:
        visitor.arrive()
        page = visitor.send(ACCEPT)
        assert visitor.reload().html == page.html

    @pytest.mark.parametrize("name", ["profile", "terms", "unknown", "%3Cscript%3E"])
    def test_a_link_to_any_other_step_leads_to_the_current_one(
        self, visitor: Visitor, name: str
    ) -> None:
        visitor.arrive()
        journey = journey_of(visitor.send(ACCEPT))
        response = visitor.browser.get(f"{journey}/{name}", base_url=visitor.origin)
        assert response.status_code == 303
        assert visitor.get(f"{journey}/{name}").step == "welcome"

    def test_the_journeys_own_url_leads_to_the_current_step(self, visitor: Visitor) -> None:
        journey = journey_of(visitor.arrive())
        assert visitor.get(journey).step == "terms"
        visitor.send(ACCEPT)
        assert visitor.get(journey).step == "welcome"

    @pytest.mark.parametrize("name", ["welcome", "profile", "unknown"])
    def test_a_form_for_any_other_step_is_not_judged(
        self, app: Flask, visitor: Visitor, name: str
    ) -> None:
        page = visitor.arrive()
        before = rows(app)
        response = post(visitor, f"{journey_of(page)}/{name}", {**ACCEPT, **PRONOUNS})
        assert response.status_code == 303
        assert rows(app) == before
        assert visitor.get(response.headers["Location"]).step == "terms"

    def test_after_back_the_old_form_is_not_judged_again(self, app: Flask) -> None:
        visitor = Visitor(app)
        terms = visitor.arrive()
        visitor.send(ACCEPT)
        visitor.seen = terms
        assert visitor.send(DECLINE).step == "welcome"

    def test_back_to_a_done_step_leads_forward(self, visitor: Visitor) -> None:
        terms = visitor.arrive()
        visitor.send(ACCEPT)
        assert visitor.get(terms.url).step == "welcome"

    def test_a_query_on_a_step_that_sends_nobody_away_is_ignored(
        self, app: Flask, visitor: Visitor
    ) -> None:
        page = visitor.arrive()
        before = rows(app)
        assert visitor.get(page.url, query_string=ACCEPT).step == "terms"
        assert rows(app) == before

    def test_looking_changes_nothing(self, app: Flask, visitor: Visitor) -> None:
        page = visitor.arrive()
        before = rows(app)
        for path in (page.url, journey_of(page), f"{journey_of(page)}/cancel"):
            for _ in range(2):
                visitor.get(path)
                visitor.browser.head(path, base_url=visitor.origin)
        assert rows(app) == before


class TestNothingToAsk:
    """A flow that needs no visitor passes straight through."""

    def test_a_flow_of_steps_without_pages_is_answered_at_once(
        self, make_hook: MakeHook, log: Log
    ) -> None:
        page = Visitor(make_hook(block(Idle, "idle") + block(Silent, "lookup"))).arrive()
        assert page.page == "leave"
        assert page.answer["claims"] == {"looked_up": "found"}
        assert log.reasons("step_done") == ["not_today", "done"]

    def test_a_flow_that_was_done_before_is_answered_at_once(self, make_hook: MakeHook) -> None:
        visitor = Visitor(make_hook(TERMS))
        visitor.arrive()
        visitor.send(ACCEPT)
        assert visitor.arrive(state="second").answer["claims"] == {}

    @pytest.mark.parametrize("flow", [TERMS, NOTICE, TERMS + NOTICE, PROFILE])
    def test_with_something_to_ask_it_is_not(self, make_hook: MakeHook, flow: str) -> None:
        assert Visitor(make_hook(flow)).arrive().step


class TestSubjectMissing:
    """Nobody is shown a page whose journey nobody is named for."""

    @pytest.mark.parametrize(
        "claims",
        [
            {},
            {"name": "Ripeka"},
            {"name": "Ripeka", "email": ""},
            {"name": "Ripeka", "email": " "},
            {"name": "Ripeka", "email": None},
            {"name": "Ripeka", "email": 17},
            {"name": "Ripeka", "email": ["ripeka@kauri.example"]},
            {"name": "Ripeka", "Email": "ripeka@kauri.example"},
        ],
    )
    @pytest.mark.parametrize("flow", [TERMS, TERMS + NOTICE, NOTICE + TERMS])
    def test_a_flow_that_keeps_records_needs_a_subject_before_any_page(
        self, make_hook: MakeHook, flow: str, claims: dict[str, object]
    ) -> None:
        app = make_hook(flow)
        page = Visitor(app).arrive(claims=claims)
        assert page.page == "leave"
        assert page.answer["error"] == {"message": "subject_missing"}
        assert rows(app)["records"] == []
        named = {"email": "ripeka@kauri.example"}
        assert Visitor(app).arrive(claims=named, state="twin").step

    @pytest.mark.parametrize("claims", [{}, {"name": " ", "email": ""}, {"name": 5}])
    def test_a_page_needs_a_name_to_show(
        self, make_hook: MakeHook, claims: dict[str, object]
    ) -> None:
        app = make_hook(NOTICE)
        page = Visitor(app).arrive(claims=claims)
        assert page.answer["error"] == {"message": "subject_missing"}
        assert Visitor(app).arrive(claims={"name": "Ripeka"}, state="twin").step == "welcome"

    def test_a_flow_without_records_and_pages_needs_nobody(self, make_hook: MakeHook) -> None:
        answer = Visitor(make_hook(block(Silent, "lookup"))).arrive(claims={}).answer
        assert answer["claims"] == {"looked_up": "found"}


class TestTabs:
    """Tabs of one browser share a journey; a form counts once."""

    def test_a_second_tab_that_is_behind_is_led_forward(self, visitor: Visitor) -> None:
        terms = visitor.arrive()
        tab = other_tab(visitor, terms)
        visitor.send(ACCEPT)
        assert tab.send(DECLINE).step == "welcome"
        assert tab.reload().step == "welcome"

    def test_the_same_token_again_resumes_the_journey(self, app: Flask, visitor: Visitor) -> None:
        first = visitor.arrive()
        visitor.send(ACCEPT)
        again = visitor.arrive()
        assert again.step == "welcome"
        assert journey_of(again) == journey_of(first)
        assert len(rows(app)["journeys"]) == 1

    def test_a_double_submit_of_the_last_step_gives_one_outcome(
        self, visitor: Visitor, log: Log
    ) -> None:
        visitor.arrive()
        visitor.send(ACCEPT)
        page = visitor.send()
        first = post(visitor, page.url, PRONOUNS)
        second = post(visitor, page.url, {"pronouns": "he/him"})
        assert (first.status_code, second.status_code) == (303, 303)
        for response in (first, second):
            answer = visitor.get(response.headers["Location"]).answer
            assert answer["claims"] == {"pronouns": "she/her"}
        assert len(log.events("journey_ended")) == 1

    def test_of_two_submissions_judged_at_once_one_counts(
        self, make_hook: MakeHook, monkeypatch: pytest.MonkeyPatch, log: Log
    ) -> None:
        visitor = Visitor(make_hook(block(Meddled, "race") + NOTICE))
        tab = other_tab(visitor, visitor.arrive())
        monkeypatch.setattr(Meddled, "meanwhile", staticmethod(lambda: tab.send(WHO)))
        assert visitor.send({"who": "last"}).step == "welcome"
        assert visitor.send().answer["claims"] == {"who": "the first"}
        assert len(log.events("step_done", step="race")) == 1

    def test_of_two_ends_at_once_one_counts(
        self, make_hook: MakeHook, monkeypatch: pytest.MonkeyPatch, log: Log
    ) -> None:
        visitor = Visitor(make_hook(block(Meddled, "race")))
        tab = other_tab(visitor, visitor.arrive())
        monkeypatch.setattr(Meddled, "meanwhile", staticmethod(lambda: tab.send(WHO)))
        last = visitor.send({"who": "last"})
        assert shown(tab).answer["claims"] == last.answer["claims"] == {"who": "the first"}
        assert len(log.events("journey_ended")) == 1

    def test_of_a_submission_and_a_cancellation_at_once_the_first_counts(
        self, make_hook: MakeHook, monkeypatch: pytest.MonkeyPatch, log: Log
    ) -> None:
        visitor = Visitor(make_hook(block(Meddled, "race")))
        tab = other_tab(visitor, visitor.arrive())
        monkeypatch.setattr(Meddled, "meanwhile", staticmethod(tab.cancel))
        assert visitor.send({"who": "last"}).answer["error"] == {"message": "user_cancelled"}
        assert [line["outcome"] for line in log.events("journey_ended")] == ["user_cancelled"]

    def test_nobody_is_sent_away_with_a_ticket_that_was_not_kept(
        self, make_hook: MakeHook, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        visitor = Visitor(make_hook(block(Meddled, "race") + NOTICE))
        tab = other_tab(visitor, visitor.arrive())
        away: Values = {"send": "away", "who": "the first"}
        monkeypatch.setattr(Meddled, "meanwhile", staticmethod(lambda: tab.send(away)))
        late = visitor.send({"send": "away", "who": "last"})
        assert shown(tab).return_url == ELSEWHERE
        assert late.return_url == ""
        assert late.step == "race"


class TestSideBySide:
    """Several journeys in one browser, and the browsers of others."""

    MERE: ClassVar[dict[str, str]] = {"name": "Mere Parata", "email": "mere@kauri.example"}

    def test_journeys_of_one_browser_do_not_touch(self, app: Flask, visitor: Visitor) -> None:
        ripeka = visitor.arrive()
        tab = other_tab(visitor, ripeka)
        mere = tab.arrive(state="mere", claims=self.MERE)
        assert journey_of(mere) != journey_of(ripeka)
        tab.send(DECLINE)
        assert shown(tab).answer["error"] == {"message": "terms_declined"}
        assert shown(tab).answer["state"] == "mere"
        visitor.send(ACCEPT)
        visitor.send()
        answer = visitor.send(PRONOUNS).answer
        assert answer["claims"] == {"pronouns": "she/her"}

    def test_every_page_names_the_person_of_its_own_journey(self, visitor: Visitor) -> None:
        ripeka = visitor.arrive()
        mere = visitor.arrive(state="mere", claims=self.MERE)
        assert "Mere Parata" in mere.text
        assert "Ripeka" not in mere.text
        assert "Ripeka Tamihana" in visitor.get(ripeka.url).text
        assert "Mere Parata" in visitor.get(f"{journey_of(mere)}/cancel").text

    def test_the_form_of_one_journey_is_refused_in_another(
        self, app: Flask, visitor: Visitor
    ) -> None:
        ripeka = visitor.arrive()
        mere = visitor.arrive(state="mere", claims=self.MERE)
        before = rows(app)
        assert visitor.send(ACCEPT, path=ripeka.url).reason == "form_expired"
        assert rows(app) == before
        visitor.seen = mere
        assert visitor.send(ACCEPT, path=mere.url).step == "welcome"

    @pytest.mark.parametrize("has_cookie", [True, False])
    def test_the_journey_of_another_browser_is_not_found(
        self, app: Flask, visitor: Visitor, has_cookie: bool
    ) -> None:
        page = visitor.arrive()
        stranger = Visitor(app)
        if has_cookie:
            stranger.arrive(state="strange", claims=self.MERE)
        before = rows(app)
        for path in (page.url, journey_of(page), f"{journey_of(page)}/cancel"):
            seen = stranger.get(path)
            assert (seen.status, seen.reason) == (404, "journey_unknown")
            assert "Ripeka" not in seen.text
            stranger.seen = page
            assert stranger.send({**ACCEPT, "reason": "not_me"}, path=path).status >= 400
        assert rows(app) == before
        assert visitor.send(ACCEPT).step == "welcome"

    def test_the_end_of_another_browsers_journey_is_not_found(
        self, app: Flask, visitor: Visitor
    ) -> None:
        page = walk(visitor)
        assert visitor.get(page.url).page == "leave"
        assert Visitor(app).get(page.url).reason == "journey_unknown"

    @pytest.mark.parametrize(
        ("path", "reason"),
        [
            ("/kauri/unknown", "journey_unknown"),
            ("/kauri/unknown/terms", "journey_unknown"),
            ("/kauri/unknown/cancel", "journey_unknown"),
            ("/totara", "not_found"),
            ("/totara/unknown/terms", "not_found"),
            ("/kauri/unknown/terms/more", "not_found"),
        ],
    )
    def test_what_there_is_not_is_not_found(self, visitor: Visitor, path: str, reason: str) -> None:
        visitor.arrive()
        seen = visitor.get(path)
        assert (seen.status, seen.reason) == (404, reason)

    def test_a_journey_of_one_tenant_is_unknown_at_another(self, make_hook: MakeHook) -> None:
        visitor = Visitor(make_hook(TERMS + RIMU))
        at_rimu = token(secret=OTHER_SECRET, aud="https://hook.example.org/rimu")
        rimu = visitor.arrive(at_rimu, path="/rimu")
        kauri = visitor.arrive()
        assert (rimu.step, kauri.step) == ("welcome", "terms")
        for page, wrong in ((rimu, "/kauri"), (kauri, "/rimu")):
            seen = visitor.get(page.url.replace(f"/{page.url.split('/')[1]}", wrong))
            assert seen.reason == "journey_unknown"
            assert visitor.get(page.url).step == page.step


class TestTime:
    """After the deadline nothing is taken; a second before it everything is."""

    LEFT = 600 + LEEWAY

    @pytest.mark.parametrize(("early", "status"), [(1, 200), (0, 410)])
    def test_a_page_is_shown_until_the_deadline(
        self, visitor: Visitor, clock: Clock, early: int, status: int
    ) -> None:
        visitor.arrive()
        clock.turn(self.LEFT - early)
        page = visitor.reload()
        assert page.status == status
        assert page.reason == ("" if early else "journey_over_time")
        assert ("Your time is up" in page.text) == (not early)

    @pytest.mark.parametrize(("early", "records"), [(1, 1), (0, 0)])
    def test_a_form_is_taken_until_the_deadline(
        self, app: Flask, visitor: Visitor, clock: Clock, early: int, records: int
    ) -> None:
        visitor.arrive()
        clock.turn(self.LEFT - early)
        page = visitor.send(ACCEPT)
        assert page.status == (200 if early else 410)
        assert len(rows(app)["records"]) == records

    @pytest.mark.parametrize("early", [1, 0])
    def test_a_journey_is_cancelled_until_the_deadline(
        self, visitor: Visitor, clock: Clock, early: int
    ) -> None:
        visitor.get(f"{journey_of(visitor.arrive())}/cancel")
        clock.turn(self.LEFT - early)
        page = visitor.send({"reason": "user_cancelled"})
        assert (page.page, page.status) == (("leave", 200) if early else ("error", 410))

    def test_the_last_step_makes_no_answer_after_the_deadline(
        self, app: Flask, visitor: Visitor, clock: Clock, log: Log
    ) -> None:
        visitor.arrive()
        visitor.send(ACCEPT)
        visitor.send()
        clock.turn(self.LEFT)
        assert visitor.send(PRONOUNS).reason == "journey_over_time"
        assert rows(app)["journeys"][0]["outcome"] is None
        assert log.events("journey_ended") == []

    def test_what_was_collected_is_erased_after_the_deadline(
        self, app: Flask, visitor: Visitor, clock: Clock
    ) -> None:
        store = app.extensions["hook"].store
        visitor.arrive()
        clock.turn(self.LEFT - 1)
        assert store.purge(clock.now) == 0
        clock.turn(1)
        assert store.purge(clock.now) == 1
        (row,) = rows(app)["journeys"]
        assert (row["arrival"], row["progress"], row["answer"]) == (None, None, None)
        assert visitor.reload().reason == "journey_over_time"

    def test_a_long_forgotten_journey_is_unknown(
        self, app: Flask, visitor: Visitor, clock: Clock
    ) -> None:
        visitor.arrive()
        store = app.extensions["hook"].store
        clock.turn(self.LEFT + FORGET_SECONDS - 1)
        store.purge(clock.now)
        assert visitor.reload().reason == "journey_over_time"
        clock.turn(1)
        store.purge(clock.now)
        assert rows(app)["journeys"] == []
        assert visitor.reload().reason == "journey_unknown"

    def test_the_same_token_does_not_give_more_time(self, visitor: Visitor, clock: Clock) -> None:
        visitor.arrive()
        clock.turn(self.LEFT - 1)
        assert visitor.arrive(iat=clock.now - self.LEFT, exp=clock.now + 600).step == "terms"
        clock.turn(1)
        assert visitor.reload().reason == "journey_over_time"

    @pytest.mark.parametrize(("late", "page"), [(-1, "leave"), (0, "done")])
    def test_no_answer_is_signed_after_the_deadline(
        self, visitor: Visitor, clock: Clock, late: int, page: str
    ) -> None:
        visitor.arrive()
        clock.turn(self.LEFT - 2)
        assert visitor.send(DECLINE).page == "leave"
        clock.turn(2 + late)
        assert visitor.reload().page == page


class TestCancel:
    """A visitor may stop at any step; the tenant is told why."""

    @pytest.mark.parametrize("reason", ["user_cancelled", "not_me"])
    @pytest.mark.parametrize("done", [0, 1, 2])
    def test_from_every_step_both_reasons_go_back_as_errors(
        self, visitor: Visitor, log: Log, reason: str, done: int
    ) -> None:
        visitor.arrive()
        for sent in (ACCEPT, {})[:done]:
            visitor.send(sent)
        answer = visitor.cancel(reason).answer
        assert answer["error"] == {"message": reason}
        assert "claims" not in answer
        assert [line["outcome"] for line in log.events("journey_ended")] == [reason]

    def test_the_page_asks_first_and_names_the_person(self, visitor: Visitor) -> None:
        journey = journey_of(visitor.arrive())
        page = visitor.get(f"{journey}/cancel")
        html = Html(page.html)
        assert page.step == "cancel"
        assert "Signed in as Ripeka Tamihana" in page.text
        assert "This is not me" in page.text
        assert [f["method"] for f in html.all("form")] == ["post"]
        assert [b["value"] for b in html.all("button")] == ["user_cancelled", "not_me"]
        assert page.reader.links == [journey]
        assert visitor.get(page.reader.links[0]).step == "terms"

    @pytest.mark.parametrize(
        "sent", [{}, {"reason": ""}, {"reason": "step_failed"}, {"reason": "<script>"}]
    )
    def test_no_other_reason_is_taken(self, app: Flask, visitor: Visitor, sent: Values) -> None:
        visitor.get(f"{journey_of(visitor.arrive())}/cancel")
        before = rows(app)
        assert visitor.send(sent).reason == "form_malformed"
        assert rows(app) == before

    def test_after_it_no_step_is_judged(self, app: Flask, visitor: Visitor) -> None:
        tab = other_tab(visitor, visitor.arrive())
        visitor.cancel()
        assert tab.send(ACCEPT).answer["error"] == {"message": "user_cancelled"}
        assert rows(app)["records"] == []

    @pytest.mark.parametrize("reason", ["user_cancelled", "not_me"])
    def test_after_the_end_it_changes_nothing(
        self, app: Flask, visitor: Visitor, reason: str
    ) -> None:
        tab = other_tab(visitor, visitor.arrive())
        tab.get(f"{journey_of(shown(visitor))}/cancel")
        for sent in (ACCEPT, {}, PRONOUNS):
            visitor.send(sent)
        before = rows(app)
        assert tab.send({"reason": reason}).answer["claims"] == {"pronouns": "she/her"}
        assert rows(app) == before

    def test_the_first_of_two_reasons_stays(self, visitor: Visitor) -> None:
        visitor.arrive()
        visitor.get(f"{journey_of(shown(visitor))}/cancel")
        tab = other_tab(visitor, shown(visitor))
        visitor.send({"reason": "not_me"})
        assert tab.send({"reason": "user_cancelled"}).answer["error"] == {"message": "not_me"}

    def test_after_the_end_its_page_leads_to_the_end(self, visitor: Visitor) -> None:
        journey = journey_of(visitor.arrive())
        visitor.cancel()
        assert visitor.get(f"{journey}/cancel").page == "leave"


class TestElsewhere:
    """A step may send the visitor to another site, and takes them when they come back."""

    @pytest.fixture
    def visitor(self, make_hook: MakeHook) -> Visitor:
        return Visitor(make_hook(block(Errand, "errand") + NOTICE))

    @staticmethod
    def _back(visitor: Visitor, page: Seen, ticket: str = Errand.ticket) -> Seen:
        return visitor.get(page.url, query_string={"ticket": ticket})

    def test_they_are_sent_away_and_go_on_when_they_come_back(self, visitor: Visitor) -> None:
        page = visitor.arrive()
        assert page.step == "errand"
        away = visitor.send()
        assert (away.status, away.page, away.return_url) == (200, "leave", ELSEWHERE)
        assert "session_token" not in away.html
        assert self._back(visitor, page).step == "welcome"
        assert visitor.send().answer["claims"] == {"errand": "run"}

    def test_what_they_bring_is_not_left_in_the_address(self, visitor: Visitor) -> None:
        page = visitor.arrive()
        visitor.send()
        back = f"{page.url}?ticket={Errand.ticket}"
        response = visitor.browser.get(back, base_url=visitor.origin)
        assert response.status_code == 303
        assert "ticket" not in response.headers["Location"]

    def test_coming_back_twice_is_coming_back_once(self, visitor: Visitor, log: Log) -> None:
        page = visitor.arrive()
        visitor.send()
        self._back(visitor, page)
        assert self._back(visitor, page).step == "welcome"
        assert len(log.events("step_done", step="errand")) == 1

    def test_coming_back_to_a_finished_journey_leads_to_its_end(self, visitor: Visitor) -> None:
        page = visitor.arrive()
        visitor.send()
        self._back(visitor, page)
        visitor.send()
        again = self._back(visitor, page)
        assert again.page == "leave"
        assert again.answer["claims"] == {"errand": "run"}

    @pytest.mark.parametrize("ticket", ["", "t-18"])
    def test_with_a_wrong_ticket_the_step_is_shown_again(
        self, visitor: Visitor, ticket: str
    ) -> None:
        page = visitor.arrive()
        visitor.send()
        assert self._back(visitor, page, ticket).step == "errand"
        assert self._back(visitor, page).step == "welcome"

    def test_without_having_been_sent_away_nothing_is_taken(self, visitor: Visitor) -> None:
        page = visitor.arrive()
        assert self._back(visitor, page).step == "errand"

    def test_without_a_query_the_step_is_shown_again(self, visitor: Visitor) -> None:
        page = visitor.arrive()
        visitor.send()
        assert visitor.get(page.url).step == "errand"
        assert visitor.send().return_url == ELSEWHERE
        assert self._back(visitor, page).step == "welcome"

    def test_before_its_turn_nothing_is_taken(self, make_hook: MakeHook) -> None:
        visitor = Visitor(make_hook(NOTICE + block(Errand, "errand")))
        journey = journey_of(visitor.arrive())
        back = visitor.get(f"{journey}/errand", query_string={"ticket": Errand.ticket})
        assert back.step == "welcome"

    def test_at_the_address_of_another_step_nothing_is_taken(self, visitor: Visitor) -> None:
        page = visitor.arrive()
        visitor.send()
        ticket = {"ticket": Errand.ticket}
        assert visitor.get(f"{journey_of(page)}/welcome", query_string=ticket).step == "errand"
        assert visitor.get(page.url, query_string=ticket).step == "welcome"

    def test_a_head_request_takes_nothing(self, visitor: Visitor) -> None:
        page = visitor.arrive()
        visitor.send()
        before = rows(visitor.app)
        back = f"{page.url}?ticket={Errand.ticket}"
        visitor.browser.head(back, base_url=visitor.origin)
        assert rows(visitor.app) == before

    def test_another_browser_cannot_bring_it_back(self, visitor: Visitor) -> None:
        page = visitor.arrive()
        visitor.send()
        assert self._back(Visitor(visitor.app), page).reason == "journey_unknown"
        assert self._back(visitor, page).step == "welcome"

    @pytest.mark.parametrize(("early", "status"), [(1, 200), (0, 410)])
    def test_they_come_back_in_time_or_not_at_all(
        self, visitor: Visitor, clock: Clock, early: int, status: int
    ) -> None:
        page = visitor.arrive()
        visitor.send()
        clock.turn(600 + LEEWAY - early)
        assert self._back(visitor, page).status == status

    def test_after_cancelling_they_come_back_to_the_end(self, visitor: Visitor) -> None:
        page = visitor.arrive()
        visitor.cancel()
        assert self._back(visitor, page).answer["error"] == {"message": "user_cancelled"}


class TestEnd:
    """The outcome is fixed once, repeated for a while, and then everything is erased."""

    def test_reload_and_back_repeat_the_outcome(self, visitor: Visitor, clock: Clock) -> None:
        terms = visitor.arrive()
        first = walk(visitor)
        clock.turn(30)
        for page in (visitor.reload(), visitor.get(terms.url), visitor.arrive()):
            assert page.page == "leave"
            assert page.answer == {**first.answer, "iat": clock.now, "exp": clock.now + 60}

    @pytest.mark.parametrize("sent", [ACCEPT, DECLINE, {}])
    def test_no_form_changes_it(self, visitor: Visitor, sent: Values) -> None:
        terms = visitor.arrive()
        walk(visitor)
        visitor.seen = terms
        assert visitor.send(sent).answer["claims"] == {"pronouns": "she/her"}

    @pytest.mark.parametrize(("early", "page"), [(1, "leave"), (0, "done")])
    def test_after_a_while_it_says_done(
        self, visitor: Visitor, clock: Clock, early: int, page: str
    ) -> None:
        terms = visitor.arrive()
        walk(visitor)
        clock.turn(REPEAT_SECONDS - early)
        assert REPEAT_SECONDS == 600
        assert visitor.reload().page == page
        assert visitor.get(terms.url).page == page
        assert shown(visitor).status == 200
        assert bool(shown(visitor).return_url) == bool(early)

    @pytest.mark.parametrize("declines", [True, False])
    def test_at_the_end_what_was_collected_is_erased_from_the_row(
        self, app: Flask, visitor: Visitor, declines: bool
    ) -> None:
        visitor.arrive()
        (before,) = rows(app)["journeys"]
        assert before["arrival"]
        assert before["progress"]
        if declines:
            visitor.send(DECLINE)
        else:
            walk(visitor)
        (row,) = rows(app)["journeys"]
        assert row["arrival"] is None
        assert row["progress"] is None
        assert row["answer"]
        assert row["outcome"] == ("terms_declined" if declines else "completed")

    def test_after_a_while_the_answer_is_erased_too(
        self, app: Flask, visitor: Visitor, clock: Clock
    ) -> None:
        store = app.extensions["hook"].store
        walk(visitor, exp=clock.now + 3_600)
        clock.turn(REPEAT_SECONDS - 1)
        assert store.purge(clock.now) == 0
        assert rows(app)["journeys"][0]["answer"]
        clock.turn(1)
        assert store.purge(clock.now) == 1
        (row,) = rows(app)["journeys"]
        assert (row["answer"], row["outcome"]) == (None, "completed")
        assert visitor.reload().page == "done"
        assert visitor.arrive(exp=clock.now + 3_000).page == "done"

    def test_a_row_stays_while_its_token_could_come_again(
        self, app: Flask, visitor: Visitor, clock: Clock
    ) -> None:
        store, left = app.extensions["hook"].store, 3_600
        sent = token(exp=clock.now + left)
        visitor.arrive(sent)
        visitor.cancel()
        clock.turn(left + LEEWAY - 1)
        store.purge(clock.now)
        assert visitor.arrive(sent).page == "done"
        clock.turn(1)
        assert visitor.arrive(sent).reason == "token_expired"
        clock.turn(FORGET_SECONDS)
        store.purge(clock.now)
        assert rows(app)["journeys"] == []
        assert visitor.arrive(sent).reason == "token_expired"

    def test_nothing_in_the_rows_can_be_read(self, app: Flask, visitor: Visitor) -> None:
        visitor.arrive()
        visitor.send(ACCEPT)
        visitor.send()
        under_way = str(rows(app))
        visitor.send(PRONOUNS)
        for text in (under_way, str(rows(app))):
            for word in ("ripeka", "Ripeka", "she/her", "callback"):
                assert word not in text

    def test_the_browser_that_ended_can_begin_anew(self, visitor: Visitor) -> None:
        walk(visitor)
        assert visitor.arrive(state="second").step == "welcome"


class TestChangedFlow:
    """The issuer changes the flow while a visitor is on the way."""

    @pytest.mark.parametrize(
        ("flow", "step", "progress"),
        [
            (TERMS + PROFILE, "profile", "Step 2 of 2"),
            (TERMS + NOTICE + PROFILE, "welcome", "Step 2 of 3"),
            (NOTICE + TERMS + PROFILE, "welcome", "Step 1 of 3"),
            (PROFILE + TERMS, "profile", "Step 1 of 2"),
            (PROFILE, "profile", "Step 1 of 1"),
            (NOTICE + PROFILE, "welcome", "Step 1 of 2"),
            (TERMS.replace('name = "terms"', 'name = "new"') + PROFILE, "new", "Step 1 of 2"),
            (TERMS + block(Idle, "idle") + PROFILE, "profile", "Step 2 of 2"),
        ],
        ids=[
            "unchanged",
            "added",
            "added before",
            "turned",
            "removed",
            "swapped",
            "renamed",
            "added and skipped",
        ],
    )
    def test_it_meets_them_in_the_right_place(
        self, make_hook: MakeHook, flow: str, step: str, progress: str
    ) -> None:
        visitor = Visitor(make_hook(TERMS + PROFILE))
        visitor.arrive()
        page = visitor.send(ACCEPT)
        assert page.step == "profile"
        seen = moved_to(visitor, make_hook(flow)).get(journey_of(page))
        assert seen.step == step
        assert progress in seen.text

    def test_a_skipped_step_that_is_gone_is_not_counted(self, make_hook: MakeHook) -> None:
        visitor = Visitor(make_hook(block(Idle, "idle") + NOTICE + PROFILE))
        page = visitor.arrive()
        assert "Step 1 of 2" in page.text
        moved = moved_to(visitor, make_hook(NOTICE + PROFILE))
        assert "Step 1 of 2" in moved.get(page.url).text

    def test_with_no_step_left_they_are_done(self, make_hook: MakeHook) -> None:
        visitor = Visitor(make_hook(TERMS + PROFILE))
        visitor.arrive()
        page = visitor.send(ACCEPT)
        assert moved_to(visitor, make_hook(TERMS)).get(page.url).answer["claims"] == {}

    def test_the_form_of_a_step_that_is_gone_is_not_judged(self, make_hook: MakeHook) -> None:
        visitor = Visitor(make_hook(TERMS + PROFILE))
        visitor.arrive()
        page = visitor.send(ACCEPT)
        moved = moved_to(visitor, make_hook(TERMS + NOTICE))
        moved.seen = page
        assert moved.send(PRONOUNS).step == "welcome"
        assert moved.send().answer["claims"] == {}

    def test_claims_of_a_step_that_is_gone_are_not_in_the_answer(self, make_hook: MakeHook) -> None:
        visitor = Visitor(make_hook(PROFILE + NOTICE))
        visitor.arrive()
        page = visitor.send(PRONOUNS)
        moved = moved_to(visitor, make_hook(NOTICE))
        moved.get(page.url)
        assert moved.send().answer["claims"] == {}

    def test_a_restart_without_a_change_is_not_noticed(self, make_hook: MakeHook) -> None:
        visitor = Visitor(make_hook(FLOW))
        page = visitor.arrive()
        moved = moved_to(visitor, make_hook(FLOW))
        moved.seen = page
        assert moved.send(ACCEPT).step == "welcome"
