"""gate: lets through without a page, or ends the journey with a code of its own."""

from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from flask import Flask

from hook.errors import ConfigError
from hook.refusals import ANSWER_CODES, Stopped
from hook.steps.base import Deny, Shown, Step, Visit
from hook.testing.example import bring, post
from hook.testing.hooks import NOTICE, TOTP, Clock, MakeHook
from hook.testing.visitor import Seen, Visitor
from hook.testing.watch import Log, rows, watched_log
from tests.support.factors import Person, code, key_on

FORM = """
[[tenants.kauri.steps]]
kind = "claims_form"
name = "birth"
title = "When were you born?"
[[tenants.kauri.steps.fields]]
claim = "birth_date"
label = "Date of birth"
type = "date"
"""
OWN = """
[[tenants.kauri.steps]]
kind = "{kind}"
name = "own"
title = "A step"
"""


def gate(
    require: str = '{ arrival = "country", equals = "NZ" }',
    code: str = "country_not_served",
    name: str = "country",
    more: str = "",
) -> str:
    """The TOML of a gate."""
    return f"""
[[tenants.kauri.steps]]
kind = "gate"
name = "{name}"
title = "Not for you: {name}"
require = {require}
code = "{code}"
text = "Your address <b>is</b> elsewhere ({name})."
{more}
"""


OF_AGE = gate('{ claim = "birth_date", older_than = "18y" }', "age_under_18", "age")


@pytest.fixture
def log() -> Iterator[Log]:
    with watched_log() as log:
        yield log


def claims(**more: Any) -> dict[str, Any]:
    return {"name": "Ripeka Tamihana", "email": "ripeka@kauri.example", **more}


def come(app: Flask, **more: Any) -> Visitor:
    visitor = Visitor(app)
    visitor.arrive(claims=claims(**more))
    return visitor


def leave(visitor: Visitor) -> Seen:
    """Go back by the link of a page that says why a journey was stopped."""
    assert visitor.seen is not None
    assert visitor.seen.page == "stopped"
    (link,) = (each for each in visitor.seen.reader.links if each.endswith("leave=yes"))
    return visitor.get(link)


def error_of(visitor: Visitor) -> str:
    answer = leave(visitor).answer
    assert "claims" not in answer
    return str(answer["error"]["message"])


def test_whoever_it_holds_for_passes_without_a_page(make_hook: MakeHook, log: Log) -> None:
    visitor = come(make_hook(gate() + NOTICE), country="NZ")
    assert visitor.seen is not None
    assert visitor.seen.step == "welcome"
    assert "Step 1 of 1" in visitor.seen.text
    assert log.reasons("step_done") == ["required"]
    assert visitor.send({}).answer["claims"] == {}


@pytest.mark.parametrize("country", ["FR", "nz", "", None, True, ["NZ"], {"NZ": "NZ"}], ids=repr)
def test_whoever_it_does_not_hold_for_is_denied_with_its_code(
    make_hook: MakeHook, log: Log, country: Any
) -> None:
    app = make_hook(gate() + NOTICE)
    assert error_of(come(app, country=country)) == "country_not_served"
    assert log.reasons("step_denied") == ["country_not_served"]
    assert [line["outcome"] for line in log.events("journey_ended")] == ["country_not_served"]


def test_a_missing_claim_denies(make_hook: MakeHook) -> None:
    assert error_of(come(make_hook(gate() + NOTICE))) == "country_not_served"


def test_the_page_says_what_happened_what_to_do_and_leads_back(make_hook: MakeHook) -> None:
    visitor = come(make_hook(gate() + NOTICE), country="FR")
    page = visitor.seen
    assert page is not None
    assert (page.status, page.page) == (200, "stopped")
    assert "Not for you: country" in page.text
    assert "Your address <b>is</b> elsewhere (country)." in page.text
    assert "<b>" not in page.html
    assert "If you think this is wrong, ask the organisation." in page.text
    assert visitor.reload().html == page.html
    assert leave(visitor).answer["error"] == {"message": "country_not_served"}


def test_what_they_can_do_is_told_in_words_of_ones_own(make_hook: MakeHook) -> None:
    visitor = come(make_hook(gate(more='todo = "Ring us."') + NOTICE), country="FR")
    assert visitor.seen is not None
    assert "What to do: Ring us." in visitor.seen.text
    assert "ask the organisation" not in visitor.seen.text


def test_nothing_of_a_visitor_who_was_denied_is_kept_in_the_open(make_hook: MakeHook) -> None:
    app = make_hook(gate() + NOTICE)
    come(app, country="Sentinel-FR")
    (row,) = rows(app)["journeys"]
    assert (row["arrival"], row["progress"]) == (None, None)
    assert row["trace"] == '{"country":"country_not_served"}'
    assert "Sentinel" not in str(row)


@pytest.mark.parametrize(
    ("born", "denied"), [("2008-11-18", False), ("2008-11-19", True), ("", True)]
)
def test_at_the_end_it_judges_what_the_form_before_it_was_told(
    make_hook: MakeHook, born: str, denied: bool
) -> None:
    visitor = come(make_hook(FORM + OF_AGE))
    seen = visitor.send({"birth_date": born})
    if denied:
        assert error_of(visitor) == "age_under_18"
    else:
        assert seen.answer["claims"] == {"birth_date": born}


def test_a_gate_whose_when_does_not_hold_lets_everybody_through(
    make_hook: MakeHook, log: Log
) -> None:
    app = make_hook(gate(more='when = { arrival = "country", present = true }') + NOTICE)
    visitor = come(app)
    assert visitor.seen is not None
    assert visitor.seen.step == "welcome"
    assert log.reasons("step_done") == ["not_wanted"]


def test_a_gate_whose_when_holds_is_a_gate(make_hook: MakeHook) -> None:
    app = make_hook(gate(more='when = { arrival = "country", present = true }') + NOTICE)
    assert error_of(come(app, country="FR")) == "country_not_served"


def test_a_nameless_visitor_is_judged_too(make_hook: MakeHook) -> None:
    app = make_hook(gate() + gate(code="other_code", name="other"))
    visitor = Visitor(app)
    visitor.arrive(claims={"country": "FR"})
    assert error_of(visitor) == "country_not_served"
    assert visitor.arrive(claims={"country": "NZ"}, state="2").answer["claims"] == {}


def test_of_two_gates_each_tells_its_own_reason(make_hook: MakeHook) -> None:
    second = gate('{ arrival = "city", equals = "Ōtepoti" }', "city_not_served", "city")
    app = make_hook(gate() + second + NOTICE)
    visitor = come(app, country="NZ")
    assert visitor.seen is not None
    assert "Not for you: city" in visitor.seen.text
    assert error_of(visitor) == "city_not_served"


def test_two_gates_with_one_code_never_tell_the_reason_of_the_other(make_hook: MakeHook) -> None:
    """It would show the words of whichever comes first."""
    city = '{ arrival = "city", equals = "Ōtepoti" }'
    assert make_hook(gate() + gate(city, name="city", code="city_not_served") + NOTICE)
    with pytest.raises(ConfigError, match="has another meaning already") as refused:
        make_hook(gate() + gate(city, name="city") + NOTICE)
    assert [each.key for each in refused.value.mistakes] == ["tenants.kauri.steps[1]"]


@pytest.mark.parametrize("taken", [*ANSWER_CODES, "completed"])
def test_a_code_that_has_a_meaning_already_is_refused(make_hook: MakeHook, taken: str) -> None:
    assert make_hook(gate(code="my_" + taken[:30]) + NOTICE)
    with pytest.raises(ConfigError) as refused:
        make_hook(gate(code=taken) + NOTICE)
    (mistake,) = refused.value.mistakes
    assert mistake.key == "tenants.kauri.steps[0].code"
    assert "use another" in mistake.problem


@pytest.mark.parametrize("wrong", ["", "ab", "Age_under", "age-under", "1age", "a" * 41, "āge"])
def test_a_code_is_small_letters_digits_and_underscores(make_hook: MakeHook, wrong: str) -> None:
    assert make_hook(gate(code="abc") + gate(code="a" + "9_" * 19 + "z", name="b") + NOTICE)
    with pytest.raises(ConfigError, match="use 3 to 40 small letters") as refused:
        make_hook(gate(code=wrong) + NOTICE)
    assert refused.value.mistakes[0].key == "tenants.kauri.steps[0].code"


@pytest.mark.parametrize("option", ["require", "code", "text"])
def test_what_it_cannot_do_without_is_asked_for(make_hook: MakeHook, option: str) -> None:
    lines = gate().splitlines()
    with pytest.raises(ConfigError, match="this is missing") as refused:
        make_hook("\n".join(line for line in lines if not line.startswith(option)) + NOTICE)
    assert refused.value.mistakes[0].key == f"tenants.kauri.steps[0].{option}"


def test_a_wrong_condition_is_told_with_its_key(make_hook: MakeHook) -> None:
    with pytest.raises(ConfigError, match="a condition is a table") as refused:
        make_hook(gate('"NZ"') + NOTICE)
    assert refused.value.mistakes[0].key == "tenants.kauri.steps[0].require"


@pytest.mark.parametrize(
    ("require", "problem"),
    [
        ('{ claim = "birth_date", present = true }', "writes the claim birth_date"),
        ('{ outcome = "birth", present = true }', "has the name birth"),
        ('{ outcome = "country", present = true }', "has the name country"),
    ],
)
def test_it_cannot_ask_about_what_comes_later(
    make_hook: MakeHook, require: str, problem: str
) -> None:
    with pytest.raises(ConfigError, match=problem) as refused:
        make_hook(gate(require) + FORM)
    assert [each.key for each in refused.value.mistakes] == ["tenants.kauri.steps[0].require"]


def test_its_arrival_claims_are_among_those_to_register(make_hook: MakeHook) -> None:
    text = gate(
        '{ all = [{ arrival = "address.country", present = true }, '
        '{ not = { arrival = "x", equals = 1 } }] }'
    )
    app = make_hook(text + NOTICE)
    assert app.extensions["hook"].config.tenants["kauri"].reads() >= {"address", "x"}


def test_what_has_no_answer_is_step_failed_and_not_the_gates_code(
    make_hook: MakeHook, log: Log
) -> None:
    app = make_hook(gate('{ arrival = "born", older_than = "18y" }') + NOTICE)
    seen = Visitor(app).arrive(claims=claims(born=20080131))
    assert seen.answer["error"] == {"message": "step_failed"}
    assert log.reasons("step_failed") == ["Unanswerable"]


def test_nobody_gets_past_it_by_sending_a_form_to_it(make_hook: MakeHook, clock: Clock) -> None:
    """After a second factor is kept, the steps behind it have not been looked at yet."""
    person = Person(make_hook(TOTP + gate() + NOTICE), clock)
    page = person.come()
    post(person, page.url, {**page.reader.hidden, "code": code(key_on(page), clock.now)})
    post(person, page.url.replace("/app", "/country"), {})
    seen = person.get(page.url.rpartition("/")[0])
    found = leave(person) if seen.page == "stopped" else seen
    assert found.answer["error"]["message"] in ("country_not_served", "step_failed")


class _Denies(Step):
    """Denies with a code."""

    kind = "denies"
    declared = "my_code"
    code = "my_code"

    def denies(self) -> Mapping[str, Stopped]:
        return {self.declared: Stopped("My title", "It happened.", "Do this.")}

    def show(self, visit: Visit) -> Shown:
        return Deny(self.code)


def _denying(monkeypatch: pytest.MonkeyPatch, declared: str, code: str) -> str:
    step = type("Denying", (_Denies,), {"declared": declared, "code": code})
    return OWN.replace("{kind}", bring(monkeypatch, step))


def test_a_step_of_ones_own_denies_with_a_code_that_it_declares(
    make_hook: MakeHook, monkeypatch: pytest.MonkeyPatch
) -> None:
    visitor = come(make_hook(_denying(monkeypatch, "my_code", "my_code") + NOTICE))
    assert visitor.seen is not None
    assert "It happened." in visitor.seen.text
    assert error_of(visitor) == "my_code"


@pytest.mark.parametrize("undeclared", ["your_code", "my_codes", "country_not_served"])
def test_a_code_that_the_step_does_not_declare_is_step_failed(
    make_hook: MakeHook, monkeypatch: pytest.MonkeyPatch, log: Log, undeclared: str
) -> None:
    """Neither is one that another step of the flow declares."""
    app = make_hook(_denying(monkeypatch, "my_code", undeclared) + gate())
    visitor = come(app, country="NZ")
    assert visitor.seen is not None
    assert visitor.seen.answer["error"] == {"message": "step_failed"}
    assert log.reasons("step_failed") == ["undeclared_code"]


@pytest.mark.parametrize("declared", ["my_code", "completed"])
def test_no_denial_ever_completes_a_journey(
    make_hook: MakeHook, monkeypatch: pytest.MonkeyPatch, declared: str
) -> None:
    try:
        app = make_hook(_denying(monkeypatch, declared, "completed") + NOTICE)
    except ConfigError:
        return
    visitor = come(app)
    assert visitor.seen is not None
    seen = leave(visitor) if visitor.seen.page == "stopped" else visitor.seen
    assert seen.answer.get("error") == {"message": "step_failed"}
    assert "claims" not in seen.answer
