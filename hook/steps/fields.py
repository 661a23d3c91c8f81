"""The fields of a claims form: their options, how a sent text becomes a value, how large it is."""

import math
import re
from datetime import UTC, date, datetime
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints, model_validator

from hook.steps.options import StepOptions, matching
from hook.strict_json import write

FieldType = Literal[
    "text", "textarea", "email", "tel", "url", "number", "date",
    "select", "radio", "checkboxes", "boolean",
]  # fmt: skip

_CHOICE_TYPES = ("select", "radio", "checkboxes")
_LENGTH_TYPES = ("text", "textarea", "email", "url")
_ONLY_WITH = {
    "choices": _CHOICE_TYPES,
    "min_length": _LENGTH_TYPES,
    "max_length": _LENGTH_TYPES,
    "max_bytes": ("text", "textarea"),
    "pattern": ("text", "tel"),
}
_DEFAULT_LENGTH = {"text": 80, "textarea": 200, "email": 120, "url": 150}
_UTF8_MOST = 4
_FIXED_BYTES = {"tel": 18, "number": 24, "date": 12, "boolean": 5}
_HOUR = 3600
ClaimPath = Annotated[
    str,
    matching(
        r"[A-Za-z][A-Za-z0-9_:-]*(\.[A-Za-z][A-Za-z0-9_:-]*){0,4}",
        "use letters, digits, _ : and -, a letter first; a dot goes into an object",
    ),
]
Filled = Annotated[str, StringConstraints(min_length=1, max_length=200)]


class Choice(StepOptions):
    """One choice: the value that goes into the claim and what the visitor reads."""

    value: Annotated[str, StringConstraints(min_length=1, max_length=100)]
    label: Filled


def _choice(written: object) -> object:
    """A text stands for a choice whose label is its value."""
    if isinstance(written, str):
        return {"value": written, "label": written}
    if not isinstance(written, dict):
        raise ValueError("use a text in quotation marks, or { value = …, label = … }")
    return written


def _bound(written: object) -> int | float | date | str | None:
    finite = isinstance(written, int | float) and math.isfinite(written)
    if isinstance(written, bool | datetime) or not (
        written is None or written == "today" or finite or isinstance(written, date)
    ):
        raise ValueError('use a number, a date such as 2026-11-22, or "today"')
    return written  # type: ignore[return-value]


def _is_pattern(text: str) -> str:
    try:
        re.compile(text)
    except re.error:
        raise ValueError("this is not a regular expression") from None
    return text


class FieldOptions(StepOptions):
    """The options of one field."""

    claim: ClaimPath
    """Claim that is written; a dot goes into a nested object (address.postal_code)."""
    label: Filled
    """What stands above the field."""
    type: FieldType
    """text, textarea, email, tel, url, number, date, select, radio, checkboxes or boolean."""
    hint: str = ""
    """A line of help below the label."""
    required: bool = False
    """Must be filled in; a boolean must be ticked."""
    min_length: Annotated[int, Field(ge=0)] = 0
    """Fewest characters (text, textarea, email, url)."""
    max_length: Annotated[int | None, Field(ge=1, le=1500)] = None
    """Most characters; default 80 for text, 200 textarea, 120 email, 150 url."""
    max_bytes: Annotated[int | None, Field(ge=1, le=1500)] = None
    """Most UTF-8 bytes (text, textarea); default 4 for each character, so max_length rules."""
    pattern: Annotated[str | None, AfterValidator(_is_pattern)] = None
    """Python regular expression that the whole value must match (text, tel)."""
    pattern_hint: str = ""
    """What is said when the pattern does not match."""
    min: Annotated[Any, BeforeValidator(_bound)] = None
    """Least number, or earliest date (a date or "today")."""
    max: Annotated[Any, BeforeValidator(_bound)] = None
    """Greatest number, or latest date (a date or "today")."""
    choices: tuple[Annotated[Choice, BeforeValidator(_choice)], ...] = ()
    """For select, radio and checkboxes: texts, or tables with value and label."""
    autocomplete: Annotated[
        str, matching("[a-z0-9 -]*", "use an HTML autocomplete token such as given-name")
    ] = ""
    """HTML autocomplete token such as given-name or postal-code."""
    from_arrival: ClaimPath | None = None
    """Arrival claim that fills the field in beforehand."""
    editable: bool = True
    """false shows the arrival claim as text only; nothing is asked and no claim is written."""
    send_empty: bool = False
    """Send an empty text as the claim when nothing was filled in, instead of leaving it out."""

    @model_validator(mode="after")
    def _fits_its_type(self) -> Self:
        for option, types in _ONLY_WITH.items():
            if getattr(self, option) and self.type not in types:
                raise ValueError(f"{option} goes with {', '.join(types)} only")
        if self.type in _CHOICE_TYPES:
            self._check_choices()
        if not self.editable and self.from_arrival is None:
            raise ValueError("editable = false needs from_arrival, the claim to show")
        if self.type in _LENGTH_TYPES and self.min_length > self.longest:
            raise ValueError("min_length is more than the most characters there may be")
        self._check_bounds()
        return self

    def _check_choices(self) -> None:
        values = [choice.value for choice in self.choices]
        if not values or len(set(values)) != len(values):
            raise ValueError(f"{self.type} needs choices, and each value once")

    def _check_bounds(self) -> None:
        for bound in (self.min, self.max):
            is_date = bound == "today" or isinstance(bound, date)
            if bound is not None and self.type != ("date" if is_date else "number"):
                raise ValueError("min and max: numbers go with number, dates or today with date")
        compared = not {"today", None} & {self.min, self.max}
        if compared and self.min > self.max:
            raise ValueError("min is more than max")

    @property
    def longest(self) -> int:
        """The most characters of a text, textarea, email or url."""
        return self.max_length or _DEFAULT_LENGTH[self.type]

    @property
    def text_bytes(self) -> int:
        """The most UTF-8 bytes of a text or textarea."""
        return self.max_bytes or _UTF8_MOST * self.longest


def most_bytes(field: FieldOptions) -> int:
    """Give the most bytes that the field's value can take as JSON in the answer."""
    match field.type:
        case "text" | "textarea":
            return field.text_bytes + 2
        case "email" | "url":
            return field.longest + 2
        case "checkboxes":
            return len(write([choice.value for choice in field.choices]))
        case "select" | "radio":
            return max(len(write(choice.value)) for choice in field.choices)
        case _:
            return _FIXED_BYTES[field.type]


def earliest_day(field: FieldOptions, now: int) -> date | None:
    """Give the earliest day a date field takes; "today" is the earliest on Earth."""
    return _day(field.min, now - 12 * _HOUR)


def latest_day(field: FieldOptions, now: int) -> date | None:
    """Give the latest day a date field takes; "today" is the latest on Earth."""
    return _day(field.max, now + 14 * _HOUR)


def _day(bound: object, now: int) -> date | None:
    if bound == "today":
        return datetime.fromtimestamp(now, UTC).date()
    return bound if isinstance(bound, date) else None
