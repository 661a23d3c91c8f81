"""A visitor: walks through a hook as a browser does, and tells what they see."""

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from hook.testing.tokens import read_answer, token

Values = dict[str, str | list[str]]


class _Reader(HTMLParser):
    """Collects what automation may rely on: main's data attributes, forms, fields, texts."""

    def __init__(self) -> None:
        super().__init__()
        self.main: dict[str, str] = {}
        self.forms = 0
        self.hidden: dict[str, str] = {}
        self.controls: list[dict[str, str]] = []
        self.labels: list[str] = []
        self.links: list[str] = []
        self.refresh = ""
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag == "main":
            self.main = values
        elif tag == "form":
            self.forms += 1
        elif tag == "input" and values.get("type") == "hidden":
            self.hidden[values["name"]] = values["value"]
        elif tag in ("input", "select", "textarea", "button"):
            self.controls.append({"tag": tag, **values})
        elif tag == "label":
            self.labels.append(values.get("for", ""))
        elif tag == "a":
            self.links.append(values.get("href", ""))
        elif tag == "meta" and values.get("http-equiv") == "refresh":
            self.refresh = values["content"].partition("url=")[2]

    def handle_data(self, data: str) -> None:
        self.text.append(data)


@dataclass
class Seen:
    """A page as the visitor sees it."""

    response: TestResponse
    url: str
    reader: _Reader = field(default_factory=_Reader)

    def __post_init__(self) -> None:
        self.html = self.response.get_data(as_text=True)
        self.reader.feed(self.html)
        self.status = self.response.status_code
        self.text = re.sub(r"\s+", " ", " ".join(self.reader.text)).strip()

    @property
    def step(self) -> str:
        """The name of the step that is shown; empty on other pages."""
        return self.reader.main.get("data-step", "")

    @property
    def page(self) -> str:
        """Which page that is no step: leave, done or error."""
        return self.reader.main.get("data-page", "")

    @property
    def reason(self) -> str:
        """The reason code of an error page."""
        return self.reader.main.get("data-reason", "")

    @property
    def return_url(self) -> str:
        """Where the page sends the browser by itself."""
        return self.reader.refresh

    @property
    def answer(self) -> dict[str, Any]:
        """The verified answer that the page carries."""
        return read_answer(self.return_url)


class Visitor:
    """One person with one browser."""

    def __init__(self, app: Flask, browser: FlaskClient | None = None) -> None:
        self.app = app
        self.browser = browser or app.test_client()
        self.origin = "https://hook.example.org"
        self.seen: Seen | None = None

    def arrive(self, sent: str | None = None, path: str = "/kauri", **changes: Any) -> Seen:
        """Come from the tenant with a token; without one, with a good one."""
        query = {"session_token": sent or token(**changes)}
        return self.get(path, query_string=query)

    def get(self, path: str, **request: Any) -> Seen:
        """Open a path of the hook and follow its redirects."""
        return self._follow(self.browser.get(path, base_url=self.origin, **request))

    def send(self, values: Values | None = None, path: str = "", **request: Any) -> Seen:
        """Send the form that is seen, with these values."""
        assert self.seen is not None
        data = {**self.seen.reader.hidden, **(values or {})}
        headers = {"Origin": self.origin, **request.pop("headers", {})}
        return self._follow(
            self.browser.post(
                path or self.seen.url, data=data, base_url=self.origin, headers=headers, **request
            )
        )

    def another_tab(self) -> "Visitor":
        """Open the page that is seen in one more tab of the same browser."""
        assert self.seen is not None
        tab = Visitor(self.app)
        for cookie in (self.browser._cookies or {}).values():
            tab.browser.set_cookie(cookie.key, cookie.value, domain=cookie.domain)
        tab.get(self.seen.url)
        return tab

    def cancel(self, reason: str = "user_cancelled") -> Seen:
        """Take the way out that every page has."""
        assert self.seen is not None
        self.get(next(link for link in self.seen.reader.links if link.endswith("/cancel")))
        return self.send({"reason": reason})

    def reload(self) -> Seen:
        """Open the page that is seen once more."""
        assert self.seen is not None
        return self.get(self.seen.url)

    def _follow(self, response: TestResponse) -> Seen:
        hops = 0
        while response.status_code in (302, 303):
            location = response.headers["Location"]
            assert location.startswith("/"), "a redirect leaves the hook"
            assert (hops := hops + 1) < 10, "redirects without an end"
            response = self.browser.get(location, base_url=self.origin)
        self.seen = Seen(response, response.request.path)
        return self.seen
