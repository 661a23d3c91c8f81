"""What the kit types into a form, and which button it presses."""

import pytest

from hook.conformance import reading
from hook.conformance.filling import fill, needs_person, onward
from hook.conformance.page import Form, read_refresh
from hook.conformance.target import Fields


def form_of(html: str) -> Form:
    """The main form of a page."""
    form = reading.read(html).main_form
    assert form is not None
    return form


def filled(controls: str, given: Fields | None = None, eager: bool = False) -> list[str]:
    """What is sent of a form, as name=value."""
    form = form_of(f'<form method="post">{controls}</form>')
    button = onward(form, given or {})
    return [f"{name}={value}" for name, value in fill(form, given or {}, eager, button)]


@pytest.mark.parametrize(
    ("controls", "sent"),
    [
        ('<input type="hidden" name="csrf" value="a&amp;b">', ["csrf=a&b"]),
        ('<input name="card" value="17">', ["card=17"]),
        ('<input name="card">', ["card="]),
        ('<input name="card" required>', ["card=Test"]),
        ('<input name="card" required minlength="6">', ["card=Testtt"]),
        ('<input name="mail" type="email" required>', ["mail=test.visitor@example.org"]),
        ('<input name="age" inputmode="numeric" required>', ["age=1"]),
        ('<input name="day" type="date" min="2026-11-02" required>', ["day=2026-11-02"]),
        ('<textarea name="why" aria-required="true">\n</textarea>', ["why=Test"]),
        ('<textarea name="why">as it is</textarea>', ["why=as it is"]),
        ('<input type="checkbox" name="agreed">', []),
        ('<input type="checkbox" name="agreed" checked>', ["agreed=on"]),
        ('<input type="checkbox" name="agreed" value="yes" required>', ["agreed=yes"]),
        ('<input type="radio" name="a" value="1"><input type="radio" name="a" value="2">', ["a=1"]),
        ('<select name="a"><option value="">…<option>one<option>two</select>', ["a=one"]),
        ('<select name="a"><option>one<option selected>two</select>', ["a=two"]),
        ('<select name="a"><option disabled>one<option value="2">two</select>', ["a=2"]),
        ('<input name="card" value="17" disabled>', []),
        ('<input type="reset" name="r"><input type="button" name="b">', []),
        ('<button name="go" value="on">Send</button>', ["go=on"]),
        ('<input type="submit" name="go" value="Send">', ["go=Send"]),
    ],
)
def test_a_form_is_filled_as_far_as_it_demands(controls: str, sent: list[str]) -> None:
    assert filled(controls) == sent


def test_a_form_that_came_back_is_filled_with_all_it_has() -> None:
    controls = '<input name="card"><input type="checkbox" name="agreed" value="yes">'
    assert filled(controls, eager=True) == ["card=Test", "agreed=yes"]


@pytest.mark.parametrize(
    ("controls", "given", "sent"),
    [
        ('<input name="card" value="17">', {"card": ("18",)}, ["card=18"]),
        ('<input type="checkbox" name="a" value="1" checked>', {"a": ("2",)}, []),
        (
            '<input type="radio" name="a" value="1"><input type="radio" name="a" value="2">',
            {"a": ("2",)},
            ["a=2"],
        ),
        ('<select name="a"><option>one<option>two</select>', {"a": ("two",)}, ["a=two"]),
        (
            '<button name="go" value="yes">Yes</button><button name="go" value="no">No</button>',
            {"go": ("no",)},
            ["go=no"],
        ),
    ],
)
def test_what_is_given_comes_first(controls: str, given: Fields, sent: list[str]) -> None:
    assert filled(controls, given) == sent


@pytest.mark.parametrize("away", ["Back", "Cancel", "I don’t accept", "Use another way", "No"])
def test_a_button_that_leads_away_is_not_pressed(away: str) -> None:
    assert filled(f'<button name="b" value="away">{away}</button><button>Go on</button>') == []
    assert filled('<button name="b" value="on">Now</button><button>Go on</button>') == ["b=on"]


@pytest.mark.parametrize(
    ("control", "personal"),
    [
        ('<input name="code" autocomplete="one-time-code">', True),
        ('<input name="code" type="password">', True),
        ('<input name="scan" type="file">', True),
        ('<input name="code">', False),
    ],
)
def test_a_code_is_never_guessed(control: str, personal: bool) -> None:
    form = form_of(f"<form>{control}</form>")
    assert needs_person(form, {}) is personal
    assert not needs_person(form, {"code": ("123456",), "scan": ("x",)})


def test_the_main_form_is_the_one_in_the_main_part() -> None:
    search = '<form action="/search"><input name="q"></form>'
    main = '<main><form method="post" action="/on"></form></main>'
    assert form_of(search + main).attributes["action"] == "/on"
    assert form_of(search + '<form method="post" action="/on">').attributes["action"] == "/on"
    assert form_of(search).attributes["action"] == "/search"


def test_controls_that_stand_elsewhere_belong_to_the_form_that_they_name() -> None:
    form = form_of('<form id="f"></form><button form="f" name="go" value="1">Go</button>')
    assert [button.name for button in form.buttons] == ["go"]


def test_a_page_is_named_by_its_title_or_heading_in_what_can_be_printed() -> None:
    assert reading.read("<title> About\n you\x1b </title>").name == "About you"
    assert reading.read("<h1>About you</h1>").name == "About you"
    assert reading.read(f"<title>{'x' * 80}</title>").name == "x" * 80
    assert reading.read(f"<title>{'x' * 81}</title>").name == "x" * 79 + "…"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("0; url=https://a.example/x?y=1;2", (0, "https://a.example/x?y=1;2")),
        ("0;URL='/on'", (0, "/on")),
        ("3, /on", (3, "/on")),
        ("1.5; url=/on", (1, "/on")),
        ("5", (5, "")),
        ("soon", None),
    ],
)
def test_a_refresh_is_read_as_browsers_read_it(text: str, found: tuple[int, str] | None) -> None:
    assert read_refresh(text) == found
