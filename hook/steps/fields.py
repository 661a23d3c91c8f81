"""The fields of a claims form: their options, how a sent text becomes a value, how large it is."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from hook.steps.base import StepOptions
from hook.strict_json import write

Value = str | int | float | bool | list[str]
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
_BIDI = re.compile("[\u202a-\u202e\u2066-\u2069]")
# The HTML standard's own rule for <input type=email> (WHATWG, "valid e-mail address").
_EMAIL = re.compile(
    r"[a-zA-Z0-9.!#$%&'*+/=?^_`{|}~-]+@[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?"
    r"(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?)+"
)
_TEL = re.compile(r"\+?[0-9]{5,15}")
_TEL_NOISE = re.compile(r"[\s().\-]")
_NUMBER = re.compile(r"-?[0-9]{1,15}(?:\.[0-9]{1,6})?")

ClaimPath = Annotated[
    str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9_:-]*(\.[A-Za-z][A-Za-z0-9_:-]*){0,4}$")
]


class FieldError(Exception):
    """What the visitor sent does not fit the field; the text says what would."""


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


def parse(field: FieldOptions, sent: tuple[str, ...], now: int) -> Value | None:
    """Turn what was sent into the value of the claim; None where nothing was filled in.

    Raises FieldError with a sentence for the visitor.
    """
    if field.type == "checkboxes":
        return _checkboxes(field, sent)
    if len(sent) > 1:
        raise FieldError("Fill this in once only.")
    raw = sent[0] if sent else ""
    if field.type == "boolean":
        return _boolean(field, raw)
    text = _clean(raw, keep_lines=field.type == "textarea")
    if not text:
        if field.required:
            raise FieldError(_missing(field))
        return None
    return _PARSERS[field.type](field, text, now)


def _clean(raw: str, keep_lines: bool) -> str:
    text = unicodedata.normalize("NFC", raw.replace("\r\n", "\n")).strip()
    allowed = "\n" if keep_lines else ""
    if any(unicodedata.category(c) in ("Cc", "Cs") and c not in allowed for c in text):
        raise FieldError("This has characters that can’t be used. Type it again.")
    if "\ufffd" in text or _BIDI.search(text):
        raise FieldError("This has characters that can’t be used. Type it again.")
    return text


def _missing(field: FieldOptions) -> str:
    if field.type in ("select", "radio"):
        return "Choose one of these."
    return "Fill this in."


def _checkboxes(field: FieldOptions, sent: tuple[str, ...]) -> Value | None:
    if not set(sent) <= {choice.value for choice in field.options}:
        raise FieldError("Choose from the list only.")
    if field.required and not sent:
        raise FieldError("Choose at least one of these.")
    return [choice.value for choice in field.options if choice.value in sent] or None


def _boolean(field: FieldOptions, raw: str) -> Value:
    if raw not in ("", "yes"):
        raise FieldError("Tick this or leave it.")
    if field.required and not raw:
        raise FieldError("Tick this to go on.")
    return raw == "yes"


def _text(field: FieldOptions, text: str, now: int) -> Value:
    _check_length(field, text)
    over = len(write(text)) - 2 - field.text_bytes
    if over > 0:
        raise FieldError(f"Shorten this by about {over} characters.")
    return _match(field, text)


def _match(field: FieldOptions, text: str) -> str:
    if field.pattern and not re.fullmatch(field.pattern, text):
        raise FieldError(field.pattern_hint or "This doesn’t have the form we need.")
    return text


def _check_length(field: FieldOptions, text: str) -> None:
    if len(text) < field.min_length:
        raise FieldError(f"Use at least {field.min_length} characters.")
    if len(text) > field.longest:
        raise FieldError(f"Use at most {field.longest} characters. You used {len(text)}.")


def _email(field: FieldOptions, text: str, now: int) -> Value:
    _check_length(field, text)
    local = text.partition("@")[0]
    if not _EMAIL.fullmatch(text) or len(local) > 64:
        raise FieldError("Use an e-mail address like name@example.com.")
    return text


def _tel(field: FieldOptions, text: str, now: int) -> Value:
    digits = _TEL_NOISE.sub("", text)
    if not _TEL.fullmatch(digits):
        raise FieldError("Use a phone number like +64 21 123 4567.")
    return _match(field, digits)


def _url(field: FieldOptions, text: str, now: int) -> Value:
    _check_length(field, text)
    problem = FieldError("Use a web address like https://example.com.")
    if not re.fullmatch(r"[\x21-\x7e]+", text) or re.search(r'["\\<>]', text):
        raise problem
    try:
        parts = urlsplit(text)
    except ValueError:
        raise problem from None
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise problem
    return text


def _number(field: FieldOptions, text: str, now: int) -> Value:
    if not _NUMBER.fullmatch(text):
        raise FieldError("Use digits, for example 12 or 12.5.")
    number = float(text) if "." in text else int(text)
    if isinstance(field.min, int | float) and number < field.min:
        raise FieldError(f"Use {field.min} or more.")
    if isinstance(field.max, int | float) and number > field.max:
        raise FieldError(f"Use {field.max} or less.")
    return number


def _date(field: FieldOptions, text: str, now: int) -> Value:
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        raise FieldError("Use a date like 2026-11-22 (year, month, day).")
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise FieldError("There is no such day. Check the date.") from None
    earliest, latest = earliest_day(field, now), latest_day(field, now)
    if earliest and day < earliest:
        raise FieldError(f"Use {earliest.isoformat()} or later.")
    if latest and day > latest:
        raise FieldError(f"Use {latest.isoformat()} or earlier.")
    return day.isoformat()


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


def _choice(field: FieldOptions, text: str, now: int) -> Value:
    if text not in {choice.value for choice in field.options}:
        raise FieldError("Choose one of these.")
    return text


_PARSERS: Mapping[str, Callable[[FieldOptions, str, int], Value]] = {
    "text": _text,
    "textarea": _text,
    "email": _email,
    "tel": _tel,
    "url": _url,
    "number": _number,
    "date": _date,
    "select": _choice,
    "radio": _choice,
}
