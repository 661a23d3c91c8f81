"""webauthn: a passkey is set up and used; what is refused stands beside a twin that is accepted."""

import json
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from hook.errors import ConfigError
from hook.steps.factor import Factor
from hook.steps.webauthn import WebauthnMethod
from hook.testing.authenticator import Maker, SoftAuthenticator, b64, new_key, unb64
from hook.testing.example import post
from hook.testing.hooks import NOTICE, RECOVERY, Clock, MakeHook
from hook.testing.html import Html
from hook.testing.visitor import Seen, Values
from hook.testing.watch import Log, rows, watched_log
from tests.support.crowd import COOKIE, HOST
from tests.support.factors import Person, code, factors_of, key_on, offered, one_of, remove

MERE = {"name": "Mere", "email": "mere@kauri.example"}
TAKEN = "That didn’t count: it was used or set up somewhere else just now. Try again."
ANYWHERE = "https://evil.example"


def passkey(*options: str) -> str:
    """The TOML of a step that asks for a passkey, as the first of a flow."""
    head = ('kind = "webauthn"', 'name = "passkey"', 'title = "Confirm with a passkey"')
    return "\n".join(("[[tenants.kauri.steps]]", *head, *options, ""))


FLOW = passkey() + NOTICE


@pytest.fixture
def log() -> Iterator[Log]:
    with watched_log() as log:
        yield log


@pytest.fixture
def app(make_hook: MakeHook) -> Flask:
    return make_hook(FLOW)


@pytest.fixture
def phone() -> SoftAuthenticator:
    return SoftAuthenticator()


def button_on(page: Seen) -> dict[str, str]:
    """The button that the script listens to; empty where there is none."""
    found = [each for each in page.reader.controls if "data-passkey" in each]
    return found[0] if found else {}


def asks(page: Seen) -> str:
    """What the script is to do: create or get; else the page's own name."""
    return button_on(page).get("data-passkey", page.step or page.page)


def text_of(page: Seen) -> str:
    """The options for the browser, as they stand in the page."""
    return button_on(page)["data-options"]


def options_of(page: Seen) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(text_of(page))
    return found


def challenge_on(page: Seen) -> str:
    return str(options_of(page)["challenge"])


def allowed_on(page: Seen) -> list[str]:
    return [str(each["id"]) for each in options_of(page)["allowCredentials"]]


def sent(answer: dict[str, Any], **more: str) -> Values:
    """What the script posts."""
    return {"passkey": json.dumps(answer), **more}


def create(device: SoftAuthenticator, page: Seen, **changes: Any) -> Values:
    return sent(device.create(text_of(page), **changes))


def answer(device: SoftAuthenticator, page: Seen, **changes: Any) -> Values:
    return sent(device.get(text_of(page), **changes))


def register(
    app: Flask, clock: Clock, device: SoftAuthenticator, label: str = "", **come: Any
) -> Seen:
    """Set up the first passkey, in a journey of its own."""
    person = Person(app, clock)
    page = person.come(**come)
    assert asks(page) == "create"
    page = person.send({**create(device, page), "label": label})
    clock.turn(1)  # what is enrolled in the second when a journey begins is enrolled in it
    return page


def use(app: Flask, clock: Clock, device: SoftAuthenticator, **changes: Any) -> Seen:
    """Come anew and use a passkey."""
    person = Person(app, clock)
    page = person.come()
    assert asks(page) == "get"
    return person.send(answer(device, page, **changes))


def to_addition(app: Flask, clock: Clock, device: SoftAuthenticator) -> tuple[Person, Seen]:
    """Use a passkey, and go to the page that sets up one more."""
    person = Person(app, clock)
    page = person.come()
    page = person.send({**answer(device, page), "add": "yes"})
    assert asks(page) == "create"
    return person, page


def add(
    app: Flask, clock: Clock, old: SoftAuthenticator, new: SoftAuthenticator, label: str = ""
) -> Seen:
    """Set up one more passkey, in a journey of its own."""
    person, page = to_addition(app, clock, old)
    return person.send({**create(new, page), "label": label})


def kept(app: Flask, clock: Clock) -> list[Factor]:
    return [factor for factor in factors_of(app, clock) if factor.kind == "webauthn"]


def guesses(app: Flask) -> list[tuple[str, int]]:
    """Which locks count how many wrong guesses in a row."""
    return [(row["lock"], row["in_a_row"]) for row in rows(app)["guesses"]]


# Set up, use, add


def test_whoever_has_no_passkey_sets_one_up_and_uses_it_in_the_next_journey(
    app: Flask, clock: Clock, phone: SoftAuthenticator, log: Log
) -> None:
    assert register(app, clock, phone).step == "welcome"
    assert log.events("factor_enrolled", step="passkey", kind="webauthn")
    clock.turn(1)
    assert use(app, clock, phone).step == "welcome"
    assert log.events("factor_used", step="passkey", kind="webauthn")
    (factor,) = kept(app, clock)
    assert (factor.data["id"], factor.mark, factor.used_at) == (*phone.keys, 2, clock.now)


def test_the_page_says_what_the_browser_is_to_do(
    app: Flask, clock: Clock, phone: SoftAuthenticator
) -> None:
    options = options_of(Person(app, clock).come())
    assert options["rp"] == {"id": "hook.example.org", "name": "Kauri Polytechnic"}
    assert options["user"]["name"] == "Ripeka Tamihana"
    assert options["attestation"] == "none"
    assert options["authenticatorSelection"]["userVerification"] == "required"
    register(app, clock, phone)
    options = options_of(Person(app, clock).come())
    assert (options["rpId"], options["userVerification"]) == ("hook.example.org", "required")


def test_the_user_handle_tells_nothing_of_the_person(
    app: Flask, clock: Clock, phone: SoftAuthenticator
) -> None:
    pages = [Person(app, clock).come(), Person(app, clock).come(), Person(app, clock).come()]
    handles = {options_of(page)["user"]["id"] for page in pages}
    assert len(handles) == 3
    assert {len(handle) for handle in handles} == {43}


def test_one_more_passkey_has_the_same_user_handle_and_excludes_the_first(
    app: Flask, clock: Clock, phone: SoftAuthenticator
) -> None:
    register(app, clock, phone)
    _, page = to_addition(app, clock, phone)
    options = options_of(page)
    assert options["user"]["id"] == phone.handles[next(iter(phone.keys))]
    assert [each["id"] for each in options["excludeCredentials"]] == [*phone.keys]
    assert options["excludeCredentials"][0]["transports"] == ["internal", "hybrid"]


def test_several_passkeys_are_asked_for_with_the_one_used_last_first(
    app: Flask, clock: Clock, phone: SoftAuthenticator
) -> None:
    laptop, key = SoftAuthenticator(), SoftAuthenticator()
    register(app, clock, phone, "my phone")
    for device, label in ((laptop, "my laptop"), (key, "my key")):
        clock.turn(60)
        assert add(app, clock, phone, device, label).step == "welcome"
    for device in (phone, key, laptop):
        clock.turn(60)
        assert use(app, clock, device).step == "welcome"
    page = Person(app, clock).come()
    assert allowed_on(page) == [*laptop.keys, *key.keys, *phone.keys]
    assert "Kauri Polytechnic: my laptop, my key, my phone." in page.text


def test_the_same_answer_sent_twice_is_counted_once(
    app: Flask, clock: Clock, phone: SoftAuthenticator, log: Log
) -> None:
    register(app, clock, phone)
    person = Person(app, clock)
    page = person.come()
    good = answer(phone, page)
    replies = [post(person, page.url, good), post(person, page.url, good)]
    assert [reply.status_code for reply in replies] == [303, 303]
    assert person.get(replies[1].headers["Location"]).step == "welcome"
    assert len(log.events("factor_used")) == 1
    assert len(log.events("step_done", step="passkey", reason="verified")) == 1


def test_a_passkey_set_up_twice_with_one_answer_is_one(
    app: Flask, clock: Clock, phone: SoftAuthenticator, log: Log
) -> None:
    person = Person(app, clock)
    page = person.come()
    good = create(phone, page)
    assert [post(person, page.url, good).status_code for _ in range(2)] == [303, 303]
    assert len(kept(app, clock)) == 1
    assert len(log.events("factor_enrolled")) == 1


@pytest.mark.parametrize(("have", "more"), [(9, True), (10, False)])
def test_there_may_be_ten_passkeys_and_no_more(
    app: Flask, clock: Clock, phone: SoftAuthenticator, have: int, more: bool
) -> None:
    register(app, clock, phone)
    for _ in range(have - 1):
        clock.turn(600)  # an hour has only so many guesses
        assert add(app, clock, phone, SoftAuthenticator()).step == "welcome"
    clock.turn(3_600)
    person = Person(app, clock)
    page = person.come()
    assert len(allowed_on(page)) == have
    assert any(each.get("name") == "add" for each in page.reader.controls) == more
    page = person.send({**answer(phone, page), "add": "yes"})
    assert page.step == ("passkey" if more else "welcome")


def test_an_eleventh_passkey_is_not_kept_though_its_page_was_opened_in_time(
    app: Flask, clock: Clock, phone: SoftAuthenticator
) -> None:
    register(app, clock, phone)
    for _ in range(8):
        clock.turn(600)
        add(app, clock, phone, SoftAuthenticator())
    clock.turn(3_600)
    early, page = to_addition(app, clock, phone)
    assert add(app, clock, phone, SoftAuthenticator()).step == "welcome"
    early.send(create(SoftAuthenticator(), page))
    assert len(kept(app, clock)) == 10
    assert early.send({"skip": "yes"}).step == "welcome"


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("my phone", "my phone"),
        ("", "passkey of 18 November 2026"),
        (" \u202e\u200b\0 ", "passkey of 18 November 2026"),
        ("<script>alert(1)</script>", "<script>alert(1)</script>"),
        ("{{ 7 * 7 }}\r\n&amp;", "{{ 7 * 7 }}&amp;"),
        ("é" * 9_000, "é" * 40),
    ],
    ids=["plain", "empty", "unseen", "markup", "template", "long"],
)
def test_a_name_is_shown_as_it_was_typed_and_does_nothing(
    app: Flask, clock: Clock, phone: SoftAuthenticator, typed: str, shown: str
) -> None:
    assert register(app, clock, phone, typed).step == "welcome"
    page = Person(app, clock).come()
    assert [factor.label for factor in kept(app, clock)] == [shown]
    assert f"Kauri Polytechnic: {shown}." in page.text
    assert "<script>alert" not in page.html


@pytest.mark.parametrize(
    ("now", "day"),
    [
        (datetime(2026, 11, 22, 0, 0, 0, tzinfo=UTC), "22 November 2026"),
        (datetime(2026, 11, 22, 23, 59, 59, tzinfo=UTC), "22 November 2026"),
        (datetime(2026, 11, 23, 0, 0, 0, tzinfo=UTC), "23 November 2026"),
        (datetime(2027, 1, 1, 0, 0, 0, tzinfo=UTC), "1 January 2027"),
    ],
    ids=str,
)
def test_a_passkey_without_a_name_is_called_after_the_day_of_its_registration(
    app: Flask, clock: Clock, phone: SoftAuthenticator, now: datetime, day: str
) -> None:
    clock.now = int(now.timestamp())
    register(app, clock, phone)
    clock.turn(30 * 86_400)
    assert [factor.label for factor in kept(app, clock)] == [f"passkey of {day}"]
    assert f"Kauri Polytechnic: passkey of {day}." in Person(app, clock).come().text


def test_a_name_that_was_typed_is_still_there_after_a_refusal(
    app: Flask, clock: Clock, phone: SoftAuthenticator
) -> None:
    person = Person(app, clock)
    page = person.come()
    page = person.send({**create(phone, page, uv=False), "label": '"><b>my phone'})
    (field,) = [each for each in page.reader.controls if each.get("name") == "label"]
    assert (page.status, field["value"]) == (422, '"><b>my phone')


def test_a_passkey_that_is_removed_while_it_is_asked_for_counts_no_more(
    app: Flask, clock: Clock, phone: SoftAuthenticator
) -> None:
    register(app, clock, phone)
    person = Person(app, clock)
    page = person.come()
    good = answer(phone, page)
    remove(app, clock, "webauthn")
    assert person.send(good).step == "passkey"
    assert asks(person.reload()) == "create"


@pytest.mark.parametrize("verified", [True, False])
def test_only_who_has_verified_may_go_on_without_one_more(
    app: Flask, clock: Clock, phone: SoftAuthenticator, verified: bool
) -> None:
    register(app, clock, phone)
    person = Person(app, clock)
    page = person.come()
    if verified:
        person.send({**answer(phone, page), "add": "yes"})
    seen = person.send({"skip": "yes"})
    assert (seen.status, seen.step) == ((200, "welcome") if verified else (422, "passkey"))


# The challenge


def test_a_challenge_stays_while_the_page_is_loaded_again(
    app: Flask, clock: Clock, phone: SoftAuthenticator
) -> None:
    register(app, clock, phone)
    person = Person(app, clock)
    page = person.come()
    assert challenge_on(person.reload()) == challenge_on(page)
    assert person.send(answer(phone, page)).step == "welcome"


def test_a_page_that_is_loaded_late_has_time_enough(
    app: Flask, clock: Clock, phone: SoftAuthenticator
) -> None:
    register(app, clock, phone)
    person = Person(app, clock)
    old = challenge_on(person.come())
    clock.turn(299)
    page = person.reload()
    assert challenge_on(page) != old
    clock.turn(180)
    assert person.send(answer(phone, page)).step == "welcome"


@pytest.mark.parametrize(("after", "accepted"), [(299, True), (300, False)])
def test_a_challenge_to_use_a_passkey_is_good_for_less_than_five_minutes(
    app: Flask, clock: Clock, phone: SoftAuthenticator, after: int, accepted: bool
) -> None:
    register(app, clock, phone)
    person = Person(app, clock)
    page = person.come()
    clock.turn(after)
    seen = person.send(answer(phone, page))
    assert (seen.step == "welcome") == accepted
    if not accepted:
        assert "That took longer than five minutes. Try again." in seen.text
        assert challenge_on(seen) != challenge_on(page)
        assert person.send(answer(phone, seen)).step == "welcome"


@pytest.mark.parametrize(("after", "accepted"), [(299, True), (300, False)])
def test_a_challenge_to_set_up_a_passkey_is_good_for_less_than_five_minutes(
    app: Flask, clock: Clock, phone: SoftAuthenticator, after: int, accepted: bool
) -> None:
    person = Person(app, clock)
    page = person.come()
    clock.turn(after)
    seen = person.send(create(phone, page))
    assert (seen.step == "welcome") == accepted
    assert len(kept(app, clock)) == accepted
    if not accepted:
        assert person.send(create(phone, seen)).step == "welcome"


def test_the_browser_waits_no_longer_than_the_challenge_is_good(
    app: Flask, clock: Clock, phone: SoftAuthenticator
) -> None:
    """Else whoever loads the page again and is quick is told that it took five minutes."""
    register(app, clock, phone)
    person = Person(app, clock)
    person.come()
    clock.turn(119)
    timeout = options_of(person.reload())["timeout"]
    clock.turn(timeout // 1_000 - 1)
    assert person.send(answer(phone, person.seen or person.reload())).step == "welcome"


@pytest.mark.parametrize("has_one", [True, False])
@pytest.mark.parametrize(("after", "left"), [(0, 300), (1, 299), (119, 181), (120, 300)])
def test_the_browser_is_told_how_much_is_left_of_the_challenge(
    app: Flask, clock: Clock, phone: SoftAuthenticator, has_one: bool, after: int, left: int
) -> None:
    if has_one:
        register(app, clock, phone)
    person = Person(app, clock)
    first = person.come()
    assert (asks(first), options_of(first)["timeout"]) == ("get" if has_one else "create", 300_000)
    clock.turn(after)
    page = person.reload()
    assert options_of(page)["timeout"] == left * 1_000
    assert (challenge_on(page) == challenge_on(first)) == (after + left == 300)


def test_a_head_request_leaves_the_challenge_of_the_page_that_is_open(
    app: Flask, clock: Clock, phone: SoftAuthenticator
) -> None:
    register(app, clock, phone)
    person = Person(app, clock)
    page = person.come()
    clock.turn(121)
    assert person.browser.head(page.url, base_url=person.origin).status_code in (200, 303)
    assert person.send(answer(phone, page)).step == "welcome"


@pytest.mark.parametrize(("after", "key"), [(300, "right"), (300, "wrong"), (299, "wrong")])
def test_being_late_is_not_counted_as_a_guess(
    app: Flask, clock: Clock, phone: SoftAuthenticator, after: int, key: str
) -> None:
    """Nothing was compared: somebody slow must not be locked out."""
    register(app, clock, phone)
    person = Person(app, clock)
    page = person.come()
    sent_late = answer(phone, page, **({} if key == "right" else {"key": new_key()}))
    clock.turn(after)
    seen = person.send(sent_late)
    assert seen.status == 422
    assert guesses(app) == ([] if after == 300 else [("webauthn", 1)])
    assert challenge_on(seen) != challenge_on(page)
    assert person.send(answer(phone, seen)).step == "welcome"


def test_a_refused_answer_makes_a_new_challenge_and_is_not_taken_again(
    app: Flask, clock: Clock, phone: SoftAuthenticator
) -> None:
    register(app, clock, phone)
    person = Person(app, clock)
    page = person.come()
    good = answer(phone, page)
    refused = person.send(answer(phone, page, key=new_key()))
    assert refused.status == 422
    assert challenge_on(refused) != challenge_on(page)
    replayed = person.send(good)
    assert replayed.status == 422
    assert challenge_on(replayed) not in (challenge_on(page), challenge_on(refused))
    assert person.send(answer(phone, replayed)).step == "welcome"


def test_a_refused_passkey_makes_a_new_challenge_to_set_one_up(
    app: Flask, clock: Clock, phone: SoftAuthenticator
) -> None:
    person = Person(app, clock)
    page = person.come()
    good = create(phone, page)
    refused = person.send(create(phone, page, uv=False))
    assert challenge_on(refused) != challenge_on(page)
    replayed = person.send(good)
    assert replayed.status == 422
    assert kept(app, clock) == []
    assert person.send(create(phone, replayed)).step == "welcome"


def test_an_answer_that_was_taken_is_refused_in_the_next_journey(
    app: Flask, clock: Clock, phone: SoftAuthenticator
) -> None:
    phone.counts = False
    register(app, clock, phone)
    first, second = Person(app, clock), Person(app, clock)
    good = answer(phone, first.come())
    assert first.send(good).step == "welcome"
    page = second.come()
    assert second.send(good).status == 422
    assert second.send(answer(phone, second.seen or page)).step == "welcome"


def test_an_answer_for_one_journey_is_refused_in_another_of_the_same_person(
    app: Flask, clock: Clock, phone: SoftAuthenticator, log: Log
) -> None:
    register(app, clock, phone)
    one, other = Person(app, clock), Person(app, clock)
    good = answer(phone, one.come())
    other.come()
    assert other.send(good).status == 422
    assert log.reasons("step_stays") == ["challenge"]
    assert one.send(good).step == "welcome"


def test_a_new_passkey_for_one_journey_is_refused_in_another_of_the_same_person(
    app: Flask, clock: Clock, phone: SoftAuthenticator, log: Log
) -> None:
    one, other = Person(app, clock), Person(app, clock)
    good = create(phone, one.come())
    other.come()
    assert other.send(good).status == 422
    assert log.reasons("step_stays") == ["challenge"]
    assert kept(app, clock) == []
    assert one.send(good).step == "welcome"


def test_a_passkey_is_asked_for_once_in_a_journey(make_hook: MakeHook) -> None:
    again = passkey().replace('name = "passkey"', 'name = "again"')
    app = one_of("totp", name="app")
    assert make_hook(passkey() + app)
    with pytest.raises(ConfigError, match="counts once in a journey"):
        make_hook(passkey() + again)


# Whose passkey it is


def test_the_passkey_of_another_person_is_refused(
    app: Flask, clock: Clock, phone: SoftAuthenticator, log: Log
) -> None:
    of_mere = SoftAuthenticator()
    register(app, clock, phone)
    register(app, clock, of_mere, claims=MERE)
    person = Person(app, clock)
    page = person.come()
    (theirs,) = of_mere.keys
    assert allowed_on(page) == [*phone.keys]
    refused = person.send(sent(of_mere.get(text_of(page), credential_id=unb64(theirs))))
    assert refused.status == 422
    assert log.reasons("step_stays") == ["unknown_passkey"]
    assert person.send(answer(phone, refused)).step == "welcome"


def _is_told_that_it_was_taken(seen: Seen) -> bool:
    """Whether the page says so, in a summary that leads to its form."""
    html = Html(seen.html)
    (form,) = html.all("form")
    return (
        (seen.status, seen.step) == (422, "passkey")
        and TAKEN in seen.text
        and [link for link in seen.reader.links if link.startswith("#")] == ["#form"]
        and form["id"] == "form"
    )


@pytest.mark.parametrize("taken", [True, False])
def test_an_id_that_another_person_of_the_tenant_has_is_not_taken_a_second_time(
    app: Flask, clock: Clock, phone: SoftAuthenticator, log: Log, taken: bool
) -> None:
    other = SoftAuthenticator()
    register(app, clock, other, claims=MERE)
    (theirs,) = other.keys
    person = Person(app, clock)
    page = person.come()
    chosen = unb64(theirs) if taken else bytes(32)
    seen = person.send(create(phone, page, credential_id=chosen))
    assert len(kept(app, clock)) == (not taken)
    if not taken:
        assert seen.step == "welcome"
        return
    assert _is_told_that_it_was_taken(seen)
    assert asks(seen) == "create"
    assert log.reasons("step_stays") == ["taken"]
    assert len(log.events("factor_enrolled")) == 1, "that of Mere"
    assert person.send(create(SoftAuthenticator(), seen)).step == "welcome"


def test_a_challenge_whose_answer_lost_is_not_used_again(
    app: Flask, clock: Clock, phone: SoftAuthenticator
) -> None:
    """Taken out before verifying (T34), whatever becomes of what was verified."""
    other = SoftAuthenticator()
    register(app, clock, other, claims=MERE)
    (taken,) = other.keys
    person = Person(app, clock)
    page = person.come()
    old = create(SoftAuthenticator(), page)
    seen = person.send(create(phone, page, credential_id=unb64(taken)))
    assert challenge_on(seen) != challenge_on(page)
    assert challenge_on(person.reload()) == challenge_on(seen), "the error did not make two"
    assert person.send(old).status == 422
    assert kept(app, clock) == []
    assert person.send(create(SoftAuthenticator(), person.reload())).step == "welcome"


def _meanwhile(patch: pytest.MonkeyPatch, method: str, happens: Callable[[], object]) -> None:
    """Let something happen once, after an answer was judged and before that is kept."""
    judge, waiting = getattr(WebauthnMethod, method), [happens]

    def meddled(self: WebauthnMethod, *given: Any) -> Any:
        judged = judge(self, *given)
        if waiting:
            waiting.pop()()
        return judged

    patch.setattr(WebauthnMethod, method, meddled)


@pytest.mark.parametrize("counts", [True, False])
def test_a_good_answer_is_lost_when_the_count_has_risen_meanwhile_and_that_is_told(
    app: Flask, clock: Clock, phone: SoftAuthenticator, log: Log,
    monkeypatch: pytest.MonkeyPatch, counts: bool,
) -> None:  # fmt: skip
    """A device that never counts has nothing that could rise: both get in."""
    phone.counts = counts
    register(app, clock, phone)
    one, other = Person(app, clock), Person(app, clock)
    page = one.come()
    first, second = answer(phone, page), answer(phone, other.come())
    met: list[Seen] = []
    _meanwhile(monkeypatch, "verify", lambda: met.append(other.send(second)))
    seen = one.send(first)
    assert [each.step for each in met] == ["welcome"]
    if not counts:
        assert seen.step == "welcome"
        return
    assert _is_told_that_it_was_taken(seen)
    assert asks(seen) == "get"
    assert log.reasons("step_stays") == ["taken"]
    assert len(log.events("factor_used")) == 1
    assert challenge_on(seen) != challenge_on(page)
    assert one.send(first).status == 422
    assert one.send(answer(phone, one.reload())).step == "welcome"


@pytest.mark.parametrize("same", [True, False])
def test_a_passkey_is_lost_when_its_place_was_taken_meanwhile_and_that_is_told(
    app: Flask, clock: Clock, phone: SoftAuthenticator,
    monkeypatch: pytest.MonkeyPatch, same: bool,
) -> None:  # fmt: skip
    """Mere sets up one under the same id, or another one, while this one is judged."""
    person, mere = Person(app, clock), Person(app, clock)
    page, theirs = person.come(), mere.come(claims=MERE)
    mine = unb64("mine") if same else None
    good = create(phone, page, credential_id=unb64("mine"))
    of_mere = create(SoftAuthenticator(), theirs, credential_id=mine)
    met: list[Seen] = []
    _meanwhile(monkeypatch, "enrol", lambda: met.append(mere.send(of_mere)))
    seen = person.send(good)
    assert [each.step for each in met] == ["welcome"]
    assert len(kept(app, clock)) == (not same)
    if not same:
        assert seen.step == "welcome"
        return
    assert _is_told_that_it_was_taken(seen)
    assert challenge_on(seen) != challenge_on(page)
    assert person.send(create(phone, seen)).step == "welcome"


def test_an_own_passkey_is_not_set_up_a_second_time(
    app: Flask, clock: Clock, phone: SoftAuthenticator
) -> None:
    register(app, clock, phone)
    (mine,) = phone.keys
    key = phone.keys[mine]
    person, page = to_addition(app, clock, phone)
    person.send(create(phone, page, credential_id=unb64(mine), key=new_key()))
    assert len(kept(app, clock)) == 1
    phone.keys[mine] = key
    assert use(app, clock, phone).step == "welcome"


def test_two_who_set_up_a_first_passkey_at_once_have_one(
    app: Flask, clock: Clock, phone: SoftAuthenticator
) -> None:
    """Otherwise a thief of the first login, with a page left open, gets in without the owner."""
    thief, owner = Person(app, clock), Person(app, clock)
    page = thief.come()
    stolen = create(SoftAuthenticator(), page)
    owner.come()
    assert owner.send(create(phone, owner.reload())).step == "welcome"
    thief.send(stolen)
    assert asks(thief.reload()) == "get"
    assert [factor.data["id"] for factor in kept(app, clock)] == [*phone.keys]


# What an answer may not do


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"origin": ANYWHERE}, "origin"),
        ({"cross_origin": True}, "cross_origin"),
        ({"top_origin": ANYWHERE}, "cross_origin"),
        ({"rp_id": "evil.example"}, "rp_id"),
        ({"type": "webauthn.create"}, "type"),
        ({"challenge": b64(bytes(32))}, "challenge"),
        ({"up": False}, "user_presence"),
        ({"uv": False}, "user_verification"),
        ({"bs": True}, "backup_flags"),
        ({"be": True}, "backup_flags"),
        ({"signature": b"no"}, "signature"),
        ({"sign_count": 1}, "counter_not_risen"),
        ({"sign_count": 0}, "counter_not_risen"),
        ({"user_handle": b64(bytes(32))}, "user_handle"),
    ],
    ids=str,
)
def test_an_answer_with_one_thing_wrong_is_refused_told_and_logged(
    app: Flask, clock: Clock, phone: SoftAuthenticator, log: Log,
    changes: dict[str, Any], reason: str,
) -> None:  # fmt: skip
    register(app, clock, phone)
    person = Person(app, clock)
    page = person.come()
    seen = person.send(answer(phone, page, **changes))
    assert (seen.status, asks(seen)) == (422, "get")
    assert "That passkey wasn’t accepted." in seen.text
    assert log.reasons("step_stays") == [reason]
    assert guesses(app) == [("webauthn", 1)]
    assert person.send(answer(phone, seen)).step == "welcome"


@pytest.mark.parametrize("header", ["Host", "X-Forwarded-Host"])
def test_the_host_that_a_request_names_changes_nothing(
    app: Flask, clock: Clock, phone: SoftAuthenticator, header: str
) -> None:
    """What a passkey is made for, and where, is configured (T35)."""
    person = Person(app, clock)
    page = person.come()
    cookie = person.browser.get_cookie(COOKIE, domain=HOST)
    assert cookie is not None
    headers = {"Cookie": f"{COOKIE}={cookie.value}", header: "evil.example"}
    told: dict[str, Any] = {"base_url": person.origin, "headers": headers}
    browser = app.test_client(use_cookies=False)
    seen = Seen(browser.get(page.url, **told), page.url)
    assert (options_of(seen)["rp"]["id"], text_of(seen)) == (HOST, text_of(page))
    headers["Origin"] = person.origin
    there = create(phone, page, origin=ANYWHERE, rp_id="evil.example")
    refused = Seen(browser.post(page.url, data={**page.reader.hidden, **there}, **told), page.url)
    assert (refused.status, asks(refused), kept(app, clock)) == (422, "create", [])
    here = create(phone, refused)
    assert browser.post(page.url, data={**page.reader.hidden, **here}, **told).status_code == 303
    assert len(kept(app, clock)) == 1


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"origin": ANYWHERE}, "origin"),
        ({"cross_origin": True}, "cross_origin"),
        ({"rp_id": "evil.example"}, "rp_id"),
        ({"type": "webauthn.get"}, "type"),
        ({"up": False}, "user_presence"),
        ({"uv": False}, "user_verification"),
        ({"bs": True}, "backup_flags"),
        ({"credential_id": bytes(1_024)}, "credential_id"),
        ({"challenge": b64(bytes(32))}, "challenge"),
        ({"top_origin": ANYWHERE}, "cross_origin"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_a_new_passkey_with_one_thing_wrong_is_refused_and_is_no_guess(
    app: Flask, clock: Clock, phone: SoftAuthenticator, log: Log,
    changes: dict[str, Any], reason: str,
) -> None:  # fmt: skip
    person = Person(app, clock)
    page = person.come()
    seen = person.send(create(phone, page, **changes))
    assert (seen.status, asks(seen)) == (422, "create")
    assert "That passkey can’t be set up here." in seen.text
    assert log.reasons("step_stays") == [reason]
    assert guesses(app) == []
    assert person.send(create(phone, seen)).step == "welcome"


_DEEP = "[" * 5_000 + "]" * 5_000
NO_OBJECT = {
    "blank": " ",
    "word": "passkey",
    "number": "17",
    "null": "null",
    "list": "[]",
    "cut": '{"id":',
    "repeated": '{"id": "a", "id": "b"}',
    "nan": '{"id": NaN}',
    "huge number": '{"id": 1e999}',
    "many digits": '{"id": ' + "9" * 9_000 + "}",
    "nested": '{"id": ' + _DEEP + "}",
    "surrogate": '{"id": "\\ud800"}',
    "nul": '{"id": "\\u0000"}',
    "raw nul": '{"id": "\0"}',
    "long": '{"id": "' + "A" * 60_000,
    "bom": "\ufeff{}",
}
_SHAPE = {
    "id": "AAAA",
    "rawId": "AAAA",
    "type": "public-key",
    "response": {"clientDataJSON": "AAAA"},
}
NO_PASSKEY = {
    "nothing in it": "{}",
    "numbers": '{"id": 1, "rawId": 1, "type": 1, "response": 1}',
    "lists": '{"id": [], "rawId": [], "type": "public-key", "response": []}',
    "no response": '{"id": "AAAA", "rawId": "AAAA", "type": "public-key"}',
    "empty response": '{"id": "AAAA", "rawId": "AAAA", "type": "public-key", "response": {}}',
    "not base64": '{"id": "!", "rawId": "!", "type": "public-key", "response": {}}',
    "long text": json.dumps({"id": "A" * 30_000, "rawId": "A" * 30_000, "type": "public-key"}),
    "many members": json.dumps({str(number): number for number in range(2_000)}),
    "another type": json.dumps(_SHAPE | {"type": "password"}),
    "two ids": json.dumps(_SHAPE | {"rawId": "BBBB"}),
    "padded": json.dumps(_SHAPE | {"id": "AAA=", "rawId": "AAA="}),
    "long client data": json.dumps(_SHAPE | {"response": {"clientDataJSON": "A" * 32_769}}),
}


@pytest.mark.parametrize("values", [{"passkey": ""}, {"passkey": []}], ids=["empty", "absent"])
def test_where_nothing_was_sent_it_is_told_and_leaves_the_challenge(
    app: Flask, clock: Clock, phone: SoftAuthenticator, values: Values
) -> None:
    person = Person(app, clock)
    page = person.come()
    seen = person.send(values)
    assert (seen.status, asks(seen), challenge_on(seen)) == (422, "create", challenge_on(page))
    assert person.send(create(phone, page)).step == "welcome"
    clock.turn(1)
    page = person.come()
    for _ in range(6):
        seen = person.send(values)
        assert (seen.status, asks(seen)) == (422, "get")
        assert "Your browser didn’t use a passkey." in seen.text
    assert guesses(app) == []
    assert person.send(answer(phone, page)).step == "welcome"


@pytest.mark.parametrize("text", NO_OBJECT.values(), ids=NO_OBJECT)
def test_what_is_no_object_is_told_and_is_no_guess(
    app: Flask, clock: Clock, phone: SoftAuthenticator, text: str
) -> None:
    person = Person(app, clock)
    person.come()
    seen = person.send({"passkey": text})
    assert (seen.status, asks(seen)) == (422, "create")
    assert "There is a problem" in seen.text
    assert person.send(create(phone, seen)).step == "welcome"
    clock.turn(1)
    person.come()
    for _ in range(6):
        seen = person.send({"passkey": text})
        assert (seen.status, asks(seen)) == (422, "get")
        assert "That passkey wasn’t accepted." in seen.text
    assert guesses(app) == []
    assert person.send(answer(phone, seen)).step == "welcome"


@pytest.mark.parametrize("text", NO_PASSKEY.values(), ids=NO_PASSKEY)
def test_what_has_not_the_shape_of_a_passkey_is_told_uses_up_the_challenge_and_is_no_guess(
    app: Flask, clock: Clock, phone: SoftAuthenticator, log: Log, text: str
) -> None:
    """Nothing in it could have been compared."""
    person = Person(app, clock)
    page = person.come()
    seen = person.send({"passkey": text})
    assert (seen.status, asks(seen)) == (422, "create")
    assert "There is a problem" in seen.text
    assert challenge_on(seen) != challenge_on(page)
    assert kept(app, clock) == []
    assert person.send(create(phone, seen)).step == "welcome"
    clock.turn(1)
    page = person.come()
    early = answer(phone, page)
    challenges = [challenge_on(page)]
    for _ in range(6):
        seen = person.send({"passkey": text})
        assert (seen.status, asks(seen)) == (422, "get")
        assert "That passkey wasn’t accepted." in seen.text
        challenges.append(challenge_on(seen))
    assert len(set(challenges)) == 7
    assert guesses(app) == []
    assert log.reasons("step_stays") == ["malformed"] * 7
    assert person.send(early).status == 422
    assert guesses(app) == [("webauthn", 1)], "this one has the shape and was compared"
    assert person.send(answer(phone, person.reload())).step == "welcome"


def test_what_has_no_more_than_the_shape_of_a_passkey_is_a_guess(
    app: Flask, clock: Clock, phone: SoftAuthenticator
) -> None:
    register(app, clock, phone)
    person = Person(app, clock)
    person.come()
    assert person.send(sent(_SHAPE)).status == 422
    assert guesses(app) == [("webauthn", 1)]


def test_a_form_past_all_bounds_is_refused_as_a_whole(
    app: Flask, clock: Clock, phone: SoftAuthenticator
) -> None:
    person = Person(app, clock)
    page = person.come()
    assert person.send({"passkey": "A" * 70_000}).status == 413
    person.seen = page
    assert person.send(create(phone, page)).step == "welcome"


# Limits


def _wrong(person: Person, device: SoftAuthenticator, times: int) -> Seen:
    for _ in range(times):
        assert person.seen is not None
        person.send(answer(device, person.seen, key=new_key()))
    assert person.seen is not None
    return person.seen


@pytest.mark.parametrize(("wrong", "shown"), [(4, "get"), (5, "stopped")])
def test_five_wrong_signatures_stop_the_journey_and_four_do_not(
    app: Flask, clock: Clock, phone: SoftAuthenticator, wrong: int, shown: str
) -> None:
    register(app, clock, phone)
    person = Person(app, clock)
    person.come()
    seen = _wrong(person, phone, wrong)
    assert asks(seen) == shown
    assert guesses(app) == [("webauthn", wrong)]
    if shown == "stopped":
        assert "You can try again in 5 minutes." in seen.text
    else:
        assert person.send(answer(phone, seen)).step == "welcome"
        assert guesses(app) == [("webauthn", 0)]


@pytest.mark.parametrize(("after", "shown"), [(299, "stopped"), (300, "get")])
def test_a_closed_lock_holds_in_new_journeys_for_five_minutes(
    app: Flask, clock: Clock, phone: SoftAuthenticator, after: int, shown: str
) -> None:
    register(app, clock, phone)
    register(app, clock, of_mere := SoftAuthenticator(), claims=MERE)
    person = Person(app, clock)
    person.come()
    _wrong(person, phone, 5)
    clock.turn(after)
    mere = Person(app, clock)
    assert asks(mere.come(claims=MERE)) == "get", "only the one is locked out"
    assert mere.send(answer(of_mere, mere.reload())).step == "welcome"
    later = Person(app, clock)
    page = later.come()
    assert asks(page) == shown
    if shown == "get":
        assert later.send(answer(phone, page)).step == "welcome"


def test_an_answer_that_is_right_does_not_open_a_closed_lock(
    app: Flask, clock: Clock, phone: SoftAuthenticator
) -> None:
    register(app, clock, phone)
    ready, person = Person(app, clock), Person(app, clock)
    good = answer(phone, ready.come())
    person.come()
    _wrong(person, phone, 5)
    assert guesses(app) == [("webauthn", 5)]
    assert ready.send(good).page == "stopped"
    assert guesses(app) == [("webauthn", 5)]


@pytest.mark.parametrize(("wrong", "page"), [(4, ""), (5, "stopped")])
def test_a_guess_at_a_closed_lock_leads_to_the_page_that_says_so(
    app: Flask, clock: Clock, phone: SoftAuthenticator, log: Log, wrong: int, page: str
) -> None:
    register(app, clock, phone)
    ready, person = Person(app, clock), Person(app, clock)
    seen = ready.come()
    good = answer(phone, seen)
    person.come()
    _wrong(person, phone, wrong)
    # The count of a device rises: what was signed before the wrong ones is still above the mark.
    reply = post(ready, seen.url, good)
    assert reply.status_code == 303
    assert ready.get(reply.headers["Location"]).page == page
    assert len(log.events("factor_used")) == (not page)
    assert log.reasons("step_denied") == ["factor_locked"] * (2 if page else 0)


@pytest.mark.parametrize(("wrong", "page"), [(4, ""), (5, "stopped")])
def test_a_guess_at_a_lock_that_closes_at_that_moment_leads_there_too(
    app: Flask, clock: Clock, phone: SoftAuthenticator, log: Log,
    monkeypatch: pytest.MonkeyPatch, wrong: int, page: str,
) -> None:  # fmt: skip
    register(app, clock, phone)
    ready, person = Person(app, clock), Person(app, clock)
    seen = ready.come()
    good = answer(phone, seen)
    person.come()
    _meanwhile(monkeypatch, "read", lambda: _wrong(person, phone, wrong))
    reply = post(ready, seen.url, good)
    assert reply.status_code == 303
    assert ("locked" in log.reasons("step_stays")) == bool(page)
    assert ready.get(reply.headers["Location"]).page == page
    assert len(log.events("factor_used")) == (not page)
    assert guesses(app) == [("webauthn", 5 if page else 0)]


def test_whoever_locked_the_passkey_may_still_use_the_app(
    make_hook: MakeHook, clock: Clock, phone: SoftAuthenticator
) -> None:
    app = make_hook(one_of("webauthn", "totp") + NOTICE)
    person = Person(app, clock)
    person.come()
    page = person.send({"use": "webauthn"})
    person.send(create(phone, page))
    page = person.come()
    person.send({**answer(phone, page), "add": "yes"})
    key = key_on(person.send({"use": "totp"}))
    person.send({"code": code(key, clock.now)})
    clock.turn(60)
    page = person.come()
    if asks(page) != "get":
        page = person.send({"use": "webauthn"})
    assert _wrong(person, phone, 5).page == "stopped"
    page = person.come()
    assert asks(page) == "factor"
    assert "Code from the app" in page.text
    assert "You can’t use a passkey for a while, after too many wrong ones." in page.text
    assert offered(page) == []
    assert person.send({"code": code(key, clock.now)}).step == "welcome"


def test_twenty_uses_are_all_that_an_hour_has(
    app: Flask, clock: Clock, phone: SoftAuthenticator
) -> None:
    register(app, clock, phone)
    for _ in range(20):
        assert use(app, clock, phone).step == "welcome"
    assert Person(app, clock).come().page == "stopped"
    clock.turn(3_600)
    assert use(app, clock, phone).step == "welcome"


# The counter


@pytest.mark.parametrize("in_turn", [True, False])
def test_in_two_journeys_at_once_the_count_must_rise_in_the_order_of_arrival(
    app: Flask, clock: Clock, phone: SoftAuthenticator, log: Log, in_turn: bool
) -> None:
    register(app, clock, phone)
    one, other = Person(app, clock), Person(app, clock)
    first, second = answer(phone, one.come()), answer(phone, other.come())
    if in_turn:
        assert one.send(first).step == "welcome"
        assert other.send(second).step == "welcome"
    else:
        assert other.send(second).step == "welcome"
        assert one.send(first).status == 422
        assert log.reasons("step_stays") == ["counter_not_risen"]


def test_of_two_copies_of_a_key_that_say_the_same_count_one_gets_in(
    app: Flask, clock: Clock, phone: SoftAuthenticator
) -> None:
    register(app, clock, phone)
    one, other = Person(app, clock), Person(app, clock)
    first = answer(phone, one.come(), sign_count=7)
    second = answer(phone, other.come(), sign_count=7)
    assert one.send(first).step == "welcome"
    assert other.send(second).status == 422
    assert other.send(answer(phone, other.seen or other.reload(), sign_count=8)).step == "welcome"


def test_a_passkey_that_never_counts_is_accepted_again_and_again(
    app: Flask, clock: Clock, phone: SoftAuthenticator
) -> None:
    phone.counts = False
    register(app, clock, phone)
    assert [use(app, clock, phone).step for _ in range(3)] == ["welcome"] * 3
    assert [factor.mark for factor in kept(app, clock)] == [0]


# Options


@pytest.mark.parametrize(("age", "allowed"), [(3_599, False), (3_600, True)])
def test_a_young_passkey_is_not_asked_for(
    make_hook: MakeHook, clock: Clock, phone: SoftAuthenticator, age: int, allowed: bool
) -> None:
    app = make_hook(passkey('min_enrolment_age = "60m"') + NOTICE)
    young = SoftAuthenticator()
    register(app, clock, phone)
    clock.turn(3_600)
    add(app, clock, phone, young)
    clock.turn(age)
    person = Person(app, clock)
    page = person.come()
    (theirs,) = young.keys
    assert (theirs in allowed_on(page)) == allowed
    assert allowed_on(page)[0] == next(iter(phone.keys))
    seen = person.send(sent(young.get(text_of(page), credential_id=unb64(theirs))))
    assert (seen.step == "welcome") == allowed


def test_a_young_passkey_is_excluded_all_the_same_when_one_more_is_set_up(
    make_hook: MakeHook, clock: Clock, phone: SoftAuthenticator
) -> None:
    app = make_hook(passkey('min_enrolment_age = "60m"') + NOTICE)
    young = SoftAuthenticator()
    register(app, clock, phone)
    clock.turn(3_600)
    add(app, clock, phone, young)
    _, page = to_addition(app, clock, phone)
    excluded = {each["id"] for each in options_of(page)["excludeCredentials"]}
    assert excluded == {*phone.keys, *young.keys}


def test_whoever_has_only_a_young_passkey_is_told_when_it_counts(
    make_hook: MakeHook, clock: Clock, phone: SoftAuthenticator
) -> None:
    app = make_hook(passkey('min_enrolment_age = "60m"') + NOTICE)
    register(app, clock, phone)
    page = Person(app, clock).come()
    assert page.page == "stopped"
    assert "You can try again in 1 hour." in page.text


@pytest.mark.parametrize(
    ("wish", "accepted"), [("required", False), ("preferred", True), ("discouraged", True)]
)
def test_without_pin_or_finger_it_depends_on_the_option(
    make_hook: MakeHook, clock: Clock, phone: SoftAuthenticator, wish: str, accepted: bool
) -> None:
    app = make_hook(passkey(f'user_verification = "{wish}"') + NOTICE)
    person = Person(app, clock)
    page = person.come()
    assert options_of(page)["authenticatorSelection"]["userVerification"] == wish
    seen = person.send(create(phone, page, uv=False))
    assert (seen.step == "welcome") == accepted
    if not accepted:
        assert person.send(create(phone, seen)).step == "welcome"
    page = person.come()
    assert options_of(page)["userVerification"] == wish
    assert (person.send(answer(phone, page, uv=False)).step == "welcome") == accepted


@pytest.mark.parametrize("wish", ["required", "preferred", "discouraged"])
def test_the_browser_is_told_whether_to_keep_it_on_the_device(
    make_hook: MakeHook, clock: Clock, wish: str
) -> None:
    app = make_hook(passkey(f'discoverable = "{wish}"'))
    chosen = options_of(Person(app, clock).come())["authenticatorSelection"]
    assert (chosen["residentKey"], chosen["requireResidentKey"]) == (wish, wish == "required")


def test_a_passkey_may_be_made_for_the_domain_above(
    make_hook: MakeHook, clock: Clock, phone: SoftAuthenticator
) -> None:
    app = make_hook(passkey('rp_id = "example.org"') + NOTICE)
    person = Person(app, clock)
    page = person.come()
    assert options_of(page)["rp"]["id"] == "example.org"
    seen = person.send(create(phone, page, rp_id="hook.example.org"))
    assert seen.status == 422
    assert person.send(create(phone, seen)).step == "welcome"
    assert use(app, clock, phone, rp_id="hook.example.org").status == 422
    assert use(app, clock, phone).step == "welcome"


@pytest.mark.parametrize(
    "rp_id",
    [
        "evil.example", "ook.example.org", "a.hook.example.org", "org", ".example.org",
        "example.org.", "Example.org", "https://example.org", "example.org:443", " ",
    ],
)  # fmt: skip
def test_a_passkey_for_a_foreign_domain_is_a_mistake_in_the_configuration(
    make_hook: MakeHook, rp_id: str
) -> None:
    assert make_hook(passkey('rp_id = "hook.example.org"'))
    with pytest.raises(ConfigError) as refused:
        make_hook(passkey(f'rp_id = "{rp_id}"'))
    (mistake,) = refused.value.mistakes
    assert mistake.key == "tenants.kauri.steps[0].rp_id"
    assert "use the host of public_url, or a domain that it is in" in str(refused.value)


def test_a_mistake_in_a_choice_names_the_option(make_hook: MakeHook) -> None:
    assert make_hook(one_of('kind = "webauthn", rp_id = "example.org"'))
    with pytest.raises(ConfigError) as refused:
        make_hook(one_of('kind = "webauthn", rp_id = "evil.example"'))
    assert "rp_id: use the host of public_url" in str(refused.value)
    with pytest.raises(ConfigError) as refused:
        make_hook(one_of('kind = "webauthn", rpid = "example.org"'))
    assert "rpid: there is no such option" in str(refused.value)


def _listed(folder: Path, maker: Maker, aaguid: str) -> str:
    roots = [maker.root.decode()]
    text = json.dumps({aaguid: {"name": "Kauri Key", "roots": roots}})
    (folder / "keys.json").write_text(text, encoding="utf-8")
    return passkey('authenticators = "keys.json"', 'report = ["amr"]')


def test_a_listed_authenticator_is_taken_and_reported_as_hardware(
    make_hook: MakeHook, clock: Clock, tmp_path: Path
) -> None:
    maker = Maker()
    key = SoftAuthenticator(fmt="packed", chain=maker.chain())
    app = make_hook(_listed(tmp_path, maker, key.aaguid))
    person = Person(app, clock)
    page = person.come()
    assert options_of(page)["attestation"] == "direct"
    assert person.send(create(key, page)).answer["claims"] == {"amr": ["hwk", "user"]}
    clock.turn(1)
    assert use(app, clock, key).answer["claims"] == {"amr": ["hwk", "user", "mfa"]}


@pytest.mark.parametrize(
    "changes",
    [
        {"fmt": "none", "chain": None},
        {"chain": None},
        {"chain": Maker("Stranger").chain()},
        {"aaguid": "00000000-0000-0000-0000-000000000000"},
        {"aaguid": "0f6b3c5e-1f4a-4c1e-9d0b-5a2f6a0c7e12"},
    ],
    ids=["no attestation", "self attestation", "strange root", "no model", "another model"],
)
def test_an_authenticator_that_is_not_listed_is_refused(
    make_hook: MakeHook, clock: Clock, tmp_path: Path, changes: dict[str, Any]
) -> None:
    maker = Maker()
    key = SoftAuthenticator(fmt="packed", chain=maker.chain())
    app = make_hook(_listed(tmp_path, maker, key.aaguid))
    person = Person(app, clock)
    seen = person.send(create(key, person.come(), **changes))
    assert (seen.status, asks(seen), kept(app, clock)) == (422, "create", [])
    assert person.send(create(key, seen)).page == "leave"


def test_without_a_list_it_is_reported_as_software(
    make_hook: MakeHook, clock: Clock, phone: SoftAuthenticator
) -> None:
    app = make_hook(passkey('report = ["amr", "enrolled_in_this_flow"]'))
    claims = register(app, clock, phone).answer["claims"]
    assert claims == {"amr": ["swk", "user"], "enrolled_in_this_flow": True}
    claims = use(app, clock, phone).answer["claims"]
    assert claims == {"amr": ["swk", "user", "mfa"], "enrolled_in_this_flow": False}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (None, "this file cannot be read"),
        ("{}", "must be an object with an entry for each AAGUID"),
        ("{", "not JSON"),
        ('{"x": {"name": "X", "roots": []}}', "x is not an AAGUID"),
    ],
)
def test_a_list_with_a_mistake_is_a_mistake_in_the_configuration(
    make_hook: MakeHook, tmp_path: Path, text: str | None, says: str
) -> None:
    if text is not None:
        (tmp_path / "keys.json").write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as refused:
        make_hook(passkey('authenticators = "keys.json"'))
    (mistake,) = refused.value.mistakes
    assert mistake.key == "tenants.kauri.steps[0].authenticators"
    assert says in str(refused.value)


@pytest.mark.parametrize("has_one", [True, False])
def test_whoever_must_have_one_already_and_has_none_is_refused(
    make_hook: MakeHook, clock: Clock, phone: SoftAuthenticator, has_one: bool
) -> None:
    if has_one:
        register(make_hook(FLOW), clock, phone)
    app = make_hook(passkey("require_prior_enrolment = true") + NOTICE)
    page = Person(app, clock).come()
    assert asks(page) == ("get" if has_one else "stopped")
    if has_one:
        assert use(app, clock, phone).step == "welcome"


@pytest.mark.parametrize(("later", "asked"), [(599, "welcome"), (600, "get")])
def test_whoever_used_it_so_recently_is_not_asked(
    make_hook: MakeHook, clock: Clock, phone: SoftAuthenticator, later: int, asked: str
) -> None:
    app = make_hook(passkey('max_age = "10m"') + NOTICE)
    register(app, clock, phone)
    assert asks(Person(app, clock).come()) == "get", "to set it up is not to use it"
    use(app, clock, phone)
    clock.turn(later)
    assert asks(Person(app, clock).come()) == asked


# The pages


def test_every_page_says_which_it_is_so_that_its_form_says_where_it_was_sent_from(
    make_hook: MakeHook, clock: Clock, phone: SoftAuthenticator
) -> None:
    app = make_hook(one_of("webauthn", "totp") + NOTICE)
    person = Person(app, clock)
    pages = [person.come(), person.send({"use": "totp"}), person.send({"use": "webauthn"})]
    person.send(create(phone, pages[-1]))
    clock.turn(1)
    pages.append(person.come())
    pages.append(person.send({**answer(phone, pages[-1]), "add": "yes"}))
    pages.append(person.send({"use": "totp"}))
    person.send({"code": code(key_on(pages[-1]), clock.now)})
    clock.turn(30)
    person.come()
    pages.append(person.send({"use": "totp"}))
    assert [page.reader.hidden["page"] for page in pages] == [
        "enrol choice", "enrol totp", "enrol webauthn", "verify webauthn", "enrol choice",
        "enrol totp", "verify totp",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "page", ["enrol webauthn", "verify totp", "verify choice", "Verify webauthn", "", None]
)
@pytest.mark.parametrize("key", ["right", "wrong"])
def test_an_answer_that_was_sent_from_another_page_is_not_judged(
    app: Flask, clock: Clock, phone: SoftAuthenticator, log: Log, page: str | None, key: str
) -> None:
    register(app, clock, phone)
    person = Person(app, clock)
    seen = person.come()
    assert seen.reader.hidden["page"] == "verify webauthn"
    given = answer(phone, seen, **({} if key == "right" else {"key": new_key()}))
    shown = person.send({**given, "page": [] if page is None else page})
    assert (shown.status, asks(shown)) == (200, "get")
    assert challenge_on(shown) == challenge_on(seen)
    assert log.reasons("step_stays") == ["page_changed"]
    assert guesses(app) == []
    assert (person.send(given).step == "welcome") == (key == "right")
    assert guesses(app) == [("webauthn", 0 if key == "right" else 1)]


@pytest.mark.parametrize("page", ["verify webauthn", "enrol choice", "", "enrol webauthn"])
def test_a_passkey_that_was_set_up_from_another_page_is_not_kept(
    app: Flask, clock: Clock, phone: SoftAuthenticator, page: str
) -> None:
    person = Person(app, clock)
    good = create(phone, person.come())
    seen = person.send({**good, "page": page})
    assert (seen.status, seen.step) == (200, "welcome" if page == "enrol webauthn" else "passkey")
    assert len(kept(app, clock)) == (page == "enrol webauthn")


def test_a_skip_that_was_sent_before_its_page_was_shown_is_none(
    app: Flask, clock: Clock, phone: SoftAuthenticator
) -> None:
    register(app, clock, phone)
    person = Person(app, clock)
    page = person.come()
    person.send({**answer(phone, page), "add": "yes"})
    stale = person.send({"skip": "yes", "page": page.reader.hidden["page"]})
    assert (stale.status, asks(stale)) == (200, "create")
    assert person.send({"skip": "yes"}).step == "welcome"


REPLACES = "It replaces the one you use now."


@pytest.mark.parametrize("there", [True, False])
def test_the_choice_of_one_more_says_what_would_be_replaced(
    make_hook: MakeHook, clock: Clock, phone: SoftAuthenticator, there: bool
) -> None:
    app = make_hook(one_of("webauthn", "totp") + NOTICE)
    person = Person(app, clock)
    assert REPLACES not in person.come().text
    person.send(create(phone, person.send({"use": "webauthn"})))
    if there:
        clock.turn(1)
        person.send({**answer(phone, person.come()), "add": "yes"})
        person.send({"code": code(key_on(person.send({"use": "totp"})), clock.now)})
    clock.turn(60)
    page = person.come()
    page = page if asks(page) == "get" else person.send({"use": "webauthn"})
    page = person.send({**answer(phone, page), "add": "yes"})
    assert offered(page) == ["webauthn", "totp"]
    assert page.text.count(REPLACES) == there
    if there:
        (app_button,) = re.findall(r'<button[^>]*value="totp".*?</button>', page.html, re.DOTALL)
        assert REPLACES in app_button


def _problems(page: Seen) -> dict[str, str]:
    """What the script can say, by the name of the error in the browser."""
    found = re.findall(r'data-problem="(\w+)">([^<]+)<', page.html)
    assert len(found) == page.html.count("data-problem=")
    return dict(found)


def test_what_can_go_wrong_is_told_otherwise_for_setting_up_and_for_using(
    app: Flask, clock: Clock, phone: SoftAuthenticator
) -> None:
    sets_up = _problems(Person(app, clock).come())
    register(app, clock, phone)
    uses = _problems(Person(app, clock).come())
    assert sets_up["NotAllowedError"].startswith("No passkey was set up: you cancelled, or it took")
    assert uses["NotAllowedError"].startswith(
        "No passkey was used: you cancelled, it took too long, or this device has none of your"
    )
    assert "Use another device, or a security key." in sets_up["InvalidStateError"]
    assert set(sets_up) - set(uses) == {"InvalidStateError"}
    assert sets_up["other"] == uses["other"]


def test_an_error_stands_in_the_field_of_the_passkey_and_the_summary_leads_there(
    app: Flask, clock: Clock, phone: SoftAuthenticator
) -> None:
    person = Person(app, clock)
    pages = [(person.come(), "create", person.send({}))]
    register(app, clock, phone)
    pages.append((person.come(), "get", person.send({})))
    for fresh, word, wrong in pages:
        assert (asks(fresh), asks(wrong)) == (word, word)
        assert "passkey-error" not in Html(fresh.html).ids
        assert [link for link in wrong.reader.links if link.startswith("#")] == ["#passkey"]
        (inside,) = re.findall(r'<div class="field" id="passkey".*?</div>', wrong.html, re.DOTALL)
        assert re.search(r'<p class="error" id="passkey-error">.*didn’t use a passkey', inside)


def _policy(page: Seen) -> str:
    return page.response.headers["Content-Security-Policy"]


def test_scripts_run_on_pages_that_have_one_and_on_no_other(
    make_hook: MakeHook, clock: Clock, phone: SoftAuthenticator
) -> None:
    app = make_hook(NOTICE + passkey() + RECOVERY)
    person = Person(app, clock)
    plain = [person.come()]
    page = person.send()
    scripted = [page, person.send({"passkey": "{}"})]
    assert [each.status for each in scripted] == [200, 422]
    scripted.append(person.send(create(phone, person.reload())))
    assert scripted[-1].step == "codes"
    plain += [person.get(page.url.rsplit("/", 1)[0] + "/cancel"), person.get("/nothing")]
    person.get(page.url)
    plain.append(person.send({"saved": "yes"}))
    assert plain[-1].page == "leave"
    for each in scripted:
        assert _policy(each).endswith("; script-src 'self'")
        assert len(Html(each.html).all("script")) == 1
    for each in plain:
        assert "script-src" not in _policy(each)
        assert "<script" not in each.html


def test_the_pages_have_no_script_and_no_style_inside(
    app: Flask, clock: Clock, phone: SoftAuthenticator
) -> None:
    person = Person(app, clock)
    pages = [person.come(), person.send({})]
    register(app, clock, phone)
    pages += [person.come(), person.send({}), to_addition(app, clock, phone)[1]]
    for page in pages:
        html = Html(page.html)
        assert not html.all("style")
        assert all("style" not in attributes for _, attributes, _ in html.elements)
        assert not [n for _, e, _ in html.elements for n in e if n.startswith("on")]
        assert [each["src"].partition("?")[0] for each in html.all("script")] == ["/static/hook.js"]
        assert re.search(r"<script [^>]*></script>", page.html)
        assert not re.search(r'(src|href)="(https?:)?//', page.html)


def test_the_script_is_a_file_of_the_hook(app: Flask, clock: Clock) -> None:
    person = Person(app, clock)
    (script,) = Html(person.come().html).all("script")
    with person.browser.get(script["src"], base_url=person.origin) as reply:
        assert reply.status_code == 200
        assert reply.mimetype in ("text/javascript", "application/javascript")


def test_without_a_script_the_page_says_what_to_do_and_hides_its_button(
    make_hook: MakeHook, clock: Clock
) -> None:
    person = Person(make_hook(one_of("webauthn", "totp")), clock)
    page = person.come()
    assert "This browser can’t use passkeys here" in page.text
    ways = {each["value"]: "hidden" in each for each in page.reader.controls if "value" in each}
    assert ways == {"webauthn": True, "totp": False}
    page = person.send({"use": "webauthn"})
    assert "hidden" in button_on(page)
    assert "Choose another way below" in page.text
    assert offered(page) == ["totp"]
    assert key_on(person.send({"use": "totp"}))


def test_nothing_of_a_passkey_is_in_the_log(
    app: Flask, clock: Clock, phone: SoftAuthenticator, log: Log
) -> None:
    register(app, clock, phone, "hers alone")
    use(app, clock, phone)
    (credential,) = phone.keys
    for text in (credential, phone.handles[credential], "hers alone"):
        assert text not in log
