"""However a page is written, reading it costs no more than its length."""

import sys
from types import FrameType

import pytest

from hook.conformance import reading
from hook.conformance.page import Page
from hook.conformance.reading import EACH_MOST, PAGE_MOST, TEXT_MOST

FORM = '<form method="post"><input name="card"></form>'


def asked(page: Page) -> list[list[str]]:
    """What each form of a page asks for."""
    return [form.asked for form in page.forms]


def looks(html: str) -> int:
    """How often the reader looks at a page: the calls of Python functions while it is read."""
    calls = 0

    def count(frame: FrameType, event: str, what: object) -> None:
        nonlocal calls
        calls += event == "call"

    sys.setprofile(count)
    try:
        reading.read(html)
    finally:
        sys.setprofile(None)
    return calls


@pytest.mark.parametrize("unfinished", ["<a '", "</a ", "<!--", "<![CDATA["])
def test_what_has_no_end_is_looked_at_once(unfinished: str) -> None:
    assert looks(FORM + unfinished * 1_000) == looks(FORM + unfinished)
    assert looks(FORM + "<b>" * 1_000) > looks(FORM + "<b>") + 1_000, "what ends is looked at"


@pytest.mark.parametrize("end", ["<![<", "<!-- ", "<a '", f"<p>&#{'9' * 5_000};", "<p>"])
def test_what_no_reader_takes_ends_the_page_and_no_more(end: str) -> None:
    assert asked(reading.read(FORM + end)) == [["card"]]


def test_a_page_is_read_so_far_and_no_further() -> None:
    room = PAGE_MOST - len(FORM)
    assert asked(reading.read("x" * room + FORM)) == [["card"]]
    assert asked(reading.read("x" * (room + len(FORM)) + FORM)) == []


def test_so_many_forms_and_links_are_kept_and_no_more() -> None:
    for most in (EACH_MOST, EACH_MOST + 1):
        page = reading.read("<form></form><a>x</a>" * most)
        assert (len(page.forms), len(page.links)) == (EACH_MOST, EACH_MOST)


def test_a_text_grows_so_far_and_no_further() -> None:
    start = "<h1><a><title><form><button>"
    for pieces in (TEXT_MOST, TEXT_MOST + 1):
        page = reading.read(start + "<b>x" * pieces)
        texts = (page.heading, page.links[0].text, page.title, page.forms[0].controls[0].text)
        assert {len(text) for text in texts} == {TEXT_MOST}


def test_a_control_belongs_to_the_first_form_with_the_name_it_says() -> None:
    forms = '<form id="a"></form><form id="b"></form><form id="b"></form><form></form>'
    page = reading.read(f'{forms}<input form="b" name="n"><input form="" name="m"><input name="o">')
    assert asked(page) == [[], ["n"], [], []]
