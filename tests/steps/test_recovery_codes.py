"""recovery_codes: ten codes, shown once, each good once, where a second factor is asked for."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

import pytest
from flask import Flask

from hook.errors import ConfigError
from hook.testing.hooks import NOTICE, RECOVERY, TOTP, Clock, MakeHook
from hook.testing.visitor import Seen
from hook.testing.watch import Log, rows, watched_log
from tests.support.factors import (
    BADGE,
    STEP,
    Person,
    asked,
    code,
    codes_on,
    confirm,
    enrol,
    factors_of,
    key_on,
    offered,
    one_of,
    remove,
    subject_of,
    wrong_code,
)

FLOW = TOTP + RECOVERY + NOTICE
NOT_MINE = "0000-0000-0000-0000"


@pytest.fixture
def log() -> Iterator[Log]:
    with watched_log() as log:
        yield log


@pytest.fixture
def app(make_hook: MakeHook) -> Flask:
    return make_hook(FLOW)


def _save(app: Flask, clock: Clock) -> tuple[str, list[str]]:
    """Set up an app and save the codes that come with it."""
    person = Person(app, clock)
    key = key_on(person.come())
    page = person.send({"code": code(key, clock.now)})
    person.send({"saved": "yes"})
    clock.turn(STEP)
    return key, codes_on(page)


def _recover(app: Flask, clock: Clock, saved: str) -> Seen:
    """Come anew and use a recovery code."""
    person = Person(app, clock)
    person.come()
    assert asked(person.send({"use": "recovery_codes"})) == "recovery"
    return person.send({"code": saved})


def _left(app: Flask, clock: Clock) -> int:
    return sum(each.kind == "recovery_codes" and not each.mark for each in factors_of(app, clock))


def test_whoever_set_up_an_app_is_shown_ten_codes(app: Flask, clock: Clock) -> None:
    person = Person(app, clock)
    key = key_on(person.come())
    page = person.send({"code": code(key, clock.now)})
    assert (page.step, len(set(codes_on(page)))) == ("codes", 10)
    assert codes_on(person.reload()) == codes_on(page)


def test_the_download_holds_all_ten(app: Flask, clock: Clock) -> None:
    person = Person(app, clock)
    key = key_on(person.come())
    page = person.send({"code": code(key, clock.now)})
    (link,) = [link for link in page.reader.links if link.startswith("data:")]
    assert link.startswith("data:text/plain;charset=utf-8,")
    assert '"' not in link
    lines = unquote(link.partition(",")[2]).split("\r\n")
    assert lines == ["Recovery codes for Kauri Polytechnic", "", *codes_on(page), ""]


@pytest.mark.parametrize("sent", [{}, {"saved": "no"}, {"saved": ""}])
def test_until_the_box_is_ticked_they_are_shown_and_none_is_good(
    app: Flask, clock: Clock, sent: dict[str, str | list[str]]
) -> None:
    person = Person(app, clock)
    key = key_on(person.come())
    codes = codes_on(person.send({"code": code(key, clock.now)}))
    page = person.send(sent)
    assert (page.status, codes_on(page)) == (422, codes)
    assert "Save the codes first, then tick this box." in page.text
    assert _left(app, clock) == 0
    assert person.send({"saved": "yes"}).step == "welcome"
    assert _left(app, clock) == 10


def test_once_saved_they_are_gone(app: Flask, clock: Clock) -> None:
    person = Person(app, clock)
    key = key_on(person.come())
    page = person.send({"code": code(key, clock.now)})
    pages = [person.send({"saved": "yes"}), person.get(page.url), person.reload()]
    clock.turn(STEP)
    pages += [confirm(app, clock, key)]
    assert [each.step for each in pages] == ["welcome"] * 4
    assert not any(each in seen.html for seen in pages for each in codes_on(page))


def test_codes_of_an_abandoned_page_are_not_good(app: Flask, clock: Clock) -> None:
    person = Person(app, clock)
    key = key_on(person.come())
    (never, *_) = codes_on(person.send({"code": code(key, clock.now)}))
    clock.turn(STEP)
    later = Person(app, clock)
    assert offered(later.come()) == []
    saved = codes_on(later.send({"code": code(key, clock.now)}))
    later.send({"saved": "yes"})
    assert _recover(app, clock, never).status == 422
    assert _recover(app, clock, saved[0]).status == 200


def test_each_code_is_good_once(app: Flask, clock: Clock, log: Log) -> None:
    _, codes = _save(app, clock)
    assert "Your recovery code was right. You have 9 left." in _recover(app, clock, codes[0]).text
    assert _recover(app, clock, codes[0]).status == 422
    assert "You have 8 left." in _recover(app, clock, codes[1]).text
    assert _left(app, clock) == 8
    assert len(log.events("factor_used", kind="recovery_codes")) == 2


def test_a_used_code_stays_used_after_a_restart(
    app: Flask, clock: Clock, make_hook: MakeHook
) -> None:
    _, codes = _save(app, clock)
    _recover(app, clock, codes[0])
    again = make_hook(FLOW)
    assert _recover(again, clock, codes[0]).status == 422
    assert _recover(again, clock, codes[1]).status == 200


@pytest.mark.parametrize("nth", [0, 9])
def test_any_spelling_will_do(app: Flask, clock: Clock, nth: int) -> None:
    _, codes = _save(app, clock)
    plain = codes[nth].replace("-", " ").lower().replace("1", "l").replace("0", "o")
    page = _recover(app, clock, f"  {plain}\t")
    assert "Your recovery code was right." in page.text


@pytest.mark.parametrize("sent", ["", "ABCD", "１" * 16, "123456", "U" * 16])  # noqa: RUF001
def test_what_cannot_be_a_code_is_not_counted_as_a_guess(
    app: Flask, clock: Clock, sent: str
) -> None:
    _, codes = _save(app, clock)
    person = Person(app, clock)
    person.come()
    person.send({"use": "recovery_codes"})
    for _ in range(6):
        page = person.send({"code": sent})
        assert (page.status, asked(page)) == (422, "recovery")
    assert rows(app)["guesses"] == []
    assert person.send({"code": codes[0]}).status == 200


def test_wrong_ones_count_to_the_lock_of_the_app(app: Flask, clock: Clock) -> None:
    key, codes = _save(app, clock)
    person = Person(app, clock)
    person.come()
    for _ in range(3):
        assert person.send({"code": wrong_code(key, clock.now)}).status == 422
    person.send({"use": "recovery_codes"})
    assert person.send({"code": NOT_MINE}).status == 422
    assert person.send({"code": NOT_MINE}).page == "stopped"
    assert Person(app, clock).come().page == "stopped"
    clock.turn(300)
    assert _recover(app, clock, codes[0]).status == 200


def test_a_right_one_starts_the_count_of_both_anew(app: Flask, clock: Clock) -> None:
    key, codes = _save(app, clock)
    person = Person(app, clock)
    person.come()
    for _ in range(4):
        person.send({"code": wrong_code(key, clock.now)})
    person.send({"use": "recovery_codes"})
    assert person.send({"code": codes[0]}).status == 200
    later = Person(app, clock)
    later.come()
    assert [later.send({"code": wrong_code(key, clock.now)}).status for _ in range(4)] == [422] * 4


def test_a_code_of_somebody_else_is_wrong(app: Flask, clock: Clock) -> None:
    _, codes = _save(app, clock)
    mere = Person(app, clock)
    claims = {"name": "Mere", "email": "mere@kauri.example"}
    key = key_on(mere.come(claims=claims))
    mere.send({"code": code(key, clock.now)})
    mere.send({"saved": "yes"})
    mere.come(claims=claims)
    mere.send({"use": "recovery_codes"})
    assert mere.send({"code": codes[0]}).status == 422
    assert _recover(app, clock, codes[0]).status == 200


@pytest.mark.parametrize(("used", "seen"), [(6, "welcome"), (7, "codes")])
def test_with_three_left_there_is_a_warning_and_with_four_there_is_none(
    app: Flask, clock: Clock, used: int, seen: str
) -> None:
    key, codes = _save(app, clock)
    for each in codes[:used]:
        _recover(app, clock, each)
    page = confirm(app, clock, key)
    assert page.step == seen
    assert ("You have 3 recovery codes left." in page.text) == (seen == "codes")
    assert codes_on(page) == []


def _few(app: Flask, clock: Clock, used: int = 9) -> tuple[Person, Seen, str, list[str]]:
    """Ripeka at the warning, with her app's key and her codes."""
    key, codes = _save(app, clock)
    for each in codes[:used]:
        _recover(app, clock, each)
        clock.turn(1_800)  # an hour has only so many guesses
    person = Person(app, clock)
    person.come()
    page = person.send({"code": code(key, clock.now)})
    clock.turn(STEP)
    return person, page, key, codes


def test_one_code_that_is_left_can_be_kept(app: Flask, clock: Clock) -> None:
    person, page, _, codes = _few(app, clock)
    assert "You have 1 recovery code left." in page.text
    assert person.send({}).status == 422
    assert person.send({"saved": "yes"}).status == 422
    assert person.send({"answer": "keep"}).step == "welcome"
    assert _recover(app, clock, codes[9]).status == 200


def test_a_new_set_replaces_the_old_one_once_it_is_saved(app: Flask, clock: Clock) -> None:
    person, _, _, codes = _few(app, clock)
    new = codes_on(person.send({"answer": "make"}))
    assert len(new) == 10
    assert not set(new) & set(codes)
    assert _left(app, clock) == 1
    assert person.send({"saved": "yes"}).step == "welcome"
    assert _left(app, clock) == 10
    assert _recover(app, clock, codes[9]).status == 422
    assert _recover(app, clock, new[0]).status == 200


def test_with_none_left_there_are_new_ones_and_no_way_offered(app: Flask, clock: Clock) -> None:
    person, page, _, _ = _few(app, clock, used=10)
    assert len(codes_on(page)) == 10
    assert offered(Person(app, clock).come()) == []
    person.send({"saved": "yes"})
    assert offered(Person(app, clock).come()) == ["recovery_codes"]


def test_a_recovery_code_is_proof_enough_for_new_ones(app: Flask, clock: Clock) -> None:
    _, codes = _save(app, clock)
    for each in codes[:6]:
        _recover(app, clock, each)
    person = Person(app, clock)
    person.come()
    person.send({"use": "recovery_codes"})
    person.send({"code": codes[6]})
    page = person.send({"skip": "yes"})
    assert "You have 3 recovery codes left." in page.text


@pytest.mark.parametrize(("minutes", "given"), [(9, False), (11, True)])
def test_who_passed_by_max_age_is_given_none_and_who_verified_is(
    make_hook: MakeHook, clock: Clock, minutes: int, given: bool
) -> None:
    app = make_hook(TOTP + 'max_age = "10m"\n' + RECOVERY + NOTICE)
    person = Person(app, clock)
    key = key_on(person.come())
    person.send({"code": code(key, clock.now)})
    clock.turn(STEP)
    assert confirm(app, clock, key).step == "codes"
    clock.turn(60 * minutes)
    later = Person(app, clock)
    page = later.come()
    if given:
        page = later.send({"code": code(key, clock.now)})
    assert page.step == ("codes" if given else "welcome")
    assert bool(codes_on(page)) == given


def test_none_is_in_the_database_or_the_log_in_the_clear(
    app: Flask, clock: Clock, log: Log, tmp_path: Path
) -> None:
    person = Person(app, clock)
    key = key_on(person.come())
    codes = codes_on(person.send({"code": code(key, clock.now)}))
    during = b"".join(file.read_bytes() for file in tmp_path.glob("hook.db*"))
    person.send({"saved": "yes"})
    _recover(app, clock, codes[0])
    after = b"".join(file.read_bytes() for file in tmp_path.glob("hook.db*"))
    for each in codes:
        for spelled in (each, each.replace("-", "")):
            assert spelled.encode() not in during
            assert spelled.encode() not in after
            assert spelled not in log
            assert all(spelled not in str(factor.data) for factor in factors_of(app, clock))
    assert len(log.events("factor_enrolled", kind="recovery_codes")) == 1


def test_a_set_made_meanwhile_in_another_tab_is_not_replaced_by_this_one(
    app: Flask, clock: Clock
) -> None:
    person = Person(app, clock)
    key = key_on(person.come())
    page = person.send({"code": code(key, clock.now)})
    stale = codes_on(page)
    clock.turn(STEP)
    other = Person(app, clock)
    other.come()
    fresh = codes_on(other.send({"code": code(key, clock.now)}))
    other.send({"saved": "yes"})
    assert person.send({"saved": "yes"}).step == "welcome"
    assert _recover(app, clock, stale[0]).status == 422
    assert _recover(app, clock, fresh[0]).status == 200


def test_a_step_that_gives_them_comes_after_one_that_asks(make_hook: MakeHook) -> None:
    assert make_hook(TOTP + RECOVERY)
    with pytest.raises(ConfigError, match="put this after all steps that ask") as refused:
        make_hook(RECOVERY + TOTP)
    assert refused.value.mistakes[0].key == "tenants.kauri.steps[0]"


def test_codes_got_for_one_factor_could_not_open_the_next(make_hook: MakeHook) -> None:
    """A thief of the first login sets up an app; the badge that was there before still guards."""
    badge = one_of(BADGE, name="badge")
    assert make_hook(TOTP + badge + RECOVERY)
    with pytest.raises(ConfigError, match="put this after all steps that ask") as refused:
        make_hook(TOTP + RECOVERY + badge)
    assert [mistake.key for mistake in refused.value.mistakes] == ["tenants.kauri.steps[1]"]


def test_a_page_that_was_never_opened_can_be_sent_without_ending_the_journey(
    app: Flask, clock: Clock
) -> None:
    person = Person(app, clock)
    page = person.come()
    data = {**page.reader.hidden, "code": code(key_on(page), clock.now)}
    headers = {"Origin": person.origin}
    person.browser.post(page.url, data=data, base_url=person.origin, headers=headers)
    codes_url = page.url.replace("/app", "/codes")
    person.send({"saved": "yes"}, path=codes_url)
    assert codes_on(person.reload())


# What was proven has to be there still.


def _reset(app: Flask, clock: Clock) -> None:
    """Remove everything of Ripeka, as the help desk does."""
    app.extensions["hook"].store.forget("kauri", subject_of(app, clock))


@pytest.mark.parametrize("meanwhile", ["nothing", "reset", "reset and set up anew"])
def test_a_reset_while_they_are_shown_leaves_none(app: Flask, clock: Clock, meanwhile: str) -> None:
    """A thief who waits for the reset would have a way in that outlives it."""
    waiting = Person(app, clock)
    key = key_on(waiting.come())
    waiting.send({"code": code(key, clock.now)})
    clock.turn(STEP)
    if meanwhile != "nothing":
        _reset(app, clock)
    if meanwhile == "reset and set up anew":
        assert enrol(app, clock) != key
    page = waiting.send({"saved": "yes"})
    assert page.step == ("welcome" if meanwhile == "nothing" else "codes")
    assert ("somewhere else" in page.text) == (meanwhile != "nothing")
    assert _left(app, clock) == (10 if meanwhile == "nothing" else 0)


@pytest.mark.parametrize("gone", [False, True])
def test_without_the_app_that_was_verified_the_few_that_are_left_stay(
    app: Flask, clock: Clock, gone: bool
) -> None:
    person, _, _, codes = _few(app, clock)
    person.send({"answer": "make"})
    if gone:
        remove(app, clock, "totp")
    assert person.send({"saved": "yes"}).step == ("codes" if gone else "welcome")
    assert _left(app, clock) == (1 if gone else 10)
    assert (_recover(app, clock, codes[9]).status == 200) == gone


@pytest.mark.parametrize("gone", ["", "totp", "badge"])
def test_of_two_factors_that_were_set_up_both_have_to_be_there(
    make_hook: MakeHook, clock: Clock, gone: str
) -> None:
    app = make_hook(TOTP + one_of(BADGE) + RECOVERY + NOTICE)
    person = Person(app, clock)
    key = key_on(person.come())
    person.send({"code": code(key, clock.now)})
    assert person.send({"badge": "kea"}).step == "codes"
    remove(app, clock, gone)
    assert person.send({"saved": "yes"}).step == ("codes" if gone else "welcome")
    assert _left(app, clock) == (0 if gone else 10)


@pytest.mark.parametrize("gone", [False, True])
def test_whoever_replaced_the_app_they_verified_gets_codes_for_the_new_one(
    make_hook: MakeHook, clock: Clock, gone: bool
) -> None:
    old = enrol(make_hook(TOTP + NOTICE), clock)
    app = make_hook(FLOW)
    person = Person(app, clock)
    person.come()
    new = key_on(person.send({"code": code(old, clock.now), "add": "yes"}))
    assert person.send({"code": code(new, clock.now)}).step == "codes"
    if gone:
        remove(app, clock, "totp")
    assert person.send({"saved": "yes"}).step == ("codes" if gone else "welcome")
    assert _left(app, clock) == (0 if gone else 10)


def test_whoever_replaced_their_app_after_a_recovery_code_gets_new_ones(
    app: Flask, clock: Clock
) -> None:
    _, codes = _save(app, clock)
    for each in codes[:6]:
        _recover(app, clock, each)
    person = Person(app, clock)
    person.come()
    person.send({"use": "recovery_codes"})
    new = key_on(person.send({"code": codes[6]}))
    person.send({"code": code(new, clock.now)})
    assert len(codes_on(person.send({"answer": "make"}))) == 10
    assert person.send({"saved": "yes"}).step == "welcome"
    assert _left(app, clock) == 10
