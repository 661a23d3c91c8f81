"""age_gate: who passes, who is stopped, and that the date of birth goes nowhere."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from hook.errors import ConfigError
from hook.testing import (
    Clock,
    Example,
    MakeHook,
    Seen,
    SilentContract,
    SilentExample,
    StepContract,
    Visitor,
    hooks_in,
    watched_log,
)
from hook.testing.hooks import NOTICE
from hook.testing.watch import rows

KIND = "examples.age_gate.AgeGate"
CLAIM = 'claim = "age_over_18"'
TODAY, YESTERDAY, TOMORROW = "2026-11-18", "2026-11-17", "2026-11-19"  # hook.testing's NOW

ASKED = Example(
    kind=KIND,
    options=CLAIM,
    good={"born": "1990-05-05"},
    bad={"born": "1990-02-30"},
    largest=({"born": "1990-05-05"},),
)
KNOWN = SilentExample(
    kind=KIND,
    options='from_arrival = "born"\n' + CLAIM,
    passes={"born": "1990-05-05"},
    stops={"born": "2020-05-05"},
    code="too_young",
)


class TestContractWhereItAsks(StepContract):
    """What every step with a page keeps."""

    @pytest.fixture
    def example(self) -> Example:
        return ASKED


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def make_hook(tmp_path: Path, clock: Clock) -> Iterator[MakeHook]:
    with hooks_in(tmp_path, f"sqlite:///{tmp_path}/hook.db", clock) as make:
        yield make


def come(make_hook: MakeHook, *options: str, **claims: object) -> Visitor:
    visitor = Visitor(make_hook(ASKED.block(*options) + NOTICE))
    visitor.arrive(claims={"name": "Ripeka", "email": "ripeka@kauri.example", **claims})
    return visitor


def error_of(visitor: Visitor) -> str:
    """Go back from the page that says why, and read what the tenant is told."""
    assert visitor.seen is not None
    assert visitor.seen.page == "stopped"
    answer = visitor.get(visitor.seen.url, query_string={"leave": "yes"}).answer
    assert "claims" not in answer
    return str(answer["error"]["message"])


def seen_at(visitor: Visitor) -> Seen:
    assert visitor.seen is not None
    return visitor.seen


@pytest.mark.parametrize("born", [f"2008{TODAY[4:]}", f"2008{YESTERDAY[4:]}", "1926-01-01"])
def test_who_is_old_enough_goes_on(make_hook: MakeHook, born: str) -> None:
    visitor = come(make_hook)
    assert visitor.send({"born": born}).step == "welcome"
    assert visitor.send().answer["claims"] == {"age_over_18": True}


def test_who_is_a_day_too_young_is_stopped_and_told_why(make_hook: MakeHook) -> None:
    visitor = come(make_hook)
    seen = visitor.send({"born": f"2008{TOMORROW[4:]}"})
    assert "This credential is for people aged 18 or over." in seen.text
    assert error_of(visitor) == "too_young"


@pytest.mark.parametrize(("day", "step"), [("2026-02-28", ""), ("2026-03-01", "welcome")])
def test_born_on_29_february_they_are_of_age_on_1_march(
    make_hook: MakeHook, clock: Clock, day: str, step: str
) -> None:
    noon = {"2026-02-28": 1_772_280_000, "2026-03-01": 1_772_366_400}[day]
    clock.now = noon
    visitor = Visitor(make_hook(ASKED.block() + NOTICE))
    visitor.arrive(iat=noon, exp=noon + 600)
    assert visitor.send({"born": "2008-02-29"}).step == step


@pytest.mark.parametrize(
    ("claims", "step"),
    [
        ({}, "asked"),
        ({"birthdate": None}, "asked"),
        ({"birthdate": ""}, "asked"),
        ({"birthdate": "1990-05-05"}, "welcome"),
    ],
)
def test_only_they_are_asked_whose_login_does_not_say_it(
    make_hook: MakeHook, claims: dict[str, object], step: str
) -> None:
    assert seen_at(come(make_hook, **claims)).step == step


@pytest.mark.parametrize(
    "claim", ["2008", "19900505", "1990-W10-1", "0000-05-05", 1990, ["1990-05-05"]], ids=repr
)
def test_a_claim_that_is_no_date_stops_and_cannot_be_replaced(
    make_hook: MakeHook, claim: object
) -> None:
    with watched_log() as log:
        visitor = come(make_hook, birthdate=claim)
    assert error_of(visitor) == "too_young"
    assert log.reasons("step_denied") == ["date_unreadable"]


def test_everybody_is_asked_where_no_claim_is_named(make_hook: MakeHook) -> None:
    visitor = come(make_hook, 'from_arrival = ""', birthdate="2020-05-05")
    assert seen_at(visitor).step == "asked"


def test_age_code_and_words_are_the_issuers(make_hook: MakeHook) -> None:
    options = ("age = 21", 'code = "under_21"', 'intro = "The bar asks."')
    visitor = come(make_hook, *options)
    assert "The bar asks. Your date of birth is checked and not kept." in seen_at(visitor).text
    assert "aged 21 or over" in visitor.send({"born": "2006-01-01"}).text
    assert error_of(visitor) == "under_21"


@pytest.mark.parametrize(
    ("born", "text"),
    [
        ("", "Fill this in."),
        ("5 May 1990", "Use a date like"),
        ("1899-12-31", "Use 1900-01-01 or later."),
        ("2026-12-24", "or earlier."),
    ],
)
def test_what_is_no_date_of_birth_is_asked_again(make_hook: MakeHook, born: str, text: str) -> None:
    seen = come(make_hook).send({"born": born})
    assert (seen.status, seen.step) == (422, "asked")
    assert text in seen.text


def test_the_date_is_neither_kept_nor_logged_nor_sent(make_hook: MakeHook) -> None:
    with watched_log() as log:
        visitor = come(make_hook)
        visitor.send({"born": "1990-05-06x"})
        visitor.send({"born": "1990-05-06"})
        answer = visitor.send().answer
    assert "1990" not in log
    assert "1990" not in json.dumps(answer)
    assert "1990" not in repr(rows(visitor.app))


@pytest.mark.parametrize("option", ["age = 0", "age = 121", 'code = "step_failed"', 'claim = "1"'])
def test_options_that_make_no_sense_are_refused(make_hook: MakeHook, option: str) -> None:
    with pytest.raises(ConfigError):
        make_hook(Example(kind=KIND, good={}).block(option))


class TestContractWhereTheLoginSaysIt(SilentContract):
    """What every step without a page keeps."""

    @pytest.fixture
    def example(self) -> SilentExample:
        return KNOWN
