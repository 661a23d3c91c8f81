"""when: a step is asked only if its condition holds, by what is known once the step comes up."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask

from hook.errors import ConfigError
from hook.testing.example import post
from hook.testing.hooks import NOTICE, PROFILE, RECOVERY, TERMS, TOTP, Clock, MakeHook
from hook.testing.visitor import Seen, Visitor
from hook.testing.watch import Log, watched_log
from tests.support.factors import (
    BADGE,
    RING,
    Person,
    asked,
    code,
    confirm,
    enrol,
    factors_of,
    key_on,
    one_of,
)
from tests.support.steps import Idle, Silent, block

STAFF = '{ arrival = "role", equals = "staff" }'
HERE: dict[str, Any] = {"name": "Ripeka Tamihana", "email": "ripeka@kauri.example"}


def form(name: str, claim: str, when: str = "", kind: str = "text") -> str:
    """The TOML of a form with one field."""
    condition = f"when = {when}\n" if when else ""
    return f"""
[[tenants.kauri.steps]]
kind = "claims_form"
name = "{name}"
title = "Form {name}"
{condition}[[tenants.kauri.steps.fields]]
claim = "{claim}"
label = "Field"
type = "{kind}"
"""


def notice(name: str, when: str = "") -> str:
    return NOTICE.replace("welcome", name) + (f"when = {when}\n" if when else "")


def come(app: Flask, state: str = "first", **claims: Any) -> Visitor:
    visitor = Visitor(app)
    visitor.arrive(claims={**HERE, **claims}, state=state)
    return visitor


def seen(visitor: Visitor) -> Seen:
    assert visitor.seen is not None
    return visitor.seen


def page_number(page: Seen) -> str:
    found = re.search(r"Step \d+ of \d+", page.text)
    return found[0] if found else ""


@pytest.fixture
def log() -> Iterator[Log]:
    with watched_log() as log:
        yield log


# what it asks about


@pytest.mark.parametrize(
    ("role", "step"),
    [("staff", "more"), ("student", "welcome"), ("", "welcome"), (None, "welcome")],
)
def test_an_arrival_claim_decides(make_hook: MakeHook, role: str | None, step: str) -> None:
    app = make_hook(form("more", "office", STAFF) + NOTICE)
    assert seen(come(app, role=role)).step == step


def test_it_is_passed_unseen_and_its_claims_are_absent(make_hook: MakeHook, log: Log) -> None:
    app = make_hook(form("more", "office", STAFF) + NOTICE)
    assert come(app).send({}).answer["claims"] == {}
    assert log.reasons("step_done") == ["not_wanted", "done"]
    visitor = come(app, "staff", role="staff")
    visitor.send({"office": "B12"})
    assert visitor.send({}).answer["claims"] == {"office": "B12"}


def test_a_step_without_a_page_is_not_asked_either(make_hook: MakeHook) -> None:
    app = make_hook(block(Silent, "silent", f"when = {STAFF}") + NOTICE)
    assert come(app).send({}).answer["claims"] == {}
    assert come(app, "b", role="staff").send({}).answer["claims"] == {"looked_up": "found"}


def test_a_claim_of_an_earlier_form_decides_about_the_next_step(make_hook: MakeHook) -> None:
    text = form("first", "pet") + form("second", "dog", '{ claim = "pet", equals = "dog" }')
    app = make_hook(text + NOTICE)
    assert come(app).send({"pet": "dog"}).step == "second"
    assert come(app, "b").send({"pet": "cat"}).step == "welcome"
    assert come(app, "c").send({"pet": ""}).step == "welcome"


def test_a_claim_that_arrived_is_no_claim_of_a_form(make_hook: MakeHook) -> None:
    text = form("first", "pet") + notice("second", '{ claim = "pet", equals = "dog" }')
    text += notice("third", '{ arrival = "pet", equals = "dog" }')
    app = make_hook(text + NOTICE)
    assert come(app, pet="dog").send({"pet": "cat"}).step == "third"
    assert come(app, "b", pet="cat").send({"pet": "dog"}).step == "second"


def test_a_condition_is_asked_when_the_step_comes_up_and_not_before(make_hook: MakeHook) -> None:
    text = form("one", "a") + notice("between") + notice("last", '{ claim = "a", present = true }')
    visitor = come(make_hook(text))
    assert visitor.send({"a": "typed"}).step == "between"
    assert visitor.send({}).step == "last"


def test_an_age_is_counted_at_the_moment_the_step_comes_up(
    make_hook: MakeHook, clock: Clock
) -> None:
    """Ripeka is born so that midnight, between two pages, makes her 18."""
    clock.now += 46_000
    dates: dict[str, Any] = {"iat": clock.now, "exp": clock.now + 3_600}
    app = make_hook(NOTICE + notice("adult", '{ arrival = "born", older_than = "18y" }'))
    early, late = Visitor(app), Visitor(app)
    for state, visitor in (("early", early), ("late", late)):
        visitor.arrive(claims={**HERE, "born": "2008-11-19"}, state=state, **dates)
    assert early.send({}).page == "leave"
    clock.turn(1_000)
    assert late.send({}).step == "adult"


def test_outcomes_of_earlier_steps_decide_not_wanted_among_them(make_hook: MakeHook) -> None:
    text = notice("first", STAFF)
    text += notice("unwanted", '{ outcome = "first", equals = "not_wanted" }')
    text += notice("wanted", '{ outcome = "first", equals = "done" }')
    app = make_hook(text + NOTICE)
    assert seen(come(app)).step == "unwanted"
    assert come(app, "b", role="staff").send({}).step == "wanted"


def test_the_reason_of_a_step_that_needed_no_doing_decides(make_hook: MakeHook) -> None:
    text = block(Idle, "idle") + notice("after", '{ outcome = "idle", equals = "not_today" }')
    assert seen(come(make_hook(text + NOTICE))).step == "after"


def test_terms_accepted_before_are_another_outcome_than_those_accepted_now(
    make_hook: MakeHook,
) -> None:
    app = make_hook(TERMS + notice("thanks", '{ outcome = "terms", equals = "accepted" }') + NOTICE)
    assert come(app).send({"answer": "accept"}).step == "thanks"
    assert seen(come(app, "again")).step == "welcome"


def test_a_flow_of_which_nothing_is_wanted_completes(make_hook: MakeHook) -> None:
    app = make_hook(notice("first", STAFF) + notice("second", STAFF))
    assert seen(come(app)).answer["claims"] == {}
    assert seen(come(app, "b", role="staff")).step == "first"


def test_a_visitor_without_a_name_passes_pages_that_are_not_wanted(make_hook: MakeHook) -> None:
    app = make_hook(notice("first", STAFF))
    assert Visitor(app).arrive(claims={}).answer["claims"] == {}
    nameless = Visitor(app).arrive(claims={"role": "staff"}, state="b")
    assert nameless.answer["error"] == {"message": "subject_missing"}


# no answer


@pytest.mark.parametrize("word", ["", "not"])
def test_a_condition_without_an_answer_ends_the_journey_and_never_skips(
    make_hook: MakeHook, log: Log, word: str
) -> None:
    question = '{ arrival = "born", older_than = "18y" }'
    when = f"{{ not = {question} }}" if word else question
    app = make_hook(notice("adult", when) + NOTICE)
    assert seen(come(app, born="2000-01-01")).step == ("welcome" if word else "adult")
    found = seen(come(app, "b", born=20000101))
    assert found.answer["error"] == {"message": "step_failed"}
    assert "claims" not in found.answer
    assert log.reasons("step_failed") == ["Unanswerable"]


def test_what_a_form_was_told_can_be_without_an_answer_too(make_hook: MakeHook, log: Log) -> None:
    app = make_hook(form("one", "born") + notice("adult", '{ claim = "born", older_than = "18y" }'))
    assert come(app).send({"born": "2000-01-01"}).step == "adult"
    found = come(app, "b").send({"born": "sentinel-long-ago"})
    assert found.answer["error"] == {"message": "step_failed"}
    assert "sentinel" not in log


# mistakes


@pytest.mark.parametrize(
    ("when", "problem"),
    [
        ('{ outcome = "nowhere", equals = "done" }', "has the name nowhere"),
        ('{ outcome = "second", equals = "done" }', "has the name second"),
        ('{ outcome = "welcome", equals = "done" }', "has the name welcome"),
        ('{ claim = "nothing", present = true }', "writes the claim nothing"),
        ('{ claim = "b", present = true }', "writes the claim b"),
        ('{ claim = "a", present = true }', None),
        ('{ outcome = "first", present = true }', None),
        ('{ arrival = "anything.at.all", present = true }', None),
        ('{ all = [{ not = { claim = "x", present = true } }] }', "writes the claim x"),
    ],
)
def test_what_no_earlier_step_gives_is_a_mistake(
    make_hook: MakeHook, when: str, problem: str | None
) -> None:
    text = form("first", "a") + form("second", "b", when) + NOTICE
    if problem is None:
        assert make_hook(text)
        return
    with pytest.raises(ConfigError, match=problem) as refused:
        make_hook(text)
    assert [each.key for each in refused.value.mistakes] == ["tenants.kauri.steps[1].when"]


def test_all_that_is_unknown_is_told_at_once(make_hook: MakeHook) -> None:
    when = '{ any = [{ claim = "y", equals = 1 }, { claim = "x", equals = 1 }] }'
    with pytest.raises(ConfigError) as refused:
        make_hook(NOTICE + notice("b", when) + notice("c", '{ outcome = "z", equals = "x" }'))
    assert [str(each) for each in refused.value.mistakes] == [
        "tenants.kauri.steps[1].when: no step before this one writes the claim x",
        "tenants.kauri.steps[1].when: no step before this one writes the claim y",
        "tenants.kauri.steps[2].when: no step before this one has the name z",
    ]


def test_its_arrival_claims_are_among_those_to_register(make_hook: MakeHook) -> None:
    app = make_hook(notice("a", '{ not = { arrival = "address.country", in = ["NZ"] } }'))
    assert "address" in app.extensions["hook"].config.tenants["kauri"].reads()
    assert "address" not in make_hook(NOTICE).extensions["hook"].config.tenants["kauri"].reads()


# page numbers


def test_steps_that_were_not_wanted_are_not_counted(make_hook: MakeHook) -> None:
    app = make_hook(notice("a", STAFF) + notice("b") + notice("c"))
    visitor = come(app)
    assert page_number(seen(visitor)) == "Step 1 of 2"
    assert page_number(visitor.send({})) == "Step 2 of 2"
    staff = come(app, "b", role="staff")
    numbers = [page_number(seen(staff)), page_number(staff.send({})), page_number(staff.send({}))]
    assert numbers == ["Step 1 of 3", "Step 2 of 3", "Step 3 of 3"]


def test_a_step_that_turns_out_not_wanted_leaves_the_numbers_in_order(make_hook: MakeHook) -> None:
    visitor = come(make_hook(notice("a") + notice("b", STAFF) + notice("c")))
    assert page_number(seen(visitor)) in ("Step 1 of 2", "Step 1 of 3")
    assert page_number(visitor.send({})) == "Step 2 of 2"


# only its own turn


@pytest.mark.parametrize("looked", [True, False])
def test_a_form_that_is_not_wanted_takes_nothing_even_if_it_is_sent(
    make_hook: MakeHook, clock: Clock, looked: bool
) -> None:
    """After a second factor is kept, the steps behind it have not been looked at yet."""
    person = Person(make_hook(TOTP + form("more", "office", STAFF) + NOTICE), clock)
    page = person.come()
    post(person, page.url, {**page.reader.hidden, "code": code(key_on(page), clock.now)})
    if looked:
        person.get(page.url.rpartition("/")[0])
        person.seen = page
    post(person, page.url.replace("/app", "/more"), {"office": "B12"})
    assert person.get(page.url.rpartition("/")[0]).step == "welcome"
    assert person.send({}).answer["claims"] == {}


def test_terms_that_are_not_wanted_are_not_recorded_even_if_they_are_sent(
    make_hook: MakeHook, clock: Clock, log: Log
) -> None:
    person = Person(make_hook(TOTP + TERMS + f"when = {STAFF}\n" + NOTICE), clock)
    page = person.come()
    post(person, page.url, {**page.reader.hidden, "code": code(key_on(page), clock.now)})
    post(person, page.url.replace("/app", "/terms"), {"answer": "accept"})
    assert person.get(page.url.rpartition("/")[0]).step == "welcome"
    assert [each["reason"] for each in log.events("step_done", step="terms")] == ["not_wanted"]


# second factors


def test_a_second_factor_is_asked_only_where_it_is_wanted(
    make_hook: MakeHook, clock: Clock
) -> None:
    app = make_hook(TOTP + f'when = {STAFF}\nreport = ["amr"]\n' + NOTICE)
    person = Person(app, clock)
    assert person.come(claims=HERE).step == "welcome"
    assert person.send({}).answer["claims"] == {}
    page = person.come(claims={**HERE, "role": "staff"})
    assert asked(page) == "enrol totp"
    assert person.send({"code": code(key_on(page), clock.now)}).step == "welcome"
    assert person.send({}).answer["claims"]["amr"]


def test_an_enrolled_factor_is_not_asked_where_it_is_not_wanted(
    make_hook: MakeHook, clock: Clock
) -> None:
    key = enrol(make_hook(TOTP + NOTICE), clock)
    app = make_hook(TOTP + 'when = { not = { arrival = "trusted", equals = true } }\n' + NOTICE)
    assert Person(app, clock).come(claims={**HERE, "trusted": True}).step == "welcome"
    assert asked(Person(app, clock).come(claims={**HERE, "trusted": 1})) == "totp"
    assert confirm(app, clock, key).step == "welcome"


def test_recovery_codes_are_not_given_where_no_factor_was_asked(
    make_hook: MakeHook, clock: Clock
) -> None:
    app = make_hook(TOTP + f"when = {STAFF}\n" + RECOVERY + NOTICE)
    assert Person(app, clock).come(claims=HERE).step == "welcome"
    assert factors_of(app, clock) == []
    staff = Person(app, clock)
    page = staff.come(claims={**HERE, "role": "staff"})
    assert staff.send({"code": code(key_on(page), clock.now)}).step == "codes"


@pytest.mark.parametrize("number", [0, 1])
def test_of_several_second_factors_none_can_be_passed_by(make_hook: MakeHook, number: int) -> None:
    """What one step would have asked for must not be missing when the other lets set up."""
    steps = [one_of(BADGE, name="one"), one_of(RING, name="two")]
    assert make_hook("".join(steps) + NOTICE)
    kind, name = ((BADGE, "one"), (RING, "two"))[number]
    steps[number] = one_of(kind, name=name, options=f"when = {STAFF}")
    with pytest.raises(ConfigError, match="only where one step of the flow asks") as refused:
        make_hook("".join(steps) + NOTICE)
    keys = [mistake.key for mistake in refused.value.mistakes]
    assert keys == [f"tenants.kauri.steps[{number}].when"]
    assert make_hook(steps[number] + NOTICE)


@pytest.mark.parametrize("text", [TERMS, TOTP], ids=["terms", "totp"])
def test_somebody_without_a_subject_is_denied_where_a_step_keeps_records(
    make_hook: MakeHook, text: str
) -> None:
    """Also where it would not be wanted: better at once than after pages were filled in."""
    app = make_hook(text + 'when = { arrival = "email", present = true }\n' + PROFILE)
    found = Visitor(app).arrive(claims={"name": "Ripeka Tamihana"})
    assert found.answer["error"] == {"message": "subject_missing"}
    assert seen(come(app)).step == ("terms" if text == TERMS else "app")
