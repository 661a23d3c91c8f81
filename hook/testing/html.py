"""A page read into elements, for questions about labels, ids and forms."""

from html.parser import HTMLParser

_VOID = ("input", "meta", "link", "br", "hr", "img")


class Html(HTMLParser):
    """Reads a page into elements, each with those around it."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str], tuple[str, ...]]] = []
        self.texts: list[str] = []
        self._open: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {k: v or "" for k, v in attrs}, tuple(self._open)))
        if tag not in _VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag, "the page's elements are not closed in order"

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    def all(self, *tags: str) -> list[dict[str, str]]:
        """The attributes of all elements of these names."""
        return [attributes for tag, attributes, _ in self.elements if tag in tags]

    @property
    def ids(self) -> list[str]:
        """All ids, in order."""
        return [attributes["id"] for _, attributes, _ in self.elements if "id" in attributes]

    def labels_of(self, control: dict[str, str]) -> int:
        """How many labels a control has: around it, or pointing at it."""
        (around,) = (above for _, attributes, above in self.elements if attributes is control)
        pointing = [label for label in self.all("label") if "for" in label]
        return around.count("label") + sum(label["for"] == control.get("id") for label in pointing)

    @property
    def controls(self) -> list[dict[str, str]]:
        """What a visitor fills in."""
        return [
            control
            for control in self.all("input", "select", "textarea")
            if control.get("type") not in ("hidden", "submit")
        ]
