"""What each type of field accepts and refuses, and how large a value may become."""

import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from hook.steps.fields import FieldOptions, most_bytes
from hook.steps.values import FieldError, parse
from hook.strict_json import read_object, write

# 2026-11-22, noon in Greenwich: the 22nd nearly everywhere, and the 23rd on the Line Islands.
NOON = int(datetime.datetime(2026, 11, 22, 12, tzinfo=datetime.UTC).timestamp())
HOUR = 3_600
COLOURS = ("red", {"value": "blue", "label": "Ultramarine"})
CHOICE_TYPES = ("select", "radio", "checkboxes")
TEXTS = ("text", "textarea", "email", "tel", "url", "number", "date")
ALL = (*TEXTS, "boolean", *CHOICE_TYPES)
GOOD = {
    "text": "Aroha", "textarea": "Aroha\nNgata", "email": "aroha@kauri.example",
    "tel": "+64211234567", "url": "https://kauri.example/a?b=c", "number": "12",
    "date": "2026-11-22", "select": "red", "radio": "red", "boolean": "yes", "checkboxes": "red",
}  # fmt: skip


def _field(type_: str = "text", **options: Any) -> FieldOptions:
    if type_ in CHOICE_TYPES:
        options.setdefault("choices", COLOURS)
    table = {"claim": "claim", "label": "Label", "type": type_, **options}
    return FieldOptions.model_validate(table)


def _value(field: FieldOptions, *sent: str, now: int = NOON) -> Any:
    return parse(field, sent, now)


def _refusal(field: FieldOptions, *sent: str, now: int = NOON) -> str:
    """The sentence that a refused value is answered with."""
    with pytest.raises(FieldError) as refused:
        parse(field, sent, now)
    return str(refused.value)


@pytest.mark.parametrize(
    ("type_", "sent", "value"),
    [
        ("text", "Aroha", "Aroha"),
        ("text", "  Aroha  ", "Aroha"),
        ("text", "Māori 🌿 日本", "Māori 🌿 日本"),
        ("text", "<b>&\"'{{7*7}}", "<b>&\"'{{7*7}}"),
        ("text", "Ma\u0304ori", "M\u0101ori"),
        ("text", "עִבְרִית", "עִבְרִית"),
        ("text", "a" * 80, "a" * 80),
        ("textarea", "one\r\ntwo\n", "one\ntwo"),
        ("email", "a.b+c@kauri.example", "a.b+c@kauri.example"),
        ("email", "Aroha@Kauri.Example", "Aroha@Kauri.Example"),
        ("email", "a" * 64 + "@kauri.example", "a" * 64 + "@kauri.example"),
        ("tel", "+64 (21) 123-4567", "+64211234567"),
        ("tel", "021 123.456", "021123456"),
        ("tel", "111 11", "11111"),
        ("url", "https://kauri.example", "https://kauri.example"),
        ("url", "http://kauri.example:8080/a?b=c#d", "http://kauri.example:8080/a?b=c#d"),
        ("number", "12", 12),
        ("number", "-12", -12),
        ("number", "12.5", 12.5),
        ("number", "007", 7),
        ("number", "0", 0),
        ("number", "9" * 15, 999_999_999_999_999),
        ("date", "2026-11-22", "2026-11-22"),
        ("date", "2024-02-29", "2024-02-29"),
        ("select", "blue", "blue"),
        ("radio", "blue", "blue"),
        ("boolean", "yes", True),
        ("boolean", "", False),
    ],
)
def test_a_type_accepts(type_: str, sent: str, value: object) -> None:
    found = _value(_field(type_), sent)
    assert found == value
    assert found.__class__ is value.__class__


@pytest.mark.parametrize(
    ("type_", "sent"),
    [
        ("text", "a" * 81),
        ("text", "two\nlines"),
        ("text", "a\ttab"),
        ("textarea", "a" * 201),
        ("email", "aroha"),
        ("email", "aroha@"),
        ("email", "@kauri.example"),
        ("email", "aroha@localhost"),
        ("email", "a b@kauri.example"),
        ("email", "a@kauri.example\nBcc: b@kauri.example"),
        ("email", "a@b@kauri.example"),
        ("email", "a@-kauri.example"),
        ("email", "a@kauri..example"),
        ("email", "Aroha <a@kauri.example>"),
        ("email", "a@kauri.example, b@kauri.example"),
        ("email", "a" * 65 + "@kauri.example"),
        ("email", "\uff41@kauri.example"),
        ("email", "ā@kauri.example"),
        ("tel", "1234"),
        ("tel", "1" * 16),
        ("tel", "+64 21 CALL ME"),
        ("tel", "++6421123456"),
        ("tel", "6421123456+"),
        ("tel", "\uff10\uff12\uff11\uff11\uff12\uff13"),
        ("tel", "٠٢١١٢٣٤"),
        ("url", "kauri.example"),
        ("url", "javascript:alert(1)"),
        ("url", "data:text/html,x"),
        ("url", "ftp://kauri.example"),
        ("url", "https://"),
        ("url", "https:///path"),
        ("url", "https://[kauri"),
        ("url", "https://kauri.example/a b"),
        ("url", 'https://kauri.example/"'),
        ("url", "https://kauri.example/\\"),
        ("url", "https://māori.example"),
        ("number", "twelve"),
        ("number", "1,5"),
        ("number", "1e5"),
        ("number", "1_000"),
        ("number", "0x1f"),
        ("number", "+5"),
        ("number", ".5"),
        ("number", "5."),
        ("number", "NaN"),
        ("number", "Infinity"),
        ("number", "9" * 16),
        ("number", "0." + "1" * 7),
        ("number", "\uff11\uff12"),
        ("number", "١٢"),
        ("date", "22/11/2026"),
        ("date", "2026-2-1"),
        ("date", "2026-02-30"),
        ("date", "2025-02-29"),
        ("date", "0000-01-01"),
        ("date", "20261122"),
        ("date", "2026-W47-7"),
        ("date", "2026-11-22T00:00"),
        ("date", "\uff12\uff10\uff12\uff16-11-22"),
        ("select", "green"),
        ("select", "Ultramarine"),
        ("radio", "RED"),
        ("boolean", "on"),
        ("boolean", "true"),
        ("checkboxes", "green"),
        ("checkboxes", ""),
    ],
)
def test_a_type_refuses(type_: str, sent: str) -> None:
    assert _refusal(_field(type_), sent).endswith(".")


@pytest.mark.parametrize("type_", ALL)
def test_every_type_takes_its_good_value_once_only(type_: str) -> None:
    field = _field(type_)
    assert _value(field, GOOD[type_]) is not None
    if type_ == "checkboxes":
        assert _value(field, "red", "red") == ["red"]
    else:
        assert "once" in _refusal(field, GOOD[type_], GOOD[type_])


@pytest.mark.parametrize("type_", ALL)
@pytest.mark.parametrize("sent", [(), ("",), ("   ",), ("\r\n",)], ids=ascii)
def test_required_means_filled_in(type_: str, sent: tuple[str, ...]) -> None:
    optional, required = _field(type_), _field(type_, required=True)
    if type_ in TEXTS or not any(sent):
        assert _value(optional, *sent[: type_ != "checkboxes"]) in (None, False)
    assert _refusal(required, *sent)
    assert _value(required, GOOD[type_])


@pytest.mark.parametrize(
    "character",
    [
        "\0", "\x01", "\x08", "\x0b", "\x1b", "\x7f", "\x80", "\x9f", "\ufffd",
        chr(0xD800), chr(0xDFFF),
        "\u202a", "\u202b", "\u202c", "\u202d", "\u202e", "\u2066", "\u2067", "\u2068", "\u2069",
    ],
    ids=ascii,
)  # fmt: skip
@pytest.mark.parametrize("type_", ["text", "textarea"])
def test_characters_that_hide_or_break_are_refused(type_: str, character: str) -> None:
    assert _value(_field(type_), "ab") == "ab"
    assert "characters" in _refusal(_field(type_), f"a{character}b")


@pytest.mark.parametrize("sent", ["a\nb", "a\r\nb"])
def test_line_breaks_are_for_textareas_alone(sent: str) -> None:
    assert _value(_field("textarea"), sent) == "a\nb"
    assert "characters" in _refusal(_field("text"), sent)


@pytest.mark.parametrize("type_", ["text", "textarea", "email", "url"])
def test_lengths_count_characters_up_to_the_bound(type_: str) -> None:
    sent = {"email": "a@b.example", "url": "http://a.ex"}.get(type_, "ā" * 11)
    assert _value(_field(type_, max_length=11, min_length=11), sent) == sent
    assert "at most 10 characters. You used 11." in _refusal(_field(type_, max_length=10), sent)
    assert "at least 12 characters" in _refusal(_field(type_, min_length=12), sent)


def test_a_least_length_does_not_make_a_field_required() -> None:
    assert _value(_field(min_length=5), "") is None


def test_max_bytes_counts_what_goes_into_the_url() -> None:
    assert _value(_field(max_bytes=8), "ā" * 4) == "ā" * 4
    assert "Shorten" in _refusal(_field(max_bytes=8), "ā" * 4 + "a")
    assert "Shorten" in _refusal(_field(max_bytes=8), '"' * 5)


@pytest.mark.parametrize("type_", ["text", "tel"])
def test_a_pattern_is_for_the_whole_value(type_: str) -> None:
    hint = "Five ones."
    field = _field(type_, pattern="1{5}", pattern_hint=hint)
    assert _value(field, "11111") == "11111"
    for sent in ("111111", "211111", "11111 2"):
        assert _refusal(field, sent) == hint
    assert "form" in _refusal(_field(type_, pattern="1{5}"), "111111")


def test_a_pattern_sees_the_value_without_space_around_it() -> None:
    assert _value(_field(pattern="[A-Z]+"), " AB ") == "AB"


@pytest.mark.parametrize(
    ("options", "sent", "fits"),
    [
        ({"min": 5}, "5", True),
        ({"min": 5}, "4.999999", False),
        ({"max": 5}, "5.0", True),
        ({"max": 5}, "5.000001", False),
        ({"min": -1.5, "max": 1.5}, "-1.5", True),
        ({"min": -1.5, "max": 1.5}, "-1.6", False),
        ({"min": 0}, "0", True),
        ({"min": 0}, "-1", False),
        ({"max": 0}, "1", False),
    ],
)
def test_numbers_have_bounds(options: dict[str, float], sent: str, fits: bool) -> None:
    field = _field("number", **options)
    if fits:
        assert _value(field, sent) == float(sent)
    else:
        assert _refusal(field, sent).startswith("Use ")


@pytest.mark.parametrize(
    ("options", "sent", "fits"),
    [
        ({"min": datetime.date(2000, 1, 1)}, "2000-01-01", True),
        ({"min": datetime.date(2000, 1, 1)}, "1999-12-31", False),
        ({"max": datetime.date(2000, 1, 1)}, "2000-01-01", True),
        ({"max": datetime.date(2000, 1, 1)}, "2000-01-02", False),
    ],
)
def test_dates_have_bounds(options: dict[str, Any], sent: str, fits: bool) -> None:
    field = _field("date", **options)
    if fits:
        assert _value(field, sent) == sent
    else:
        assert "2000-01-01" in _refusal(field, sent)


@pytest.mark.parametrize(
    ("bound", "hour", "day", "fits"),
    [
        # Latest "today": it is the 23rd somewhere (UTC+14) from 10 o'clock in Greenwich on.
        ("max", 9, "2026-11-22", True),
        ("max", 9, "2026-11-23", False),
        ("max", 10, "2026-11-23", True),
        ("max", 23, "2026-11-23", True),
        ("max", 23, "2026-11-24", False),
        # Earliest "today": it is still the 21st somewhere (UTC-12) until noon in Greenwich.
        ("min", 11, "2026-11-21", True),
        ("min", 11, "2026-11-20", False),
        ("min", 12, "2026-11-21", False),
        ("min", 12, "2026-11-22", True),
    ],
)
def test_today_is_today_wherever_the_visitor_is(
    bound: str, hour: int, day: str, fits: bool
) -> None:
    field, now = _field("date", **{bound: "today"}), NOON + (hour - 12) * HOUR
    if fits:
        assert _value(field, day, now=now) == day
    else:
        assert "2026-11-2" in _refusal(field, day, now=now)


def test_checkboxes_give_a_list_in_the_configured_order() -> None:
    field = _field("checkboxes", choices=("red", "blue", "green"))
    assert _value(field, "green", "red") == ["red", "green"]
    assert _value(field, "green") == ["green"]
    assert "list" in _refusal(field, "green", "grey")


@pytest.mark.parametrize("type_", CHOICE_TYPES)
@pytest.mark.parametrize("choice", ["Ma\u0304ori", " spaced ", "a\u00a0b", "e\u0301"], ids=ascii)
def test_every_configured_choice_can_be_chosen(type_: str, choice: str) -> None:
    """However the issuer's editor spells it: the page sends it back as it is."""
    value = _value(_field(type_, choices=(choice, "other")), choice)
    assert value == ([choice] if type_ == "checkboxes" else choice)


def _choices() -> st.SearchStrategy[tuple[str, ...]]:
    text = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=9)
    return st.lists(text, min_size=1, max_size=4, unique=True).map(tuple)


@st.composite
def _fields(draw: st.DrawFn) -> FieldOptions:
    type_ = draw(st.sampled_from(ALL))
    options: dict[str, Any] = {}
    if type_ in CHOICE_TYPES:
        options["choices"] = draw(_choices())
    if type_ in ("text", "textarea", "email", "url"):
        options["max_length"] = draw(st.one_of(st.none(), st.integers(1, 40)))
    if type_ in ("text", "textarea"):
        options["max_bytes"] = draw(st.one_of(st.none(), st.integers(1, 40)))
    return _field(type_, **options)


@st.composite
def _sent(draw: st.DrawFn, field: FieldOptions) -> tuple[str, ...]:
    likely = {
        "number": st.from_regex(r"-?[0-9]{1,15}(\.[0-9]{1,6})?", fullmatch=True),
        "tel": st.from_regex(r"\+?[0-9 ]{5,18}", fullmatch=True),
        "date": st.dates().map(str),
        "email": st.emails(),
        "url": st.from_regex(r"https?://[!-~]{1,30}", fullmatch=True),
        "boolean": st.sampled_from(["yes", ""]),
    }
    texts = likely.get(field.type, st.text(max_size=50))
    if field.choices:
        texts = st.sampled_from([choice.value for choice in field.choices])
    return tuple(draw(st.lists(texts, min_size=1, max_size=3 if field.choices else 1)))


@given(st.data())
def test_whatever_is_accepted_fits_the_declared_bytes_and_is_json(data: st.DataObject) -> None:
    field = data.draw(_fields())
    sent = data.draw(_sent(field))
    try:
        value = parse(field, sent, NOON)
    except FieldError:
        return
    if value is not None:
        written = write({"value": value})
        assert read_object(written) == {"value": value}
        assert len(write(value)) <= most_bytes(field)


@given(st.sampled_from(ALL), st.lists(st.text(), max_size=3).map(tuple))
def test_whatever_is_sent_is_a_value_or_a_sentence(type_: str, sent: tuple[str, ...]) -> None:
    said: object = None
    try:
        value = parse(_field(type_), sent, NOON)
    except FieldError as error:
        said = str(error)
        value = None
    assert said is None or str(said).endswith(".")
    assert value is None or isinstance(value, str | int | float | bool | list)


@pytest.mark.parametrize(
    ("good", "change"),
    [
        ({"type": "text"}, {"type": "colour"}),
        ({"type": "text"}, {"label": ""}),
        ({"type": "text", "claim": "a.b"}, {"claim": "a..b"}),
        ({"type": "text", "claim": "a"}, {"claim": ".a"}),
        ({"type": "text", "claim": "ab"}, {"claim": "a b"}),
        ({"type": "text", "claim": "a.b.c.d.e"}, {"claim": "a.b.c.d.e.f"}),
        ({"type": "text", "claim": "csrf"}, {"claim": "_csrf"}),
        ({"type": "text"}, {"choices": ["a"]}),
        ({"type": "select", "choices": ["a"]}, {"choices": []}),
        ({"type": "checkboxes", "choices": ["a"]}, {"choices": [""]}),
        ({"type": "text", "max_length": 5}, {"type": "number"}),
        ({"type": "text", "min_length": 5}, {"type": "number"}),
        ({"type": "text", "max_bytes": 5}, {"type": "email"}),
        ({"type": "text", "pattern": "a"}, {"type": "email"}),
        ({"type": "text", "pattern": "a"}, {"pattern": "("}),
        ({"type": "number", "min": 1}, {"type": "text"}),
        ({"type": "date", "max": "today"}, {"type": "text"}),
        ({"type": "date", "min": "today"}, {"type": "number"}),
        ({"type": "date", "max": datetime.date(2026, 1, 1)}, {"type": "number"}),
        ({"type": "number", "min": 5}, {"type": "date"}),
        ({"type": "text", "editable": False, "from_arrival": "a"}, {"from_arrival": None}),
        ({"type": "text", "autocomplete": "given-name"}, {"autocomplete": '"><script>'}),
        ({"type": "text", "max_length": 1}, {"max_length": 0}),
        ({"type": "text", "max_length": 1_500}, {"max_length": 1_501}),
    ],
    ids=str,
)
def test_options_that_do_not_go_together_are_refused(
    good: dict[str, Any], change: dict[str, Any]
) -> None:
    options = {"claim": "claim", "label": "Label", **good}
    assert FieldOptions.model_validate(options)
    with pytest.raises(ValidationError):
        FieldOptions.model_validate({**options, **change})


@pytest.mark.parametrize(
    ("good", "change"),
    [
        ({"type": "text", "min_length": 8, "max_length": 8}, {"min_length": 9}),
        ({"type": "text", "min_length": 80}, {"min_length": 81}),
        ({"type": "number", "min": 8, "max": 8}, {"min": 9}),
        (
            {"type": "date", "min": datetime.date(2026, 1, 1), "max": datetime.date(2026, 1, 1)},
            {"min": datetime.date(2026, 1, 2)},
        ),
    ],
    ids=str,
)
def test_bounds_that_nothing_can_meet_are_refused(
    good: dict[str, Any], change: dict[str, Any]
) -> None:
    options = {"claim": "claim", "label": "Label", **good}
    assert FieldOptions.model_validate(options)
    with pytest.raises(ValidationError):
        FieldOptions.model_validate({**options, **change})
