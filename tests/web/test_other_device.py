"""One step on another device: a desktop lends it, a phone does it, nobody else does anything."""

import re
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest
import segno
from flask import Flask

from hook.steps.base import Form, Outcome, Redirect, Stay, Visit
from hook.testing.hooks import NOTICE, SECOND_FACTOR, TERMS, TOTP, Clock, MakeHook
from hook.testing.tokens import NOW, OTHER_SECRET, read_answer, token
from hook.testing.visitor import Seen, Values, Visitor
from hook.testing.watch import Log, rows, watched_log
from tests.support.crowd import Go, Reached, Tab, crowd, reached
from tests.support.steps import ELSEWHERE, Meddled, block

ORIGIN, PERSON = "https://hook.example.org", "Ripeka Tamihana"
MOVABLE = "other_device = true"
LEND: Values = {"_lend": "yes"}
HERE: Values = {"_lend": "no"}
ROUTE: Values = {"route": "bus"}
FIELD = """
[[tenants.kauri.steps.fields]]
claim = "{claim}"
label = "Say it"
type = "text"
max_length = 10
required = true
"""
PEER = "https://id.rimu.example/hook"
IDENTITY = f"""
[[tenants.kauri.steps]]
kind = "handoff"
name = "route"
title = "Confirm your identity"
text = "We take you to Rimu ID."
url = "{PEER}"
secrets = ["env:RIMU_SECRET"]
take = [{{ claim = "route", max_bytes = 10 }}]
refusals = [{{ message = "no_card", code = "card_missing", text = "You have no card." }}]
{MOVABLE}
"""
RIMU = """
[tenants.rimu]
name     = "Rimu College"
issuers  = ["https://kauri.vii.nz01.mattr.global"]
secrets  = ["env:RIMU_SECRET"]
subject  = "email"
""" + NOTICE.replace("tenants.kauri", "tenants.rimu")


def form(name: str, *options: str) -> str:
    """The TOML of a form that asks for one claim, which has its name."""
    head = ("[[tenants.kauri.steps]]", 'kind = "claims_form"', f'name = "{name}"', 'title = "A"')
    return "\n".join((*head, *options)) + FIELD.format(claim=name)


FLOW = form("nick") + form("route", MOVABLE) + NOTICE


class Contested(Meddled):
    """May be done elsewhere; while it is judged, `meanwhile` happens."""

    kind = "contested"
    movable = True

    def submit(self, visit: Visit, form: Form) -> Outcome:
        done = super().submit(visit, form)
        outcomes: dict[str, Outcome] = {
            "stay": Stay(scratch={"a": 1}),
            "leave": Redirect(ELSEWHERE, {"a": 1}),
        }
        return outcomes.get(form.one("outcome"), done)


class Revised(Contested):
    """The same, and what is typed is kept when the visitor goes back."""

    kind = "revised"
    revisable = True


class Hinges(Revised):
    """The same, and what it says hinges on the form before it."""

    kind = "hinges"

    def uses(self) -> frozenset[str]:
        return frozenset({"nick"})


def contested(kind: type[Contested]) -> str:
    """A flow with such a step."""
    step = block(kind, "route", MOVABLE).replace(Meddled.__module__, __name__)
    return form("nick") + step + NOTICE


@pytest.fixture
def log() -> Iterator[Log]:
    with watched_log() as log:
        yield log


@pytest.fixture
def app(make_hook: MakeHook) -> Flask:
    return make_hook(FLOW + RIMU)


@pytest.fixture
def desk(app: Flask) -> Visitor:
    """Ripeka at her desktop, at the step that she may do elsewhere."""
    return at_the_step(app)


def at_the_step(app: Flask, **changes: Any) -> Visitor:
    desk = Visitor(app)
    if desk.arrive(**changes).step == "nick":
        desk.send({"nick": "Pek"})
    assert shown(desk).step == "route"
    return desk


def shown(visitor: Visitor) -> Seen:
    assert visitor.seen is not None
    return visitor.seen


def journey_of(visitor: Visitor) -> str:
    """The path of the journey that is seen, from the desktop or from the phone."""
    return "/".join(shown(visitor).url.split("/")[:3])


def pass_of(desk: Visitor) -> str:
    """The path that the QR code holds; no test reads the picture, one compares it."""
    journey_id = journey_of(desk).split("/")[2]
    stored = desk.app.extensions["hook"].store.find_anyones("kauri", journey_id)
    return f"/kauri/on/{journey_id}/{stored.journey.progress.lent.token}"


def lend(desk: Visitor) -> str:
    """Ask for another device; the path of the pass."""
    assert desk.send(LEND).page == "lent"
    return pass_of(desk)


def scan(app: Flask, path: str) -> Visitor:
    """A new phone that opens what its camera reads."""
    phone = Visitor(app)
    assert phone.get(path).page == "pass"
    return phone


def take(app: Flask, path: str) -> Visitor:
    """A new phone that takes a pass and stands at the step."""
    phone = scan(app, path)
    assert phone.send().step == "route"
    return phone


def lent_to_phone(desk: Visitor) -> Visitor:
    return take(desk.app, lend(desk))


def buttons(seen: Seen) -> set[str]:
    return {each.get("name", "") for each in seen.reader.controls if each["tag"] == "button"}


def drawn(html: str) -> list[str]:
    return re.findall(r'<path[^>]*\bd="([^"]+)"', html)


def done(log: Log) -> int:
    """How often the step counted."""
    return len(log.events("step_done", step="route"))


class TestTheWay:
    """A step goes to the phone, is done there, and the desktop goes on."""

    def test_the_phone_does_the_step_and_the_desktop_takes_it_to_the_wallet(
        self, desk: Visitor, log: Log
    ) -> None:
        phone = lent_to_phone(desk)
        over = phone.send(ROUTE)
        assert (over.status, over.page) == (200, "over")
        assert desk.get(shown(desk).return_url).step == "welcome"
        assert desk.send().answer["claims"] == {"nick": "Pek", "route": "bus"}
        told = [len(log.events(name, step="route")) for name in ("step_lent", "pass_taken")]
        assert told == [1, 1]

    def test_the_picture_holds_the_address_of_the_pass_and_nothing_else(
        self, desk: Visitor
    ) -> None:
        address = ORIGIN + lend(desk)
        picture = segno.make_qr(address, error="l").svg_inline(border=4, dark="#000", light="#fff")
        assert drawn(shown(desk).html) == drawn(picture)
        assert drawn(picture)

    def test_the_desktop_looks_by_itself_and_shows_the_picture_until_it_was_used(
        self, desk: Visitor
    ) -> None:
        path = lend(desk)
        assert shown(desk).return_url == journey_of(desk)
        assert drawn(shown(desk).html)
        take(desk.app, path)
        waiting = desk.get(shown(desk).return_url)
        assert (waiting.page, drawn(waiting.html)) == ("lent", [])
        assert "Your other device is doing this step" in waiting.text

    def test_the_phone_reads_whose_step_it_is_and_has_only_that(self, desk: Visitor) -> None:
        phone = scan(desk.app, lend(desk))
        assert all(text in shown(phone).text for text in (PERSON, "Kauri Polytechnic"))
        assert "close the page" in shown(phone).text
        page = phone.send()
        assert PERSON in page.text
        assert "Step 2" not in page.text
        assert (page.reader.links, buttons(page)) == ([], {""})

    def test_errors_are_shown_on_the_phone_and_the_desktop_waits(self, desk: Visitor) -> None:
        phone = lent_to_phone(desk)
        wrong = phone.send({"route": "b" * 11})
        assert (wrong.status, wrong.step, buttons(wrong)) == (422, "route", {""})
        assert "b" * 11 in wrong.html
        assert desk.reload().page == "lent"
        assert phone.send(ROUTE).page == "over"

    def test_an_earlier_form_can_be_corrected_here_while_the_phone_has_its_step(
        self, desk: Visitor, log: Log
    ) -> None:
        phone = lent_to_phone(desk)
        assert desk.get(f"{journey_of(desk)}/nick").step == "nick"
        assert desk.send({"nick": "Ripe"}).page == "lent"
        assert phone.send(ROUTE).page == "over"
        assert done(log) == 1
        assert desk.get(journey_of(desk)).step == "welcome"
        assert desk.send().answer["claims"] == {"nick": "Ripe", "route": "bus"}

    def test_a_phone_with_the_last_step_does_not_get_the_answer(self, make_hook: MakeHook) -> None:
        desk = at_the_step(make_hook(form("route", MOVABLE)))
        phone = lent_to_phone(desk)
        journey, over = journey_of(desk), phone.send(ROUTE)
        assert (over.page, over.return_url) == ("over", "")
        for path in (journey, f"{journey}/route", f"{journey}/cancel"):
            assert phone.get(path).return_url == ""
        assert desk.get(journey).answer["claims"] == {"route": "bus"}

    @pytest.mark.parametrize("options", [(), (MOVABLE,)], ids=["not allowed", "allowed"])
    def test_only_a_step_that_allows_it_is_lent(
        self, make_hook: MakeHook, options: tuple[str, ...]
    ) -> None:
        desk = at_the_step(make_hook(form("route", *options)))
        assert ("_lend" in buttons(shown(desk))) is bool(options)
        before = rows(desk.app)
        assert desk.send(LEND).page == ("lent" if options else "")
        assert (rows(desk.app) != before) is bool(options)

    @pytest.mark.parametrize("flow", [TERMS, NOTICE, SECOND_FACTOR, TOTP])
    def test_no_second_factor_and_no_consent_goes_elsewhere(
        self, make_hook: MakeHook, flow: str
    ) -> None:
        desk = Visitor(make_hook(flow + form("route", MOVABLE)))
        step = desk.arrive().step
        before = rows(desk.app)
        assert "_lend" not in buttons(shown(desk))
        assert (desk.send(LEND).step, shown(desk).page) == (step, "")
        assert rows(desk.app) == before

    def test_a_page_that_is_changed_later_offers_nothing_that_does_not_work(
        self, desk: Visitor
    ) -> None:
        assert "_lend" in buttons(shown(desk))
        desk.send(ROUTE)
        again = desk.send({"_back": "yes"})
        assert again.step == "route"
        assert "_lend" not in buttons(again)


class TestHandoff:
    """The visitor leaves from the phone, and comes back to it."""

    @pytest.fixture
    def desk(self, make_hook: MakeHook) -> Visitor:
        return at_the_step(make_hook(form("nick") + IDENTITY + NOTICE))

    @staticmethod
    def answered(phone: Visitor, clock: Clock | None = None, **changes: Any) -> tuple[str, str]:
        """Go to the peer from the phone; the path to come back to, and the peer's answer.

        With a clock, stay there until the last second of the session there.
        """
        sent = read_answer(phone.send().return_url, OTHER_SECRET)
        if clock:
            clock.turn(sent["exp"] - 1 - clock.now)
            changes = {"iat": clock.now, "exp": clock.now + 60}
        body = {"state": sent["state"], "claims": {"route": "bus"}, "iat": NOW, "exp": NOW + 60}
        body |= {"iss": PEER, "aud": sent["iss"], "redirectUrl": None, **changes}
        return sent["redirectUrl"].removeprefix(ORIGIN), token(secret=OTHER_SECRET, **body)

    def test_the_phone_that_left_brings_the_answer_back(self, desk: Visitor) -> None:
        phone = lent_to_phone(desk)
        path, answer = self.answered(phone)
        query = {"session_token": answer}
        assert Visitor(desk.app).get(path, query_string=query).status == 404
        assert phone.get(path, query_string=query).page == "over"
        assert desk.reload().step == "welcome"
        assert desk.send().answer["claims"]["route"] == "bus"

    def test_whoever_stopped_there_is_back_on_the_phone_and_may_go_again(
        self, desk: Visitor
    ) -> None:
        phone = lent_to_phone(desk)
        path, answer = self.answered(phone, claims=None, error={"message": "user_cancelled"})
        back = phone.get(path, query_string={"session_token": answer})
        assert (back.status, back.step, buttons(back)) == (200, "route", {""})
        path, answer = self.answered(phone)
        assert phone.get(path, query_string={"session_token": answer}).page == "over"

    def test_what_was_begun_on_one_device_does_not_count_on_the_other(self, desk: Visitor) -> None:
        path, begun_here = self.answered(desk)
        desk.get(path)
        phone = lent_to_phone(desk)
        query = {"session_token": begun_here}
        assert phone.get(path, query_string=query).step == "route"
        assert desk.get(path, query_string=query).page == "lent"
        _, begun_there = self.answered(phone)
        assert desk.send(HERE).step == "route"
        query = {"session_token": begun_there}
        assert desk.get(path, query_string=query).step == "route"
        path, answer = self.answered(desk)
        assert desk.get(path, query_string={"session_token": answer}).step == "welcome"

    def test_whoever_stays_there_as_long_as_the_session_lasts_comes_back_in_time(
        self, desk: Visitor, clock: Clock
    ) -> None:
        desk = at_the_step(desk.app, state="long", exp=NOW + 3_000)
        phone = lent_to_phone(desk)
        path, answer = self.answered(phone, clock)
        assert phone.get(path, query_string={"session_token": answer}).page == "over"

    def test_a_refusal_on_the_phone_is_read_and_answered_on_the_desktop(
        self, desk: Visitor
    ) -> None:
        phone = lent_to_phone(desk)
        path, answer = self.answered(phone, claims=None, error={"message": "no_card"})
        assert phone.get(path, query_string={"session_token": answer}).page == "over"
        stopped = desk.get(journey_of(desk))
        assert (stopped.page, "You have no card" in stopped.text) == ("stopped", True)
        assert desk.get(stopped.reader.links[-1]).answer["error"] == {"message": "card_missing"}


class TestThePass:
    """It counts once, for a while, for the browser that took it."""

    def test_whoever_has_its_address_after_it_was_used_learns_and_gets_nothing(
        self, desk: Visitor
    ) -> None:
        path = lend(desk)
        late = scan(desk.app, path)
        phone = take(desk.app, path)
        before = rows(desk.app)
        for seen in (late.send(), late.get(path), Visitor(desk.app).get(path)):
            assert (seen.status, seen.reason) == (404, "pass_unknown")
            assert PERSON not in seen.text
        assert late.get(shown(phone).url).reason == "journey_unknown"
        assert rows(desk.app) == before
        assert phone.send(ROUTE).page == "over"

    def test_the_phone_that_took_it_is_led_on_when_it_presses_twice(self, desk: Visitor) -> None:
        path = lend(desk)
        phone = scan(desk.app, path)
        page = shown(phone)
        assert phone.send().step == "route"
        phone.seen = page
        assert phone.send().step == "route"

    def test_a_phone_that_sends_twice_still_reads_that_it_is_done(self, desk: Visitor) -> None:
        phone = lent_to_phone(desk)
        page = shown(phone)
        assert phone.send(ROUTE).page == "over"
        phone.seen = page
        assert phone.send(ROUTE).page == "over"

    @pytest.mark.parametrize(("passed", "good"), [(599, True), (600, False)])
    @pytest.mark.parametrize("until", ["it is scanned", "it is taken", "the step is sent"])
    def test_it_is_good_for_ten_minutes(
        self, desk: Visitor, clock: Clock, until: str, passed: int, good: bool
    ) -> None:
        desk = at_the_step(desk.app, state="long", exp=NOW + 3_000)
        path = lend(desk)
        phone = Visitor(desk.app)
        todo: list[Callable[[], Seen]] = [
            lambda: phone.get(path),
            phone.send,
            lambda: phone.send(ROUTE),
        ]
        before = ["it is scanned", "it is taken", "the step is sent"].index(until)
        for act in todo[:before]:
            act()
        clock.turn(passed)
        assert (todo[before]().status == 200) is good
        assert (desk.reload().page == "") is not (good and until != "the step is sent")

    @pytest.mark.parametrize(("passed", "good"), [(629, True), (630, False)])
    def test_it_is_never_good_for_longer_than_the_journey(
        self, desk: Visitor, clock: Clock, passed: int, good: bool
    ) -> None:
        clock.turn(300)
        phone = lent_to_phone(desk)
        clock.turn(passed - 300)
        assert (phone.send(ROUTE).page == "over") is good

    @pytest.mark.parametrize("values", [LEND, HERE, ROUTE], ids=["new", "here", "done"])
    @pytest.mark.parametrize("taken", [False, True], ids=["scanned", "taken"])
    def test_a_new_one_or_doing_it_here_ends_it_whether_it_was_taken_or_not(
        self, desk: Visitor, log: Log, values: Values, taken: bool
    ) -> None:
        path = lend(desk)
        phone = (take if taken else scan)(desk.app, path)
        desk.send(values)
        count = done(log)
        # Whoever had it is told that the step is done; else it is no more than unknown.
        status = 200 if taken and values is ROUTE else 404
        assert (phone.send(ROUTE).status, phone.reload().status) == (status, status)
        assert done(log) == count

    def test_after_a_new_one_the_new_one_works(self, desk: Visitor) -> None:
        old = lend(desk)
        new = lend(desk)
        assert old != new
        assert Visitor(desk.app).get(old).reason == "pass_unknown"
        assert take(desk.app, new).send(ROUTE).page == "over"

    def test_a_step_that_is_taken_back_is_done_here(self, desk: Visitor, log: Log) -> None:
        lent_to_phone(desk)
        assert (desk.send(HERE).page, shown(desk).step) == ("", "route")
        assert len(log.events("step_taken_back", step="route")) == 1
        assert desk.send(ROUTE).step == "welcome"

    def test_the_end_of_the_journey_ends_it(self, desk: Visitor) -> None:
        phone = lent_to_phone(desk)
        answer = desk.cancel().answer
        assert phone.send(ROUTE).status == 404
        assert phone.get(journey_of(desk)).return_url == ""
        assert desk.reload().answer == answer

    @pytest.mark.parametrize("opened", ["head", "prefetch", "frame", "preview"])
    def test_whatever_opens_it_ahead_of_time_takes_nothing(
        self, desk: Visitor, opened: str
    ) -> None:
        headers = {"prefetch": {"Sec-Purpose": "prefetch"}, "frame": {"Sec-Fetch-Dest": "iframe"}}
        path, robot = lend(desk), Visitor(desk.app)
        before = rows(desk.app)
        ask = robot.browser.head if opened == "head" else robot.browser.get
        answer = ask(path, base_url=ORIGIN, headers=headers.get(opened, {}))
        assert (answer.status_code == 403) is (opened in headers)
        assert rows(desk.app) == before
        assert take(desk.app, path).send(ROUTE).page == "over"

    @pytest.mark.parametrize(
        ("change", "status"),
        [
            ({"values": {"_csrf": ""}}, 400),
            ({"headers": {"Origin": "https://evil.example"}}, 403),
            ({"headers": {"Origin": "null"}}, 403),
            ({"headers": {"Sec-Fetch-Site": "cross-site"}}, 403),
        ],
    )
    def test_no_other_site_makes_a_phone_take_it(
        self, desk: Visitor, change: dict[str, Any], status: int
    ) -> None:
        phone = scan(desk.app, lend(desk))
        page, before = shown(phone), rows(desk.app)
        assert phone.send(**change).status == status
        assert rows(desk.app) == before
        phone.seen = page
        assert phone.send().step == "route"

    def test_a_phone_whose_form_did_not_count_finds_the_way_back(self, desk: Visitor) -> None:
        phone = scan(desk.app, lend(desk))
        refused = phone.send({"_csrf": ""})
        assert refused.reason == "form_expired"
        for link in refused.reader.links:
            assert phone.get(link).page == "pass"

    def test_the_form_of_one_phone_cannot_be_sent_by_another(self, desk: Visitor) -> None:
        path = lend(desk)
        phone, victim = scan(desk.app, path), scan(desk.app, path)
        victim.seen = shown(phone)
        assert victim.send().reason == "form_expired"
        bare = Visitor(desk.app)
        bare.seen = shown(phone)
        assert bare.send().reason == "form_expired"
        assert phone.send().step == "route"

    def test_it_stands_in_no_log_line_and_opens_in_no_column(self, desk: Visitor, log: Log) -> None:
        path = lend(desk)
        phone = take(desk.app, path)
        Visitor(desk.app).get(path)
        secret = path.rpartition("/")[2]
        assert secret not in log
        assert "pass_taken" in log
        assert secret.encode() not in repr(rows(desk.app)).encode()
        assert secret not in shown(phone).html + desk.reload().html

    def test_it_opens_nothing_by_another_path(self, desk: Visitor) -> None:
        path, own = lend(desk), journey_of(desk)
        other = at_the_step(desk.app, state="another")
        swapped = path.replace(own.split("/")[2], lend(other).split("/")[3])
        before = rows(desk.app)
        for wrong in (path.replace("/kauri/", "/rimu/"), swapped, f"{path}x", f"{path[:-1]}ā"):
            seen = Visitor(desk.app).get(wrong)
            assert seen.status == 404
            assert "Set-Cookie" not in seen.response.headers
        assert rows(desk.app) == before
        assert take(desk.app, path).send(ROUTE).page == "over"

    def test_the_browser_that_lends_may_take_it_and_is_not_locked_out(self, desk: Visitor) -> None:
        own = Visitor(desk.app, desk.browser)
        assert own.get(lend(desk)).page == "pass"
        own.send()
        if shown(own).page == "lent":
            own.send(HERE)
        assert own.send(ROUTE).step == "welcome"


class TestTheGuest:
    """A phone with a pass has one step, and nothing else of the journey."""

    @pytest.mark.parametrize(
        ("path", "status"),
        [("", 200), ("/route", 200), ("/nick", 200), ("/welcome", 200), ("/cancel", 404)],
    )
    def test_every_page_is_its_own_or_none(self, desk: Visitor, path: str, status: int) -> None:
        phone = lent_to_phone(desk)
        before = rows(desk.app)
        seen = phone.get(journey_of(desk) + path)
        assert (seen.status, seen.step) == (status, "route" if status == 200 else "")
        assert rows(desk.app) == before

    @pytest.mark.parametrize(
        ("path", "values"),
        [
            ("/route", {"route": "bus", **LEND}),
            ("/route", {"route": "bus", **HERE}),
            ("/route", {"route": "bus", "_back": "yes"}),
            ("/nick", {"nick": "Eve"}),
            ("/welcome", {}),
            ("/cancel", {"reason": "user_cancelled"}),
        ],
    )
    def test_nothing_else_can_be_sent(self, desk: Visitor, path: str, values: Values) -> None:
        phone = lent_to_phone(desk)
        page, before = shown(phone), rows(desk.app)
        phone.send(values, path=journey_of(desk) + path)
        assert rows(desk.app) == before
        phone.seen = page
        assert phone.send(ROUTE).page == "over"
        assert rows(desk.app) != before

    def test_a_phone_with_a_journey_of_its_own_keeps_both_apart(self, desk: Visitor) -> None:
        phone = Visitor(desk.app)
        own = phone.arrive(state="own", claims={"name": "Wiremu", "email": "w@kauri.example"})
        phone.get(lend(desk))
        assert "Wiremu" not in phone.send().text
        assert phone.send(ROUTE).page == "over"
        assert phone.get(own.url).step == "nick"
        assert phone.cancel().answer["state"] == "own"
        assert desk.get(journey_of(desk)).step == "welcome"

    def test_something_after_its_address_does_not_say_that_it_is_done(self, desk: Visitor) -> None:
        path = shown(desk).url
        assert desk.get(path, query_string={"from": "mail"}).step == "route"
        phone = lent_to_phone(desk)
        assert phone.get(path, query_string={"from": "mail"}).step == "route"

    @pytest.mark.parametrize("outcome", ["stay", "leave"])
    def test_what_did_not_count_because_of_another_tab_does_not_say_that_it_is_done(
        self, make_hook: MakeHook, monkeypatch: pytest.MonkeyPatch, log: Log, outcome: str
    ) -> None:
        desk = at_the_step(make_hook(contested(Revised)))
        tab = Visitor(desk.app, desk.browser)
        tab.seen = shown(desk)
        phone = lent_to_phone(desk)
        went_back = partial(tab.send, {"_back": "yes", "who": "typed"})
        monkeypatch.setattr(Meddled, "meanwhile", staticmethod(went_back))
        again = phone.send({"who": "me", "outcome": outcome})
        assert done(log) == 0
        assert (again.status, again.step) == (200, "route")
        assert phone.send({"who": "me"}).page == "over"

    @pytest.mark.parametrize(
        ("kind", "step", "values", "counts"),
        [
            (Revised, "route", {"_back": "yes", "who": "typed"}, True),
            (Hinges, "nick", {"nick": "Pek"}, True),
            (Hinges, "nick", {"nick": "Eve"}, False),
            (Revised, "nick", {"nick": "Eve"}, True),
            (Revised, "route", LEND, False),
            (Revised, "route", HERE, False),
        ],
        ids=["a draft", "same", "something else", "no use of it", "a new pass", "taken back"],
    )
    def test_what_it_sends_counts_unless_it_is_about_something_else_meanwhile(
        self,
        make_hook: MakeHook,
        monkeypatch: pytest.MonkeyPatch,
        log: Log,
        kind: type[Contested],
        step: str,
        values: Values,
        counts: bool,
    ) -> None:
        desk = at_the_step(make_hook(contested(kind)))
        tab = Visitor(desk.app, desk.browser)
        tab.seen = shown(desk)
        phone = lent_to_phone(desk)
        happens = partial(tab.send, values, path=f"{journey_of(desk)}/{step}")
        monkeypatch.setattr(Meddled, "meanwhile", staticmethod(happens))
        answered = phone.send({"who": "me"})
        assert done(log) == counts
        assert (desk.get(journey_of(desk)).step == "welcome") is counts
        if counts:
            assert answered.page == "over"
            said = {"nick": values.get("nick", "Pek"), "who": "me"}
            assert desk.send().answer["claims"] == said

    def test_what_is_sent_here_counts_although_it_was_lent_meanwhile(
        self, make_hook: MakeHook, monkeypatch: pytest.MonkeyPatch, log: Log
    ) -> None:
        desk = at_the_step(make_hook(contested(Contested)))
        tab = Visitor(desk.app, desk.browser)
        tab.seen = shown(desk)
        monkeypatch.setattr(Meddled, "meanwhile", staticmethod(partial(tab.send, LEND)))
        assert desk.send({"who": "me"}).step == "welcome"
        assert len(log.events("step_lent")) == done(log) == 1
        assert Visitor(desk.app).get(pass_of(desk)).reason == "pass_unknown"


class TestChangedFlow:
    """The hook was started anew with another flow while a phone holds a pass."""

    @pytest.mark.parametrize("before", ["", TERMS], ids=["same", "a step before it"])
    def test_a_phone_never_does_a_step_that_was_not_lent(
        self, desk: Visitor, make_hook: MakeHook, before: str
    ) -> None:
        phone = lent_to_phone(desk)
        page, app = shown(phone), make_hook(before + FLOW + RIMU)
        there = Tab.of(phone).open(app)
        there.seen = page
        step = "terms" if before else "route"
        path = f"{journey_of(phone)}/{step}"
        was = rows(app)
        assert there.send({"answer": "accept", **ROUTE}, path=path).page == "over"
        assert (rows(app) == was) is bool(before)

    def test_a_step_that_is_gone_leaves_the_phone_with_nothing(
        self, desk: Visitor, make_hook: MakeHook
    ) -> None:
        phone = lent_to_phone(desk)
        app = make_hook(form("nick") + NOTICE + RIMU)
        assert shown(Tab.of(phone).open(app)).page == "over"
        assert Tab.of(desk).open(app).reload().step == "welcome"


class TestAtOneMoment:
    """Many at once, on both databases."""

    MANY = 12

    def test_of_many_phones_one_takes_the_pass(
        self, make_hook: MakeHook, database: str, log: Log
    ) -> None:
        path = lend(desk := at_the_step(make_hook(FLOW, database=database)))

        def agree(app: Flask, number: int, go: Go) -> Reached:
            phone = scan(app, path)
            go()
            return reached(phone.send())

        got = [(each.step, each.reason) for each in crowd(desk.app, self.MANY, agree)]
        assert sorted(got) == [("", "pass_unknown")] * (self.MANY - 1) + [("route", "")]
        assert len(log.events("pass_taken")) == 1

    def test_of_desktop_and_phone_one_does_the_step(
        self, make_hook: MakeHook, database: str, log: Log
    ) -> None:
        desk = at_the_step(make_hook(contested(Contested), database=database))
        path = shown(desk).url
        tabs = (Tab.of(desk), Tab.of(lent_to_phone(desk)))

        def finish(app: Flask, number: int, go: Go) -> Reached:
            tab = tabs[number % 2].open(app)
            go()
            return reached(tab.send({"who": ("desk", "phone")[number % 2]}, path=path))

        ends = crowd(desk.app, self.MANY, finish)
        assert {each.step for each in ends[::2]} == {"welcome"}
        assert {(each.step, each.return_url) for each in ends[1::2]} == {("", "")}
        assert done(log) == 1
        desk.get(journey_of(desk))
        assert desk.send().answer["claims"]["who"] in ("desk", "phone")
