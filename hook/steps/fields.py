"""The fields of a claims form: their options, how a sent text becomes a value, how large it is."""

import re
from datetime import UTC, date, datetime
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from hook.steps.base import StepOptions
from hook.strict_json import write

FieldType = Literal[
    "text", "textarea", "email", "tel", "url", "number", "date",
    "select", "radio", "checkboxes", "boolean",
]  # fmt: skip

_CHOICE_TYPES = ("select", "radio", "checkboxes")
_LENGTH_TYPES = ("text", "textarea", "email", "url")
_DEFAULT_LENGTH = {"text": 80, "textarea": 200, "email": 120, "url": 150}
_UTF8_MOST = 4
_FIXED_BYTES = {"tel": 18, "number": 24, "date": 12, "boolean": 5}
_HOUR = 3600
ClaimPath = Annotated[
    str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9_:-]*(\.[A-Za-z][A-Za-z0-9_:-]*){0,4}$")
]


class Choice(StepOptions):
    """One choice: the value that goes into the claim and what the visitor reads."""

    value: Annotated[str, StringConstraints(min_length=1, max_length=100)]
    label: str


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
    label: Annotated[str, StringConstraints(min_length=1)]
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
    min: int | float | date | Literal["today"] | None = None
    """Least number, or earliest date (a date or "today")."""
    max: int | float | date | Literal["today"] | None = None
    """Greatest number, or latest date (a date or "today")."""
    choices: tuple[Choice | str, ...] = ()
    """For select, radio and checkboxes: texts, or tables with value and label."""
    autocomplete: Annotated[str, StringConstraints(pattern=r"^[a-z0-9 -]*$")] = ""
    """HTML autocomplete token such as given-name or postal-code."""
    from_arrival: ClaimPath | None = None
    """Arrival claim that fills the field in beforehand."""
    editable: bool = True
    """false shows the arrival claim as text only; nothing is asked and no claim is written."""
    send_empty: bool = False
    """Send an empty text as the claim when nothing was filled in, instead of leaving it out."""

    @model_validator(mode="after")
    def _fits_its_type(self) -> Self:
        if bool(self.choices) != (self.type in _CHOICE_TYPES):
            raise ValueError("choices go with select, radio and checkboxes, and only with those")
        if self.max_length and self.type not in _LENGTH_TYPES:
            raise ValueError("max_length goes with text, textarea, email and url")
        if self.pattern and self.type not in ("text", "tel"):
            raise ValueError("pattern goes with text and tel")
        if not self.editable and self.from_arrival is None:
            raise ValueError("editable = false needs from_arrival, the claim to show")
        for bound in (self.min, self.max):
            self._check_bound(bound)
        return self

    def _check_bound(self, bound: object) -> None:
        if bound is None:
            return
        is_date = bound == "today" or isinstance(bound, date)
        if self.type not in ("number", "date") or is_date != (self.type == "date"):
            raise ValueError("min and max take numbers for number, and dates or “today” for date")

    @property
    def options(self) -> tuple[Choice, ...]:
        """The choices, all in their long form."""
        return tuple(Choice(value=c, label=c) if isinstance(c, str) else c for c in self.choices)

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
            return len(write([choice.value for choice in field.options]))
        case "select" | "radio":
            return max(len(write(choice.value)) for choice in field.options)
        case _:
            return _FIXED_BYTES[field.type]


def earliest_day(field: FieldOptions, now: int) -> date | None:
    """Give the earliest day a date field takes; "today" is the earliest on Earth."""
    return _bound(field.min, now - 12 * _HOUR)


def latest_day(field: FieldOptions, now: int) -> date | None:
    """Give the latest day a date field takes; "today" is the latest on Earth."""
    return _bound(field.max, now + 14 * _HOUR)


def _bound(bound: object, now: int) -> date | None:
    if bound == "today":
        return datetime.fromtimestamp(now, UTC).date()
    return bound if isinstance(bound, date) else None
