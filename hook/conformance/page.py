"""What a page offers to a browser without JavaScript: forms, links, and where it goes by itself."""

import re
from dataclasses import dataclass, field

Attributes = dict[str, str]
_SHOWN_MOST = 80
_REFRESH = re.compile(
    r"\s*(\d{1,6})[\d.]*\s*(?:[;,]\s*(?:url\s*=\s*)?['\"]?([^'\"]*)['\"]?)?", re.I
)


@dataclass
class Control:
    """One control of a form; buttons are controls, too."""

    tag: str
    attributes: Attributes
    text: str = ""
    options: list[Attributes] = field(default_factory=list)

    @property
    def name(self) -> str:
        """The name under which its value is sent; without one it sends nothing."""
        return "" if "disabled" in self.attributes else self.attributes.get("name", "")

    @property
    def type(self) -> str:
        """The type of an input, or the tag."""
        default = {"input": "text", "button": "submit"}.get(self.tag, self.tag)
        return self.attributes.get("type", default).lower()

    @property
    def is_button(self) -> bool:
        """Whether it sends the form."""
        return self.type in ("submit", "image") and "disabled" not in self.attributes

    @property
    def label(self) -> str:
        """The text of a button."""
        return (self.text or self.attributes.get("value", "")).strip()


@dataclass
class Form:
    """A form with its controls, in the order of the page."""

    attributes: Attributes
    is_main: bool
    controls: list[Control] = field(default_factory=list)

    @property
    def method(self) -> str:
        """GET or POST."""
        return "POST" if self.attributes.get("method", "").lower() == "post" else "GET"

    @property
    def buttons(self) -> list[Control]:
        """The buttons that send it."""
        return [control for control in self.controls if control.is_button]

    @property
    def asked(self) -> list[str]:
        """The names of what a visitor fills in."""
        named = (each for each in self.controls if each.name and not each.is_button)
        return list(dict.fromkeys(each.name for each in named if each.type != "hidden"))


@dataclass
class Link:
    """A link and its text."""

    target: str
    text: str = ""


@dataclass
class Page:
    """A page that was read."""

    forms: list[Form] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    title: str = ""
    heading: str = ""
    refresh: str = ""
    referrer: str = ""

    @property
    def name(self) -> str:
        """The title, or the heading, in a form that can be printed."""
        return shown(self.title.strip() or self.heading)

    @property
    def look(self) -> tuple[str, ...]:
        """What makes two pages the same page for a visitor."""
        controls = (control.name for form in self.forms for control in form.controls)
        return self.title.strip(), self.heading.strip(), *controls

    @property
    def main_form(self) -> Form | None:
        """The form that takes a visitor on: in the main part, else the first that is posted."""
        ranked = sorted(self.forms, key=lambda form: (not form.is_main, form.method != "POST"))
        return ranked[0] if ranked else None


def shown(text: str) -> str:
    """Give of a page's own words what can be printed, in one line and cut short."""
    line = "".join(sign for sign in " ".join(text.split()) if sign.isprintable())
    return line if len(line) <= _SHOWN_MOST else f"{line[: _SHOWN_MOST - 1]}…"


def read_refresh(text: str) -> tuple[int, str] | None:
    """Read a Refresh header or its element: seconds and address, which may be empty."""
    match = _REFRESH.match(text)
    return (int(match[1]), (match[2] or "").strip()) if match else None
