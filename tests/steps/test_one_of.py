"""one_of: verify with what is enrolled, or enrol one of what is allowed, and nothing around it."""

import json
from html import unescape
from typing import Any

import pytest
from flask import Flask

from hook.errors import ConfigError
from hook.testing.authenticator import SoftAuthenticator
from hook.testing.hooks import NOTICE, RECOVERY, SECOND_FACTOR, TOTP, Clock, MakeHook
from hook.testing.html import Html
from hook.testing.visitor import Seen, Values
from hook.testing.watch import rows
from tests.support.factors import (
    BADGE,
    CHIP,
    MEDDLED,
    RING,
    STEP,
    MeddledTotp,
    Person,
    asked,
    code,
    codes_on,
    enrol,
    factors_of,
    key_on,
    offered,
    one_of,
    remove,
    wrong_code,
)

EITHER = one_of("totp", BADGE)
FLOW = EITHER + NOTICE
WITH_CODES = EITHER + RECOVERY + NOTICE
NOTHING: list[Values] = [
    {},
    {"use": ""},
    {"use": "fax"},
    {"use": "recovery_codes"},
    {"use": ["fax", "totp"]},
    {"skip": "yes"},
    {"add": "yes"},
    {"code": "123456"},
    {"badge": "kea"},
    {"proof": "totp"},
]


def _set_up(app: Flask, clock: Clock, *kinds: str) -> str:
    """Set up these factors, the first one without having proven anything; gives the key."""
    person, key = Person(app, clock), ""
    page = person.come()
    for number, kind in enumerate(kinds):
        if number:
            clock.turn(STEP)
            person.come()
            page = person.send({**_answer(kinds[0], key, clock), "add": "yes"})
        if kind in offered(page):
            page = person.send({"use": kind})
        key = key_on(page) if kind == "totp" else key
        page = person.send(_answer(kind, key, clock))
        if codes_on(page):
            page = person.send({"saved": "yes"})
    clock.turn(STEP)
    return key


def _answer(kind: str, key: str, clock: Clock) -> Values:
    return {"code": code(key, clock.now)} if kind == "totp" else {"badge": "kea"}


def _kinds(app: Flask, clock: Clock) -> list[str]:
    return sorted({factor.kind for factor in factors_of(app, clock)})


def _passkey(page: Seen, name: str = "data-options") -> str:
    """The options that the page's script is given."""
    return unescape(page.html.split(f'{name}="')[1].split('"')[0])


def _buttons(page: Seen) -> dict[str, dict[str, str]]:
    controls = (each for each in page.reader.controls if each["tag"] == "button")
    return {each["value"]: each for each in controls if each.get("name") == "use"}


def test_with_nothing_enrolled_the_visitor_chooses(make_hook: MakeHook, clock: Clock) -> None:
    page = Person(make_hook(FLOW), clock).come()
    assert (page.status, asked(page), offered(page)) == (200, "chooser", ["totp", "badge"])
    assert "An app on your phone" in page.text
    assert "The badge from the front desk." in page.text


def test_one_way_only_needs_no_choice(make_hook: MakeHook, clock: Clock) -> None:
    page = Person(make_hook(one_of("totp") + NOTICE), clock).come()
    assert (asked(page), offered(page)) == ("enrol totp", [])


def test_a_choice_leads_to_its_page_and_the_others_stay_offered(
    make_hook: MakeHook, clock: Clock
) -> None:
    person = Person(make_hook(FLOW), clock)
    person.come()
    page = person.send({"use": "totp"})
    assert (asked(page), offered(page)) == ("enrol totp", ["badge"])
    assert "Set up your badge instead" in page.text
    page = person.send({"use": "badge"})
    assert (asked(page), offered(page)) == ("badge", ["totp"])
    assert key_on(person.send({"use": "totp"}))


def test_the_key_survives_looking_at_another_way(make_hook: MakeHook, clock: Clock) -> None:
    person = Person(make_hook(FLOW), clock)
    person.come()
    key = key_on(person.send({"use": "totp"}))
    person.send({"use": "badge"})
    assert key_on(person.send({"use": "totp"})) == key
    assert person.send({"code": code(key, clock.now)}).step == "welcome"


@pytest.mark.parametrize("sent", NOTHING)
def test_at_the_choice_anything_else_changes_nothing(
    make_hook: MakeHook, clock: Clock, sent: Values
) -> None:
    app = make_hook(FLOW)
    person = Person(app, clock)
    person.come()
    page = person.send(sent)
    assert (page.status, asked(page)) == (422, "chooser")
    assert "Choose one of these." in page.text
    assert factors_of(app, clock) == []
    assert rows(app)["guesses"] == []
    assert asked(person.send({"use": "totp"})) == "enrol totp"


@pytest.mark.parametrize("sent", [*NOTHING[:7], {"proof": "totp"}, {"use": "badge"}])
def test_at_a_factor_that_is_enrolled_anything_else_changes_nothing(
    make_hook: MakeHook, clock: Clock, sent: Values
) -> None:
    app = make_hook(FLOW)
    key = _set_up(app, clock, "totp")
    before = rows(app)["factors"]
    person = Person(app, clock)
    page = person.come()
    assert (asked(page), offered(page)) == ("totp", [])
    page = person.send(sent)
    assert (page.status, asked(page)) == (422, "totp")
    assert rows(app)["factors"] == before
    assert rows(app)["guesses"] == []
    assert person.send({"code": code(key, clock.now)}).step == "welcome"


@pytest.mark.parametrize("way", ["box", "no box"])
def test_another_kind_is_set_up_only_after_the_one_there_is_verified(
    make_hook: MakeHook, clock: Clock, way: str
) -> None:
    app = make_hook(FLOW)
    key = _set_up(app, clock, "totp")
    person = Person(app, clock)
    person.come()
    add: Values = {"add": "yes"} if way == "box" else {}
    page = person.send({"code": wrong_code(key, clock.now), **add})
    assert (page.status, asked(page)) == (422, "totp")
    page = person.send({"code": code(key, clock.now), **add})
    if way == "box":
        assert (asked(page), offered(page)) == ("chooser", ["totp", "badge"])
        assert asked(person.send({"use": "badge"})) == "badge"
        page = person.send({"badge": "kea"})
    assert page.step == "welcome"
    assert _kinds(app, clock) == (["badge", "totp"] if way == "box" else ["totp"])


def test_the_way_used_last_comes_first(make_hook: MakeHook, clock: Clock) -> None:
    app = make_hook(FLOW)
    key = _set_up(app, clock, "totp", "badge")
    person = Person(app, clock)
    page = person.come()
    assert (asked(page), offered(page)) == ("totp", ["badge"])
    person.send({"use": "badge"})
    clock.turn(1)
    assert person.send({"badge": "kea"}).step == "welcome"
    page = person.come()
    assert (asked(page), offered(page)) == ("badge", ["totp"])
    clock.turn(STEP)
    person.send({"use": "totp"})
    assert person.send({"code": code(key, clock.now)}).step == "welcome"
    assert asked(person.come()) == "totp"


def test_recovery_is_offered_wherever_codes_are_left(make_hook: MakeHook, clock: Clock) -> None:
    app = make_hook(WITH_CODES)
    _set_up(app, clock, "totp", "badge")
    person = Person(app, clock)
    page = person.come()
    assert (asked(page), offered(page)) == ("totp", ["badge", "recovery_codes"])
    page = person.send({"use": "badge"})
    assert (asked(page), offered(page)) == ("badge", ["totp", "recovery_codes"])
    page = person.send({"use": "recovery_codes"})
    assert (asked(page), offered(page)) == ("recovery", ["totp", "badge"])


def test_recovery_is_not_offered_where_it_is_switched_off(
    make_hook: MakeHook, clock: Clock
) -> None:
    codes_app = make_hook(WITH_CODES)
    key = _set_up(codes_app, clock, "totp")
    assert offered(Person(codes_app, clock).come()) == ["recovery_codes"]
    off = one_of("totp", BADGE, options="recovery = false")
    person = Person(make_hook(off + NOTICE), clock)
    assert offered(person.come()) == []
    page = person.send({"use": "recovery_codes"})
    assert (page.status, asked(page)) == (422, "totp")
    assert person.send({"code": code(key, clock.now)}).step == "welcome"


def test_whoever_has_only_recovery_codes_uses_one_before_setting_anything_up(
    make_hook: MakeHook, clock: Clock
) -> None:
    app = make_hook(WITH_CODES)
    person = Person(app, clock)
    person.come()
    key = key_on(person.send({"use": "totp"}))
    codes = codes_on(person.send({"code": code(key, clock.now)}))
    person.send({"saved": "yes"})
    remove(app, clock, "totp")
    page = person.come()
    assert (asked(page), offered(page)) == ("recovery", [])
    assert asked(person.send({"use": "totp"})) == "recovery"
    assert asked(person.send({"badge": "kea"})) == "recovery"
    assert asked(person.send({"code": codes[0]})) == "chooser"


@pytest.mark.parametrize("then", ["skip", "badge", "totp"])
def test_after_a_recovery_code_a_new_way_can_be_set_up_or_not(
    make_hook: MakeHook, clock: Clock, then: str
) -> None:
    app = make_hook(WITH_CODES)
    person = Person(app, clock)
    person.come()
    old = key_on(person.send({"use": "totp"}))
    codes = codes_on(person.send({"code": code(old, clock.now)}))
    person.send({"saved": "yes"})
    person.come()
    person.send({"use": "recovery_codes"})
    page = person.send({"code": codes[0]})
    assert (asked(page), offered(page)) == ("chooser", ["totp", "badge"])
    assert "You have 9 left." in page.text
    assert "set up a new way now" in page.text
    if then == "skip":
        page = person.send({"skip": "yes"})
    elif then == "badge":
        person.send({"use": "badge"})
        page = person.send({"badge": "kea"})
    else:
        new = key_on(person.send({"use": "totp"}))
        page = person.send({"code": code(new, clock.now)})
    assert page.step == "welcome"
    seeds = [each.data["seed"] for each in factors_of(app, clock) if each.kind == "totp"]
    assert (seeds == [old]) == (then != "totp")
    assert ("badge" in _kinds(app, clock)) == (then == "badge")


def test_a_lock_cannot_be_walked_around_by_setting_up_another_way(
    make_hook: MakeHook, clock: Clock
) -> None:
    app = make_hook(FLOW)
    key = _set_up(app, clock, "totp")
    person, waiting = Person(app, clock), Person(app, clock)
    person.come()
    waiting.come()
    for _ in range(5):
        page = person.send({"code": wrong_code(key, clock.now)})
    assert page.page == "stopped"
    assert waiting.send({"use": "badge"}).page == "stopped"
    assert Person(app, clock).come().page == "stopped"
    assert _kinds(app, clock) == ["totp"]


def test_while_one_way_is_locked_another_that_is_enrolled_still_does(
    make_hook: MakeHook, clock: Clock
) -> None:
    app = make_hook(WITH_CODES)
    key = _set_up(app, clock, "totp", "badge")
    person = Person(app, clock)
    person.come()
    for _ in range(5):
        person.send({"code": wrong_code(key, clock.now)})
    page = person.come()
    assert (asked(page), offered(page)) == ("badge", [])
    assert asked(person.send({"use": "totp"})) == "badge"
    assert asked(person.send({"use": "recovery_codes"})) == "badge"
    assert person.send({"badge": "kea"}).step == "welcome"


def test_what_may_not_be_set_up_here_is_not_offered_and_still_counts_for_who_has_it(
    make_hook: MakeHook, clock: Clock
) -> None:
    key = _set_up(make_hook(FLOW), clock, "totp")
    app = make_hook(one_of('kind = "totp", enrol = false', BADGE) + NOTICE)
    person = Person(app, clock)
    assert asked(person.come()) == "totp"
    page = person.send({"code": code(key, clock.now), "add": "yes"})
    assert (asked(page), offered(page)) == ("badge", [])
    assert "Go on without" in page.text
    mere = Person(app, clock)
    page = mere.come(claims={"name": "Mere", "email": "mere@kauri.example"})
    assert (asked(page), offered(page)) == ("badge", [])
    assert asked(mere.send({"use": "totp"})) == "badge"


def test_where_nothing_may_be_set_up_whoever_has_nothing_is_denied(
    make_hook: MakeHook, clock: Clock
) -> None:
    page = Person(make_hook(one_of('kind = "totp", enrol = false') + NOTICE), clock).come()
    assert (page.page, page.status) == ("stopped", 200)
    assert "You need another way to confirm" in page.text


def test_a_right_code_with_nothing_to_add_goes_on_even_with_the_box(
    make_hook: MakeHook, clock: Clock
) -> None:
    key = enrol(make_hook(TOTP + NOTICE), clock)
    app = make_hook(one_of('kind = "totp", enrol = false') + NOTICE)
    person = Person(app, clock)
    assert 'name="add"' not in person.come().html
    assert person.send({"code": code(key, clock.now), "add": "yes"}).step == "welcome"


def test_a_passkey_button_is_hidden_until_the_script_shows_it(
    make_hook: MakeHook, clock: Clock
) -> None:
    app = make_hook(SECOND_FACTOR + NOTICE)
    person = Person(app, clock)
    buttons = _buttons(person.come())
    assert {"hidden", "data-if-passkeys"} <= buttons["webauthn"].keys()
    assert not {"hidden", "data-if-passkeys"} & buttons["totp"].keys()
    buttons = _buttons(person.send({"use": "totp"}))
    assert {"hidden", "data-if-passkeys"} <= buttons["webauthn"].keys()
    page = person.send({"use": "webauthn"})
    (use,) = (each for each in page.reader.controls if "data-passkey" in each)
    assert {"hidden", "data-if-passkeys"} <= use.keys()
    assert "hidden" not in _buttons(page)["totp"]
    assert "This browser can’t use passkeys here." in page.text


def test_no_heading_is_left_over_a_way_that_only_a_script_shows(
    make_hook: MakeHook, clock: Clock
) -> None:
    person = Person(make_hook(SECOND_FACTOR + NOTICE), clock)
    person.come()
    for way, is_hidden in (("totp", True), ("webauthn", False)):
        (others,) = (
            each for each in Html(person.send({"use": way}).html).all("div")
            if each.get("class") == "others"
        )  # fmt: skip
        assert ({"hidden", "data-if-passkeys"} <= others.keys()) is is_hidden


def test_a_passkey_and_an_app_stand_in_for_each_other(make_hook: MakeHook, clock: Clock) -> None:
    app = make_hook(SECOND_FACTOR + NOTICE)
    key = _set_up(app, clock, "totp")
    person, phone = Person(app, clock), SoftAuthenticator()
    person.come()
    person.send({"code": code(key, clock.now), "add": "yes"})
    page = person.send({"use": "webauthn"})
    made = json.dumps(phone.create(_passkey(page)))
    assert person.send({"passkey": made, "label": "my phone"}).step == "welcome"
    page = person.come()
    assert (asked(page), offered(page)) == ("totp", ["webauthn"])
    page = person.send({"use": "webauthn"})
    assert "my phone" in page.text
    used = json.dumps(phone.get(_passkey(page)))
    assert person.send({"passkey": used}).step == "welcome"


def test_a_passkey_that_was_never_made_here_is_refused_and_counted_apart(
    make_hook: MakeHook, clock: Clock
) -> None:
    app = make_hook(SECOND_FACTOR + NOTICE)
    person, phone = Person(app, clock), SoftAuthenticator()
    person.come()
    page = person.send({"use": "webauthn"})
    person.send({"passkey": json.dumps(phone.create(_passkey(page)))})
    page = person.come()
    forged = json.dumps(phone.get(_passkey(page), signature=b"no"))
    assert person.send({"passkey": forged}).status == 422
    assert [row["lock"] for row in rows(app)["guesses"]] == ["webauthn"]
    right = json.dumps(phone.get(_passkey(person.reload())))
    assert person.send({"passkey": right}).step == "welcome"


# Two journeys at once, in a fixed order.


def _meanwhile(monkeypatch: pytest.MonkeyPatch, person: Person, sent: Values) -> list[Seen]:
    """Let somebody else send this while a code is judged; gives where they get to."""
    reached: list[Seen] = []
    happens = staticmethod(lambda: reached.append(person.send(sent)))
    monkeypatch.setattr(MeddledTotp, "meanwhile", happens)
    return reached


def test_one_code_in_two_journeys_at_once_counts_in_one_of_them(
    make_hook: MakeHook, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = make_hook(one_of(MEDDLED) + NOTICE)
    key = enrol(app, clock)
    first, second = Person(app, clock), Person(app, clock)
    first.come()
    second.come()
    sent: Values = {"code": code(key, clock.now)}
    reached = _meanwhile(monkeypatch, second, sent)
    page = first.send(sent)
    assert [each.step for each in reached] == ["welcome"]
    assert (page.step, asked(page)) == ("factor", "totp")
    clock.turn(STEP)
    assert first.send({"code": code(key, clock.now)}).step == "welcome"


@pytest.mark.parametrize("other", ["totp", "badge"])
def test_of_two_factors_set_up_at_once_without_proof_only_one_is_kept(
    make_hook: MakeHook, clock: Clock, monkeypatch: pytest.MonkeyPatch, other: str
) -> None:
    app = make_hook(one_of(MEDDLED, BADGE) + NOTICE)
    first, second = Person(app, clock), Person(app, clock)
    first.come()
    second.come()
    key = key_on(first.send({"use": "totp"}))
    page = second.send({"use": other})
    sent = _answer(other, key_on(page) if other == "totp" else "", clock)
    reached = _meanwhile(monkeypatch, second, sent)
    page = first.send({"code": code(key, clock.now)})
    assert [each.step for each in reached] == ["welcome"]
    assert (page.step, asked(page)) == ("factor", other)
    assert _kinds(app, clock) == [other]
    assert all(key != factor.data.get("seed") for factor in factors_of(app, clock))


# The same factor never counts for two steps.


def test_the_second_step_asks_for_another_kind(make_hook: MakeHook, clock: Clock) -> None:
    second = one_of("totp", BADGE, name="second")
    app = make_hook(EITHER + second + NOTICE)
    person = Person(app, clock)
    person.come()
    key = key_on(person.send({"use": "totp"}))
    page = person.send({"code": code(key, clock.now)})
    assert (page.step, asked(page), offered(page)) == ("second", "badge", [])
    assert person.send({"badge": "kea"}).step == "welcome"
    clock.turn(STEP)
    person.come()
    page = person.send({"code": code(key, clock.now)})
    assert (page.step, asked(page)) == ("second", "badge")
    clock.turn(STEP)
    assert asked(person.send({"use": "totp"})) == "badge"
    assert asked(person.send({"code": code(key, clock.now)})) == "badge"
    assert person.send({"badge": "kea"}).step == "welcome"


def test_a_recovery_code_counts_for_one_step_only(make_hook: MakeHook, clock: Clock) -> None:
    second = one_of("totp", BADGE, name="second")
    app = make_hook(EITHER + second + RECOVERY + NOTICE)
    person = Person(app, clock)
    person.come()
    key = key_on(person.send({"use": "totp"}))
    person.send({"code": code(key, clock.now)})
    codes = codes_on(person.send({"badge": "kea"}))
    person.send({"saved": "yes"})
    person.come()
    person.send({"use": "recovery_codes"})
    person.send({"code": codes[0]})
    page = person.send({"skip": "yes"})
    assert page.step == "second"
    assert "recovery_codes" not in offered(page)
    assert person.send({"use": "recovery_codes"}).status == 422
    assert person.send({"code": codes[1]}).step == "second"


@pytest.mark.parametrize("first", ["totp", "badge"])
def test_what_was_removed_is_set_up_anew_at_the_second_step(
    make_hook: MakeHook, clock: Clock, first: str
) -> None:
    """What was set up at the second step is proven at the first one, and in nobody's way."""
    app = make_hook(EITHER + one_of("totp", BADGE, name="second") + NOTICE)
    person, key = Person(app, clock), ""
    page = person.come()
    second = "badge" if first == "totp" else "totp"
    for kind in (first, second):
        if kind in offered(page):
            page = person.send({"use": kind})
        key = key_on(page) if kind == "totp" else key
        page = person.send(_answer(kind, key, clock))
    assert page.step == "welcome"
    remove(app, clock, first)
    clock.turn(STEP)
    person.come()
    page = person.send(_answer(second, key, clock))
    assert (page.step, _kinds(app, clock)) == ("second", [second])
    key = key_on(page) if first == "totp" else key
    assert person.send(_answer(first, key, clock)).step == "welcome"
    assert _kinds(app, clock) == ["badge", "totp"]


@pytest.mark.parametrize("last", ["badge", "totp"])
def test_only_what_was_verified_last_is_replaced(
    make_hook: MakeHook, clock: Clock, last: str
) -> None:
    """What counted before has to be there until the journey is over."""
    key = _set_up(make_hook(FLOW), clock, "totp", "badge")
    app = make_hook(EITHER + one_of("totp", BADGE, name="second") + RECOVERY + NOTICE)
    person = Person(app, clock)
    person.come()
    first = "totp" if last == "badge" else "badge"
    person.send({"use": first})
    assert person.send(_answer(first, key, clock)).step == "second"
    shown = {"totp": "enrol totp", "badge": "badge"}[last]
    page = person.send({**_answer(last, key, clock), "add": "yes"})
    assert (page.step, asked(page), offered(page)) == ("second", shown, [])
    page = person.send({"use": first})
    assert (page.status, asked(page)) == (422, shown)
    new = key_on(page) if last == "totp" else key
    assert person.send(_answer(last, new, clock)).step == "codes"
    assert person.send({"saved": "yes"}).step == "welcome"


@pytest.mark.parametrize("gone", [False, True])
def test_nothing_is_added_when_what_counted_at_the_first_step_was_removed(
    make_hook: MakeHook, clock: Clock, gone: bool
) -> None:
    key = _set_up(make_hook(FLOW), clock, "totp", "badge")
    app = make_hook(one_of("totp") + one_of(BADGE, RING, name="second") + NOTICE)
    person = Person(app, clock)
    person.come()
    person.send(_answer("totp", key, clock))
    person.send({"badge": "kea", "add": "yes"})
    person.send({"use": "ring"})
    if gone:
        remove(app, clock, "totp")
    assert person.send({"badge": "kaka"}).step == ("second" if gone else "welcome")
    assert _kinds(app, clock) == (["badge"] if gone else ["badge", "ring", "totp"])


def test_a_step_that_can_never_work_stops_the_start(make_hook: MakeHook) -> None:
    other = TOTP.replace('"app"', '"again"')
    assert make_hook(TOTP + one_of(BADGE))
    with pytest.raises(ConfigError, match="none may be left for this step") as refused:
        make_hook(TOTP + other)
    assert [mistake.key for mistake in refused.value.mistakes] == ["tenants.kauri.steps[1]"]


@pytest.mark.parametrize(
    "flow",
    [
        pytest.param(one_of("totp") + TOTP, id="one kind, named in two ways"),
        pytest.param(EITHER + TOTP, id="a choice that takes what comes after"),
        pytest.param(EITHER + one_of(BADGE, "totp", name="b") + TOTP, id="two kinds, three steps"),
        pytest.param(TOTP + one_of(BADGE, RING) + one_of("totp", name="b"), id="a choice between"),
        pytest.param(
            EITHER + one_of(RING, CHIP, name="b") + one_of("totp", BADGE, name="c") + TOTP,
            id="two kinds, three of four steps",
        ),
    ],
)
def test_a_flow_in_which_somebody_gets_stuck_is_refused(make_hook: MakeHook, flow: str) -> None:
    with pytest.raises(ConfigError, match="put steps with fewer choices first"):
        make_hook(flow)


@pytest.mark.parametrize(
    "flow",
    [
        EITHER + one_of("totp", BADGE, name="b"),
        TOTP + EITHER,
        one_of(BADGE, RING) + TOTP + one_of(BADGE, RING, name="b"),
    ],
)
def test_a_flow_that_everybody_can_finish_starts(make_hook: MakeHook, flow: str) -> None:
    assert make_hook(flow)


@pytest.mark.parametrize("number", [0, 1])
def test_whoever_is_asked_nothing_sets_nothing_up_at_the_next_step(
    make_hook: MakeHook, number: int
) -> None:
    """A factor verified an hour ago must not let its holder's login add another one."""
    age = 'max_age = "1h"'
    steps = [one_of("totp", name="a"), one_of(BADGE, name="b")]
    assert make_hook("".join(steps) + NOTICE)
    steps[number] = one_of(("totp", BADGE)[number], name="ab"[number], options=age)
    with pytest.raises(ConfigError, match="only where one step of the flow asks") as refused:
        make_hook("".join(steps) + NOTICE)
    key = f"tenants.kauri.steps[{number}].max_age"
    assert [mistake.key for mistake in refused.value.mistakes] == [key]
    assert make_hook(steps[number] + NOTICE)


MISTAKES: list[tuple[str, str]] = [
    ("of = []", "of"),
    ("", "of"),
    ('of = ["totp"]', "use a table"),
    ("of = [{ enrol = true }]", "this is missing"),
    ("of = [{ kind = 7 }]", "use a text in quotation marks"),
    ('of = [{ kind = "fax" }]', "there is no such kind; use totp, webauthn, or a dotted path"),
    ('of = [{ kind = "recovery_codes" }]', "there is no such kind"),
    ('of = [{ kind = "hook.steps.totp.Totp" }]', "this is no method"),
    ('of = [{ kind = "no.such.Module" }]', "no.such cannot be imported"),
    ('of = [{ kind = "totp", enrol = "maybe" }]', "use true or false"),
    ('of = [{ kind = "totp", max_age = "1h" }]', "max_age: there is no such option"),
    ('of = [{ kind = "webauthn", user_verification = "maybe" }]', "use 'required', 'preferred' or"),
    ('of = [{ kind = "totp" }, { kind = "totp" }]', "name each kind once"),
    ('of = { kind = "totp" }', "of"),
]


@pytest.mark.parametrize(("options", "sentence"), MISTAKES)
def test_a_mistake_in_the_options_stops_the_start(
    make_hook: MakeHook, options: str, sentence: str
) -> None:
    head = '[[tenants.kauri.steps]]\nkind = "one_of"\nname = "factor"\ntitle = "Confirm"\n'
    assert make_hook(head + 'of = [{ kind = "totp" }]')
    with pytest.raises(ConfigError) as refused:
        make_hook(head + options)
    words = str(refused.value)
    assert words.startswith("tenants.kauri.steps[0]")
    assert sentence in words
    for jargon in ("Value error", "pydantic", "type=", "MemberTable", "Input should be", ": : "):
        assert jargon not in words


def test_what_a_member_needs_is_offered_by_its_title_and_nothing_else(
    make_hook: MakeHook, clock: Clock
) -> None:
    page = Person(make_hook(SECOND_FACTOR + NOTICE), clock).come()
    names: list[Any] = [button["value"] for button in _buttons(page).values()]
    assert names == ["webauthn", "totp"]
