"""Conditions: questions about claims and earlier outcomes, in plain TOML. Pure.

A condition is a table: one of `arrival`, `claim` or `outcome` with one comparison; or `all`, `any`
or `not` with conditions inside.
"""

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Annotated, Any

from pydantic import BeforeValidator

from hook.claims import pick
from hook.steps.base import Visit

SUBJECTS = ("arrival", "claim", "outcome")
GROUPS = ("all", "any", "not")
_AGE = re.compile(r"([1-9][0-9]{0,3})(d|y)")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_:-]*(\.[A-Za-z][A-Za-z0-9_:-]*){0,4}")
_DEPTH_MOST = 8
_MISSING = object()


class Unanswerable(Exception):
    """What a condition asks about is there, and not of the kind that can be compared so."""


@dataclass(frozen=True)
class Facts:
    """What conditions ask about; `now` in seconds since 1970, `outcomes` by step name."""

    arrival: Mapping[str, Any]
    claims: Mapping[str, Any]
    outcomes: Mapping[str, str]
    now: int


@dataclass(frozen=True)
class Question:
    """One comparison of one claim or outcome."""

    subject: str
    name: str
    comparison: str
    wanted: Any

    def holds(self, facts: Facts) -> bool:
        """Answer; what is missing compares with nothing. Raises Unanswerable."""
        value = self._value(facts)
        if self.comparison == "present":
            there = value is not _MISSING and value not in (None, "", [], {})
            return there is bool(self.wanted)
        if value is _MISSING:
            return False
        return COMPARISONS[self.comparison](value, self.wanted, facts.now)

    def reads(self) -> frozenset[str]:
        """Name the arrival claims that are asked about."""
        return frozenset({self.name} if self.subject == "arrival" else ())

    def claims(self) -> frozenset[str]:
        """Name the claims of earlier steps that are asked about."""
        return frozenset({self.name} if self.subject == "claim" else ())

    def steps(self) -> frozenset[str]:
        """Name the steps whose outcomes are asked about."""
        return frozenset({self.name} if self.subject == "outcome" else ())

    def __str__(self) -> str:
        return f"{self.subject} {self.name} {self.comparison}"

    def _value(self, facts: Facts) -> Any:
        match self.subject:
            case "arrival":
                found = pick(facts.arrival, self.name)
                return _MISSING if found is None else found
            case "claim":
                return facts.claims.get(self.name, _MISSING)
            case _:
                return facts.outcomes.get(self.name, _MISSING)


@dataclass(frozen=True)
class Group:
    """Several conditions: `all` of them, `any` of them, or `not` the one."""

    word: str
    inside: tuple["Condition", ...]

    def holds(self, facts: Facts) -> bool:
        """Answer from left to right, no further than needed. Raises Unanswerable."""
        answers = (condition.holds(facts) for condition in self.inside)
        match self.word:
            case "all":
                return all(answers)
            case "any":
                return any(answers)
            case _:
                return not any(answers)

    def reads(self) -> frozenset[str]:
        """Name the arrival claims that are asked about."""
        return frozenset().union(*(condition.reads() for condition in self.inside))

    def claims(self) -> frozenset[str]:
        """Name the claims of earlier steps that are asked about."""
        return frozenset().union(*(condition.claims() for condition in self.inside))

    def steps(self) -> frozenset[str]:
        """Name the steps whose outcomes are asked about."""
        return frozenset().union(*(condition.steps() for condition in self.inside))

    def __str__(self) -> str:
        return f"{self.word} ({', '.join(map(str, self.inside))})"


Condition = Question | Group


def facts_of(visit: Visit) -> Facts:
    """Give the facts that a visit knows of."""
    return Facts(visit.arrival, visit.claims, visit.outcomes, visit.now)


def read(table: object, depth: int = 0) -> Condition:
    """Read a condition from its table; raises ValueError with what would be right."""
    if not isinstance(table, Mapping):
        raise ValueError('a condition is a table such as { arrival = "country", equals = "NZ" }')
    if depth > _DEPTH_MOST:
        raise ValueError("conditions are nested too deep")
    groups = [word for word in GROUPS if word in table]
    return _group(table, groups[0], depth) if groups else _question(table)


def _group(table: Mapping[str, Any], word: str, depth: int) -> Group:
    if len(table) > 1:
        raise ValueError(f"{word} stands alone in its table")
    inside = table[word]
    if word == "not":
        return Group(word, (read(inside, depth + 1),))
    if not isinstance(inside, list) or not inside:
        raise ValueError(f"{word} takes a list of conditions")
    return Group(word, tuple(read(each, depth + 1) for each in inside))


def _question(table: Mapping[str, Any]) -> Question:
    subjects = [subject for subject in SUBJECTS if subject in table]
    comparisons = [name for name in table if name not in subjects]
    if len(subjects) != 1 or len(comparisons) != 1:
        raise ValueError(
            f"use one of {', '.join(SUBJECTS)} with one of {', '.join(WANTED)}; or "
            f"{', '.join(GROUPS)} with conditions inside"
        )
    (subject,), (comparison,) = subjects, comparisons
    name, wanted = table[subject], table[comparison]
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise ValueError(f"{subject} takes a name")
    check = WANTED.get(comparison)
    if check is None:
        raise ValueError(f"there is no comparison {comparison}; use {', '.join(WANTED)}")
    if not check(wanted):
        raise ValueError(f"{comparison}: {_RIGHT[comparison]}")
    return Question(subject, name, comparison, wanted)


def _same(value: Any, wanted: Any) -> bool:
    # In JSON true is no number.
    return value == wanted and isinstance(value, bool) == isinstance(wanted, bool)


def _matches(value: Any, wanted: str) -> bool:
    if not isinstance(value, str):
        raise Unanswerable("no text")
    return re.fullmatch(wanted, value) is not None


def _reached(value: Any, age: str, now: int) -> bool:
    """Tell whether so much time has passed since a day, by the date in UTC."""
    if not isinstance(value, str) or not _DATE.fullmatch(value):
        raise Unanswerable("no date")
    try:
        day = date.fromisoformat(value)
    except ValueError:
        raise Unanswerable("no date") from None
    count, unit = _split(age)
    today = datetime.fromtimestamp(now, UTC).date()
    if unit == "d":
        return (today - day).days >= count
    had_birthday = (today.month, today.day) >= (day.month, day.day)
    return today.year - day.year - (0 if had_birthday else 1) >= count


def _split(age: str) -> tuple[int, str]:
    found = _AGE.fullmatch(age)
    if found is None:
        raise ValueError("no age")
    return int(found[1]), found[2]


def _is_plain(wanted: Any) -> bool:
    if isinstance(wanted, float):
        return math.isfinite(wanted)
    return isinstance(wanted, str | bool | int)


def _is_pattern(wanted: Any) -> bool:
    try:
        return isinstance(wanted, str) and bool(re.compile(wanted))
    except (re.error, OverflowError, RecursionError):
        return False


def _is_age(wanted: Any) -> bool:
    return isinstance(wanted, str) and _AGE.fullmatch(wanted) is not None


COMPARISONS: dict[str, Callable[[Any, Any, int], bool]] = {
    "equals": lambda value, wanted, now: _same(value, wanted),
    "in": lambda value, wanted, now: any(_same(value, each) for each in wanted),
    "matches": lambda value, wanted, now: _matches(value, wanted),
    "older_than": _reached,
    "younger_than": lambda value, wanted, now: not _reached(value, wanted, now),
}
WANTED: dict[str, Callable[[Any], bool]] = {
    "equals": lambda wanted: _is_plain(wanted),
    "in": lambda wanted: isinstance(wanted, list) and bool(wanted) and all(map(_is_plain, wanted)),
    "matches": _is_pattern,
    "present": lambda wanted: isinstance(wanted, bool),
    "older_than": _is_age,
    "younger_than": _is_age,
}
_RIGHT = {
    "equals": "use a text, a number, true or false",
    "in": "use a list of texts or numbers",
    "matches": "use a regular expression for the whole value",
    "present": "use true or false",
    "older_than": 'use an age such as "18y" or "30d"',
    "younger_than": 'use an age such as "18y" or "30d"',
}

WrittenCondition = Annotated[Any, BeforeValidator(lambda table: read(table))]
"""A condition as an option has it."""
