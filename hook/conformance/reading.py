"""Reads HTML into a page."""

from html.parser import HTMLParser

from hook.conformance.page import Attributes, Control, Form, Link, Page

_CONTROLS = ("input", "select", "textarea", "button")
_KEPT_OPEN = ("main", "title", "h1", "a", "button", "textarea", "form")


def read(html: str) -> Page:
    """Read a page, however badly it is written."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    reader.bring_home()
    return reader.page


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.page = Page()
        self._open: list[str] = []
        self._control: Control | None = None
        self._strays: list[tuple[str, Control]] = []

    def bring_home(self) -> None:
        """Put controls that stand elsewhere into the form that they name."""
        for form_id, control in self._strays:
            for form in self.page.forms:
                if form_id and form.attributes.get("id") == form_id:
                    form.controls.append(control)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.page.forms.append(Form(attributes, "main" in self._open))
        elif tag in _CONTROLS:
            self._add(Control(tag, attributes))
        elif tag == "option" and self._control is not None:
            self._control.options.append(attributes | {"text": ""})
        elif tag == "a":
            self.page.links.append(Link(attributes.get("href", "")))
        elif tag == "meta":
            self._read_meta(attributes)
        if tag in _KEPT_OPEN:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in self._open:
            self._open.remove(tag)

    def handle_data(self, data: str) -> None:
        if "title" in self._open:
            self.page.title += data
        if "h1" in self._open:
            self.page.heading += data
        if "a" in self._open:
            self.page.links[-1].text += data
        if self._control is not None:
            self._add_text(self._control, data)

    def _add(self, control: Control) -> None:
        self._control = control
        owner = control.attributes.get("form")
        if owner is None and "form" in self._open:
            self.page.forms[-1].controls.append(control)
        else:
            self._strays.append((owner or "", control))

    def _add_text(self, control: Control, data: str) -> None:
        if control.tag in self._open:
            control.text += data
        elif control.options:
            control.options[-1]["text"] += data.strip()

    def _read_meta(self, attributes: Attributes) -> None:
        if attributes.get("http-equiv", "").lower() == "refresh":
            self.page.refresh = self.page.refresh or attributes.get("content", "")
        if attributes.get("name", "").lower() == "referrer":
            self.page.referrer = attributes.get("content", "")
