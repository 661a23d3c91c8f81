"""totp: a code from an app, good once; a seed that is active only once a code of it was typed."""

import base64
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from flask import Flask

from hook.testing.hooks import NOTICE, TOTP, Clock, MakeHook
from hook.testing.visitor import Seen
from hook.testing.watch import Log, rows, watched_log
from tests.support.factors import (
    STEP,
    Person,
    asked,
    code,
    confirm,
    enrol,
    factors_of,
    key_on,
    link_on,
    remove,
    wrong_code,
)

FLOW = TOTP + NOTICE
FULL_WIDTH = {ord("0") + digit: chr(0xFF10 + digit) for digit in range(10)}


@pytest.fixture
def log() -> Iterator[Log]:
    with watched_log() as log:
        yield log


@pytest.fixture
def app(make_hook: MakeHook) -> Flask:
    return make_hook(FLOW)


def _everything(app: Flask, folder: Path) -> bytes:
    """All bytes that the database has on disk."""
    assert rows(app)
    return b"".join(file.read_bytes() for file in folder.glob("hook.db*"))


def _hiding_places(key: str) -> tuple[bytes, ...]:
    raw = base64.b32decode(key)
    return (key.encode(), key.lower().encode(), raw, raw.hex().encode(), base64.b64encode(raw))


def test_whoever_has_no_app_sees_link_key_and_picture(app: Flask, clock: Clock) -> None:
    page = Person(app, clock).come()
    assert (page.status, page.step, asked(page)) == (200, "app", "enrol totp")
    key = key_on(page)
    assert len(base64.b32decode(key)) == 20
    assert re.search(r'id="key-phone">([A-Z2-7]{4} ){7}[A-Z2-7]{4}<', page.html)
    assert page.html.count("<svg") == 2


def test_the_link_carries_the_key_that_is_shown_and_names_tenant_and_person(
    app: Flask, clock: Clock
) -> None:
    page = Person(app, clock).come()
    link = urlsplit(link_on(page))
    assert (link.scheme, link.netloc) == ("otpauth", "totp")
    assert unquote(link.path) == "/Kauri Polytechnic:Ripeka Tamihana"
    query = parse_qs(link.query)
    assert (query["secret"], query["issuer"]) == ([key_on(page)], ["Kauri Polytechnic"])


def test_the_picture_is_in_the_page_without_style_script_or_another_server(
    app: Flask, clock: Clock
) -> None:
    page = Person(app, clock).come()
    for picture in re.findall(r"<svg.*?</svg>", page.html, re.DOTALL):
        assert not re.search(r"style|script|\bon[a-z]+=|href|src=", picture)
    assert "<style" not in page.html
    assert " style=" not in page.html
    assert not re.search(r"<script(?![^>]* src=\"/static/)", page.html)
    assert not re.search(r'(src|href)="(https?:)?//', page.html)


def test_a_person_whose_name_has_markup_breaks_neither_link_nor_picture(
    app: Flask, clock: Clock
) -> None:
    claims = {"name": '"><b>&issuer=Evil', "email": "ripeka@kauri.example"}
    page = Person(app, clock).come(claims=claims)
    assert "<b>" not in page.html
    assert parse_qs(urlsplit(link_on(page)).query)["issuer"] == ["Kauri Polytechnic"]


def test_a_reload_shows_the_same_key(app: Flask, clock: Clock) -> None:
    person = Person(app, clock)
    assert key_on(person.come()) == key_on(person.reload())


def test_a_right_code_makes_the_seed_active_and_goes_on(app: Flask, clock: Clock, log: Log) -> None:
    person = Person(app, clock)
    key = key_on(person.come())
    assert person.send({"code": code(key, clock.now)}).step == "welcome"
    assert [factor.data["seed"] for factor in factors_of(app, clock)] == [key]
    assert log.events("factor_enrolled", step="app", kind="totp")


def test_a_wrong_code_makes_nothing_active_and_keeps_the_key(app: Flask, clock: Clock) -> None:
    person = Person(app, clock)
    key = key_on(person.come())
    page = person.send({"code": wrong_code(key, clock.now)})
    assert (page.status, key_on(page)) == (422, key)
    assert "That code isn’t right" in page.text
    assert factors_of(app, clock) == []
    assert person.send({"code": code(key, clock.now)}).step == "welcome"
    assert len(factors_of(app, clock)) == 1


def test_the_seed_of_an_abandoned_journey_is_not_active(app: Flask, clock: Clock) -> None:
    abandoned = key_on(Person(app, clock).come())
    key = enrol(app, clock)
    assert key != abandoned
    person = Person(app, clock)
    person.come()
    assert person.send({"code": code(abandoned, clock.now)}).status == 422
    assert person.send({"code": code(key, clock.now)}).step == "welcome"


def test_an_enrolment_that_waits_in_another_tab_comes_too_late(app: Flask, clock: Clock) -> None:
    waiting = Person(app, clock)
    stale = key_on(waiting.come())
    key = enrol(app, clock)
    page = waiting.send({"code": code(stale, clock.now)})
    assert (page.status, asked(page)) == (200, "totp")
    assert rows(app)["guesses"] == []
    assert [factor.data["seed"] for factor in factors_of(app, clock)] == [key]
    assert waiting.send({"code": code(key, clock.now)}).step == "welcome"


def test_the_confirming_code_cannot_be_used_again_in_the_next_journey(
    app: Flask, clock: Clock
) -> None:
    person = Person(app, clock)
    key = key_on(person.come())
    person.send({"code": code(key, clock.now)})
    later = Person(app, clock)
    assert asked(later.come()) == "totp"
    page = later.send({"code": code(key, clock.now)})
    assert (page.status, asked(page)) == (422, "totp")
    assert "used already" in page.text
    clock.turn(STEP)
    assert later.send({"code": code(key, clock.now)}).step == "welcome"


@pytest.mark.parametrize("restart", [False, True], ids=["one process", "after a restart"])
def test_a_code_counts_once_across_journeys(
    app: Flask, clock: Clock, make_hook: MakeHook, restart: bool
) -> None:
    key = enrol(app, clock)
    assert confirm(app, clock, key).step == "welcome"
    if restart:
        app = make_hook(FLOW)
    assert confirm(app, clock, key).status == 422
    clock.turn(STEP)
    assert confirm(app, clock, key).step == "welcome"


@pytest.mark.parametrize(
    ("steps", "right"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)]
)
def test_a_code_is_good_one_step_before_and_after(
    app: Flask, clock: Clock, steps: int, right: bool
) -> None:
    key = enrol(app, clock)
    clock.turn(10 * STEP)
    person = Person(app, clock)
    person.come()
    page = person.send({"code": code(key, clock.now, steps)})
    assert (page.status, page.step) == ((200, "welcome") if right else (422, "app"))


@pytest.mark.parametrize(
    ("first", "then", "right"),
    [(0, -1, False), (1, 0, False), (1, -1, False), (0, 0, False), (-1, 0, True), (0, 1, True)],
)
def test_no_code_counts_after_a_later_one(
    app: Flask, clock: Clock, first: int, then: int, right: bool
) -> None:
    key = enrol(app, clock)
    clock.turn(10 * STEP)
    person, later = Person(app, clock), Person(app, clock)
    person.come()
    assert person.send({"code": code(key, clock.now, first)}).step == "welcome"
    later.come()
    page = later.send({"code": code(key, clock.now, then)})
    assert (page.status, page.step) == ((200, "welcome") if right else (422, "app"))


def test_a_clock_that_goes_backwards_makes_no_old_code_good(app: Flask, clock: Clock) -> None:
    key = enrol(app, clock)
    clock.turn(20 * STEP)
    assert confirm(app, clock, key).step == "welcome"
    clock.turn(-10 * STEP)
    for steps in (-1, 0, 1):
        person = Person(app, clock)
        person.come()
        assert person.send({"code": code(key, clock.now, steps)}).status == 422
    clock.turn(11 * STEP)
    assert confirm(app, clock, key).step == "welcome"


@pytest.mark.parametrize(
    "spell",
    [
        "{}",
        " {} ",
        "{0[0]}{0[1]}{0[2]} {0[3]}{0[4]}{0[5]}",
        "{0[0]}{0[1]}{0[2]}-{0[3]}{0[4]}{0[5]}",
    ],
)
def test_spaces_and_hyphens_do_not_matter(app: Flask, clock: Clock, spell: str) -> None:
    key = enrol(app, clock)
    person = Person(app, clock)
    person.come()
    assert person.send({"code": spell.format(code(key, clock.now))}).step == "welcome"


@pytest.mark.parametrize("enrolling", [True, False], ids=["enrolling", "verifying"])
def test_digits_in_another_spelling_give_the_page_again(
    app: Flask, clock: Clock, enrolling: bool
) -> None:
    key = "" if enrolling else enrol(app, clock)
    person = Person(app, clock)
    page = person.come()
    key = key or key_on(page)
    page = person.send({"code": code(key, clock.now).translate(FULL_WIDTH)})
    assert (page.status, page.step) == (422, "app")
    assert "Type the six digits that the app shows." in page.text
    assert person.send({"code": code(key, clock.now)}).step == "welcome"


@pytest.mark.parametrize("sent", ["１２３４５６", "", "12345", "1234567", "abcdef", "9" * 4_000])  # noqa: RUF001
def test_what_is_no_code_is_not_counted_as_a_guess(app: Flask, clock: Clock, sent: str) -> None:
    key = enrol(app, clock)
    person = Person(app, clock)
    person.come()
    for _ in range(7):
        assert person.send({"code": sent}).status == 422
    assert rows(app)["guesses"] == []
    assert person.send({"code": code(key, clock.now)}).step == "welcome"


def test_the_fifth_wrong_code_ends_the_journey(app: Flask, clock: Clock, log: Log) -> None:
    key = enrol(app, clock)
    person = Person(app, clock)
    person.come()
    for _ in range(4):
        assert person.send({"code": wrong_code(key, clock.now)}).status == 422
    page = person.send({"code": wrong_code(key, clock.now)})
    assert (page.status, page.page) == (200, "stopped")
    assert "You can try again in 5 minutes." in page.text
    (link,) = [link for link in page.reader.links if "leave" in link]
    assert person.get(link).answer["error"] == {"message": "factor_locked"}
    assert log.reasons("step_denied") == ["factor_locked"]


def test_four_wrong_codes_and_a_right_one_go_on_and_start_the_count_anew(
    app: Flask, clock: Clock
) -> None:
    key = enrol(app, clock)
    for _ in range(2):
        person = Person(app, clock)
        person.come()
        for _ in range(4):
            person.send({"code": wrong_code(key, clock.now)})
        assert person.send({"code": code(key, clock.now)}).step == "welcome"
        clock.turn(STEP)


def test_wrong_codes_count_across_journeys_and_restarts(
    app: Flask, clock: Clock, make_hook: MakeHook
) -> None:
    key = enrol(app, clock)
    for _ in range(4):
        person = Person(app, clock)
        person.come()
        assert person.send({"code": wrong_code(key, clock.now)}).status == 422
    person = Person(make_hook(FLOW), clock)
    person.come()
    assert person.send({"code": wrong_code(key, clock.now)}).page == "stopped"


def test_while_it_is_locked_not_even_a_right_code_counts_and_afterwards_it_does(
    app: Flask, clock: Clock
) -> None:
    key = enrol(app, clock)
    person, waiting = Person(app, clock), Person(app, clock)
    person.come()
    waiting.come()
    for _ in range(5):
        person.send({"code": wrong_code(key, clock.now)})
    assert Person(app, clock).come().page == "stopped"
    assert waiting.send({"code": code(key, clock.now)}).page == "stopped"
    clock.turn(299)
    assert Person(app, clock).come().page == "stopped"
    clock.turn(1)
    assert confirm(app, clock, key).step == "welcome"


def test_used_codes_are_counted_as_guesses_too(app: Flask, clock: Clock) -> None:
    key = enrol(app, clock)
    confirm(app, clock, key)
    person = Person(app, clock)
    person.come()
    seen = [person.send({"code": code(key, clock.now)}).page for _ in range(5)]
    assert seen == ["", "", "", "", "stopped"]


def test_wrong_codes_while_enrolling_lock_nobody_out(app: Flask, clock: Clock) -> None:
    person = Person(app, clock)
    key = key_on(person.come())
    for _ in range(7):
        assert person.send({"code": wrong_code(key, clock.now)}).status == 422
    assert person.send({"code": code(key, clock.now)}).step == "welcome"


def test_another_person_is_not_locked_and_has_another_key(app: Flask, clock: Clock) -> None:
    key = enrol(app, clock)
    person = Person(app, clock)
    person.come()
    for _ in range(5):
        person.send({"code": wrong_code(key, clock.now)})
    mere = Person(app, clock)
    page = mere.come(claims={"name": "Mere", "email": "mere@kauri.example"})
    assert asked(page) == "enrol totp"
    assert key_on(page) != key
    assert mere.send({"code": code(key_on(page), clock.now)}).step == "welcome"


def test_the_seed_is_never_shown_again(app: Flask, clock: Clock) -> None:
    person = Person(app, clock)
    pages: list[Seen] = [person.come()]
    key = key_on(pages[0])
    url = pages[0].url
    pages = [person.send({"code": code(key, clock.now)}), person.get(url), person.reload()]
    clock.turn(STEP)
    pages += [person.come(), person.send({"code": "000"}), person.send({"code": "000000"})]
    pages += [person.send({"code": code(key, clock.now), "add": "yes"})]
    pages += [person.send({"use": "totp"})]
    assert key_on(pages[-1]) != key
    for page in pages:
        assert key not in page.html.replace(" ", "")


def test_the_seed_is_in_no_log_and_nowhere_in_the_clear(
    app: Flask, clock: Clock, log: Log, tmp_path: Path
) -> None:
    person = Person(app, clock)
    key = key_on(person.come())
    during = _everything(app, tmp_path)
    sent = code(key, clock.now)
    person.send({"code": sent})
    after = _everything(app, tmp_path)
    for place in _hiding_places(key):
        assert place not in during
        assert place not in after
    assert key not in log
    assert sent not in log
    assert b"kauri" in after


def test_two_seeds_can_never_be_active_at_once(app: Flask, clock: Clock) -> None:
    first, second = Person(app, clock), Person(app, clock)
    one, two = key_on(first.come()), key_on(second.come())
    assert first.send({"code": code(one, clock.now)}).step == "welcome"
    assert second.send({"code": code(two, clock.now)}).step == "app"
    assert [factor.data["seed"] for factor in factors_of(app, clock)] == [one]


@pytest.mark.parametrize(
    "sent", [{"use": "totp"}, {"add": "yes"}, {"skip": "yes"}, {"use": "totp", "add": "yes"}]
)
def test_before_a_right_code_nothing_leads_to_a_second_enrolment(
    app: Flask, clock: Clock, sent: dict[str, str | list[str]]
) -> None:
    key = enrol(app, clock)
    person = Person(app, clock)
    person.come()
    page = person.send(sent)
    assert asked(page) == "totp"
    assert asked(person.send({**sent, "code": wrong_code(key, clock.now)})) == "totp"
    assert asked(person.reload()) == "totp"
    assert [factor.data["seed"] for factor in factors_of(app, clock)] == [key]


def test_a_right_code_without_the_box_goes_on_at_once(app: Flask, clock: Clock) -> None:
    key = enrol(app, clock)
    assert confirm(app, clock, key).step == "welcome"
    assert [factor.data["seed"] for factor in factors_of(app, clock)] == [key]


def test_a_right_code_with_the_box_offers_an_app_that_replaces_the_old_one(
    app: Flask, clock: Clock
) -> None:
    old = enrol(app, clock)
    person = Person(app, clock)
    person.come()
    page = person.send({"code": code(old, clock.now), "add": "yes"})
    assert (page.step, asked(page)) == ("app", "enrol totp")
    new = key_on(page)
    assert "the app you have used so far no longer works here" in page.text
    assert [factor.data["seed"] for factor in factors_of(app, clock)] == [old]
    assert person.send({"code": code(new, clock.now)}).step == "welcome"
    assert [factor.data["seed"] for factor in factors_of(app, clock)] == [new]
    clock.turn(STEP)
    later = Person(app, clock)
    later.come()
    assert later.send({"code": code(old, clock.now)}).status == 422
    assert later.send({"code": code(new, clock.now)}).step == "welcome"


def test_to_go_on_without_keeps_the_old_app(app: Flask, clock: Clock) -> None:
    old = enrol(app, clock)
    person = Person(app, clock)
    person.come()
    person.send({"code": code(old, clock.now), "add": "yes"})
    assert person.send({"skip": "yes"}).step == "welcome"
    clock.turn(STEP)
    assert confirm(app, clock, old).step == "welcome"


def test_a_replacement_that_is_not_confirmed_replaces_nothing(app: Flask, clock: Clock) -> None:
    old = enrol(app, clock)
    person = Person(app, clock)
    person.come()
    person.send({"code": code(old, clock.now), "add": "yes"})
    new = key_on(person.send({"use": "totp"}))
    assert person.send({"code": wrong_code(new, clock.now)}).status == 422
    clock.turn(STEP)
    later = Person(app, clock)
    later.come()
    assert later.send({"code": code(new, clock.now)}).status == 422
    assert later.send({"code": code(old, clock.now)}).step == "welcome"


def test_the_box_in_one_journey_opens_nothing_in_another(app: Flask, clock: Clock) -> None:
    key = enrol(app, clock)
    person = Person(app, clock)
    person.come()
    person.send({"code": code(key, clock.now), "add": "yes"})
    assert asked(Person(app, clock).come()) == "totp"


def test_an_app_that_is_removed_while_its_code_is_typed_is_set_up_anew(
    app: Flask, clock: Clock
) -> None:
    key = enrol(app, clock)
    person = Person(app, clock)
    person.come()
    remove(app, clock, "totp")
    person.send({"code": code(key, clock.now)})
    page = person.reload()
    assert asked(page) == "enrol totp"
    assert person.send({"code": code(key_on(page), clock.now)}).step == "welcome"


def test_going_back_to_the_page_after_a_right_code_shows_where_the_journey_stands(
    app: Flask, clock: Clock
) -> None:
    key = enrol(app, clock)
    person = Person(app, clock)
    page = person.come()
    person.send({"code": code(key, clock.now)})
    assert person.get(page.url).step == "welcome"
    person.seen = page
    assert person.send({"code": code(key, clock.now)}).step == "welcome"


@pytest.mark.parametrize("name", ["K" * 200, "学" * 200])
def test_a_tenant_may_have_the_longest_name_that_the_configuration_allows(
    make_hook: MakeHook, clock: Clock, name: str
) -> None:
    app = make_hook(FLOW, environ={"HOOK__TENANTS__KAURI__NAME": name})
    assert asked(Person(app, clock).come()) == "enrol totp"


def test_the_page_may_load_the_hooks_own_script_and_nothing_else(app: Flask, clock: Clock) -> None:
    policy = Person(app, clock).come().response.headers["Content-Security-Policy"]
    assert "script-src 'self'" in policy
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
