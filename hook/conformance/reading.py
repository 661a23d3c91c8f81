"""Reads HTML into a page."""

from collections import Counter
from contextlib import suppress
from html.parser import HTMLParser
from typing import TypeVar

from hook.conformance.page import Attributes, Control, Form, Link, Page

PAGE_MOST = 256_000
"""How much of a page is read, characters."""
EACH_MOST = 1_000
"""How many forms, and how many links, of a page are kept."""
TEXT_MOST = 10_000
"""How long a title, a link or what stands in a control may grow, about; characters."""
_CONTROLS = ("input", "select", "textarea", "button")
_KEPT_OPEN = ("main", "title", "h1", "a", "button", "textarea", "form")
_Kept = TypeVar("_Kept", Form, Link)


def read(html: str) -> Page:
    """Read a page, however badly it is written: PAGE_MOST characters of it at most."""
    reader = _Reader()
    # The parser gives up on some markup and on endless numbers: the page ends there.
    with suppress(AssertionError, ValueError):
        reader.feed(html[:PAGE_MOST])
    # Never closed: tags without an end would be gone through again, each to the end of the page.
    reader.bring_home()
    return reader.page


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.page = Page()
        self._open: Counter[str] = Counter()
        self._control: Control | None = None
        self._strays: list[tuple[str, Control]] = []

    def bring_home(self) -> None:
        """Put controls that stand elsewhere into the form that they name."""
        # Of several with one id, browsers take the first.
        forms = {form.attributes.get("id", ""): form for form in reversed(self.page.forms)}
        for form_id, control in self._strays:
            if form_id and form_id in forms:
                forms[form_id].controls.append(control)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        if tag == "form":
            _keep(self.page.forms, Form(attributes, self._open["main"] > 0))
        elif tag in _CONTROLS:
            self._add(Control(tag, attributes))
        elif tag == "option" and self._control is not None:
            self._control.options.append(attributes | {"text": ""})
        elif tag == "a":
            _keep(self.page.links, Link(attributes.get("href", "")))
        elif tag == "meta":
            self._read_meta(attributes)
        if tag in _KEPT_OPEN:
            self._open[tag] += 1

    def handle_endtag(self, tag: str) -> None:
        if self._open[tag]:
            self._open[tag] -= 1

    def handle_data(self, data: str) -> None:
        if self._open["title"]:
            self.page.title = _longer(self.page.title, data)
        if self._open["h1"]:
            self.page.heading = _longer(self.page.heading, data)
        if self._open["a"]:
            self.page.links[-1].text = _longer(self.page.links[-1].text, data)
        if self._control is not None:
            self._add_text(self._control, data)

    def _add(self, control: Control) -> None:
        self._control = control
        owner = control.attributes.get("form")
        if owner is None and self._open["form"]:
            self.page.forms[-1].controls.append(control)
        else:
            self._strays.append((owner or "", control))

    def _add_text(self, control: Control, data: str) -> None:
        if self._open[control.tag]:
            control.text = _longer(control.text, data)
        elif control.options:
            option = control.options[-1]
            option["text"] = _longer(option["text"], data.strip())

    def _read_meta(self, attributes: Attributes) -> None:
        if attributes.get("http-equiv", "").lower() == "refresh":
            self.page.refresh = self.page.refresh or attributes.get("content", "")
        if attributes.get("name", "").lower() == "referrer":
            self.page.referrer = attributes.get("content", "")


def _longer(text: str, more: str) -> str:
    return text + more if len(text) < TEXT_MOST else text


def _keep(kept: list[_Kept], one: _Kept) -> None:
    if len(kept) < EACH_MOST:
        kept.append(one)
