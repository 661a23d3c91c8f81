"""What an issuer demands of a second factor, what is reported of it, what the denied read."""

from typing import Any

import pytest
from flask import Flask

from hook.errors import ConfigError
from hook.testing.hooks import NOTICE, RECOVERY, TOTP, Clock, MakeHook
from hook.testing.tokens import NOW
from hook.testing.visitor import Seen, Visitor
from tests.support.crowd import Tab
from tests.support.factors import (
    BADGE,
    RING,
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
    wrong_code,
)

HOUR, DAY = 3_600, 86_400
ALL = 'report = ["amr", "acr", "auth_time", "enrolled_in_this_flow"]\nacr = "urn:kauri:2"\n'
EITHER = one_of("totp", BADGE)
PRIOR = "require_prior_enrolment = true\n"


def _set_up_badge(make_hook: MakeHook, clock: Clock) -> None:
    owner = Person(make_hook(EITHER + NOTICE), clock)
    owner.come()
    owner.send({"use": "badge"})
    assert owner.send({"badge": "kea"}).step == "welcome"
    clock.turn(STEP)


def _denied(person: Visitor, code: str) -> Seen:
    """Check that the visitor stands at a page that leads back with this code; gives that page."""
    page = person.seen
    assert page is not None
    assert (page.status, page.page) == (200, "stopped")
    (link,) = [link for link in page.reader.links if "leave" in link]
    answer = person.get(link).answer
    assert answer["error"] == {"message": code}
    assert "claims" not in answer
    return page


def _claims(page: Seen) -> dict[str, Any]:
    claims: dict[str, Any] = page.answer["claims"]
    return claims


def _first(app: Flask, clock: Clock) -> tuple[str, Seen]:
    """Set up an app in a new journey; gives its key and what comes then."""
    person = Person(app, clock)
    key = key_on(person.come())
    page = person.send({"code": code(key, clock.now)})
    clock.turn(STEP)
    return key, page


def _first_with_codes(app: Flask, clock: Clock) -> tuple[str, list[str]]:
    person = Person(app, clock)
    key = key_on(person.come())
    codes = codes_on(person.send({"code": code(key, clock.now)}))
    person.send({"saved": "yes"})
    clock.turn(STEP)
    return key, codes


# require_prior_enrolment


def test_whoever_has_nothing_is_denied_where_it_must_have_been_set_up_before(
    make_hook: MakeHook, clock: Clock
) -> None:
    person = Person(make_hook(TOTP + PRIOR + NOTICE), clock)
    page = person.come()
    assert "You need another way to confirm" in page.text
    assert "You can try again" not in page.text
    _denied(person, "factor_not_enrolled")


def test_whoever_set_it_up_before_goes_on(make_hook: MakeHook, clock: Clock) -> None:
    key, _ = _first(make_hook(TOTP + NOTICE), clock)
    assert confirm(make_hook(TOTP + PRIOR + NOTICE), clock, key).step == "welcome"


def test_prior_enrolment_does_not_keep_from_replacing_what_was_verified(
    make_hook: MakeHook, clock: Clock
) -> None:
    old, _ = _first(make_hook(TOTP + NOTICE), clock)
    app = make_hook(TOTP + PRIOR + NOTICE)
    person = Person(app, clock)
    person.come()
    person.send({"code": code(old, clock.now), "add": "yes"})
    new = key_on(person.send({"use": "totp"}))
    assert person.send({"code": code(new, clock.now)}).step == "welcome"


def test_with_recovery_codes_only_prior_enrolment_is_no_dead_end(
    make_hook: MakeHook, clock: Clock
) -> None:
    _, codes = _first_with_codes(make_hook(TOTP + RECOVERY), clock)
    app = make_hook(TOTP + PRIOR + NOTICE)
    remove(app, clock, "totp")
    person = Person(app, clock)
    assert asked(person.come()) == "recovery"
    assert asked(person.send({"code": codes[0]})) == "enrol totp"


# min_enrolment_age


@pytest.mark.parametrize(
    ("after", "counts"), [(0, False), (7 * DAY - 1, False), (7 * DAY, True), (8 * DAY, True)]
)
def test_a_factor_counts_once_it_is_old_enough_to_the_second(
    make_hook: MakeHook, clock: Clock, after: int, counts: bool
) -> None:
    key = enrol(make_hook(TOTP + NOTICE), clock)
    app = make_hook(TOTP + 'min_enrolment_age = "7d"\n' + NOTICE)
    clock.turn(after - STEP)
    if counts:
        assert confirm(app, clock, key).step == "welcome"
    else:
        person = Person(app, clock)
        person.come()
        _denied(person, "factor_too_new")


@pytest.mark.parametrize(
    ("after", "words"),
    [
        (0, "7 days"),
        (STEP, "7 days"),
        (DAY, "6 days"),
        (6 * DAY, "1 day"),
        (6 * DAY + 1, "24 hours"),
        (7 * DAY - HOUR, "1 hour"),
        (7 * DAY - HOUR + 1, "60 minutes"),
        (7 * DAY - 120, "2 minutes"),
        (7 * DAY - 1, "1 minute"),
    ],
)
def test_the_page_says_when_a_new_factor_counts(
    make_hook: MakeHook, clock: Clock, after: int, words: str
) -> None:
    enrol(make_hook(TOTP + NOTICE), clock)
    app = make_hook(TOTP + 'min_enrolment_age = "7d"\n' + NOTICE)
    clock.turn(after - STEP)
    page = Person(app, clock).come()
    assert "Come back a little later" in page.text
    shown = page.text.split("You can try again in ")[1].split(".")[0]
    # A minute more or less is nobody's concern; coming back too early is.
    assert shown in (words, {"24 hours": "1 day", "60 minutes": "1 hour"}.get(words, words))


def test_recovery_codes_younger_than_that_do_not_help(make_hook: MakeHook, clock: Clock) -> None:
    _, codes = _first_with_codes(make_hook(TOTP + RECOVERY), clock)
    app = make_hook(TOTP + 'min_enrolment_age = "7d"\n' + NOTICE)
    person = Person(app, clock)
    person.come()
    _denied(person, "factor_too_new")
    clock.turn(7 * DAY)
    assert offered(person.come()) == ["recovery_codes"]
    person.send({"use": "recovery_codes"})
    assert asked(person.send({"code": codes[0]})) == "enrol totp"


def test_old_recovery_codes_help_where_the_factor_is_too_new(
    make_hook: MakeHook, clock: Clock
) -> None:
    free = make_hook(TOTP + RECOVERY + NOTICE)
    old, codes = _first_with_codes(free, clock)
    clock.turn(7 * DAY)
    person = Person(free, clock)
    person.come()
    person.send({"code": code(old, clock.now), "add": "yes"})
    new = key_on(person.send({"use": "totp"}))
    person.send({"code": code(new, clock.now)})
    clock.turn(STEP)
    later = Person(make_hook(TOTP + 'min_enrolment_age = "7d"\n' + NOTICE), clock)
    page = later.come()
    assert (asked(page), offered(page)) == ("recovery", [])
    assert later.send({"code": code(new, clock.now)}).status == 422
    assert asked(later.send({"code": codes[0]})) == "enrol totp"


def test_whoever_has_only_young_recovery_codes_reads_when_they_count(
    make_hook: MakeHook, clock: Clock
) -> None:
    _first_with_codes(make_hook(TOTP + RECOVERY), clock)
    app = make_hook(TOTP + 'min_enrolment_age = "7d"\n' + NOTICE)
    remove(app, clock, "totp")
    person = Person(app, clock)
    page = person.come()
    assert "You can try again in 7 days." in page.text
    _denied(person, "factor_too_new")


def test_the_time_is_that_of_whatever_counts_first(make_hook: MakeHook, clock: Clock) -> None:
    free = make_hook(TOTP + RECOVERY + NOTICE)
    old, _ = _first_with_codes(free, clock)
    clock.turn(3 * DAY)
    person = Person(free, clock)
    person.come()
    person.send({"code": code(old, clock.now), "add": "yes"})
    new = key_on(person.send({"use": "totp"}))
    person.send({"code": code(new, clock.now)})
    later = Person(make_hook(TOTP + 'min_enrolment_age = "7d"\n' + NOTICE), clock)
    # The codes are three days old, the app is new.
    assert "You can try again in 4 days." in later.come().text


def test_a_new_app_does_not_count_in_the_journey_it_is_set_up_in_if_it_must_be_older(
    make_hook: MakeHook, clock: Clock
) -> None:
    """Else a thief of the first login needs nothing but to be first."""
    app = make_hook(TOTP + 'min_enrolment_age = "7d"\n' + NOTICE)
    person = Person(app, clock)
    page = person.come()
    key = key_on(page)
    person.send({"code": code(key, clock.now)})
    page = _denied(person, "factor_too_new")
    assert "You can try again in 7 days." in page.text
    clock.turn(7 * DAY)
    assert confirm(app, clock, key).step == "welcome"


# max_age


def _recently(clock: Clock, app: Flask) -> str:
    """Set up an app and verify it once, then let its code run out."""
    key = enrol(app, clock)
    assert confirm(app, clock, key).step == "welcome"
    return key


@pytest.mark.parametrize(("after", "passes"), [(0, True), (HOUR - 1, True), (HOUR, False)])
def test_whoever_verified_recently_is_asked_nothing_to_the_second(
    make_hook: MakeHook, clock: Clock, after: int, passes: bool
) -> None:
    app = make_hook(TOTP + 'max_age = "1h"\n' + NOTICE)
    _recently(clock, app)
    clock.turn(after)
    assert Person(app, clock).come().step == ("welcome" if passes else "app")


def test_to_have_set_it_up_is_not_to_have_verified_it(make_hook: MakeHook, clock: Clock) -> None:
    app = make_hook(TOTP + 'max_age = "1h"\n' + NOTICE)
    key = enrol(app, clock)
    assert asked(Person(app, clock).come()) == "totp"
    assert confirm(app, clock, key).step == "welcome"
    assert Person(app, clock).come().step == "welcome"


def test_without_max_age_everybody_is_asked(make_hook: MakeHook, clock: Clock) -> None:
    app = make_hook(TOTP + NOTICE)
    _recently(clock, app)
    assert asked(Person(app, clock).come()) == "totp"


def test_another_person_is_asked(make_hook: MakeHook, clock: Clock) -> None:
    app = make_hook(TOTP + 'max_age = "1h"\n' + NOTICE)
    _recently(clock, app)
    claims = {"name": "Mere", "email": "mere@kauri.example"}
    assert Person(app, clock).come(claims=claims).step == "app"


def test_a_replaced_app_was_not_verified_recently(make_hook: MakeHook, clock: Clock) -> None:
    free = make_hook(TOTP + NOTICE)
    old = enrol(free, clock)
    person = Person(free, clock)
    person.come()
    person.send({"code": code(old, clock.now), "add": "yes"})
    new = key_on(person.send({"use": "totp"}))
    person.send({"code": code(new, clock.now)})
    app = make_hook(TOTP + 'max_age = "1h"\n' + NOTICE)
    assert asked(Person(app, clock).come()) == "totp"


def test_a_wrong_code_is_no_verification(make_hook: MakeHook, clock: Clock) -> None:
    app = make_hook(TOTP + 'max_age = "1h"\n' + NOTICE)
    key = enrol(app, clock)
    person = Person(app, clock)
    person.come()
    person.send({"code": wrong_code(key, clock.now)})
    assert asked(person.come()) == "totp"


def test_max_age_does_not_help_a_factor_that_is_too_new(make_hook: MakeHook, clock: Clock) -> None:
    _recently(clock, make_hook(TOTP + NOTICE))
    ages = 'max_age = "1h"\nmin_enrolment_age = "1d"\n'
    person = Person(make_hook(TOTP + ages + NOTICE), clock)
    person.come()
    _denied(person, "factor_too_new")


def test_the_box_leads_to_the_choice_where_max_age_is_set_too(
    make_hook: MakeHook, clock: Clock
) -> None:
    app = make_hook(one_of("totp", BADGE, options='max_age = "1h"') + NOTICE)
    person = Person(app, clock)
    person.come()
    key = key_on(person.send({"use": "totp"}))
    person.send({"code": code(key, clock.now)})
    clock.turn(STEP)
    person.come()
    page = person.send({"code": code(key, clock.now), "add": "yes"})
    assert (page.step, asked(page)) == ("factor", "chooser")
    person.send({"use": "badge"})
    assert person.send({"badge": "kea"}).step == "welcome"
    assert {factor.kind for factor in factors_of(app, clock)} == {"totp", "badge"}


# report


def test_without_a_report_nothing_is_told(make_hook: MakeHook, clock: Clock) -> None:
    _, page = _first(make_hook(TOTP), clock)
    assert _claims(page) == {}


def test_a_factor_of_this_journey_is_reported_without_acr_and_without_mfa(
    make_hook: MakeHook, clock: Clock
) -> None:
    _, page = _first(make_hook(TOTP + ALL), clock)
    assert _claims(page) == {"amr": ["otp"], "auth_time": NOW, "enrolled_in_this_flow": True}


def test_a_factor_from_before_is_reported_with_acr_and_mfa(
    make_hook: MakeHook, clock: Clock
) -> None:
    app = make_hook(TOTP + ALL)
    key, _ = _first(app, clock)
    assert _claims(confirm(app, clock, key)) == {
        "amr": ["otp", "mfa"],
        "acr": "urn:kauri:2",
        "auth_time": NOW + STEP,
        "enrolled_in_this_flow": False,
    }


@pytest.mark.parametrize(
    ("option", "claims"),
    [
        ('report = ["amr"]', {"amr": ["otp", "mfa"]}),
        ('report = ["auth_time"]', {"auth_time": NOW + STEP}),
        ('report = ["enrolled_in_this_flow"]', {"enrolled_in_this_flow": False}),
        ('report = ["acr"]\nacr = "2"', {"acr": "2"}),
    ],
)
def test_only_what_is_listed_is_reported(
    make_hook: MakeHook, clock: Clock, option: str, claims: dict[str, Any]
) -> None:
    app = make_hook(TOTP + option + "\n")
    key, _ = _first(app, clock)
    assert _claims(confirm(app, clock, key)) == claims


def test_a_recent_proof_is_reported_with_the_time_it_was_given(
    make_hook: MakeHook, clock: Clock
) -> None:
    app = make_hook(TOTP + ALL + 'max_age = "1h"\n')
    key, _ = _first(app, clock)
    confirm(app, clock, key)
    clock.turn(1_000)
    assert _claims(Person(app, clock).come()) == {
        "amr": ["otp", "mfa"],
        "acr": "urn:kauri:2",
        "auth_time": NOW + STEP,
        "enrolled_in_this_flow": False,
    }


def test_a_recovery_code_is_reported_as_a_factor_from_before(
    make_hook: MakeHook, clock: Clock
) -> None:
    _, codes = _first_with_codes(make_hook(TOTP + RECOVERY), clock)
    person = Person(make_hook(TOTP + ALL), clock)
    person.come()
    person.send({"use": "recovery_codes"})
    person.send({"code": codes[0]})
    new = key_on(person.send({"use": "totp"}))
    # What is set up afterwards changes nothing of what was proven.
    assert _claims(person.send({"code": code(new, clock.now)})) == {
        "amr": ["otp", "mfa"],
        "acr": "urn:kauri:2",
        "auth_time": clock.now,
        "enrolled_in_this_flow": False,
    }


def test_two_factors_of_this_journey_are_both_named_and_no_mfa(
    make_hook: MakeHook, clock: Clock
) -> None:
    app = make_hook(TOTP + one_of(BADGE, options=ALL))
    person = Person(app, clock)
    key = key_on(person.come())
    person.send({"code": code(key, clock.now)})
    assert _claims(person.send({"badge": "kea"})) == {
        "amr": ["hwk", "otp"],
        "auth_time": NOW,
        "enrolled_in_this_flow": True,
    }


def test_one_factor_from_before_and_one_of_this_journey(make_hook: MakeHook, clock: Clock) -> None:
    key, _ = _first(make_hook(TOTP), clock)
    app = make_hook(TOTP + one_of(BADGE, options=ALL))
    person = Person(app, clock)
    person.come()
    assert person.send({"code": code(key, clock.now)}).step == "factor"
    assert _claims(person.send({"badge": "kea"})) == {
        "amr": ["hwk", "otp", "mfa"],
        "auth_time": NOW + STEP,
        "enrolled_in_this_flow": True,
    }


def test_a_factor_that_was_enrolled_since_the_journey_began_is_of_this_journey(
    make_hook: MakeHook, clock: Clock
) -> None:
    """It proves nothing, whichever journey enrolled it; the next journey may call it old."""
    app = make_hook(TOTP + ALL)
    waiting = Person(app, clock)
    waiting.come()
    key = enrol(app, clock)
    assert asked(waiting.reload()) == "totp"
    claims = _claims(waiting.send({"code": code(key, clock.now)}))
    assert claims["enrolled_in_this_flow"] is True
    assert claims["amr"] == ["otp"]
    assert "acr" not in claims
    clock.turn(STEP)
    later = Person(app, clock)
    later.come()
    claims = _claims(later.send({"code": code(key, clock.now)}))
    assert claims["enrolled_in_this_flow"] is False
    assert "acr" in claims


def test_nothing_can_be_added_before_a_later_step_has_asked(
    make_hook: MakeHook, clock: Clock
) -> None:
    """Else one factor would open the way to the next: set up here, shown there (T21)."""
    app = make_hook(EITHER + one_of("totp", RING, name="b") + NOTICE)
    _set_up_badge(make_hook, clock)
    person = Person(app, clock)
    assert 'name="add"' not in person.come().html
    page = person.send({"badge": "kea", "add": "yes"})
    assert (page.step, offered(page)) == ("b", ["totp", "ring"])
    alone = Person(make_hook(EITHER + NOTICE), clock)
    assert 'name="add"' in alone.come().html


def test_what_is_set_up_is_kept_only_once_the_factor_of_a_later_step_is_shown(
    make_hook: MakeHook, clock: Clock
) -> None:
    """The thief of a login must not leave an app of their own before the owner's badge."""
    _set_up_badge(make_hook, clock)
    app = make_hook(TOTP + one_of(BADGE) + NOTICE)
    thief, owner = Person(app, clock), Person(app, clock)
    key = key_on(thief.come())
    assert thief.send({"code": code(key, clock.now)}).step == "factor"
    assert [factor.kind for factor in factors_of(app, clock)] == ["badge"]
    mine = key_on(owner.come())
    assert owner.send({"code": code(mine, clock.now)}).step == "factor"
    assert owner.send({"badge": "kea"}).step == "welcome"
    assert sorted(factor.kind for factor in factors_of(app, clock)) == ["badge", "totp"]
    assert thief.send({"badge": "kaka"}).status == 422
    clock.turn(STEP)
    later = Person(app, clock)
    later.come()
    assert later.send({"code": code(mine, clock.now)}).step == "factor"


# denial pages


def test_a_lock_says_when_to_come_back_and_its_link_leads_to_the_answer(
    make_hook: MakeHook, clock: Clock
) -> None:
    app = make_hook(TOTP + ALL + NOTICE)
    key, _ = _first(app, clock)
    person = Person(app, clock)
    person.come()
    for _ in range(5):
        page = person.send({"code": wrong_code(key, clock.now)})
    assert "Too many tries" in page.text
    assert "You can try again in 5 minutes." in page.text
    assert person.reload().text == page.text
    clock.turn(61)
    assert "You can try again in 4 minutes." in person.reload().text
    _denied(person, "factor_locked")


def test_the_next_lock_is_longer(make_hook: MakeHook, clock: Clock) -> None:
    app = make_hook(TOTP + NOTICE)
    key, _ = _first(app, clock)
    waits = []
    for _ in range(3):
        person = Person(app, clock)
        person.come()
        for _ in range(5):
            page = person.send({"code": wrong_code(key, clock.now)})
        waits.append(page.text.split("try again in ")[1].split(".")[0])
        clock.turn(2 * HOUR)
    assert waits == ["5 minutes", "10 minutes", "20 minutes"]


def test_the_hourly_cap_holds_across_right_codes(make_hook: MakeHook, clock: Clock) -> None:
    app = make_hook(TOTP + NOTICE)
    key, _ = _first(app, clock)
    for _ in range(20):
        assert confirm(app, clock, key).step == "welcome"
        clock.turn(STEP)
    page = Person(app, clock).come()
    assert page.page == "stopped"
    assert "You can try again in 50 minutes." in page.text
    clock.turn(HOUR - 20 * STEP)
    assert confirm(app, clock, key).step == "welcome"


def test_a_lock_that_only_the_help_desk_opens_does_not_say_to_come_back_later(
    make_hook: MakeHook, clock: Clock
) -> None:
    app = make_hook(TOTP + NOTICE)
    key, _ = _first(app, clock)
    for _ in range(20):
        person = Person(app, clock)
        person.come()
        for _ in range(5):
            page = person.send({"code": wrong_code(key, clock.now)})
        clock.turn(2 * DAY)
    assert page.page == "stopped"
    page = Person(app, clock).come()
    assert page.page == "stopped"
    assert "start again later" not in page.text
    assert "for a while" not in page.text


def test_the_page_of_a_denial_ends_with_the_answer(make_hook: MakeHook, clock: Clock) -> None:
    person = Person(make_hook(TOTP + PRIOR + NOTICE), clock)
    person.come()
    clock.turn(700)
    assert person.reload().page == "done"


def test_nothing_left_that_could_count_is_said(make_hook: MakeHook, clock: Clock) -> None:
    """The first step took what the second one asks for, since the flow was changed meanwhile."""
    person = Person(make_hook(TOTP + NOTICE), clock)
    page = person.come()
    person.send({"code": code(key_on(page), clock.now)})
    changed = Tab.of(person).open(make_hook(one_of("totp", name="welcome")))
    _denied(changed, "factor_unavailable")


# options


MISTAKES: list[tuple[str, str, str]] = [
    ('max_age = "1"', "max_age", 'use a time such as "30m", "12h" or "7d"'),
    ('max_age = "1w"', "max_age", 'use a time such as "30m", "12h" or "7d"'),
    ("max_age = 60", "max_age", "use a text in quotation marks"),
    ('min_enrolment_age = "0d"', "min_enrolment_age", 'use a time such as "30m"'),
    ('min_enrolment_age = "-7d"', "min_enrolment_age", 'use a time such as "30m"'),
    ('min_enrolment_age = "７d"', "min_enrolment_age", 'use a time such as "30m"'),  # noqa: RUF001
    ('require_prior_enrolment = "perhaps"', "require_prior_enrolment", "use true or false"),
    ('report = ["amr", "iss"]', "report[1]", "'amr'"),
    ('report = "amr"', "report", "use a list in square brackets"),
    ('acr = "2"', "", "acr needs both"),
    ('report = ["acr"]', "", "acr needs both"),
    ('report = ["acr"]\nacr = "two words"', "acr", "ASCII characters without spaces"),
    ('report = ["acr"]\nacr = "ā"', "acr", "ASCII characters without spaces"),
    ("recovry = false", "recovry", "there is no such option"),
]


@pytest.mark.parametrize(("option", "key", "sentence"), MISTAKES)
def test_a_mistake_in_the_options_is_a_sentence(
    make_hook: MakeHook, option: str, key: str, sentence: str
) -> None:
    assert make_hook(TOTP)
    with pytest.raises(ConfigError) as refused:
        make_hook(TOTP + option + "\n")
    (mistake,) = refused.value.mistakes
    assert mistake.key == f"tenants.kauri.steps[0]{'.' if key else ''}{key}"
    assert sentence in mistake.problem
    for jargon in ("Input should be", "Value error", "type="):
        assert jargon not in mistake.problem


def test_two_steps_cannot_report_the_same_claim(make_hook: MakeHook) -> None:
    one = TOTP + 'report = ["amr"]\n'
    assert make_hook(one + one_of(BADGE, options='report = ["auth_time"]'))
    with pytest.raises(ConfigError, match="the claim amr is written already by the step app"):
        make_hook(one + one_of(BADGE, options='report = ["amr"]'))


# What the help desk removes meanwhile


def test_what_was_proven_with_a_removed_factor_sets_nothing_up(
    make_hook: MakeHook, clock: Clock
) -> None:
    """A thief who waits on the page to add one must not throw out what was set up since."""
    app = make_hook(TOTP + NOTICE)
    key = enrol(app, clock)
    waiting, twin = Person(app, clock), Person(app, clock)
    waiting.come()
    stolen = key_on(waiting.send({"code": code(key, clock.now), "add": "yes"}))
    remove(app, clock, "totp")
    clock.turn(STEP)
    mine = enrol(app, clock)
    page = waiting.send({"code": code(stolen, clock.now)})
    assert (page.status, page.step) == (422, "app")
    assert "somewhere else" in page.text
    assert [factor.data["seed"] for factor in factors_of(app, clock)] == [mine]
    twin.come()
    fresh = key_on(twin.send({"code": code(mine, clock.now), "add": "yes"}))
    assert twin.send({"code": code(fresh, clock.now)}).step == "welcome"
    assert [factor.data["seed"] for factor in factors_of(app, clock)] == [fresh]


def test_whoever_has_only_recovery_codes_keeps_nothing_before_one_is_shown(
    make_hook: MakeHook, clock: Clock
) -> None:
    _, codes = _first_with_codes(make_hook(TOTP + RECOVERY), clock)
    app = make_hook(TOTP + "recovery = false\n" + one_of(BADGE) + NOTICE)
    remove(app, clock, "totp")
    thief, owner = Person(app, clock), Person(app, clock)
    key = key_on(thief.come())
    page = thief.send({"code": code(key, clock.now)})
    assert (page.step, asked(page)) == ("factor", "recovery")
    assert {factor.kind for factor in factors_of(app, clock)} == {"recovery_codes"}
    mine = key_on(owner.come())
    owner.send({"code": code(mine, clock.now)})
    owner.send({"code": codes[0]})
    assert owner.send({"skip": "yes"}).step == "welcome"
    assert {factor.kind for factor in factors_of(app, clock)} == {"recovery_codes", "totp"}


def test_of_two_at_the_second_step_only_one_sets_something_up(
    make_hook: MakeHook, clock: Clock
) -> None:
    """Else two journeys would put in place what a later step asks for."""
    key = enrol(make_hook(TOTP + NOTICE), clock)
    app = make_hook(TOTP + one_of(BADGE, RING) + NOTICE)
    first, second = Person(app, clock), Person(app, clock)
    first.come()
    first.send({"code": code(key, clock.now)})
    clock.turn(STEP)
    second.come()
    second.send({"code": code(key, clock.now)})
    first.send({"use": "badge"})
    second.send({"use": "ring"})
    assert first.send({"badge": "kea"}).step == "welcome"
    assert second.send({"badge": "kaka"}).step == "factor"
    assert sorted(factor.kind for factor in factors_of(app, clock)) == ["badge", "totp"]
