"""How what was sent for a field becomes the value of its claim, or a sentence for the visitor."""

import math
import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import date
from urllib.parse import urlsplit

from hook.steps.fields import FieldOptions, earliest_day, latest_day
from hook.strict_json import write
from hook.texts import is_odd, visible
from hook.urls import origin_of

Value = str | int | float | bool | list[str]

_RAW_MOST = 6_000
# The HTML standard's own rule for <input type=email> (WHATWG, "valid e-mail address").
_EMAIL = re.compile(
    r"[a-zA-Z0-9.!#$%&'*+/=?^_`{|}~-]+@[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?"
    r"(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?)+"
)
_TEL = re.compile(r"\+?[0-9]{5,15}")
_TEL_NOISE = re.compile(r"[\s().\-]")
_NUMBER = re.compile(r"-?[0-9]{1,15}(?:\.[0-9]{1,6})?")


class FieldError(Exception):
    """What the visitor sent does not fit the field; the text says what would."""


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
    if field.type in ("select", "radio"):
        text = raw
    else:
        text = _clean(raw, keep_lines=field.type == "textarea")
    if not text:
        if field.required:
            raise FieldError(_missing(field))
        return None
    return _PARSERS[field.type](field, text, now)


def characters(over: int, text: str, size: int) -> int:
    """Tell how many characters of a text make up so many bytes of its JSON, of `size` bytes."""
    return math.ceil(over * len(text) / max(size - 2, 1))


def _clean(raw: str, keep_lines: bool) -> str:
    # Before anything else: bringing a long text into Unicode form takes its length squared.
    if len(raw) > _RAW_MOST:
        raise FieldError("This is far too long. Shorten it.")
    text = unicodedata.normalize("NFC", raw.replace("\r\n", "\n")).strip()
    allowed = "\n" if keep_lines else ""
    if is_odd(text, allowed):
        raise FieldError("This has characters that can’t be used. Type it again.")
    return text if visible(text) else ""


def _missing(field: FieldOptions) -> str:
    if field.type in ("select", "radio"):
        return "Choose one of these."
    return "Fill this in."


def _checkboxes(field: FieldOptions, sent: tuple[str, ...]) -> Value | None:
    if not set(sent) <= {choice.value for choice in field.choices}:
        raise FieldError("Choose from the list only.")
    if field.required and not sent:
        raise FieldError("Choose at least one of these.")
    return [choice.value for choice in field.choices if choice.value in sent] or None


def _boolean(field: FieldOptions, raw: str) -> Value:
    if raw not in ("", "yes"):
        raise FieldError("Tick this or leave it.")
    if field.required and not raw:
        raise FieldError("Tick this to go on.")
    return raw == "yes"


def _text(field: FieldOptions, text: str, now: int) -> Value:
    _check_length(field, text)
    size = len(write(text))
    over = size - 2 - field.text_bytes
    if over > 0:
        raise FieldError(f"Shorten this by about {characters(over, text, size)} characters.")
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


def is_email(text: str) -> bool:
    """Tell whether a text is an e-mail address that a mail can be sent to."""
    local = text.partition("@")[0]
    # What looks like an encoded word (RFC 2047) would be decoded in a header.
    fits = len(local) <= 64 and len(text) <= 254 and "=?" not in text
    return fits and bool(_EMAIL.fullmatch(text))


def _email(field: FieldOptions, text: str, now: int) -> Value:
    _check_length(field, text)
    if not is_email(text):
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
        origin_of(text)
    except ValueError:
        raise problem from None
    if "@" in parts.netloc:
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


def _choice(field: FieldOptions, text: str, now: int) -> Value:
    if text not in {choice.value for choice in field.choices}:
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
