"""email_code: a code by mail, to one address, in one journey, a few times; it is no factor."""

import itertools
import re
from collections.abc import Iterator
from email.message import EmailMessage
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from hook.errors import ConfigError
from hook.factors import numbers
from hook.testing.example import post
from hook.testing.hooks import NOTICE, Clock, MakeHook
from hook.testing.mail import SENDER, MailSink, toml
from hook.testing.visitor import Seen, Visitor
from hook.testing.watch import Log, rows, watched_log
from tests.support.crowd import Go, Reached, Tab, crowd, reached

RIPEKA = "ripeka@kauri.example"
OTHER = "kete@elsewhere.example"
TYPED = ('ask = "always"', 'address_claim = "contact"')
CLAIMS = ('address_claim = "contact"', 'verified_claim = "contact_verified"')
LIMIT, MANY, MAILS, TO_ONE = 5, 50, 6, 12
SPENT = "We can’t send more mails now. Use the newest one, or come back in an hour."
MINUTE, HOUR = 60, 3_600
FULL_WIDTH = {ord("0") + digit: chr(0xFF10 + digit) for digit in range(10)}
_NO_CLAIM = object()
_states = itertools.count()


def mail_step(*options: str, name: str = "mail") -> str:
    head = ("[[tenants.kauri.steps]]", 'kind = "email_code"', f'name = "{name}"')
    return "\n".join(("", *head, 'title = "Your address"', *options, ""))


@pytest.fixture
def sink() -> Iterator[MailSink]:
    with MailSink() as sink:
        yield sink


@pytest.fixture
def log() -> Iterator[Log]:
    with watched_log() as log:
        yield log


@pytest.fixture
def app(make_hook: MakeHook, sink: MailSink) -> Flask:
    """A hook that sends to the address of the arrival."""
    return make_hook(mail_step(*CLAIMS) + NOTICE + toml(sink))


@pytest.fixture
def asking(make_hook: MakeHook, sink: MailSink) -> Flask:
    """A hook that lets visitors type the address."""
    return make_hook(mail_step(*TYPED) + NOTICE + toml(sink))


def come(app: Flask, clock: Clock, **changes: Any) -> Visitor:
    """Begin a journey of three hours in a new browser."""
    visitor = Visitor(app)
    dates = {"iat": clock.now, "exp": clock.now + 3 * HOUR, "state": f"mail-{next(_states)}"}
    visitor.arrive(**{**dates, **changes})
    return visitor


def send_code(app: Flask, clock: Clock, address: str = "", **changes: Any) -> Visitor:
    """Begin a journey and have a code sent."""
    visitor = come(app, clock, **changes)
    assert asks_code(visitor.send({"email": address} if address else {}))
    return visitor


def asks_code(page: Seen) -> bool:
    return page.step == "mail" and page.reader.labels == ["code"]


def asks_address(page: Seen) -> bool:
    return page.step == "mail" and page.reader.labels == ["email"]


def code_in(mail: EmailMessage) -> str:
    (found,) = re.findall(r"(\d{4} \d{4}) is your code", mail.get_content())
    return str(found).replace(" ", "")


def wrong(code: str, by: int = 1) -> str:
    return f"{(int(code) + by) % 10**8:08}"


def again(visitor: Visitor) -> Seen:
    return visitor.send({"do": "again"})


def counted(app: Flask) -> tuple[int, int]:
    """How many guesses were counted: in a row, and this hour."""
    (row,) = rows(app)["guesses"] or [{"lock": "email_code", "in_a_row": 0, "this_hour": 0}]
    assert row["lock"] == "email_code"
    return row["in_a_row"], row["this_hour"]


def leave(visitor: Visitor) -> dict[str, Any]:
    """Go on from the page that says why the journey was stopped."""
    assert visitor.seen is not None
    assert visitor.seen.page == "stopped"
    return visitor.get(visitor.seen.url, query_string={"leave": "yes"}).answer


# Where the code goes


def test_a_code_goes_to_the_address_of_the_arrival_when_the_button_is_pressed(
    app: Flask, clock: Clock, sink: MailSink
) -> None:
    visitor = come(app, clock)
    assert visitor.seen is not None
    assert RIPEKA in visitor.seen.text
    assert visitor.seen.reader.labels == []
    assert sink.messages == []
    page = visitor.send()
    assert asks_code(page)
    assert RIPEKA in page.text
    assert sink.recipients == [RIPEKA]


def test_a_typed_address_is_ignored_where_the_arrival_has_one(
    app: Flask, clock: Clock, sink: MailSink
) -> None:
    visitor = come(app, clock)
    visitor.send({"email": OTHER})
    visitor.send({"do": "other"})
    assert sink.recipients == [RIPEKA]
    assert OTHER not in visitor.reload().text


@pytest.mark.parametrize(
    ("contact", "asked"), [(OTHER, False), (None, True), ("", True), (_NO_CLAIM, True)]
)
def test_the_address_is_asked_for_where_the_arrival_has_none(
    make_hook: MakeHook, clock: Clock, sink: MailSink, contact: object, asked: bool
) -> None:
    app = make_hook(mail_step('from_arrival = "contact_email"') + NOTICE + toml(sink))
    claims: dict[str, object] = {"name": "Ripeka", "email": RIPEKA}
    if contact is not _NO_CLAIM:
        claims["contact_email"] = contact
    visitor = come(app, clock, claims=claims)
    assert visitor.seen is not None
    assert asks_address(visitor.seen) is asked
    assert asks_code(visitor.send({"email": "typed@kauri.example"}))
    assert sink.recipients == ["typed@kauri.example" if asked else OTHER]


@pytest.mark.parametrize(
    "contact",
    [
        OTHER, "nobody", " ", 17, 0, False, [OTHER], [], {"value": OTHER}, {},
        "a" * 64 + "@" + "b" * 60 + ".example", "=?utf-8?q?a?=@kauri.example",
    ],
    ids=repr,
)  # fmt: skip
@pytest.mark.parametrize("ask", ["if_missing", "never", "always"])
def test_an_address_that_is_there_and_cannot_be_used_is_not_missing(
    make_hook: MakeHook, clock: Clock, sink: MailSink, ask: str, contact: object
) -> None:
    """Else a slip in the tenant’s data would let visitors name any address."""
    options = ('from_arrival = "contact_email"', f'ask = "{ask}"')
    app = make_hook(mail_step(*options) + NOTICE + toml(sink))
    claims = {"name": "Ripeka", "email": RIPEKA, "contact_email": contact}
    visitor = come(app, clock, claims=claims)
    assert visitor.seen is not None
    if contact == OTHER or ask == "always":
        assert asks_address(visitor.seen) is (ask == "always")
        assert asks_code(visitor.send({"email": OTHER}))
        assert sink.recipients == [OTHER]
        return
    assert "no e-mail address" in visitor.seen.text
    assert leave(visitor)["error"] == {"message": "email_missing"}
    assert sink.greetings == []


def test_asked_always_the_address_of_the_arrival_is_only_a_proposal(
    asking: Flask, clock: Clock, sink: MailSink
) -> None:
    visitor = come(asking, clock)
    assert visitor.seen is not None
    assert asks_address(visitor.seen)
    (field,) = (each for each in visitor.seen.reader.controls if each.get("name") == "email")
    assert field["value"] == RIPEKA
    assert asks_code(visitor.send({"email": f"  {OTHER} "}))
    assert sink.recipients == [OTHER]


@pytest.mark.parametrize("contact", [OTHER, None])
def test_asked_never_a_journey_without_an_address_ends_and_says_why(
    make_hook: MakeHook, clock: Clock, sink: MailSink, contact: str | None
) -> None:
    options = ('from_arrival = "contact_email"', 'ask = "never"')
    app = make_hook(mail_step(*options) + NOTICE + toml(sink))
    claims = {"name": "Ripeka", "email": RIPEKA, "contact_email": contact}
    visitor = come(app, clock, claims=claims)
    assert visitor.seen is not None
    if contact:
        assert visitor.seen.step == "mail"
        return
    assert "no e-mail address" in visitor.seen.text
    assert "ask the organisation" in visitor.seen.text
    assert leave(visitor)["error"] == {"message": "email_missing"}
    assert sink.greetings == []


def test_another_address_can_be_taken_where_addresses_are_asked_for(
    asking: Flask, clock: Clock, sink: MailSink
) -> None:
    visitor = send_code(asking, clock, "mistyped@kauri.example")
    old = code_in(sink.messages[0])
    assert asks_address(visitor.send({"do": "other"}))
    clock.turn(MINUTE)
    assert asks_code(visitor.send({"email": OTHER}))
    assert sink.recipients == ["mistyped@kauri.example", OTHER]
    assert visitor.send({"code": old}).status == 422
    assert visitor.send({"code": code_in(sink.messages[1])}).step == "welcome"
    assert visitor.send().answer["claims"] == {"contact": OTHER}


def test_another_address_is_no_way_round_the_minute(
    asking: Flask, clock: Clock, sink: MailSink
) -> None:
    visitor = send_code(asking, clock, OTHER)
    visitor.send({"do": "other"})
    clock.turn(MINUTE - 1)
    page = visitor.send({"email": RIPEKA})
    assert (page.status, asks_address(page)) == (422, True)
    assert "in 1 second." in page.text
    clock.turn(1)
    assert asks_code(visitor.send({"email": RIPEKA}))
    assert sink.recipients == [OTHER, RIPEKA]


# Nothing is sent by looking


def test_looking_sends_nothing(app: Flask, clock: Clock, sink: MailSink) -> None:
    visitor = come(app, clock)
    assert visitor.seen is not None
    tab = Tab.of(visitor)
    visitor.reload()
    visitor.browser.head(visitor.seen.url, base_url=visitor.origin)
    tab.open(app).reload()
    visitor.get(visitor.seen.url.rpartition("/")[0])
    assert sink.greetings == []
    assert rows(app)["attempts"] == []
    assert asks_code(visitor.send())
    visitor.reload()
    tab.open(app).reload()
    visitor.browser.head(visitor.seen.url, base_url=visitor.origin)
    assert len(sink.messages) == 1


def test_a_double_submission_sends_one_mail(app: Flask, clock: Clock, sink: MailSink) -> None:
    visitor = come(app, clock)
    first = visitor.seen
    visitor.send()
    visitor.seen = first
    assert asks_code(visitor.send())
    assert len(sink.messages) == 1
    assert visitor.send({"code": code_in(sink.messages[0])}).step == "welcome"


def test_a_double_submission_is_no_mistake_of_the_visitor(app: Flask, clock: Clock) -> None:
    visitor = come(app, clock)
    first = visitor.seen
    assert visitor.send().status == 200
    visitor.seen = first
    page = visitor.send()
    assert (page.status, "There is a problem" in page.text) == (200, False)


@pytest.mark.parametrize("do", ["again", "other", ""])
def test_the_form_of_the_page_before_is_not_judged_on_the_next_one(
    asking: Flask, clock: Clock, sink: MailSink, log: Log, do: str
) -> None:
    visitor = come(asking, clock)
    first = visitor.seen
    visitor.send({"email": OTHER})
    clock.turn(MINUTE)
    second, visitor.seen = visitor.seen, first
    page = visitor.send({"email": RIPEKA, "code": wrong(code_in(sink.messages[0])), "do": do})
    assert (page.status, asks_code(page)) == (200, True)
    assert log.reasons("step_stays") == ["code_sent", "page_changed"]
    assert counted(asking) == (0, 0)
    assert sink.recipients == [OTHER]
    visitor.seen = second
    assert visitor.send({"code": code_in(sink.messages[0])}).step == "welcome"


def test_each_page_says_which_it_is(app: Flask, clock: Clock) -> None:
    visitor = come(app, clock)
    pages = [visitor.seen, visitor.send(), visitor.send({"code": ""})]
    assert [page.reader.hidden["page"] for page in pages if page] == ["address", "code", "code"]


def send_in(
    tab: Tab, values: list[dict[str, str | list[str]]], app: Flask, n: int, go: Go
) -> Reached:
    """Send a form in a tab, when all others do."""
    visitor = tab.open(app)
    go()
    return reached(visitor.send(values[n % len(values)]))


@pytest.mark.parametrize("count", [2, 8])
def test_many_submissions_at_once_send_one_mail(
    make_hook: MakeHook, database: str, clock: Clock, sink: MailSink, count: int
) -> None:
    app = make_hook(mail_step() + NOTICE + toml(sink), database)
    visitor = come(app, clock)
    ends = crowd(app, count, partial(send_in, Tab.of(visitor), [{}]))
    assert {end.step for end in ends} == {"mail"}
    assert len(sink.messages) == 1
    assert asks_code(visitor.reload())
    assert visitor.send({"code": code_in(sink.messages[0])}).step == "welcome"


def test_a_double_click_costs_two_of_the_six_mails_at_most(
    make_hook: MakeHook, database: str, clock: Clock, sink: MailSink
) -> None:
    """Each is counted before it is kept, so that many at once are never more than six."""
    app = make_hook(mail_step() + NOTICE + toml(sink), database)
    visitor = come(app, clock)
    crowd(app, 2, partial(send_in, Tab.of(visitor), [{}]))
    assert len(sink.messages) == 1
    visitor.reload()
    for _ in range(MAILS - 2):
        clock.turn(MINUTE)
        assert again(visitor).status == 200
    assert len(sink.messages) == MAILS - 1
    for _ in range(2):
        clock.turn(MINUTE)
        last = again(visitor)
    assert last.status == 422
    assert SPENT in last.text
    assert len(sink.messages) in (MAILS - 1, MAILS)
    assert visitor.send({"code": code_in(sink.messages[-1])}).step == "welcome"


def test_several_resends_at_once_send_one_mail(
    make_hook: MakeHook, database: str, clock: Clock, sink: MailSink
) -> None:
    app = make_hook(mail_step() + NOTICE + toml(sink), database)
    visitor = send_code(app, clock)
    clock.turn(MINUTE)
    crowd(app, 5, partial(send_in, Tab.of(visitor), [{"do": "again"}]))
    assert len(sink.messages) == 2
    visitor.reload()
    assert visitor.send({"code": code_in(sink.messages[1])}).step == "welcome"


# The code


def test_the_right_code_is_right(app: Flask, clock: Clock, sink: MailSink, log: Log) -> None:
    visitor = send_code(app, clock)
    assert visitor.send({"code": code_in(sink.messages[0])}).step == "welcome"
    assert log.reasons("step_stays") == ["code_sent"]
    assert log.reasons("step_done") == ["address_read"]


def test_a_wrong_code_is_wrong_and_counts(app: Flask, clock: Clock, sink: MailSink) -> None:
    visitor = send_code(app, clock)
    code = code_in(sink.messages[0])
    page = visitor.send({"code": wrong(code)})
    assert (page.status, asks_code(page)) == (422, True)
    assert "That code isn’t right" in page.text
    assert counted(app) == (1, 1)
    assert visitor.send({"code": code}).step == "welcome"
    assert counted(app) == (0, 2)


@pytest.mark.parametrize(("seconds", "good"), [(599, True), (600, False)])
def test_a_code_is_good_for_ten_minutes(
    app: Flask, clock: Clock, sink: MailSink, seconds: int, good: bool
) -> None:
    visitor = send_code(app, clock)
    clock.turn(seconds)
    page = visitor.send({"code": code_in(sink.messages[0])})
    assert page.step == ("welcome" if good else "mail")
    if not good:
        assert "older than ten minutes" in page.text
        assert asks_code(again(visitor))
        assert visitor.send({"code": code_in(sink.messages[1])}).step == "welcome"


@pytest.mark.parametrize("typed", ["{0}{1}", " {0} {1} ", "{0}-{1}", "{0}\u00a0{1}", "{0}\t{1}"])
def test_a_code_may_be_typed_with_what_stands_between(
    app: Flask, clock: Clock, sink: MailSink, typed: str
) -> None:
    visitor = send_code(app, clock)
    code = code_in(sink.messages[0])
    assert visitor.send({"code": typed.format(code[:4], code[4:])}).step == "welcome"


def test_what_is_no_code_is_told_and_not_counted(
    app: Flask, clock: Clock, sink: MailSink, log: Log
) -> None:
    visitor = send_code(app, clock)
    code = code_in(sink.messages[0])
    odd = [
        "",
        code[:7],
        code + "0",
        code.translate(FULL_WIDTH),
        f"{code[:7]}²",
        "12e45678",
        "a" * 8,
    ]
    for typed in odd:
        page = visitor.send({"code": typed})
        assert (page.status, asks_code(page)) == (422, True)
        assert "Type the eight digits from the mail." in page.text
    assert counted(app) == (0, 0)
    assert log.reasons("step_stays") == ["code_sent", *["not_a_code"] * len(odd)]
    assert visitor.send({"code": code}).step == "welcome"


def test_a_code_is_for_one_journey(app: Flask, clock: Clock, sink: MailSink) -> None:
    one, two = send_code(app, clock), send_code(app, clock)
    first, second = map(code_in, sink.messages)
    assert one.send({"code": second}).status == 422
    assert one.send({"code": first}).step == "welcome"
    assert two.send({"code": first}).status == 422
    assert two.send({"code": second}).step == "welcome"


def test_a_code_is_for_one_person(app: Flask, clock: Clock, sink: MailSink) -> None:
    mere = {"name": "Mere", "email": "mere@kauri.example"}
    one, two = send_code(app, clock), send_code(app, clock, claims=mere)
    first, second = map(code_in, sink.messages)
    assert two.send({"code": first}).status == 422
    assert two.send({"code": second}).step == "welcome"
    assert one.send({"code": first}).step == "welcome"


def test_a_code_is_for_one_step(make_hook: MakeHook, clock: Clock, sink: MailSink) -> None:
    app = make_hook(mail_step() + mail_step(name="again") + NOTICE + toml(sink))
    visitor = send_code(app, clock)
    first = code_in(sink.messages[0])
    assert visitor.send({"code": first}).step == "again"
    visitor.send()
    assert visitor.send({"code": first}).step == "again"
    assert visitor.send({"code": code_in(sink.messages[1])}).step == "welcome"


def test_only_the_newest_code_is_good(app: Flask, clock: Clock, sink: MailSink) -> None:
    visitor = send_code(app, clock)
    clock.turn(MINUTE)
    assert asks_code(again(visitor))
    first, second = map(code_in, sink.messages)
    assert visitor.send({"code": first}).status == 422
    assert visitor.send({"code": second}).step == "welcome"


def test_a_code_cannot_be_typed_before_one_was_sent(
    app: Flask, clock: Clock, sink: MailSink
) -> None:
    visitor = come(app, clock)
    page = visitor.send({"code": "00000000", "page": "code"})
    assert (page.status, page.reader.labels) == (200, []), "it says that it is of the next page"
    assert sink.messages == []
    assert asks_code(visitor.send({"code": "00000000"}))
    assert len(sink.messages) == 1
    assert counted(app) == (0, 0)


# Another mail


@pytest.mark.parametrize("seconds", [0, 1, 59, 60])
def test_another_mail_is_sent_after_a_minute_and_before_that_the_page_says_how_long(
    app: Flask, clock: Clock, sink: MailSink, seconds: int
) -> None:
    visitor = send_code(app, clock)
    clock.turn(seconds)
    page = again(visitor)
    assert asks_code(page)
    assert len(sink.messages) == (2 if seconds == MINUTE else 1)
    if seconds < MINUTE:
        assert page.status == 422
        wait = MINUTE - seconds
        assert f"in {wait} second{'' if wait == 1 else 's'}." in page.text
        assert visitor.send({"code": code_in(sink.messages[0])}).step == "welcome"


def test_one_second_is_not_called_seconds(app: Flask, clock: Clock) -> None:
    visitor = send_code(app, clock)
    clock.turn(MINUTE - 1)
    assert "1 seconds" not in again(visitor).text


def test_another_mail_does_not_start_the_count_anew(
    app: Flask, clock: Clock, sink: MailSink
) -> None:
    visitor = send_code(app, clock)
    for by in range(1, LIMIT):
        assert asks_code(visitor.send({"code": wrong(code_in(sink.messages[0]), by)}))
    clock.turn(MINUTE)
    again(visitor)
    page = visitor.send({"code": wrong(code_in(sink.messages[1]))})
    assert page.page == "stopped"
    assert "You can try again in 5 minutes." in page.text
    assert leave(visitor)["error"] == {"message": "factor_locked"}


def test_after_four_wrong_codes_and_another_mail_the_right_code_is_right(
    app: Flask, clock: Clock, sink: MailSink
) -> None:
    visitor = send_code(app, clock)
    for by in range(1, LIMIT):
        assert asks_code(visitor.send({"code": wrong(code_in(sink.messages[0]), by)}))
    clock.turn(MINUTE)
    again(visitor)
    assert visitor.send({"code": code_in(sink.messages[1])}).step == "welcome"


def _lock(app: Flask, clock: Clock, sink: MailSink) -> None:
    visitor = send_code(app, clock)
    code = code_in(sink.messages[-1])
    for by in range(1, LIMIT + 1):
        page = visitor.send({"code": wrong(code, by)})
    assert page.page == "stopped"


@pytest.mark.parametrize(("seconds", "step"), [(299, ""), (300, "mail")])
def test_a_lock_holds_in_new_journeys_until_its_time_is_over(
    app: Flask, clock: Clock, sink: MailSink, seconds: int, step: str
) -> None:
    _lock(app, clock, sink)
    clock.turn(seconds)
    visitor = come(app, clock)
    assert visitor.seen is not None
    assert visitor.seen.step == step
    if step:
        visitor.send()
        assert visitor.send({"code": code_in(sink.messages[-1])}).step == "welcome"


def test_a_lock_of_one_person_is_none_of_another(app: Flask, clock: Clock, sink: MailSink) -> None:
    _lock(app, clock, sink)
    send_code(app, clock, claims={"name": "Mere", "email": "mere@kauri.example"})
    assert sink.recipients[-1] == "mere@kauri.example"


def test_the_right_code_does_not_open_a_lock_that_closed_elsewhere(
    app: Flask, clock: Clock, sink: MailSink
) -> None:
    waiting = send_code(app, clock)
    code = code_in(sink.messages[0])
    _lock(app, clock, sink)
    assert waiting.send({"code": code}).page == "stopped"
    assert counted(app) == (LIMIT, LIMIT)


@pytest.mark.parametrize("again", [False, True])
@pytest.mark.parametrize("closed", [True, False])
def test_no_mail_is_sent_to_whoever_could_not_use_its_code(
    app: Flask, clock: Clock, sink: MailSink, again: bool, closed: bool
) -> None:
    waiting = send_code(app, clock) if again else come(app, clock)
    clock.turn(MINUTE)
    if closed:
        _lock(app, clock, sink)
    sent = len(sink.messages)
    page = waiting.send({"do": "again"} if again else {})
    assert (page.page == "stopped", asks_code(page)) == (closed, not closed)
    assert len(sink.messages) == sent + (not closed)
    if closed:
        assert leave(waiting)["error"] == {"message": "factor_locked"}
    else:
        assert waiting.send({"code": code_in(sink.messages[-1])}).step == "welcome"


def test_a_guess_at_a_closed_lock_leads_to_the_page_that_says_so(
    app: Flask, clock: Clock, sink: MailSink
) -> None:
    waiting, other = send_code(app, clock), send_code(app, clock)
    first, second = map(code_in, sink.messages)
    assert waiting.seen is not None
    assert other.seen is not None
    reply = post(other, other.seen.url, {"code": second})
    assert other.get(reply.headers["Location"]).step == "welcome"
    _lock(app, clock, sink)
    reply = post(waiting, waiting.seen.url, {"code": first})
    assert reply.status_code == 303
    assert waiting.get(reply.headers["Location"]).page == "stopped"


def test_wrong_codes_count_over_journeys(app: Flask, clock: Clock, sink: MailSink) -> None:
    for _ in range(LIMIT - 1):
        visitor = send_code(app, clock)
        assert asks_code(visitor.send({"code": wrong(code_in(sink.messages[-1]))}))
    last = send_code(app, clock)
    assert last.send({"code": wrong(code_in(sink.messages[-1]))}).page == "stopped"


def test_six_mails_an_hour_whatever_the_journeys_and_addresses(
    asking: Flask, clock: Clock, sink: MailSink
) -> None:
    for number in range(MAILS):
        send_code(asking, clock, f"a{number}@kauri.example")
        clock.turn(MINUTE)
    seventh = come(asking, clock)
    page = seventh.send({"email": "a6@kauri.example"})
    assert (page.status, asks_address(page)) == (422, True)
    assert SPENT in page.text
    assert len(sink.messages) == MAILS
    clock.turn(HOUR - MAILS * MINUTE - 1)
    assert seventh.send({"email": "a6@kauri.example"}).status == 422
    clock.turn(1)
    assert asks_code(seventh.send({"email": "a6@kauri.example"}))
    assert len(sink.messages) == MAILS + 1


def test_six_mails_an_hour_in_one_journey(app: Flask, clock: Clock, sink: MailSink) -> None:
    visitor = send_code(app, clock)
    for _ in range(MAILS - 1):
        clock.turn(MINUTE)
        assert again(visitor).status == 200
    clock.turn(MINUTE)
    assert again(visitor).status == 422
    assert len(sink.messages) == MAILS
    assert visitor.send({"code": code_in(sink.messages[-1])}).step == "welcome"


def test_mails_of_one_person_are_not_counted_to_another(
    app: Flask, clock: Clock, sink: MailSink
) -> None:
    for _ in range(MAILS):
        send_code(app, clock)
    assert come(app, clock).send().status == 422
    send_code(app, clock, claims={"name": "Mere", "email": "mere@kauri.example"})
    assert len(sink.messages) == MAILS + 1


def test_twelve_mails_an_hour_to_one_address_whoever_asks(
    asking: Flask, clock: Clock, sink: MailSink
) -> None:
    """Else whoever has many names fills somebody's mailbox."""

    def person(number: int) -> Visitor:
        mail = f"person{number}@kauri.example"
        return come(asking, clock, claims={"name": "Somebody", "email": mail})

    for number in range(TO_ONE):
        spelled = OTHER if number % 2 else OTHER.upper()
        assert asks_code(person(number).send({"email": spelled}))
        clock.turn(1)
    last = person(TO_ONE)
    page = last.send({"email": OTHER})
    assert (page.status, asks_address(page)) == (422, True)
    assert SPENT in page.text
    assert len(sink.messages) == TO_ONE
    assert asks_code(person(TO_ONE + 1).send({"email": RIPEKA})), "another address has its own"
    assert sink.recipients[-1] == RIPEKA
    clock.turn(HOUR - TO_ONE - 1)
    assert last.send({"email": OTHER}).status == 422
    clock.turn(1)
    assert asks_code(last.send({"email": OTHER}))
    assert sink.recipients[-1] == OTHER
    assert len(sink.messages) == TO_ONE + 2


def test_what_is_refused_costs_no_mail(asking: Flask, clock: Clock, sink: MailSink) -> None:
    visitor = come(asking, clock)
    for _ in range(MAILS + 1):
        assert visitor.send({"email": "nobody"}).status == 422
    assert asks_code(visitor.send({"email": OTHER}))
    for _ in range(MAILS + 1):
        assert again(visitor).status == 422
    clock.turn(MINUTE)
    assert again(visitor).status == 200
    assert len(sink.messages) == 2


# Addresses


@pytest.mark.parametrize(
    "address",
    [
        "",
        "nobody",
        "@kauri.example",
        "a@",
        "a@localhost",
        "a@kauri.example\r\nBcc: evil@kauri.example",
        "a@kauri.example\nSubject: mine",
        "a\r\n@kauri.example",
        "a@kauri.example,b@kauri.example",
        "a@kauri.example;b@kauri.example",
        "a@kauri.example b@kauri.example",
        "<a@kauri.example>",
        "Ripeka <a@kauri.example>",
        '"a b"@kauri.example',
        "a(b)@kauri.example",
        "a@b@kauri.example",
        "a@[127.0.0.1]",
        "a\x00@kauri.example",
        "a\u2028@kauri.example",
        "ā@kauri.example",
        "a@kāuri.example",
        "a@kauri..example",
        "a@-kauri.example",
        "a" * 65 + "@kauri.example",
        "a@" + ".".join(["b" * 60] * 4),
        "=?utf-8?q?a=0d=0aBcc:_evil=40kauri.example?=@kauri.example",
        "=?utf-8?q?a?=@kauri.example",
    ],
)
def test_an_odd_address_is_refused_on_the_page(
    asking: Flask, clock: Clock, sink: MailSink, address: str
) -> None:
    visitor = come(asking, clock)
    page = visitor.send({"email": address})
    assert (page.status, asks_address(page)) == (422, True)
    assert "Use an e-mail address like name@example.com." in page.text
    assert sink.greetings == []
    assert rows(asking)["attempts"] == []


@pytest.mark.parametrize(
    "address",
    [
        "a@kauri.example",
        "a.b+c@kauri.example",
        "o'neill@kauri.example",
        "a@xn--kuri-zwa.example",
        "A.B@Kauri.Example",
        "a" * 64 + "@kauri.example",
        "{code}@kauri.example",
    ],
)
def test_an_ordinary_address_is_taken_as_it_is(
    asking: Flask, clock: Clock, sink: MailSink, address: str
) -> None:
    visitor = send_code(asking, clock, address)
    (mail,) = sink.messages
    assert sink.recipients == [address]
    assert mail["To"] == address
    assert visitor.send({"code": code_in(mail)}).step == "welcome"
    assert visitor.send().answer["claims"] == {"contact": address}


def test_two_addresses_in_one_form_get_one_mail_at_most(
    asking: Flask, clock: Clock, sink: MailSink
) -> None:
    come(asking, clock).send({"email": [OTHER, RIPEKA]})
    assert len(sink.recipients) <= 1


# What comes of it


def test_the_answer_has_the_address_and_that_it_is_verified(
    app: Flask, clock: Clock, sink: MailSink
) -> None:
    visitor = send_code(app, clock)
    visitor.send({"code": code_in(sink.messages[0])})
    claims = visitor.send().answer["claims"]
    assert claims == {"contact": RIPEKA, "contact_verified": True}


def test_without_claims_nothing_is_told_and_never_how_somebody_logged_in(
    make_hook: MakeHook, clock: Clock, sink: MailSink
) -> None:
    app = make_hook(mail_step() + NOTICE + toml(sink))
    visitor = send_code(app, clock)
    visitor.send({"code": code_in(sink.messages[0])})
    answer = visitor.send().answer
    assert answer["claims"] == {}
    assert "amr" not in str(answer)


def test_a_code_by_mail_can_not_be_asked_to_report_how_somebody_logged_in(
    make_hook: MakeHook, sink: MailSink
) -> None:
    assert make_hook(mail_step() + NOTICE + toml(sink))
    with pytest.raises(ConfigError) as refused:
        make_hook(mail_step('report = ["amr"]') + NOTICE + toml(sink))
    assert refused.value.mistakes[0].key == "tenants.kauri.steps[0].report"


def test_a_code_by_mail_opens_no_way_to_recovery_codes(make_hook: MakeHook, sink: MailSink) -> None:
    codes = '\n[[tenants.kauri.steps]]\nkind = "recovery_codes"\nname = "c"\ntitle = "Codes"\n'
    app_kind = '\n[[tenants.kauri.steps]]\nkind = "totp"\nname = "a"\ntitle = "App"\n'
    assert make_hook(mail_step() + app_kind + codes + toml(sink))
    with pytest.raises(ConfigError, match="second factor"):
        make_hook(mail_step() + codes + toml(sink))


def test_a_verified_claim_is_only_about_an_address_that_is_told_or_came_with_the_arrival(
    make_hook: MakeHook, sink: MailSink
) -> None:
    """Else a visitor verifies an address of their own, and email_verified is about another."""
    verified = 'verified_claim = "email_verified"'
    assert make_hook(mail_step(verified, 'ask = "never"') + toml(sink))
    assert make_hook(mail_step(verified, 'ask = "always"', 'address_claim = "email"') + toml(sink))
    assert make_hook(mail_step(verified, 'address_claim = "email"') + toml(sink))
    for ask in (('ask = "always"',), ('ask = "if_missing"',), ()):
        with pytest.raises(ConfigError, match="verified_claim needs address_claim") as refused:
            make_hook(mail_step(verified, *ask) + toml(sink))
        assert len(refused.value.mistakes) == 1


@pytest.mark.parametrize(
    ("good", "bad", "words"),
    [
        (('ask = "never"',), ('ask = "never"', 'from_arrival = ""'), "needs from_arrival"),
        (CLAIMS, ('address_claim = "a"', 'verified_claim = "a"'), "must not be one"),
        (CLAIMS, ('address_claim = "a"', 'verified_claim = "a.b"'), "must not be one"),
        (('ask = "always"',), ('ask = "sometimes"',), "always"),
    ],
)
def test_options_that_do_not_go_together_stop_the_start(
    make_hook: MakeHook, sink: MailSink, good: tuple[str, ...], bad: tuple[str, ...], words: str
) -> None:
    assert make_hook(mail_step(*good) + toml(sink))
    with pytest.raises(ConfigError, match=words):
        make_hook(mail_step(*bad) + toml(sink))


def test_a_flow_with_this_step_needs_a_mail_server(make_hook: MakeHook, sink: MailSink) -> None:
    assert make_hook(NOTICE + mail_step() + toml(sink))
    with pytest.raises(ConfigError, match=r"there is no mail server; add \[smtp\]") as refused:
        make_hook(NOTICE + mail_step())
    assert [mistake.key for mistake in refused.value.mistakes] == ["tenants.kauri.steps[1]"]


# The mail


def test_the_mail_has_the_code_and_the_tenant_and_is_plain_text(
    app: Flask, clock: Clock, sink: MailSink
) -> None:
    send_code(app, clock)
    (mail,) = sink.messages
    text = mail.get_content()
    assert re.search(r"^\d{4} \d{4} is your code for Kauri Polytechnic\.$", text, re.MULTILINE)
    assert "ten minutes" in text
    assert (mail["From"], mail["To"]) == (SENDER, RIPEKA)
    assert mail["Subject"] == "Your code for Kauri Polytechnic"
    assert mail.get_content_type() == "text/plain"
    assert not mail.is_multipart()
    assert not re.search(r"<[a-z!/]|https?:", text)
    assert code_in(mail) not in str(mail.items())
    assert "Ripeka" not in text


@pytest.mark.parametrize("name", ["Te Whare Wānanga", "{code} & <b>Co</b>", "A = ? B ?="])
def test_a_tenant_of_any_name_sends_its_codes(
    make_hook: MakeHook, clock: Clock, sink: MailSink, name: str
) -> None:
    environ = {"HOOK__TENANTS__KAURI__NAME": f'"{name}"'}
    app = make_hook(mail_step() + NOTICE + toml(sink), environ=environ)
    visitor = send_code(app, clock)
    (mail,) = sink.messages
    assert f"is your code for {name}." in mail.get_content()
    assert visitor.send({"code": code_in(mail)}).step == "welcome"


@pytest.mark.parametrize("name", ["A =?utf-8?q?B?=", "=?", "A =?"])
def test_a_tenant_whose_name_no_mail_could_bear_stops_the_start(
    make_hook: MakeHook, sink: MailSink, name: str
) -> None:
    flow = mail_step() + NOTICE + toml(sink)
    assert make_hook(flow, environ={"HOOK__TENANTS__KAURI__NAME": f'"{name.replace("=?", "= ?")}"'})
    with pytest.raises(ConfigError, match='leave out "=\\?"') as refused:
        make_hook(flow, environ={"HOOK__TENANTS__KAURI__NAME": f'"{name}"'})
    assert [mistake.key for mistake in refused.value.mistakes] == ["tenants.kauri.name"]


# The mail server


def test_a_server_that_takes_no_mail_is_told_and_the_visitor_can_go_on_later(
    app: Flask, clock: Clock, sink: MailSink, log: Log
) -> None:
    visitor = come(app, clock)
    sink.verdict = "451 Not now, ripeka@kauri.example"
    page = visitor.send()
    assert (page.status, page.page, page.reason) == (503, "error", "mail_unavailable")
    assert "can’t send mail right now" in page.text
    assert log.events("request_refused", reason="mail_unavailable", detail="SMTPDataError")
    assert RIPEKA not in log
    sink.verdict = "250 OK"
    (link,) = (each for each in page.reader.links if each.startswith("/kauri/"))
    page = visitor.get(link)
    assert (page.step, page.reader.hidden["page"]) == ("mail", "address")
    assert asks_code(visitor.send()), "nothing was sent, so there is nothing to wait for"
    assert visitor.send({"code": code_in(sink.messages[0])}).step == "welcome"


def test_a_server_that_is_away_is_told(make_hook: MakeHook, clock: Clock, log: Log) -> None:
    with MailSink() as gone:
        app = make_hook(mail_step() + NOTICE + toml(gone))
    visitor = come(app, clock)
    page = visitor.send()
    assert (page.status, page.reason) == (503, "mail_unavailable")
    assert log.events("request_refused", detail="ConnectionRefusedError")
    assert visitor.get(page.url).step == "mail"


def test_a_page_does_not_say_that_a_code_was_sent_which_was_not(
    app: Flask, clock: Clock, sink: MailSink
) -> None:
    visitor = come(app, clock)
    sink.verdict = "451 Not now"
    page = visitor.send()
    assert page.status == 503
    page = visitor.get(page.url)
    assert "We send a code to" in page.text
    assert "We have sent a code" not in page.text
    sink.verdict = "250 OK"
    assert "We have sent a code" in visitor.send().text


@pytest.mark.parametrize("taken", [False, True])
def test_a_code_stays_good_where_the_next_one_could_not_be_sent(
    app: Flask, clock: Clock, sink: MailSink, taken: bool
) -> None:
    visitor = send_code(app, clock)
    old = code_in(sink.messages[0])
    page = visitor.seen
    assert page is not None
    clock.turn(MINUTE)
    sink.verdict = "250 OK" if taken else "451 Not now"
    assert again(visitor).status == (200 if taken else 503)
    assert asks_code(visitor.get(page.url))
    assert (visitor.send({"code": old}).step == "welcome") == (not taken)


def test_a_code_that_could_not_be_sent_is_good_for_nothing(
    app: Flask, clock: Clock, sink: MailSink, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else whoever makes mails fail has a code that nobody reads, and more tries at it."""
    made: list[str] = []

    def known() -> str:
        made.append(f"{len(made) + 1:08}")
        return made[-1]

    monkeypatch.setattr(numbers, "new_code", known)
    visitor = send_code(app, clock)
    assert visitor.seen is not None
    url = visitor.seen.url
    clock.turn(MINUTE)
    sink.verdict = "451 Not now"
    assert again(visitor).status == 503
    visitor.get(url)
    assert visitor.send({"code": made[1]}).status == 422
    assert visitor.send({"code": made[0]}).step == "welcome"


@pytest.mark.parametrize("failed", [MAILS - 1, MAILS])
def test_mails_that_the_server_did_not_take_are_of_the_six_all_the_same(
    app: Flask, clock: Clock, sink: MailSink, failed: int
) -> None:
    """They are counted before they are sent: a server that is slow must not be flooded."""
    visitor = come(app, clock)
    assert visitor.seen is not None
    url = visitor.seen.url
    sink.verdict = "451 Not now"
    for _ in range(failed):
        visitor.get(url)
        assert visitor.send().status == 503
    sink.verdict = "250 OK"
    visitor.get(url)
    page = visitor.send()
    if failed == MAILS:
        assert (page.status, page.reader.hidden["page"]) == (422, "address")
        assert SPENT in page.text
        assert sink.messages == []
        clock.turn(HOUR)
        page = visitor.send()
    assert asks_code(page)
    assert visitor.send({"code": code_in(sink.messages[-1])}).step == "welcome"


def test_an_address_that_the_server_refuses_can_be_changed(
    make_hook: MakeHook, clock: Clock, log: Log
) -> None:
    with MailSink(refused=frozenset({OTHER})) as sink:
        app = make_hook(mail_step(*TYPED) + NOTICE + toml(sink))
        visitor = come(app, clock)
        page = visitor.send({"email": OTHER})
        assert page.reason == "mail_unavailable"
        assert OTHER not in log
        assert asks_address(visitor.get(page.url))
        assert asks_code(visitor.send({"email": RIPEKA}))
        assert sink.recipients == [RIPEKA]


# What nobody reads


def test_neither_code_nor_address_is_in_the_log_or_readable_in_the_database(
    asking: Flask, clock: Clock, sink: MailSink, log: Log, tmp_path: Path
) -> None:
    visitor = send_code(asking, clock, OTHER)
    code = code_in(sink.messages[0])
    visitor.send({"code": wrong(code)})
    again(visitor)
    assert rows(asking)["journeys"]
    kept = b"".join(file.read_bytes() for file in tmp_path.glob("hook.db*"))
    for secret in (OTHER, code, "elsewhere"):
        assert secret not in log
        assert secret.encode() not in kept
    visitor.send({"code": code})
    visitor.send()
    kept = b"".join(file.read_bytes() for file in tmp_path.glob("hook.db*"))
    for secret in (OTHER, code, "elsewhere"):
        assert secret not in log
        assert secret.encode() not in kept


def test_the_code_is_on_no_page(app: Flask, clock: Clock, sink: MailSink) -> None:
    visitor = send_code(app, clock)
    code = code_in(sink.messages[0])
    for page in (visitor.reload(), visitor.send({"code": wrong(code)}), again(visitor)):
        assert code not in page.html.replace(" ", "")
        assert code not in str(page.response.headers)


# Many at once


def test_fifty_wrong_codes_at_once_in_one_journey_are_five(
    make_hook: MakeHook, database: str, clock: Clock, sink: MailSink, log: Log
) -> None:
    app = make_hook(mail_step() + NOTICE + toml(sink), database)
    visitor = send_code(app, clock)
    code = code_in(sink.messages[0])
    codes: list[dict[str, str | list[str]]] = [{"code": wrong(code, n + 1)} for n in range(MANY)]
    ends = crowd(app, MANY, partial(send_in, Tab.of(visitor), codes))
    assert {end.status for end in ends} <= {200, 422}
    assert counted(app) == (LIMIT, LIMIT)
    assert len(log.events("step_stays", reason="wrong_code")) < LIMIT
    assert visitor.send({"code": code}).page == "stopped"


def test_fifty_wrong_codes_at_once_in_six_journeys_are_five(
    make_hook: MakeHook, database: str, clock: Clock, sink: MailSink
) -> None:
    app = make_hook(mail_step() + NOTICE + toml(sink), database)
    tabs = [Tab.of(send_code(app, clock)) for _ in range(MAILS)]
    right = {code_in(mail) for mail in sink.messages}
    codes = [code for code in map("{:08}".format, range(MANY + MAILS)) if code not in right]

    def type_one(app: Flask, number: int, go: Go) -> Reached:
        return send_in(tabs[number % MAILS], [{"code": codes[number]}], app, 0, go)

    ends = crowd(app, MANY, type_one)
    assert {end.step for end in ends} <= {"mail", ""}
    assert counted(app) == (LIMIT, LIMIT)


def test_the_right_code_fifty_times_at_once_is_right_once(
    make_hook: MakeHook, database: str, clock: Clock, sink: MailSink, log: Log
) -> None:
    app = make_hook(mail_step(*CLAIMS) + NOTICE + toml(sink), database)
    visitor = send_code(app, clock)
    code = {"code": code_in(sink.messages[0])}
    ends = crowd(app, MANY, partial(send_in, Tab.of(visitor), [{**code}]))
    assert "welcome" in {end.step for end in ends} or visitor.reload().step == "welcome"
    assert len(log.events("step_done", step="mail")) == 1


def test_one_right_code_among_fifty_is_no_reason_to_compare_them_all(
    make_hook: MakeHook, database: str, clock: Clock, sink: MailSink
) -> None:
    """It may open the lock once, for those who are on their way already."""
    app = make_hook(mail_step() + NOTICE + toml(sink), database)
    visitor = send_code(app, clock)
    code = code_in(sink.messages[0])
    codes: list[dict[str, str | list[str]]] = [{"code": wrong(code, n)} for n in range(MANY)]
    crowd(app, MANY, partial(send_in, Tab.of(visitor), codes))
    assert counted(app)[1] <= 2 * LIMIT


def test_of_fifty_who_ask_for_mails_at_once_six_get_one(
    make_hook: MakeHook, database: str, clock: Clock, sink: MailSink
) -> None:
    app = make_hook(mail_step() + NOTICE + toml(sink), database)
    tabs = [Tab.of(come(app, clock)) for _ in range(MANY)]

    def ask(app: Flask, number: int, go: Go) -> Reached:
        return send_in(tabs[number], [{}], app, 0, go)

    ends = crowd(app, MANY, ask)
    assert len(sink.messages) == MAILS
    assert sorted(end.status for end in ends) == [200] * MAILS + [422] * (MANY - MAILS)
