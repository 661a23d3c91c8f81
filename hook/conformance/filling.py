"""What is sent with a form: as given, as it stands there, else the first that there is."""

import re
from collections.abc import Iterator

from hook.conformance.page import Control, Form
from hook.conformance.target import Fields

Pairs = list[tuple[str, str]]

_SAMPLES = {
    "email": "test.visitor@example.org",
    "tel": "+6421000000",
    "url": "https://example.org/",
    "date": "2000-01-01",
    "month": "2000-01",
    "week": "2000-W01",
    "time": "12:00",
    "datetime-local": "2000-01-01T12:00",
    "number": "1",
    "range": "1",
    "decimal": "1",
    "numeric": "1",
}
_PERSONAL = ("one-time-code", "current-password", "new-password")
_AWAY = re.compile(
    r"\b(cancel|back|decline|refuse|reject|stop|skip|no|not|don.t|another|other)\b", re.I
)
CANCEL = re.compile(r"cancel", re.I)
"""What says of a link or a button that it ends the journey."""


def needs_person(form: Form, given: Fields) -> bool:
    """Tell whether a form asks for what only a person has: a code, a password, a file."""
    return any(
        control.name not in given
        and (
            control.attributes.get("autocomplete", "").lower() in _PERSONAL
            or control.type in ("password", "file")
        )
        for control in form.controls
    )


def fill(form: Form, given: Fields, eager: bool, button: Control | None) -> Pairs:
    """Fill a form in; eager, also what it does not demand."""
    taken: set[str] = set()
    pairs: Pairs = []
    for control in form.controls:
        if control.name and not control.is_button and control.type not in ("reset", "button"):
            pairs += ((control.name, value) for value in _values(control, given, eager, taken))
    if button is not None and button.name:
        pairs.append((button.name, button.attributes.get("value", "")))
    return pairs


def onward(form: Form, given: Fields) -> Control | None:
    """Find the button that was asked for, else the first that does not lead away."""
    wanted = [b for b in form.buttons if b.attributes.get("value", "") in given.get(b.name, ())]
    plain = [b for b in form.buttons if not _leads_away(b)]
    return next(iter((*wanted, *plain, *form.buttons)), None)


def cancelling(form: Form) -> Control | None:
    """Find a button that ends the journey."""
    return next((b for b in form.buttons if CANCEL.search(b.label)), None)


def _leads_away(button: Control) -> bool:
    return "formnovalidate" in button.attributes or bool(_AWAY.search(button.label))


def _values(control: Control, given: Fields, eager: bool, taken: set[str]) -> Iterator[str]:
    if control.type == "hidden":
        yield control.attributes.get("value", "")
    elif control.type in ("checkbox", "radio"):
        yield from _ticked(control, given, eager, taken)
    elif control.name in given:
        yield given[control.name][0]
    elif control.tag == "select":
        yield from _chosen(control)
    else:
        yield _typed(control, eager)


def _ticked(control: Control, given: Fields, eager: bool, taken: set[str]) -> Iterator[str]:
    value, is_first = control.attributes.get("value", "on"), control.name not in taken
    if control.name in given:
        tick = value in given[control.name]
    elif control.type == "radio":
        tick = is_first
    else:
        tick = eager or {"checked", "required"} & control.attributes.keys() != set()
    if tick:
        taken.add(control.name)
        yield value


def _chosen(control: Control) -> Iterator[str]:
    options = [each.get("value", each["text"]) for each in control.options if _may_choose(each)]
    selected = [each.get("value", each["text"]) for each in control.options if "selected" in each]
    found = next((value for value in (*selected, *options) if value), None)
    if found is not None:
        yield found


def _may_choose(option: dict[str, str]) -> bool:
    return "disabled" not in option


def _typed(control: Control, eager: bool) -> str:
    attributes = control.attributes
    written = attributes.get("value", "") if control.tag == "input" else control.text.strip()
    demanded = "required" in attributes or attributes.get("aria-required") == "true"
    if written or not (demanded or eager):
        return written
    sample = _SAMPLES.get(control.type) or _SAMPLES.get(attributes.get("inputmode", ""), "Test")
    return attributes.get("min") or sample.ljust(_least(control), "t")


def _least(control: Control) -> int:
    least = control.attributes.get("minlength", "")
    return int(least) if least.isdecimal() and len(least) < 4 else 0
