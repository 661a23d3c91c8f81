"""Conditions: each comparison, groups, what has no answer, and mistakes as sentences."""

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hook.errors import ConfigError
from hook.steps.conditions import Facts, Unanswerable, read
from hook.testing.hooks import NOTICE, MakeHook
from hook.testing.tokens import NOW

Table = dict[str, Any]
ASKED: Table = {
    "equals": "x",
    "in": ["x"],
    "matches": "x",
    "older_than": "1y",
    "younger_than": "1y",
}


def at(day: str, time: str = "12:00:00") -> int:
    """A moment in UTC, in seconds since 1970."""
    return int(datetime.fromisoformat(f"{day}T{time}+00:00").timestamp())


def facts(now: int = NOW, **claims: Any) -> Facts:
    return Facts(claims, {}, {}, now)


def holds(table: Table, now: int = NOW, **claims: Any) -> bool:
    """The answer about arrival claims."""
    return read(table).holds(facts(now, **claims))


def ask(comparison: str, wanted: Any, value: Any) -> bool:
    return holds({"arrival": "it", comparison: wanted}, it=value)


@pytest.mark.parametrize(
    ("comparison", "wanted", "value", "other"),
    [
        ("equals", "NZ", "NZ", "nz"),
        ("equals", "NZ", "NZ", "NZ "),
        ("equals", 1, 1, True),
        ("equals", 1, 1.0, "1"),
        ("equals", True, True, 1),
        ("equals", True, True, "true"),
        ("equals", False, False, 0),
        ("equals", 0, 0, False),
        ("equals", 0, 0, ""),
        ("equals", "", "", None),
        ("equals", "a", "a", ["a"]),
        ("equals", 1.5, 1.5, 1),
        ("in", ["NZ", "AU"], "AU", "FR"),
        ("in", ["NZ"], "NZ", "N"),
        ("in", [1, 2], 2, True),
        ("in", [True], True, 1),
        ("in", ["a"], "a", ["a"]),
        ("in", [0, ""], "", False),
        ("matches", "[a-z]+", "abc", "abc1"),
        ("matches", "[a-z]+", "abc", "1abc"),
        ("matches", "[a-z]+", "abc", "abc\n"),
        ("matches", "a|ab", "ab", "abc"),
        ("matches", "", "", "a"),
        ("matches", "a.c", "abc", "a\nc"),
        ("present", True, "x", ""),
        ("present", True, 0, None),
        ("present", True, False, None),
        ("present", False, "", "x"),
        ("present", False, None, False),
        ("present", True, ["x"], []),
        ("present", True, {"x": 1}, {}),
        ("older_than", "18y", "2000-01-31", "2020-01-31"),
        ("older_than", "30d", "2026-01-31", "2026-11-17"),
        ("older_than", "1y", "2000-01-31", "2999-01-31"),
        ("younger_than", "18y", "2020-01-31", "2000-01-31"),
        ("younger_than", "30d", "2026-11-17", "2026-01-31"),
        ("younger_than", "1d", "2999-01-31", "2026-11-17"),
    ],
    ids=repr,
)
def test_a_comparison_holds_for_one_value_and_not_for_its_neighbour(
    comparison: str, wanted: Any, value: Any, other: Any
) -> None:
    assert ask(comparison, wanted, value) is True
    assert ask(comparison, wanted, other) is False


@pytest.mark.parametrize("comparison", ASKED)
@pytest.mark.parametrize("subject", ["arrival", "claim", "outcome"])
def test_what_is_missing_compares_with_nothing_and_its_not_holds(
    comparison: str, subject: str
) -> None:
    question = {subject: "absent", comparison: ASKED[comparison]}
    assert read(question).holds(facts()) is False
    assert read({"not": question}).holds(facts()) is True


@pytest.mark.parametrize("comparison", ASKED)
def test_null_in_an_arrival_is_as_missing(comparison: str) -> None:
    assert ask(comparison, ASKED[comparison], None) is False


@pytest.mark.parametrize("subject", ["arrival", "claim", "outcome"])
def test_what_is_missing_is_not_present(subject: str) -> None:
    assert read({subject: "absent", "present": False}).holds(facts())
    assert not read({subject: "absent", "present": True}).holds(facts())


def test_a_dotted_path_leads_into_objects_of_the_arrival_and_nowhere_else() -> None:
    question = {"arrival": "address.country", "equals": "NZ"}
    assert holds(question, address={"country": "NZ"})
    for address in ({"country": "FR"}, {}, "NZ", ["NZ"], None):
        assert not holds(question, address=address)


def test_the_three_subjects_are_kept_apart() -> None:
    known = Facts({"it": "a"}, {"it": "b"}, {"it": "c"}, NOW)
    answers = {
        (subject, value)
        for subject in ("arrival", "claim", "outcome")
        for value in "abc"
        if read({subject: "it", "equals": value}).holds(known)
    }
    assert answers == {("arrival", "a"), ("claim", "b"), ("outcome", "c")}


def test_a_claim_is_looked_up_by_its_whole_path() -> None:
    known = Facts({}, {"contact.city": "Ōtautahi"}, {}, NOW)
    assert read({"claim": "contact.city", "equals": "Ōtautahi"}).holds(known)
    assert not read({"claim": "contact", "present": True}).holds(known)


# ages


@pytest.mark.parametrize(
    ("age", "born", "last", "first"),
    [
        ("18y", "2008-11-18", "2026-11-17", "2026-11-18"),
        ("18y", "2008-01-01", "2025-12-31", "2026-01-01"),
        ("18y", "2008-12-31", "2026-12-30", "2026-12-31"),
        ("18y", "2008-02-29", "2026-02-28", "2026-03-01"),
        ("16y", "2008-02-29", "2024-02-28", "2024-02-29"),
        ("1y", "2027-03-01", "2028-02-29", "2028-03-01"),
        ("1y", "2027-02-28", "2028-02-27", "2028-02-28"),
        ("30d", "2026-11-18", "2026-12-17", "2026-12-18"),
        ("1d", "2028-02-28", "2028-02-28", "2028-02-29"),
        ("2d", "2027-02-28", "2027-03-01", "2027-03-02"),
        ("365d", "2027-03-01", "2028-02-28", "2028-02-29"),
    ],
)
def test_an_age_is_reached_on_its_day_in_utc_and_not_a_second_before(
    age: str, born: str, last: str, first: str
) -> None:
    older = read({"arrival": "born", "older_than": age})
    younger = read({"arrival": "born", "younger_than": age})
    moments = [(at(last, "00:00:00"), False), (at(last, "23:59:59"), False)]
    moments += [(at(first, "00:00:00"), True), (at(first, "23:59:59"), True)]
    assert at(last, "23:59:59") + 1 == at(first, "00:00:00")
    for now, reached in moments:
        assert older.holds(facts(now, born=born)) is reached
        assert younger.holds(facts(now, born=born)) is not reached


@given(
    born=st.dates(), today=st.dates(date(1970, 1, 2), date(2200, 1, 1)), years=st.integers(1, 200)
)
def test_years_agree_with_counting_birthdays(born: date, today: date, years: int) -> None:
    birthdays = 0
    for year in range(born.year + 1, today.year + 1):
        leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
        day = date(year, 3, 1) if (born.month, born.day) == (2, 29) and not leap else None
        birthdays += (day or born.replace(year=year)) <= today
    question = {"arrival": "born", "older_than": f"{years}y"}
    assert holds(question, at(today.isoformat()), born=born.isoformat()) is (birthdays >= years)


@given(
    born=st.dates(), today=st.dates(date(1970, 1, 2), date(2200, 1, 1)), days=st.integers(1, 9999)
)
def test_days_agree_with_the_calendar(born: date, today: date, days: int) -> None:
    question = {"arrival": "born", "older_than": f"{days}d"}
    reached = today - born >= timedelta(days=days)
    assert holds(question, at(today.isoformat()), born=born.isoformat()) is reached


# what has no answer


@pytest.mark.parametrize("value", [1, 1.5, True, False, [], ["abc"], {"a": "abc"}], ids=repr)
def test_a_pattern_has_no_answer_for_what_is_no_text(value: Any) -> None:
    assert ask("matches", "abc", "abc")
    with pytest.raises(Unanswerable):
        ask("matches", "abc", value)


@pytest.mark.parametrize("comparison", ["older_than", "younger_than"])
@pytest.mark.parametrize(
    "value",
    [
        "",
        "yesterday",
        "31/01/2008",
        "2008-02-30",
        "2007-02-29",
        "0000-01-01",
        "2008-1-31",
        " 2008-01-31",
        "2008-01-31T00:00:00Z",
        "20080131",
        "2008-W05-4",
        20080131,
        1_201_737_600,
        True,
        False,
        [],
        ["2008-01-31"],
        {},
    ],
    ids=repr,
)
def test_an_age_has_no_answer_for_what_is_no_date(comparison: str, value: Any) -> None:
    assert ask(comparison, "1d", "2008-01-31") is (comparison == "older_than")
    with pytest.raises(Unanswerable):
        ask(comparison, "1d", value)


def test_what_has_no_answer_has_none_within_not_either() -> None:
    with pytest.raises(Unanswerable):
        holds({"not": {"arrival": "it", "older_than": "1y"}}, it="never")


# groups

YES, NO = {"arrival": "it", "equals": "x"}, {"arrival": "it", "equals": "y"}
ODD = {"arrival": "it", "older_than": "18y"}


@pytest.mark.parametrize(
    ("table", "answer"),
    [
        ({"all": [YES]}, True),
        ({"all": [NO]}, False),
        ({"all": [YES, YES]}, True),
        ({"all": [YES, NO]}, False),
        ({"any": [NO, YES]}, True),
        ({"any": [NO, NO]}, False),
        ({"not": YES}, False),
        ({"not": NO}, True),
        ({"not": {"not": YES}}, True),
        ({"all": [YES, {"any": [NO, {"not": NO}]}]}, True),
        ({"any": [NO, {"all": [YES, {"not": YES}]}]}, False),
        ({"not": {"any": [NO, {"all": [YES, NO]}]}}, True),
    ],
    ids=repr,
)
def test_groups_answer_as_their_words_say(table: Table, answer: bool) -> None:
    assert holds(table, it="x") is answer


@pytest.mark.parametrize(
    ("decided", "undecided", "answer"),
    [
        ({"all": [NO, ODD]}, {"all": [YES, ODD]}, False),
        ({"any": [YES, ODD]}, {"any": [NO, ODD]}, True),
        ({"not": {"all": [NO, ODD]}}, {"not": {"all": [YES, ODD]}}, True),
        ({"any": [{"all": [NO, ODD]}, YES]}, {"any": [{"all": [YES, ODD]}, YES]}, True),
    ],
    ids=repr,
)
def test_what_is_decided_already_asks_no_further(
    decided: Table, undecided: Table, answer: bool
) -> None:
    assert holds(decided, it="x") is answer
    with pytest.raises(Unanswerable):
        holds(undecided, it="x")


def test_the_order_is_from_left_to_right() -> None:
    with pytest.raises(Unanswerable):
        holds({"all": [ODD, NO]}, it="x")
    with pytest.raises(Unanswerable):
        holds({"any": [ODD, YES]}, it="x")


def test_it_names_what_it_asks_about_and_never_a_value() -> None:
    condition = read(
        {
            "all": [
                {"arrival": "a.b", "equals": "secret-1"},
                {
                    "any": [
                        {"claim": "c.d", "in": ["secret-2"]},
                        {"not": {"claim": "e", "matches": "s"}},
                    ]
                },
                {"outcome": "terms", "equals": "secret-3"},
            ]
        }
    )
    assert condition.reads() == {"a.b"}
    assert condition.claims() == {"c.d", "e"}
    assert condition.steps() == {"terms"}
    told = str(condition)
    assert told == (
        "all (arrival a.b equals, any (claim c.d in, not (claim e matches)), outcome terms equals)"
    )


# mistakes


@pytest.mark.parametrize(
    ("wrong", "right", "sentence"),
    [
        ('"yes"', '{ arrival = "a", present = true }', "a condition is a table"),
        ("true", '{ arrival = "a", present = false }', "a condition is a table"),
        ("[]", '{ any = [{ arrival = "a", present = true }] }', "a condition is a table"),
        ("{}", '{ arrival = "a", equals = "" }', "use one of arrival, claim, outcome"),
        ('{ arrival = "a" }', '{ arrival = "a", equals = 1 }', "use one of arrival"),
        ("{ equals = 1 }", '{ arrival = "a", equals = 1 }', "use one of arrival"),
        (
            '{ arrival = "a", claim = "b", equals = 1 }',
            '{ arrival = "a", equals = 1 }',
            "use one of",
        ),
        ('{ arrival = "a", equals = 1, in = [1] }', '{ arrival = "a", in = [1] }', "use one of"),
        ('{ arrival = "a", equal = 1 }', '{ arrival = "a", equals = 1 }', "no comparison equal;"),
        ('{ Arrival = "a", equals = 1 }', '{ arrival = "a", equals = 1 }', "use one of"),
        ("{ arrival = 1, equals = 1 }", '{ arrival = "1", equals = 1 }', "arrival takes a name"),
        ('{ arrival = "", equals = 1 }', '{ arrival = "a", equals = 1 }', "arrival takes a name"),
        ('{ arrival = "a", equals = [1] }', '{ arrival = "a", in = [1] }', "equals: use a text"),
        (
            '{ arrival = "a", equals = {} }',
            '{ arrival = "a", equals = "{}" }',
            "equals: use a text",
        ),
        (
            '{ arrival = "a", equals = 2008-01-31 }',
            '{ arrival = "a", equals = "2008-01-31" }',
            "equals: use a text",
        ),
        ('{ arrival = "a", in = "ab" }', '{ arrival = "a", in = ["ab"] }', "in: use a list"),
        ('{ arrival = "a", in = [] }', '{ arrival = "a", in = [""] }', "in: use a list"),
        (
            '{ arrival = "a", in = [2008-01-31] }',
            '{ arrival = "a", in = ["2008-01-31"] }',
            "in: use a list",
        ),
        ('{ arrival = "a", in = [["a"]] }', '{ arrival = "a", in = ["a"] }', "in: use a list"),
        ('{ arrival = "a", matches = "(" }', '{ arrival = "a", matches = "()" }', "matches: use a"),
        ('{ arrival = "a", matches = 1 }', '{ arrival = "a", matches = "1" }', "matches: use a"),
        (
            '{ arrival = "a", matches = "a{99999999999999999999}" }',
            '{ arrival = "a", matches = "a{99}" }',
            "matches: use a",
        ),
        (
            f'{{ arrival = "a", matches = "{"(" * 5000}{")" * 5000}" }}',
            f'{{ arrival = "a", matches = "{"(" * 9}{")" * 9}" }}',
            "matches: use a",
        ),
        (
            '{ arrival = "a", present = 1 }',
            '{ arrival = "a", present = true }',
            "present: use true",
        ),
        (
            '{ arrival = "a", present = "yes" }',
            '{ arrival = "a", present = false }',
            "present: use",
        ),
        (
            '{ arrival = "a", older_than = 18 }',
            '{ arrival = "a", older_than = "18y" }',
            "an age such",
        ),
        ('{ arrival = "a", older_than = "18" }', '{ arrival = "a", older_than = "18d" }', "an age"),
        ('{ arrival = "a", older_than = "0y" }', '{ arrival = "a", older_than = "1y" }', "an age"),
        (
            '{ arrival = "a", older_than = "01y" }',
            '{ arrival = "a", older_than = "10y" }',
            "an age",
        ),
        ('{ arrival = "a", older_than = "1m" }', '{ arrival = "a", older_than = "30d" }', "an age"),
        (
            '{ arrival = "a", older_than = "99999d" }',
            '{ arrival = "a", older_than = "9999d" }',
            "an age",
        ),
        (
            '{ arrival = "a", younger_than = "1 y" }',
            '{ arrival = "a", younger_than = "1y" }',
            "an age",
        ),
        (
            '{ arrival = "a", younger_than = "1y\\n" }',
            '{ arrival = "a", younger_than = "9y" }',
            "an age",
        ),
        (
            '{ arrival = "a", younger_than = "1\u0668y" }',
            '{ arrival = "a", younger_than = "18y" }',
            "an age",
        ),
        ("{ all = [] }", '{ all = [{ arrival = "a", equals = 1 }] }', "all takes a list"),
        (
            '{ any = { arrival = "a", equals = 1 } }',
            '{ any = [{ arrival = "a", equals = 1 }] }',
            "any takes a list",
        ),
        (
            '{ not = [{ arrival = "a", equals = 1 }] }',
            '{ not = { arrival = "a", equals = 1 } }',
            "a condition is a table",
        ),
        (
            '{ not = { arrival = "a", equals = 1 }, arrival = "a" }',
            '{ not = { arrival = "a", equals = 2 } }',
            "not stands alone",
        ),
        (
            '{ all = [{ arrival = "a", equals = 1 }], any = [{ arrival = "a", equals = 1 }] }',
            '{ all = [{ any = [{ arrival = "a", equals = 1 }] }] }',
            "all stands alone",
        ),
        (
            '{ all = [{ arrival = "a", equals = 1 }, { arrival = "a", like = 1 }] }',
            '{ all = [{ arrival = "a", equals = 1 }, { arrival = "a", in = [1] }] }',
            "no comparison like",
        ),
        (
            "{ not = " * 9 + '{ arrival = "a", equals = 1 }' + " }" * 9,
            "{ not = " * 8 + '{ arrival = "a", equals = 1 }' + " }" * 8,
            "nested too deep",
        ),
    ],
)
def test_a_mistake_in_a_condition_is_told_with_its_key_and_what_would_be_right(
    make_hook: MakeHook, wrong: str, right: str, sentence: str
) -> None:
    second = NOTICE.replace("welcome", "second")
    assert make_hook(NOTICE + second + f"when = {right}\n")
    with pytest.raises(ConfigError) as refused:
        make_hook(NOTICE + second + f"when = {wrong}\n")
    (mistake,) = refused.value.mistakes
    assert mistake.key == "tenants.kauri.steps[1].when"
    assert sentence in mistake.problem


def test_a_mistake_in_a_condition_hides_no_other_mistake(make_hook: MakeHook) -> None:
    with pytest.raises(ConfigError) as refused:
        make_hook(NOTICE + "when = 1\nnonsense = 1\n")
    assert {mistake.key for mistake in refused.value.mistakes} == {
        "tenants.kauri.steps[0].when",
        "tenants.kauri.steps[0].nonsense",
    }


# properties


class NoAnswer(Exception):
    """The naive evaluator has none."""


def naive(table: Table, claims: Table, now: int) -> bool:
    """The documentation, as code that was written without looking."""
    if "not" in table:
        return not naive(table["not"], claims, now)
    for word, decided in (("all", False), ("any", True)):
        if word in table:
            for each in table[word]:
                if naive(each, claims, now) is decided:
                    return decided
            return not decided
    value = claims.get(table["arrival"])
    (comparison,) = table.keys() - {"arrival"}
    wanted = table[comparison]
    if comparison == "present":
        return bool(wanted) is (value is not None and value not in ("", [], {}))
    return value is not None and _naive_comparison(comparison, wanted, value, now)


def _naive_comparison(comparison: str, wanted: Any, value: Any, now: int) -> bool:
    if comparison == "equals":
        return _json(value) == _json(wanted)
    if comparison == "in":
        return _json(value) in [_json(each) for each in wanted]
    if not isinstance(value, str):
        raise NoAnswer
    if comparison == "matches":
        return bool(re.match(f"(?:{wanted})\\Z", value))
    try:
        born = datetime.strptime(value, "%Y-%m-%d").replace(tzinfo=UTC).date()
    except ValueError:
        raise NoAnswer from None
    today = datetime.fromtimestamp(now, UTC).date()
    number = int(wanted[:-1])
    if wanted.endswith("d"):
        reached = born + timedelta(days=number) <= today
    else:
        reached = (born.year + number, born.month, born.day) <= (today.year, today.month, today.day)
    return reached is (comparison == "older_than")


def _json(value: Any) -> tuple[str, Any]:
    kind = "number" if type(value) in (int, float) else type(value).__name__
    return kind, value


NAMES = st.sampled_from("abc")
DAYS = st.dates(date(1990, 1, 1), date(2030, 1, 1)).map(date.isoformat)
SCALARS = st.one_of(
    st.booleans(),
    st.integers(-1, 2),
    st.sampled_from([0.0, 1.0, 1.5]),
    st.sampled_from(["", "x", "xy"]),
)
VALUES = st.one_of(SCALARS, DAYS, st.none(), st.just(["x"]), st.just({"x": 1}))
AGES = st.tuples(st.integers(1, 60), st.sampled_from("dy")).map(lambda age: f"{age[0]}{age[1]}")


def _asking(comparison: str, wanted: st.SearchStrategy[Any]) -> st.SearchStrategy[Table]:
    return st.builds(lambda name, value: {"arrival": name, comparison: value}, NAMES, wanted)


QUESTIONS = st.one_of(
    _asking("equals", SCALARS),
    _asking("in", st.lists(SCALARS, min_size=1, max_size=3)),
    _asking("matches", st.sampled_from(["", "x", "x.*", "x|xy", "[0-9-]+"])),
    _asking("present", st.booleans()),
    _asking("older_than", AGES),
    _asking("younger_than", AGES),
)


def _several(word: str, inside: st.SearchStrategy[Table]) -> st.SearchStrategy[Table]:
    return st.lists(inside, min_size=1, max_size=3).map(lambda tables: {word: tables})


def _extend(inside: st.SearchStrategy[Table]) -> st.SearchStrategy[Table]:
    return st.one_of(
        _several("all", inside), _several("any", inside), inside.map(lambda each: {"not": each})
    )


def _deep(table: Table) -> int:
    inside = [*table.get("all", ()), *table.get("any", ())]
    if "not" in table:
        inside = [table["not"]]
    return 1 + max(map(_deep, inside), default=-1)


CONDITIONS = st.recursive(QUESTIONS, _extend, max_leaves=8).filter(lambda table: _deep(table) <= 6)
CLAIMS = st.dictionaries(NAMES, VALUES)
MOMENTS = st.integers(at("2020-01-01"), at("2030-01-01"))


def answer(table: Table, claims: Table, now: int) -> bool | None:
    """The answer, or None where there is none."""
    try:
        return holds(table, now, **claims)
    except Unanswerable:
        return None


@given(table=CONDITIONS, claims=CLAIMS, now=MOMENTS)
def test_it_answers_as_a_naive_evaluator_does(table: Table, claims: Table, now: int) -> None:
    try:
        expected: bool | None = naive(table, claims, now)
    except NoAnswer:
        expected = None
    assert answer(table, claims, now) is expected


@given(tables=st.lists(CONDITIONS, min_size=1, max_size=3), claims=CLAIMS, now=MOMENTS)
def test_de_morgan_holds_also_for_what_has_no_answer(
    tables: list[Table], claims: Table, now: int
) -> None:
    nots = [{"not": table} for table in tables]
    for one, other in (("all", "any"), ("any", "all")):
        assert answer({"not": {one: tables}}, claims, now) is answer({other: nots}, claims, now)


@given(table=CONDITIONS, claims=CLAIMS, now=MOMENTS)
def test_not_not_changes_nothing(table: Table, claims: Table, now: int) -> None:
    assert answer({"not": {"not": table}}, claims, now) is answer(table, claims, now)


@given(table=CONDITIONS, claims=CLAIMS, now=MOMENTS)
def test_asking_twice_is_the_same_and_changes_nothing(
    table: Table, claims: Table, now: int
) -> None:
    before = repr((table, claims))
    assert answer(table, claims, now) is answer(table, claims, now)
    assert repr((table, claims)) == before
